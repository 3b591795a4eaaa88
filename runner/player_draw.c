/* SPDX-License-Identifier: MIT */
/*
 * The picture, from top to bottom:
 *
 *   title                                            step 2/5
 *   client          │                       │          server
 *   its sockets     │ the ladder up to now  │     its sockets
 *   ────────────────────────────────────────────────────────
 *   what happens, the step, its expectations; or a question
 *   time / all of it  [=====>      ]  event 12/54  x1
 *
 * The two sides take a fifth of the width each. Whatever a host's pane has no room
 * for is counted in it.
 */
#include "player_draw.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "columns.h"
#include "facts.h"
#include "field.h"
#include "indices.h"
#include "phrase.h"
#include "player_own.h"
#include "record.h"
#include "scene.h"

#define LEAST_COLUMNS 50
#define LEAST_ROWS    14
#define LEAST_SIDE    14

char *player_words(const struct player *p, const json_t *ev,
		   void (*say)(FILE *out, const json_t *ev, enum lang lang))
{
	_cleanup_free_ char *raw = NULL;
	size_t size;
	FILE *f = open_memstream(&raw, &size);

	if (!f)
		abort();
	say(f, ev, p->lang);
	fclose(f);
	return columns_clean(raw, size, p->utf8, 0);
}

void player_say_return(FILE *out, const json_t *call, const json_t *ev, enum lang lang)
{
	char result[24];

	snprintf(result, sizeof(result), "%lld", (long long)field_int(ev, "result"));
	message_say(out, lang, PLAYER_RETURNS, field_text(call, "host"), field_text(call, "op"),
		    field_has(ev, "errno") ? field_text(ev, "errno") : result);
}

const char *player_short_time(json_int_t ns, char buf[static 32])
{
	long long s = (long long)(ns / NS_PER_S);

	if (ns < 10 * NS_PER_MS)
		snprintf(buf, 32, "%.2f ms", (double)ns / NS_PER_MS);
	else if (s < 1)
		snprintf(buf, 32, "%.0f ms", (double)ns / NS_PER_MS);
	else if (s < 60)
		snprintf(buf, 32, "%.2f s", (double)ns / NS_PER_S);
	else if (s < 3600)
		snprintf(buf, 32, "%lld:%02lld", s / 60, s % 60);
	else
		snprintf(buf, 32, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
	return buf;
}

void player_art_free(struct player_art *art)
{
	facts_free(art->facts);
	free(art->lesson);
	art->facts = NULL;
	art->lesson = NULL;
}

static json_t *header_of(const struct player *p)
{
	return scene_json(p->scene, 0);
}

static void title(const struct player *p, struct canvas *c)
{
	const struct indices *steps = scene_of(p->scene, SCENE_STEP);
	json_auto_t *header = header_of(p);
	const json_t *kernel = json_object_get(header, "kernel");
	_cleanup_free_ char *left = NULL, *right = NULL;
	int room = c->columns;

	if (asprintf(&left, "%s - %s, %s", lang_text(json_object_get(header, "title"), p->lang),
		     field_text(header, "lab"), field_text(kernel, "release")) < 0)
		abort();
	if (steps->n) {
		size_t size;
		FILE *f = open_memstream(&right, &size);

		if (!f)
			abort();
		message_say(f, p->lang, PLAYER_STEP, (long)indices_until(steps, p->at), steps->n);
		fclose(f);
		canvas_right(c, 0, c->columns, 20, INK_DIM, right);
		room -= columns_width(right) + 2;
	}
	canvas_put(c, 0, 0, room, INK_TITLE, left);
}

static void head(const struct player *p, struct canvas *c, int row, const int side[2])
{
	for (int i = 0; i < 2; i++) {
		const char *name = side[i] >= 0 ? scene_host(p->scene, (size_t)side[i]) : "?";

		if (i == 0)
			canvas_put(c, row, 0, c->columns / 2 - 1, INK_STRONG, name);
		else
			canvas_right(c, row, c->columns, c->columns / 2 - 1, INK_STRONG, name);
	}
}

/* How far the record is told, by its events: its time may stand still for most of them. */
static void bar(const struct player *p, struct canvas *c, int row, int column, int width)
{
	long count = scene_count(p->scene);
	int done = (int)((count > 1 ? (double)p->at / (double)(count - 1) : 1) * (width - 2));

	if (width < 8)
		return;
	canvas_put(c, row, column, 1, INK_DIM, "[");
	canvas_repeat(c, row, column + 1, done, INK_PLAIN, p->utf8 ? "━" : "=");
	canvas_repeat(c, row, column + 1 + done, width - 2 - done, INK_DIM, p->utf8 ? "─" : ".");
	canvas_put(c, row, column + width - 1, 1, INK_DIM, "]");
}

static char *place_words(const struct player *p)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	message_say(f, p->lang, PLAYER_EVENT, p->at, scene_count(p->scene) - 1);
	if (p->speed >= 0)
		fprintf(f, "  x%d", 1 << p->speed);
	else
		fprintf(f, "  x1/%d", 1 << -p->speed);
	if (p->running)
		fputs(p->utf8 ? " ▶" : " >", f);
	fclose(f);
	return text;
}

static void last_line(const struct player *p, struct canvas *c)
{
	const int row = c->rows - 1;
	_cleanup_free_ char *place = NULL, *when = NULL;
	char now[PHRASE_TIME_MAX], all[PHRASE_TIME_MAX];
	int used;

	if (p->mode == PLAYER_FIND) {
		used = canvas_put(c, row, 0, c->columns, INK_STRONG,
				  message(p->lang, MSG_PLAYER_LOOK_FOR));
		used += canvas_put(c, row, used, c->columns - used - 1, INK_PLAIN, p->typed);
		canvas_put(c, row, used, 1, INK_PLAIN, "_");
		return;
	}
	if (p->say != MSG_COUNT) {
		canvas_put(c, row, 0, c->columns, INK_WARN, message(p->lang, p->say));
		return;
	}
	if (asprintf(&when, "%s / %s ", phrase_time(p->now, now),
		     phrase_time(scene_t(p->scene, scene_count(p->scene) - 1), all)) < 0)
		abort();
	place = place_words(p);
	used = canvas_put(c, row, 0, c->columns, INK_PLAIN, when);
	if (c->columns >= 100) {
		canvas_right(c, row, c->columns, 40, INK_DIM, message(p->lang, MSG_PLAYER_HINT));
		canvas_right(c, row, c->columns - 41, 30, INK_PLAIN, place);
		bar(p, c, row, used, c->columns - 41 - columns_width(place) - 1 - used);
	} else {
		canvas_right(c, row, c->columns, 34, INK_PLAIN, place);
		bar(p, c, row, used, c->columns - columns_width(place) - 1 - used);
	}
}

static void picture(struct player_art *art, const struct player *p, struct canvas *c)
{
	const int story = c->rows < 20 ? 5 : c->rows < 30 ? c->rows / 3 : 10 + (c->rows - 30) / 6;
	const int top = 2, rows = c->rows - top - story - 2;
	const int wide = c->columns / 5 + 2, side_columns = wide < LEAST_SIDE ? LEAST_SIDE : wide;
	const char *rule = p->utf8 ? "─" : "-", *post = p->utf8 ? "│" : "|";
	const int middle = c->columns - 2 * side_columns - 2;
	int side[2];

	scene_sides(p->scene, p->at, side);
	title(p, c);
	head(p, c, 1, side);
	player_side(p, (struct pane){ c, top, 0, rows, side_columns - 1 }, side[0]);
	player_side(p,
		    (struct pane){ c, top, c->columns - side_columns + 1, rows, side_columns - 1 },
		    side[1]);
	for (int y = 0; y < rows; y++) {
		canvas_put(c, top + y, side_columns - 1, 1, INK_DIM, post);
		canvas_put(c, top + y, c->columns - side_columns, 1, INK_DIM, post);
	}
	player_ladder(p, (struct pane){ c, top, side_columns + 1, rows, middle });
	canvas_repeat(c, top + rows, 0, c->columns, INK_DIM, rule);
	player_story(p, (struct pane){ c, top + rows + 1, 0, story, c->columns }, art->cut);
	last_line(p, c);
}

static void too_small(const struct player *p, struct canvas *c)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	message_say(f, p->lang, PLAYER_TOO_SMALL, c->columns, c->rows);
	fclose(f);
	canvas_wrap(c, 0, 0, c->columns, c->rows, INK_PLAIN, text);
}

struct canvas *player_draw(struct player_art *art, struct player *p, int rows, int columns)
{
	struct canvas *c = canvas_new(rows, columns, p->utf8);

	if (rows < LEAST_ROWS || columns < LEAST_COLUMNS)
		too_small(p, c);
	else if (p->mode == PLAYER_LESSON || p->mode == PLAYER_DETAIL || p->mode == PLAYER_KEYS)
		player_pages(art, p, c);
	else
		picture(art, p, c);
	return c;
}
