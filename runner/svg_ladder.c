/* SPDX-License-Identifier: MIT */
/*
 * The ladder as a picture. Time goes down, one row a segment; an arrow goes down a little
 * from who sent to who received, as in every textbook. From left to right:
 *
 *     state   time  |  words above the arrow  |  time   state
 *     0..92  ..184 192                       728  736..  828..920
 *
 * Words are set in a monospaced font, so that columns say how wide they are. What a retransmission,
 * a duplicate, a loss, an ICMP error is, is said by the line (dashed, double, a cross at its end,
 * dotted and from the middle), in words, and only then by colour. The picture has a title and a
 * description; the page has all of it as a table too.
 */
#include "svg_ladder.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "assets.h"
#include "columns.h"
#include "field.h"
#include "html.h"
#include "messages.h"
#include "phrase.h"
#include "rungs.h"
#include "svg_state.h"

#define WIDTH        920
#define LEFT         192.0 /* the hosts' lines */
#define RIGHT        728.0
#define PILL         92.0
#define SLOPE        9.0
#define WORD_COLUMNS 70 /* of 7.2 each at 12 px, between the lines */
#define STEP_COLUMNS 118
#define LINE_HEIGHT  15.0
#define PIECE        600.0 /* high; more would not go on a page of paper with others */

/* Where we are: @y is the top of the next row; @starred: a state was inferred;
 * @host: who stands on top. */
struct sheet {
	FILE *out;
	enum lang lang;
	double y;
	bool starred;
	char host[2][LADDER_HOST_MAX];
};

static char *said(const struct ladder_row *row, enum lang lang, bool end)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	if (end)
		ladder_say_end(f, row, lang);
	else
		ladder_say_label(f, row, lang, "→");
	fclose(f);
	return text;
}

static double x_of(int side)
{
	return side ? RIGHT : LEFT;
}

/* @extra: class */
static void put_time(const struct sheet *s, const struct ladder_cell *c, int side, double y,
		     const char *extra)
{
	char buf[PHRASE_TIME_MAX];

	if (c->t < 0)
		return;
	if (c->t >= 60 * NS_PER_S)
		snprintf(buf, sizeof(buf), "%.1f s", (double)c->t / NS_PER_S);
	else
		phrase_time(c->t, buf);
	fprintf(s->out, "<text class=\"t%s%s\" x=\"%.0f\" y=\"%.5g\">%s</text>", side ? "" : " e",
		extra, side ? RIGHT + 9 : LEFT - 9, y + 4, buf);
}

/* A change as a pill; what stays the same only as a word. */
static void put_state(struct sheet *s, const struct ladder_cell *c, int side, double y)
{
	double x = side ? WIDTH - PILL - 1 : 1;
	char extra[64] = "";

	if (!*c->state)
		return;
	s->starred |= strchr(c->state, '*') || strchr(c->before, '*');
	if (!c->changed) {
		fprintf(s->out, "<text class=\"same\" x=\"%.0f\" y=\"%.5g\">", x + PILL / 2, y + 4);
		html_text(s->out, c->state);
		fputs("</text>\n", s->out);
		return;
	}
	if (c->state_event >= 0)
		snprintf(extra, sizeof(extra), " data-s=\"%ld\"", c->state_event);
	if (*c->before)
		svg_state_pill(s->out, x, y - 20, PILL, c->before, extra);
	svg_state_pill(s->out, x, y, PILL, c->state, extra);
}

/* Where the arrow ends when it does not arrive. */
#define SHORT 0.58

/* What stands there instead of a head. */
static void put_stop(const struct sheet *s, const struct ladder_row *row, double x, double y)
{
	switch (row->fate) {
	case FATE_LOST:
		fprintf(s->out, "<path class=\"x\" d=\"M%.5g %.5gl10 10m0 -10l-10 10\"/>", x - 5,
			y - 5);
		break;
	case FATE_HELD:
		fprintf(s->out, "<path class=\"x\" d=\"M%.5g %.5gv12m5 -12v12\"/>", x - 2, y - 6);
		break;
	case FATE_FLYING:
		fprintf(s->out, "<circle class=\"o\" cx=\"%.5g\" cy=\"%.5g\" r=\"4\"/>",
			x + (row->from ? -4 : 4), y);
		break;
	case FATE_ARRIVED:
	case FATE_DUPLICATE:
		fprintf(s->out, "<path class=\"h\" d=\"M%.5g %.5gl%.5g -5.2v9.6z\"/>", x, y,
			row->from ? 11.0 : -11.0);
		break;
	}
}

/* From the sender's line at @y, a little down, to the receiver's. */
static void put_arrow(const struct sheet *s, const struct ladder_row *row, double y)
{
	double way = row->from ? -1 : 1, all = x_of(!row->from) - x_of(row->from);
	bool here = row->fate == FATE_ARRIVED || row->fate == FATE_DUPLICATE;
	/* what was on its way already, and what nobody sent, comes out of the network */
	double begin = row->cell[row->from].t < 0 || row->resumed ? 0.4 : 0, end = here ? 1 : SHORT;
	double x1 = x_of(row->from) + begin * all, x2 = x_of(row->from) + end * all;
	double y1 = y + begin * SLOPE, y2 = y + end * SLOPE;

	fprintf(s->out, "<path class=\"a\" d=\"M%.5g %.5gL%.5g %.5g\"/>", x1, y1,
		here ? x2 - 7 * way : x2, y2);
	if (row->fate == FATE_DUPLICATE)
		fprintf(s->out, "<path class=\"a\" d=\"M%.5g %.5gL%.5g %.5g\"/>", x1, y1 + 3.5,
			x2 - 9 * way, y2 + 3.5);
	if (begin > 0)
		fprintf(s->out, "<path class=\"o\" d=\"M%.5g %.5gl5 -5l5 5l-5 5z\"/>", x1 - 5, y1);
	put_stop(s, row, x2, y2);
}

static void put_end(const struct sheet *s, const struct ladder_row *row, double y)
{
	_cleanup_free_ char *end = said(row, s->lang, true);
	double x = x_of(row->from) + (x_of(!row->from) - x_of(row->from)) * SHORT;

	if (!*end)
		return;
	fprintf(s->out, "<text class=\"w%s\" x=\"%.5g\" y=\"%.5g\">", row->from ? " e" : "",
		x + (row->from ? -14 : 14), y + SLOPE * SHORT + 4);
	html_text(s->out, end);
	fputs("</text>", s->out);
}

static const char *row_class(const struct ladder_row *row)
{
	switch (row->fate) {
	case FATE_LOST:
		return row->rtx ? "r seg lost rtx" : "r seg lost";
	case FATE_FLYING:
		return row->rtx ? "r seg fly rtx" : "r seg fly";
	case FATE_HELD:
		return "r seg held";
	case FATE_DUPLICATE:
		return "r seg dup";
	case FATE_ARRIVED:
		if (row->made)
			return "r seg made";
		return row->rtx ? "r seg rtx" : "r seg";
	}
	return "r";
}

static void put_segment(struct sheet *s, const struct ladder_row *row)
{
	_cleanup_free_ char *label = said(row, s->lang, false);
	bool options =
		row->options && *row->options && !row->resumed && row->fate != FATE_DUPLICATE;
	bool two = *row->cell[0].before || *row->cell[1].before;
	double words = row->from ? RIGHT - 10 : LEFT + 10, y = s->y + 16;
	const char *side = row->from ? " class=\"w e\"" : " class=\"w\"";
	const char *side2 = row->from ? " class=\"w d e\"" : " class=\"w d\"";
	int lines;

	fprintf(s->out, "<g class=\"%s\" data-a=\"%ld\" data-b=\"%ld\">\n", row_class(row),
		row->resumed ? row->last : row->first, row->last);
	lines = svg_lines(s->out, label, WORD_COLUMNS, words, y, LINE_HEIGHT, side);
	y += lines * LINE_HEIGHT;
	if (options)
		y += LINE_HEIGHT *
		     svg_lines(s->out, row->options, WORD_COLUMNS, words, y, LINE_HEIGHT, side2);
	y -= LINE_HEIGHT - 6;
	if (two && y < s->y + 34)
		y = s->y + 34;
	put_arrow(s, row, y);
	put_end(s, row, y);
	for (int i = 0; i < 2; i++) {
		double at = i == row->from ? y : y + SLOPE;

		if (!(row->resumed && i == row->from))
			put_time(s, &row->cell[i], i, at, i == row->from ? "" : " to");
		put_state(s, &row->cell[i], i, at);
	}
	fputs("</g>\n", s->out);
	s->y = y + SLOPE + 12;
}

/* Between a host and the network in the middle, where nobody stands: level, and dotted. */
static void put_icmp_arrow(const struct sheet *s, const struct ladder_row *row, double y)
{
	const double host = x_of(row->from), way = row->from ? 1 : -1;
	const double middle = (LEFT + RIGHT) / 2;
	const double tip = row->sent ? middle : host, to = row->sent ? -way : way;

	fprintf(s->out, "<path class=\"a\" d=\"M%.5g %.5gL%.5g %.5g\"/>", row->sent ? host : middle,
		y, tip - 7 * to, y);
	if (!row->sent)
		fprintf(s->out, "<path class=\"o\" d=\"M%.5g %.5gl5 -5l5 5l-5 5z\"/>", middle - 5,
			y);
	fprintf(s->out, "<path class=\"h\" d=\"M%.5g %.5gl%.5g -5.2v9.6z\"/>", tip, y, -11.0 * to);
}

static void put_icmp(struct sheet *s, const struct ladder_row *row)
{
	_cleanup_free_ char *label = said(row, s->lang, false);
	double y = s->y + 16;
	int lines;

	fprintf(s->out, "<g class=\"r icmp\" data-a=\"%ld\" data-b=\"%ld\">\n", row->first,
		row->last);
	lines = svg_lines(s->out, label, WORD_COLUMNS, row->from ? RIGHT - 10 : LEFT + 10, y,
			  LINE_HEIGHT, row->from ? " class=\"w e\"" : " class=\"w\"");
	/* level, it is under all of its words: farther than where a segment begins */
	y += lines * LINE_HEIGHT - LINE_HEIGHT + 10;
	if (*row->cell[row->from].before && y < s->y + 34)
		y = s->y + 34;
	put_icmp_arrow(s, row, y);
	put_time(s, &row->cell[row->from], row->from, y, "");
	for (int i = 0; i < 2; i++)
		put_state(s, &row->cell[i], i, y);
	fputs("</g>\n", s->out);
	s->y = y + 16;
}

static void put_change(struct sheet *s, const struct ladder_row *row)
{
	_cleanup_free_ char *label = said(row, s->lang, false);
	bool right = row->kind == ROW_CHANGE && row->from;
	double y = s->y + 16;
	int lines;

	fprintf(s->out, "<g class=\"r %s\" data-a=\"%ld\" data-b=\"%ld\">\n",
		row->kind == ROW_CHANGE ? "chg" : "fold", row->first, row->last);
	lines = svg_lines(s->out, label, WORD_COLUMNS, right ? RIGHT - 10 : LEFT + 10, y + 4,
			  LINE_HEIGHT, right ? " class=\"w e\"" : " class=\"w\"");
	for (int i = 0; i < 2 && row->kind == ROW_CHANGE; i++) {
		if (i == row->from) {
			fprintf(s->out, "<circle class=\"tick\" cx=\"%.0f\" cy=\"%.5g\" r=\"4\"/>",
				x_of(i), y);
			put_time(s, &row->cell[i], i, y, "");
		}
		put_state(s, &row->cell[i], i, y);
	}
	fputs("</g>\n", s->out);
	s->y = y + (lines - 1) * LINE_HEIGHT + 16;
}

static double step_height(const struct rung *g)
{
	return svg_lines_count(g->text, STEP_COLUMNS) * 19.0 + 14;
}

/* The lab's words go across, over the hosts' lines. */
static void put_words(struct sheet *s, const struct rung *g)
{
	double height = step_height(g);
	static const char *const classes[] = { [RUNG_ROW] = "",
					       [RUNG_STEP] = "step",
					       [RUNG_NOTE] = "note",
					       [RUNG_EVENT] = "deed",
					       [RUNG_FOLD] = "more" };
	const char *class = classes[g->kind];

	s->y += g->kind == RUNG_STEP ? 12 : 4;
	fprintf(s->out,
		"<g class=\"r %s\" data-a=\"%ld\"><rect x=\"0\" y=\"%.5g\" width=\"%d\" "
		"height=\"%.5g\" rx=\"4\"/>\n",
		class, g->event, s->y, WIDTH, height);
	svg_lines(s->out, g->text, STEP_COLUMNS, 14, s->y + 20, 19, "");
	fputs("</g>\n", s->out);
	s->y += height + (g->kind == RUNG_STEP ? 6 : 4);
}

/* Names on top: with more than two hosts every row has its own. */
static void put_names(struct sheet *s)
{
	for (int i = 0; i < 2 && *s->host[0]; i++) {
		fprintf(s->out, "<text class=\"name\" x=\"%.0f\" y=\"20\">", x_of(i));
		html_text(s->out, s->host[i]);
		fputs("</text>\n", s->out);
	}
}

/* An address that no host has, a spoofed one for instance, is not who stands on top. */
static bool is_stranger(const struct sheet *s, const struct ladder_row *row)
{
	for (size_t i = 0; i < 2 && row->kind != ROW_FOLDED; i++)
		if (strcmp(s->host[i], row->host[i]) != 0)
			return true;
	return false;
}

static void find_names(struct sheet *s, const json_t *header)
{
	const json_t *hosts = json_object_get(header, "hosts");

	for (size_t i = 0; i < 2 && json_array_size(hosts) == 2; i++) {
		const char *name = field_text(json_array_get(hosts, i), "name");
		_cleanup_free_ char *clean = columns_clean(name, strlen(name), 1, 0);

		snprintf(s->host[i], sizeof(s->host[i]), "%s", clean);
	}
}

static void put_rung(struct sheet *s, const struct rung *g)
{
	struct ladder_row row;

	switch (g->kind) {
	case RUNG_ROW:
		row = g->row;
		row.named |= is_stranger(s, &row);
		if (row.kind == ROW_SEGMENT)
			put_segment(s, &row);
		else if (row.kind == ROW_ICMP)
			put_icmp(s, &row);
		else
			put_change(s, &row);
		break;
	case RUNG_STEP:
	case RUNG_NOTE:
	case RUNG_EVENT:
	case RUNG_FOLD:
		put_words(s, g);
		break;
	}
}

static void say_what(FILE *out, const struct rung *all, size_t n, enum lang lang)
{
	size_t rows = 0;

	for (size_t i = 0; i < n; i++)
		rows += all[i].kind == RUNG_ROW ? 1 : all[i].n;
	message_say(out, lang, SVG_LADDER_DESC, rows);
}

/* The first piece has the names on top. Return: the rung that the next piece begins with. */
static size_t put_rungs(struct sheet *s, const struct rung *all, size_t n, size_t i, bool whole)
{
	if (i == 0) {
		s->y = 32;
		put_names(s);
	}
	while (i < n) {
		put_rung(s, &all[i++]);
		if (!whole && i < n &&
		    (s->y > PIECE || (all[i].kind == RUNG_STEP && s->y > PIECE / 4)))
			break;
	}
	if (i == n && s->starred)
		s->y += LINE_HEIGHT * svg_lines(s->out, message(s->lang, MSG_LADDER_LEGEND),
						STEP_COLUMNS, 14, s->y + 20, LINE_HEIGHT,
						" class=\"d\"");
	return i;
}

/* One <svg>, from rung @i on. Return: as put_rungs(). */
static size_t put_picture(FILE *out, const struct rungs *r, struct sheet *s, size_t i, bool alone)
{
	_cleanup_free_ char *body = NULL;
	size_t size, n, begin = i;
	const struct rung *all = rungs_all(r, &n);
	const char *title = lang_text(json_object_get(rungs_header(r), "title"), s->lang);
	double end;

	s->y = 0;
	s->out = open_memstream(&body, &size);
	if (!s->out)
		abort();
	i = put_rungs(s, all, n, i, alone);
	fclose(s->out);
	end = s->y - (i == n && s->starred ? LINE_HEIGHT : 0);
	if (i == n)
		s->y += 12;
	fprintf(out,
		"<svg class=\"ladder\"%s viewBox=\"0 0 %d %.0f\" role=\"img\" "
		"aria-labelledby=\"ladder-%zu\"",
		alone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "", WIDTH, s->y, begin);
	if (alone)
		fprintf(out, " width=\"%d\" height=\"%.0f\"", WIDTH, s->y);
	fprintf(out, ">\n<title id=\"ladder-%zu\">", begin);
	if (begin < n && all[begin].kind == RUNG_STEP)
		title = all[begin].text;
	html_text(out, *title ? title : field_text(rungs_header(r), "lab"));
	fputs("</title>\n<desc>", out);
	say_what(out, all + begin, i - begin, s->lang);
	fputs("</desc>\n", out);
	if (alone) {
		fprintf(out, "<style>%s</style>\n", asset_svg_css().text);
		fprintf(out, "<rect class=\"ground\" width=\"%d\" height=\"%.0f\"/>\n", WIDTH,
			s->y);
		svg_state_defs(out);
	}
	for (int k = 0; k < 2; k++)
		fprintf(out, "<path class=\"line\" d=\"M%.0f %dV%.0f\"/>", x_of(k), begin ? 0 : 30,
			end);
	fputs(body, out);
	fputs("</svg>\n", out);
	return i;
}

void svg_ladder(FILE *out, const struct rungs *r, enum lang lang)
{
	struct sheet s = { .lang = lang };
	size_t n, i = 0;

	find_names(&s, rungs_header(r));
	rungs_all(r, &n);
	do {
		i = put_picture(out, r, &s, i, false);
	} while (i < n);
}

void svg_ladder_file(FILE *out, const struct rungs *r, enum lang lang)
{
	struct sheet s = { .lang = lang };

	find_names(&s, rungs_header(r));
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	put_picture(out, r, &s, 0, true);
}
