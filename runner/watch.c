/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <errno.h>
#include <stdlib.h>

#include "../netns/clock.h"
#include "../netns/counter.h"
#include "../netns/err.h"
#include "../netns/tap.h"
#include "conn.h"
#include "crowd.h"
#include "record.h"
#include "watch_own.h"

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

int64_t watch_now(const struct watch *w)
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

void watch_record_conn(struct watch *w, const struct conn *c, int64_t t)
{
	record_event(w->rec, "conn", t, conn_json(c, w->world, w->stable));
}

void watch_touch(struct watch *w, size_t host)
{
	w->host[host].touched = !w->host[host].gone;
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
		rc = lookaway_begin(&h->away, h->tap, h->host, flow, watch_now(w), drain, w, err);
	else
		rc = lookaway_end(&h->away, h->tap, h->host, w->rec, watch_now(w), drain, w, err);
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
		watch_record_conn(w, e.conn, watch_now(w));
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
