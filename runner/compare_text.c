/* SPDX-License-Identifier: MIT */
/*
 * A comparison in a terminal. Where there is room for two ladders they stand side by side, with
 * a mark between them:
 *
 *     ladder of A  = ladder of B         = the same, < only in A, > only in B,
 *     ladder of A  <                     ~ the same at another time, ! it went otherwise
 *
 * Below that, one ladder tells both: what is the same stands there once, and what is not once for
 * each, with A or B before it. The rows are those of ladder_draw.c, drawn half as
 * wide. Everything is put into columns by columns_pad(), which knows wide characters.
 */
#include "compare_view.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "compare.h"
#include "messages.h"
#include "paper.h"

#define GUTTER 3  /* " = ", or "A~ " */
#define LEAST  56 /* columns that a ladder needs: with fewer it is a list */
#define WIDEST 100
#define MOST   24 /* items of one part */
#define TABLE  132

/*
 * @half: columns of one ladder
 * @beside: two of them beside each other
 * @headed: the present step has its head
 */
struct sheet {
	const struct compare_view *v;
	const struct paper *paper;
	int half;
	bool beside, headed;
};

/* The marks between, or before, two rows. */
static const char marks[] = { [COMPARE_SAME] = '=',
			      [COMPARE_ONLY_A] = '<',
			      [COMPARE_ONLY_B] = '>',
			      [COMPARE_TIME] = '~',
			      [COMPARE_OTHER] = '!' };

static enum ink ink_of(enum compare_kind kind)
{
	static const enum ink inks[] = { [COMPARE_SAME] = INK_DIM,
					 [COMPARE_ONLY_A] = INK_FAIL,
					 [COMPARE_ONLY_B] = INK_PASS,
					 [COMPARE_TIME] = INK_WARN,
					 [COMPARE_OTHER] = INK_WARN };

	return inks[kind];
}

static FILE *text_open(char **text, size_t *size)
{
	FILE *f = open_memstream(text, size);

	if (!f)
		abort();
	return f;
}

/* Return: the line at @*rest, which then stands behind it; NULL at the end. */
static char *next_line(char **rest)
{
	char *line = *rest, *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	if (end)
		*end++ = '\0';
	*rest = end;
	return line;
}

static int text_columns(const struct paper *p)
{
	return p->columns < WIDEST ? p->columns : WIDEST;
}

static void put_text(const struct paper *p, enum ink as, const char *text, const char *indent,
		     int used)
{
	_cleanup_free_ char *inked = NULL;

	if (asprintf(&inked, "%s%s%s", ink(p, as), text, ink_off(p)) < 0)
		abort();
	columns_wrap(p->out, inked, text_columns(p), indent, used);
	fputc('\n', p->out);
}

/* A moment of one side in so many columns: some lines. Return: malloc'ed. */
static char *draw(const struct sheet *s, const struct compare_row *r, int side, bool head)
{
	const struct compare_moment *m = r->side[side];
	struct paper paper = *s->paper;
	char *text = NULL;
	size_t size;
	FILE *f = text_open(&text, &size);

	paper.out = f;
	paper.columns = s->half;
	if (!m) {
		fclose(f);
		return text;
	}
	if (m->what == COMPARE_ROW) {
		struct ladder_row row = *m->row;

		/* those of a SYN take a line: only where they are what differs */
		if (!r->options)
			row.options = NULL;
		if (head)
			ladder_draw_head(&paper, &row);
		else
			ladder_draw_row(&paper, &row);
	} else if (!head) {
		const char *mark = m->failed ? (paper.utf8 ? "✗" : "x") : (paper.utf8 ? "✓" : "+");

		fprintf(f, "  %s%s%s ", ink(&paper, m->failed ? INK_FAIL : INK_PASS), mark,
			ink_off(&paper));
		columns_wrap(f, m->text, s->half, "    ", 4);
		fputc('\n', f);
	}
	fclose(f);
	return text;
}

static void put_beside(const struct sheet *s, const struct compare_row *r, bool head)
{
	_cleanup_free_ char *a = draw(s, r, 0, head), *b = draw(s, r, 1, head);
	const struct paper *p = s->paper;
	char *rest[2] = { a, b }, *left, *right;
	char mark = head ? ' ' : marks[r->kind];

	for (;;) {
		left = next_line(&rest[0]);
		right = next_line(&rest[1]);
		if (!left && !right)
			return;
		if (!right && mark == ' ') {
			fprintf(p->out, "%s\n", left);
			continue;
		}
		columns_pad(p->out, left ? left : "", s->half, p->utf8);
		fprintf(p->out, " %s%c%s%s%s\n", ink(p, ink_of(r->kind)), mark, ink_off(p),
			right ? " " : "", right ? right : "");
		if (r->kind == COMPARE_SAME)
			mark = ' ';
	}
}

static void put_below(const struct sheet *s, const struct compare_row *r, int side, bool head)
{
	_cleanup_free_ char *text = draw(s, r, side, head);
	const struct paper *p = s->paper;
	const bool both = r->side[0] && r->side[1];
	char *rest = text, *line, before[GUTTER + 1] = "   ";

	if (r->kind != COMPARE_SAME && !head) {
		before[0] = side ? 'B' : 'A';
		before[1] = both ? marks[r->kind] : ' ';
	}
	while ((line = next_line(&rest))) {
		fprintf(p->out, "%s%s%s%s\n", ink(p, ink_of(r->kind)), before, ink_off(p), line);
		before[1] = ' ';
	}
}

static void put_moment(struct sheet *s, const struct compare_row *r)
{
	const int last = r->side[1] ? 1 : 0;
	bool head = !s->headed && compare_what(r) == COMPARE_ROW;

	s->headed |= head;
	if (s->beside) {
		if (head)
			put_beside(s, r, true);
		put_beside(s, r, false);
		return;
	}
	if (head)
		put_below(s, r, r->side[0] ? 0 : 1, true);
	if (r->kind == COMPARE_SAME) {
		put_below(s, r, 0, false);
		return;
	}
	for (int side = r->side[0] ? 0 : 1; side <= last; side++)
		put_below(s, r, side, false);
}

/* A step is told over the whole width; for each side where they have other words for it. */
static void put_step(struct sheet *s, const struct compare_row *r)
{
	const struct paper *p = s->paper;
	const struct compare_moment *a = r->side[0], *b = r->side[1];

	s->headed = false;
	fputc('\n', p->out);
	if (a && b && strcmp(a->text, b->text) == 0) {
		put_text(p, INK_STEP, a->text, "   ", 0);
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		if (!r->side[i])
			continue;
		fputs(i ? "B  " : "A  ", p->out);
		put_text(p, INK_STEP, r->side[i]->text, "      ", 3);
	}
}

static void put_folded(const struct sheet *s, size_t n)
{
	const struct paper *p = s->paper;

	fprintf(p->out, "%s   %s ", ink(p, INK_DIM), p->utf8 ? "…" : "...");
	if (n == 1)
		message_say(p->out, p->lang, COMPARE_SAME_ROW);
	else
		message_say(p->out, p->lang, COMPARE_SAME_ROWS, n);
	fprintf(p->out, "%s\n", ink_off(p));
}

static void put_first(const struct sheet *s)
{
	const struct paper *p = s->paper;
	const char *dash = p->utf8 ? "─" : "-", *text = message(p->lang, MSG_COMPARE_FIRST);
	int width = s->beside ? p->columns : text_columns(p),
	    rest = width - columns_width(text) - 2;

	fputs(ink(p, INK_WARN), p->out);
	columns_repeat(p->out, dash, rest / 2);
	fprintf(p->out, " %s ", text);
	columns_repeat(p->out, dash, rest - rest / 2);
	fprintf(p->out, "%s\n", ink_off(p));
}

static void put_rows(struct sheet *s, const struct compare *c)
{
	size_t n, folded = 0;
	const struct compare_row *rows = compare_rows(c, &n);
	const long first = compare_first(c);

	for (size_t i = 0; i < n; i++) {
		const struct compare_row *r = &rows[i];

		if (r->far && s->v->verbosity < 1) {
			folded++;
			continue;
		}
		if (folded)
			put_folded(s, folded);
		folded = 0;
		if ((long)i == first)
			put_first(s);
		if (compare_what(r) == COMPARE_STEP)
			put_step(s, r);
		else
			put_moment(s, r);
	}
	if (folded)
		put_folded(s, folded);
}

/* One line of the table, or as many as its longest cell takes. @name: columns of the first. */
static void put_cells(const struct paper *p, int name, const char *what, const char *const value[2],
		      enum ink as)
{
	const int width = p->columns < TABLE ? p->columns : TABLE, cell = (width - 6 - name) / 2;
	const char *text[3] = { what, value[0], value[1] };
	const int room[3] = { name, cell, cell };
	char *wrapped[3] = { NULL }, *rest[3], *line[3];
	size_t size;

	for (size_t i = 0; i < 3; i++) {
		FILE *f = text_open(&wrapped[i], &size);

		columns_wrap(f, text[i] ? text[i] : "-", room[i], i ? "" : "  ", 0);
		fclose(f);
		rest[i] = wrapped[i];
	}
	for (;;) {
		int last = -1;

		for (int i = 0; i < 3; i++) {
			line[i] = next_line(&rest[i]);
			last = line[i] ? i : last;
		}
		if (last < 0)
			break;
		fprintf(p->out, "  %s", ink(p, as));
		for (int i = 0; i < last; i++) {
			columns_pad(p->out, line[i] ? line[i] : "", room[i], p->utf8);
			fputs("  ", p->out);
		}
		fprintf(p->out, "%s%s\n", line[last], ink_off(p));
	}
	for (size_t i = 0; i < 3; i++)
		free(wrapped[i]);
}

/* As wide as the longest name, within reason; the same for all parts, but times have sentences. */
static int name_columns(const struct paper *p, const struct compare_item *items, size_t n)
{
	const int width = p->columns < TABLE ? p->columns : TABLE, most = (width - 6) * 11 / 20;
	int wanted = (width - 6) * 2 / 5;

	for (size_t i = 0; i < n; i++) {
		if (items[i].part != COMPARE_TIMES && columns_width(items[i].what) > wanted)
			wanted = columns_width(items[i].what);
	}
	return wanted < most ? wanted : most;
}

static void put_part(const struct sheet *s, const struct compare *c, enum compare_part part)
{
	static const char *const sides[2] = { "A", "B" };
	const struct paper *p = s->paper;
	size_t n, told = 0;
	const struct compare_item *items = compare_items(c, &n);
	const int name = name_columns(p, items, n);

	for (size_t i = 0; i < n; i++) {
		const char *value[2] = { items[i].value[0], items[i].value[1] };

		if (items[i].part != part)
			continue;
		if (told++ == 0) {
			fputc('\n', p->out);
			put_cells(p, name, compare_part_word(part, p->lang), sides, INK_STRONG);
		}
		if (told <= MOST || s->v->verbosity > 0)
			put_cells(p, name, items[i].what, value, INK_PLAIN);
	}
	if (told > MOST && s->v->verbosity < 1) {
		fputs("  ", p->out);
		message_say(p->out, p->lang, COMPARE_MORE, told - MOST);
		fputc('\n', p->out);
	}
}

static void put_sum(const struct paper *p, const struct compare *c)
{
	_cleanup_free_ char *text = compare_sum(c, p->lang);

	if (*text)
		put_text(p, INK_PLAIN, text, "", 0);
}

static void put_title(const struct paper *p, const struct compare *c)
{
	_cleanup_free_ char *raw = compare_title(c, p->lang);
	_cleanup_free_ char *text = columns_clean(raw, strlen(raw), p->utf8, 0);

	put_text(p, INK_TITLE, text, "  ", 0);
}

static void put_names(const struct compare_view *v)
{
	const struct paper *p = v->paper;

	for (int i = 0; i < 2; i++) {
		_cleanup_free_ char *name =
			columns_clean(v->name[i], strlen(v->name[i]), p->utf8, 0);

		fputs(i ? "  B  " : "  A  ", p->out);
		put_text(p, INK_PLAIN, name, "     ", 5);
	}
}

void compare_text(const struct compare_view *v, const struct compare *c)
{
	const struct paper *p = v->paper;
	struct sheet s = { .v = v, .paper = p, .half = (p->columns - GUTTER) / 2 };
	const bool differs = compare_differs(c);
	size_t n;

	s.beside = s.half >= LEAST;
	if (!s.beside)
		s.half = text_columns(p) - GUTTER;
	else if (s.half > WIDEST)
		s.half = WIDEST;
	put_title(p, c);
	put_names(v);
	if (compare_other_labs(c))
		put_text(p, INK_WARN, message(p->lang, MSG_COMPARE_OTHER_LABS), "", 0);
	put_part(&s, c, COMPARE_SETTINGS);
	if (compare_first(c) >= 0 ? v->verbosity >= 0 : v->verbosity > 0) {
		fputc('\n', p->out);
		put_text(p, INK_DIM,
			 message(p->lang, s.beside ? MSG_COMPARE_LEGEND : MSG_COMPARE_LEGEND_BELOW),
			 "", 0);
		put_rows(&s, c);
	}
	fputc('\n', p->out);
	(void)compare_items(c, &n);
	if (!differs) {
		put_text(p, INK_PASS,
			 message(p->lang,
				 n ? MSG_COMPARE_NO_DIFFERENCE_BUT : MSG_COMPARE_NO_DIFFERENCE),
			 "", 0);
		return;
	}
	put_text(p, INK_TITLE, message(p->lang, MSG_COMPARE_WHAT_DIFFERS), "", 0);
	put_sum(p, c);
	for (enum compare_part part = COMPARE_VERDICT; part < COMPARE_PARTS; part++)
		put_part(&s, c, part);
}
