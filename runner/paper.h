/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PAPER_H
#define RUNNER_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lang.h"

/*
 * What a view writes on: where, how wide, and what it can show.
 *
 * @columns: 40 to 250; views wrap at min(columns, 100)
 * @color:   SGR sequences may be used
 * @utf8:    box drawing, arrows and any UTF-8 may be used; otherwise plain ASCII
 *           (text that is not ASCII, such as Chinese, is written all the same)
 */
struct paper {
	FILE *out;
	int columns;
	bool color, utf8;
	enum lang lang;
};

/**
 * paper_for() - judge @out: its window's size (COLUMNS, else TIOCGWINSZ, else 80; a pipe 80),
 * colour (a terminal, no NO_COLOR, TERM not dumb, and not @no_color), UTF-8
 * (from LC_ALL, LC_CTYPE, LANG).
 */
struct paper paper_for(FILE *out, bool no_color, enum lang lang);

/* Meanings, not colours: one place decides how they look. */
enum ink {
	INK_PLAIN,
	INK_TITLE,
	INK_STEP,
	INK_DIM,
	INK_PASS,
	INK_FAIL,
	INK_WARN,
	INK_STATE,
	INK_SEGMENT,
	INK_LOST,
	INK_CODE,
	INK_STRONG,
	INK_EMPH,
	INK_LINK,
	INK_COUNT
};

/** ink() - the sequence that starts @ink, or "" without colour; ink_off() ends it. */
const char *ink(const struct paper *paper, enum ink which);
const char *ink_off(const struct paper *paper);

#endif
