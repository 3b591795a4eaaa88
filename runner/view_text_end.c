/* SPDX-License-Identifier: MIT */
#include "view_text.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "columns.h"
#include "field.h"
#include "messages.h"
#include "phrase.h"

/* How a verdict looks; the words are the same in every language, as the exit status is. */
static const struct {
	const char *verdict, *word;
	enum ink as;
} verdicts[] = {
	{ "pass", "PASS", INK_PASS },
	{ "fail", "FAIL", INK_FAIL },
	{ "broken", "BROKEN", INK_FAIL },
	{ "skip", "SKIP", INK_WARN },
};

/* "7 of 7 expectations, 0.31 s" */
static void say_sum(FILE *out, const json_t *verdict, enum lang lang)
{
	long long passed = field_int(verdict, "passed");
	double wall = (double)field_int(verdict, "wall") / NS_PER_S;
	double run = (double)field_int(verdict, "run") / NS_PER_S;

	message_say(out, lang, END_SUM, passed, passed + (long long)field_int(verdict, "failed"),
		    wall);
	/* on a virtual clock much more can have passed than the machine took for it */
	if (run > 2 * wall + 1)
		message_say(out, lang, END_VIRTUAL, run);
}

static void say_unseen(FILE *out, const json_t *verdict, enum lang lang)
{
	message_say(out, lang, END_UNSEEN, (long long)field_int(verdict, "unseen"));
}

static void put_failed(const struct paper *paper, const json_t *ex)
{
	const json_t *last = json_object_get(ex, "last");
	_cleanup_free_ char *expected = text_words(paper, ex, phrase_expected);
	_cleanup_free_ char *seen = text_words(paper, ex, phrase_seen);
	const char *name = field_text(ex, "name");

	fputc('\n', paper->out);
	text_put(paper, INK_FAIL, *name ? name : expected, "", 0);
	text_labelled(paper, INK_PLAIN, message(paper->lang, MSG_END_WHERE),
		      field_text(ex, "where"));
	text_labelled(paper, INK_PLAIN, message(paper->lang, MSG_END_EXPECTED), expected);
	text_labelled(paper, INK_PLAIN, message(paper->lang, MSG_END_SEEN), seen);
	for (size_t i = 0; i < json_array_size(last); i++) {
		const char *line = json_string_value(json_array_get(last, i));

		text_labelled(paper, INK_DIM, i ? "" : message(paper->lang, MSG_END_LAST),
			      line ? line : "");
	}
}

static void say_show(FILE *out, const json_t *header, enum lang lang)
{
	message_say(out, lang, NEXT_SHOW, field_text(header, "lab"));
}

/* What `tcplab run` has to be told to run this lab again: a lab of the course goes by its id. */
static const char *target(const json_t *header)
{
	return field_text(header, field_has(header, "lesson") ? "lab" : "file");
}

static void say_play(FILE *out, const json_t *header, enum lang lang)
{
	message_say(out, lang, NEXT_PLAY, target(header));
}

static void say_param(FILE *out, const json_t *header, enum lang lang)
{
	json_t *params = json_object_get(header, "params");
	void *first = json_object_iter(params);
	const char *value = json_string_value(json_object_iter_value(first));

	if (first)
		message_say(out, lang, NEXT_PARAM, target(header), json_object_iter_key(first),
			    value ? value : "");
}

/* A sysctl that shows in every handshake; none where the learner has set some already. */
static void say_set(FILE *out, const json_t *header, enum lang lang)
{
	const json_t *hosts = json_object_get(header, "hosts");
	size_t n = json_array_size(hosts);

	if (n && !json_object_size(json_object_get(header, "set")))
		message_say(out, lang, NEXT_SET, target(header),
			    field_text(json_array_get(hosts, n - 1), "name"));
}

static void put_next(const struct paper *paper, const json_t *header)
{
	void (*const hints[])(FILE * out, const json_t *header,
			      enum lang lang) = { field_has(header, "lesson") ? say_show : NULL,
						  say_play, say_param, say_set };
	const char *label = message(paper->lang, MSG_NEXT);

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		_cleanup_free_ char *hint = hints[i] ? text_words(paper, header, hints[i]) : NULL;

		if (!hint || !*hint)
			continue;
		text_labelled(paper, INK_PLAIN, label, hint);
		label = "";
	}
}

void text_end(const struct paper *paper, const json_t *header, const json_t *verdict,
	      const json_t *failed, bool brief)
{
	const char *word = "?";
	enum ink as = INK_FAIL;
	_cleanup_free_ char *sum = text_words(paper, verdict, say_sum);
	_cleanup_free_ char *line = NULL;
	bool done = field_is(verdict, "verdict", "pass") || field_is(verdict, "verdict", "fail");

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		if (!field_is(verdict, "verdict", verdicts[i].verdict))
			continue;
		word = verdicts[i].word;
		as = verdicts[i].as;
	}
	if (asprintf(&line, " %s%s%s", field_text(header, "lab"), done ? ": " : "",
		     done ? sum : "") < 0)
		abort();
	if (!brief)
		fputc('\n', paper->out);
	fprintf(paper->out, "%s%s%s", ink(paper, as), word, ink_off(paper));
	text_put(paper, INK_STRONG, line, "    ", columns_width(word));
	if (field_has(verdict, "why"))
		text_labelled(paper, INK_PLAIN, message(paper->lang, MSG_END_WHY),
			      field_text(verdict, "why"));
	if (field_has(verdict, "where"))
		text_labelled(paper, INK_PLAIN, message(paper->lang, MSG_END_WHERE),
			      field_text(verdict, "where"));
	if (*field_text(verdict, "remedy"))
		text_labelled(paper, INK_PLAIN, message(paper->lang, MSG_END_REMEDY),
			      field_text(verdict, "remedy"));
	if (field_int(verdict, "unseen")) {
		_cleanup_free_ char *unseen = text_words(paper, verdict, say_unseen);

		text_put(paper, INK_WARN, unseen, "", 0);
	}
	for (size_t i = 0; i < json_array_size(failed); i++)
		put_failed(paper, json_array_get(failed, i));
	if (!brief && done) {
		if (json_array_size(failed))
			fputc('\n', paper->out);
		put_next(paper, header);
	}
}
