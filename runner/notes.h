/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_NOTES_H
#define RUNNER_NOTES_H

#include <jansson.h>
#include <stdbool.h>

struct err;
struct notes;

/*
 * Where a player is, told to a second terminal through a file of this user's in
 * XDG_RUNTIME_DIR. The player that has it locked is the one that is followed; a file that nobody
 * has locked was left behind by one that was killed, and goes.
 */

/**
 * notes_publish() - be the player that is followed.
 * Return: 0; -EBUSY when another player is; -errno.
 */
int notes_publish(struct notes **out, struct err *err);

/** notes_tell() - @what anybody who follows is to know now. NULL for @n does nothing. */
void notes_tell(struct notes *n, const json_t *what);

/** notes_follow() - look for a player. Return: 0, whether there is one or not; -errno. */
int notes_follow(struct notes **out, struct err *err);

/** notes_fds() - readable when notes_read() may have something new. */
void notes_fds(const struct notes *n, int fds[static 2]);

/** notes_read() - Return: a new reference to what was told last; NULL when no player is there. */
json_t *notes_read(struct notes *n);

/** notes_free() - the file of a player that is followed goes. */
void notes_free(struct notes *n);

#endif
