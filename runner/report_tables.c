/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "field.h"
#include "html.h"
#include "lanes.h"
#include "phrase.h"
#include "report_own.h"
#include "rungs.h"
#include "svg_lanes.h"

/* The tables of a report: what the pictures show, and what was measured. */

static void begin_table(FILE *out, enum lang lang, const enum msg *columns, size_t n)
{
	fputs("<div class=\"scroll\"><table>\n<thead><tr>", out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "<th scope=\"col\">%s</th>", message(lang, columns[i]));
	fputs("</tr></thead>\n<tbody>\n", out);
}

#define BEGIN_TABLE(out, lang, columns)                                                            \
	begin_table(out, lang, columns, sizeof(columns) / sizeof((columns)[0]))

static void end_table(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

static void begin_section(FILE *out, enum lang lang, const char *id, enum msg title)
{
	fprintf(out, "<section id=\"%s\">\n<h2>%s</h2>\n", id, message(lang, title));
}

/* ---- what the pictures show ------------------------------------------- */

static void put_time(FILE *out, json_int_t t)
{
	char buf[PHRASE_TIME_MAX];

	fprintf(out, "<td class=\"n\">%s</td>", t < 0 ? "" : phrase_time(t, buf));
}

static void put_states(FILE *out, const struct ladder_row *row)
{
	const char *between = "";

	for (size_t i = 0; i < 2; i++) {
		const struct ladder_cell *c = &row->cell[i];

		if (!c->changed)
			continue;
		fputs(between, out);
		html_text(out, row->host[i]);
		fputs(": ", out);
		html_text(out, c->before);
		fputs(*c->before ? ", " : "", out);
		html_text(out, c->state);
		between = "; ";
	}
}

static void put_row(FILE *out, const struct ladder_row *row, enum lang lang)
{
	const bool came = row->kind == ROW_ICMP && !row->sent;
	struct ladder_row plain = *row;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	plain.named = false;
	ladder_say_label(f, &plain, lang, "→");
	if (row->options && *row->options && !row->resumed)
		fprintf(f, " (%s)", row->options);
	if (row->fate != FATE_ARRIVED && row->fate != FATE_DUPLICATE && row->kind == ROW_SEGMENT) {
		fputs(" – ", f);
		ladder_say_end(f, row, lang);
	}
	fclose(f);
	fputs("<tr>", out);
	put_time(out, came ? -1 : row->cell[row->from].t);
	/* an ICMP error has one end only */
	if (came)
		put_time(out, row->cell[row->from].t);
	else
		put_time(out, row->kind == ROW_SEGMENT ? row->cell[!row->from].t : -1);
	fputs("<td>", out);
	if (row->kind != ROW_FOLDED)
		html_text(out, row->host[row->from]);
	if (row->kind == ROW_SEGMENT) {
		fputs(" → ", out);
		html_text(out, row->host[!row->from]);
	}
	fputs("</td><td>", out);
	html_text(out, text);
	fputs("</td><td>", out);
	put_states(out, row);
	fputs("</td></tr>\n", out);
}

void report_ladder_table(const struct report *r, FILE *out)
{
	static const enum msg columns[] = { MSG_REPORT_SENT, MSG_REPORT_ARRIVED, MSG_REPORT_WAY,
					    MSG_REPORT_WHAT, MSG_REPORT_STATES };
	size_t n;
	const struct rung *all = rungs_all(r->rungs, &n);

	fprintf(out, "<details><summary>%s</summary>\n",
		message(r->opt.lang, MSG_REPORT_LADDER_TABLE));
	BEGIN_TABLE(out, r->opt.lang, columns);
	for (size_t i = 0; i < n; i++) {
		if (all[i].kind == RUNG_ROW) {
			put_row(out, &all[i].row, r->opt.lang);
			continue;
		}
		fputs("<tr class=\"across\"><td colspan=\"5\">", out);
		html_text(out, all[i].text);
		fputs("</td></tr>\n", out);
	}
	end_table(out);
	fputs("</details>\n", out);
}

void report_lanes_table(const struct report *r, FILE *out)
{
	static const enum msg columns[] = { MSG_REPORT_SOCKET, MSG_REPORT_STATE, MSG_REPORT_FROM,
					    MSG_REPORT_UNTIL };
	size_t n;
	const struct lane *all = lanes_all(r->lanes, &n);

	fprintf(out, "<details><summary>%s</summary>\n",
		message(r->opt.lang, MSG_REPORT_LANES_TABLE));
	BEGIN_TABLE(out, r->opt.lang, columns);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < all[i].n; k++) {
			const struct lane_span *span = &all[i].spans[k];

			fputs("<tr><td>", out);
			svg_lanes_name(out, &all[i]);
			fputs("</td><td>", out);
			html_text(out, span->state);
			fputs(span->inferred ? "*</td>" : "</td>", out);
			put_time(out, span->from);
			if (span->to < lanes_until(r->lanes))
				put_time(out, span->to);
			else
				fprintf(out, "<td class=\"n\">%s</td>",
					message(r->opt.lang, MSG_REPORT_END_OF_RUN));
			fputs("</tr>\n", out);
		}
	}
	end_table(out);
	fputs("</details>\n", out);
}

/* ---- what was measured ------------------------------------------------- */

static void put_last(FILE *out, const json_t *last)
{
	if (!json_array_size(last))
		return;
	fputs("<ul class=\"last\">", out);
	for (size_t i = 0; i < json_array_size(last); i++) {
		const char *line = json_string_value(json_array_get(last, i));

		fputs("<li>", out);
		html_text(out, line ? line : "");
		fputs("</li>", out);
	}
	fputs("</ul>", out);
}

static void put_text(FILE *out, const json_t *text, enum lang lang)
{
	html_text(out, lang_text(text, lang));
}

static void put_question(FILE *out, const json_t *q, enum lang lang)
{
	const json_t *options = json_object_get(q, "options");
	json_int_t answer = field_int(q, "answer");

	fputs("<li><p>", out);
	put_text(out, json_object_get(q, "text"), lang);
	fputs("</p>\n<ol>", out);
	for (size_t i = 0; i < json_array_size(options); i++) {
		fputs("<li>", out);
		put_text(out, json_array_get(options, i), lang);
		fputs("</li>", out);
	}
	fprintf(out, "</ol>\n<details><summary>%s</summary><p><b>%lld.</b> ",
		message(lang, MSG_REPORT_ANSWER), (long long)answer);
	if (answer >= 1)
		put_text(out, json_array_get(options, (size_t)answer - 1), lang);
	fputs("</p><p>", out);
	put_text(out, json_object_get(q, "why"), lang);
	fputs("</p></details></li>\n", out);
}

/* Before the run, as in the terminal; answers are folded until somebody wants them. */
void report_questions(const struct report *r, FILE *out)
{
	const json_t *q;
	size_t i;

	if (!json_array_size(r->questions))
		return;
	begin_section(out, r->opt.lang, "questions", MSG_REPORT_QUESTIONS);
	fputs("<ol class=\"questions\">\n", out);
	json_array_foreach (r->questions, i, q)
		put_question(out, q, r->opt.lang);
	fputs("</ol>\n</section>\n", out);
}

void report_expectations(const struct report *r, FILE *out)
{
	static const enum msg columns[] = { MSG_REPORT_VERDICT, MSG_REPORT_EXPECTED,
					    MSG_REPORT_SEEN, MSG_END_WHERE };
	enum lang lang = r->opt.lang;
	const json_t *ex;
	size_t i;

	begin_section(out, lang, "expectations", MSG_REPORT_EXPECTATIONS);
	if (!json_array_size(r->expects))
		fprintf(out, "<p>%s</p>\n", message(lang, MSG_REPORT_NONE));
	else
		BEGIN_TABLE(out, lang, columns);
	json_array_foreach (r->expects, i, ex) {
		const char *where = strrchr(field_text(ex, "where"), '/');

		fputs("<tr><td>", out);
		report_badge(out, field_is(ex, "verdict", "pass") ? "pass" : "fail");
		fputs("</td><td>", out);
		report_words(out, ex, lang, phrase_expected);
		fputs("</td><td>", out);
		report_words(out, ex, lang, phrase_seen);
		put_last(out, json_object_get(ex, "last"));
		fputs("</td><td class=\"code\">", out);
		html_text(out, where ? where + 1 : field_text(ex, "where"));
		fputs("</td></tr>\n", out);
	}
	if (json_array_size(r->expects))
		end_table(out);
	fputs("</section>\n", out);
}

void report_counters(const struct report *r, FILE *out)
{
	static const enum msg columns[] = { MSG_REPORT_COUNTER, MSG_REPORT_CHANGE };
	enum lang lang = r->opt.lang;
	const char *host, *name;
	json_t *of_host, *delta;

	begin_section(out, lang, "counters", MSG_REPORT_COUNTERS);
	fprintf(out, "<p>%s</p>\n<div class=\"columns\">\n",
		message(lang,
			json_object_size(r->counters) ? MSG_REPORT_COUNTERS_SAY : MSG_REPORT_NONE));
	json_object_foreach (r->counters, host, of_host) {
		fputs("<div><h3>", out);
		html_text(out, host);
		fputs("</h3>\n", out);
		BEGIN_TABLE(out, lang, columns);
		json_object_foreach (of_host, name, delta) {
			fputs("<tr><td class=\"code\">", out);
			html_text(out, name);
			fprintf(out, "</td><td class=\"n\">%+lld</td></tr>\n",
				(long long)json_integer_value(delta));
		}
		end_table(out);
		fputs("</div>\n", out);
	}
	fputs("</div>\n</section>\n", out);
}

static void put_settings(FILE *out, json_t *settings)
{
	const char *name;
	json_t *value;

	json_object_foreach (settings, name, value) {
		const char *text = json_string_value(value);

		fputs("<tr><td class=\"code\">", out);
		html_text(out, name);
		fputs("</td><td class=\"code\">", out);
		html_text(out, text ? text : "");
		fputs("</td></tr>\n", out);
	}
}

void report_settings(const struct report *r, FILE *out)
{
	static const enum msg columns[] = { MSG_REPORT_NAME, MSG_REPORT_VALUE };
	enum lang lang = r->opt.lang;

	begin_section(out, lang, "settings", MSG_REPORT_SETTINGS);
	BEGIN_TABLE(out, lang, columns);
	put_settings(out, json_object_get(r->header, "params"));
	put_settings(out, json_object_get(r->header, "set"));
	fprintf(out, "<tr><td>%s</td><td class=\"code\">%lld</td></tr>\n",
		message(lang, MSG_REPORT_SEED), (long long)field_int(r->header, "seed"));
	end_table(out);
	fputs("</section>\n", out);
}

/* ---- how to repeat it -------------------------------------------------- */

/* A word of a command, quoted for a shell where it has to be. */
static void put_shell(FILE *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_-./:=,+@%";

	if (*text && text[strspn(text, plain)] == '\0') {
		fputs(text, out);
		return;
	}
	fputc('\'', out);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	fputc('\'', out);
}

static void say_settings(FILE *out, json_t *settings, const char *option)
{
	const char *name;
	json_t *value;

	json_object_foreach (settings, name, value) {
		const char *text = json_string_value(value);
		_cleanup_free_ char *word = NULL;

		if (asprintf(&word, "%s=%s", name, text ? text : "") < 0)
			abort();
		fprintf(out, " \\\n    %s ", option);
		put_shell(out, word);
	}
}

/* A lab kernel is called by the first two numbers of its release. */
static void say_kernel_option(FILE *out, const json_t *header)
{
	const json_t *kernel = json_object_get(header, "kernel");
	_cleanup_free_ char *release = strdup(field_text(kernel, "release"));
	char *dot = release ? strchr(release, '.') : NULL;

	if (!release)
		abort();
	dot = dot ? strchr(dot + 1, '.') : NULL;
	if (dot)
		*dot = '\0';
	if (field_is(kernel, "kind", "host"))
		fputs(" --kernel host", out);
	else if (*release) {
		fputs(" --kernel ", out);
		put_shell(out, release);
	}
}

static void say_command(FILE *out, const json_t *header, enum lang lang)
{
	const json_t *impair = json_object_get(header, "impair");
	/* a lab kernel takes netem unless it is told otherwise */
	bool asked = !field_is(json_object_get(header, "kernel"), "kind", "lab") ||
		     !field_is(impair, "backend", "netem");

	(void)lang;
	fputs("tcplab run ", out);
	put_shell(out, field_text(header, field_has(header, "lesson") ? "lab" : "file"));
	say_kernel_option(out, header);
	if (asked && *field_text(impair, "backend")) {
		fputs(" --backend ", out);
		put_shell(out, field_text(impair, "backend"));
	}
	fprintf(out, " --seed %lld", (long long)field_int(header, "seed"));
	if (field_int(header, "full_length") &&
	    field_int(header, "length") == field_int(header, "full_length"))
		fputs(" --full", out);
	say_settings(out, json_object_get(header, "params"), "--param");
}

static void say_sets(FILE *out, const json_t *sets, enum lang lang)
{
	(void)lang;
	say_settings(out, (json_t *)sets, "--set");
}

void report_repeat(const struct report *r, FILE *out)
{
	enum lang lang = r->opt.lang;

	begin_section(out, lang, "repeat", MSG_REPORT_REPEAT);
	fprintf(out, "<p>%s</p>\n<pre class=\"command\"><code>",
		message(lang, MSG_REPORT_REPEAT_SAY));
	report_words(out, r->header, lang, say_command);
	report_words(out, r->sets, lang, say_sets);
	fputs("</code></pre>\n", out);
	if (field_is(r->header, "clock", "virtual"))
		fprintf(out, "<p>%s</p>\n", message(lang, MSG_REPORT_REPEAT_SAME));
	fputs("</section>\n", out);
}
