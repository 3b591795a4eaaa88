/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PLAYER_DRAW_H
#define RUNNER_PLAYER_DRAW_H

#include <stdbool.h>

struct canvas;
struct facts;
struct player;

/*
 * The player's picture.
 *
 * @content: where lessons are
 * @cut: the record has no end
 * @facts, @lesson: what was made for the lesson, and is kept
 */
struct player_art {
	const char *content;
	bool cut;
	struct facts *facts;
	char *lesson;
	int lesson_lang, lesson_columns, lesson_start[4];
};

/** player_draw() - draw it anew. Tells @p how long a page is. Return: canvas_free() it. */
struct canvas *player_draw(struct player_art *art, struct player *p, int rows, int columns);

void player_art_free(struct player_art *art);

#endif
