/* SPDX-License-Identifier: MIT */
#include "rungs_own.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "field.h"
#include "grow.h"
#include "ladder.h"
#include "phrase.h"

struct rungs *rungs_new(enum lang lang, bool utf8)
{
	struct rungs *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->paper = (struct paper){ .columns = 100, .utf8 = utf8, .lang = lang };
	r->event = -1;
	return r;
}

void rung_clear(struct rung *g)
{
	free(g->row.label);
	free(g->row.options);
	free(g->row.why);
	free(g->text);
}

void rungs_free(struct rungs *r)
{
	if (!r)
		return;
	ladder_free(r->ladder);
	for (size_t i = 0; i < r->n; i++)
		rung_clear(&r->all[i]);
	free(r->all);
	json_decref(r->header);
	free(r);
}

static struct rung *add(struct rungs *r, enum rung_kind kind)
{
	struct rung *g;

	r->all = grow(r->all, r->n, &r->room, sizeof(*r->all));
	g = &r->all[r->n++];
	*g = (struct rung){ .kind = kind, .event = r->event };
	return g;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void on_row(void *ctx, const struct ladder_row *row)
{
	struct rung *g = add(ctx, RUNG_ROW);

	g->row = *row;
	g->row.label = copy(row->label);
	g->row.options = copy(row->options);
	g->row.why = copy(row->why);
}

/* Rows that are waiting come before what is said; as in the text view, a lab's own words wait
 * longer. */
static void put_words(struct rungs *r, const json_t *ev, enum rung_kind kind, const char *text)
{
	struct rung *g;

	if (kind == RUNG_EVENT && !r->patient)
		ladder_settle(r->ladder);
	else if (!r->patient)
		ladder_flush(r->ladder, field_int(ev, "t"));
	g = add(r, kind);
	g->t = field_int(ev, "t");
	g->text = columns_clean(text, strlen(text), r->paper.utf8, 0);
}

static const char *text_of(const struct rungs *r, const json_t *ev)
{
	return lang_text(json_object_get(ev, "text"), r->paper.lang);
}

static void on_step(struct rungs *r, const json_t *ev)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "%lld. %s", (long long)field_int(ev, "n"), text_of(r, ev)) < 0)
		abort();
	put_words(r, ev, RUNG_STEP, text);
}

static void on_note(struct rungs *r, const json_t *ev)
{
	put_words(r, ev, RUNG_NOTE, text_of(r, ev));
}

static void on_question(struct rungs *r, const json_t *ev)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "? %s", text_of(r, ev)) < 0)
		abort();
	put_words(r, ev, RUNG_NOTE, text);
}

static void on_expect(struct rungs *r, const json_t *ev)
{
	(void)ev;
	if (!r->patient)
		ladder_settle(r->ladder);
}

/* What was done to the network or to a host. */
static void on_deed(struct rungs *r, const json_t *ev)
{
	_cleanup_free_ char *text = NULL;
	char when[PHRASE_TIME_MAX];
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	fprintf(f, "%s ", phrase_time(field_int(ev, "t"), when));
	phrase_event(f, ev, r->paper.lang);
	fclose(f);
	put_words(r, ev, RUNG_EVENT, text);
}

/* What was not done is worth a word, what was is not. */
static void on_sysctl(struct rungs *r, const json_t *ev)
{
	if (field_has(ev, "wanted"))
		on_deed(r, ev);
}

static void on_output(struct rungs *r, const json_t *ev)
{
	_cleanup_free_ char *text = NULL;

	if (!*field_text(ev, "text"))
		return;
	if (asprintf(&text, "%s: %s", field_text(ev, "host"), field_text(ev, "text")) < 0)
		abort();
	put_words(r, ev, RUNG_EVENT, text);
}

/* The same that the text view tells between its rows. */
static const struct {
	const char *ev;
	void (*take)(struct rungs *r, const json_t *ev);
} takes[] = {
	{ "step", on_step },     { "note", on_note },     { "predict", on_question },
	{ "expect", on_expect }, { "impair", on_deed },   { "rule", on_deed },
	{ "inject", on_deed },   { "released", on_deed }, { "link", on_deed },
	{ "vanish", on_deed },   { "flood", on_deed },    { "flooded", on_deed },
	{ "crash", on_deed },    { "unready", on_deed },  { "output", on_output },
	{ "sysctl", on_sysctl },
};

void rungs_event(struct rungs *r, const json_t *ev)
{
	r->event++;
	if (!r->header && field_is(ev, "ev", "header")) {
		r->header = json_incref((json_t *)ev);
		r->ladder = ladder_new(&r->paper, ev, on_row, r);
	}
	if (!r->ladder)
		return;
	ladder_event(r->ladder, ev);
	for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++)
		if (field_is(ev, "ev", takes[i].ev))
			takes[i].take(r, ev);
}

void rungs_patiently(struct rungs *r)
{
	r->patient = true;
}

/* A rung, the event that it stands at, and where it was. */
struct place {
	long event;
	size_t i;
};

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->event != y->event)
		return x->event < y->event ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

/* Each where it began; what was drawn before, on its way, where it arrived. */
static void sort(struct rungs *r)
{
	_cleanup_free_ struct place *places = calloc(r->n + 1, sizeof(*places));
	struct rung *all = calloc(r->n + 1, sizeof(*all));

	if (!places || !all)
		abort();
	for (size_t i = 0; i < r->n; i++) {
		const struct rung *g = &r->all[i];

		places[i] = (struct place){ g->event, i };
		if (g->kind == RUNG_ROW)
			places[i].event = g->row.resumed ? g->row.last : g->row.first;
	}
	qsort(places, r->n, sizeof(*places), by_place);
	for (size_t i = 0; i < r->n; i++)
		all[i] = r->all[places[i].i];
	free(r->all);
	r->all = all;
	r->room = r->n + 1;
}

void rungs_end(struct rungs *r)
{
	if (r->ladder)
		ladder_flush(r->ladder, INT64_MAX);
	if (r->patient)
		sort(r);
}

const struct rung *rungs_all(const struct rungs *r, size_t *n)
{
	*n = r->n;
	return r->all;
}

const json_t *rungs_header(const struct rungs *r)
{
	return r->header;
}
