/* SPDX-License-Identifier: MIT */
/*
 * State timelines: one lane a socket, time to the right, a bar for each state with its name in it
 * where there is room; what has no room has it as a tooltip, and the table below has all of them.
 */
#include "svg_lanes.h"

#include <string.h>

#include "columns.h"
#include "html.h"
#include "lanes.h"
#include "messages.h"
#include "phrase.h"
#include "rungs.h"
#include "svg_state.h"

#define WIDTH  920.0
#define LEFT   140.0
#define RIGHT  912.0
#define TOP    30.0
#define LANE   30.0
#define BAR    20.0
#define LETTER 6.8 /* wide, at 11 px and 600 */
#define DIGIT  6.1 /* wide, at 10 px */

double svg_lanes_x(const struct lanes *l, json_int_t t)
{
	return LEFT + (RIGHT - LEFT) * lanes_place(l, t);
}

void svg_lanes_name(FILE *out, const struct lane *lane)
{
	html_text(out, lane->host);
	if (lane->conn)
		fprintf(out, " #%lld", (long long)lane->conn);
	else
		fprintf(out, " :%lld", (long long)lane->port);
}

static void put_span(FILE *out, const struct lanes *l, const struct lane_span *span, double y)
{
	const char *class = svg_state_class(span->state);
	double x = svg_lanes_x(l, span->from), end = svg_lanes_x(l, span->to);
	double width = end - x < 1.5 ? 1.5 : end - x;
	char from[PHRASE_TIME_MAX], to[PHRASE_TIME_MAX];

	fprintf(out, "<g data-s=\"%ld\"><title>", span->event);
	html_text(out, span->state);
	fprintf(out, "%s, %s – %s</title>", span->inferred ? "*" : "",
		phrase_time(span->from, from), phrase_time(span->to, to));
	fprintf(out,
		"<rect class=\"bar %s\" x=\"%.5g\" y=\"%.5g\" width=\"%.5g\" height=\"%.0f\"/>",
		class, x, y, width, BAR);
	if (strcmp(class, "estab") != 0 && strcmp(class, "listen") != 0 &&
	    strcmp(class, "closed") != 0)
		fprintf(out,
			"<rect fill=\"url(#p-%s)\" x=\"%.5g\" y=\"%.5g\" width=\"%.5g\" "
			"height=\"%.0f\"/>",
			class, x, y, width, BAR);
	if (width > columns_width(span->state) * LETTER + 6) {
		fprintf(out, "<text class=\"in\" x=\"%.5g\" y=\"%.5g\">", x + 5, y + 14);
		html_text(out, span->state);
		fprintf(out, "%s</text>", span->inferred ? "*" : "");
	}
	fputs("</g>\n", out);
}

/* Steps, by their numbers; one that would stand on another has its line only. */
static void put_steps(FILE *out, const struct lanes *l, const struct rungs *rungs, double bottom)
{
	size_t n;
	const struct rung *all = rungs_all(rungs, &n);
	double last = -100;

	for (size_t i = 0; i < n; i++) {
		double x = svg_lanes_x(l, all[i].t);

		if (all[i].kind != RUNG_STEP)
			continue;
		fprintf(out, "<path class=\"grid\" d=\"M%.5g %.0fV%.5g\"/>", x, TOP - 12, bottom);
		if (x - last < 18)
			continue;
		fprintf(out, "<text class=\"axis\" x=\"%.5g\" y=\"12\">%d.</text>", x,
			(int)strtol(all[i].text, NULL, 10));
		last = x;
	}
}

/* Is there room for a label around @x after what ends at @last? Then where it ends, else -1. */
static double fits(const char *label, double x, double last)
{
	double half = (double)strlen(label) * DIGIT / 2;

	return x - half < last + DIGIT ? -1 : x + half;
}

/* Times at which something changes, as many as there is room for; the end always. */
static void put_axis(FILE *out, const struct lanes *l, double y)
{
	json_int_t until = lanes_until(l), t = -1;
	char buf[PHRASE_TIME_MAX], end[PHRASE_TIME_MAX];
	double last = -100, limit;
	size_t n;
	const struct lane *all = lanes_all(l, &n);

	phrase_time(until, end);
	limit = RIGHT - (double)strlen(end) * DIGIT - DIGIT;
	for (;;) {
		json_int_t next = until;
		double x, after;

		/* the next change */
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < all[i].n; k++)
				if (all[i].spans[k].from > t && all[i].spans[k].from < next)
					next = all[i].spans[k].from;
		if (next == until)
			break;
		t = next;
		x = svg_lanes_x(l, t);
		after = fits(phrase_time(t, buf), x, last);
		if (after < 0 || after > limit)
			continue;
		fprintf(out, "<text class=\"axis\" x=\"%.5g\" y=\"%.5g\">%s</text>", x, y, buf);
		last = after;
	}
	fprintf(out, "<text class=\"axis e\" x=\"%.5g\" y=\"%.5g\">%s</text>", RIGHT, y, end);
}

void svg_lanes(FILE *out, const struct lanes *l, const struct rungs *rungs, enum lang lang)
{
	size_t n;
	const struct lane *all = lanes_all(l, &n);
	double bottom = TOP + (double)n * LANE;

	fprintf(out,
		"<svg class=\"lanes\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
		"aria-labelledby=\"lanes-title lanes-desc\">\n<title "
		"id=\"lanes-title\">%s</title>\n"
		"<desc id=\"lanes-desc\">",
		WIDTH, bottom + 24, message(lang, MSG_REPORT_SOCKETS));
	message_say(out, lang, SVG_LANES_DESC, n);
	fputs("</desc>\n", out);
	svg_state_defs(out);
	put_steps(out, l, rungs, bottom);
	for (size_t i = 0; i < n; i++) {
		double y = TOP + (double)i * LANE;

		fprintf(out, "<text class=\"lane\" x=\"0\" y=\"%.5g\">", y + 15);
		svg_lanes_name(out, &all[i]);
		fprintf(out, "</text>\n<path class=\"line\" d=\"M%.0f %.5gH%.0f\"/>\n", LEFT,
			y + BAR / 2, RIGHT);
		for (size_t k = 0; k < all[i].n; k++)
			put_span(out, l, &all[i].spans[k], y);
	}
	put_axis(out, l, bottom + 14);
	fprintf(out, "<path class=\"cursor\" id=\"cursor\" d=\"M0 %.0fV%.5g\"/>\n</svg>\n",
		TOP - 12, bottom + 4);
}
