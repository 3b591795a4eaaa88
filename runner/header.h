/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_HEADER_H
#define RUNNER_HEADER_H

#include <jansson.h>

struct engine_spec;
struct world;

/**
 * header_json() - the fields of a record's first line.
 * @world: NULL when there was none to be had
 * Return: a new reference.
 */
json_t *header_json(const struct engine_spec *spec, const struct world *world);

#endif
