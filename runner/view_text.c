/* SPDX-License-Identifier: MIT */
/*
 * What a learner sees: the head, the steps with the ladder and the
 * expectations under them, what the lesson says happened, the verdict, and
 * what to type next. It is written as the events come and flushed after each
 * of them, so a run is watched as it happens; and it is a function of
 * the record only, so a replay looks the same.
 *
 * Everything the record says is cleaned before it is written
 * (columns_clean()): a record can come from anywhere, and must not be able to
 * steer a terminal.
 *
 * Two things are held back: a row of the ladder, until it is certain
 * (ladder.h), and the failed expectations, which are told again at the end.
 */
#include "view_text.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "columns.h"
#include "facts.h"
#include "field.h"
#include "ladder.h"
#include "ladder_print.h"
#include "lesson.h"
#include "messages.h"
#include "phrase.h"
#include "prediction.h"
#include "view.h"

/*
 * @header: of the record that is being read; NULL between records
 * @failed: expectations, for the end
 * @runs:   records begun so far
 * @asked:  not answered yet
 * @fresh:  nothing was written since the head and the empty line under it
 */
struct view {
	struct view_options opt;
	json_t *header, *failed;
	struct ladder *ladder;
	struct ladder_print print;
	struct facts *facts;
	unsigned runs;
	bool fresh;
	struct prediction asked;
};

static struct view *text_open(const struct view_options *opt)
{
	struct view *v = calloc(1, sizeof(*v));

	if (!v)
		abort();
	v->opt = *opt;
	return v;
}

static void end_run(struct view *v)
{
	json_decref(v->header);
	json_decref(v->failed);
	ladder_free(v->ladder);
	facts_free(v->facts);
	prediction_free(&v->asked);
	v->header = v->failed = NULL;
	v->ladder = NULL;
	v->facts = NULL;
}

static void flush_rows(struct view *v, json_int_t t)
{
	ladder_flush(v->ladder, t);
	ladder_print_pause(&v->print);
}

static void cut_off(struct view *v)
{
	if (!v->header)
		return;
	if (v->opt.verbosity >= 0)
		flush_rows(v, INT64_MAX);
	fputc('\n', v->opt.paper.out);
	text_put(&v->opt.paper, INK_WARN, message(v->opt.paper.lang, MSG_CUT_OFF), "", 0);
	end_run(v);
}

static void on_header(struct view *v, json_t *ev)
{
	cut_off(v);
	if (v->runs++ && v->opt.verbosity >= 0)
		fputc('\n', v->opt.paper.out);
	v->header = json_incref(ev);
	v->failed = json_array();
	v->print = LADDER_PRINT(&v->opt.paper);
	v->ladder = ladder_new(&v->opt.paper, ev, ladder_print_row, &v->print);
	v->facts = facts_new();
	if (v->opt.verbosity < 0)
		return;
	text_head(&v->opt.paper, ev);
	fputc('\n', v->opt.paper.out);
	v->fresh = true;
}

static void on_step(struct view *v, json_t *ev)
{
	const struct paper *paper = &v->opt.paper;
	_cleanup_free_ char *text = NULL;

	if (v->opt.verbosity < 0)
		return;
	flush_rows(v, field_int(ev, "t"));
	if (asprintf(&text, "%lld. %s", (long long)field_int(ev, "n"),
		     lang_text(json_object_get(ev, "text"), paper->lang)) < 0)
		abort();
	if (!v->fresh)
		fputc('\n', paper->out);
	text_put(paper, INK_STEP, text, "   ", 0);
}

static void on_note(struct view *v, json_t *ev)
{
	const struct paper *paper = &v->opt.paper;

	if (v->opt.verbosity < 0)
		return;
	flush_rows(v, field_int(ev, "t"));
	fputs("  ", paper->out);
	text_put(paper, INK_EMPH, lang_text(json_object_get(ev, "text"), paper->lang), "  ", 2);
}

static void on_predict(struct view *v, json_t *ev)
{
	if (v->opt.verbosity < 0)
		return;
	flush_rows(v, field_int(ev, "t"));
	prediction_ask(&v->asked, ev, &v->opt.paper);
}

static void on_expect(struct view *v, json_t *ev)
{
	if (!field_is(ev, "verdict", "pass"))
		json_array_append(v->failed, ev);
	if (v->opt.verbosity < 0)
		return;
	ladder_settle(v->ladder);
	text_expect(&v->opt.paper, ev);
}

static void say_at(FILE *out, const json_t *ev, enum lang lang)
{
	char when[PHRASE_TIME_MAX];

	fprintf(out, "%s ", phrase_time(field_int(ev, "t"), when));
	phrase_event(out, ev, lang);
}

/* A program's own words, beside the story and not of it. */
static void on_output(struct view *v, json_t *ev)
{
	_cleanup_free_ char *text = NULL;

	if (v->opt.verbosity < 0 || !*field_text(ev, "text"))
		return;
	ladder_settle(v->ladder);
	if (asprintf(&text, "%s: %s", field_text(ev, "host"), field_text(ev, "text")) < 0)
		abort();
	fputs("    ", v->opt.paper.out);
	text_put(&v->opt.paper, INK_DIM, text, "      ", 4);
}

/* What only -v shows. */
static void on_detail(struct view *v, json_t *ev)
{
	_cleanup_free_ char *text = NULL;

	if (v->opt.verbosity < 1)
		return;
	v->fresh = false;
	text = text_words(&v->opt.paper, ev, say_at);
	fputs("    ", v->opt.paper.out);
	text_put(&v->opt.paper, INK_DIM, text, "      ", 4);
}

static void on_impair(struct view *v, json_t *ev)
{
	_cleanup_free_ char *text = NULL;

	if (v->opt.verbosity < 0)
		return;
	ladder_settle(v->ladder);
	v->fresh = false;
	text = text_words(&v->opt.paper, ev, say_at);
	fputs("  ", v->opt.paper.out);
	text_put(&v->opt.paper, INK_WARN, text, "  ", 2);
}

/* A setting that was not made is part of the story, one that was made is not. */
static void on_sysctl(struct view *v, json_t *ev)
{
	if (field_has(ev, "wanted"))
		on_impair(v, ev);
	else
		on_detail(v, ev);
}

/* The lesson's own account of the run, with the numbers of this one. */
static void show_lesson(struct view *v)
{
	const struct paper *paper = &v->opt.paper;
	const char *id = field_text(v->header, "lesson");
	struct lesson *lesson = NULL;
	struct err err = ERR_INIT;
	int rc;

	if (!v->opt.content_dir || !*id)
		return;
	fputc('\n', paper->out);
	rc = lesson_open(v->opt.content_dir, id, paper->lang, &lesson, &err);
	if (rc == 0)
		rc = lesson_show(lesson, LESSON_HAPPENED, v->facts, paper, &err);
	lesson_free(lesson);
	if (rc < 0) {
		/* the run is worth as much without it */
		text_labelled(paper, INK_WARN, message(paper->lang, MSG_NO_LESSON), err.msg);
		if (*err.remedy)
			text_labelled(paper, INK_WARN, message(paper->lang, MSG_END_REMEDY),
				      err.remedy);
	}
}

static void on_verdict(struct view *v, json_t *ev)
{
	bool brief = v->opt.verbosity < 0;

	if (!brief) {
		flush_rows(v, INT64_MAX);
		if (field_is(ev, "verdict", "pass") || field_is(ev, "verdict", "fail"))
			show_lesson(v);
	}
	text_end(&v->opt.paper, v->header, ev, v->failed, brief);
	end_run(v);
}

static const struct {
	const char *ev;
	void (*on)(struct view *v, json_t *ev);
} handlers[] = {
	{ "step", on_step },         { "note", on_note },       { "expect", on_expect },
	{ "call", on_detail },       { "return", on_detail },   { "state", on_detail },
	{ "states", on_detail },     { "socket", on_detail },   { "counter", on_detail },
	{ "sysctl", on_sysctl },     { "value", on_detail },    { "conn", on_detail },
	{ "impair", on_impair },     { "program", on_detail },  { "output", on_output },
	{ "ended", on_detail },      { "rule", on_impair },     { "released", on_impair },
	{ "inject", on_impair },     { "link", on_impair },     { "vanish", on_impair },
	{ "held", on_detail },       { "flood", on_impair },    { "flooded", on_impair },
	{ "crash", on_impair },      { "predict", on_predict }, { "delayed", on_detail },
	{ "duplicated", on_detail }, { "verdict", on_verdict }, { "unready", on_impair },
};

static int text_event(struct view *v, json_t *ev, struct err *err)
{
	if (field_is(ev, "ev", "header"))
		on_header(v, ev);
	if (!v->header)
		return 0;
	facts_event(v->facts, ev);
	if (v->opt.verbosity >= 0)
		ladder_event(v->ladder, ev);
	if (field_is(ev, "ev", "packet") || field_is(ev, "ev", "packets") ||
	    field_is(ev, "ev", "icmp"))
		v->fresh = false;
	if (prediction_event(&v->asked, ev)) {
		flush_rows(v, field_is(ev, "ev", "verdict") ? INT64_MAX : field_int(ev, "t"));
		prediction_answer(&v->asked, &v->opt.paper);
	}
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
		if (field_is(ev, "ev", handlers[i].ev)) {
			handlers[i].on(v, ev);
			/* these say for themselves whether they wrote anything */
			v->fresh &= handlers[i].on == on_detail || handlers[i].on == on_sysctl;
			break;
		}
	}
	return view_written(v->opt.paper.out, err);
}

static int text_close(struct view *v, struct err *err)
{
	int rc;

	cut_off(v);
	rc = view_written(v->opt.paper.out, err);
	free(v);
	return rc;
}

const struct view_ops view_text = {
	.name = "text",
	.open = text_open,
	.event = text_event,
	.close = text_close,
};
