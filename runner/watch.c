/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/checksum.h"
#include "../netns/counter.h"
#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/tap.h"
#include "../netns/world.h"
#include "conn.h"
#include "conn_net.h"
#include "crowd.h"
#include "eventjson.h"
#include "fold.h"
#include "history.h"
#include "lookaway.h"
#include "lookout.h"
#include "record.h"

/*
 * When to look.
 *
 * A socket changes state for one of three reasons only: a packet arrived or
 * left, a program called, or a timer ran out. So each host's sockets are dumped
 * after each packet at its tap, after each call of the lab, and when the
 * timers that the last dump itself reported may run out (lookout.c). There is no
 * interval.
 *
 * What it saw.
 *
 * A dump shows where a socket is, not how it came there. The order in
 * watch_sockets() is: dump, then read the taps again, then explain each
 * difference by the packets of its connection (infer.c). So the packet that
 * made the change is always known by then. A change gets the time of
 * its packet, or of the dump if no packet explains it. What else a dump says of a
 * socket, its queues and its timer, is told when it is another (netns/socktable.c), with the
 * time of the dump.
 *
 * Under load: past conn.c's caps packets and changes have no connection; they
 * are counted by kind (fold.c).
 */

#define WATCH_BATCH 1024

/*
 * @touched: dump at the next watch_sockets()
 * @looked:  run clock at the start of the last dump, and @taken the packets taken by then
 * @next:    when to look again because of a timer
 * @gone:    it has vanished: what its kernel still does is nobody's business
 */
struct host_watch {
	struct watch *all;
	unsigned index;
	const struct host *host;
	struct tap *tap;
	struct sockdiag *diag;
	struct counters *counters;
	int64_t *reported;
	size_t n_reported;
	bool touched, gone;
	int64_t looked;
	uint64_t taken;
	struct lookout next;
	struct change *change;
	size_t n_changes, room_changes;
	struct folds folds;
	struct lookaway away;
};

/* @order: in which the dump showed them, for two of the same connection */
struct change {
	enum tcpstate from;
	size_t order;
	struct sock_entry now;
};

/*
 * A segment at one of its hosts, as its tap saw it, or an ICMP error about one.
 *
 * @order: in which they were read, for those of the same nanosecond
 */
struct sighting {
	struct host_watch *h;
	size_t order;
	size_t wirelen;
	int64_t t;
	bool is_icmp;
	union {
		struct packet_seen seen;
		struct icmp_seen icmp;
	};
};

struct watch {
	const struct world *world;
	struct record *rec;
	struct history *hist;
	struct conns *conns;
	const int64_t *zero;
	bool stable;
	int64_t settled, reading, late;
	size_t n;
	struct host_watch host[WORLD_MAX_HOSTS];
	uint64_t taken;
	struct sighting *sighting;
	size_t n_sightings, room_sightings;
};

static int64_t run_now(const struct watch *w)
{
	return clock_now() - *w->zero;
}

int watch_open(const struct world *world, struct record *rec, struct history *hist, bool stable,
	       const int64_t *zero, struct watch **out, struct err *err)
{
	struct watch *w = calloc(1, sizeof(*w));
	int rc = 0;

	if (!w)
		abort();
	w->world = world;
	w->rec = rec;
	w->hist = hist;
	w->stable = stable;
	w->zero = zero;
	w->conns = conns_new(world);
	w->n = world_host_count(world);
	for (size_t i = 0; i < w->n; i++) {
		struct host_watch *h = &w->host[i];

		h->all = w;
		h->index = (unsigned)i;
		h->host = world_host(world, i);
		h->folds.host = h->host->name;
		h->next.due = INT64_MAX;
		rc = tap_open(h->host->ns, h->host->ifindex, &h->tap, err);
		if (rc == 0)
			rc = sockdiag_open(h->host->ns, &h->diag, err);
		if (rc == 0)
			rc = counters_open(h->host->ns, &h->counters, err);
		if (rc != 0) {
			rc = err_context(err, "watching host %s", h->host->name);
			break;
		}
	}
	if (rc != 0) {
		watch_close(w);
		return rc;
	}
	*out = w;
	return 0;
}

void watch_close(struct watch *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n; i++) {
		struct host_watch *h = &w->host[i];

		tap_close(h->tap);
		sockdiag_close(h->diag);
		counters_close(h->counters);
		free(h->reported);
		free(h->change);
	}
	free(w->sighting);
	conns_free(w->conns);
	free(w);
}

int watch_fd(const struct watch *w, size_t host)
{
	return tap_fd(w->host[host].tap);
}

static void record_conn(struct watch *w, const struct conn *c, int64_t t)
{
	record_event(w->rec, "conn", t, conn_json(c, w->world, w->stable));
}

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
	if (w->n_sightings == w->room_sightings) {
		w->room_sightings = w->room_sightings ? w->room_sightings * 2 : 64;
		w->sighting = reallocarray(w->sighting, w->room_sightings, sizeof(*w->sighting));
		if (!w->sighting)
			abort();
	}
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
		record_conn(w, e.conn, seen->t);
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
	const int64_t begun = run_now(w);
	bool more = false;
	int total = 0;

	w->reading = clock_now();
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

void watch_touch(struct watch *w, size_t host)
{
	w->host[host].touched = !w->host[host].gone;
}

static int on_change(void *arg, enum tcpstate from, const struct sock_entry *now, struct err *err)
{
	struct host_watch *h = arg;

	(void)err;
	if (h->n_changes == h->room_changes) {
		h->room_changes = h->room_changes ? h->room_changes * 2 : 16;
		h->change = reallocarray(h->change, h->room_changes, sizeof(*h->change));
		if (!h->change)
			abort();
	}
	h->change[h->n_changes] =
		(struct change){ .from = from, .order = h->n_changes, .now = *now };
	h->n_changes++;
	return 0;
}

/* A kernel lists its sockets by a hash with a secret: in another order after each boot. */
static int by_endpoints(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int d = memcmp(x->now.remote.addr, y->now.remote.addr, sizeof(x->now.remote.addr));

	if (d == 0)
		d = x->now.remote.port - y->now.remote.port;
	if (d == 0)
		d = x->now.local.port - y->now.local.port;
	return d != 0 ? d : (x->order > y->order) - (x->order < y->order);
}

static void entered(struct host_watch *h, unsigned conn, enum tcpstate state, int64_t t,
		    const struct sock_entry *s)
{
	history_entered(h->all->hist, &(struct history_entry){ .t = t,
							       .host = h->index,
							       .conn = conn,
							       .state = state,
							       .local = s->local,
							       .remote = s->remote });
}

/*
 * It stays in its state, and its queues, its timer or its owner are others. Of the many without a
 * number this is not told.
 */
static void record_gauges(struct host_watch *h, const struct sock_entry *s)
{
	const bool listener = s->remote.port == 0;
	struct conn_end e = { .conn = NULL };
	struct conn_ref ref;

	if (!listener) {
		e = conns_known(h->all->conns, &s->local, &s->remote);
		if (!e.conn)
			return;
		ref = (struct conn_ref){ .id = conn_id(e.conn), .end = e.end };
	}
	record_event(h->all->rec, "socket", h->looked,
		     eventjson_socket(h->host->name, listener ? NULL : &ref, s));
}

/* A listener: no connection, no packets to explain it. */
static void record_listener(struct host_watch *h, const struct change *c)
{
	record_event(h->all->rec, "state", h->looked,
		     eventjson_state(h->host->name, NULL, c->from, c->now.state, false, &c->now));
	entered(h, 0, c->now.state, h->looked, &c->now);
}

static void record_change(struct host_watch *h, const struct change *c)
{
	struct watch *w = h->all;
	struct infer_step step[INFER_MAX_STEPS];
	struct conn_end e;
	bool fresh;
	size_t n;

	if (c->from == c->now.state) {
		record_gauges(h, &c->now);
		return;
	}
	if (c->now.remote.port == 0 || c->from == TCPSTATE_LISTEN) {
		record_listener(h, c);
		return;
	}
	e = conns_find(w->conns, &c->now.local, &c->now.remote, c->now.state == TCPSTATE_SYN_SENT,
		       &fresh);
	if (!e.conn) {
		fold_state(&h->folds, w->rec, c->from, c->now.state, h->looked);
		entered(h, 0, c->now.state, h->looked, &c->now);
		return;
	}
	if (fresh)
		record_conn(w, e.conn, h->looked);
	n = conn_infer(e, c->from, c->now.state, step);
	for (size_t i = 0; i < n; i++) {
		const int64_t t = step[i].t >= 0 ? step[i].t : h->looked;
		const struct conn_ref ref = { .id = conn_id(e.conn), .end = e.end };
		json_t *ev = eventjson_state(h->host->name, &ref, step[i].from, step[i].to,
					     step[i].inferred, step[i].inferred ? NULL : &c->now);

		conn_tell(e.conn, "state", t, ev);
		record_event(w->rec, "state", t, ev);
		entered(h, conn_id(e.conn), step[i].to, t, &c->now);
	}
}

int watch_sockets(struct watch *w, struct err *err)
{
	const int64_t now = run_now(w);
	bool dumped[WORLD_MAX_HOSTS] = { false };
	bool any = false;
	int rc;

	for (size_t i = 0; i < w->n; i++) {
		struct host_watch *h = &w->host[i];

		const bool touched = h->touched;

		if (!touched && now < h->next.due)
			continue;
		h->touched = false;
		h->n_changes = 0;
		h->looked = run_now(w);
		h->taken = w->taken;
		rc = sockdiag_dump(h->diag, on_change, h, err);
		if (rc < 0)
			return err_context(err, "looking at the sockets of %s", h->host->name);
		lookout_plan(&h->next, h->diag, h->looked, *w->zero, w->stable, !touched);
		dumped[i] = any = true;
	}
	if (!any)
		return 0;

	/* A packet that came while we dumped may be what a dump shows. */
	rc = watch_packets(w, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < w->n; i++) {
		struct host_watch *h = &w->host[i];

		if (!dumped[i])
			continue;
		if (h->n_changes > 1)
			qsort(h->change, h->n_changes, sizeof(*h->change), by_endpoints);
		for (size_t j = 0; j < h->n_changes; j++)
			record_change(h, &h->change[j]);
		conns_forget(w->conns, (int)i, h->looked, h->taken);
		if (fold_old(&h->folds, w->settled))
			fold_report(&h->folds, w->rec);
	}
	return 0;
}

void watch_report_folds(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++)
		fold_report(&w->host[i].folds, w->rec);
}

void watch_crowd(struct watch *w, const struct endpoint *to, int from, bool on)
{
	conns_crowd(w->conns, to, from, on);
}

static int drain(void *arg, struct err *err)
{
	return watch_packets(arg, err);
}

int watch_look_away(struct watch *w, size_t host, const struct tap_flow *flow, struct err *err)
{
	struct host_watch *h = &w->host[host];
	int rc;

	if (flow)
		rc = lookaway_begin(&h->away, h->tap, h->host, flow, run_now(w), drain, w, err);
	else
		rc = lookaway_end(&h->away, h->tap, h->host, w->rec, run_now(w), drain, w, err);
	h->touched = true;
	return rc < 0 ? err_context(err, "host %s", h->host->name) : 0;
}

int64_t watch_due(const struct watch *w)
{
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < w->n; i++) {
		if (w->host[i].touched)
			return 0;
		if (w->host[i].next.due < due)
			due = w->host[i].next.due;
	}
	return due;
}

int64_t watch_late(struct watch *w)
{
	const int64_t late = w->late;

	w->late = 0;
	return late;
}

int64_t watch_settled(const struct watch *w)
{
	return w->settled;
}

struct conns *watch_conns(const struct watch *w)
{
	return w->conns;
}

int watch_vanish(struct watch *w, size_t host, struct err *err)
{
	struct host_watch *h = &w->host[host];
	int rc = watch_packets(w, err);

	if (rc < 0)
		return rc;
	h->gone = true;
	h->touched = false;
	h->next.due = INT64_MAX;
	sockdiag_forget(h->diag);
	return 0;
}

int watch_counters(struct watch *w, size_t host, struct counters **out, struct err *err)
{
	struct host_watch *h = &w->host[host];
	int rc = counters_read(h->counters, err);

	if (rc != 0)
		return err_context(err, "counters of %s", h->host->name);
	*out = h->counters;
	return 0;
}

int watch_report_counters(struct watch *w, struct err *err)
{
	watch_report_folds(w);
	for (size_t i = 0; i < w->n; i++) {
		struct host_watch *h = &w->host[i];
		struct counters *c = NULL;
		size_t cursor = 0, k = 0;
		const char *name;
		int64_t delta;
		int rc = watch_counters(w, i, &c, err);

		if (rc != 0)
			return rc;
		for (; (name = counters_each(c, &cursor, &delta)); k++) {
			if (k == h->n_reported) {
				h->n_reported = h->n_reported ? h->n_reported * 2 : 256;
				h->reported = reallocarray(h->reported, h->n_reported,
							   sizeof(*h->reported));
				if (!h->reported)
					abort();
				memset(h->reported + k, 0,
				       (h->n_reported - k) * sizeof(*h->reported));
			}
			/* The rest is about neighbours and multicast as much as about the lab. */
			if (delta == h->reported[k] || strncmp(name, "Tcp", 3) != 0)
				continue;
			h->reported[k] = delta;
			record_event(w->rec, "counter", run_now(w),
				     json_pack("{s:s, s:s, s:I}", "host", h->host->name, "name",
					       name, "delta", (json_int_t)delta));
		}
	}
	return 0;
}

const struct sockdiag *watch_sockdiag(const struct watch *w, size_t host)
{
	return w->host[host].diag;
}

unsigned watch_conn(struct watch *w, const struct endpoint *local, const struct endpoint *remote,
		    struct conn **conn)
{
	bool fresh;
	struct conn_end e;

	*conn = NULL;
	if (remote->port == 0)
		return 0;
	e = conns_find(w->conns, local, remote, true, &fresh);
	if (!e.conn)
		return 0;
	if (fresh)
		record_conn(w, e.conn, run_now(w));
	*conn = e.conn;
	return conn_id(e.conn);
}

uint64_t watch_unseen(const struct watch *w)
{
	uint64_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		n += tap_lost(w->host[i].tap);
	return n;
}
