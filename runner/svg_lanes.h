/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_SVG_LANES_H
#define RUNNER_SVG_LANES_H

#include <jansson.h>
#include <stdio.h>

#include "lang.h"

struct lane;
struct lanes;
struct rungs;

/**
 * svg_lanes() - the life of the sockets as an <svg> element.
 * @rungs: whose steps are marked
 */
void svg_lanes(FILE *out, const struct lanes *l, const struct rungs *rungs, enum lang lang);

/** svg_lanes_x() - where a moment is in it. */
double svg_lanes_x(const struct lanes *l, json_int_t t);

/** svg_lanes_name() - "client #1", "server :80". */
void svg_lanes_name(FILE *out, const struct lane *lane);

#endif
