/* SPDX-License-Identifier: MIT */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "../lua/labops.h"
#include "../netns/counter.h"
#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/world.h"
#include "history.h"
#include "judgement.h"
#include "record.h"
#include "watch.h"

/*
 * An expectation is looked at on every turn of the engine's loop, which is
 * after every change, so that nothing that holds at some time is missed.
 *
 *   (nothing)   must hold now
 *   within D    must hold at some time until D from now
 *   hold D      must go on holding for D once it holds; without `within` it must hold now
 *   at T        must become true at time T after the last mark(), not earlier and not later
 *
 * Time is judged in tolerance() and nowhere else. Kernel timers are coarse by
 * design: the timer wheel rounds a timer up by as much as an eighth of its
 * length (kernel/time/timer.c, "granularity"), so no bound is tighter than 12.5 %.
 * On the machine's own clock a busy machine adds to that. How much is not
 * guessed: the engine measures how late it is itself woken (judge_late()), and
 * the tolerance grows by a multiple of the worst of it, because a packet passes
 * several processes' turns on its way; and how long it is held up in a turn, or a packet had to
 * wait for it (judge_held_up()), which is what it is by itself: once for each of two ends.
 * The tolerance is part of the verdict.
 *
 * A state that lasts less than a turn still counts: states entered since the
 * expectation began are looked up in the history, unless `hold` was asked for.
 */

#define TOLERANCE_FLOOR_REAL    (5 * NS_PER_MS)
#define TOLERANCE_FLOOR_VIRTUAL (10 * NS_PER_MS) /* one tick of a lab kernel: HZ is 100 */
#define TOLERANCE_PER_LATENESS  4
#define TOLERANCE_PER_HOLDUP    2

struct judge {
	const struct world *world;
	struct watch *watch;
	const struct history *hist;
	struct record *rec;
	bool real_clock;
	int64_t worst_late, worst_holdup;
	size_t passed, failed;
	struct pending *pending;
	char **names;
	size_t n_names;
};

struct judge *judge_new(const struct world *world, struct watch *watch, const struct history *hist,
			struct record *rec, bool real_clock)
{
	struct judge *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	j->world = world;
	j->watch = watch;
	j->hist = hist;
	j->rec = rec;
	j->real_clock = real_clock;
	return j;
}

static void pending_free(struct pending *p)
{
	free((char *)p->e.name);
	free((char *)p->e.file);
	free((char *)p->e.counter);
	free((char *)p->e.expected);
	free((char *)p->e.seen);
	free(p);
}

void judge_free(struct judge *j)
{
	if (!j)
		return;
	while (j->pending) {
		struct pending *p = j->pending;

		j->pending = p->next;
		pending_free(p);
	}
	for (size_t i = 0; i < j->n_names; i++)
		free(j->names[i]);
	free(j->names);
	free(j);
}

static const char *copy(const char *text)
{
	char *c = text ? strdup(text) : NULL;

	if (text && !c)
		abort();
	return c;
}

void judge_begin(struct judge *j, unsigned actor, const struct expectation *e, int64_t now)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	*p = (struct pending){
		.actor = actor, .e = *e, .since = now, .true_since = -1, .next = j->pending
	};
	p->e.name = copy(e->name);
	p->e.file = copy(e->file);
	p->e.counter = copy(e->counter);
	p->e.expected = copy(e->expected);
	p->e.seen = copy(e->seen);
	j->pending = p;
}

bool judge_pending(const struct judge *j, unsigned actor)
{
	for (const struct pending *p = j->pending; p; p = p->next) {
		if (p->actor == actor)
			return true;
	}
	return false;
}

void judge_late(struct judge *j, int64_t ns)
{
	if (j->real_clock && ns > j->worst_late)
		j->worst_late = ns;
}

void judge_held_up(struct judge *j, int64_t ns)
{
	if (j->real_clock && ns > j->worst_holdup)
		j->worst_holdup = ns;
}

size_t judge_passed(const struct judge *j)
{
	return j->passed;
}

size_t judge_failed(const struct judge *j)
{
	return j->failed;
}

/* How much later than asked something may be, having waited @interval for it. */
static int64_t tolerance(const struct judge *j, int64_t interval)
{
	const int64_t wheel = interval / 8;

	if (!j->real_clock)
		return wheel + TOLERANCE_FLOOR_VIRTUAL;
	return wheel + TOLERANCE_FLOOR_REAL + TOLERANCE_PER_LATENESS * j->worst_late +
	       TOLERANCE_PER_HOLDUP * j->worst_holdup;
}

/* Is a socket with these ends one that @e speaks of? */
static bool concerns(const struct expectation *e, const struct endpoint *local,
		     const struct endpoint *remote)
{
	if (e->one_socket)
		return endpoint_equal(&e->local, local) && endpoint_equal(&e->remote, remote);
	return e->port == 0 || local->port == e->port || remote->port == e->port;
}

static bool entry_matches(const struct expectation *e, const struct history_entry *h)
{
	return h->host == (unsigned)e->host && (e->states & (1u << h->state)) &&
	       concerns(e, &h->local, &h->remote);
}

/* The newest entry into a wanted state in [@from, @to]. Return: its time or -1. */
static int64_t entered(const struct judge *j, const struct expectation *e, int64_t from, int64_t to)
{
	size_t n;
	const struct history_entry *h = history_entries(j->hist, &n);

	while (n-- > 0) {
		if (h[n].t >= from && h[n].t <= to && entry_matches(e, &h[n]))
			return h[n].t;
	}
	return -1;
}

static struct reading read_sockets(const struct judge *j, const struct expectation *e)
{
	const struct sockdiag *d = watch_sockdiag(j->watch, (size_t)e->host);
	struct reading r = { .t = -1 };
	const struct sock_entry *s;
	size_t cursor = 0;

	while ((s = sockdiag_next(d, &cursor))) {
		if (!concerns(e, &s->local, &s->remote))
			continue;
		r.states |= 1u << s->state;
		if (e->states & (1u << s->state))
			r.number++;
	}
	if (!r.states)
		r.states = 1u << TCPSTATE_CLOSED;
	return r;
}

static struct reading read_state(const struct judge *j, const struct pending *p)
{
	const struct expectation *e = &p->e;
	struct reading r = read_sockets(j, e);

	r.holds = (r.states & e->states) != 0;
	r.t = entered(j, e, 0, INT64_MAX);
	if (!r.holds && e->hold < 0 && r.t >= p->since)
		r.holds = true;
	if (e->kind == EXPECT_WAS)
		r.holds = r.holds || r.t >= 0;
	return r;
}

static int look(struct judge *j, const struct pending *p, int64_t now, struct reading *r,
		struct err *err)
{
	const struct expectation *e = &p->e;
	const struct packet_seen *seen;
	const struct icmp_seen *icmp;
	struct counters *c;
	int rc;

	*r = (struct reading){ .t = now };
	switch (e->kind) {
	case EXPECT_STATE:
	case EXPECT_WAS:
		*r = read_state(j, p);
		break;
	case EXPECT_COUNT:
		*r = read_sockets(j, e);
		r->t = now;
		r->holds = r->number >= e->min && r->number <= e->max;
		break;
	case EXPECT_PACKET:
		seen = history_find_packet(j->hist, (unsigned)e->host, &e->packet,
					   e->one_socket ? &e->local : NULL,
					   e->one_socket ? &e->remote : NULL);
		r->holds = seen;
		r->t = seen ? seen->t : -1;
		break;
	case EXPECT_ICMP:
		icmp = history_find_icmp(j->hist, (unsigned)e->host, &e->icmp,
					 e->one_socket ? &e->local : NULL,
					 e->one_socket ? &e->remote : NULL);
		r->holds = icmp;
		r->t = icmp ? icmp->t : -1;
		break;
	case EXPECT_COUNTER:
		rc = watch_counters(j->watch, (size_t)e->host, &c, err);
		if (rc == 0)
			rc = counters_get(c, e->counter, &r->number, err);
		if (rc != 0)
			return err_context(err, "%s:%d", e->file, e->line);
		r->holds = r->number >= e->min && r->number <= e->max;
		break;
	case EXPECT_VALUE:
		r->holds = e->holds;
		break;
	case EXPECT_COUNT_:
		break;
	}
	return 0;
}

/* `at`: has it become true in the window around the time asked for? */
static enum decision decide_at(const struct judge *j, const struct pending *p, int64_t now,
			       struct reading *r)
{
	const struct expectation *e = &p->e;
	const int64_t target = e->mark + e->at, tol = tolerance(j, e->at);
	int64_t when = -1;

	switch (e->kind) {
	case EXPECT_STATE:
	case EXPECT_WAS:
		when = entered(j, e, target - tol, target + tol);
		break;
	case EXPECT_PACKET:
	case EXPECT_ICMP:
		when = r->t;
		break;
	case EXPECT_COUNT:
	case EXPECT_COUNTER:
	case EXPECT_VALUE:
		when = p->true_since;
		break;
	case EXPECT_COUNT_:
		break;
	}
	if (when >= target - tol && when <= target + tol && when >= 0) {
		r->t = when;
		return PASS;
	}
	return now > target + tol ? FAIL : UNDECIDED;
}

static enum decision decide(const struct judge *j, struct pending *p, int64_t now,
			    struct reading *r)
{
	const struct expectation *e = &p->e;
	const int64_t within = e->within > 0 ? e->within : 0;
	const bool broke = !r->holds && p->true_since >= 0;

	if (!r->holds)
		p->true_since = -1;
	else if (p->true_since < 0)
		p->true_since = now;

	if (e->kind == EXPECT_VALUE)
		return e->holds ? PASS : FAIL;
	if (e->at >= 0)
		return decide_at(j, p, now, r);
	if (r->holds && e->hold < 0)
		return PASS;
	if (r->holds)
		return now - p->true_since >= e->hold ? PASS : UNDECIDED;
	if (broke && e->within < 0)
		return FAIL;
	return now > p->since + within + tolerance(j, within) ? FAIL : UNDECIDED;
}

int64_t judge_due(const struct judge *j)
{
	int64_t due = INT64_MAX;

	for (const struct pending *p = j->pending; p; p = p->next) {
		const int64_t within = p->e.within > 0 ? p->e.within : 0;
		int64_t mine;

		if (p->e.at >= 0)
			mine = p->e.mark + p->e.at + tolerance(j, p->e.at) + 1;
		else if (p->true_since >= 0 && p->e.hold >= 0)
			mine = p->true_since + p->e.hold;
		else
			mine = p->since + within + tolerance(j, within) + 1;
		if (mine < due)
			due = mine;
	}
	return due;
}

json_t *judge_question(const struct judge *j, unsigned actor)
{
	const struct pending *p = j->pending;
	int64_t until;
	json_t *o;

	while (p && p->actor != actor)
		p = p->next;
	if (!p)
		return NULL;
	until = p->since + (p->e.within > 0 ? p->e.within : 0);
	if (p->e.at >= 0)
		until = p->e.mark + p->e.at;
	else if (p->true_since >= 0 && p->e.hold >= 0)
		until = p->true_since + p->e.hold;
	o = judgement_question(j->world, j->watch, p);
	json_object_set_new(o, "until", json_integer((json_int_t)until));
	return o;
}

/* The name of an expectation is unique in its run: a second one like it gets " (2)". */
static const char *unique_name(struct judge *j, const struct expectation *e)
{
	char *base = judgement_name(j->world, e), *name = strdup(base);
	unsigned nth = 1;

	for (size_t i = 0; name && i < j->n_names; i++) {
		if (strcmp(j->names[i], name) != 0)
			continue;
		free(name);
		if (asprintf(&name, "%s (%u)", base, ++nth) < 0)
			abort();
		i = (size_t)-1;
	}
	free(base);
	j->names = reallocarray(j->names, j->n_names + 1, sizeof(*j->names));
	if (!name || !j->names)
		abort();
	j->names[j->n_names++] = name;
	return name;
}

/* Which connection a failure is about: the one named, else the host's latest that it could mean. */
static const struct conn *suspect(const struct judge *j, const struct expectation *e)
{
	struct conn *c = NULL;
	size_t n;
	const struct history_entry *h = history_entries(j->hist, &n);
	const struct packet_seen *p;

	if (e->one_socket && watch_conn(j->watch, &e->local, &e->remote, &c))
		return c;
	while (e->host >= 0 && n-- > 0 && !c) {
		if (h[n].host == (unsigned)e->host && h[n].conn &&
		    concerns(e, &h[n].local, &h[n].remote))
			watch_conn(j->watch, &h[n].local, &h[n].remote, &c);
	}
	/* No socket there ever had a state: then the last that was heard on the wire. */
	p = e->host >= 0 && !c ? history_last_packet(j->hist, (unsigned)e->host, e->port) : NULL;
	if (p)
		watch_conn(j->watch, p->outgoing ? &p->segment.src : &p->segment.dst,
			   p->outgoing ? &p->segment.dst : &p->segment.src, &c);
	return c;
}

static void record_decision(struct judge *j, const struct pending *p, const struct reading *r,
			    enum decision d, int64_t now)
{
	const struct expectation *e = &p->e;
	const int64_t asked = e->at >= 0 ? e->at : e->within > 0 ? e->within : 0;
	const struct conn *last = d == FAIL ? suspect(j, e) : NULL;
	json_t *o = judgement_json(j->world, j->watch, p, r, d, unique_name(j, e),
				   tolerance(j, asked), now, last, j->rec);

	json_object_set_new(o, "n",
			    json_integer((json_int_t)j->passed + (json_int_t)j->failed + 1));
	if (d == PASS)
		j->passed++;
	else
		j->failed++;
	record_event(j->rec, "expect", now, o);
}

int judge_turn(struct judge *j, int64_t now, struct err *err)
{
	struct pending **at = &j->pending;

	while (*at) {
		struct pending *p = *at;
		struct reading r;
		enum decision d;
		int rc = look(j, p, now, &r, err);

		if (rc != 0)
			return rc;
		d = decide(j, p, now, &r);
		if (d == UNDECIDED) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		record_decision(j, p, &r, d, now);
		pending_free(p);
	}
	return 0;
}
