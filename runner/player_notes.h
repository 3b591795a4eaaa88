/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PLAYER_NOTES_H
#define RUNNER_PLAYER_NOTES_H

#include <jansson.h>

#include "lang.h"

struct canvas;
struct player;

/* What somebody who presents a lab sees in front of him, and the audience does not. */

/** player_notes() - of where @p is: the step, its notes, a question's answer, what comes next.
 * Return: a new object. */
json_t *player_notes(const struct player *p);

/**
 * player_notes_draw() - draw what was told.
 * @told: by player_notes(), or NULL when there is no player
 * @content: where lessons are, for the passage about what people get wrong; NULL without
 */
void player_notes_draw(struct canvas *c, const json_t *told, enum lang lang, const char *content);

#endif
