/* SPDX-License-Identifier: MIT */
/* The table of what differs: facts of both records by name, and those that are not equal. */
#include "compare_own.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "field.h"
#include "grow.h"
#include "messages.h"
#include "phrase.h"
#include "phrase_head.h"

static char *clean(const struct compare *c, const char *text)
{
	return text ? columns_clean(text, strlen(text), c->utf8, 0) : NULL;
}

static void add_item(struct compare *c, enum compare_part part, const char *what, const char *a,
		     const char *b)
{
	c->items = grow(c->items, c->n_items, &c->items_room, sizeof(*c->items));
	c->items[c->n_items++] = (struct compare_item){ .part = part,
							.what = clean(c, what),
							.value = { clean(c, a), clean(c, b) } };
}

static bool equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* fact_fn - a fact in words. Return: malloc'ed. */
typedef char *fact_fn(const struct compare *c, const json_t *fact);

/* fact_same_fn - are they the same? Both are there. */
typedef bool fact_same_fn(const json_t *a, const json_t *b);

static char *text_of(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	return copy;
}

static char *say_plain(const struct compare *c, const json_t *fact)
{
	char buf[32];

	(void)c;
	if (json_is_string(fact))
		return text_of(json_string_value(fact));
	snprintf(buf, sizeof(buf), "%lld", (long long)json_integer_value(fact));
	return text_of(buf);
}

static bool same_plain(const json_t *a, const json_t *b)
{
	return json_equal(a, b);
}

static char *say_counter(const struct compare *c, const json_t *fact)
{
	return say_plain(c, json_object_get(fact, "delta"));
}

static bool same_counter(const json_t *a, const json_t *b)
{
	return field_int(a, "delta") == field_int(b, "delta");
}

static char *say_value(const struct compare *c, const json_t *fact)
{
	char *text;

	(void)c;
	if (asprintf(&text, "%s%s%s", field_text(fact, "value"),
		     *field_text(fact, "unit") ? " " : "", field_text(fact, "unit")) < 0)
		abort();
	return text;
}

/* What is near enough for a time in such a unit: 10 ms of it. Return: -1 when it is none. */
static double time_floor(const char *unit)
{
	static const struct {
		const char *unit;
		double floor;
	} units[] = { { "us", 10000 }, { "ms", 10 }, { "s", 0.01 }, { "min", 0.01 / 60 } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(unit, units[i].unit) == 0)
			return units[i].floor;
	return -1;
}

/* Times as text, one or a list of them, are the same as far as the judge would say so. */
static bool same_value(const json_t *a, const json_t *b)
{
	const char *x = field_text(a, "value"), *y = field_text(b, "value");
	const double least = time_floor(field_text(a, "unit"));

	if (strcmp(field_text(a, "unit"), field_text(b, "unit")) != 0)
		return false;
	if (least < 0)
		return strcmp(x, y) == 0;
	while (*x && *y) {
		if (*x >= '0' && *x <= '9' && *y >= '0' && *y <= '9') {
			char *after_x, *after_y;
			const double p = strtod(x, &after_x), q = strtod(y, &after_y);

			if (!(fabs(p - q) <= fmin(p, q) / 8 + least))
				return false;
			x = after_x;
			y = after_y;
		} else if (*x++ != *y++) {
			return false;
		}
	}
	return *x == *y;
}

static char *say_expect(const struct compare *c, const json_t *fact)
{
	char *text = NULL;
	size_t size;
	FILE *f;

	if (field_is(fact, "verdict", "pass"))
		return text_of("pass");
	f = open_memstream(&text, &size);
	if (!f)
		abort();
	fputs(field_text(fact, "verdict"), f);
	message_say(f, c->lang, EXPECT_BUT);
	phrase_seen(f, fact, c->lang);
	fclose(f);
	return text;
}

static bool same_expect(const json_t *a, const json_t *b)
{
	return strcmp(field_text(a, "verdict"), field_text(b, "verdict")) == 0;
}

/* Facts of one kind, by name: first those of A, then those that only B has. */
static void add_facts(struct compare *c, enum compare_part part, json_t *a, json_t *b, fact_fn *say,
		      fact_same_fn *same)
{
	const char *name;
	json_t *fact;

	json_object_foreach (a, name, fact) {
		const json_t *other = json_object_get(b, name);
		_cleanup_free_ char *x = NULL, *y = NULL;

		if (other && same(fact, other))
			continue;
		x = say(c, fact);
		y = other ? say(c, other) : NULL;
		add_item(c, part, name, x, y);
	}
	json_object_foreach (b, name, fact) {
		_cleanup_free_ char *y = NULL;

		if (json_object_get(a, name))
			continue;
		y = say(c, fact);
		add_item(c, part, name, NULL, y);
	}
}

/* A counter that did not move is not in the record: it is 0 there. */
static void add_counters(struct compare *c)
{
	const size_t first = c->n_items;

	add_facts(c, COMPARE_COUNTERS, c->side[0].counters, c->side[1].counters, say_counter,
		  same_counter);
	for (size_t i = first; i < c->n_items; i++)
		for (size_t k = 0; k < 2; k++)
			if (!c->items[i].value[k])
				c->items[i].value[k] = text_of("0");
}

static char *say_header(const struct compare *c, const json_t *header,
			void (*say)(FILE *out, const json_t *header, enum lang lang))
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	say(f, header, c->lang);
	fclose(f);
	return text;
}

static char *kernel_of(const struct compare *c, const json_t *header)
{
	return say_header(c, header, phrase_kernel);
}

static char *lab_of(const struct compare *c, const json_t *header)
{
	char *text;

	if (asprintf(&text, "%s: %s", field_text(header, "lab"),
		     lang_text(json_object_get(header, "title"), c->lang)) < 0)
		abort();
	return text;
}

static char *clock_of(const struct compare *c, const json_t *header)
{
	return say_header(c, header, phrase_clock);
}

static char *backend_of(const struct compare *c, const json_t *header)
{
	(void)c;
	return text_of(field_text(json_object_get(header, "impair"), "backend"));
}

static char *seed_of(const struct compare *c, const json_t *header)
{
	return say_plain(c, json_object_get(header, "seed"));
}

static char *counter_run_of(const struct compare *c, const json_t *header)
{
	return text_of(lang_text(json_object_get(header, "counter_run"), c->lang));
}

static char *version_of(const struct compare *c, const json_t *header)
{
	(void)c;
	return text_of(field_text(header, "tcplab"));
}

static void add_settings(struct compare *c)
{
	static const struct {
		enum msg what;
		fact_fn *say;
	} all[] = {
		{ MSG_COMPARE_LAB, lab_of },         { MSG_HEAD_KERNEL, kernel_of },
		{ MSG_HEAD_CLOCK, clock_of },        { MSG_HEAD_NETWORK, backend_of },
		{ MSG_COMPARE_SEED, seed_of },       { MSG_HEAD_COUNTER_RUN, counter_run_of },
		{ MSG_COMPARE_VERSION, version_of },
	};
	static const char *const maps[] = { "params", "set" };
	const json_t *a = c->side[0].header, *b = c->side[1].header;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		_cleanup_free_ char *x = a ? all[i].say(c, a) : NULL;
		_cleanup_free_ char *y = b ? all[i].say(c, b) : NULL;

		if (!equal(x, y))
			add_item(c, COMPARE_SETTINGS, message(c->lang, all[i].what), x, y);
	}
	for (size_t i = 0; i < 2; i++)
		add_facts(c, COMPARE_SETTINGS, json_object_get(a, maps[i]),
			  json_object_get(b, maps[i]), say_plain, same_plain);
}

static char *verdict_of(const struct compare *c, const struct side *s)
{
	const char *why = field_text(s->verdict, "why");
	char *text;

	if (!s->verdict)
		return text_of(message(c->lang, MSG_COMPARE_CUT_OFF));
	if (asprintf(&text, "%s%s%s", field_text(s->verdict, "verdict"), *why ? ": " : "", why) < 0)
		abort();
	return text;
}

static void add_verdicts(struct compare *c)
{
	_cleanup_free_ char *a = verdict_of(c, &c->side[0]), *b = verdict_of(c, &c->side[1]);

	if (!equal(a, b))
		add_item(c, COMPARE_VERDICT, message(c->lang, MSG_COMPARE_RUN), a, b);
}

void compare_moment_words(FILE *out, const struct compare *c, const struct compare_moment *m)
{
	const char *to = c->utf8 ? "→" : "->";

	if (m->what != COMPARE_ROW) {
		fputs(m->text, out);
		return;
	}
	if (!m->row->named && m->row->kind == ROW_SEGMENT)
		fprintf(out, "%s %s %s: ", m->row->host[m->row->from], to,
			m->row->host[!m->row->from]);
	else if (!m->row->named && m->row->kind != ROW_FOLDED)
		fprintf(out, "%s: ", m->row->host[m->row->from]);
	ladder_say_label(out, m->row, c->lang, to);
	if (m->row->fate == FATE_LOST || m->row->fate == FATE_HELD) {
		fputs(" - ", out);
		ladder_say_end(out, m->row, c->lang);
	}
}

static const struct entry *entry_of(const struct compare_moment *m)
{
	return (const struct entry *)((const char *)m - offsetof(struct entry, moment));
}

/* The step that a row is in, as the lab numbers it, and the event. */
static char *time_words(const struct compare *c, size_t step, const struct entry *e)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	if (step)
		message_say(f, c->lang, COMPARE_IN_STEP, step);
	compare_moment_words(f, c, &e->moment);
	if (e->nth)
		message_say(f, c->lang, COMPARE_NTH, e->nth);
	fclose(f);
	return text;
}

/* Of a segment that left in time and only arrived late the arrival is told. */
static void add_times(struct compare *c)
{
	size_t step = 0;

	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *r = &c->rows[i];
		const struct entry *e[2];
		char when[2][PHRASE_TIME_MAX];
		_cleanup_free_ char *what = NULL;
		size_t k;

		if (r->side[0] && r->side[0]->what == COMPARE_STEP)
			step++;
		if (!r->side[0] || !r->side[1] || r->side[0]->what != COMPARE_ROW)
			continue;
		for (k = 0; k < 2; k++)
			e[k] = entry_of(r->side[k]);
		for (k = 0; k < 2 && !compare_late(e[0]->at[k], e[1]->at[k]); k++)
			;
		if (k == 2)
			continue;
		what = time_words(c, step, e[0]);
		add_item(c, COMPARE_TIMES, what, phrase_time(e[0]->at[k], when[0]),
			 phrase_time(e[1]->at[k], when[1]));
	}
}

void compare_table(struct compare *c)
{
	struct side *a = &c->side[0], *b = &c->side[1];

	add_settings(c);
	add_verdicts(c);
	add_facts(c, COMPARE_EXPECTS, a->expects, b->expects, say_expect, same_expect);
	add_facts(c, COMPARE_STATES, a->states, b->states, say_plain, same_plain);
	add_counters(c);
	add_facts(c, COMPARE_VALUES, a->values, b->values, say_value, same_value);
	add_times(c);
}
