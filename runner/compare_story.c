/* SPDX-License-Identifier: MIT */
/* From the events of one record to its story and its facts: compare.c says which. */
#include "compare_own.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "field.h"
#include "grow.h"
#include "messages.h"
#include "phrase.h"
#include "rungs.h"

static struct entry *add_entry(struct side *s, enum compare_what what)
{
	struct entry *e;

	s->entries = grow(s->entries, s->n_entries, &s->entries_room, sizeof(*s->entries));
	e = &s->entries[s->n_entries++];
	*e = (struct entry){ .moment.what = what,
			     .rung = -1,
			     .event = (long)s->n_marks - 1,
			     .order = s->n_entries,
			     .at = { -1, -1 } };
	return e;
}

/* A state as it counts: the star says how it was seen, not what it is. */
static uint64_t mix_state(uint64_t h, const char *state)
{
	char bare[LADDER_STATE_MAX];

	snprintf(bare, sizeof(bare), "%s", state);
	bare[strcspn(bare, "*")] = '\0';
	return compare_mix_text(h, bare);
}

static struct compare_mark mark_of(const struct side *s, long event)
{
	return event >= 0 && (size_t)event < s->n_marks ? s->marks[event]
							: (struct compare_mark){ 0 };
}

static void add_row(struct side *s, long n, const struct ladder_row *row, json_int_t now)
{
	struct entry *e = add_entry(s, COMPARE_ROW);
	const int order[2] = { row->from, !row->from };
	uint64_t key, detail;

	e->rung = n;
	e->mark = mark_of(s, row->first);
	key = compare_mix_text(compare_mix(e->mark.key, row->kind), row->host[row->from]);
	/* a segment can have more than one row */
	e->mark.key = compare_mix(key, row->fate == FATE_DUPLICATE ? 2 : row->resumed);
	detail = compare_mix_text(compare_mix(e->mark.detail, row->fate), row->why ? row->why : "");
	for (size_t i = 0; i < 2; i++) {
		const struct ladder_cell *cell = &row->cell[i];

		detail = compare_mix(detail, cell->changed);
		if (cell->changed)
			detail = mix_state(mix_state(detail, cell->before), cell->state);
	}
	e->mark.detail = detail;
	/* where it happened, not where the ladder was sure of it */
	e->event = row->resumed ? row->last : row->first;
	e->t = now;
	for (size_t i = 2; i-- > 0;) {
		e->at[i] = row->cell[order[i]].t;
		e->t = e->at[i] >= 0 ? e->at[i] : e->t;
	}
}

static void add_step(struct side *s, long n, const struct rung *g, const json_t *ev)
{
	struct entry *e = add_entry(s, COMPARE_STEP);

	e->rung = n;
	e->t = g->t;
	e->moment.text = strdup(g->text);
	e->mark.key = compare_mix_text(1, lang_text(json_object_get(ev, "text"), LANG_EN));
}

static void add_expect(const struct compare *c, struct side *s, const json_t *ev)
{
	struct entry *e = add_entry(s, COMPARE_EXPECT);
	_cleanup_free_ char *raw = NULL;
	size_t size;
	FILE *f = open_memstream(&raw, &size);

	if (!f)
		abort();
	e->moment.failed = !field_is(ev, "verdict", "pass");
	fputs(field_text(ev, "name"), f);
	if (e->moment.failed) {
		message_say(f, c->lang, EXPECT_BUT);
		phrase_seen(f, ev, c->lang);
	}
	fclose(f);
	e->moment.text = columns_clean(raw, size, c->utf8, 0);
	e->mark.key = compare_mix_text(2, field_text(ev, "name"));
	e->mark.detail = (uint64_t)e->moment.failed;
	e->t = field_int(ev, "t");
}

static void take_rungs(struct side *s, const json_t *ev)
{
	size_t n;
	const struct rung *all = rungs_all(s->rungs, &n);

	for (; s->n_rungs < n; s->n_rungs++) {
		const struct rung *g = &all[s->n_rungs];

		switch (g->kind) {
		case RUNG_ROW:
			add_row(s, (long)s->n_rungs, &g->row, field_int(ev, "t"));
			break;
		case RUNG_STEP:
			add_step(s, (long)s->n_rungs, g, ev);
			break;
		case RUNG_NOTE:
		case RUNG_EVENT:
		case RUNG_FOLD:
			break;
		}
	}
}

static void keep(json_t *in, const char *name, const json_t *ev)
{
	json_object_set(in, name, (json_t *)ev);
}

/* "client #2: CLOSED → SYN-SENT → …": cut when it is too long to be read. */
#define PATH_MAX_BYTES 400

static void keep_state(const struct compare *c, struct side *s, const json_t *ev)
{
	const char *to = c->utf8 ? " → " : " -> ", *old;
	char name[160];
	_cleanup_free_ char *path = NULL;
	json_t *now;
	int len;

	if (field_is(ev, "ev", "states"))
		snprintf(name, sizeof(name), "%.60s: %.30s%s%.30s", field_text(ev, "host"),
			 field_text(ev, "from"), to, field_text(ev, "to"));
	else if (field_has(ev, "conn"))
		snprintf(name, sizeof(name), "%.100s #%lld", field_text(ev, "host"),
			 (long long)field_int(ev, "conn"));
	else
		snprintf(name, sizeof(name), "%.100s:%lld", field_text(ev, "host"),
			 (long long)field_int(ev, "port"));
	name[columns_valid(name, strlen(name))] = '\0';
	now = json_object_get(s->states, name);
	if (field_is(ev, "ev", "states")) {
		json_object_set_new(s->states, name,
				    json_integer(json_integer_value(now) + field_int(ev, "count")));
		return;
	}
	old = json_string_value(now);
	if (old && strlen(old) > PATH_MAX_BYTES)
		return;
	len = asprintf(&path, "%s%s%.30s", old ? old : field_text(ev, "from"), to,
		       field_text(ev, "to"));
	if (len < 0)
		abort();
	path[columns_valid(path, (size_t)len)] = '\0';
	if (strlen(path) > PATH_MAX_BYTES) {
		free(path);
		if (asprintf(&path, "%s%s", old, c->utf8 ? " → …" : " -> ...") < 0)
			abort();
	}
	json_object_set_new(s->states, name, json_string(path));
}

static void keep_fact(const struct compare *c, struct side *s, const json_t *ev)
{
	char name[256];

	if (field_is(ev, "ev", "counter")) {
		snprintf(name, sizeof(name), "%.100s %.100s", field_text(ev, "host"),
			 field_text(ev, "name"));
		name[columns_valid(name, strlen(name))] = '\0';
		keep(s->counters, name, ev);
	} else if (field_is(ev, "ev", "value")) {
		keep(s->values, field_text(ev, "name"), ev);
	} else if (field_is(ev, "ev", "expect")) {
		keep(s->expects, field_text(ev, "name"), ev);
	} else if (field_is(ev, "ev", "state") || field_is(ev, "ev", "states")) {
		keep_state(c, s, ev);
	} else if (field_is(ev, "ev", "verdict")) {
		json_decref(s->verdict);
		s->verdict = json_incref((json_t *)ev);
	} else if (field_is(ev, "ev", "header") && !s->header) {
		s->header = json_incref((json_t *)ev);
	}
}

void compare_event(struct compare *c, int side, const json_t *ev)
{
	struct side *s = &c->side[side];

	/* the ladder counts from the header on */
	if (field_is(ev, "ev", "header") || s->header) {
		s->marks = grow(s->marks, s->n_marks, &s->marks_room, sizeof(*s->marks));
		s->marks[s->n_marks++] = compare_mark(ev);
	}
	keep_fact(c, s, ev);
	rungs_event(s->rungs, ev);
	take_rungs(s, ev);
	if (field_is(ev, "ev", "expect"))
		add_expect(c, s, ev);
}

static int by_event(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	if (a->event != b->event)
		return a->event < b->event ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

void compare_story_end(struct side *s)
{
	const struct rung *all;
	json_int_t began = 0;
	size_t n;

	rungs_end(s->rungs);
	take_rungs(s, s->verdict);
	all = rungs_all(s->rungs, &n);
	if (s->n_entries)
		qsort(s->entries, s->n_entries, sizeof(*s->entries), by_event);
	for (size_t k = 0; k < s->n_entries; k++) {
		struct entry *e = &s->entries[k];

		if (e->moment.what == COMPARE_STEP)
			began = e->t;
		for (size_t i = 0; i < 2; i++)
			if (e->at[i] >= 0)
				e->at[i] = e->at[i] > began ? e->at[i] - began : 0;
		/* only now do they stay where they are */
		if (e->moment.what == COMPARE_ROW)
			e->moment.row = &all[e->rung].row;
	}
}
