/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_SCENE_SOCKET_H
#define RUNNER_SCENE_SOCKET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct scene;

/* What a host has at one moment. Text is as in the record: not yet safe to print. */

#define SCENE_WORD_MAX 24

/*
 * @event: since which it is in its state
 * @told:  the event that the rest is from: that one, or a later one about its queues and timer
 * @conn:  number of its connection, 0 for a listener
 * @port:  of a listener
 * @owned: a process has it
 * @rq, @wq: queues; -1: not told
 * @timer: its kind, "" when none is known to run
 * @left:  until it runs out, ns; negative when it is late, or was set anew and nobody told
 * @tries: retransmissions so far
 */
struct scene_socket {
	long event, told, conn;
	json_int_t port, rq, wq;
	char state[SCENE_WORD_MAX];
	bool inferred, owned;
	char timer[SCENE_WORD_MAX];
	json_int_t left, tries;
};

/**
 * scene_sockets() - the sockets of @host at event @i: listeners first, then by connection.
 * @now:  the time, which may be later than that of the event
 * @most: of many those that changed last
 * Return: how many there are.
 */
size_t scene_sockets(const struct scene *s, int host, long i, json_int_t now,
		     struct scene_socket *out, size_t most);

struct scene_tally {
	const char *state;
	long long n;
};

#define SCENE_STATES_MAX 32

/**
 * scene_tally() - how many sockets of @host are in which state at event @i; listeners and what is
 * closed not counted, the folded ones (`states` events) are.
 * Return: how many entries of @out are filled.
 */
size_t scene_tally(const struct scene *s, int host, long i,
		   struct scene_tally out[static SCENE_STATES_MAX]);

/**
 * scene_counter() - counter @n, from 0, of @host at event @i.
 * @name: borrowed; NULL when it had not moved by then
 * Return: false when there is no such counter.
 */
bool scene_counter(const struct scene *s, int host, size_t n, long i, const char **name,
		   json_int_t *delta);

#endif
