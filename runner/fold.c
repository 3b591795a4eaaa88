/* SPDX-License-Identifier: MIT */
#include "fold.h"

#include <jansson.h>

#include "../netns/duration.h"
#include "../netns/segment.h"
#include "record.h"

/*
 * Under load: a flood, or thousands of sockets, would make more events than
 * anybody can read. What has no connection with a number (conn.c) is counted by kind.
 * A count is told when a step of the lab begins, when the load or the run ends, and when it has
 * waited for FOLD_SPAN, so that a long flood is still seen to go on. Totals are exact.
 */

#define FOLD_SPAN (1 * NS_PER_S)

void fold_report(struct folds *f, struct record *rec)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct fold *k = &f->kind[i];
		char flags[SEG_FLAGS_MAX_TEXT];

		if (k->packets)
			record_event(rec, "packets", f->last,
				     json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "host", f->host,
					       "dir", k->outgoing ? "out" : "in", "flags",
					       segment_flags(k->flags, flags), "count",
					       (json_int_t)k->count, "bytes", (json_int_t)k->bytes,
					       "since", (json_int_t)k->since));
		else
			record_event(rec, "states", f->last,
				     json_pack("{s:s, s:s, s:s, s:I, s:I}", "host", f->host, "from",
					       tcpstate_name(k->from), "to", tcpstate_name(k->to),
					       "count", (json_int_t)k->count, "since",
					       (json_int_t)k->since));
	}
	f->n = 0;
}

bool fold_old(const struct folds *f, int64_t now)
{
	for (size_t i = 0; i < f->n; i++) {
		if (now - f->kind[i].since >= FOLD_SPAN)
			return true;
	}
	return false;
}

static void add(struct folds *f, struct record *rec, const struct fold *like)
{
	size_t i = 0;

	while (i < f->n &&
	       (f->kind[i].packets != like->packets || f->kind[i].outgoing != like->outgoing ||
		f->kind[i].flags != like->flags || f->kind[i].from != like->from ||
		f->kind[i].to != like->to))
		i++;
	/* More kinds than slots: tell what there is. */
	if (i == FOLD_MAX_KINDS) {
		fold_report(f, rec);
		i = 0;
	}
	if (i == f->n) {
		f->kind[f->n++] = *like;
	} else {
		f->kind[i].count += like->count;
		f->kind[i].bytes += like->bytes;
	}
	if (like->since > f->last)
		f->last = like->since;
}

void fold_packets(struct folds *f, struct record *rec, bool outgoing, uint8_t flags, uint64_t count,
		  uint64_t bytes, int64_t t)
{
	const struct fold like = { .packets = true,
				   .outgoing = outgoing,
				   .flags = flags & (uint8_t)~SEG_PSH,
				   .count = count,
				   .bytes = bytes,
				   .since = t };

	add(f, rec, &like);
}

void fold_state(struct folds *f, struct record *rec, enum tcpstate from, enum tcpstate to,
		int64_t t)
{
	const struct fold like = { .from = from, .to = to, .count = 1, .since = t };

	add(f, rec, &like);
}
