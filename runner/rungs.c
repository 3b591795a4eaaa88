/* SPDX-License-Identifier: MIT */
#include "rungs_own.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "field.h"
#include "ladder.h"

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

	if (r->n == r->room) {
		r->room = r->room ? 2 * r->room : 64;
		r->all = reallocarray(r->all, r->room, sizeof(*r->all));
		if (!r->all)
			abort();
	}
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

/* What the lab tells, where the text view tells it. */
static void on_words(struct rungs *r, const json_t *ev, enum rung_kind kind)
{
	const char *text = lang_text(json_object_get(ev, "text"), r->paper.lang);
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), r->paper.utf8, 0);
	struct rung *g;

	ladder_flush(r->ladder, field_int(ev, "t"));
	g = add(r, kind);
	g->t = field_int(ev, "t");
	if (kind == RUNG_NOTE)
		g->text = steal_ptr(&clean);
	else if (asprintf(&g->text, "%lld. %s", (long long)field_int(ev, "n"), clean) < 0)
		abort();
}

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
	if (field_is(ev, "ev", "step"))
		on_words(r, ev, RUNG_STEP);
	else if (field_is(ev, "ev", "note"))
		on_words(r, ev, RUNG_NOTE);
	else if (field_is(ev, "ev", "expect"))
		ladder_settle(r->ladder);
}

void rungs_end(struct rungs *r)
{
	if (r->ladder)
		ladder_flush(r->ladder, INT64_MAX);
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
