/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_ENGINESPEC_H
#define RUNNER_ENGINESPEC_H

#include <jansson.h>

struct engine_spec;
struct err;

/*
 * What to play, as one word for the command line of a lab kernel, and back.
 */

/** enginespec_encode() - Return: malloc'ed text of letters, digits, and ./%-_ only. */
char *enginespec_encode(const struct engine_spec *spec);

/**
 * enginespec_decode() - the other way; loads the lab.
 * @spec: its strings belong to @keep, a new reference; @spec->lab is the caller's to free
 * Return: 0 or -errno.
 */
int enginespec_decode(const char *text, struct engine_spec *spec, json_t **keep, struct err *err);

#endif
