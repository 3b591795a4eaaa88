/* SPDX-License-Identifier: MIT */
/*
 * A comparison as one page: head and style are those of a report, and nothing in it runs. The two
 * ladders are a table of three columns, A, a mark, B, so that the rows stay beside each
 * other at any width, on paper, and for who cannot see them; an arrow is a line under its words.
 */
#include "compare_view.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "field.h"
#include "html.h"
#include "messages.h"
#include "paper.h"
#include "phrase.h"
#include "report.h"
#include "svg_state.h"

/* A page has to stay small enough to be sent to somebody: so many rows, and items of a part. */
#define MOST_ROWS  160
#define MOST_ITEMS 100

/* The mark between two rows, and the class of the row. */
static const struct {
	const char *mark, *class;
} kinds[] = { [COMPARE_SAME] = { "=", "same" },
	      [COMPARE_ONLY_A] = { "&lt;", "only-a" },
	      [COMPARE_ONLY_B] = { "&gt;", "only-b" },
	      [COMPARE_TIME] = { "~", "other" },
	      [COMPARE_OTHER] = { "!", "other" } };

static void put_state(FILE *out, const struct ladder_cell *cell)
{
	const char *state = *cell->state ? cell->state : "CLOSED";

	fputs("<span class=\"at\">", out);
	if (*cell->before) {
		fprintf(out, "<span class=\"state %s\">", svg_state_class(cell->before));
		html_text(out, cell->before);
		fputs("</span> ", out);
	}
	fprintf(out, "<span class=\"state %s%s\">", svg_state_class(state),
		cell->changed ? " new" : "");
	html_text(out, state);
	fputs("</span></span>", out);
}

static void put_when(FILE *out, json_int_t t)
{
	char buf[PHRASE_TIME_MAX];

	fprintf(out, "<span class=\"when\">%s</span>", t < 0 ? "" : phrase_time(t, buf));
}

static const char *fate_class(const struct ladder_row *row)
{
	switch (row->fate) {
	case FATE_FLYING:
		return " flying";
	case FATE_ARRIVED:
		return "";
	case FATE_LOST:
	case FATE_HELD:
		return " lost";
	case FATE_DUPLICATE:
		return " twice";
	}
	return "";
}

/* State, arrow, state; below them the time at the one end, what became of it, the other. */
static const char *way_class(const struct ladder_row *row)
{
	switch (row->kind) {
	case ROW_SEGMENT:
		return "way";
	case ROW_ICMP:
		return "change icmp";
	case ROW_CHANGE:
	case ROW_FOLDED:
		break;
	}
	return "change";
}

static void put_row(FILE *out, const struct ladder_row *row, bool options, enum lang lang)
{
	_cleanup_free_ char *label = NULL, *end = NULL;
	size_t size;
	FILE *f = open_memstream(&label, &size);

	if (!f)
		abort();
	ladder_say_label(f, row, lang, "→");
	if (options && row->options && *row->options)
		fprintf(f, " <%s>", row->options);
	fclose(f);
	f = open_memstream(&end, &size);
	if (!f)
		abort();
	ladder_say_end(f, row, lang);
	fclose(f);
	if (row->kind == ROW_FOLDED) {
		fputs("<p class=\"told\">", out);
		html_text(out, label);
		fputs("</p>", out);
		return;
	}
	fputs("<div class=\"rung\">", out);
	put_state(out, &row->cell[0]);
	fprintf(out, "<span class=\"%s%s%s%s\">", way_class(row),
		row->kind == ROW_SEGMENT ? (row->from ? " left" : " right") : "",
		row->kind == ROW_SEGMENT ? fate_class(row) : "", row->rtx ? " again" : "");
	html_text(out, label);
	fputs("</span>", out);
	put_state(out, &row->cell[1]);
	put_when(out, row->cell[0].t);
	fputs("<span class=\"end\">", out);
	html_text(out, end);
	fputs("</span>", out);
	put_when(out, row->cell[1].t);
	fputs("</div>", out);
}

static void put_cell(FILE *out, const struct compare_row *r, int side, enum lang lang)
{
	const struct compare_moment *m = r->side[side];

	fprintf(out, "<td class=\"%c\">", side ? 'b' : 'a');
	if (m && m->what == COMPARE_ROW) {
		put_row(out, m->row, r->options, lang);
	} else if (m) {
		fprintf(out, "<p class=\"told %s\">%s ", m->failed ? "bad" : "good",
			m->failed ? "✗" : "✓");
		html_text(out, m->text);
		fputs("</p>", out);
	}
	fputs("</td>", out);
}

static void put_across(FILE *out, const char *before, const char *text)
{
	fprintf(out, "<tr class=\"across\"><td colspan=\"3\">%s", before);
	html_text(out, text);
	fputs("</td></tr>\n", out);
}

static void put_step(FILE *out, const struct compare_row *r)
{
	const struct compare_moment *a = r->side[0], *b = r->side[1];

	if (a && b && strcmp(a->text, b->text) == 0) {
		put_across(out, "", a->text);
		return;
	}
	if (a)
		put_across(out, "A: ", a->text);
	if (b)
		put_across(out, "B: ", b->text);
}

static void put_folded(FILE *out, size_t n, enum lang lang)
{
	fputs("<tr class=\"fold\"><td colspan=\"3\">… ", out);
	if (n == 1)
		message_say(out, lang, COMPARE_SAME_ROW);
	else
		message_say(out, lang, COMPARE_SAME_ROWS, n);
	fputs("</td></tr>\n", out);
}

static void put_compared(FILE *out, const struct compare_row *r, enum lang lang)
{
	if (compare_what(r) == COMPARE_STEP) {
		put_step(out, r);
		return;
	}
	fprintf(out, "<tr class=\"%s\">", kinds[r->kind].class);
	put_cell(out, r, 0, lang);
	fprintf(out, "<td class=\"mark\">%s</td>", kinds[r->kind].mark);
	put_cell(out, r, 1, lang);
	fputs("</tr>\n", out);
}

/* Where there is room for all rows none is folded. */
static void put_rows(FILE *out, const struct compare *c, enum lang lang)
{
	size_t n, told = 0, folded = 0, i;
	const struct compare_row *rows = compare_rows(c, &n);
	const long first = compare_first(c);

	for (i = 0; i < n && told < MOST_ROWS; i++) {
		if (rows[i].far && n > MOST_ROWS) {
			folded++;
			continue;
		}
		if (folded)
			put_folded(out, folded, lang);
		folded = 0;
		if ((long)i == first)
			fprintf(out,
				"<tr class=\"first\" id=\"first\"><td colspan=\"3\">%s</td></tr>\n",
				message(lang, MSG_COMPARE_FIRST));
		put_compared(out, &rows[i], lang);
		told++;
	}
	if (folded)
		put_folded(out, folded, lang);
	if (i == n)
		return;
	fputs("<tr class=\"fold\"><td colspan=\"3\">… ", out);
	message_say(out, lang, COMPARE_MORE_ROWS, n - i);
	fputs("</td></tr>\n", out);
}

/* "A: client, server": whose states stand left and right. With more hosts each row says it. */
static void put_side(FILE *out, const struct compare *c, int side)
{
	const json_t *hosts = json_object_get(compare_header(c, side), "hosts");

	fprintf(out, "<th scope=\"col\">%c", side ? 'B' : 'A');
	for (size_t i = 0; json_array_size(hosts) == 2 && i < 2; i++) {
		fputs(i ? ", " : ": ", out);
		html_text(out, field_text(json_array_get(hosts, i), "name"));
	}
	fputs("</th>", out);
}

static void put_ladders(FILE *out, const struct compare *c, enum lang lang)
{
	fprintf(out, "<section id=\"run\" class=\"wide\">\n<h2>%s</h2>\n<p class=\"legend\">",
		message(lang, MSG_COMPARE_LADDERS));
	html_text(out, message(lang, MSG_COMPARE_LEGEND));
	fputs("</p>\n<div class=\"scroll\"><table class=\"compare\">\n<thead><tr>", out);
	put_side(out, c, 0);
	fputs("<td></td>", out);
	put_side(out, c, 1);
	fputs("</tr></thead>\n<tbody>\n", out);
	put_rows(out, c, lang);
	fputs("</tbody></table></div>\n</section>\n", out);
}

static void put_value(FILE *out, const char *value)
{
	fputs("<td>", out);
	html_text(out, value ? value : "–");
	fputs("</td>", out);
}

/* Nothing where nothing of this part differs. */
static void put_part(FILE *out, const struct compare *c, enum compare_part part, enum lang lang)
{
	size_t n, told = 0;
	const struct compare_item *items = compare_items(c, &n);

	for (size_t i = 0; i < n; i++) {
		if (items[i].part != part)
			continue;
		if (told++ == 0)
			fprintf(out,
				"<h3>%s</h3>\n<div class=\"scroll\"><table "
				"class=\"differs\">\n<thead><tr><th scope=\"col\">%s</th>"
				"<th scope=\"col\">A</th><th scope=\"col\">B</th></tr></thead>\n"
				"<tbody>\n",
				compare_part_word(part, lang), message(lang, MSG_COMPARE_WHAT));
		if (told > MOST_ITEMS)
			continue;
		fputs("<tr><th scope=\"row\">", out);
		html_text(out, items[i].what);
		fputs("</th>", out);
		put_value(out, items[i].value[0]);
		put_value(out, items[i].value[1]);
		fputs("</tr>\n", out);
	}
	if (told)
		fputs("</tbody></table></div>\n", out);
	if (told > MOST_ITEMS) {
		fputs("<p>", out);
		message_say(out, lang, COMPARE_MORE, told - MOST_ITEMS);
		fputs("</p>\n", out);
	}
}

static void put_head(FILE *out, const struct compare_view *v, const struct compare *c,
		     const char *title, enum lang lang)
{
	static const char *const sides[] = { "A", "B" };
	_cleanup_free_ char *sum = compare_sum(c, lang);
	size_t n;

	(void)compare_items(c, &n);
	fprintf(out,
		"<header class=\"top\">\n<div class=\"bar\"><span "
		"class=\"kicker\">%s</span></div>\n"
		"<h1>",
		message(lang, MSG_COMPARE_KICKER));
	html_text(out, title);
	fputs("</h1>\n<p class=\"verdict\">", out);
	if (compare_differs(c))
		html_text(out, sum);
	else
		fputs(message(lang, n ? MSG_COMPARE_NO_DIFFERENCE_BUT : MSG_COMPARE_NO_DIFFERENCE),
		      out);
	fputs("</p>\n<dl class=\"facts\">\n", out);
	for (int i = 0; i < 2; i++) {
		fprintf(out, "<div><dt>%s</dt><dd>", sides[i]);
		html_text(out, v->name[i]);
		fputs("</dd></div>\n", out);
	}
	fputs("</dl>\n", out);
	if (compare_first(c) >= 0)
		fprintf(out, "<p><a href=\"#%s\">%s</a></p>\n",
			compare_first(c) < MOST_ROWS ? "first" : "run",
			message(lang, MSG_COMPARE_FIRST));
	if (compare_other_labs(c))
		fprintf(out, "<p class=\"warning\">%s</p>\n",
			message(lang, MSG_COMPARE_OTHER_LABS));
	fputs("</header>\n", out);
}

void compare_html(FILE *out, const struct compare_view *v, const struct compare *c)
{
	const enum lang lang = v->paper->lang;
	_cleanup_free_ char *title = compare_title(c, lang);

	report_head(out, lang, title);
	fputs("<body>\n", out);
	put_head(out, v, c, title, lang);
	fputs("<main>\n<section id=\"settings\" class=\"wide\">\n", out);
	put_part(out, c, COMPARE_SETTINGS, lang);
	fputs("</section>\n", out);
	put_ladders(out, c, lang);
	if (compare_differs(c)) {
		fprintf(out, "<section id=\"table\" class=\"wide\">\n<h2>%s</h2>\n",
			message(lang, MSG_COMPARE_WHAT_DIFFERS));
		for (enum compare_part part = COMPARE_VERDICT; part < COMPARE_PARTS; part++)
			put_part(out, c, part, lang);
		fputs("</section>\n", out);
	}
	fputs("</main>\n<footer>", out);
	message_say(out, lang, REPORT_MADE_BY, TCPLAB_VERSION);
	fputs("</footer>\n</body>\n</html>\n", out);
}
