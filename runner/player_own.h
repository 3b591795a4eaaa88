/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PLAYER_OWN_H
#define RUNNER_PLAYER_OWN_H

#include <jansson.h>
#include <stddef.h>

#include "canvas.h"
#include "player.h"
#include "player_draw.h"

/* The parts of the player's picture, for those who draw it. */

/* A part of the picture. */
struct pane {
	struct canvas *canvas;
	int row, column, rows, columns;
};

/* The story so far: an event in words, clean. @say as phrase_event(). Return: malloc'ed. */
char *player_words(const struct player *p, const json_t *ev,
		   void (*say)(FILE *out, const json_t *ev, enum lang lang));

/** player_say_return() - "server: read() returns 5", of a call and the event that ends it. */
void player_say_return(FILE *out, const json_t *call, const json_t *ev, enum lang lang);

/** player_short_time() - "840 ms", "12.3 s", "2:15:03": few columns. Return: @buf. */
const char *player_short_time(json_int_t ns, char buf[static 32]);

/** player_ladder() - the rows up to now, the latest at the bottom. */
void player_ladder(const struct player *p, struct pane pane);

/** player_side() - what a host has now; @host is -1 for an address that no host has. */
void player_side(const struct player *p, struct pane pane, int host);

/** player_story() - what happens, the step, what was expected, or a question. */
void player_story(const struct player *p, struct pane pane, bool cut);

/** player_pages() - the lesson, details or keys, in front of everything. */
void player_pages(struct player_art *art, struct player *p, struct canvas *c);

#endif
