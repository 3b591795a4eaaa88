/* SPDX-License-Identifier: MIT */
/*
 * Comparing two records.
 *
 * Each record becomes a story: the rows of its ladder, and between them the steps of the lab and
 * the expectations as they were decided. Everything else of a record (calls, counters, notes) is
 * told in the table or not at all.
 *
 * Each entry of a story has a key and a detail. The key says which event it is: a segment of this
 * connection, from this host, with these flags and relative numbers; a change of state of this
 * socket from this to that; an expectation of this name. Equal keys may be the same event, which
 * compare_align.c decides. The detail says how it went: lost or arrived, which states it
 * changed, window closed or open, which TCP options (not their timestamps), held or failed. The
 * rest is not compared: window sizes, ports that the kernel picked, TTLs.
 *
 * Entries stand where they began: a ladder draws what never arrives when it is certain, which may
 * be a step later on one side.
 *
 * Steps come first. A step is that of the other side when it has its text; where the steps between
 * two such differ in their words only (a number that is a parameter) they are paired in order.
 * Events are aligned within a step only, so that an event which one kernel repeats
 * cannot pull the rest of the lab out of line.
 *
 * Time is compared since the step began: what came late in one step is not told again in all
 * that follow. The tolerance is the judge's: an eighth of the shorter interval, which is how late
 * the kernel's timer wheel may fire (kernel/time/timer.c), and 10 ms.
 *
 * Between two pairs, what only one side has is put in order of time.
 *
 * Keys are 64-bit hashes. A record that was made to collide is aligned wrongly, no more.
 */
#include "compare_own.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "field.h"
#include "grow.h"
#include "rungs.h"

/* So many rows that are the same are shown beside one that is not. */
#define NEAR 2

struct compare *compare_new(enum lang lang, bool utf8)
{
	struct compare *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->lang = lang;
	c->utf8 = utf8;
	for (size_t i = 0; i < 2; i++) {
		c->side[i].rungs = rungs_new(lang, utf8);
		c->side[i].expects = json_object();
		c->side[i].counters = json_object();
		c->side[i].values = json_object();
		c->side[i].states = json_object();
	}
	return c;
}

static void side_free(struct side *s)
{
	for (size_t i = 0; i < s->n_entries; i++)
		free(s->entries[i].moment.text);
	free(s->entries);
	free(s->marks);
	rungs_free(s->rungs);
	json_decref(s->header);
	json_decref(s->verdict);
	json_decref(s->expects);
	json_decref(s->counters);
	json_decref(s->values);
	json_decref(s->states);
}

void compare_free(struct compare *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_items; i++) {
		free(c->items[i].what);
		free(c->items[i].value[0]);
		free(c->items[i].value[1]);
	}
	free(c->items);
	free(c->rows);
	side_free(&c->side[0]);
	side_free(&c->side[1]);
	free(c);
}

static void add_pair(struct compare *c, struct entry *a, struct entry *b)
{
	struct compare_row *r;

	c->rows = grow(c->rows, c->n_rows, &c->rows_room, sizeof(*c->rows));
	r = &c->rows[c->n_rows++];
	*r = (struct compare_row){ .side = { a ? &a->moment : NULL, b ? &b->moment : NULL } };
	if (!a || !b) {
		r->kind = a ? COMPARE_ONLY_A : COMPARE_ONLY_B;
		return;
	}
	r->options = a->mark.options != b->mark.options;
	if (a->mark.detail != b->mark.detail || r->options)
		r->kind = COMPARE_OTHER;
	else if (compare_late(a->at[0], b->at[0]) || compare_late(a->at[1], b->at[1]))
		r->kind = COMPARE_TIME;
}

/* Some entries in a row. */
struct span {
	struct entry *first;
	size_t n;
};

static uint64_t *keys_of(struct span s)
{
	uint64_t *keys = calloc(s.n ? s.n : 1, sizeof(*keys));

	if (!keys)
		abort();
	for (size_t i = 0; i < s.n; i++)
		keys[i] = s.first[i].mark.key;
	return keys;
}

static size_t *align(struct span a, struct span b)
{
	_cleanup_free_ uint64_t *x = keys_of(a), *y = keys_of(b);
	size_t *to = calloc(a.n ? a.n : 1, sizeof(*to));

	if (!to)
		abort();
	compare_align(x, a.n, y, b.n, to);
	return to;
}

/* Which of the like events of its step each is. */
static void number(struct span s)
{
	_cleanup_free_ uint64_t *keys = keys_of(s);
	_cleanup_free_ size_t *nth = calloc(s.n ? s.n : 1, sizeof(*nth));

	if (!nth)
		abort();
	compare_number(keys, s.n, nth);
	for (size_t i = 0; i < s.n; i++)
		s.first[i].nth = nth[i];
}

/* What comes first of the two, by the time since its step. */
static bool sooner(const struct entry *a, json_int_t a0, const struct entry *b, json_int_t b0)
{
	return a->t - a0 <= b->t - b0;
}

/* The events of one step; @a0 and @b0: when it began. */
static void add_span(struct compare *c, struct span a, struct span b, json_int_t a0, json_int_t b0)
{
	_cleanup_free_ size_t *to = align(a, b);
	size_t i = 0, j = 0;

	number(a);
	for (;;) {
		size_t next = i, until;

		while (next < a.n && to[next] == SIZE_MAX)
			next++;
		until = next < a.n ? to[next] : b.n;
		assert((i == next || a.first) &&
		       (j == until || b.first)); /* what has none is empty */
		while (i < next || j < until) {
			if (j == until || (i < next && sooner(&a.first[i], a0, &b.first[j], b0)))
				add_pair(c, &a.first[i++], NULL);
			else
				add_pair(c, NULL, &b.first[j++]);
		}
		if (i == a.n)
			return;
		add_pair(c, &a.first[i++], &b.first[j++]);
	}
}

/* A step: its own entry, unless it is what comes before the first, and those that follow. */
struct step {
	struct entry *head;
	struct span rest;
	json_int_t t;
};

static size_t steps_of(struct side *s, struct step **out)
{
	struct step *all = calloc(s->n_entries + 1, sizeof(*all));
	size_t n = 1;

	if (!all)
		abort();
	all[0].rest.first = s->entries;
	for (size_t i = 0; i < s->n_entries; i++) {
		if (s->entries[i].moment.what == COMPARE_STEP)
			all[n++] = (struct step){ .head = &s->entries[i],
						  .rest = { &s->entries[i + 1], 0 },
						  .t = s->entries[i].t };
		else
			all[n - 1].rest.n++;
	}
	*out = all;
	return n;
}

static void add_steps(struct compare *c, struct step *a, struct step *b)
{
	static const struct span nothing = { 0 };

	if ((a && a->head) || (b && b->head))
		add_pair(c, a ? a->head : NULL, b ? b->head : NULL);
	add_span(c, a ? a->rest : nothing, b ? b->rest : nothing, a ? a->t : 0, b ? b->t : 0);
}

/* Steps that have no partner by their words. */
static void add_unlike(struct compare *c, struct step *a, size_t n, struct step *b, size_t m)
{
	for (size_t i = 0; i < n || i < m; i++)
		if (n == m)
			add_steps(c, &a[i], &b[i]);
		else if (i < n)
			add_steps(c, &a[i], NULL);
	for (size_t i = 0; n != m && i < m; i++)
		add_steps(c, NULL, &b[i]);
}

static void align_steps(struct compare *c)
{
	_cleanup_free_ struct step *a = NULL, *b = NULL;
	size_t n = steps_of(&c->side[0], &a), m = steps_of(&c->side[1], &b), i = 1, j = 1;
	_cleanup_free_ uint64_t *x = calloc(n, sizeof(*x)), *y = calloc(m, sizeof(*y));
	_cleanup_free_ size_t *to = calloc(n, sizeof(*to));

	if (!x || !y || !to)
		abort();
	/* what comes before the first step is the same on both sides */
	for (size_t k = 1; k < n; k++)
		x[k] = a[k].head->mark.key;
	for (size_t k = 1; k < m; k++)
		y[k] = b[k].head->mark.key;
	compare_align(x + 1, n - 1, y + 1, m - 1, to + 1);
	add_steps(c, &a[0], &b[0]);
	while (i < n || j < m) {
		size_t next = i, until;

		while (next < n && to[next] == SIZE_MAX)
			next++;
		until = next < n ? to[next] + 1 : m;
		add_unlike(c, &a[i], next - i, &b[j], until - j);
		i = next;
		j = until;
		if (i < n)
			add_steps(c, &a[i++], &b[j++]);
	}
}

/* Go on counting rows that are the same. What a step begins with is near nothing before it. */
static size_t quiet_after(size_t quiet, const struct compare_row *r)
{
	if (compare_what(r) == COMPARE_STEP)
		return NEAR;
	return r->kind == COMPARE_SAME ? quiet + 1 : 0;
}

/* Rows that are the same, with none beside them in their step that is not. */
static void mark_far(struct compare *c)
{
	size_t quiet = NEAR;

	for (size_t i = 0; i < c->n_rows; i++) {
		quiet = quiet_after(quiet, &c->rows[i]);
		c->rows[i].far = quiet > NEAR;
	}
	quiet = NEAR;
	for (size_t i = c->n_rows; i-- > 0;) {
		quiet = quiet_after(quiet, &c->rows[i]);
		c->rows[i].far = c->rows[i].far && quiet > NEAR;
	}
}

void compare_end(struct compare *c)
{
	compare_story_end(&c->side[0]);
	compare_story_end(&c->side[1]);
	align_steps(c);
	mark_far(c);
	compare_table(c);
}

const struct compare_row *compare_rows(const struct compare *c, size_t *n)
{
	*n = c->n_rows;
	return c->rows;
}

const struct compare_item *compare_items(const struct compare *c, size_t *n)
{
	*n = c->n_items;
	return c->items;
}

void compare_count(const struct compare *c, size_t count[static COMPARE_KINDS])
{
	memset(count, 0, COMPARE_KINDS * sizeof(*count));
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *r = &c->rows[i];

		if (compare_what(r) != COMPARE_STEP)
			count[r->kind]++;
	}
}

long compare_first(const struct compare *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].kind != COMPARE_SAME)
			return (long)i;
	return -1;
}

bool compare_differs(const struct compare *c)
{
	for (size_t i = 0; i < c->n_items; i++)
		if (c->items[i].part != COMPARE_SETTINGS)
			return true;
	return compare_first(c) >= 0;
}

bool compare_other_labs(const struct compare *c)
{
	return c->side[0].header && c->side[1].header &&
	       strcmp(field_text(c->side[0].header, "lab"), field_text(c->side[1].header, "lab")) !=
		       0;
}

const json_t *compare_header(const struct compare *c, int side)
{
	return c->side[side].header;
}

const json_t *compare_verdict(const struct compare *c, int side)
{
	return c->side[side].verdict;
}
