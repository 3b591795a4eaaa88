/* SPDX-License-Identifier: MIT */
/*
 * How a row looks. From left to right:
 *
 *   SYN-SENT    │    0.1 ms ──── SYN seq 0 win 64240 ───────▶   25.3 ms │ SYN-RECV
 *   state, 12   │ time, 9   the words, near their sender       time, 9  │ state
 *
 * The words go on a line of their own above the arrow where they do not fit
 * into it, and below LIST_BELOW columns there are no columns: each row is then
 * a sentence. A retransmission, a duplicate, a segment that is lost or still on
 * the way have a line or an end of their own and say so in words too, because
 * a terminal may show neither colour nor box drawing. An ICMP error has a dotted line that reaches
 * no further than the network, in the middle.
 */
#include "ladder_row.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "columns.h"
#include "messages.h"
#include "paper.h"
#include "phrase.h"

#define STATE_COLUMNS 12
#define LAST_COLUMNS  11 /* the right column: "FIN-WAIT-1*" */
#define TIME_COLUMNS  9
#define EDGE_COLUMNS  4 /* "│ " and " │" */
#define LIST_BELOW    56
#define WIDEST        100

/* Fewest dashes beside the words, on both sides together. */
#define LEAST_LINE 4

struct glyphs {
	const char *bar, *line, *again, *twice, *dots, *right, *left, *lost, *more, *to;
};

static const struct glyphs drawn = { "│", "─", "╌", "═", "┈", "▶", "◀", "✗", "…", "→" };
static const struct glyphs ascii = { "|", "-", "~", "=", ".", ">", "<", "x", "...", "->" };

/* What is being drawn on: the paper, and how wide the middle is. */
struct sheet {
	const struct paper *paper;
	const struct glyphs *g;
	int inner;
};

static struct sheet sheet_for(const struct paper *paper)
{
	int width = paper->columns < WIDEST ? paper->columns : WIDEST;

	return (struct sheet){
		.paper = paper,
		.g = paper->utf8 ? &drawn : &ascii,
		.inner = width - 2 * STATE_COLUMNS - EDGE_COLUMNS,
	};
}

static FILE *text_open(char **text, size_t *size)
{
	FILE *f = open_memstream(text, size);

	if (!f)
		abort();
	return f;
}

/* A time of at most TIME_COLUMNS: beyond a minute in seconds, where phrase_time() takes more. */
static const char *short_time(json_int_t t, char buf[static PHRASE_TIME_MAX])
{
	if (t < 0)
		return "";
	if (t < 60 * NS_PER_S)
		return phrase_time(t, buf);
	snprintf(buf, PHRASE_TIME_MAX, "%.1f s", (double)t / NS_PER_S);
	return buf;
}

static void put_time(FILE *out, const struct sheet *s, json_int_t t)
{
	char buf[PHRASE_TIME_MAX];

	fprintf(out, "%s%*s%s", ink(s->paper, INK_DIM), TIME_COLUMNS, short_time(t, buf),
		ink_off(s->paper));
}

/* What stands last in a line is not padded, but no wider than its column either. */
static void put_last(const struct paper *paper, const char *text, int most)
{
	if (columns_width(text) > most)
		columns_pad(paper->out, text, most, paper->utf8);
	else
		fputs(text, paper->out);
}

static void put_state(const struct sheet *s, const char *state, bool changed, int width)
{
	FILE *out = s->paper->out;

	if (!*state && !width)
		return;
	fputs(ink(s->paper, changed ? INK_STATE : INK_DIM), out);
	if (width)
		columns_pad(out, state, width, s->paper->utf8);
	else
		put_last(s->paper, state, LAST_COLUMNS);
	fputs(ink_off(s->paper), out);
}

/* One line: both states, and the middle between them. */
static void put_line(const struct sheet *s, const struct ladder_row *row, bool first,
		     const char *middle)
{
	FILE *out = s->paper->out;
	const char *state[2];

	for (size_t i = 0; i < 2; i++) {
		const struct ladder_cell *c = &row->cell[i];

		state[i] = *c->before ? c->before : c->state;
		if (!first)
			state[i] = *c->before ? c->state : "";
	}
	put_state(s, state[0], row->cell[0].changed, STATE_COLUMNS);
	fprintf(out, "%s ", s->g->bar);
	columns_pad(out, middle, s->inner, s->paper->utf8);
	fprintf(out, " %s%s", s->g->bar, *state[1] ? " " : "");
	put_state(s, state[1], row->cell[1].changed, 0);
	fputc('\n', out);
}

/* @text in the middle, wrapped; near the left or the right side. */
static void put_words(const struct sheet *s, const struct ladder_row *row, bool first,
		      const char *text, enum ink as, int margin)
{
	_cleanup_free_ char *wrapped = NULL;
	size_t size;
	int lines = 0;
	FILE *f = text_open(&wrapped, &size);

	columns_wrap(f, text, s->inner - margin, "", 0);
	fclose(f);
	for (char *line = wrapped, *end; line; line = end, lines++) {
		_cleanup_free_ char *middle = NULL;

		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		f = text_open(&middle, &size);
		if (row->from)
			columns_repeat(f, " ", s->inner - margin - columns_width(line));
		else
			columns_repeat(f, " ", margin);
		fprintf(f, "%s%s%s", ink(s->paper, as), line, ink_off(s->paper));
		fclose(f);
		put_line(s, row, first && lines == 0, middle);
	}
}

/* What stands where the arrow ends, or would have ended. */
static char *arrow_head(const struct sheet *s, const struct ladder_row *row)
{
	char *text = NULL;
	size_t size;
	FILE *f = text_open(&text, &size);
	const char *mark = row->fate == FATE_LOST ? s->g->lost : s->g->more;

	if (row->fate == FATE_ARRIVED || row->fate == FATE_DUPLICATE) {
		fputs(row->from ? s->g->left : s->g->right, f);
		fclose(f);
		return text;
	}
	if (!row->from)
		fprintf(f, "%s ", mark);
	ladder_say_end(f, row, s->paper->lang);
	if (row->from)
		fprintf(f, " %s", mark);
	fclose(f);
	return text;
}

/*
 * The arrow in @width columns, words in it if there are any. Return: malloc'ed,
 * or NULL when the words do not fit.
 */
static char *arrow(const struct sheet *s, const struct ladder_row *row, const char *label,
		   int width)
{
	const char *dash = row->fate == FATE_DUPLICATE ? s->g->twice
			   : row->rtx                  ? s->g->again
						       : s->g->line;
	const char *tail = row->resumed || row->cell[row->from].t < 0 ? s->g->more : "";
	_cleanup_free_ char *head = arrow_head(s, row);
	bool gone = row->fate == FATE_LOST;
	enum ink as = gone || row->made || row->fate == FATE_HELD ? INK_LOST : INK_SEGMENT;
	int words = *label ? columns_width(label) + 2 : 0;
	int line = width - columns_width(head) - columns_width(tail) - words;
	int near = !words ? 0 : line < 8 ? 2 : 4;
	size_t size;
	char *text = NULL;
	FILE *f;

	if (line < (words ? LEAST_LINE : 1))
		return NULL;
	f = text_open(&text, &size);
	fputs(ink(s->paper, as), f);
	fputs(row->from ? head : tail, f);
	columns_repeat(f, dash, row->from ? line - near : near);
	if (words)
		fprintf(f, " %s ", label);
	columns_repeat(f, dash, row->from ? near : line - near);
	fputs(row->from ? tail : head, f);
	fputs(ink_off(s->paper), f);
	fclose(f);
	return text;
}

/* Times at both ends and the arrow between. A segment that did not arrive has the far time's place
 * too. */
static char *arrow_line(const struct sheet *s, const struct ladder_row *row, const char *label)
{
	bool ends = row->fate == FATE_ARRIVED || row->fate == FATE_DUPLICATE;
	int width = s->inner - (TIME_COLUMNS + 1) * (ends ? 2 : 1);
	_cleanup_free_ char *line = arrow(s, row, label, width);
	char *text = NULL;
	size_t size;
	FILE *f;

	if (!line)
		return NULL;
	f = text_open(&text, &size);
	if (ends || !row->from) {
		put_time(f, s, row->resumed && ends && !row->from ? -1 : row->cell[0].t);
		fputc(' ', f);
	}
	fputs(line, f);
	if (ends || row->from) {
		fputc(' ', f);
		put_time(f, s, row->resumed && ends && row->from ? -1 : row->cell[1].t);
	}
	fclose(f);
	return text;
}

/* No room even for the end of an arrow: when it left, and what became of it, in words. */
static void put_end(const struct sheet *s, const struct ladder_row *row, enum ink as)
{
	_cleanup_free_ char *head = arrow_head(s, row), *text = NULL;
	char buf[PHRASE_TIME_MAX];

	if (asprintf(&text, "%s %s", short_time(row->cell[row->from].t, buf), head) < 0)
		abort();
	put_words(s, row, false, text, as, 0);
}

static void draw_segment(const struct sheet *s, const struct ladder_row *row, const char *label)
{
	_cleanup_free_ char *one = arrow_line(s, row, label);
	enum ink as = row->fate == FATE_LOST ? INK_LOST : INK_SEGMENT;
	bool two_states = *row->cell[0].before || *row->cell[1].before;

	if (one) {
		put_line(s, row, true, one);
	} else {
		_cleanup_free_ char *bare = arrow_line(s, row, "");

		put_words(s, row, true, label, as, 0);
		if (bare)
			put_line(s, row, false, bare);
		else
			put_end(s, row, as);
		two_states = false;
	}
	if (row->options && *row->options && !row->resumed && row->fate != FATE_DUPLICATE) {
		/* put_words() writes the second of two states on its first line */
		struct ladder_row rest = *row;

		if (!two_states)
			*rest.cell[0].before = *rest.cell[1].before = '\0';
		put_words(s, &rest, false, row->options, INK_DIM, one ? TIME_COLUMNS + 6 : 0);
	} else if (two_states) {
		put_line(s, row, false, "");
	}
}

/*
 * The dotted line between a host and the network, @label in it. Return: malloc'ed, or NULL when
 * that does not fit.
 */
static char *icmp_line(const struct sheet *s, const struct ladder_row *row, const char *label)
{
	const int room = s->inner - TIME_COLUMNS - 1, near = 2;
	const int words = *label ? columns_width(label) + 2 : 0;
	/* it is seen to end before the other host does */
	int line = room / 2 > words + LEAST_LINE ? room / 2 : words + LEAST_LINE;
	const char *head = row->from ? s->g->right : s->g->left;
	char *text = NULL;
	size_t size;
	FILE *f;

	if (line + 1 > room)
		return NULL;
	line -= words;
	/* the other way round when it is the host that sends */
	if (row->sent)
		head = row->from ? s->g->left : s->g->right;
	f = text_open(&text, &size);
	if (row->from)
		columns_repeat(f, " ", room - line - words - 1);
	else {
		put_time(f, s, row->cell[0].t);
		fputc(' ', f);
	}
	fputs(ink(s->paper, INK_WARN), f);
	if (row->from == row->sent)
		fputs(head, f);
	columns_repeat(f, s->g->dots, row->from ? line - near : near);
	if (words)
		fprintf(f, " %s ", label);
	columns_repeat(f, s->g->dots, row->from ? near : line - near);
	if (row->from != row->sent)
		fputs(head, f);
	fputs(ink_off(s->paper), f);
	if (row->from) {
		fputc(' ', f);
		put_time(f, s, row->cell[1].t);
	}
	fclose(f);
	return text;
}

static void draw_icmp(const struct sheet *s, const struct ladder_row *row, const char *label)
{
	_cleanup_free_ char *one = icmp_line(s, row, label);
	_cleanup_free_ char *bare = one ? NULL : icmp_line(s, row, "");

	if (!one)
		put_words(s, row, true, label, INK_WARN, 0);
	if (one || bare)
		put_line(s, row, one != NULL, one ? one : bare);
}

static void draw_change(const struct sheet *s, const struct ladder_row *row, const char *label)
{
	_cleanup_free_ char *middle = NULL;
	int room = s->inner - TIME_COLUMNS - 1;
	size_t size;
	FILE *f;

	if (columns_width(label) > room) {
		put_words(s, row, true, label, INK_STATE, 0);
		return;
	}
	f = text_open(&middle, &size);
	if (row->from)
		columns_repeat(f, " ", room - columns_width(label));
	else {
		put_time(f, s, row->cell[0].t);
		fputc(' ', f);
	}
	fprintf(f, "%s%s%s", ink(s->paper, INK_STATE), label, ink_off(s->paper));
	if (row->from) {
		fputc(' ', f);
		put_time(f, s, row->cell[1].t);
	}
	fclose(f);
	put_line(s, row, true, middle);
}

/* The ink is part of the text, so that columns_wrap() can end it with each line. */
static void put_wrapped(const struct paper *paper, enum ink as, const char *text,
			const char *indent, int used)
{
	_cleanup_free_ char *inked = NULL;

	if (asprintf(&inked, "%s%s%s", ink(paper, as), text, ink_off(paper)) < 0)
		abort();
	columns_wrap(paper->out, inked, paper->columns < WIDEST ? paper->columns : WIDEST, indent,
		     used);
	fputc('\n', paper->out);
}

/* Without columns: a sentence, and the states under it. */
static void draw_listed(const struct sheet *s, const struct ladder_row *row, const char *label)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_free_ char *head = arrow_head(s, row);
	char buf[PHRASE_TIME_MAX];
	size_t size;
	FILE *f = text_open(&text, &size);
	json_int_t t =
		row->cell[!row->from].t >= 0 ? row->cell[!row->from].t : row->cell[row->from].t;

	if (t >= 0)
		fprintf(f, "%s ", short_time(t, buf));
	if (!row->named && row->kind == ROW_SEGMENT)
		fprintf(f, "%s %s %s: ", row->host[row->from], s->g->to, row->host[!row->from]);
	else if (!row->named && row->kind != ROW_FOLDED)
		fprintf(f, "%s: ", row->host[row->from]);
	fputs(label, f);
	if (row->kind == ROW_SEGMENT && row->fate != FATE_ARRIVED && row->fate != FATE_DUPLICATE)
		fprintf(f, " %s", head);
	fclose(f);
	put_wrapped(s->paper, row->fate == FATE_LOST ? INK_LOST : INK_SEGMENT, text, "  ", 0);
	for (size_t i = 0; i < 2; i++) {
		const struct ladder_cell *c = &row->cell[i];
		_cleanup_free_ char *states = NULL;

		if (!c->changed)
			continue;
		if (asprintf(&states, "%s: %s%s%s", row->host[i], c->before, *c->before ? ", " : "",
			     c->state) < 0)
			abort();
		fputs("    ", s->paper->out);
		put_wrapped(s->paper, INK_STATE, states, "      ", 4);
	}
}

void ladder_draw_row(const struct paper *paper, const struct ladder_row *row)
{
	const struct sheet s = sheet_for(paper);
	_cleanup_free_ char *label = NULL;
	size_t size;
	FILE *f = text_open(&label, &size);

	ladder_say_label(f, row, paper->lang, s.g->to);
	fclose(f);
	if (paper->columns < LIST_BELOW) {
		draw_listed(&s, row, label);
		return;
	}
	switch (row->kind) {
	case ROW_SEGMENT:
		draw_segment(&s, row, label);
		break;
	case ROW_ICMP:
		draw_icmp(&s, row, label);
		break;
	case ROW_CHANGE:
		draw_change(&s, row, label);
		break;
	case ROW_FOLDED:
		put_words(&s, row, true, label, INK_SEGMENT, 0);
		break;
	}
}

void ladder_draw_head(const struct paper *paper, const struct ladder_row *row)
{
	const struct sheet s = sheet_for(paper);
	/* a name can be as long as the left column is wide */
	bool wide = columns_width(row->host[1]) > LAST_COLUMNS;
	int start = STATE_COLUMNS + EDGE_COLUMNS + s.inner + (wide ? 0 : 1);

	if (paper->columns < LIST_BELOW || row->named || row->kind == ROW_FOLDED)
		return;
	fputs(ink(paper, INK_STRONG), paper->out);
	columns_pad(paper->out, row->host[0], start, paper->utf8);
	put_last(paper, row->host[1], STATE_COLUMNS);
	fprintf(paper->out, "%s\n", ink_off(paper));
}

void ladder_draw_legend(const struct paper *paper)
{
	put_wrapped(paper, INK_DIM, message(paper->lang, MSG_LADDER_LEGEND), "  ", 0);
}
