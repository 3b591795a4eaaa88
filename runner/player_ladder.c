/* SPDX-License-Identifier: MIT */
/*
 * The ladder in the middle shows what has happened, and nothing that will. A segment on its way
 * reaches as far as it has come: the record knows when it will arrive, or be lost.
 *
 *    25.0 ms ──── SYN seq 0 win 64240 ──────────────▶   50.0 ms
 *
 * Where that does not fit, the words and the time stand above a bare arrow. A
 * retransmission, a duplicate, one that is lost, held, made up: each has a line, an end or words of
 * its own (ladder_say.c), so that it can be told without colours too. What is happening now is
 * bold, and marked at the edge.
 */
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "columns.h"
#include "field.h"
#include "indices.h"
#include "ladder_row.h"
#include "messages.h"
#include "phrase.h"
#include "phrase_icmp.h"
#include "player_own.h"
#include "scene.h"
#include "scene_row.h"

#define ROW_HEIGHT   4
#define TIME_COLUMNS 9
#define LEAST_WIDE   46
/* Fewest dashes around words. */
#define LEAST_LINE 5

struct glyphs {
	const char *line, *again, *twice, *dots, *right, *left, *lost, *more, *to, *now;
};

static const struct glyphs drawn = { "─", "╌", "═", "┈", "▶", "◀", "✗", "…", "→", "▸" };
static const struct glyphs ascii = { "-", "~", "=", ".", ">", "<", "x", ".", "->", ">" };

static const struct glyphs *glyphs(const struct player *p)
{
	return p->utf8 ? &drawn : &ascii;
}

static FILE *text_open(char **text, size_t *size)
{
	FILE *f = open_memstream(text, size);

	if (!f)
		abort();
	return f;
}

static const char *time_text(json_int_t t, char buf[static PHRASE_TIME_MAX])
{
	if (t < 60 * NS_PER_S)
		return phrase_time(t, buf);
	snprintf(buf, PHRASE_TIME_MAX, "%.1f s", (double)t / NS_PER_S);
	return buf;
}

static enum ladder_fate fate_of(const struct player *p, const struct scene_row *row)
{
	if (row->last >= 0 && row->last <= p->at)
		return row->lost ? FATE_LOST : row->twice ? FATE_DUPLICATE : FATE_ARRIVED;
	return row->held >= 0 && row->held <= p->at ? FATE_HELD : FATE_FLYING;
}

static void say_segment(FILE *out, const json_t *ev, enum lang lang)
{
	(void)lang;
	phrase_segment(out, ev);
}

static void say_why(FILE *out, const json_t *ev, enum lang lang)
{
	(void)lang;
	fputs(field_text(ev, field_is(ev, "ev", "icmp") ? "name" : "why"), out);
}

static void copy_host(const struct player *p, char to[static LADDER_HOST_MAX], const char *name)
{
	_cleanup_free_ char *clean = columns_clean(name, strlen(name), p->utf8, 0);
	size_t n = strnlen(clean, LADDER_HOST_MAX - 1);

	while (n && ((unsigned char)clean[n] & 0xc0) == 0x80)
		n--;
	memcpy(to, clean, n);
	to[n] = '\0';
}

/* What the ladder of `run` says of it: the words are the same. Free what is malloc'ed in it. */
static struct ladder_row words_of(const struct player *p, const struct scene_row *row)
{
	json_auto_t *ev = scene_json(p->scene, row->first);
	json_auto_t *header = scene_json(p->scene, 0);
	struct ladder_row r = {
		.kind = ROW_SEGMENT,
		.fate = fate_of(p, row),
		.named = json_array_size(json_object_get(header, "hosts")) > 2,
		.from = row->from > 0,
		.rtx = field_true(ev, "rtx"),
		.made = field_true(ev, "made"),
		.resumed = row->again,
		/* it never comes, as far as the record goes */
		.overdue = row->last < 0 && p->now - scene_t(p->scene, row->first) > NS_PER_S,
		.conn = scene_of(p->scene, SCENE_CONN)->n > 1 ? field_int(ev, "conn") : 0,
		.label = player_words(p, ev, say_segment),
	};
	int side[2];

	scene_sides(p->scene, row->first, side);
	for (int i = 0; i < 2; i++)
		copy_host(p, r.host[i], side[i] >= 0 ? scene_host(p->scene, (size_t)side[i]) : "?");
	if (r.fate == FATE_LOST) {
		json_auto_t *lost = scene_json(p->scene, row->last);

		r.why = player_words(p, lost, say_why);
	}
	return r;
}

/* How far a segment has come, of 1. */
static double come(const struct player *p, const struct scene_row *row, enum ladder_fate fate)
{
	json_int_t from = scene_t(p->scene, row->first), to;

	if (fate == FATE_ARRIVED || fate == FATE_DUPLICATE)
		return 1;
	if (fate != FATE_FLYING || row->last < 0)
		return 0.5;
	to = scene_t(p->scene, row->last);
	return to > from ? (double)(p->now - from) / (double)(to - from) * (row->lost ? 0.5 : 1)
			 : 0.5;
}

static enum ink ink_of(const struct ladder_row *r)
{
	if (r->fate == FATE_LOST)
		return INK_LOST;
	if (r->made)
		return INK_FAIL;
	if (r->fate == FATE_HELD || r->fate == FATE_DUPLICATE || r->rtx)
		return INK_WARN;
	return INK_SEGMENT;
}

/*
 * The arrow between columns @x and @x + @room of a row, with @label in it.
 * Return: false, and nothing is drawn, when that does not fit.
 */
static bool arrow(struct canvas *c, int y, int x, int room, const struct player *p,
		  const struct ladder_row *r, double part, const char *label, const char *end)
{
	const struct glyphs *g = glyphs(p);
	const char *dash = r->fate == FATE_DUPLICATE ? g->twice : r->rtx ? g->again : g->line;
	const bool there = r->fate == FATE_ARRIVED || r->fate == FATE_DUPLICATE;
	const char *head = there                  ? r->from ? g->left : g->right
			   : r->fate == FATE_LOST ? g->lost
						  : g->more;
	const enum ink as = ink_of(r);
	int words = *label ? columns_width(label) + 2 : 0,
	    after = *end ? columns_width(end) + 1 : 0;
	int least = words ? words + LEAST_LINE : 2, most = room - after;
	int length = (int)(part * room);

	if (least > most)
		return false;
	length = length < least ? least : length > most ? most : length;
	if (!r->from) {
		canvas_repeat(c, y, x, length - 1, as, dash);
		canvas_put(c, y, x + length - 1, 1, as, head);
		canvas_put(c, y, x + length + 1, after, as, end);
		if (words)
			canvas_put(c, y, x + 3, columns_width(label), as, label);
		if (words) {
			canvas_put(c, y, x + 2, 1, as, " ");
			canvas_put(c, y, x + 1 + words, 1, as, " ");
		}
	} else {
		int left = x + room - length;

		canvas_repeat(c, y, left + 1, length - 1, as, dash);
		canvas_put(c, y, left, 1, as, head);
		canvas_right(c, y, left - 1, after, as, end);
		if (words) {
			canvas_put(c, y, x + room - 2 - words, 1, as, " ");
			canvas_put(c, y, x + room - 1 - words, words - 2, as, label);
			canvas_put(c, y, x + room - 3, 1, as, " ");
		}
	}
	return true;
}

static int draw_wide(struct canvas *c, const struct player *p, const struct scene_row *row,
		     const struct ladder_row *r, const char *label, const char *end)
{
	const int margin = TIME_COLUMNS + 1, room = c->columns - 2 * margin;
	const double part = come(p, row, r->fate);
	char buf[PHRASE_TIME_MAX];
	int y = 0;

	if (!arrow(c, y, margin, room, p, r, part, label, end)) {
		if (r->from)
			canvas_right(c, y, c->columns - margin, room, ink_of(r), label);
		else
			canvas_put(c, y, margin, room, ink_of(r), label);
		y++;
		if (!arrow(c, y, margin, room, p, r, part, "", end))
			arrow(c, y, margin, room, p, r, part, "", "");
	}
	if (!row->again && !row->twice && row->first != row->last) {
		time_text(scene_t(p->scene, row->first), buf);
		if (r->from)
			canvas_right(c, y, c->columns, TIME_COLUMNS, INK_DIM, buf);
		else
			canvas_right(c, y, TIME_COLUMNS, TIME_COLUMNS, INK_DIM, buf);
	}
	if (r->fate == FATE_ARRIVED || r->fate == FATE_DUPLICATE) {
		time_text(scene_t(p->scene, row->last), buf);
		if (r->from)
			canvas_right(c, y, TIME_COLUMNS, TIME_COLUMNS, INK_DIM, buf);
		else
			canvas_right(c, y, c->columns, TIME_COLUMNS, INK_DIM, buf);
	}
	return y + 1;
}

static int draw_narrow(struct canvas *c, const struct player *p, const struct scene_row *row,
		       const struct ladder_row *r, const char *label, const char *end)
{
	const double part = come(p, row, r->fate);
	char buf[PHRASE_TIME_MAX];
	int used;

	time_text(p->now < scene_t(p->scene, row->first) || row->last < 0 || row->last > p->at
			  ? scene_t(p->scene, row->first)
			  : scene_t(p->scene, row->last),
		  buf);
	used = canvas_put(c, 0, 0, c->columns, INK_DIM, buf) + 1;
	canvas_put(c, 0, used, c->columns - used, ink_of(r), label);
	if (!arrow(c, 1, 0, c->columns, p, r, part, "", end))
		arrow(c, 1, 0, c->columns, p, r, part, "", "");
	return 2;
}

static int draw_segment(struct canvas *c, const struct player *p, const struct scene_row *row)
{
	struct ladder_row r = words_of(p, row);
	_cleanup_free_ char *label = NULL, *end = NULL;
	size_t size;
	FILE *f = text_open(&label, &size);
	int rows;

	ladder_say_label(f, &r, p->lang, glyphs(p)->to);
	fclose(f);
	f = text_open(&end, &size);
	ladder_say_end(f, &r, p->lang);
	fclose(f);
	rows = c->columns < LEAST_WIDE ? draw_narrow(c, p, row, &r, label, end)
				       : draw_wide(c, p, row, &r, label, end);
	free(r.label);
	free(r.why);
	return rows;
}

static void say_step(FILE *out, const json_t *ev, enum lang lang)
{
	fprintf(out, "%lld. %s", (long long)field_int(ev, "n"),
		lang_text(json_object_get(ev, "text"), lang));
}

static int draw_step(struct canvas *c, const struct player *p, const json_t *ev)
{
	_cleanup_free_ char *text = player_words(p, ev, say_step);
	int used;

	canvas_repeat(c, 0, 0, c->columns, INK_DIM, glyphs(p)->line);
	canvas_put(c, 0, 2, 1, INK_STEP, " ");
	used = canvas_put(c, 0, 3, c->columns - 5, INK_STEP, text);
	canvas_put(c, 0, 3 + used, 1, INK_STEP, " ");
	return 1;
}

static void say_change(FILE *out, const json_t *ev, enum lang lang)
{
	if (field_has(ev, "port") && !field_has(ev, "conn"))
		message_say(out, lang, LADDER_PORT, (long long)field_int(ev, "port"));
	fprintf(out, "%s > %s%s", field_text(ev, "from"), field_text(ev, "to"),
		field_true(ev, "inferred") ? "*" : "");
}

/* Columns for the time beside a line. */
static int margin_of(const struct canvas *c)
{
	return c->columns < LEAST_WIDE ? 0 : TIME_COLUMNS + 1;
}

/* Line @y on the side of a host, with its time. */
static int put_beside(struct canvas *c, int y, const struct player *p, const struct scene_row *row,
		      enum ink as, const char *text)
{
	const int margin = margin_of(c), room = c->columns - margin;
	char buf[PHRASE_TIME_MAX];

	time_text(scene_t(p->scene, row->first), buf);
	if (row->from > 0)
		canvas_right(c, y, c->columns - margin, room, as, text);
	else
		canvas_put(c, y, margin, room, as, text);
	if (margin && row->from > 0)
		canvas_right(c, y, c->columns, TIME_COLUMNS, INK_DIM, buf);
	else if (margin)
		canvas_right(c, y, TIME_COLUMNS, TIME_COLUMNS, INK_DIM, buf);
	return y + 1;
}

static int draw_beside(struct canvas *c, const struct player *p, const struct scene_row *row,
		       enum ink as, const char *text)
{
	return put_beside(c, 0, p, row, as, text);
}

static int draw_change(struct canvas *c, const struct player *p, const struct scene_row *row,
		       const json_t *ev)
{
	_cleanup_free_ char *text = player_words(p, ev, say_change);
	_cleanup_free_ char *line = NULL;
	char *to = strstr(text, " > ");
	bool many = scene_of(p->scene, SCENE_CONN)->n > 1 && field_has(ev, "conn");

	if (!to)
		return draw_beside(c, p, row, INK_STATE, text);
	*to = '\0';
	if (many ? asprintf(&line, "#%lld %s %s %s", (long long)field_int(ev, "conn"), text,
			    glyphs(p)->to, to + 3) < 0
		 : asprintf(&line, "%s %s %s", text, glyphs(p)->to, to + 3) < 0)
		abort();
	return draw_beside(c, p, row, INK_STATE, line);
}

static void say_icmp(FILE *out, const json_t *ev, enum lang lang)
{
	phrase_icmp(out, ev, 0, lang);
}

/*
 * A dotted arrow that reaches as far as its words do: to nobody, but into the network. Where they
 * do not fit into it they stand above.
 */
static int draw_icmp(struct canvas *c, const struct player *p, const struct scene_row *row,
		     const json_t *ev)
{
	const struct glyphs *g = glyphs(p);
	const bool right = row->from > 0, sent = field_is(ev, "dir", "out");
	const bool many = scene_of(p->scene, SCENE_CONN)->n > 1 && field_has(ev, "conn");
	const char *near = sent ? g->dots : right ? g->right : g->left;
	const char *far = !sent ? g->dots : right ? g->left : g->right;
	const int margin = margin_of(c), room = c->columns - margin;
	_cleanup_free_ char *text = player_words(p, ev, say_icmp), *label = NULL, *line = NULL;
	const char *left = right ? far : near, *end = right ? near : far;
	char conn[32] = "";
	int y;

	if (many)
		snprintf(conn, sizeof(conn), "#%lld ", (long long)field_int(ev, "conn"));
	if (asprintf(&label, "%s%s", conn, text) < 0 ||
	    asprintf(&line, "%s%s %s %s%s", left, g->dots, label, g->dots, end) < 0)
		abort();
	if (columns_width(line) <= room)
		return draw_beside(c, p, row, INK_WARN, line);
	y = canvas_wrap(c, 0, right ? 0 : margin, room, ROW_HEIGHT - 1, INK_WARN, label);
	free(line);
	if (asprintf(&line, "%s%s%s%s%s%s", left, g->dots, g->dots, g->dots, g->dots, end) < 0)
		abort();
	return put_beside(c, y, p, row, INK_WARN, line);
}

/* A call that waited has an end of its own, which only knows its number. */
static char *return_words(const struct player *p, const json_t *ev, long at)
{
	long call_at = scene_kind(p->scene, at) == SCENE_RETURN ? scene_call(p->scene, at) : -1;
	json_auto_t *call = NULL;
	_cleanup_free_ char *raw = NULL;
	size_t size;
	FILE *f;

	if (call_at < 0)
		return player_words(p, ev, phrase_event);
	call = scene_json(p->scene, call_at);
	f = text_open(&raw, &size);
	player_say_return(f, call, ev, p->lang);
	fclose(f);
	return columns_clean(raw, size, p->utf8, 0);
}

/* Row @n on a canvas of its own. Return: its height. */
static int draw_row(struct canvas *c, const struct player *p, long n)
{
	const struct scene_row *row = scene_row(p->scene, n);
	json_auto_t *ev = scene_json(p->scene, row->first);
	_cleanup_free_ char *text = NULL;

	switch (row->kind) {
	case SCENE_ROW_STEP:
		return draw_step(c, p, ev);
	case SCENE_ROW_SEGMENT:
		return draw_segment(c, p, row);
	case SCENE_ROW_ICMP:
		return draw_icmp(c, p, row, ev);
	case SCENE_ROW_CHANGE:
		return draw_change(c, p, row, ev);
	case SCENE_ROW_CALL:
		text = return_words(p, ev, row->first);
		return draw_beside(c, p, row, INK_DIM, text);
	case SCENE_ROW_MARK:
		text = player_words(p, ev, phrase_event);
		return canvas_wrap(c, 0, 0, c->columns, 2, INK_WARN, text);
	}
	return 0;
}

struct drawing {
	struct canvas *canvas;
	int height;
	bool here;
};

void player_ladder(const struct player *p, struct pane pane)
{
	long last = scene_rows(p->scene, p->at) - 1, here = scene_row_of(p->scene, p->at), n;
	struct drawing *rows = calloc((size_t)pane.rows + 1, sizeof(*rows));
	int used = 0, count = 0, y;

	if (!rows)
		abort();
	/* the row of this event is to be seen, even where later ones have begun */
	if (here >= 0 && last - here >= pane.rows / 2)
		last = here + pane.rows / 2 - 1;
	for (n = last; n >= 0 && used < pane.rows && count < pane.rows; n--, count++) {
		rows[count].canvas = canvas_new(ROW_HEIGHT, pane.columns, p->utf8);
		rows[count].height = draw_row(rows[count].canvas, p, n);
		rows[count].here = n == here;
		used += rows[count].height;
	}
	/* from the bottom up; the first may be cut at its top */
	y = used > pane.rows ? pane.rows : used;
	for (int i = 0; i < count; i++) {
		int height = rows[i].height, cut = y - height < 0 ? height - y : 0;

		y -= height - cut;
		canvas_copy(pane.canvas, pane.row + y, pane.column, rows[i].canvas, cut,
			    height - cut, rows[i].here);
		if (rows[i].here)
			canvas_put(pane.canvas, pane.row + y, pane.column - 1, 1, INK_STRONG,
				   glyphs(p)->now);
		canvas_free(rows[i].canvas);
	}
	free(rows);
}
