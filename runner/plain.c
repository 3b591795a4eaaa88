/* SPDX-License-Identifier: MIT */
#include "plain.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "field.h"
#include "messages.h"
#include "paper.h"
#include "phrase.h"
#include "player_own.h"
#include "record.h"
#include "scene.h"
#include "view.h"
#include "view_text.h"

/* One sentence a line: no columns, no arrows, no marks; where the eye sees a place, a word. */

struct told {
	const struct scene *scene;
	const struct paper *paper;
	FILE *answers;
	json_t *header, *failed;
	long questions;
};

static void put(const struct told *to, const char *text)
{
	text_put(to->paper, INK_PLAIN, text, "", 0);
}

static void put_said(const struct told *to, const json_t *ev,
		     void (*say)(FILE *out, const json_t *ev, enum lang lang))
{
	_cleanup_free_ char *text = text_words(to->paper, ev, say);

	put(to, text);
}

static void say_step(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_STEP, (long long)field_int(ev, "n"),
		    lang_text(json_object_get(ev, "text"), lang));
}

static void say_note(FILE *out, const json_t *ev, enum lang lang)
{
	fputs(lang_text(json_object_get(ev, "text"), lang), out);
}

/* Words with a word for each arrow. */
static void put_unarrowed(FILE *out, const char *words, enum lang lang)
{
	for (const char *arrow; (arrow = strstr(words, " -> ")); words = arrow + 4)
		fprintf(out, "%.*s%s", (int)(arrow - words), words, message(lang, MSG_PLAIN_TO));
	fputs(words, out);
}

static void say_unarrowed(FILE *out, const json_t *ev, enum lang lang)
{
	_cleanup_free_ char *words = NULL;
	size_t size;
	FILE *f = open_memstream(&words, &size);

	if (!f)
		abort();
	phrase_event(f, ev, lang);
	fclose(f);
	put_unarrowed(out, words, lang);
}

/* "At 25.0 ms: server receives SYN seq 0 win 64240." */
static void say_at(FILE *out, const json_t *ev, enum lang lang)
{
	_cleanup_free_ char *words = NULL;
	char when[PHRASE_TIME_MAX];
	size_t size;
	FILE *f = open_memstream(&words, &size);

	if (!f)
		abort();
	say_unarrowed(f, ev, lang);
	fclose(f);
	message_say(out, lang, PLAIN_AT, phrase_time(field_int(ev, "t"), when), words);
}

static void say_subject(FILE *out, const json_t *ev, enum lang lang)
{
	if (field_has(ev, "conn"))
		message_say(out, lang, PLAIN_CONN, field_text(ev, "host"),
			    (long long)field_int(ev, "conn"));
	else
		message_say(out, lang, PLAIN_PORT, field_text(ev, "host"),
			    (long long)field_int(ev, "port"));
}

/* Return: malloc'ed */
static char *subject_of(const json_t *ev, enum lang lang)
{
	char *subject = NULL;
	size_t size;
	FILE *f = open_memstream(&subject, &size);

	if (!f)
		abort();
	say_subject(f, ev, lang);
	fclose(f);
	return subject;
}

static void say_state(FILE *out, const json_t *ev, enum lang lang)
{
	const json_t *timer = json_object_get(ev, "timer");
	_cleanup_free_ char *subject = subject_of(ev, lang), *words = NULL;
	char when[PHRASE_TIME_MAX], in[PHRASE_TIME_MAX];
	size_t size;
	FILE *f = open_memstream(&words, &size);

	if (!f)
		abort();
	message_say(f, lang, PLAIN_STATE, subject, field_text(ev, "from"), field_text(ev, "to"));
	if (field_true(ev, "inferred"))
		message_say(f, lang, EV_INFERRED);
	if (json_is_object(timer))
		message_say(f, lang, EV_TIMER, field_text(timer, "kind"),
			    phrase_time(field_int(timer, "in"), in));
	fclose(f);
	message_say(out, lang, PLAIN_AT, phrase_time(field_int(ev, "t"), when), words);
}

static void say_socket(FILE *out, const json_t *ev, enum lang lang)
{
	_cleanup_free_ char *subject = subject_of(ev, lang), *gauges = phrase_gauges(ev, lang);
	char when[PHRASE_TIME_MAX];

	message_say(out, lang, PLAIN_SOCKET, phrase_time(field_int(ev, "t"), when), subject,
		    gauges);
}

static void say_expect(FILE *out, const json_t *ev, enum lang lang)
{
	const bool pass = field_is(ev, "verdict", "pass");

	fputs(message(lang, pass ? MSG_PLAIN_HOLDS : MSG_PLAIN_FAILS), out);
	phrase_expected(out, ev, lang);
	message_say(out, lang, EXPECT_BUT);
	phrase_seen(out, ev, lang);
}

static void say_held(FILE *out, const json_t *ev, enum lang lang)
{
	fputs(message(lang, MSG_PLAIN_HOLDS), out);
	phrase_expected(out, ev, lang);
}

static const char *text_in(const struct told *to, const json_t *text)
{
	return json_is_string(text) ? json_string_value(text) : lang_text(text, to->paper->lang);
}

/* What was typed. Return: the option, 0 for none of them. */
static size_t typed(const struct told *to, size_t options)
{
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	unsigned long n;

	if (!to->answers)
		return 0;
	message_say(to->paper->out, to->paper->lang, PLAIN_ASK, options);
	fputc('\n', to->paper->out);
	fflush(to->paper->out);
	if (getline(&line, &room, to->answers) <= 0)
		return 0;
	n = strtoul(line, NULL, 10);
	return n <= options ? n : 0;
}

static void on_predict(struct told *to, const json_t *ev)
{
	const json_t *options = json_object_get(ev, "options");
	const size_t n = json_array_size(options), right = (size_t)field_int(ev, "answer");
	_cleanup_free_ char *question = NULL, *told = NULL;
	size_t size, given;
	FILE *f = open_memstream(&question, &size);

	if (!f)
		abort();
	message_say(f, to->paper->lang, PLAYER_QUESTION, ++to->questions);
	fprintf(f, ": %s", text_in(to, json_object_get(ev, "text")));
	fclose(f);
	put(to, question);
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *line = NULL;

		if (asprintf(&line, "%zu: %s", i + 1, text_in(to, json_array_get(options, i))) < 0)
			abort();
		put(to, line);
	}
	given = typed(to, n);
	f = open_memstream(&told, &size);
	if (!f)
		abort();
	if (!given)
		message_say(f, to->paper->lang, PLAYER_SKIPPED, right);
	else if (given == right)
		message_say(f, to->paper->lang, PLAYER_RIGHT, right);
	else
		message_say(f, to->paper->lang, PLAYER_WRONG, (int)given, right);
	fprintf(f, " %s", text_in(to, json_object_get(ev, "why")));
	fclose(f);
	put(to, told);
}

static void on_return(struct told *to, const json_t *ev, long i)
{
	long at = scene_call(to->scene, i);
	json_auto_t *call = at < 0 ? NULL : scene_json(to->scene, at);
	_cleanup_free_ char *words = NULL, *line = NULL;
	char when[PHRASE_TIME_MAX];
	size_t size;
	FILE *f;

	if (at < 0) {
		put_said(to, ev, say_at);
		return;
	}
	f = open_memstream(&words, &size);
	if (!f)
		abort();
	player_say_return(f, call, ev, to->paper->lang);
	fclose(f);
	f = open_memstream(&line, &size);
	if (!f)
		abort();
	message_say(f, to->paper->lang, PLAIN_AT, phrase_time(field_int(ev, "t"), when), words);
	fclose(f);
	put(to, line);
}

static void on_expect(struct told *to, const json_t *ev)
{
	if (field_is(ev, "verdict", "pass")) {
		put_said(to, ev, say_held);
		return;
	}
	json_array_append(to->failed, (json_t *)ev);
	put_said(to, ev, say_expect);
}

static void on_event(struct told *to, long i)
{
	json_auto_t *ev = scene_json(to->scene, i);

	switch (scene_kind(to->scene, i)) {
	case SCENE_HEADER:
		text_head(to->paper, ev);
		break;
	case SCENE_STEP:
		fputc('\n', to->paper->out);
		put_said(to, ev, say_step);
		break;
	case SCENE_NOTE:
		put_said(to, ev, say_note);
		break;
	case SCENE_PREDICT:
		on_predict(to, ev);
		break;
	case SCENE_STATE:
		put_said(to, ev, say_state);
		break;
	case SCENE_SOCKET:
		put_said(to, ev, say_socket);
		break;
	case SCENE_EXPECT:
		on_expect(to, ev);
		break;
	case SCENE_VERDICT:
		text_end(to->paper, to->header, ev, to->failed, true);
		break;
	case SCENE_RETURN:
		on_return(to, ev, i);
		break;
	case SCENE_VALUE:
	case SCENE_CALL:
	case SCENE_PACKET:
	case SCENE_LOST:
	case SCENE_HELD:
	case SCENE_ICMP:
	case SCENE_PACKETS:
	case SCENE_STATES:
	case SCENE_OTHER:
		put_said(to, ev, say_at);
		break;
	case SCENE_CONN:
	case SCENE_COUNTER:
	case SCENE_KINDS:
		break;
	}
}

int plain_tell(const struct scene *scene, const struct paper *paper, FILE *answers, struct err *err)
{
	struct told to = { .scene = scene, .paper = paper, .answers = answers };
	_cleanup_free_ char *newer = NULL;
	int rc = 0;

	to.header = scene_json(scene, 0);
	to.failed = json_array();
	if (scene_newer(scene)) {
		size_t size;
		FILE *f = open_memstream(&newer, &size);

		if (!f)
			abort();
		message_say(f, paper->lang, PLAYER_NEWER, (long long)scene_newer(scene),
			    RECORD_FORMAT);
		fclose(f);
		put(&to, newer);
	}
	for (long i = 0; i < scene_count(scene) && rc == 0; i++) {
		on_event(&to, i);
		rc = view_written(paper->out, err);
	}
	json_decref(to.header);
	json_decref(to.failed);
	return rc;
}
