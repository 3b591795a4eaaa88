/* SPDX-License-Identifier: MIT */
/*
 * The page of one run.
 *
 * Its order is that of learning: what you will see and what you predict, then the run itself as
 * pictures that can be moved through time, then what the lesson says about it with this run's
 * numbers, then all that was measured, and how to have it again.
 *
 * Three things hold whatever a record says. Every text of it goes through html_text() or
 * html_json(), lessons through markdown_html(). The policy in the head allows the one style and
 * the one script that came with this program, by their hashes, and nothing else: what got past
 * the escaping would still not run, and nothing is ever loaded. And without the script, or on
 * paper, all is there: the script only hides and moves.
 */
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../netns/err.h"
#include "assets.h"
#include "facts.h"
#include "field.h"
#include "html.h"
#include "lanes.h"
#include "lesson.h"
#include "phrase.h"
#include "phrase_head.h"
#include "report_own.h"
#include "rungs.h"
#include "svg_ladder.h"
#include "svg_lanes.h"

#define MOST_RUNGS 200 /* keeps a page of a flood below 300 KB */
#define MOST_LANES 24

struct report *report_new(const struct report_options *opt)
{
	struct report *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->opt = *opt;
	r->expects = json_array();
	r->questions = json_array();
	r->counters = json_object();
	r->sets = json_object();
	r->rungs = rungs_new(opt->lang, true);
	rungs_patiently(r->rungs);
	r->lanes = lanes_new();
	r->facts = facts_new();
	return r;
}

void report_free(struct report *r)
{
	if (!r)
		return;
	json_decref(r->header);
	json_decref(r->verdict);
	json_decref(r->expects);
	json_decref(r->questions);
	json_decref(r->counters);
	json_decref(r->sets);
	rungs_free(r->rungs);
	lanes_free(r->lanes);
	facts_free(r->facts);
	free(r);
}

static void on_counter(struct report *r, json_t *ev)
{
	const char *host = field_text(ev, "host");
	json_t *of_host = json_object_get(r->counters, host);

	if (!of_host) {
		of_host = json_object();
		json_object_set_new(r->counters, host, of_host);
	}
	json_object_set(of_host, field_text(ev, "name"), json_object_get(ev, "delta"));
}

static void on_sysctl(struct report *r, json_t *ev)
{
	_cleanup_free_ char *name = NULL;

	if (!field_is(ev, "by", "set"))
		return;
	if (asprintf(&name, "%s.%s", field_text(ev, "host"), field_text(ev, "name")) < 0)
		abort();
	json_object_set(r->sets, name, json_object_get(ev, "to"));
}

void report_event(struct report *r, json_t *ev)
{
	if (!r->header && field_is(ev, "ev", "header"))
		r->header = json_incref(ev);
	if (!r->header || r->verdict)
		return;
	rungs_event(r->rungs, ev);
	lanes_event(r->lanes, ev);
	facts_event(r->facts, ev);
	if (field_is(ev, "ev", "expect"))
		json_array_append(r->expects, ev);
	else if (field_is(ev, "ev", "predict"))
		json_array_append(r->questions, ev);
	else if (field_is(ev, "ev", "counter"))
		on_counter(r, ev);
	else if (field_is(ev, "ev", "sysctl"))
		on_sysctl(r, ev);
	else if (field_is(ev, "ev", "verdict"))
		r->verdict = json_incref(ev);
}

void report_words(FILE *out, const json_t *ev, enum lang lang,
		  void (*say)(FILE *out, const json_t *ev, enum lang lang))
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	say(f, ev, lang);
	fclose(f);
	html_text(out, text);
}

/* ---- head -------------------------------------------------------------- */

void report_head(FILE *out, enum lang lang, const char *title)
{
	struct asset svg = asset_svg_css(), page = asset_report_css(), script = asset_report_js();
	_cleanup_free_ char *style = NULL;
	int len = asprintf(&style, "\n%s%s", svg.text, page.text);

	if (len < 0)
		abort();
	fprintf(out,
		"<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src ",
		lang == LANG_ZH ? "zh-Hans" : "en");
	html_hash(out, style, (size_t)len);
	fputs("; script-src ", out);
	html_hash(out, script.text, script.len);
	fputs("; base-uri 'none'; form-action 'none'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta name=\"generator\" content=\"tcplab " TCPLAB_VERSION "\">\n<title>",
	      out);
	html_text(out, title);
	fprintf(out, "</title>\n<style>%s</style>\n</head>\n", style);
}

/* A sign, a word and a colour for each verdict. */
static const struct {
	const char *verdict, *sign, *word;
} badges[] = {
	{ "pass", "✓", "PASS" },
	{ "fail", "✗", "FAIL" },
	{ "broken", "!", "BROKEN" },
	{ "skip", "–", "SKIP" },
};

void report_badge(FILE *out, const char *verdict)
{
	for (size_t i = 0; i < sizeof(badges) / sizeof(badges[0]); i++)
		if (strcmp(badges[i].verdict, verdict) == 0)
			fprintf(out, "<span class=\"badge %s\">%s %s</span>", verdict,
				badges[i].sign, badges[i].word);
}

static void say_hosts(FILE *out, const json_t *header, enum lang lang)
{
	const json_t *hosts = json_object_get(header, "hosts");

	for (size_t i = 0; i < json_array_size(hosts); i++) {
		if (i)
			fputs("; ", out);
		phrase_host(out, json_array_get(hosts, i), lang);
	}
}

static void say_date(FILE *out, const json_t *header, enum lang lang)
{
	(void)lang;
	fputs(field_text(header, "date"), out);
}

static const struct {
	enum msg label;
	const char *field; /* without it there is nothing to say */
	void (*say)(FILE *out, const json_t *header, enum lang lang);
} lines[] = {
	{ MSG_HEAD_KERNEL, "kernel", phrase_kernel },
	{ MSG_HEAD_CLOCK, "clock", phrase_clock },
	{ MSG_HEAD_NETWORK, "impair", phrase_network },
	{ MSG_HEAD_HOSTS, "hosts", say_hosts },
	{ MSG_REPORT_DATE, "date", say_date },
	{ MSG_HEAD_COUNTER_RUN, "counter_run", phrase_counter_run },
};

static void say_sum(FILE *out, const json_t *verdict, enum lang lang)
{
	long long passed = field_int(verdict, "passed");

	message_say(out, lang, END_SUM, passed, passed + (long long)field_int(verdict, "failed"),
		    (double)field_int(verdict, field_has(verdict, "wall") ? "wall" : "run") /
			    NS_PER_S);
}

static void put_labelled(FILE *out, enum lang lang, enum msg label, const char *text)
{
	if (!*text)
		return;
	fprintf(out, "<p><b>%s</b> ", message(lang, label));
	html_text(out, text);
	fputs("</p>\n", out);
}

static void put_verdict(const struct report *r, FILE *out)
{
	const json_t *v = r->verdict;
	enum lang lang = r->opt.lang;

	if (!v) {
		fprintf(out, "<p class=\"warning\" role=\"note\">%s</p>\n",
			message(lang, MSG_CUT_OFF));
		return;
	}
	fputs("<p class=\"verdict\">", out);
	report_badge(out, field_text(v, "verdict"));
	fputc(' ', out);
	if (field_is(v, "verdict", "pass") || field_is(v, "verdict", "fail"))
		report_words(out, v, lang, say_sum);
	fputs("</p>\n", out);
	put_labelled(out, lang, MSG_END_WHY, field_text(v, "why"));
	put_labelled(out, lang, MSG_END_WHERE, field_text(v, "where"));
	put_labelled(out, lang, MSG_END_REMEDY, field_text(v, "remedy"));
	if (field_int(v, "unseen")) {
		fputs("<p class=\"warning\">", out);
		message_say(out, lang, END_UNSEEN, (long long)field_int(v, "unseen"));
		fputs("</p>\n", out);
	}
}

static void put_link(FILE *out, const char *href, const char *text, const char *lang)
{
	if (!href)
		return;
	fputs("<a href=\"", out);
	html_text(out, href);
	fprintf(out, "\"%s>%s</a>\n", lang, text);
}

static void put_header(const struct report *r, FILE *out, const char *title)
{
	enum lang lang = r->opt.lang;

	fprintf(out,
		"<a class=\"skip\" href=\"#run\">%s</a>\n<header class=\"top\">\n<div "
		"class=\"bar\">"
		"<span class=\"kicker\">%s</span>\n<nav>",
		message(lang, MSG_REPORT_SKIP), message(lang, MSG_REPORT_KICKER));
	put_link(out, r->opt.index, message(lang, MSG_REPORT_INDEX), "");
	put_link(out, r->opt.other, message(lang, MSG_REPORT_OTHER),
		 lang == LANG_ZH ? " lang=\"en\"" : " lang=\"zh-Hans\"");
	fputs("</nav></div>\n<h1>", out);
	html_text(out, title);
	fputs("</h1>\n", out);
	put_verdict(r, out);
	fputs("<dl class=\"facts\">\n", out);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!field_has(r->header, lines[i].field))
			continue;
		fprintf(out, "<div><dt>%s</dt><dd>", message(lang, lines[i].label));
		report_words(out, r->header, lang, lines[i].say);
		fputs("</dd></div>\n", out);
	}
	fputs("</dl>\n</header>\n", out);
}

/* ---- lesson ------------------------------------------------------------ */

static const char *const section_ids[] = {
	[LESSON_SEE] = "see",
	[LESSON_PREDICT] = "predict",
	[LESSON_HAPPENED] = "happened",
	[LESSON_WHY] = "why",
	[LESSON_WRONG] = "wrong",
	[LESSON_PRACTICE] = "practice",
	[LESSON_INTERVIEW] = "interview",
};

/* Sections from @first up to @end. What a lesson lacks is said in its place. */
static void put_lesson(const struct report *r, FILE *out, const struct lesson *lesson, size_t first,
		       size_t end)
{
	bool ran = !r->verdict || field_is(r->verdict, "verdict", "pass") ||
		   field_is(r->verdict, "verdict", "fail");

	for (size_t i = first; lesson && i < end; i++) {
		_cleanup_free_ char *html = NULL;
		struct err err = ERR_INIT;
		size_t size;
		FILE *f = open_memstream(&html, &size);
		int rc;

		if (!f)
			abort();
		rc = lesson_html(lesson, (enum lesson_section)i, ran ? r->facts : NULL, f, &err);
		fclose(f);
		fprintf(out, "<section class=\"lesson\" id=\"%s\"%s>\n", section_ids[i],
			lesson_lang(lesson) == r->opt.lang ? "" : " lang=\"en\"");
		if (rc == 0)
			fputs(html, out);
		else
			put_labelled(out, r->opt.lang, MSG_NO_LESSON, err.msg);
		fputs("</section>\n", out);
	}
}

/* ---- the run ----------------------------------------------------------- */

static void put_button(FILE *out, const char *id, const char *sign, const char *what)
{
	fprintf(out,
		"<button type=\"button\" id=\"%s\" aria-label=\"%s\" title=\"%s\">%s</button>\n",
		id, what, what, sign);
}

/* Hidden until the script is there to serve it. */
static void put_panel(const struct report *r, FILE *out)
{
	enum lang lang = r->opt.lang;

	fprintf(out,
		"<aside class=\"panel\" id=\"panel\" hidden>\n<label for=\"moment\">%s</label>\n"
		"<input type=\"range\" id=\"moment\" min=\"0\" max=\"0\" value=\"0\" "
		"aria-describedby=\"keys\">\n<div class=\"buttons\">\n",
		message(lang, MSG_REPORT_MOMENT));
	put_button(out, "first", "|◀", message(lang, MSG_REPORT_FIRST));
	put_button(out, "back", "◀", message(lang, MSG_REPORT_BACK));
	put_button(out, "next", "▶", message(lang, MSG_REPORT_NEXT));
	put_button(out, "last", "▶|", message(lang, MSG_REPORT_LAST));
	fprintf(out,
		"<output id=\"time\" for=\"moment\"></output>\n</div>\n"
		"<p id=\"now\" aria-live=\"polite\"></p>\n<h3>%s</h3>\n"
		"<table id=\"sockets\"><thead><tr><th scope=\"col\">%s</th><th "
		"scope=\"col\">%s</th>"
		"<th scope=\"col\">%s</th><th "
		"scope=\"col\">%s</th></tr></thead><tbody></tbody></table>\n",
		message(lang, MSG_REPORT_NOW), message(lang, MSG_REPORT_SOCKET),
		message(lang, MSG_REPORT_STATE), message(lang, MSG_REPORT_QUEUES),
		message(lang, MSG_REPORT_TIMER));
	if (r->lost_lanes) {
		fputs("<p class=\"hint\">", out);
		message_say(out, lang, REPORT_LANES_MORE, r->lost_lanes);
		fputs("</p>\n", out);
	}
	fprintf(out, "<p class=\"hint\" id=\"keys\">%s</p>\n</aside>\n",
		message(lang, MSG_REPORT_KEYS));
}

static void put_run(const struct report *r, FILE *out)
{
	enum lang lang = r->opt.lang;

	fprintf(out,
		"<section id=\"run\" class=\"wide\">\n<h2>%s</h2>\n<div class=\"stage\">\n"
		"<div class=\"pictures\">\n<figure id=\"ladder\">\n",
		message(lang, MSG_REPORT_RUN));
	svg_ladder(out, r->rungs, lang);
	fprintf(out, "<figcaption>%s</figcaption>\n</figure>\n<figure id=\"lanes\">\n",
		message(lang, MSG_REPORT_LADDER_CAPTION));
	svg_lanes(out, r->lanes, r->rungs, lang);
	fprintf(out, "<figcaption>%s", message(lang, MSG_REPORT_LANES_CAPTION));
	if (r->lost_lanes) {
		fputc(' ', out);
		message_say(out, lang, REPORT_LANES_MORE, r->lost_lanes);
	}
	fputs("</figcaption>\n</figure>\n</div>\n", out);
	put_panel(r, out);
	fputs("</div>\n", out);
	report_ladder_table(r, out);
	report_lanes_table(r, out);
	fputs("</section>\n", out);
}

static struct lesson *find_lesson(const struct report *r, struct err *err)
{
	const char *id = field_text(r->header, "lesson");
	struct lesson *lesson = NULL;

	if (!r->opt.content_dir || !*id ||
	    lesson_open(r->opt.content_dir, id, r->opt.lang, &lesson, err) < 0)
		return NULL;
	return lesson;
}

void report_write(struct report *r, FILE *out)
{
	enum lang lang = r->opt.lang;
	const char *title = lang_text(json_object_get(r->header, "title"), lang);
	struct err err = ERR_INIT;
	struct lesson *lesson = find_lesson(r, &err);
	struct asset script = asset_report_js();
	json_t *moments;

	if (!*title)
		title = field_text(r->header, "lab");
	if (!*title)
		title = "tcplab";
	rungs_end(r->rungs);
	rungs_fold(r->rungs, MOST_RUNGS);
	r->lost_lanes = lanes_end(r->lanes, MOST_LANES);
	report_head(out, lang, title);
	fputs("<body>\n", out);
	put_header(r, out, title);
	fputs("<main>\n", out);
	put_labelled(out, lang, MSG_NO_LESSON, err.msg);
	put_lesson(r, out, lesson, LESSON_SEE, LESSON_HAPPENED);
	report_questions(r, out);
	put_run(r, out);
	put_lesson(r, out, lesson, LESSON_HAPPENED, LESSON_SECTION_COUNT);
	lesson_free(lesson);
	report_expectations(r, out);
	report_counters(r, out);
	report_settings(r, out);
	report_repeat(r, out);
	fputs("</main>\n<footer>", out);
	message_say(out, lang, REPORT_MADE_BY, TCPLAB_VERSION);
	fputs("</footer>\n<script type=\"application/json\" id=\"record\">", out);
	moments = report_moments(r);
	html_json(out, moments);
	json_decref(moments);
	fprintf(out, "</script>\n<script>%s</script>\n</body>\n</html>\n", script.text);
}
