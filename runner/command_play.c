/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "canvas.h"
#include "field.h"
#include "front.h"
#include "messages.h"
#include "notes.h"
#include "origin.h"
#include "plain.h"
#include "player.h"
#include "player_draw.h"
#include "player_notes.h"
#include "scene.h"
#include "screen.h"

static bool plain_wanted(const struct options *o)
{
	const char *accessible = getenv("ACCESSIBLE");

	return o->plain || (accessible && *accessible && strcmp(accessible, "0") != 0);
}

/* The verdict of a record as an exit status; one without is broken. */
static int status_of(const struct scene *s)
{
	long last = scene_count(s) - 1;
	json_auto_t *ev = scene_json(s, last);

	return front_status(scene_kind(s, last) == SCENE_VERDICT
				    ? verdict_parse(field_text(ev, "verdict"))
				    : VERDICT_BROKEN);
}

static void show(struct player_art *art, struct player *p)
{
	struct canvas *c;
	int rows, columns;

	screen_size(&rows, &columns);
	c = player_draw(art, p, rows, columns);
	screen_show(c);
	canvas_free(c);
}

static void tell(struct notes *n, const struct player *p)
{
	json_auto_t *what = n ? player_notes(p) : NULL;

	notes_tell(n, what);
}

static int play(const struct options *o, const struct scene *scene, bool cut, struct err *err)
{
	const struct paper paper = command_paper(o);
	struct player_art art = { .content = o->paths.content, .cut = cut };
	struct err unfollowed = ERR_INIT;
	struct notes *notes = NULL;
	bool utf8 = paper.utf8;
	struct player p;
	int key = 0, signal, rc = screen_open(paper.color, &utf8, err);

	if (rc < 0)
		return rc;
	player_init(&p, scene, o->lang, utf8);
	/* without a place for notes there are none, and the player plays all the same */
	(void)notes_publish(&notes, &unfollowed);
	while (!p.quit && key != SCREEN_ENDED) {
		int64_t before = clock_now();

		show(&art, &p);
		tell(notes, &p);
		key = screen_key(player_wait(&p), NULL, 0);
		player_tick(&p, clock_now() - before);
		if (key > 0)
			player_key(&p, key);
	}
	signal = screen_close();
	notes_free(notes);
	player_free(&p);
	player_art_free(&art);
	if (signal)
		front_die_of(signal);
	return 0;
}

static int follow(const struct options *o, struct err *err)
{
	const struct paper paper = command_paper(o);
	struct notes *notes = NULL;
	bool utf8 = paper.utf8;
	enum lang lang = o->lang;
	int key = 0, signal, rc = screen_able(err);

	if (rc == 0)
		rc = notes_follow(&notes, err);
	if (rc < 0)
		return rc;
	rc = screen_open(paper.color, &utf8, err);
	if (rc < 0) {
		notes_free(notes);
		return rc;
	}
	while (key != SCREEN_ENDED && key != 'q') {
		json_auto_t *told = notes_read(notes);
		struct canvas *c;
		int rows, columns, fds[2];

		if (key == 'l')
			lang = (enum lang)((lang + 1) % LANG_COUNT);
		screen_size(&rows, &columns);
		c = canvas_new(rows, columns, utf8);
		player_notes_draw(c, told, lang, o->paths.content);
		screen_show(c);
		canvas_free(c);
		notes_fds(notes, fds);
		key = screen_key(-1, fds, 2);
	}
	signal = screen_close();
	notes_free(notes);
	if (signal)
		front_die_of(signal);
	return 0;
}

/* The whole record. Return: 0, also when it was cut off (@cut says so then), or -errno. */
static int load(const struct options *o, struct scene *scene, bool *cut, struct err *err)
{
	const struct paper paper = command_paper(o);
	struct err why = ERR_INIT;
	int rc;

	if (origin_from_file(o, o->args[0])) {
		rc = scene_read(scene, o->args[0], &why);
	} else {
		if (isatty(STDERR_FILENO)) {
			message_say(stderr, paper.lang, PLAY_RUNS, o->args[0]);
			fputc('\n', stderr);
		}
		rc = origin_read(o, o->args[0], scene_event, scene, &why);
	}
	/* as far as it goes, if that is anywhere */
	*cut = rc < 0 && scene_count(scene) > 0;
	if (rc < 0)
		*err = why;
	return *cut ? 0 : rc < 0 ? rc : 0;
}

static int tell_plainly(const struct options *o, const struct scene *scene, bool cut,
			struct err *err)
{
	struct paper paper = command_paper(o);
	struct err second = ERR_INIT;
	int rc;

	paper.color = false;
	rc = plain_tell(scene, &paper, isatty(STDIN_FILENO) ? stdin : NULL, &second);
	if (rc == 0)
		rc = command_stdout(&second);
	if (rc < 0) {
		*err = second;
		return rc;
	}
	return cut ? -err->code : status_of(scene);
}

int command_play(const struct options *o, struct err *err)
{
	struct scene *scene;
	bool cut = false;
	int rc;

	if (o->notes && o->n_args == 0)
		return follow(o, err);
	if (o->notes || o->n_args != 1) {
		err_set(err, EINVAL,
			o->notes ? "play --notes: it follows a player and takes no lab"
				 : "play: it takes one lab, or one record");
		return err_remedy(err, "for instance `tcplab play handshake`");
	}
	rc = plain_wanted(o) ? 0 : screen_able(err);
	if (rc < 0)
		return rc;
	scene = scene_new();
	rc = load(o, scene, &cut, err);
	if (rc == 0)
		rc = plain_wanted(o) ? tell_plainly(o, scene, cut, err) : play(o, scene, cut, err);
	scene_free(scene);
	return rc;
}
