/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_SVG_LADDER_H
#define RUNNER_SVG_LADDER_H

#include <stdio.h>

#include "lang.h"

struct rungs;

/**
 * svg_ladder() - the ladder as <svg> elements, one below the other without a gap, so that paper can
 * break between them; to be styled by runner/svg.css. Everything in them that belongs to an event
 * has its number: data-a when it begins to be there, data-b when it arrived, data-s of a state.
 */
void svg_ladder(FILE *out, const struct rungs *r, enum lang lang);

/** svg_ladder_file() - the same as a file of its own. */
void svg_ladder_file(FILE *out, const struct rungs *r, enum lang lang);

#endif
