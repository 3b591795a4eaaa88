/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_SCREEN_H
#define RUNNER_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

struct canvas;
struct err;

/* The terminal as a whole, given back as it was found: the only file that knows of curses. */

/* What screen_key() gives besides characters and enum player_key. */
enum screen_event {
	SCREEN_NOTHING = -1, /* the time is over, or one of the descriptors is readable */
	SCREEN_RESIZED = -2,
	SCREEN_ENDED = -3, /* a signal asked for the end, or the terminal is gone */
};

/**
 * screen_able() - can there be a screen here?
 * Return: 0, or -ENOTTY with the remedy.
 */
int screen_able(struct err *err);

/**
 * screen_open() - take the terminal.
 * @color: colours may be used, if it has any
 * @utf8:  in: as the locale is named; out: can it be written?
 * Return: 0 or -errno.
 */
int screen_open(bool color, bool *utf8, struct err *err);

/** screen_close() - give it back. Return: the signal that ended it, 0 for none. */
int screen_close(void);

void screen_size(int *rows, int *columns);

void screen_show(const struct canvas *c);

/**
 * screen_key() - wait for a key.
 * @wait: at most so many ns; -1: for ever
 * @fds:  @n descriptors that end the waiting too, -1 for none
 */
int screen_key(int64_t wait, const int *fds, int n);

#endif
