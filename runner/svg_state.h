/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_SVG_STATE_H
#define RUNNER_SVG_STATE_H

#include <stdbool.h>
#include <stdio.h>

#include "lang.h"

/* How TCP's states look in SVG: a colour and a pattern for each phase of a connection. */

/** svg_state_class() - CSS class for a state, with or without the star of an inferred one. */
const char *svg_state_class(const char *state);

/** svg_state_closed() - is it no socket at all? */
bool svg_state_closed(const char *state);

/** svg_state_defs() - the <defs> with the patterns; once in a document. */
void svg_state_defs(FILE *out);

/**
 * svg_state_pill() - a state in a box, coloured and patterned, as wide as @width.
 * @extra: further attributes, or ""
 */
void svg_state_pill(FILE *out, double x, double y, double width, const char *state,
		    const char *extra);

/** svg_lines() - @text wrapped at @columns, each line in a <text>. Return: how many lines. */
int svg_lines(FILE *out, const char *text, int columns, double x, double y, double height,
	      const char *attributes);

/** svg_lines_count() - how many that would be. */
int svg_lines_count(const char *text, int columns);

#endif
