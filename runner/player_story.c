/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "field.h"
#include "indices.h"
#include "messages.h"
#include "phrase.h"
#include "player_own.h"
#include "record.h"
#include "scene.h"
#include "view_text.h"

/* The part below the ladder: what happens, which step it belongs to, what was expected of it. */

static FILE *text_open(char **text, size_t *size)
{
	FILE *f = open_memstream(text, size);

	if (!f)
		abort();
	return f;
}

static int wrap(struct pane *pane, int row, int most, enum ink as, const char *text)
{
	if (most > pane->rows - row)
		most = pane->rows - row;
	return canvas_wrap(pane->canvas, pane->row + row, pane->column, pane->columns, most, as,
			   text);
}

static void say_now(FILE *out, const json_t *ev, enum lang lang)
{
	char when[PHRASE_TIME_MAX];

	fprintf(out, "%s  ", phrase_time(field_int(ev, "t"), when));
	if (!field_is(ev, "ev", "packet"))
		phrase_event(out, ev, lang);
	else if (field_is(ev, "dir", "out"))
		message_say(out, lang, EV_SENDS, field_text(ev, "host"));
	else
		message_say(out, lang, EV_RECEIVES, field_text(ev, "host"));
	if (field_is(ev, "ev", "packet"))
		phrase_packet(out, ev, 1);
	if (field_is(ev, "ev", "verdict"))
		fprintf(out, " (%lld / %lld)", (long long)field_int(ev, "passed"),
			(long long)(field_int(ev, "passed") + field_int(ev, "failed")));
	if (field_is(ev, "ev", "verdict") && *field_text(ev, "why"))
		fprintf(out, ": %s. %s", field_text(ev, "why"), field_text(ev, "remedy"));
}

static void say_step(FILE *out, const json_t *ev, enum lang lang)
{
	fprintf(out, "%lld. %s", (long long)field_int(ev, "n"),
		lang_text(json_object_get(ev, "text"), lang));
}

static const char *text_in(const struct player *p, const json_t *text)
{
	return json_is_string(text) ? json_string_value(text) : lang_text(text, p->lang);
}

/* A question, and once there is an answer, whether it was right and why. */
static int question(const struct player *p, struct pane *pane, int row, long q)
{
	json_auto_t *ev = scene_json(p->scene, p->at);
	const json_t *options = json_object_get(ev, "options");
	const size_t right = (size_t)field_int(ev, "answer"), n = json_array_size(options);
	const unsigned char given = p->answers[q];
	_cleanup_free_ char *text = NULL, *told = NULL;
	size_t size;
	FILE *f = text_open(&text, &size);

	message_say(f, p->lang, PLAYER_QUESTION, q + 1);
	fprintf(f, ": %s", text_in(p, json_object_get(ev, "text")));
	fclose(f);
	row += wrap(pane, row, 3, INK_STRONG, text);
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *option = NULL;
		const bool mark = given && i + 1 == right;

		if (asprintf(&option, "%s%zu  %s", mark ? "* " : "  ", i + 1,
			     text_in(p, json_array_get(options, i))) < 0)
			abort();
		row += wrap(pane, row, 2, mark ? INK_PASS : INK_PLAIN, option);
	}
	f = text_open(&told, &size);
	if (!given)
		message_say(f, p->lang, PLAYER_ANSWER_KEYS, n);
	else if (given == PLAYER_SKIPPED)
		message_say(f, p->lang, PLAYER_SKIPPED, right);
	else if (given == right)
		message_say(f, p->lang, PLAYER_RIGHT, right);
	else
		message_say(f, p->lang, PLAYER_WRONG, (int)given, right);
	if (given)
		fprintf(f, " %s", text_in(p, json_object_get(ev, "why")));
	fclose(f);
	return row + wrap(pane, row, pane->rows - row,
			  !given                    ? INK_DIM
			  : given == right          ? INK_PASS
			  : given == PLAYER_SKIPPED ? INK_PLAIN
						    : INK_FAIL,
			  told);
}

/* As `run` writes it. Return: malloc'ed lines. */
static char *expect_lines(const struct player *p, int columns, const json_t *ev)
{
	char *text = NULL;
	size_t size;
	struct paper paper = { .columns = columns, .utf8 = p->utf8, .lang = p->lang };

	paper.out = text_open(&text, &size);
	text_expect(&paper, ev);
	fclose(paper.out);
	return text;
}

static int count_lines(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* The expectations of this step, the last that fit. */
static void expectations(const struct player *p, struct pane *pane, int row)
{
	const struct indices *all = scene_of(p->scene, SCENE_EXPECT);
	const size_t n = indices_until(all, p->at),
		     first = indices_until(all, scene_step(p->scene, p->at));
	struct {
		char *text;
		int rows;
		bool pass;
	} shown[32];
	int room = pane->rows - row, count = 0;

	for (size_t i = n; i > first && room > 0 && count < 32; i--) {
		json_auto_t *ev = scene_json(p->scene, (long)all->at[i - 1]);

		shown[count].text = expect_lines(p, pane->columns, ev);
		shown[count].rows = count_lines(shown[count].text);
		shown[count].pass = field_is(ev, "verdict", "pass");
		room -= shown[count++].rows;
	}
	while (count-- > 0) {
		char *line = shown[count].text, *end;

		for (; (end = strchr(line, '\n')) && row < pane->rows; line = end + 1) {
			*end = '\0';
			canvas_put(pane->canvas, pane->row + row++, pane->column, pane->columns,
				   shown[count].pass ? INK_PASS : INK_FAIL, line);
		}
		free(shown[count].text);
	}
}

/* The note that was made last in this step. */
static int note(const struct player *p, struct pane *pane, int row)
{
	const struct indices *notes = scene_of(p->scene, SCENE_NOTE);
	const size_t n = indices_until(notes, p->at);
	json_auto_t *ev = NULL;

	if (!n || (long)notes->at[n - 1] < scene_step(p->scene, p->at))
		return row;
	ev = scene_json(p->scene, (long)notes->at[n - 1]);
	return row + wrap(pane, row, pane->rows / 2, INK_EMPH,
			  lang_text(json_object_get(ev, "text"), p->lang));
}

/* What has to be said about the record itself. */
static int warnings(const struct player *p, struct pane *pane, int row, bool cut)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f;

	if (cut && scene_next(p->scene, p->at) == p->at)
		row += wrap(pane, row, 1, INK_FAIL, message(p->lang, MSG_PLAYER_CUT));
	if (p->at == 0)
		row += wrap(pane, row, 2, INK_DIM, message(p->lang, MSG_PLAYER_HINT));
	if (!scene_newer(p->scene) || p->at > 0)
		return row;
	f = text_open(&text, &size);
	message_say(f, p->lang, PLAYER_NEWER, (long long)scene_newer(p->scene), RECORD_FORMAT);
	fclose(f);
	return row + wrap(pane, row, 2, INK_WARN, text);
}

void player_story(const struct player *p, struct pane pane, bool cut)
{
	const long q = player_question(p, p->at), step = scene_step(p->scene, p->at);
	const enum scene_kind kind = scene_kind(p->scene, p->at);
	json_auto_t *ev = scene_json(p->scene, p->at);
	_cleanup_free_ char *now = player_words(p, ev, say_now), *text = NULL;
	int row = warnings(p, &pane, 0, cut);

	if (q >= 0) {
		question(p, &pane, row, q);
		return;
	}
	if (step >= 0) {
		json_auto_t *said = scene_json(p->scene, step);

		text = player_words(p, said, say_step);
		row += wrap(&pane, row, pane.rows > 6 ? 3 : 2, INK_STEP, text);
	}
	if (kind != SCENE_STEP && kind != SCENE_NOTE && kind != SCENE_EXPECT)
		row += wrap(&pane, row, kind == SCENE_VERDICT ? 4 : 2, INK_STRONG, now);
	row = note(p, &pane, row);
	expectations(p, &pane, row);
}
