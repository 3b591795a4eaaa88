/* SPDX-License-Identifier: MIT */
/*
 * How long the player takes over a record: to open it, to draw its first picture, to draw the
 * next one anywhere in it, and what is the longest of these. Prints
 * "EVENTS OPEN_MS FIRST_MS REDRAW_MS LONGEST_MS".
 *
 * usage: bench_play RECORD
 */
#include <stdio.h>

#include "../netns/duration.h"
#include "../netns/err.h"
#include "../runner/canvas.h"
#include "../runner/player.h"
#include "../runner/player_draw.h"
#include "../runner/scene.h"

#define PLACES  200
#define ROWS    50
#define COLUMNS 200

static double ms(int64_t ns)
{
	return (double)ns / NS_PER_MS;
}

static int64_t draw(struct player_art *art, struct player *p)
{
	int64_t began = clock_now();

	canvas_free(player_draw(art, p, ROWS, COLUMNS));
	return clock_now() - began;
}

int main(int argc, char **argv)
{
	struct scene *s = scene_new();
	struct player_art art = { 0 };
	struct err err = ERR_INIT;
	struct player p;
	int64_t began = clock_now(), opened, first, all = 0, longest = 0;

	if (argc != 2 || scene_read(s, argv[1], &err) < 0) {
		fprintf(stderr, "bench_play: %s\n",
			argc == 2 ? err.msg : "usage: bench_play RECORD");
		return 1;
	}
	opened = clock_now() - began;
	player_init(&p, s, LANG_EN, true);
	first = draw(&art, &p);
	for (int k = 0; k < PLACES; k++) {
		int64_t took;

		p.at = (scene_count(s) - 1) * k / (PLACES - 1);
		p.now = scene_t(s, p.at);
		took = draw(&art, &p);
		all += took;
		longest = took > longest ? took : longest;
	}
	printf("%ld %.1f %.1f %.2f %.2f\n", scene_count(s), ms(opened), ms(first), ms(all) / PLACES,
	       ms(longest));
	player_free(&p);
	scene_free(s);
	return 0;
}
