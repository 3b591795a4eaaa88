/* SPDX-License-Identifier: MIT */
/*
 * What the scrubber of a report needs of the record, as small as it can be: the moments that it
 * stops at, the sockets, and how they change.
 *
 *     moments   [[event, t ms, x in the timelines, caption, told], …] in order
 *
 *     sockets   ["client #1", …]
 *
 *     spans     [[event, end, socket, state, class, rq, wq, timer, due ms, tries, owned], …]
 *
 *     words     {…} what the script says, in the page's language
 *
 * @told is the last event about a socket that belongs to the moment. A socket is as a span says
 * from @event until @end, or to the last when that is -1.
 *
 * Only what the pictures show is in it: of a flood it stops at the rows that were not folded.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "columns.h"
#include "field.h"
#include "grow.h"
#include "html.h"
#include "lanes.h"
#include "record.h"
#include "report_own.h"
#include "rungs.h"
#include "svg_lanes.h"
#include "svg_state.h"

/* @order: in which they were added; @text: malloc'ed */
struct moment {
	long event;
	size_t order;
	json_int_t t;
	char *text;
};

struct moments {
	struct moment *all;
	size_t n, room;
};

static void add(struct moments *m, long event, json_int_t t, char *text)
{
	m->all = grow(m->all, m->n, &m->room, sizeof(*m->all));
	m->all[m->n] = (struct moment){ event, m->n, t, text };
	m->n++;
}

static char *row_words(const struct ladder_row *row, enum lang lang, bool arrival)
{
	struct ladder_row plain = *row;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	plain.named = false;
	plain.resumed = false;
	if (row->kind == ROW_SEGMENT)
		fprintf(f, "%s → %s: ", row->host[row->from], row->host[!row->from]);
	else if (row->kind != ROW_FOLDED)
		fprintf(f, "%s: ", row->host[row->from]);
	if (arrival && row->fate == FATE_ARRIVED)
		message_say(f, lang, REPORT_ARRIVES);
	ladder_say_label(f, &plain, lang, "→");
	if (arrival && row->fate != FATE_ARRIVED && row->fate != FATE_DUPLICATE) {
		fputs(" – ", f);
		ladder_say_end(f, row, lang);
	}
	fclose(f);
	return text;
}

static void add_row(struct moments *m, const struct ladder_row *row, enum lang lang)
{
	json_int_t sent = row->cell[row->from].t, arrived = row->cell[!row->from].t;

	if (row->kind == ROW_SEGMENT && sent >= 0 && !row->resumed)
		add(m, row->first, sent, row_words(row, lang, false));
	if (row->kind != ROW_SEGMENT)
		add(m, row->first, sent >= 0 ? sent : 0, row_words(row, lang, false));
	else if (row->last != row->first || sent < 0)
		add(m, row->last, arrived >= 0 ? arrived : -1, row_words(row, lang, true));
}

static int by_event(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->event != y->event)
		return x->event < y->event ? -1 : 1;
	/* what a ladder's row says comes before what a lane says */
	return x->order < y->order ? -1 : 1;
}

static void add_rungs(struct moments *m, const struct report *r)
{
	size_t n;
	const struct rung *all = rungs_all(r->rungs, &n);

	for (size_t i = 0; i < n; i++) {
		if (all[i].kind == RUNG_ROW)
			add_row(m, &all[i].row, r->opt.lang);
		else
			add(m, all[i].event, all[i].t, strdup(all[i].text));
	}
}

static char *lane_words(const struct lane *lane, const char *state)
{
	char *text = NULL;

	if (asprintf(&text, lane->conn ? "%s #%lld: %s" : "%s :%lld: %s", lane->host,
		     (long long)(lane->conn ? lane->conn : lane->port), state) < 0)
		abort();
	return text;
}

static void add_lanes(struct moments *m, const struct report *r)
{
	size_t n;
	const struct lane *all = lanes_all(r->lanes, &n);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < all[i].n; k++) {
			const struct lane_span *span = &all[i].spans[k];
			char state[24];

			snprintf(state, sizeof(state), "%s%s", span->state,
				 span->inferred ? "*" : "");
			add(m, span->event, span->from, lane_words(&all[i], state));
			/* it went, unless it only went into another state */
			if (span->end >= 0 && (k + 1 == all[i].n || span[1].event != span->end))
				add(m, span->end, span->to, lane_words(&all[i], "CLOSED"));
		}
	}
}

/* Several words about one event: the first are the widest. */
static void leave_one_for_each_event(struct moments *m)
{
	size_t n = 0;

	qsort(m->all, m->n, sizeof(*m->all), by_event);
	for (size_t i = 0; i < m->n; i++) {
		if (n && m->all[i].event == m->all[n - 1].event)
			free(m->all[i].text);
		else
			m->all[n++] = m->all[i];
	}
	m->n = n;
}

static json_t *moments_json(struct moments *m, const struct lanes *lanes)
{
	json_t *list = json_array();
	json_int_t t = 0;

	leave_one_for_each_event(m);
	for (size_t i = 0; i < m->n; i++) {
		const struct moment *it = &m->all[i];
		_cleanup_free_ char *clean = columns_clean(it->text, strlen(it->text), 1, 0);
		long next = i + 1 < m->n ? it[1].event : LONG_MAX, told;

		if (it->t > t)
			t = it->t;
		told = lanes_told(lanes, it->event, next, t + RECORD_RIGHT_AFTER);
		json_array_append_new(list, json_pack("[I,f,f,s,I]", (json_int_t)it->event,
						      (double)t / NS_PER_MS,
						      round(10 * svg_lanes_x(lanes, t)) / 10, clean,
						      (json_int_t)told));
	}
	return list;
}

static json_t *names_json(const struct lanes *lanes)
{
	json_t *list = json_array();
	size_t n;
	const struct lane *all = lanes_all(lanes, &n);

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			list, json_sprintf(all[i].conn ? "%s #%lld" : "%s :%lld", all[i].host,
					   (long long)(all[i].conn ? all[i].conn : all[i].port)));
	return list;
}

static json_t *span_json(const struct lane_span *span, size_t lane)
{
	char state[24];

	snprintf(state, sizeof(state), "%s%s", span->state, span->inferred ? "*" : "");
	return json_pack("[I,I,I,s,s,I,I,s,f,I,b]", (json_int_t)span->event, (json_int_t)span->end,
			 (json_int_t)lane, state, svg_state_class(state), span->rq, span->wq,
			 span->timer, (double)span->due / NS_PER_MS, span->tries, !span->ownerless);
}

static json_t *spans_json(const struct lanes *lanes)
{
	json_t *list = json_array();
	size_t n;
	const struct lane *all = lanes_all(lanes, &n);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < all[i].n_pieces; k++)
			json_array_append_new(list, span_json(&all[i].pieces[k], i));
	}
	return list;
}

json_t *report_moments(const struct report *r)
{
	enum lang lang = r->opt.lang;
	struct moments m = { 0 };
	json_t *all;

	add_rungs(&m, r);
	add_lanes(&m, r);
	add(&m, lanes_last(r->lanes), lanes_until(r->lanes),
	    strdup(message(lang, MSG_REPORT_END_OF_RUN)));
	all = json_pack("{s:o, s:o, s:o, s:{s:s, s:s, s:s}}", "moments", moments_json(&m, r->lanes),
			"sockets", names_json(r->lanes), "spans", spans_json(r->lanes), "words",
			"none", message(lang, MSG_REPORT_NO_SOCKET), "orphan",
			message(lang, MSG_REPORT_NO_OWNER), "in",
			message(lang, MSG_REPORT_TIMER_IN));
	for (size_t i = 0; i < m.n; i++)
		free(m.all[i].text);
	free(m.all);
	return all;
}
