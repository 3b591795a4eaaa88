/* SPDX-License-Identifier: MIT */
/*
 * From events to rows.
 *
 * A segment is one row, although the record tells of it twice: when it left a
 * host and when it reached the other. In between it is flying. The states
 * beside it come as events of their own, a little later than the packet that
 * caused them, because the engine asks the kernel (sock_diag) only after it has
 * read the packets. So a complete row waits until both of its sides are settled.
 * A side is, when
 *
 *   - its packet cannot change the state that this end is in (cause_possible()), or
 *   - a state event came that it explains (cause_explains()), or
 *   - SETTLE_NS have passed, or somebody wants to write below (ladder_settle()).
 *
 * A state event is given to the earliest waiting packet of its end that explains
 * it: SYN-RECV belongs to the SYN that came in, although the SYN-ACK was on the
 * wire before the engine could see the new state. What no packet explains
 * waits as a row of its own (a packet's timestamp can be later than the dump
 * that shows what it did), then is printed as that.
 *
 * Limits: FLYING_MAX segments may be on the way; the oldest is then shown as
 * such. Connections have to be numbered from 1 without gaps, as the engine
 * does; packets of others are not drawn. Not handled: two ends of one
 * connection on the same host (no tap listens on lo).
 *
 * The ladder owns its rows and gives each, once it is certain, to whoever made the
 * ladder; ladder_print.c and ladder_draw.c make text of them, ladder_cause.c knows TCP.
 */
#include "ladder.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "field.h"
#include "ladder_own.h"
#include "paper.h"
#include "phrase.h"
#include "phrase_icmp.h"

/* Clean, and cut between characters where it is too long. */
void ladder_copy(const struct ladder *l, char *to, size_t size, const char *text)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), l->paper->utf8, 0);
	size_t n = strlen(clean);

	if (n >= size)
		for (n = size - 1; n && ((unsigned char)clean[n] & 0xc0) == 0x80;)
			n--;
	memcpy(to, clean, n);
	to[n] = '\0';
}

struct ladder *ladder_new(const struct paper *paper, const json_t *header, ladder_row_fn *give,
			  void *ctx)
{
	const json_t *hosts = json_object_get(header, "hosts");
	struct ladder *l = calloc(1, sizeof(*l));

	if (!l)
		abort();
	l->paper = paper;
	l->give = give;
	l->ctx = ctx;
	l->many_hosts = json_array_size(hosts) > 2;
	l->flight = SETTLE_NS;
	for (size_t i = 0; i < json_array_size(hosts); i++) {
		const json_int_t there_and_back = 2 * field_int(json_array_get(hosts, i), "delay");

		if (l->flight < there_and_back + SETTLE_NS)
			l->flight = there_and_back + SETTLE_NS;
	}
	for (size_t i = 0; i < 2; i++)
		ladder_copy(l, l->host[i], sizeof(l->host[i]),
			    field_text(json_array_get(hosts, i), "name"));
	l->event = -1;
	TAILQ_INIT(&l->flying);
	TAILQ_INIT(&l->done);
	return l;
}

void ladder_drop(struct waiting *w)
{
	free(w->row.label);
	free(w->row.options);
	free(w->row.why);
	free(w);
}

static void waitings_free(struct waitings *list)
{
	struct waiting *w;

	while ((w = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, w, link);
		ladder_drop(w);
	}
}

void ladder_free(struct ladder *l)
{
	if (!l)
		return;
	waitings_free(&l->flying);
	waitings_free(&l->done);
	free(l->conns);
	free(l);
}

static bool settled(const struct waiting *w)
{
	if (w->row.kind == ROW_CHANGE)
		return false;
	for (size_t i = 0; i < 2; i++)
		if (w->side[i].order && !w->side[i].settled)
			return false;
	return true;
}

/* Give away from the front of the line what is settled, or old enough, or all. */
static void drain(struct ladder *l, json_int_t now, bool all)
{
	struct waiting *w;

	while ((w = TAILQ_FIRST(&l->done))) {
		if (!all && l->n_done <= DONE_MAX && !settled(w) && now - w->t <= SETTLE_NS)
			return;
		l->give(l->ctx, &w->row);
		TAILQ_REMOVE(&l->done, w, link);
		l->n_done--;
		ladder_drop(w);
	}
}

void ladder_settle(struct ladder *l)
{
	drain(l, 0, true);
}

/*
 * Give away as being on their way the segments that were sent before @sent.
 * @id: of this connection only, 0: of all
 */
static void give_flying(struct ladder *l, json_int_t sent, json_int_t id)
{
	struct waiting *w;

	TAILQ_FOREACH(w, &l->flying, link)
	{
		if (w->row.resumed || w->t >= sent || (id && w->id != id))
			continue;
		ladder_settle(l);
		w->row.overdue = sent != INT64_MAX;
		l->give(l->ctx, &w->row);
		w->row.resumed = true;
		w->row.cell[w->row.from].changed = false;
	}
}

void ladder_flush(struct ladder *l, json_int_t t)
{
	ladder_settle(l);
	give_flying(l, t == INT64_MAX ? t : t - l->flight, 0);
}

struct conn *ladder_conn(struct ladder *l, const json_t *ev)
{
	json_int_t id = field_int(ev, "conn");

	return id >= 1 && (size_t)id <= l->n_conns ? &l->conns[id - 1] : NULL;
}

/* Return: the side that the event's host is on, -1 when on none. */
int ladder_side(const struct ladder *l, const struct conn *c, const json_t *ev)
{
	char host[LADDER_HOST_MAX];

	ladder_copy(l, host, sizeof(host), field_text(ev, "host"));
	for (int i = 0; i < 2; i++)
		if (*host && strcmp(host, c->end[i].host) == 0)
			return i;
	return -1;
}

static void add_conn(struct ladder *l, const json_t *ev)
{
	const char *names[2] = { "a", "b" };
	struct conn *c;

	if (field_int(ev, "id") != (json_int_t)l->n_conns + 1)
		return;
	l->conns = reallocarray(l->conns, l->n_conns + 1, sizeof(*l->conns));
	if (!l->conns)
		abort();
	c = &l->conns[l->n_conns++];
	*c = (struct conn){ .end = { { .timer = -1 }, { .timer = -1 } } };
	/* with two hosts the first one stays on the left, whoever opens the connection */
	if (!l->many_hosts && strcmp(field_text(json_object_get(ev, "b"), "host"), l->host[0]) == 0)
		names[0] = "b", names[1] = "a";
	for (size_t i = 0; i < 2; i++) {
		const json_t *end = json_object_get(ev, names[i]);
		struct end *e = &c->end[i];

		ladder_copy(l, e->host, sizeof(e->host),
			    *field_text(end, "host") ? field_text(end, "host")
						     : field_text(end, "addr"));
		e->port = field_int(end, "port");
		strcpy(e->state, "CLOSED");
	}
}

struct waiting *ladder_waiting(const struct ladder *l, const json_t *ev, const struct conn *c,
			       enum ladder_row_kind kind)
{
	struct waiting *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->row.kind = kind;
	w->row.named = l->many_hosts;
	w->id = field_int(ev, "conn");
	w->row.conn = l->n_conns > 1 || l->many_hosts ? w->id : 0;
	w->t = field_int(ev, "t");
	w->row.first = w->row.last = l->event;
	for (size_t i = 0; i < 2; i++) {
		w->row.cell[i].t = -1;
		w->row.cell[i].event = w->row.cell[i].state_event = -1;
		snprintf(w->row.host[i], LADDER_HOST_MAX, "%s", c ? c->end[i].host : l->host[i]);
		if (c)
			snprintf(w->row.cell[i].state, LADDER_STATE_MAX, "%s",
				 ladder_shown(l, &c->end[i]));
	}
	return w;
}

void ladder_finish(struct ladder *l, struct waiting *w, json_int_t t)
{
	w->t = t;
	w->row.last = l->event;
	TAILQ_INSERT_TAIL(&l->done, w, link);
	l->n_done++;
}

char *ladder_words(const struct ladder *l, const json_t *ev,
		   void (*say)(FILE *out, const struct ladder *l, const json_t *ev))
{
	_cleanup_free_ char *raw = NULL;
	size_t size;
	FILE *f = open_memstream(&raw, &size);

	if (!f)
		abort();
	say(f, l, ev);
	fclose(f);
	return columns_clean(raw, size, l->paper->utf8, 0);
}

static void say_segment(FILE *out, const struct ladder *l, const json_t *ev)
{
	(void)l;
	phrase_segment(out, ev);
}

/* Timestamps on every segment would bury the rest: options are for SYNs, and SACK blocks. */
static void say_options(FILE *out, const struct ladder *l, const json_t *ev)
{
	if (strchr(field_text(ev, "flags"), 'S') || json_array_size(json_object_get(ev, "sack")))
		phrase_options(out, ev, l->paper->utf8 ? " · " : ", ");
}

/* Of a loss, or of what an ICMP error says of one. */
static void say_why(FILE *out, const struct ladder *l, const json_t *ev)
{
	(void)l;
	fputs(field_text(ev, field_is(ev, "ev", "icmp") ? "name" : "why"), out);
}

static struct waiting *segment_new(struct ladder *l, struct conn *c, int from, const json_t *ev)
{
	struct waiting *w = ladder_waiting(l, ev, c, ROW_SEGMENT);

	w->seg = field_int(ev, "seg");
	w->row.from = from;
	w->row.rtx = field_true(ev, "rtx");
	w->row.made = field_true(ev, "made");
	w->row.label = ladder_words(l, ev, say_segment);
	w->row.options = ladder_words(l, ev, say_options);
	return w;
}

static struct waiting *take_flying(struct ladder *l, json_int_t seg)
{
	struct waiting *w;

	TAILQ_FOREACH(w, &l->flying, link)
	{
		if (w->seg != seg)
			continue;
		TAILQ_REMOVE(&l->flying, w, link);
		l->n_flying--;
		return w;
	}
	return NULL;
}

static bool seen_before(const struct ladder *l, json_int_t seg)
{
	size_t n = l->n_seen < SEEN_MAX ? l->n_seen : SEEN_MAX;

	for (size_t i = 0; i < n; i++)
		if (l->seen[i] == seg)
			return true;
	return false;
}

static void on_packet(struct ladder *l, const json_t *ev)
{
	struct conn *c = ladder_conn(l, ev);
	json_int_t seg = field_int(ev, "seg"), t = field_int(ev, "t");
	struct waiting *w;
	int side;

	if (!c)
		return;
	side = ladder_side(l, c, ev);
	if (side < 0)
		return;
	if (field_is(ev, "dir", "out")) {
		w = segment_new(l, c, side, ev);
		ladder_touch(l, w, c, side, ev);
		TAILQ_INSERT_TAIL(&l->flying, w, link);
		if (++l->n_flying <= FLYING_MAX)
			return;
		w = take_flying(l, TAILQ_FIRST(&l->flying)->seg);
		if (w->row.resumed)
			ladder_drop(w);
		else
			ladder_finish(l, w, t);
		return;
	}
	w = take_flying(l, seg);
	if (!w) {
		w = segment_new(l, c, !side, ev);
		/* it left unseen, or this is its second arrival */
		w->row.fate = seen_before(l, seg) ? FATE_DUPLICATE : FATE_ARRIVED;
	} else {
		w->row.fate = FATE_ARRIVED;
	}
	if (w->row.resumed) {
		struct ladder_cell *sent = &w->row.cell[!side];

		/* drawn where the story is now, so its sender's state is today's too */
		snprintf(sent->state, sizeof(sent->state), "%s", ladder_shown(l, &c->end[!side]));
		*sent->before = '\0';
		w->side[!side].settled = true;
	}
	ladder_touch(l, w, c, side, ev);
	ladder_finish(l, w, t);
	l->seen[l->n_seen++ % SEEN_MAX] = seg;
}

static void on_lost(struct ladder *l, const json_t *ev)
{
	struct waiting *w = take_flying(l, field_int(ev, "seg"));
	struct conn *c;

	if (!w)
		return;
	c = &l->conns[w->id - 1];
	w->row.fate = FATE_LOST;
	w->row.why = ladder_words(l, ev, say_why);
	snprintf(w->row.cell[!w->row.from].state, LADDER_STATE_MAX, "%s",
		 ladder_shown(l, &c->end[!w->row.from]));
	ladder_finish(l, w, field_int(ev, "t"));
}

/* Drawn now as far as it came; when it is let go it arrives like one that was long on its way. */
static void on_held(struct ladder *l, const json_t *ev)
{
	const json_int_t seg = field_int(ev, "seg");
	struct waiting *w;

	TAILQ_FOREACH(w, &l->flying, link)
	{
		if (w->seg != seg || w->row.resumed)
			continue;
		ladder_settle(l);
		w->row.fate = FATE_HELD;
		l->give(l->ctx, &w->row);
		w->row.fate = FATE_FLYING;
		w->row.resumed = true;
		w->row.cell[w->row.from].changed = false;
	}
}

static void say_folded(FILE *out, const struct ladder *l, const json_t *ev)
{
	char when[PHRASE_TIME_MAX];

	fprintf(out, "%s ", phrase_time(field_int(ev, "t"), when));
	phrase_event(out, ev, l->paper->lang);
}

static void on_folded(struct ladder *l, const json_t *ev)
{
	struct waiting *w = ladder_waiting(l, ev, NULL, ROW_FOLDED);

	w->row.conn = 0;
	w->row.label = ladder_words(l, ev, say_folded);
	ladder_finish(l, w, w->t);
}

static void say_icmp(FILE *out, const struct ladder *l, const json_t *ev)
{
	phrase_icmp(out, ev, 0, l->paper->lang);
}

/* The side of the event's host where there is no connection to ask; -1 where sides change. */
static int side_without(const struct ladder *l, const json_t *ev)
{
	for (int i = 0; i < 2 && !l->many_hosts; i++)
		if (strcmp(field_text(ev, "host"), l->host[i]) == 0)
			return i;
	return -1;
}

/*
 * It has no other end: it comes out of the network, where what it is about was thrown away. That
 * segment is drawn first, unless the network's own word of its loss was there before.
 */
static void on_icmp(struct ladder *l, const json_t *ev)
{
	struct conn *c = ladder_conn(l, ev);
	int side = c ? ladder_side(l, c, ev) : side_without(l, ev);
	struct waiting *w;

	if (field_is(ev, "dir", "in") && field_int(ev, "seg") > 0)
		on_lost(l, ev);
	if (side < 0) {
		on_folded(l, ev);
		return;
	}
	w = ladder_waiting(l, ev, c, ROW_ICMP);
	w->row.from = side;
	w->row.sent = field_is(ev, "dir", "out");
	w->row.fate = FATE_ARRIVED;
	w->row.label = ladder_words(l, ev, say_icmp);
	if (c)
		ladder_touch(l, w, c, side, ev);
	w->row.cell[side].t = field_int(ev, "t");
	w->row.cell[side].event = l->event;
	ladder_finish(l, w, field_int(ev, "t"));
}

static const struct {
	const char *ev;
	void (*take)(struct ladder *l, const json_t *ev);
} takes[] = {
	{ "conn", add_conn },    { "packet", on_packet },  { "lost", on_lost },
	{ "held", on_held },     { "packets", on_folded }, { "state", ladder_state },
	{ "states", on_folded }, { "icmp", on_icmp },
};

/*
 * What never arrived comes before what came of that: the last FIN before the end of its socket. A
 * SYN that was answered by ICMP in a record without `icmp` events is not overdue then; but its
 * connect() is over.
 */
static void before_state(struct ladder *l, const json_t *ev)
{
	const json_int_t t = field_int(ev, "t");

	give_flying(l, t - l->flight, 0);
	if (field_is(ev, "from", "SYN-SENT") && field_is(ev, "to", "CLOSED"))
		give_flying(l, t, field_int(ev, "conn"));
}

void ladder_event(struct ladder *l, const json_t *ev)
{
	l->event++;
	if (field_is(ev, "ev", "state"))
		before_state(l, ev);
	for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++)
		if (field_is(ev, "ev", takes[i].ev))
			takes[i].take(l, ev);
	drain(l, field_int(ev, "t"), false);
	give_flying(l, field_int(ev, "t") - l->flight, 0);
}
