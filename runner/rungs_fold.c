/* SPDX-License-Identifier: MIT */
/*
 * Folding a ladder that is too long to look at, a flood for instance.
 *
 * Rows are alike when they differ in numbers only: each gets a signature, its words with every
 * number made '#'. Of each signature the first K rows stay and the last two, with the largest K
 * that makes the ladder short enough; rows of one signature need not stand together, so a handshake
 * repeated a thousand times folds although it is three kinds of rows in turn. Where there are
 * too many signatures for that, the beginning and the end stay. What stood between two rows that
 * stay becomes one line, which counts what is not shown by signature: nothing is left out silently.
 */
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "messages.h"
#include "phrase.h"
#include "rungs_own.h"

#define LAST_KEPT  2
#define KINDS_SAID 4

/*
 * @kinds: signature -> index into counts, and into examples (a row of that kind)
 * @kind:  of each rung; @nth: which of its kind it is, from 0
 */
struct folding {
	const struct rungs *r;
	json_t *kinds;
	size_t *kind, *nth, *count, *example;
	size_t n_rows;
};

static void put_signature(FILE *out, const struct rung *g)
{
	const struct ladder_row *row = &g->row;
	bool digit = false;

	fprintf(out, "%d %d %d %d %d ", (int)g->kind, (int)row->kind, (int)row->fate, row->from,
		row->rtx);
	for (const char *p = row->label ? row->label : ""; *p; p++) {
		bool is = *p >= '0' && *p <= '9';

		if (!is || !digit)
			fputc(is ? '#' : *p, out);
		digit = is;
	}
}

static size_t kind_of(struct folding *f, size_t i)
{
	_cleanup_free_ char *signature = NULL;
	size_t size;
	FILE *out = open_memstream(&signature, &size);
	json_t *known;

	if (!out)
		abort();
	put_signature(out, &f->r->all[i]);
	fclose(out);
	known = json_object_get(f->kinds, signature);
	if (!known) {
		known = json_integer((json_int_t)json_object_size(f->kinds));
		json_object_set_new(f->kinds, signature, known);
		f->example[json_integer_value(known)] = i;
	}
	return (size_t)json_integer_value(known);
}

static void *array(size_t n)
{
	void *p = calloc(n ? n : 1, sizeof(size_t));

	if (!p)
		abort();
	return p;
}

static void folding_begin(struct folding *f, const struct rungs *r)
{
	*f = (struct folding){ .r = r, .kinds = json_object() };
	f->kind = array(r->n);
	f->nth = array(r->n);
	f->count = array(r->n);
	f->example = array(r->n);
	for (size_t i = 0; i < r->n; i++) {
		f->kind[i] = kind_of(f, i);
		f->nth[i] = f->count[f->kind[i]]++;
		f->n_rows += r->all[i].kind == RUNG_ROW;
	}
}

static void folding_end(struct folding *f)
{
	json_decref(f->kinds);
	free(f->kind);
	free(f->nth);
	free(f->count);
	free(f->example);
}

/* Does row @i stay when the first @k of a kind do? */
static bool stays(const struct folding *f, size_t i, size_t k)
{
	return f->nth[i] < k || f->nth[i] + LAST_KEPT >= f->count[f->kind[i]];
}

/* Mark what stays: in @keep. */
static void choose(const struct folding *f, size_t most, bool *keep)
{
	for (size_t k = 32; k >= 1; k /= 2) {
		size_t n = 0;

		for (size_t i = 0; i < f->r->n; i++) {
			keep[i] = stays(f, i, k);
			n += keep[i];
		}
		if (n <= most)
			return;
	}
	for (size_t i = 0; i < f->r->n; i++)
		keep[i] = i < most * 3 / 4 || i + most / 4 >= f->r->n;
}

static json_int_t time_of(const struct rung *g)
{
	json_int_t t = g->row.cell[g->row.from].t;

	if (g->kind != RUNG_ROW)
		return g->t;
	return t >= 0 ? t : g->row.cell[!g->row.from].t;
}

/* "12 rows are not shown, 1.0 ms to 3.0 ms: 4 × SYN seq 0, 8 × …" for rungs @from up to @to. */
static char *say_fold(const struct folding *f, size_t from, size_t to)
{
	enum lang lang = f->r->paper.lang;
	_cleanup_free_ size_t *count = array(json_object_size(f->kinds));
	char begin[PHRASE_TIME_MAX], end[PHRASE_TIME_MAX], *text = NULL;
	json_int_t first = time_of(&f->r->all[from]), last = time_of(&f->r->all[to - 1]);
	size_t said = 0, size, left = to - from;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	for (size_t i = from; i < to; i++)
		count[f->kind[i]]++;
	message_say(out, lang, LADDER_FOLD, to - from, phrase_time(first > 0 ? first : 0, begin),
		    phrase_time(last > 0 ? last : 0, end));
	for (size_t i = from; i < to && said < KINDS_SAID; i++) {
		size_t kind = f->kind[i], n = count[kind];
		const struct rung *g = &f->r->all[f->example[kind]];

		if (!n)
			continue;
		count[kind] = 0;
		left -= n;
		message_say(out, lang, LADDER_FOLD_KIND, said++ ? ", " : " ", n);
		if (g->kind == RUNG_ROW && g->row.kind == ROW_SEGMENT)
			fprintf(out, "%s → %s: ", g->row.host[g->row.from],
				g->row.host[!g->row.from]);
		if (g->row.rtx)
			message_say(out, lang, LADDER_RTX);
		fputs(g->kind == RUNG_ROW ? g->row.label : g->text, out);
	}
	if (left)
		message_say(out, lang, LADDER_FOLD_REST, left);
	fclose(out);
	return text;
}

/* The rungs that stay, with one for what goes between two of them. Return: how many. */
static size_t put_together(const struct folding *f, const bool *keep, struct rung *all)
{
	const struct rungs *r = f->r;
	size_t n = 0;

	for (size_t i = 0, end; i < r->n; i = end) {
		const struct rung *g = &r->all[i];
		struct rung *to = &all[n++];

		for (end = i; end < r->n && !keep[end];)
			end++;
		if (end == i) {
			*to = r->all[end++];
			continue;
		}
		*to = (struct rung){ .kind = RUNG_FOLD,
				     .n = end - i,
				     .t = time_of(g),
				     .event = g->kind == RUNG_ROW ? g->row.first : g->event,
				     .text = say_fold(f, i, end) };
	}
	return n;
}

void rungs_fold(struct rungs *r, size_t most)
{
	_cleanup_free_ bool *keep = calloc(r->n + 1, sizeof(*keep));
	struct rung *all;
	struct folding f;
	size_t n;

	if (!keep)
		abort();
	if (r->n <= most)
		return;
	folding_begin(&f, r);
	choose(&f, most, keep);
	/* the story stays, unless it is what is too long */
	for (size_t i = 0; i < r->n && r->n - f.n_rows < most; i++)
		keep[i] |= r->all[i].kind != RUNG_ROW;
	all = calloc(r->n + 1, sizeof(*all));
	if (!all)
		abort();
	n = put_together(&f, keep, all);
	folding_end(&f);
	for (size_t i = 0; i < r->n; i++)
		if (!keep[i])
			rung_clear(&r->all[i]);
	free(r->all);
	r->all = all;
	r->n = r->room = n;
}
