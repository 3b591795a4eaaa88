/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/checksum.h"
#include "../netns/clock.h"
#include "../netns/err.h"
#include "../netns/tap.h"
#include "conn.h"
#include "conn_net.h"
#include "eventjson.h"
#include "grow.h"
#include "record.h"
#include "watch_own.h"

/* The part of watch.h that is about packets. */

#define WATCH_BATCH 1024

static int on_packet(void *arg, const struct tapped *pkt, struct err *err)
{
	struct host_watch *h = arg;
	struct watch *w = h->all;
	const int64_t t = pkt->t > *w->zero ? pkt->t - *w->zero : 0;
	struct sighting *s;
	struct icmp_error icmp;

	(void)err;
	if (h->gone)
		return 0;
	h->touched = true;
	if (w->reading - pkt->t > w->late)
		w->late = w->reading - pkt->t;
	h->away.taken.packets[pkt->outgoing]++;
	h->away.taken.bytes[pkt->outgoing] += pkt->wirelen;
	w->sighting = grow(w->sighting, w->n_sightings, &w->room_sightings, sizeof(*w->sighting));
	s = &w->sighting[w->n_sightings];
	*s = (struct sighting){ .h = h,
				.order = w->n_sightings,
				.wirelen = pkt->wirelen,
				.t = t,
				.seen = { .t = t, .outgoing = pkt->outgoing } };
	/* A corrupted one is dropped by its host too, and counted in TcpInCsumErrors. */
	if (!pkt->outgoing && !checksum_ok(pkt->frame, pkt->caplen))
		return 0;
	if (segment_parse(pkt->frame, pkt->caplen, &s->seen.segment) == 0) {
		w->n_sightings++;
	} else if (icmp_parse(pkt->frame, pkt->caplen, &icmp) == 0) {
		s->is_icmp = true;
		s->icmp = (struct icmp_seen){ .t = t, .outgoing = pkt->outgoing, .icmp = icmp };
		w->n_sightings++;
	}
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct sighting *x = a, *y = b;

	if (x->t != y->t)
		return x->t < y->t ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* It is about the connection whose segment it quotes, if that is known. */
static void take_icmp(struct host_watch *h, const struct icmp_seen *seen)
{
	struct watch *w = h->all;
	const struct conn_quoted q = conn_quoted(w->conns, &seen->icmp);
	json_t *ev = eventjson_icmp(h->host->name, seen, &q);

	history_icmp(w->hist, h->index, seen);
	if (q.end.conn) {
		if (!seen->outgoing && icmp_aborts(&seen->icmp) &&
		    conns_host(w->conns, &seen->icmp.src) == (int)h->index)
			conn_explain(q.end, &(struct infer_packet){ .t = seen->t,
								    .order = w->taken++,
								    .aborts = true });
		conn_tell(q.end.conn, "icmp", seen->t, ev);
	} else {
		json_object_set_new(ev, "src",
				    conns_end_json(w->conns, &seen->icmp.src, w->stable));
		json_object_set_new(ev, "dst",
				    conns_end_json(w->conns, &seen->icmp.dst, w->stable));
	}
	record_event(w->rec, "icmp", seen->t, ev);
}

static void take_sighting(struct watch *w, struct sighting *s)
{
	struct host_watch *h = s->h;
	struct packet_seen *seen = &s->seen;
	struct conn_segment cs;
	struct conn_end e;
	json_t *ev;
	bool fresh;

	if (s->is_icmp) {
		take_icmp(h, &s->icmp);
		return;
	}
	e = conn_packet(w->conns, &seen->segment, seen->outgoing, &fresh, &cs);
	if (!e.conn) {
		fold_packets(&h->folds, w->rec, seen->outgoing, seen->segment.flags, 1, s->wirelen,
			     seen->t);
		return;
	}
	if (fresh)
		watch_record_conn(w, e.conn, seen->t);
	if (seen->outgoing)
		conn_sent(e, seen->t);
	seen->seq = cs.seq;
	seen->ack = cs.ack;
	seen->retransmission = cs.rtx;
	history_packet(w->hist, h->index, seen);
	conn_explain(e, &(struct infer_packet){ .t = seen->t,
						.order = w->taken++,
						.outgoing = seen->outgoing,
						.flags = seen->segment.flags,
						.acks_fin = !seen->outgoing && cs.acks_fin });
	ev = eventjson_packet(h->host->name, conn_id(e.conn), seen, &cs);
	conn_tell(e.conn, "packet", seen->t, ev);
	record_event(w->rec, "packet", seen->t, ev);
}

/*
 * One tap is read after the other, and what left a host and reached another one
 * since the last turn may be read in the wrong order. A segment gets its number
 * where it is sent: the sightings of all hosts are taken by time.
 */
int watch_packets(struct watch *w, struct err *err)
{
	const int64_t begun = watch_now(w);
	struct pollfd p[WORLD_MAX_HOSTS];
	bool more = false;
	int total = 0;

	w->reading = clock_now();
	/* Most often there is nothing; one call says so for all, and calls are dear in a lab
	 * kernel. */
	for (size_t i = 0; i < w->n; i++)
		p[i] = (struct pollfd){ .fd = watch_fd(w, i), .events = POLLIN };
	if (poll(p, w->n, 0) == 0) {
		w->settled = begun;
		return 0;
	}
	for (size_t i = 0; i < w->n; i++) {
		int n = tap_read(w->host[i].tap, WATCH_BATCH, on_packet, &w->host[i], err);

		if (n < 0)
			return err_context(err, "host %s", w->host[i].host->name);
		total += n;
		more |= n == WATCH_BATCH;
	}
	if (w->n_sightings > 1)
		qsort(w->sighting, w->n_sightings, sizeof(*w->sighting), by_time);
	for (size_t i = 0; i < w->n_sightings; i++)
		take_sighting(w, &w->sighting[i]);
	w->n_sightings = 0;
	/* More may wait than was taken: nothing is settled then. */
	if (!more)
		w->settled = begun;
	return total;
}
