/* SPDX-License-Identifier: MIT */
#include "judgement.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "../netns/cleanup.h"
#include "../netns/world.h"
#include "conn.h"
#include "phrase.h"
#include "record.h"
#include "watch.h"

static json_t *states_json(uint32_t mask)
{
	json_t *list = json_array();

	for (unsigned s = 0; s < TCPSTATE_COUNT; s++) {
		if (mask & (1u << s))
			json_array_append_new(list, json_string(tcpstate_name(s)));
	}
	return list;
}

static const char *const kind_name[] = {
	[EXPECT_STATE] = "state",   [EXPECT_WAS] = "was",         [EXPECT_COUNT] = "count",
	[EXPECT_PACKET] = "packet", [EXPECT_COUNTER] = "counter", [EXPECT_VALUE] = "value",
	[EXPECT_ICMP] = "icmp",
};
static_assert(sizeof(kind_name) / sizeof(*kind_name) == EXPECT_COUNT_, "a name for each kind");

/* "server state SYN-RECV": made of what does not change from run to run. */
static void write_name(FILE *out, const struct world *world, const struct expectation *e)
{
	char flags[SEG_FLAGS_MAX_TEXT];
	const char *sep = "";

	if (e->name) {
		fputs(e->name, out);
		return;
	}
	if (e->kind == EXPECT_VALUE) {
		fputs(e->expected, out);
		return;
	}
	fprintf(out, "%s %s ", world_host(world, (size_t)e->host)->name, kind_name[e->kind]);
	if (e->kind == EXPECT_COUNTER) {
		fputs(e->counter, out);
		return;
	}
	if (e->kind == EXPECT_PACKET) {
		fputs(e->packet.flags == PACKET_ANY
			      ? "any"
			      : segment_flags((uint8_t)e->packet.flags, flags),
		      out);
		if (e->packet.outgoing != PACKET_ANY)
			fputs(e->packet.outgoing ? " out" : " in", out);
		return;
	}
	if (e->kind == EXPECT_ICMP) {
		fputs(e->icmp.name ? e->icmp.name : "any", out);
		if (e->icmp.outgoing != PACKET_ANY)
			fputs(e->icmp.outgoing ? " out" : " in", out);
		return;
	}
	for (unsigned s = 0; s < TCPSTATE_COUNT; s++) {
		if (e->states & (1u << s)) {
			fprintf(out, "%s%s", sep, tcpstate_name(s));
			sep = " or ";
		}
	}
}

char *judgement_name(const struct world *world, const struct expectation *e)
{
	char *name = NULL;
	size_t size;
	FILE *f = open_memstream(&name, &size);

	if (!f)
		abort();
	write_name(f, world, e);
	fclose(f);
	return name;
}

static json_t *packet_json(const struct packet_match *m)
{
	char flags[SEG_FLAGS_MAX_TEXT];
	json_t *o = json_object();

	if (m->outgoing != PACKET_ANY)
		json_object_set_new(o, "dir", json_string(m->outgoing ? "out" : "in"));
	if (m->flags != PACKET_ANY)
		json_object_set_new(o, "flags",
				    json_string(segment_flags((uint8_t)m->flags, flags)));
	if (m->len != PACKET_ANY)
		json_object_set_new(o, "len", json_integer(m->len));
	if (m->retransmission != PACKET_ANY)
		json_object_set_new(o, "rtx", json_boolean(m->retransmission));
	if (m->port != PACKET_ANY)
		json_object_set_new(o, "port", json_integer(m->port));
	if (m->nth > 1)
		json_object_set_new(o, "nth", json_integer(m->nth));
	return o;
}

static json_t *icmp_json(const struct icmp_match *m)
{
	json_t *o = json_object();

	if (m->name)
		json_object_set_new(o, "name", json_string(m->name));
	if (m->outgoing != PACKET_ANY)
		json_object_set_new(o, "dir", json_string(m->outgoing ? "out" : "in"));
	if (m->port != PACKET_ANY)
		json_object_set_new(o, "port", json_integer(m->port));
	if (m->nth > 1)
		json_object_set_new(o, "nth", json_integer(m->nth));
	return o;
}

static void set_int(json_t *o, const char *key, int64_t value)
{
	json_object_set_new(o, key, json_integer(value));
}

/* What was asked. */
static json_t *question_json(const struct world *world, struct watch *watch,
			     const struct pending *p, const char *name)
{
	const struct expectation *e = &p->e;
	json_t *o = json_pack("{s:s, s:s}", "name", name, "kind", kind_name[e->kind]);

	if (e->host >= 0)
		json_object_set_new(o, "host",
				    json_string(world_host(world, (size_t)e->host)->name));
	if (e->one_socket) {
		struct conn *conn;
		unsigned id = watch_conn(watch, &e->local, &e->remote, &conn);

		if (id)
			set_int(o, "conn", id);
	}
	if (e->port)
		set_int(o, "port", e->port);
	if (e->kind <= EXPECT_COUNT)
		json_object_set_new(o, "states", states_json(e->states));
	if (e->kind == EXPECT_PACKET)
		json_object_set_new(o, "packet", packet_json(&e->packet));
	if (e->kind == EXPECT_ICMP)
		json_object_set_new(o, "icmp", icmp_json(&e->icmp));
	if (e->kind == EXPECT_COUNTER)
		json_object_set_new(o, "counter", json_string(e->counter));
	if (e->kind == EXPECT_COUNT || e->kind == EXPECT_COUNTER) {
		if (e->min > INT64_MIN)
			set_int(o, "min", e->min);
		if (e->max < INT64_MAX)
			set_int(o, "max", e->max);
	}
	if (e->within >= 0)
		set_int(o, "within", e->within);
	if (e->hold >= 0)
		set_int(o, "hold", e->hold);
	if (e->at >= 0) {
		set_int(o, "at", e->at);
		set_int(o, "mark", e->mark);
	}
	set_int(o, "since", p->since);
	return o;
}

json_t *judgement_question(const struct world *world, struct watch *watch, const struct pending *p)
{
	return question_json(world, watch, p, p->e.name ? p->e.name : "");
}

/* What was seen instead of, or as, the thing asked for. */
static void add_answer(const struct pending *p, const struct reading *r, enum decision d,
		       int64_t tolerance, json_t *o)
{
	const struct expectation *e = &p->e;

	if (e->kind != EXPECT_VALUE)
		set_int(o, "tolerance", tolerance);
	if (e->kind == EXPECT_COUNT || e->kind == EXPECT_COUNTER)
		set_int(o, "seen_n", r->number);
	if (e->kind <= EXPECT_COUNT && d == FAIL)
		json_object_set_new(o, "seen_states", states_json(r->states));
	if (r->t >= 0 && (d == PASS || e->kind != EXPECT_COUNT))
		set_int(o, "seen_t", r->t);
}

static json_t *words(const json_t *o, void (*phrase)(FILE *, const json_t *, enum lang))
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	phrase(f, o, LANG_EN);
	fclose(f);
	return json_string(text);
}

static json_t *last_events(const struct conn *c)
{
	json_t *told = conn_told(c), *lines = json_array();
	size_t i;
	json_t *ev;

	json_array_foreach (told, i, ev) {
		_cleanup_free_ char *text = NULL;
		size_t size;
		FILE *f = open_memstream(&text, &size);
		char when[PHRASE_TIME_MAX];

		if (!f)
			abort();
		fprintf(f, "%s ", phrase_time(json_integer_value(json_object_get(ev, "t")), when));
		phrase_event(f, ev, LANG_EN);
		fclose(f);
		json_array_append_new(lines, json_string(text));
	}
	json_decref(told);
	return lines;
}

json_t *judgement_json(const struct world *world, struct watch *watch, const struct pending *p,
		       const struct reading *r, enum decision d, const char *name,
		       int64_t tolerance, int64_t now, const struct conn *last,
		       const struct record *rec)
{
	const struct expectation *e = &p->e;
	json_t *o = question_json(world, watch, p, name);
	char where[512];

	set_int(o, "t", now);
	json_object_set_new(o, "verdict", json_string(d == PASS ? "pass" : "fail"));
	add_answer(p, r, d, tolerance, o);
	/* The words have to say what the numbers do. */
	record_coarsen(rec, o);
	if (e->kind == EXPECT_VALUE) {
		json_object_set_new(o, "expected", json_string(e->expected));
		json_object_set_new(o, "seen", json_string(e->seen));
	} else {
		json_object_set_new(o, "expected", words(o, phrase_expected));
		json_object_set_new(o, "seen", words(o, phrase_seen));
	}
	snprintf(where, sizeof(where), "%s:%d", e->file, e->line);
	json_object_set_new(o, "where", json_string(where));
	if (d == FAIL && last)
		json_object_set_new(o, "last", last_events(last));
	return o;
}
