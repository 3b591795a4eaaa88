/* SPDX-License-Identifier: MIT */
#include "told.h"

#include <assert.h>

#include "../netns/err.h"
#include "../netns/world.h"
#include "conn.h"
#include "conn_net.h"
#include "enginestate.h"
#include "record.h"
#include "watch.h"

static const char *const events[] = {
	[IMPAIR_LOST] = "lost",
	[IMPAIR_HELD] = "held",
	[IMPAIR_DUPLICATED] = "duplicated",
	[IMPAIR_DELAYED] = "delayed",
};

static_assert(sizeof(events) / sizeof(events[0]) == IMPAIR_DELAYED + 1, "an event for each");

void told_frame(struct engine *e, enum impair_what what, int64_t t, const uint8_t *frame,
		size_t len, const char *why, int rule)
{
	struct conns *conns = watch_conns(e->watch);
	/*
	 * The network may have done it before we read the sender's tap. Read that first, so that
	 * the segment is known. An error will come again.
	 */
	struct err ignored = ERR_INIT;
	struct conn_end end;
	struct segment s;
	uint64_t seg;
	int64_t sent = 0;
	json_t *ev;
	int to;

	(void)watch_packets(e->watch, &ignored);
	if (segment_parse(frame, len, &s) != 0)
		return;
	end = what == IMPAIR_LOST ? conn_lost(conns, &s, &seg, &sent)
				  : conn_flying(conns, &s, &seg, &sent);
	to = conns_host(conns, &s.dst);
	if (!end.conn || seg == 0)
		return;
	/* The two have clocks of their own; nothing is lost before it was sent. */
	t -= e->zero;
	if (t < sent)
		t = sent;
	ev = json_pack("{s:I, s:i}", "seg", (json_int_t)seg, "conn", (int)conn_id(end.conn));
	if (why)
		json_object_set_new(ev, "why", json_string(why));
	if (rule)
		json_object_set_new(ev, "rule", json_integer(rule));
	if (to >= 0)
		json_object_set_new(ev, "host",
				    json_string(world_host(e->world, (size_t)to)->name));
	conn_tell(end.conn, events[what], t, ev);
	record_event(e->rec, events[what], t, ev);
}
