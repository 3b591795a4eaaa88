/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_COURSE_H
#define RUNNER_COURSE_H

#include <stddef.h>

struct err;

/**
 * course_sort() - put the labs of a folder in the order of its file `course`, which has one id a
 * line; those that it does not name stay as they are, behind the others.
 * Return: 0, also when there is no such file, or -errno.
 */
int course_sort(const char *labs, char **ids, size_t n, struct err *err);

#endif
