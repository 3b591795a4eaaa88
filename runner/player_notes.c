/* SPDX-License-Identifier: MIT */
#include "player_notes.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "canvas.h"
#include "field.h"
#include "indices.h"
#include "lesson.h"
#include "messages.h"
#include "paper.h"
#include "phrase.h"
#include "player.h"
#include "scene.h"

static json_t *text_of(const struct scene *s, long i)
{
	json_auto_t *ev = scene_json(s, i);

	return json_incref(json_object_get(ev, "text"));
}

/* Events of a kind that belong to the step in force at @at. */
static json_t *of_step(const struct player *p, enum scene_kind kind)
{
	const struct indices *list = scene_of(p->scene, kind),
			     *steps = scene_of(p->scene, SCENE_STEP);
	const size_t n = indices_until(steps, p->at);
	const long end = n < steps->n ? (long)steps->at[n] : scene_count(p->scene);
	json_t *out = json_array();

	for (size_t i = indices_until(list, scene_step(p->scene, p->at)); i < list->n; i++) {
		json_auto_t *ev = NULL;

		if ((long)list->at[i] >= end)
			break;
		ev = scene_json(p->scene, (long)list->at[i]);
		json_array_append(out, ev);
	}
	return out;
}

json_t *player_notes(const struct player *p)
{
	const struct indices *steps = scene_of(p->scene, SCENE_STEP);
	const size_t n = indices_until(steps, p->at);
	json_auto_t *header = scene_json(p->scene, 0);
	json_t *o = json_pack("{s:O?, s:I, s:I, s:I}", "title", json_object_get(header, "title"),
			      "step", (json_int_t)n, "steps", (json_int_t)steps->n, "t",
			      (json_int_t)p->now);

	if (!o)
		abort();
	json_object_set(o, "lesson", json_object_get(header, "lesson"));
	if (n)
		json_object_set_new(o, "text", text_of(p->scene, (long)steps->at[n - 1]));
	if (n < steps->n)
		json_object_set_new(o, "next", text_of(p->scene, (long)steps->at[n]));
	json_object_set_new(o, "notes", of_step(p, SCENE_NOTE));
	json_object_set_new(o, "questions", of_step(p, SCENE_PREDICT));
	return o;
}

struct sheet {
	struct canvas *canvas;
	int row;
	enum lang lang;
};

static void put(struct sheet *s, enum ink as, const char *text)
{
	const int columns = s->canvas->columns < 100 ? s->canvas->columns : 100;

	s->row += canvas_wrap(s->canvas, s->row, 0, columns, s->canvas->rows - s->row, as, text);
}

static const char *text_in(const struct sheet *s, const json_t *text)
{
	return json_is_string(text) ? json_string_value(text) : lang_text(text, s->lang);
}

static void put_labelled(struct sheet *s, enum msg label, enum ink as, const json_t *text)
{
	if (!*text_in(s, text))
		return;
	put(s, INK_DIM, message(s->lang, label));
	put(s, as, text_in(s, text));
	s->row++;
}

static void put_question(struct sheet *s, const json_t *ev)
{
	const json_t *options = json_object_get(ev, "options");
	const size_t answer = (size_t)field_int(ev, "answer");
	_cleanup_free_ char *right = NULL;

	put_labelled(s, MSG_NOTES_QUESTION, INK_STRONG, json_object_get(ev, "text"));
	if (asprintf(&right, "%zu  %s", answer,
		     text_in(s, json_array_get(options, answer ? answer - 1 : SIZE_MAX))) < 0)
		abort();
	put(s, INK_PASS, right);
	put(s, INK_PLAIN, text_in(s, json_object_get(ev, "why")));
	s->row++;
}

static void lesson_done(struct lesson **l)
{
	lesson_free(*l);
}

/* What listeners are likely to believe. A lesson's name comes from a file: it is no path. */
static void put_passage(struct sheet *s, const char *content, const char *id)
{
	_cleanup_(lesson_done) struct lesson *l = NULL;
	struct paper paper = { .columns = s->canvas->columns,
			       .utf8 = s->canvas->utf8,
			       .lang = s->lang };
	_cleanup_free_ char *text = NULL;
	struct err err = ERR_INIT;
	size_t size;

	if (!content || !*id || strchr(id, '/') || lesson_open(content, id, s->lang, &l, &err) < 0)
		return;
	paper.out = open_memstream(&text, &size);
	if (!paper.out)
		abort();
	/* a lesson that cannot be shown is told of by `e` in the player */
	(void)lesson_show(l, LESSON_WRONG, NULL, &paper, &err);
	fclose(paper.out);
	put(s, INK_DIM, text);
}

void player_notes_draw(struct canvas *c, const json_t *told, enum lang lang, const char *content)
{
	struct sheet s = { .canvas = c, .lang = c->utf8 ? lang : LANG_EN };
	_cleanup_free_ char *head = NULL;
	const json_t *list = json_object_get(told, "notes"), *it;
	char when[PHRASE_TIME_MAX];
	size_t i;

	if (!told) {
		put(&s, INK_PLAIN, message(s.lang, MSG_NOTES_NO_PLAYER));
		return;
	}
	if (asprintf(&head, "%s   %lld/%lld   %s", text_in(&s, json_object_get(told, "title")),
		     (long long)field_int(told, "step"), (long long)field_int(told, "steps"),
		     phrase_time(field_int(told, "t"), when)) < 0)
		abort();
	put(&s, INK_TITLE, head);
	s.row++;
	put_labelled(&s, MSG_NOTES_NOW, INK_STEP, json_object_get(told, "text"));
	json_array_foreach (list, i, it)
		put_labelled(&s, MSG_NOTES_NOTE, INK_PLAIN, json_object_get(it, "text"));
	list = json_object_get(told, "questions");
	json_array_foreach (list, i, it)
		put_question(&s, it);
	put_labelled(&s, MSG_NOTES_NEXT, INK_EMPH, json_object_get(told, "next"));
	put_passage(&s, content, field_text(told, "lesson"));
}
