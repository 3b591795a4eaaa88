/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PLAIN_H
#define RUNNER_PLAIN_H

#include <stdio.h>

struct err;
struct paper;
struct scene;

/**
 * plain_tell() - the whole of a record as sentences in their order, without drawing, for those who
 * listen to it.
 * @answers: where a person answers questions; NULL: the answer follows the question
 * Return: 0, or -errno when it could not be written.
 */
int plain_tell(const struct scene *scene, const struct paper *paper, FILE *answers,
	       struct err *err);

#endif
