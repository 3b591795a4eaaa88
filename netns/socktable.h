/* SPDX-License-Identifier: MIT */
#ifndef NETNS_SOCKTABLE_H
#define NETNS_SOCKTABLE_H

#include <stddef.h>
#include <stdint.h>

#include "sockdiag.h"

/*
 * The sockets of one namespace, found by their endpoints. See socktable.c.
 *
 * @entries, @stamps, @hashes: the sockets, @n of them densely packed, when
 *            each was last seen, and its hash
 * @room:     how many fit
 * @slots:    open addressing, place in @entries plus one, 0 when free;
 *            @n_slots is a power of two
 * @stamp:    of the present dump
 * @guess:    place of the socket that the kernel will probably list next
 * @counts:   sockets in each state
 * @now:      when the present dump began
 */
struct socktable {
	struct sock_entry *entries;
	uint32_t *stamps, *hashes;
	size_t n, room;
	uint32_t *slots;
	size_t n_slots;
	uint32_t stamp;
	size_t guess;
	size_t counts[TCPSTATE_COUNT];
	int64_t now;
};

/* Told of every difference; what it returns is its own affair. */
typedef void socktable_change_fn(void *arg, enum tcpstate from, const struct sock_entry *now);

void socktable_free(struct socktable *t);

/** socktable_begin() - a dump begins, at @now; nothing has been seen in it yet. */
void socktable_begin(struct socktable *t, int64_t now);

/** socktable_put() - the dump shows @seen. Return: 0, or -ENOMEM and nothing has changed. */
int socktable_put(struct socktable *t, const struct sock_entry *seen, socktable_change_fn *fn,
		  void *arg);

/** socktable_end() - the dump was complete: what it did not show is gone. */
void socktable_end(struct socktable *t, socktable_change_fn *fn, void *arg);

/** socktable_find() - Return: the first entry with these endpoints, or NULL. */
const struct sock_entry *socktable_find(const struct socktable *t, const struct endpoint *local,
					const struct endpoint *remote);

#endif
