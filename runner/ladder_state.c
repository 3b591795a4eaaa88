/* SPDX-License-Identifier: MIT */
#include "ladder_own.h"

#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "messages.h"
#include "paper.h"

/* Which packet a change of state belongs to; the rules are at the top of ladder.c. */

/* The state to show: an end that was never anything is LISTEN where somebody listens. */
const char *ladder_shown(const struct ladder *l, const struct end *e)
{
	if (e->opened)
		return e->shown;
	for (size_t i = 0; i < l->n_listeners; i++)
		if (l->listeners[i].port == e->port && strcmp(l->listeners[i].host, e->host) == 0)
			return "LISTEN";
	return "CLOSED";
}

/* Put the event's packet on one side of a row. */
void ladder_touch(struct ladder *l, struct waiting *w, struct conn *c, int i, const json_t *ev)
{
	struct end *e = &c->end[i];
	struct side *s = &w->side[i];
	struct ladder_cell *cell = &w->row.cell[i];
	struct waiting *other;
	bool first = true;

	s->order = ++l->order;
	s->cause.outgoing = field_is(ev, "dir", "out");
	/* the flags in an ICMP error are those of the segment that it is about */
	snprintf(s->cause.flags, sizeof(s->cause.flags), "%s",
		 field_is(ev, "ev", "icmp") ? "I" : field_text(ev, "flags"));
	s->cause.acks_fin = !s->cause.outgoing && e->fin_end && field_has(ev, "ack") &&
			    (int32_t)((uint32_t)field_int(ev, "ack") - e->fin_end) >= 0;
	if (s->cause.outgoing && strchr(s->cause.flags, 'F'))
		e->fin_end = (uint32_t)(field_int(ev, "seq") + field_int(ev, "len") + 1);
	cell->t = field_int(ev, "t");
	cell->event = l->event;
	snprintf(cell->state, sizeof(cell->state), "%s", ladder_shown(l, e));

	/* a change that was reported before the packet that explains it */
	TAILQ_FOREACH(other, &l->done, link)
	{
		if (other->row.kind == ROW_CHANGE && other->id == w->id && w->id &&
		    other->row.from == i && cause_explains(&s->cause, other->old, e->state)) {
			cell->state_event = other->row.first;
			TAILQ_REMOVE(&l->done, other, link);
			l->n_done--;
			ladder_drop(other);
			cell->changed = true;
			s->settled = true;
			return;
		}
	}
	TAILQ_FOREACH(other, &l->done, link)
	first &=
		other == w || other->id != w->id || !other->side[i].order || other->side[i].settled;
	TAILQ_FOREACH(other, &l->flying, link)
	first &=
		other == w || other->id != w->id || !other->side[i].order || other->side[i].settled;
	s->settled = first && !cause_possible(&s->cause, e->state);
}

/* Give every waiting packet of this end, after the one with @order, the state that it is in now. */
static void restate(struct ladder *l, struct waitings *list, json_int_t id, int i, uint64_t order,
		    const char *state, const char *shows)
{
	struct waiting *w;

	TAILQ_FOREACH(w, list, link)
	{
		struct side *s = &w->side[i];

		if (w->id != id || s->order <= order || s->settled)
			continue;
		snprintf(w->row.cell[i].state, LADDER_STATE_MAX, "%s", shows);
		s->settled = !cause_possible(&s->cause, state);
	}
	(void)l;
}

/* The earliest waiting packet of an end that explains a change. */
static struct waiting *explain(struct waitings *list, json_int_t id, int i, const char *from,
			       const char *to, struct waiting *best)
{
	struct waiting *w;

	TAILQ_FOREACH(w, list, link)
	{
		if (w->id != id || !w->side[i].order || w->side[i].settled)
			continue;
		if (!cause_explains(&w->side[i].cause, from, to))
			continue;
		if (!best || w->side[i].order < best->side[i].order)
			best = w;
	}
	return best;
}

static void settle_before(struct waitings *list, json_int_t id, int i, uint64_t order)
{
	struct waiting *w;

	TAILQ_FOREACH(w, list, link)
	if (w->id == id && w->side[i].order < order)
		w->side[i].settled = true;
}

static void say_change(FILE *out, const struct ladder *l, const json_t *ev)
{
	if (field_has(ev, "port") && !field_has(ev, "conn"))
		message_say(out, l->paper->lang, LADDER_PORT, (long long)field_int(ev, "port"));
	fprintf(out, "%s %s %s%s", field_text(ev, "from"), l->paper->utf8 ? "→" : "->",
		field_text(ev, "to"), field_true(ev, "inferred") ? "*" : "");
}

/* Was it time for the timer that the kernel last reported? TIME-WAIT ends in no other way that is
 * seen. */
static bool by_timer(const struct end *e, const json_t *ev)
{
	json_int_t off = field_int(ev, "t") - e->timer;

	if (field_is(ev, "from", "TIME-WAIT"))
		return true;
	return e->timer >= 0 && off >= -e->slack && off <= e->slack;
}

static void keep_timer(struct end *e, const json_t *ev)
{
	const json_t *timer = json_object_get(ev, "timer");
	json_int_t in = field_int(timer, "in");

	e->timer = json_is_object(timer) ? field_int(ev, "t") + in : -1;
	/* an eighth is the granularity of the kernel's timer wheel (kernel/time/timer.c) */
	e->slack = in / 8 + SETTLE_NS;
}

static void on_change(struct ladder *l, struct conn *c, int i, const json_t *ev)
{
	struct end *e = &c->end[i];
	char from[LADDER_STATE_MAX], to[LADDER_STATE_MAX];
	json_int_t id = field_int(ev, "conn");
	struct waiting *w;

	/* one column less than there is room for, which the star may need */
	ladder_copy(l, from, sizeof(from), field_text(ev, "from"));
	ladder_copy(l, to, sizeof(to) - 1, field_text(ev, "to"));
	memcpy(e->state, to, sizeof(to));
	snprintf(e->shown, sizeof(e->shown), "%.*s%s", LADDER_STATE_MAX - 2, to,
		 field_true(ev, "inferred") ? "*" : "");
	e->opened = true;

	w = explain(&l->done, id, i, from, e->state, NULL);
	w = explain(&l->flying, id, i, from, e->state, w);
	if (w) {
		struct ladder_cell *cell = &w->row.cell[i];
		uint64_t order = w->side[i].order;

		if (cell->changed)
			memcpy(cell->before, cell->state, sizeof(cell->before));
		memcpy(cell->state, e->shown, sizeof(cell->state));
		cell->changed = true;
		cell->state_event = l->event;
		w->side[i].settled = !cause_possible(&w->side[i].cause, e->state);
		settle_before(&l->done, id, i, order);
		settle_before(&l->flying, id, i, order);
		restate(l, &l->done, id, i, order, e->state, e->shown);
		restate(l, &l->flying, id, i, order, e->state, e->shown);
	} else {
		w = ladder_waiting(l, ev, c, ROW_CHANGE);
		w->row.from = i;
		w->row.cell[i].changed = true;
		w->row.cell[i].t = field_int(ev, "t");
		w->row.cell[i].event = w->row.cell[i].state_event = l->event;
		w->row.label = ladder_words(l, ev, say_change);
		if (by_timer(e, ev))
			w->row.why = strdup(message(l->paper->lang, MSG_LADDER_TIMER));
		memcpy(w->old, from, sizeof(w->old));
		ladder_finish(l, w, w->t);
	}
	keep_timer(e, ev);
}

static void on_listener(struct ladder *l, const json_t *ev)
{
	struct listener it = { .port = field_int(ev, "port") };
	size_t k = 0;

	ladder_copy(l, it.host, sizeof(it.host), field_text(ev, "host"));
	while (k < l->n_listeners &&
	       (l->listeners[k].port != it.port || strcmp(l->listeners[k].host, it.host) != 0))
		k++;
	if (k == l->n_listeners && field_is(ev, "to", "LISTEN") && k < LISTENERS_MAX)
		l->listeners[l->n_listeners++] = it;
	else if (k < l->n_listeners && !field_is(ev, "to", "LISTEN"))
		l->listeners[k] = l->listeners[--l->n_listeners];
}

void ladder_state(struct ladder *l, const json_t *ev)
{
	struct conn *c = ladder_conn(l, ev);
	int i;

	if (!field_has(ev, "conn")) {
		on_listener(l, ev);
		return;
	}
	if (!c)
		return;
	i = ladder_side(l, c, ev);
	if (i >= 0)
		on_change(l, c, i, ev);
}
