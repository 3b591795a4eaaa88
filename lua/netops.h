/* SPDX-License-Identifier: MIT */
#ifndef LUA_NETOPS_H
#define LUA_NETOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../netns/rule.h"
#include "../netns/segment.h"

struct err;

/*
 * A segment that nobody sends.
 *
 * @to:      the host that it is on the way to
 * @one_conn: of the connection between @src and @dst: what is not said is what @src would send
 *           next there, and numbers are relative to what it began with
 * @has_*:   was it said?
 * @payload: @seg.len bytes
 */
struct lab_made_up {
	unsigned to;
	bool one_conn, has_seq, has_ack, has_ts, has_win;
	struct segment seg;
	const void *payload;
};

/* What a lab can do to the network between its hosts; part of struct lab_ops. */
struct lab_net_ops {
	/* Return: the rule's number, or -errno */
	int (*rule)(void *engine, const struct rule_spec *spec, struct err *err);
	int (*rule_release)(void *engine, int rule, bool reverse, struct err *err);
	void (*rule_off)(void *engine, int rule);
	void (*rule_state)(void *engine, int rule, struct rule_state *out);

	/* -ENOENT when the connection has not been seen yet */
	int (*inject)(void *engine, const struct lab_made_up *made, struct err *err);

	/* a cable, in or out; a host that is cut off for good */
	int (*plug)(void *engine, unsigned host, bool in, struct err *err);
	int (*vanish)(void *engine, unsigned host, struct err *err);
};

#endif
