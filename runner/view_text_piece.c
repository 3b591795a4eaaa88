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
#include "phrase_head.h"

#define WIDEST        100
#define LABEL_COLUMNS 10

int text_width(const struct paper *paper)
{
	return paper->columns < WIDEST ? paper->columns : WIDEST;
}

void text_put(const struct paper *paper, enum ink as, const char *text, const char *indent,
	      int used)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), paper->utf8, 1);

	_cleanup_free_ char *inked = NULL;

	if (asprintf(&inked, "%s%s%s", ink(paper, as), clean, ink_off(paper)) < 0)
		abort();
	columns_wrap(paper->out, inked, text_width(paper), indent, used);
	fputc('\n', paper->out);
}

void text_labelled(const struct paper *paper, enum ink as, const char *label, const char *text)
{
	static const char indent[] = "          ";

	_Static_assert(sizeof(indent) == LABEL_COLUMNS + 1, "the text stays beside its label");
	fputs(ink(paper, INK_DIM), paper->out);
	columns_pad(paper->out, label, LABEL_COLUMNS, paper->utf8);
	fputs(ink_off(paper), paper->out);
	text_put(paper, as, text, indent, LABEL_COLUMNS);
}

char *text_words(const struct paper *paper, const json_t *ev,
		 void (*say)(FILE *out, const json_t *ev, enum lang lang))
{
	_cleanup_free_ char *raw = NULL;
	size_t size;
	FILE *f = open_memstream(&raw, &size);

	if (!f)
		abort();
	say(f, ev, paper->lang);
	fclose(f);
	return columns_clean(raw, size, paper->utf8, 0);
}

static void say_form(FILE *out, const json_t *header, enum lang lang)
{
	const int64_t length = field_int(header, "length"), full = field_int(header, "full_length");
	char takes[DURATION_MAX_TEXT], would_take[DURATION_MAX_TEXT];

	duration_format(length, takes);
	duration_format(full, would_take);
	if (length < full)
		message_say(out, lang, HEAD_FORM_SHORT, takes, would_take);
	else
		message_say(out, lang, HEAD_FORM_FULL, takes);
}

/* "delay=50ms  loss=0" */
static void say_settings(FILE *out, const json_t *settings, enum lang lang)
{
	const char *name, *between = "";
	json_t *value;

	(void)lang;
	json_object_foreach ((json_t *)settings, name, value) {
		const char *text = json_string_value(value);

		fprintf(out, "%s%s=%s", between, name, text ? text : "?");
		between = ", ";
	}
}

static void put_said(const struct paper *paper, enum ink as, enum msg label, const json_t *ev,
		     void (*say)(FILE *out, const json_t *ev, enum lang lang))
{
	_cleanup_free_ char *text = text_words(paper, ev, say);

	text_labelled(paper, as, message(paper->lang, label), text);
}

void text_head(const struct paper *paper, const json_t *header)
{
	const char *title = lang_text(json_object_get(header, "title"), paper->lang);
	const json_t *hosts = json_object_get(header, "hosts");
	_cleanup_free_ char *lab = NULL;

	if (asprintf(&lab, *title ? "%s (%s)" : "%s%s", *title ? title : field_text(header, "lab"),
		     *title ? field_text(header, "lab") : "") < 0)
		abort();
	text_put(paper, INK_TITLE, lab, "", 0);
	put_said(paper, INK_PLAIN, MSG_HEAD_KERNEL, header, phrase_kernel);
	put_said(paper, INK_PLAIN, MSG_HEAD_CLOCK, header, phrase_clock);
	if (field_int(header, "length") && field_int(header, "full_length"))
		put_said(paper, INK_WARN, MSG_HEAD_FORM, header, say_form);
	put_said(paper, INK_PLAIN, MSG_HEAD_NETWORK, header, phrase_network);
	for (size_t i = 0; i < json_array_size(hosts); i++) {
		_cleanup_free_ char *text =
			text_words(paper, json_array_get(hosts, i), phrase_host);

		text_labelled(paper, INK_PLAIN, i ? "" : message(paper->lang, MSG_HEAD_HOSTS),
			      text);
	}
	if (json_object_size(json_object_get(header, "params")))
		put_said(paper, INK_PLAIN, MSG_HEAD_PARAMS, json_object_get(header, "params"),
			 say_settings);
	if (json_object_size(json_object_get(header, "set")))
		put_said(paper, INK_PLAIN, MSG_HEAD_SET, json_object_get(header, "set"),
			 say_settings);
	if (field_has(header, "counter_run"))
		put_said(paper, INK_WARN, MSG_HEAD_COUNTER_RUN, header, phrase_counter_run);
}

static void say_fail(FILE *out, const json_t *ex, enum lang lang)
{
	phrase_expected(out, ex, lang);
	message_say(out, lang, EXPECT_BUT);
	phrase_seen(out, ex, lang);
}

/* What was seen is worth a word only where it could have been something else. */
static void say_pass(FILE *out, const json_t *ex, enum lang lang)
{
	phrase_expected(out, ex, lang);
	if (field_is(ex, "kind", "value") && *field_text(ex, "seen"))
		message_say(out, lang, EXPECT_SEEN, field_text(ex, "seen"));
	else if ((field_is(ex, "kind", "count") || field_is(ex, "kind", "counter")) &&
		 (!field_has(ex, "min") || !field_has(ex, "max") ||
		  field_int(ex, "min") != field_int(ex, "max")) &&
		 field_has(ex, "seen_n"))
		message_say(out, lang, EXPECT_SEEN_N, (long long)field_int(ex, "seen_n"));
}

/* "100.4 ms, tolerance 12.5 ms" */
static void say_when(FILE *out, const json_t *ex, enum lang lang)
{
	char when[PHRASE_TIME_MAX], tolerance[DURATION_MAX_TEXT];
	json_int_t mark = field_has(ex, "at") ? field_int(ex, "mark") : 0;

	if (!field_has(ex, "seen_t"))
		return;
	fputs(phrase_time(field_int(ex, "seen_t") - mark, when), out);
	if (field_has(ex, "at") && field_int(ex, "tolerance"))
		message_say(out, lang, EXPECT_TOLERANCE,
			    duration_format(field_int(ex, "tolerance"), tolerance));
}

void text_expect(const struct paper *paper, const json_t *expect)
{
	bool pass = field_is(expect, "verdict", "pass");
	const char *mark = paper->utf8 ? (pass ? "✓" : "✗") : pass ? "ok" : "NO";
	_cleanup_free_ char *text = text_words(paper, expect, pass ? say_pass : say_fail);
	_cleanup_free_ char *when = text_words(paper, expect, say_when);
	_cleanup_free_ char *wrapped = NULL;
	_cleanup_free_ char *inked = NULL;
	const char *last_line;
	int used = 3 + columns_width(mark), room;
	size_t size;
	FILE *f = open_memstream(&wrapped, &size);

	if (!f)
		abort();
	if (asprintf(&inked, "%s%s%s", ink(paper, pass ? INK_PLAIN : INK_FAIL), text,
		     ink_off(paper)) < 0)
		abort();
	columns_wrap(f, inked, text_width(paper), "    ", used);
	fclose(f);
	fprintf(paper->out, "  %s%s%s %s", ink(paper, pass ? INK_PASS : INK_FAIL), mark,
		ink_off(paper), wrapped);
	if (pass && *when) {
		last_line = strrchr(wrapped, '\n');
		room = text_width(paper) - columns_width(when) -
		       (last_line ? columns_width(last_line + 1) : used + columns_width(wrapped));
		if (room < 2) {
			fputc('\n', paper->out);
			room = text_width(paper) - columns_width(when);
		}
		columns_repeat(paper->out, " ", room);
		fprintf(paper->out, "%s%s%s", ink(paper, INK_DIM), when, ink_off(paper));
	}
	fputc('\n', paper->out);
}
