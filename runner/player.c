/* SPDX-License-Identifier: MIT */
#include "player.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/duration.h"
#include "columns.h"
#include "field.h"
#include "indices.h"
#include "scene.h"

#define SLOWEST (-6)
#define FASTEST 16

/* While it runs, the timers count down: so often is enough for an eye. */
#define FRAME_NS (100 * NS_PER_MS)

void player_init(struct player *p, const struct scene *scene, enum lang lang, bool utf8)
{
	*p = (struct player){
		.scene = scene,
		/* what is not ASCII cannot be shown there */
		.lang = utf8 ? lang : LANG_EN,
		.utf8 = utf8,
		.page = 10,
		.say = MSG_COUNT,
	};
	p->answers = calloc(scene_of(scene, SCENE_PREDICT)->n + 1, 1);
	if (!p->answers)
		abort();
	p->now = scene_t(scene, 0);
}

void player_free(struct player *p)
{
	free(p->answers);
	p->answers = NULL;
}

long player_question(const struct player *p, long at)
{
	if (scene_kind(p->scene, at) != SCENE_PREDICT)
		return -1;
	return (long)indices_until(scene_of(p->scene, SCENE_PREDICT), at) - 1;
}

/* Go to an event, whatever lies between. */
static void jump(struct player *p, long at)
{
	long q = player_question(p, at);

	p->at = at;
	p->now = scene_t(p->scene, at);
	if (q >= 0 && !p->answers[q]) {
		p->mode = PLAYER_ASK;
		p->running = false;
	} else if (p->mode == PLAYER_ASK) {
		p->mode = PLAYER_SHOW;
	}
}

/* Go on to an event, but no further than the first question without an answer. */
static void advance(struct player *p, long to)
{
	const struct indices *questions = scene_of(p->scene, SCENE_PREDICT);
	json_int_t now = p->now;

	for (size_t q = indices_until(questions, p->at); q < questions->n; q++) {
		if ((long)questions->at[q] > to)
			break;
		if (!p->answers[q]) {
			jump(p, (long)questions->at[q]);
			return;
		}
	}
	jump(p, to);
	/* time does not go back because an event was reached */
	if (p->running && p->now < now)
		p->now = now;
}

static void next_event(struct player *p)
{
	advance(p, scene_next(p->scene, p->at));
}

static void prev_event(struct player *p)
{
	jump(p, scene_prev(p->scene, p->at));
}

static void next_step(struct player *p)
{
	const struct indices *steps = scene_of(p->scene, SCENE_STEP);
	size_t n = indices_until(steps, p->at);

	advance(p, n < steps->n ? (long)steps->at[n] : scene_count(p->scene) - 1);
}

/* To where this step begins, from there to where the one before it does. */
static void prev_step(struct player *p)
{
	const struct indices *steps = scene_of(p->scene, SCENE_STEP);
	size_t n = indices_until(steps, p->at - 1);

	jump(p, n ? (long)steps->at[n - 1] : 0);
}

static void home(struct player *p)
{
	jump(p, 0);
}

static void end(struct player *p)
{
	jump(p, scene_prev(p->scene, scene_count(p->scene)));
}

static void space(struct player *p)
{
	if (p->running)
		p->running = false;
	else
		next_event(p);
}

static void run(struct player *p)
{
	p->running = !p->running;
	if (p->running && scene_next(p->scene, p->at) == p->at)
		home(p);
}

static void faster(struct player *p)
{
	p->speed += p->speed < FASTEST;
}

static void slower(struct player *p)
{
	p->speed -= p->speed > SLOWEST;
}

static void language(struct player *p)
{
	if (p->utf8)
		p->lang = (enum lang)((p->lang + 1) % LANG_COUNT);
	else
		p->say = MSG_PLAYER_NO_UTF8;
}

static void front(struct player *p, enum player_mode mode)
{
	p->mode = mode;
	p->scroll = 0;
	p->running = false;
}

static void lesson(struct player *p)
{
	front(p, PLAYER_LESSON);
	/* whoever draws knows where the passage for this step is */
	p->scroll = -1;
}

static void detail(struct player *p)
{
	front(p, PLAYER_DETAIL);
}

static void keys(struct player *p)
{
	front(p, PLAYER_KEYS);
}

static void find(struct player *p)
{
	front(p, PLAYER_FIND);
	*p->typed = '\0';
}

static void quit(struct player *p)
{
	p->quit = true;
}

static const struct {
	int key;
	void (*act)(struct player *p);
} acts[] = {
	{ ' ', space },
	{ PLAYER_RIGHT, next_event },
	{ PLAYER_DOWN, next_event },
	{ PLAYER_ENTER, space },
	{ PLAYER_LEFT, prev_event },
	{ PLAYER_UP, prev_event },
	{ 'n', next_step },
	{ PLAYER_PAGE_DOWN, next_step },
	{ 'p', prev_step },
	{ PLAYER_PAGE_UP, prev_step },
	{ 'g', home },
	{ PLAYER_HOME, home },
	{ 'G', end },
	{ PLAYER_END, end },
	{ '/', find },
	{ '+', faster },
	{ '=', faster },
	{ '-', slower },
	{ 'r', run },
	{ 'l', language },
	{ 'e', lesson },
	{ 's', detail },
	{ '?', keys },
	{ 'h', keys },
	{ 'q', quit },
};

static void show_key(struct player *p, int key)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (acts[i].key == key) {
			acts[i].act(p);
			return;
		}
	}
}

static size_t options_of(const struct player *p)
{
	json_auto_t *ev = scene_json(p->scene, p->at);

	return json_array_size(json_object_get(ev, "options"));
}

static void answer(struct player *p, unsigned char with)
{
	long q = player_question(p, p->at);

	if (q >= 0)
		p->answers[q] = with;
	p->mode = PLAYER_SHOW;
}

static void ask_key(struct player *p, int key)
{
	if (key >= '1' && key <= '9') {
		if ((size_t)(key - '0') <= options_of(p))
			answer(p, (unsigned char)(key - '0'));
		return;
	}
	switch (key) {
	case 's':
	case '0':
	case PLAYER_ESCAPE:
		answer(p, PLAYER_SKIPPED);
		return;
	case ' ':
	case 'n':
	case 'r':
	case PLAYER_RIGHT:
	case PLAYER_DOWN:
	case PLAYER_ENTER:
	case PLAYER_PAGE_DOWN:
		/* a key pressed once too often must not answer for anybody */
		p->say = MSG_PLAYER_ANSWER_FIRST;
		return;
	default:
		show_key(p, key);
	}
}

/* @c in UTF-8. Return: how many bytes. */
static size_t encode(int c, char out[static 5])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static void rub_out(char *text)
{
	size_t n = strlen(text);

	while (n && ((unsigned char)text[--n] & 0xc0) == 0x80)
		;
	text[n] = '\0';
}

static void search(struct player *p)
{
	long i;

	p->mode = PLAYER_SHOW;
	if (*p->typed)
		memcpy(p->find, p->typed, sizeof(p->find));
	if (!*p->find) {
		jump(p, p->at);
		return;
	}
	i = scene_find(p->scene, p->find, p->at, 1, p->lang);
	if (i < 0) {
		i = scene_find(p->scene, p->find, -1, 1, p->lang);
		p->say = i < 0 ? MSG_PLAYER_NOT_FOUND : MSG_PLAYER_FROM_START;
	}
	jump(p, i < 0 ? p->at : i);
}

static void find_key(struct player *p, int key)
{
	size_t used = strlen(p->typed);
	char bytes[5];

	if (key == PLAYER_ENTER) {
		search(p);
	} else if (key == PLAYER_ESCAPE) {
		p->mode = PLAYER_SHOW;
		jump(p, p->at);
	} else if (key == PLAYER_BACKSPACE) {
		rub_out(p->typed);
	} else if (key >= ' ' && key < PLAYER_LEFT && key != 127) {
		size_t n = encode(key, bytes);

		if (used + n < sizeof(p->typed)) {
			memcpy(p->typed + used, bytes, n);
			p->typed[used + n] = '\0';
		}
	}
}

static void back(struct player *p)
{
	p->mode = PLAYER_SHOW;
	jump(p, p->at);
}

/* Pages in front: they scroll, and any key that opened one closes it. */
static void page_key(struct player *p, int key)
{
	static const int closers[] = {
		[PLAYER_LESSON] = 'e', [PLAYER_DETAIL] = 's', [PLAYER_KEYS] = '?'
	};
	const int page = p->page > 1 ? p->page - 1 : 1;

	if (p->scroll < 0)
		p->scroll = 0;
	switch (key) {
	case PLAYER_DOWN:
	case PLAYER_ENTER:
		p->scroll++;
		return;
	case PLAYER_UP:
		p->scroll -= p->scroll > 0;
		return;
	case ' ':
	case PLAYER_PAGE_DOWN:
		p->scroll += page;
		return;
	case PLAYER_PAGE_UP:
		p->scroll = p->scroll > page ? p->scroll - page : 0;
		return;
	case PLAYER_HOME:
	case 'g':
		p->scroll = 0;
		return;
	case 'l':
		language(p);
		if (p->mode == PLAYER_LESSON)
			p->scroll = -1;
		return;
	case PLAYER_LEFT:
	case PLAYER_RIGHT:
		if (p->mode != PLAYER_DETAIL)
			return;
		p->scroll = 0;
		p->at = key == PLAYER_LEFT ? scene_prev(p->scene, p->at)
					   : scene_next(p->scene, p->at);
		p->now = scene_t(p->scene, p->at);
		return;
	case 'q':
	case PLAYER_ESCAPE:
		back(p);
		return;
	default:
		if (key == closers[p->mode])
			back(p);
	}
}

void player_key(struct player *p, int key)
{
	p->say = MSG_COUNT;
	switch (p->mode) {
	case PLAYER_SHOW:
		show_key(p, key);
		break;
	case PLAYER_ASK:
		ask_key(p, key);
		break;
	case PLAYER_FIND:
		find_key(p, key);
		break;
	case PLAYER_LESSON:
	case PLAYER_DETAIL:
	case PLAYER_KEYS:
		page_key(p, key);
		break;
	}
}

static int64_t scaled(int64_t ns, int speed)
{
	return speed >= 0 ? ns << speed : ns >> -speed;
}

void player_tick(struct player *p, int64_t elapsed)
{
	long to;

	if (!p->running || elapsed <= 0)
		return;
	/* no more than a minute at once: a machine that slept must not lose the listener */
	if (elapsed > 60 * NS_PER_S)
		elapsed = 60 * NS_PER_S;
	p->now += scaled(elapsed, p->speed);
	if (p->now > FIELD_INT_MAX)
		p->now = FIELD_INT_MAX;
	to = scene_when(p->scene, p->now);
	if (to > p->at)
		advance(p, to);
	if (scene_next(p->scene, p->at) == p->at)
		p->running = false;
}

int64_t player_wait(const struct player *p)
{
	long next = scene_next(p->scene, p->at);
	int64_t left;

	if (!p->running)
		return -1;
	left = scene_t(p->scene, next) - p->now;
	if (left > NS_PER_S << FASTEST)
		left = NS_PER_S << FASTEST;
	left = scaled(left, -p->speed);
	return left < FRAME_NS && left >= 0 ? left + 1 : FRAME_NS;
}
