/* SPDX-License-Identifier: MIT */
#include "conn.h"
#include "conn_net.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/icmp.h"
#include "../netns/world.h"
#include "crowd.h"
#include "grow.h"

/*
 * Connections are found by a hash over both endpoints, whichever way round.
 * Each end remembers its initial sequence number, the highest number it has
 * sent (to know a retransmission), where its FIN ends (to know when it is
 * acknowledged), the segments of it that are on the way (to give a segment the
 * same number where it arrives), and the packets since its host's last dump (to
 * explain a change of state).
 *
 * Not handled: a segment that the network changes in flight gets a new number
 * where it arrives, as if somebody had injected it; that is what it is.
 */

#define CONN_BUCKETS     4096
#define CONN_MAX         4096 /* connections with a number; later ones are folded */
#define CONN_MAX_FOREIGN 64   /* of those, with an address that no host has: a flood's */
#define CONN_MAX_FLYING  512  /* segments of one direction on the way at once */
#define CONN_MAX_EXPLAIN 64
#define CONN_TOLD        8
#define CONN_ARRIVED     16    /* segments whose second arrival is known for what it is */
#define CONN_SENT        16    /* segments that an ICMP error may still quote */
#define CONN_MADE        64    /* made-up segments that are on the way */
#define EPHEMERAL_FIRST  32768 /* of the pinned net.ipv4.ip_local_port_range */

struct flying {
	uint64_t digest, seg;
	int64_t sent;
	bool rtx;
};

/* What a quote can be known by: its numbers; the rest of it is not there. */
struct sent {
	uint64_t seg;
	uint32_t seq, len;
	uint16_t ip_id;
	uint8_t flags;
};

/*
 * @n_flying: segments sent and not seen to arrive, oldest first
 * @arrived:  the last segments that arrived, a ring, to know their duplicates
 * @quotable: the last segments that were sent, a ring
 * @tsval, @win: of the last segment sent
 */
struct end {
	struct endpoint ep;
	int host;
	bool has_isn, has_ts, has_sent, has_fin;
	uint32_t isn, ts0, sent, fin_end, tsval;
	uint16_t win;
	struct flying *flying;
	size_t n_flying, room_flying;
	struct flying arrived[CONN_ARRIVED];
	size_t n_arrived;
	struct sent quotable[CONN_SENT];
	size_t n_quotable;
	struct infer_packet explain[CONN_MAX_EXPLAIN];
	size_t n_explain;
};

/* An event of a connection, to be shown when an expectation fails. */
struct told {
	const char *kind;
	int64_t t;
	json_t *fields;
};

struct conn {
	unsigned id;
	struct end end[2];
	struct told told[CONN_TOLD];
	size_t n_told;
	struct conns *all;
	struct conn *next, *next_dirty;
	bool dirty;
};

/*
 * @dirty: connections with packets that no dump has explained yet
 * @made:  digests of segments that the lab made up, a ring
 */
struct conns {
	const struct world *world;
	struct conn *bucket[CONN_BUCKETS];
	struct conn *dirty;
	unsigned n, n_foreign;
	uint64_t last_seg;
	uint64_t made[CONN_MADE];
	size_t n_made;
	struct crowds crowds;
};

struct conns *conns_new(const struct world *w)
{
	struct conns *cs = calloc(1, sizeof(*cs));

	if (!cs)
		abort();
	cs->world = w;
	return cs;
}

void conns_free(struct conns *cs)
{
	if (!cs)
		return;
	for (size_t b = 0; b < CONN_BUCKETS; b++) {
		for (struct conn *c = cs->bucket[b], *next; c; c = next) {
			next = c->next;
			for (size_t i = 0; i < CONN_TOLD; i++)
				json_decref(c->told[i].fields);
			free(c->end[0].flying);
			free(c->end[1].flying);
			free(c);
		}
	}
	free(cs);
}

int conns_host(const struct conns *cs, const struct endpoint *ep)
{
	for (size_t i = 0; i < world_host_count(cs->world); i++) {
		const struct host *h = world_host(cs->world, i);

		if (endpoint_is_v4(ep) ? memcmp(ep->addr + 12, &h->ipv4, 4) == 0
				       : memcmp(ep->addr, &h->ipv6, 16) == 0)
			return (int)i;
	}
	return -1;
}

/* FNV-1a over both ends, added so that either order gives the same bucket. */
static size_t bucket_of(const struct endpoint *a, const struct endpoint *b)
{
	const struct endpoint *ep[2] = { a, b };
	uint64_t sum = 0;

	for (int i = 0; i < 2; i++) {
		uint64_t h = UINT64_C(14695981039346656037);

		for (size_t j = 0; j < sizeof(ep[i]->addr); j++)
			h = (h ^ ep[i]->addr[j]) * UINT64_C(1099511628211);
		h = (h ^ (ep[i]->port & 0xff)) * UINT64_C(1099511628211);
		h = (h ^ (ep[i]->port >> 8)) * UINT64_C(1099511628211);
		sum += h;
	}
	return (sum ^ (sum >> 32)) % CONN_BUCKETS;
}

void conns_crowd(struct conns *cs, const struct endpoint *to, int from, bool on)
{
	crowd_announce(&cs->crowds, to, from, on);
}

/* @opens: we see it begin */
static struct conn_end make(struct conns *cs, const struct endpoint *local,
			    const struct endpoint *remote, bool active, bool opens, size_t b)
{
	const int local_host = conns_host(cs, local), remote_host = conns_host(cs, remote);
	const bool foreign = local_host < 0 || remote_host < 0;
	const int self = active ? 0 : 1;
	struct conn *c;

	if (cs->n >= CONN_MAX || (foreign && cs->n_foreign >= CONN_MAX_FOREIGN) ||
	    crowd_has(&cs->crowds, local, local_host, remote, remote_host, opens))
		return (struct conn_end){ .conn = NULL };
	c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	cs->n_foreign += foreign;
	c->all = cs;
	c->id = ++cs->n;
	c->end[self].ep = *local;
	c->end[self].host = local_host;
	c->end[!self].ep = *remote;
	c->end[!self].host = remote_host;
	/* The newest first: it is the one that a four-tuple means now. */
	c->next = cs->bucket[b];
	cs->bucket[b] = c;
	return (struct conn_end){ .conn = c, .end = self };
}

static struct conn_end lookup(const struct conns *cs, const struct endpoint *local,
			      const struct endpoint *remote, size_t b)
{
	for (struct conn *c = cs->bucket[b]; c; c = c->next) {
		for (int e = 0; e < 2; e++) {
			if (endpoint_equal(&c->end[e].ep, local) &&
			    endpoint_equal(&c->end[!e].ep, remote))
				return (struct conn_end){ .conn = c, .end = e };
		}
	}
	return (struct conn_end){ .conn = NULL };
}

struct conn_end conns_find(struct conns *cs, const struct endpoint *local,
			   const struct endpoint *remote, bool active, bool *fresh)
{
	const size_t b = bucket_of(local, remote);
	struct conn_end e = lookup(cs, local, remote, b);

	*fresh = !e.conn;
	if (!e.conn)
		e = make(cs, local, remote, active, active, b);
	*fresh = *fresh && e.conn;
	return e;
}

struct conn_end conns_known(const struct conns *cs, const struct endpoint *local,
			    const struct endpoint *remote)
{
	return lookup(cs, local, remote, bucket_of(local, remote));
}

unsigned conn_id(const struct conn *c)
{
	return c->id;
}

static json_t *end_json(const struct world *w, const struct endpoint *ep, int host, bool stable)
{
	const bool v4 = endpoint_is_v4(ep);
	char addr[INET6_ADDRSTRLEN];
	json_t *o;

	inet_ntop(v4 ? AF_INET : AF_INET6, ep->addr + (v4 ? 12 : 0), addr, sizeof(addr));
	o = json_pack("{s:s}", "addr", addr);
	if (!stable || ep->port < EPHEMERAL_FIRST)
		json_object_set_new(o, "port", json_integer(ep->port));
	if (host >= 0)
		json_object_set_new(o, "host", json_string(world_host(w, (size_t)host)->name));
	return o;
}

json_t *conns_end_json(const struct conns *cs, const struct endpoint *ep, bool stable)
{
	return end_json(cs->world, ep, conns_host(cs, ep), stable);
}

json_t *conn_json(const struct conn *c, const struct world *w, bool stable)
{
	json_t *ev = json_pack("{s:i, s:i}", "id", (int)c->id, "family",
			       endpoint_is_v4(&c->end[0].ep) ? 4 : 6);

	for (int e = 0; e < 2; e++)
		json_object_set_new(ev, e == 0 ? "a" : "b",
				    end_json(w, &c->end[e].ep, c->end[e].host, stable));
	return ev;
}

static void put_flying(struct end *e, struct flying f)
{
	if (e->n_flying == CONN_MAX_FLYING)
		memmove(e->flying, e->flying + 1, --e->n_flying * sizeof(*e->flying));
	e->flying = grow(e->flying, e->n_flying, &e->room_flying, sizeof(*e->flying));
	e->flying[e->n_flying++] = f;
}

static bool take_flying(struct end *e, uint64_t digest, struct flying *out)
{
	for (size_t i = 0; i < e->n_flying; i++) {
		if (e->flying[i].digest != digest)
			continue;
		*out = e->flying[i];
		e->n_flying--;
		memmove(e->flying + i, e->flying + i + 1, (e->n_flying - i) * sizeof(*e->flying));
		return true;
	}
	return false;
}

static bool arrived_before(const struct end *e, uint64_t digest, struct flying *out)
{
	for (size_t i = 0; i < CONN_ARRIVED; i++) {
		if (e->arrived[i].seg && e->arrived[i].digest == digest) {
			*out = e->arrived[i];
			return true;
		}
	}
	return false;
}

void conns_made(struct conns *cs, uint64_t digest)
{
	cs->made[cs->n_made++ % CONN_MADE] = digest;
}

static bool is_made(const struct conns *cs, uint64_t digest)
{
	const size_t n = cs->n_made < CONN_MADE ? cs->n_made : CONN_MADE;

	for (size_t i = 0; i < n; i++) {
		if (cs->made[i] == digest)
			return true;
	}
	return false;
}

static bool before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* What the sender's numbers count from, learnt from its SYN, or from the first segment that shows
 * them. */
static void learn(struct end *from, struct end *to, const struct segment *s)
{
	const bool syn = s->flags & SEG_SYN, rst = s->flags & SEG_RST;

	if (syn || (!from->has_isn && !rst)) {
		from->isn = syn ? s->seq : s->seq - 1;
		from->has_isn = true;
	}
	if ((s->flags & SEG_ACK) && !to->has_isn && !syn) {
		to->isn = s->ack - 1;
		to->has_isn = true;
	}
	if (s->has_ts && !from->has_ts) {
		from->ts0 = s->tsval;
		from->has_ts = true;
	}
}

static bool sent_before(struct end *from, const struct segment *s)
{
	const uint32_t end = segment_end(s);
	bool again;

	if (end == s->seq || (s->flags & SEG_RST))
		return false;
	again = from->has_sent && !before(from->sent, end);
	if (!from->has_sent || before(from->sent, end)) {
		from->sent = end;
		from->has_sent = true;
	}
	if (s->flags & SEG_FIN) {
		from->fin_end = end;
		from->has_fin = true;
	}
	return again;
}

struct conn_end conn_packet(struct conns *cs, const struct segment *s, bool outgoing, bool *fresh,
			    struct conn_segment *out)
{
	const bool opens = (s->flags & (SEG_SYN | SEG_ACK)) == SEG_SYN;
	const struct endpoint *local = outgoing ? &s->src : &s->dst;
	const struct endpoint *remote = outgoing ? &s->dst : &s->src;
	const size_t b = bucket_of(local, remote);
	struct conn_end me = lookup(cs, local, remote, b);
	struct flying f = { .seg = 0 };
	struct end *from, *to;

	*fresh = false;
	memset(out, 0, sizeof(*out));
	if (me.conn) {
		const struct end *sender = &me.conn->end[outgoing ? me.end : !me.end];

		/* The same four-tuple begins again. */
		if (opens && sender->has_isn && sender->isn != s->seq)
			me.conn = NULL;
	}
	if (!me.conn) {
		me = make(cs, local, remote, outgoing == opens, opens, b);
		*fresh = me.conn;
		if (!me.conn)
			return me;
	}
	from = &me.conn->end[outgoing ? me.end : !me.end];
	to = &me.conn->end[outgoing ? !me.end : me.end];

	/* What nobody sent teaches nothing about the one who did not send it. */
	out->made = !outgoing && is_made(cs, s->digest);
	if (!out->made)
		learn(from, to, s);
	if (outgoing) {
		from->tsval = s->tsval;
		from->win = s->window;
		f = (struct flying){ .digest = s->digest,
				     .seg = ++cs->last_seg,
				     .rtx = sent_before(from, s) };
		put_flying(from, f);
		from->quotable[from->n_quotable++ % CONN_SENT] = (struct sent){ .seg = f.seg,
										.seq = s->seq,
										.len = s->len,
										.ip_id = s->ip_id,
										.flags = s->flags };
	} else if (take_flying(from, s->digest, &f)) {
		from->arrived[from->n_arrived++ % CONN_ARRIVED] = f;
	} else if (!arrived_before(from, s->digest, &f)) { /* else the network delivered it again */
		f = (struct flying){ .digest = s->digest, .seg = ++cs->last_seg };
		from->arrived[from->n_arrived++ % CONN_ARRIVED] = f;
	}

	out->seg = f.seg;
	out->rtx = f.rtx;
	out->seq = from->has_isn ? s->seq - from->isn : 0;
	out->ack = s->flags & SEG_ACK ? s->ack - to->isn : 0;
	out->tsval = s->tsval - from->ts0;
	out->tsecr = s->tsecr && to->has_ts ? s->tsecr - to->ts0 : 0;
	out->acks_fin = (s->flags & SEG_ACK) && to->has_fin && !before(s->ack, to->fin_end);
	return me;
}

void conn_sent(struct conn_end e, int64_t t)
{
	struct end *end = &e.conn->end[e.end];

	end->flying[end->n_flying - 1].sent = t;
}

struct conn_end conn_lost(struct conns *cs, const struct segment *s, uint64_t *seg, int64_t *sent)
{
	struct conn_end e = lookup(cs, &s->src, &s->dst, bucket_of(&s->src, &s->dst));
	struct flying f;

	*seg = 0;
	if (e.conn && take_flying(&e.conn->end[e.end], s->digest, &f)) {
		*seg = f.seg;
		*sent = f.sent;
	}
	return e;
}

struct conn_end conn_flying(struct conns *cs, const struct segment *s, uint64_t *seg, int64_t *sent)
{
	struct conn_end e = lookup(cs, &s->src, &s->dst, bucket_of(&s->src, &s->dst));
	const struct end *end = e.conn ? &e.conn->end[e.end] : NULL;

	*seg = 0;
	for (size_t i = 0; end && i < end->n_flying; i++) {
		if (end->flying[i].digest == s->digest) {
			*seg = end->flying[i].seg;
			*sent = end->flying[i].sent;
		}
	}
	return e;
}

struct conn_quoted conn_quoted(const struct conns *cs, const struct icmp_error *icmp)
{
	struct conn_quoted q = {
		.end = lookup(cs, &icmp->src, &icmp->dst, bucket_of(&icmp->src, &icmp->dst)),
		.known = icmp->has_header,
		.flags = icmp->flags,
		.len = icmp->len,
	};
	const struct end *from;

	if (!q.end.conn)
		return q;
	from = &q.end.conn->end[q.end.end];
	q.seq = from->has_isn ? icmp->seq - from->isn : 0;
	for (size_t i = 0; i < CONN_SENT; i++) {
		const struct sent *s = &from->quotable[i];

		/* The newest: without IPv4's identification several may look alike. */
		if (s->seg <= q.seg || s->seq != icmp->seq || s->ip_id != icmp->ip_id)
			continue;
		q.seg = s->seg;
		q.known = true;
		q.flags = s->flags;
		q.len = s->len;
	}
	return q;
}

bool conn_numbers(struct conns *cs, const struct endpoint *src, const struct endpoint *dst,
		  struct conn_numbers *out)
{
	const struct conn_end e = lookup(cs, src, dst, bucket_of(src, dst));
	const struct end *from, *to;

	if (!e.conn)
		return false;
	from = &e.conn->end[e.end];
	to = &e.conn->end[!e.end];
	*out = (struct conn_numbers){ .id = e.conn->id,
				      .isn = from->isn,
				      .peer_isn = to->isn,
				      .next = from->has_sent ? from->sent : from->isn + 1,
				      .peer_next = to->has_sent ? to->sent : to->isn + 1,
				      .timestamps = from->has_ts && to->has_ts,
				      .ts0 = from->ts0,
				      .peer_ts0 = to->ts0,
				      .tsval = from->tsval,
				      .tsecr = to->tsval,
				      .win = from->win };
	return from->has_isn || to->has_isn;
}

void conn_explain(struct conn_end e, const struct infer_packet *p)
{
	struct end *end = &e.conn->end[e.end];
	struct conns *cs = e.conn->all;

	if (!e.conn->dirty) {
		e.conn->dirty = true;
		e.conn->next_dirty = cs->dirty;
		cs->dirty = e.conn;
	}
	if (end->n_explain == CONN_MAX_EXPLAIN)
		memmove(end->explain, end->explain + 1, --end->n_explain * sizeof(*p));
	end->explain[end->n_explain++] = *p;
}

size_t conn_infer(struct conn_end e, enum tcpstate from, enum tcpstate to,
		  struct infer_step steps[static INFER_MAX_STEPS])
{
	struct end *end = &e.conn->end[e.end];

	return infer_path(from, to, end->explain, end->n_explain, steps);
}

void conns_forget(struct conns *cs, int host, int64_t until, uint64_t order)
{
	struct conn **at = &cs->dirty;

	while (*at) {
		struct conn *c = *at;

		for (int e = 0; e < 2; e++) {
			struct end *end = &c->end[e];
			size_t kept = 0;

			if (end->host != host)
				continue;
			for (size_t i = 0; i < end->n_explain; i++) {
				const struct infer_packet *p = &end->explain[i];

				if (p->t >= until && p->order >= order)
					end->explain[kept++] = end->explain[i];
			}
			end->n_explain = kept;
		}
		if (c->end[0].n_explain || c->end[1].n_explain) {
			at = &c->next_dirty;
		} else {
			*at = c->next_dirty;
			c->dirty = false;
		}
	}
}

void conn_tell(struct conn *c, const char *kind, int64_t t, json_t *fields)
{
	struct told *slot = &c->told[c->n_told++ % CONN_TOLD];

	json_decref(slot->fields);
	*slot = (struct told){ .kind = kind, .t = t, .fields = json_incref(fields) };
}

static json_int_t told_at(const json_t *list, size_t i)
{
	return json_integer_value(json_object_get(json_array_get(list, i), "t"));
}

json_t *conn_told(const struct conn *c)
{
	json_t *all = json_array();
	size_t first = c->n_told > CONN_TOLD ? c->n_told - CONN_TOLD : 0;

	for (size_t i = first; i < c->n_told; i++) {
		const struct told *slot = &c->told[i % CONN_TOLD];
		json_t *ev = json_copy(slot->fields);
		size_t at = json_array_size(all);

		json_object_set_new(ev, "ev", json_string(slot->kind));
		json_object_set_new(ev, "t", json_integer(slot->t));
		/* They were noticed in another order than they happened in. */
		while (at > 0 && told_at(all, at - 1) > slot->t)
			at--;
		json_array_insert_new(all, at, ev);
	}
	return all;
}
