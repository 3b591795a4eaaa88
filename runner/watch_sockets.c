/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "../netns/err.h"
#include "conn.h"
#include "eventjson.h"
#include "grow.h"
#include "record.h"
#include "watch_own.h"

/* The part of watch.h that is about dumps of sockets: when to make one, see watch.c. */

static int on_change(void *arg, enum tcpstate from, const struct sock_entry *now, struct err *err)
{
	struct host_watch *h = arg;

	(void)err;
	h->change = grow(h->change, h->n_changes, &h->room_changes, sizeof(*h->change));
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
		watch_record_conn(w, e.conn, h->looked);
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
	const int64_t now = watch_now(w);
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
		h->looked = watch_now(w);
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
