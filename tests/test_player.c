/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../runner/canvas.h"
#include "../runner/columns.h"
#include "../runner/field.h"
#include "../runner/indices.h"
#include "../runner/player.h"
#include "../runner/player_draw.h"
#include "../runner/player_notes.h"
#include "../runner/scene.h"
#include "records.h"

static struct scene *scene;
static struct player p;
static struct player_art art;

static void open_record(const char *name, enum lang lang, bool utf8)
{
	json_auto_t *all = records_load(name);
	struct err err = ERR_INIT;

	scene = scene_new();
	for (size_t i = 0; i < json_array_size(all); i++)
		ck_ok(scene_event(scene, json_array_get(all, i), &err));
	player_init(&p, scene, lang, utf8);
}

static void teardown(void)
{
	player_art_free(&art);
	player_free(&p);
	scene_free(scene);
}

static void keys(const char *text)
{
	for (; *text; text++)
		player_key(&p, *text);
}

/* The whole picture as one text. */
static char *picture(int rows, int columns)
{
	struct canvas *c = player_draw(&art, &p, rows, columns);
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(f);
	for (int y = 0; y < c->rows; y++) {
		_cleanup_free_ char *line = canvas_line(c, y);

		fprintf(f, "%s\n", line);
	}
	fclose(f);
	canvas_free(c);
	return text;
}

static void shows(int columns, const char *what)
{
	_cleanup_free_ char *text = picture(30, columns);

	ck_assert_msg(strstr(text, what) != NULL, "no \"%s\" in:\n%s", what, text);
}

static void hides(int columns, const char *what)
{
	_cleanup_free_ char *text = picture(30, columns);

	ck_assert_msg(strstr(text, what) == NULL, "\"%s\" in:\n%s", what, text);
}

static long step_event(size_t n)
{
	return (long)scene_of(scene, SCENE_STEP)->at[n];
}

START_TEST(keys_move)
{
	open_record("handshake", LANG_EN, true);
	keys("n");
	ck_assert_int_eq(p.at, step_event(0));
	keys("  ");
	ck_assert_int_gt(p.at, step_event(0));
	keys("n");
	ck_assert_int_eq(p.at, step_event(1));
	ck_assert_int_eq(p.now, scene_t(scene, p.at));
	player_key(&p, PLAYER_RIGHT);
	player_key(&p, PLAYER_RIGHT);
	/* to the beginning of this step, then to that of the one before */
	keys("p");
	ck_assert_int_eq(p.at, step_event(1));
	keys("p");
	ck_assert_int_eq(p.at, step_event(0));
	player_key(&p, PLAYER_LEFT);
	ck_assert_int_lt(p.at, step_event(0));
	keys("G");
	ck_assert_int_eq(p.at, scene_count(scene) - 1);
	keys(" n");
	ck_assert_int_eq(p.at, scene_count(scene) - 1);
	keys("g");
	ck_assert_int_eq(p.at, 0);
	player_key(&p, PLAYER_LEFT);
	keys("p");
	ck_assert_int_eq(p.at, 0);
	ck_assert(!p.quit);
	keys("q");
	ck_assert(p.quit);
}
END_TEST

START_TEST(forth_and_back_is_the_same_picture)
{
	_cleanup_free_ char *before = NULL, *after = NULL;

	open_record(records_all[_i], LANG_EN, true);
	for (int k = 0; k < 5; k++)
		player_key(&p, PLAYER_RIGHT);
	before = picture(30, 100);
	player_key(&p, PLAYER_RIGHT);
	if (p.at == scene_prev(scene, p.at))
		return;
	if (scene_next(scene, scene_prev(scene, p.at)) == p.at)
		player_key(&p, PLAYER_LEFT);
	after = picture(30, 100);
	if (scene_count(scene) > 10)
		ck_assert_str_eq(before, after);
}
END_TEST

START_TEST(search)
{
	open_record("handshake", LANG_EN, true);
	keys("/SYN, ACL");
	ck_assert_int_eq(p.mode, PLAYER_FIND);
	shows(100, "look for: SYN, ACL_");
	player_key(&p, PLAYER_BACKSPACE);
	keys("K\n");
	ck_assert_int_eq(p.mode, PLAYER_SHOW);
	ck_assert_int_eq(scene_kind(scene, p.at), SCENE_PACKET);
	long first = p.at;

	keys("/\n");
	ck_assert_int_gt(p.at, first);
	keys("/\n");
	ck_assert_int_eq(p.at, first);
	ck_assert_int_eq(p.say, MSG_PLAYER_FROM_START);
	keys("/zzz\n");
	ck_assert_int_eq(p.at, first);
	ck_assert_int_eq(p.say, MSG_PLAYER_NOT_FOUND);
	keys("/q");
	player_key(&p, PLAYER_ESCAPE);
	ck_assert(!p.quit);
	ck_assert_int_eq(p.mode, PLAYER_SHOW);
	/* Chinese is typed as well, and no more than there is room for */
	keys("/");
	for (int i = 0; i < 200; i++)
		player_key(&p, 0x63e1);
	player_key(&p, PLAYER_BACKSPACE);
	ck_assert_uint_eq(strlen(p.typed) % 3, 0);
	ck_assert_uint_lt(strlen(p.typed), PLAYER_FIND_MAX);
}
END_TEST

/* What a router says has a row, and ends that of the segment that it is about. */
START_TEST(icmp_errors)
{
	open_record("icmp", LANG_EN, true);
	keys("/ICMP time exceeded\n");
	ck_assert_int_eq(scene_kind(scene, p.at), SCENE_ICMP);
	shows(140, "◀┈ #1 ICMP time exceeded, about SYN seq 0 ┈┈");
	shows(140, "lost (time exceeded)");
	shows(140, "client receives ICMP time exceeded from 198.18.1.254, about SYN seq 0");
	keys("s");
	ck_assert_int_eq(p.mode, PLAYER_DETAIL);
	shows(100, "type       11   (ICMP type)");
	shows(100, "addr       198.18.1.254   (from there, or to there)");
	keys("s");
	keys("/MTU\n");
	shows(140, "#4 ICMP fragmentation needed (MTU 1400), about PSH, ACK seq 1 len 5");
	keys("/protocol\n");
	shows(140, "◀┈ #4 ICMP protocol unreachable");
	player_key(&p, PLAYER_LEFT);
	hides(140, "protocol unreachable");
}
END_TEST

START_TEST(plays_by_the_clock)
{
	open_record("handshake", LANG_EN, true);
	ck_assert_int_eq(player_wait(&p), -1);
	keys("r");
	ck_assert(p.running);
	player_tick(&p, 10 * NS_PER_MS);
	ck_assert_int_eq(p.now, 10 * NS_PER_MS);
	/* the SYN is on its way until 25.3 ms: that is waited for exactly */
	ck_assert_int_eq(player_wait(&p), 15300001);
	player_tick(&p, player_wait(&p));
	ck_assert_int_ge(scene_t(scene, p.at), 25300000);
	keys("+");
	player_tick(&p, 10 * NS_PER_MS);
	ck_assert_int_eq(p.now, 45300001);
	keys("--");
	player_tick(&p, 2 * NS_PER_MS);
	ck_assert_int_eq(p.now, 46300001);
	keys(" ");
	ck_assert(!p.running);
	player_tick(&p, NS_PER_S);
	ck_assert_int_eq(p.now, 46300001);
	keys("r");
	player_tick(&p, INT64_MAX);
	ck_assert_int_eq(p.at, scene_count(scene) - 1);
	ck_assert(!p.running);
	/* from the end it begins anew */
	keys("r");
	ck_assert_int_eq(p.at, 0);
	for (int i = 0; i < 100; i++)
		keys("+");
	player_tick(&p, 60 * NS_PER_S);
	for (int i = 0; i < 200; i++)
		keys("-");
	ck_assert_int_eq(p.speed, -6);
}
END_TEST

START_TEST(questions_wait)
{
	open_record("predict", LANG_EN, true);
	keys("n ");
	ck_assert_int_eq(p.mode, PLAYER_ASK);
	shows(100, "Question 1: What does the server answer to a SYN?");
	shows(100, "2  RST");
	hides(100, "No socket listens");
	long at = p.at;

	/* nothing that only wants to go on answers */
	keys("  nr");
	player_key(&p, PLAYER_RIGHT);
	player_key(&p, PLAYER_ENTER);
	ck_assert_int_eq(p.at, at);
	ck_assert_int_eq(p.say, MSG_PLAYER_ANSWER_FIRST);
	keys("9");
	ck_assert_int_eq(p.mode, PLAYER_ASK);
	keys("1");
	ck_assert_int_eq(p.mode, PLAYER_SHOW);
	shows(100, "No: not 1, but 2. No socket listens on that port.");
	keys("r");
	player_tick(&p, 60 * NS_PER_S);
	ck_assert_int_eq(p.mode, PLAYER_ASK);
	ck_assert(!p.running);
	shows(100, "Question 2");
	/* one can go back from a question, and meets it again */
	player_key(&p, PLAYER_LEFT);
	ck_assert_int_eq(p.mode, PLAYER_SHOW);
	keys(" ");
	ck_assert_int_eq(p.mode, PLAYER_ASK);
	keys("1");
	shows(100, "Right: 1. RST in SYN-SENT");
	keys("gn ");
	shows(100, "No: not 1, but 2.");
	keys("G");
	ck_assert_int_eq(p.at, scene_count(scene) - 1);
}
END_TEST

START_TEST(questions_are_skipped)
{
	open_record("predict", LANG_ZH, true);
	keys("n ss");
	ck_assert_int_eq(p.mode, PLAYER_DETAIL);
	ck_assert_int_eq(p.answers[0], PLAYER_SKIPPED);
	keys("s");
	shows(100, "答案是 2。 没有套接字在这个端口监听。");
	keys("G");
	ck_assert_int_eq(p.mode, PLAYER_SHOW);
}
END_TEST

START_TEST(language)
{
	open_record("handshake", LANG_EN, true);
	keys("n");
	shows(100, "1. The client sends a SYN.");
	keys("l");
	shows(100, "1. 客户端发出 SYN。");
	teardown();
	open_record("handshake", LANG_ZH, false);
	keys("nl");
	shows(100, "1. The client sends a SYN.");
}
END_TEST

START_TEST(shows_what_is_and_not_what_will_be)
{
	open_record("handshake", LANG_EN, true);
	keys("/\"flags\":\"S\"\n");
	shows(100, "SYN seq 0 win 64240");
	shows(100, "on its way");
	hides(100, "SYN-RECV");
	keys("/SYN-RECV\n");
	keys("/to\":\"SYN-RECV\n");
	shows(100, "25.3 ms");
	shows(100, "#1 SYN-SENT");
	shows(100, "#1 SYN-RECV");
	shows(100, "retrans 974 ms");
	shows(100, ":80 LISTEN");
	keys("G");
	shows(100, "#1 ESTAB");
	shows(100, "1 TcpPassiveOpens");
	hides(100, "on its way");
}
END_TEST

START_TEST(lost_and_again)
{
	open_record("loss", LANG_EN, true);
	keys("G");
	shows(120, "✗ lost");
	shows(120, "again: PSH, ACK");
	shows(120, "╌╌╌╌▶");
	shows(120, "arrives twice: ");
	shows(120, "◀════");
}
END_TEST

START_TEST(three_hosts)
{
	open_record("three", LANG_EN, true);
	keys("/\"seg\":11,\n");
	shows(100, "bob");
	shows(100, "#2 bob → server: SYN");
	keys("G");
	shows(100, "128 x SYN-RECV");
}
END_TEST

START_TEST(details)
{
	open_record("handshake", LANG_EN, true);
	keys("/\"flags\":\"S\"\ns");
	ck_assert_int_eq(p.mode, PLAYER_DETAIL);
	shows(100, "wscale     7");
	shows(100, "window scale");
	player_key(&p, PLAYER_RIGHT);
	shows(100, "SYN-SENT");
	keys("s");
	ck_assert_int_eq(p.mode, PLAYER_SHOW);
	keys("?");
	shows(100, "the next event");
	keys("q");
	ck_assert(!p.quit);
	keys("e");
	shows(100, "this lab has no lesson");
}
END_TEST

/* Any place, size, language and front of any record: no line too wide, and no control character. */
START_TEST(every_picture_fits)
{
	static const int widths[] = { 1, 49, 50, 60, 80, 100, 200, 250 };
	const char *fronts[] = { "", "s", "?", "/x", "e" };

	open_record(records_all[_i], LANG_EN, true);
	for (long at = 0; at < scene_count(scene); at += 1 + scene_count(scene) / 15) {
		for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
			_cleanup_free_ char *text = NULL;

			p.at = at;
			p.now = scene_t(scene, at);
			p.mode = PLAYER_SHOW;
			p.utf8 = (at + (long)w) % 3 != 0;
			p.lang = p.utf8 && w % 2 ? LANG_ZH : LANG_EN;
			keys(fronts[(w + (size_t)at) % 5]);
			text = picture(10 + 5 * (int)w, widths[w]);
			for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
				*end = '\0';
				ck_assert_int_le(columns_width(line), widths[w]);
				for (char *c = line; *c; c++)
					ck_assert((unsigned char)*c >= ' ' && *c != 127);
			}
		}
	}
}
END_TEST

START_TEST(a_record_cut_off)
{
	open_record("cut", LANG_EN, true);
	art.cut = true;
	hides(100, "was cut off");
	keys("G");
	shows(100, "the record was cut off here");
	art.cut = false;
}
END_TEST

START_TEST(presenter_knows_more)
{
	struct canvas *c = canvas_new(30, 80, true);
	_cleanup_free_ char *first = NULL;
	json_t *told;

	open_record("predict", LANG_EN, true);
	keys("n");
	told = player_notes(&p);
	ck_assert_int_eq(field_int(told, "step"), 1);
	ck_assert_str_eq(lang_text(json_object_get(told, "next"), LANG_EN),
			 "The answer is on its way");
	ck_assert_uint_eq(json_array_size(json_object_get(told, "questions")), 1);
	player_notes_draw(c, told, LANG_EN, NULL);
	json_decref(told);
	first = canvas_line(c, 0);
	ck_assert_str_eq(first, "Two questions   1/2   0.00 ms");
	player_notes_draw(c, NULL, LANG_ZH, NULL);
	canvas_free(c);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("player");
	TCase *t = tcase_create("player");

	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, keys_move);
	tcase_add_loop_test(t, forth_and_back_is_the_same_picture, 0, RECORDS_COUNT);
	tcase_add_test(t, search);
	tcase_add_test(t, icmp_errors);
	tcase_add_test(t, plays_by_the_clock);
	tcase_add_test(t, questions_wait);
	tcase_add_test(t, questions_are_skipped);
	tcase_add_test(t, language);
	tcase_add_test(t, shows_what_is_and_not_what_will_be);
	tcase_add_test(t, lost_and_again);
	tcase_add_test(t, three_hosts);
	tcase_add_test(t, details);
	tcase_add_loop_test(t, every_picture_fits, 0, RECORDS_COUNT);
	tcase_add_test(t, a_record_cut_off);
	tcase_add_test(t, presenter_knows_more);
	suite_add_tcase(s, t);
	return s;
}
