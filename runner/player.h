/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PLAYER_H
#define RUNNER_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "lang.h"
#include "messages.h"

struct scene;

/*
 * Where somebody is in a record, and what a key does to that. It knows of no terminal: a key goes
 * in, and player_draw.h makes a picture of what comes out.
 */

/* What is in front. */
enum player_mode {
	PLAYER_SHOW,
	PLAYER_ASK,    /* a question of the lab waits */
	PLAYER_FIND,   /* what to look for is being typed */
	PLAYER_LESSON, /* pages in front of the picture */
	PLAYER_DETAIL,
	PLAYER_KEYS,
};

/* Keys that are no characters, beyond the last of these. */
enum player_key {
	PLAYER_LEFT = 0x110000,
	PLAYER_RIGHT,
	PLAYER_UP,
	PLAYER_DOWN,
	PLAYER_HOME,
	PLAYER_END,
	PLAYER_PAGE_UP,
	PLAYER_PAGE_DOWN,
	PLAYER_BACKSPACE,
};
#define PLAYER_ENTER  '\n'
#define PLAYER_ESCAPE 27

#define PLAYER_FIND_MAX 96
#define PLAYER_SKIPPED  255

/*
 * @at:  event
 * @now: time, which runs on from that of the event while it plays by the clock
 * @running: it does; @speed: a power of two
 * @find: what was looked for last
 * @scroll, @page: of what is in front: first line, and how many fit (from whoever draws)
 * @answers: to the questions, in order: 0 none yet, else the option's number, or PLAYER_SKIPPED
 * @say: something to be told in the last line, MSG_COUNT for nothing
 */
struct player {
	const struct scene *scene;
	enum lang lang;
	bool utf8;
	long at;
	int64_t now;
	enum player_mode mode;
	bool running, quit;
	int speed;
	char find[PLAYER_FIND_MAX], typed[PLAYER_FIND_MAX];
	int scroll, page;
	unsigned char *answers;
	enum msg say;
};

void player_init(struct player *p, const struct scene *scene, enum lang lang, bool utf8);
void player_free(struct player *p);

/** player_key() - a character, or enum player_key. */
void player_key(struct player *p, int key);

/** player_tick() - @elapsed ns have passed. */
void player_tick(struct player *p, int64_t elapsed);

/** player_wait() - Return: after how many ns to tick; -1: only a key changes anything. */
int64_t player_wait(const struct player *p);

/** player_question() - the number, from 0, of the question that event @at is; -1 when none. */
long player_question(const struct player *p, long at);

#endif
