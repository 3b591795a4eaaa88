/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_CANVAS_H
#define RUNNER_CANVAS_H

#include <stdbool.h>

#include "paper.h"

/*
 * A screen full of characters in memory: what is drawn on it can be looked at by a test, and put on
 * a terminal by screen.c, which alone knows of terminals.
 *
 * All text that is put here is cleaned, and cut where its room ends.
 */

/*
 * @text: one character with what combines with it; "" under the right half of a wide one
 * @here: it belongs to what happens now
 */
struct canvas_cell {
	char text[14];
	unsigned char ink;
	bool here;
};

struct canvas {
	int rows, columns;
	bool utf8;
	struct canvas_cell *cells;
};

/** canvas_new() - blank. Return: never NULL; aborts without memory. */
struct canvas *canvas_new(int rows, int columns, bool utf8);
void canvas_free(struct canvas *c);

/** canvas_put() - @text, its first line, in at most @width columns. Return: columns used. */
int canvas_put(struct canvas *c, int row, int column, int width, enum ink as, const char *text);

/** canvas_right() - the same, ending before column @end. */
void canvas_right(struct canvas *c, int row, int end, int width, enum ink as, const char *text);

/** canvas_repeat() - @piece, which takes one column, @n times. */
void canvas_repeat(struct canvas *c, int row, int column, int n, enum ink as, const char *piece);

/**
 * canvas_wrap() - @text wrapped to @width columns, in at most @most rows.
 * Return: rows used.
 */
int canvas_wrap(struct canvas *c, int row, int column, int width, int most, enum ink as,
		const char *text);

/** canvas_copy() - the first @rows rows of @from, all of them happening now if @here. */
void canvas_copy(struct canvas *c, int row, int column, const struct canvas *from, int from_row,
		 int rows, bool here);

/** canvas_line() - a row as text, without blanks at its end. Return: malloc'ed. */
char *canvas_line(const struct canvas *c, int row);

#endif
