/* SPDX-License-Identifier: MIT */
#include "../runner/words.h"

#include <errno.h>
#include <string.h>

#include "harness.h"

static const struct {
	const char *text;
	const char *words[6];
} good[] = {
	{ "a", { "a" } },
	{ "  a\tb  ", { "a", "b" } },
	{ "a 'b c' d", { "a", "b c", "d" } },
	{ "a \"b 'c'\" ''", { "a", "b 'c'", "" } },
	{ "a b\\ c", { "a", "b c" } },
	{ "a'b'\"c\"d", { "abcd" } },
	{ "a \"\\\"\\\\\\n\"", { "a", "\"\\\\n" } },
	{ "a '$HOME|*' \"`x`\"", { "a", "$HOME|*", "`x`" } },
	{ "a \\$x \\* b~", { "a", "$x", "*", "b~" } },
	{ "python3 -m http.server 8080", { "python3", "-m", "http.server", "8080" } },
	{ "服务 '器'", { "服务", "器" } },
};

static const struct {
	const char *text, *why;
} bad[] = {
	{ "", "is no command" },
	{ " \t", "is no command" },
	{ "''", "is no command" },
	{ "a 'b", "without its second one" },
	{ "a \"b", "without its second one" },
	{ "a \"b\\\"", "without its second one" },
	{ "a\\", "backslash at the end" },
	{ "a $HOME", "$ means nothing here" },
	{ "a | b", "| means nothing here" },
	{ "a > b", "> means nothing here" },
	{ "a &", "& means nothing here" },
	{ "a; b", "; means nothing here" },
	{ "a *.py", "* means nothing here" },
	{ "~/a", "~ means nothing here" },
	{ "a `b`", "` means nothing here" },
	{ "a\nb", "more than one line" },
};

START_TEST(splits)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct err err = ERR_INIT;
		struct words_list w;
		size_t n = 0;

		ck_ok(words_split(good[i].text, &w, &err));
		for (; good[i].words[n]; n++) {
			ck_assert_uint_lt(n, w.n);
			ck_assert_str_eq(w.word[n], good[i].words[n]);
		}
		ck_assert_uint_eq(w.n, n);
		ck_assert_ptr_null(w.word[n]);
		words_free(&w);
	}
}
END_TEST

START_TEST(refuses)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;
		struct words_list w;

		ck_assert_int_eq(words_split(bad[i].text, &w, &err), -EINVAL);
		ck_assert_msg(strstr(err.msg, bad[i].why), "%s: %s", bad[i].text, err.msg);
		ck_assert_ptr_null(w.block);
	}
}
END_TEST

START_TEST(has_a_limit)
{
	char text[2 * WORDS_MAX + 8] = "";
	struct err err = ERR_INIT;
	struct words_list w;

	for (int i = 0; i < WORDS_MAX; i++)
		strcat(text, "a ");
	ck_ok(words_split(text, &w, &err));
	ck_assert_uint_eq(w.n, WORDS_MAX);
	words_free(&w);
	strcat(text, "b");
	ck_assert_int_eq(words_split(text, &w, &err), -EINVAL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("words");
	TCase *tc = tcase_create("core");

	tcase_add_test(tc, splits);
	tcase_add_test(tc, refuses);
	tcase_add_test(tc, has_a_limit);
	suite_add_tcase(s, tc);
	return s;
}
