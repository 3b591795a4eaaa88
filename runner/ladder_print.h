/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LADDER_PRINT_H
#define RUNNER_LADDER_PRINT_H

#include <stdbool.h>

struct ladder_row;
struct paper;

/*
 * A ladder as lines of text: its rows with the head above them, now and then once more, and
 * what the star means below the first that has one. Owned by whoever prints; begin with
 * LADDER_PRINT(paper).
 *
 * @lines: rows since the head
 */
struct ladder_print {
	const struct paper *paper;
	bool headed, starred, explained;
	unsigned lines;
};

#define LADDER_PRINT(on) ((struct ladder_print){ .paper = (on) })

/** ladder_print_row() - for ladder_new(): print a row. @print: struct ladder_print. */
void ladder_print_row(void *print, const struct ladder_row *row);

/** ladder_print_pause() - after ladder_flush(): other lines follow; the head may be due again. */
void ladder_print_pause(struct ladder_print *print);

#endif
