/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../runner/canvas.h"

static void is(const struct canvas *c, int row, const char *want)
{
	_cleanup_free_ char *line = canvas_line(c, row);

	ck_assert_str_eq(line, want);
}

START_TEST(text_is_cut_where_its_room_ends)
{
	struct canvas *c = canvas_new(2, 10, true);

	ck_assert_int_eq(canvas_put(c, 0, 0, 10, INK_PLAIN, "short"), 5);
	is(c, 0, "short");
	canvas_put(c, 0, 2, 4, INK_PLAIN, "abcdef");
	is(c, 0, "shabc…");
	canvas_put(c, 1, 6, 10, INK_PLAIN, "abcdef");
	is(c, 1, "      abc…");
	canvas_right(c, 1, 6, 6, INK_PLAIN, "xy");
	is(c, 1, "    xyabc…");
	/* nothing happens outside */
	canvas_put(c, 2, 0, 10, INK_PLAIN, "abc");
	canvas_put(c, -1, 0, 10, INK_PLAIN, "abc");
	canvas_put(c, 0, 10, 10, INK_PLAIN, "abc");
	canvas_put(c, 0, 0, -1, INK_PLAIN, "abc");
	canvas_free(c);
}
END_TEST

START_TEST(wide_characters_are_whole_or_gone)
{
	struct canvas *c = canvas_new(1, 7, true);

	canvas_put(c, 0, 0, 7, INK_PLAIN, "三次握手");
	is(c, 0, "三次…");
	canvas_put(c, 0, 1, 1, INK_PLAIN, "x");
	is(c, 0, " x次…");
	canvas_put(c, 0, 2, 1, INK_PLAIN, "y");
	is(c, 0, " xy …");
	canvas_put(c, 0, 0, 7, INK_PLAIN, "e\xcc\x81t");
	is(c, 0, "e\xcc\x81ty …");
	canvas_free(c);
	c = canvas_new(1, 7, false);
	canvas_put(c, 0, 0, 7, INK_PLAIN, "三a次");
	is(c, 0, "??a??");
	canvas_free(c);
}
END_TEST

START_TEST(nothing_steers_a_terminal)
{
	struct canvas *c = canvas_new(3, 20, true);
	_cleanup_free_ char *line = NULL;

	canvas_put(c, 0, 0, 20, INK_PLAIN, "a\x1b[2Jb\x07\r\xff\xc3\nc");
	canvas_wrap(c, 1, 0, 20, 2, INK_PLAIN, "\x1b]0;x\x07 \x9b");
	for (int y = 0; y < 3; y++) {
		free(line);
		line = canvas_line(c, y);
		for (const char *p = line; *p; p++)
			ck_assert((unsigned char)*p >= ' ' && *p != 127);
		ck_assert_ptr_null(strstr(line, "\xc2\x9b"));
	}
	canvas_free(c);
}
END_TEST

START_TEST(a_cell_holds_so_much_and_no_more)
{
	struct canvas *c = canvas_new(1, 3, true);
	char many[201] = "e";

	for (int i = 1; i < 199; i += 2)
		memcpy(many + i, "\xcc\x81", 3);
	canvas_put(c, 0, 0, 3, INK_PLAIN, many);
	ck_assert_uint_lt(strlen(c->cells[0].text), sizeof(c->cells[0].text));
	canvas_free(c);
}
END_TEST

START_TEST(wraps_and_copies)
{
	struct canvas *c = canvas_new(3, 10, true), *d = canvas_new(3, 10, true);

	ck_assert_int_eq(canvas_wrap(c, 0, 0, 6, 2, INK_STEP, "one two three four"), 2);
	is(c, 1, "two  …");
	canvas_copy(d, 0, 2, c, 1, 1, true);
	is(d, 0, "  two  …");
	ck_assert(d->cells[2].here);
	ck_assert_int_eq(d->cells[2].ink, INK_STEP);
	canvas_copy(d, 2, 8, c, 0, 3, false);
	is(d, 2, "        on");
	canvas_free(c);
	canvas_free(d);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("canvas");
	TCase *t = tcase_create("canvas");

	tcase_add_test(t, text_is_cut_where_its_room_ends);
	tcase_add_test(t, wide_characters_are_whole_or_gone);
	tcase_add_test(t, nothing_steers_a_terminal);
	tcase_add_test(t, a_cell_holds_so_much_and_no_more);
	tcase_add_test(t, wraps_and_copies);
	suite_add_tcase(s, t);
	return s;
}
