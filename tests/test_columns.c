/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../runner/columns.h"
#include "../runner/lang.h"
#include "../runner/paper.h"

static char *wrapped(const char *text, int width, const char *indent, int first_used)
{
	char *got = NULL;
	size_t size;
	FILE *f = open_memstream(&got, &size);

	ck_assert_ptr_nonnull(f);
	columns_wrap(f, text, width, indent, first_used);
	fclose(f);
	return got;
}

static void wraps(const char *text, int width, const char *indent, int first_used,
		  const char *wanted)
{
	char *got = wrapped(text, width, indent, first_used);

	ck_assert_str_eq(got, wanted);
	free(got);
}

static void pads(const char *text, int width, int utf8, const char *wanted)
{
	char *got = NULL;
	size_t size;
	FILE *f = open_memstream(&got, &size);

	ck_assert_ptr_nonnull(f);
	columns_pad(f, text, width, utf8);
	fclose(f);
	ck_assert_str_eq(got, wanted);
	free(got);
}

static void cleans(const char *text, size_t len, int utf8, int newlines, const char *wanted)
{
	char *got = columns_clean(text, len, utf8, newlines);

	ck_assert_str_eq(got, wanted);
	free(got);
}

START_TEST(widths)
{
	static const struct {
		const char *text;
		int width;
	} cases[] = {
		{ "", 0 },
		{ "SYN-RECV", 8 },
		{ "三次握手", 8 },
		{ "a三b", 4 },
		{ "，。", 4 },
		{ "e\xcc\x81", 1 }, /* with a combining acute */
		{ "│ ▶", 3 },
		{ "\x1b[1;31mred\x1b[0m", 3 },
		{ "\x1b[38;2;1;2;3mx\x1b[m", 1 },
		{ "ab\ncd", 2 },
		{ "\xff\xfe", 2 }, /* two bytes that are nothing */
		{ "ｆｕｌｌ", 8 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(columns_width(cases[i].text) == cases[i].width, "\"%s\": %d, not %d",
			      cases[i].text, columns_width(cases[i].text), cases[i].width);
}
END_TEST

START_TEST(pad)
{
	pads("ab", 5, 1, "ab   ");
	pads("三次", 5, 1, "三次 ");
	pads("abcdef", 6, 1, "abcdef");
	pads("abcdefg", 6, 1, "abcde…");
	pads("abcdefg", 6, 0, "abcde~");
	/* a wide character does not fit into one column: the rest is blank */
	pads("三次握手", 6, 1, "三次… ");
	pads("abc", 0, 1, "");
	pads("ab\ncd", 4, 1, "ab  ");
	/* colours end although the text is cut before their end */
	pads("\x1b[1mabcdef\x1b[0m", 4, 1, "\x1b[1mabc…\x1b[0m");
}
END_TEST

START_TEST(wrap_words)
{
	wraps("", 10, "", 0, "");
	wraps("one two three", 20, "", 0, "one two three");
	wraps("one two three", 7, "", 0, "one two\nthree");
	wraps("one two three", 9, "> ", 0, "one two\n> three");
	wraps("one two three", 9, "  ", 5, "one\n  two\n  three");
	wraps("one  two", 20, "", 0, "one  two");
	wraps("one two   ", 20, "", 0, "one two");
	/* the spaces at a break are gone */
	wraps("one   two", 5, "", 0, "one\ntwo");
	wraps("a\nb", 20, "  ", 0, "a\n  b");
	wraps("a\n\nb", 20, "| ", 0, "a\n|\n| b");
	wraps("a\n", 20, "", 0, "a");
	wraps("at 50.3\xc2\xa0ms", 8, "", 0, "at\n50.3 ms");
}
END_TEST

START_TEST(wrap_long_word)
{
	wraps("abcdefghij", 4, "", 0, "abcd\nefgh\nij");
	wraps("x abcdefghij", 4, "", 0, "x\nabcd\nefgh\nij");
	wraps("abcdefgh", 6, "  ", 2, "abcd\n  efgh");
	/* it begins on a line of its own when something stands before it */
	wraps("abcdefgh", 6, "  ", 5, "\n  abcd\n  efgh");
}
END_TEST

START_TEST(wrap_wide)
{
	wraps("三次握手", 4, "", 0, "三次\n握手");
	wraps("三次握手", 5, "", 0, "三次\n握手");
	/* what closes never starts a line */
	wraps("三次握手，对", 8, "", 0, "三次握\n手，对");
	wraps("他说“好。”了", 8, "", 0, "他说\n“好。”了");
	/* what opens never ends one */
	wraps("三次握（手）", 8, "", 0, "三次握\n（手）");
	wraps("状态SYN-RECV了", 8, "", 0, "状态\nSYN-RECV\n了");
	/* signs of emphasis stay with what they enclose */
	wraps("三次*握手*。", 8, "", 0, "三次*握\n手*。");
	wraps("链接[1]", 6, "", 0, "链\n接[1]");
}
END_TEST

START_TEST(wrap_colour)
{
	wraps("\x1b[1mone two\x1b[0m x", 4, "> ", 0,
	      "\x1b[1mone\x1b[0m\n> \x1b[1mtw\x1b[0m\n> \x1b[1mo\x1b[0m\n> x");
	/* without anything in force nothing is restored */
	wraps("\x1b[1mone\x1b[0m two", 4, "", 0, "\x1b[1mone\x1b[0m\ntwo");
}
END_TEST

/* More sequences than are remembered: nothing is written out of bounds, the text is whole. */
START_TEST(wrap_many_colours)
{
	char text[4000] = "", *got;

	for (int i = 0; i < 200; i++)
		strcat(text, "\x1b[38;5;100m");
	strcat(text, "one two");
	got = wrapped(text, 4, "", 0);
	ck_assert_ptr_nonnull(strstr(got, "one"));
	ck_assert_ptr_nonnull(strstr(got, "mtwo"));
	free(got);
}
END_TEST

/* No line is wider than it may be, whatever the text: every width against every text. */
START_TEST(wrap_never_wider)
{
	static const char *const texts[] = {
		"The SYN-ACK reaches the client: one round trip, and connect() has succeeded.",
		"SYN-ACK 到达客户端：一个往返，connect() 成功。“它的 ACK”在路上，（还没到）。",
		"averyveryverylongwordthatfitsnowhere 中文中文中文中文中文，，，，，，，，",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (int width = 4; width < 60; width++) {
			char *got = wrapped(texts[i], width, "| ", 0), *rest = got, *line;

			while ((line = strsep(&rest, "\n"))) {
				ck_assert_msg(columns_width(line) <= width, "%d: %s", width, line);
				ck_assert_msg(!*line || line[strlen(line) - 1] != ' ',
					      "%d: blank at the end of \"%s\"", width, line);
			}
			free(got);
		}
	}
}
END_TEST

START_TEST(clean)
{
	cleans("plain 中文", 12, 1, 0, "plain 中文");
	cleans("a\x1b[31mb", 7, 1, 0, "a\xef\xbf\xbd[31mb");
	cleans("a\x1b[31mb", 7, 0, 0, "a?[31mb");
	cleans("2 s (± 1 s)", 12, 0, 0, "2 s (+- 1 s)");
	cleans("2 s (± 1 s)", 12, 1, 0, "2 s (± 1 s)");
	cleans("a\tb\nc", 5, 1, 0, "a b c");
	cleans("a\tb\nc", 5, 1, 1, "a b\nc");
	cleans("a\rb\x7f", 4, 0, 1, "a?b?");
	cleans("a\0b", 3, 0, 0, "a?b");
	cleans("\xc2\x9b"
	       "31m",
	       5, 0, 0, "?31m"); /* CSI as one C1 character */
	/* NOLINTNEXTLINE(misc-misleading-bidirectional): what is to be cleaned away */
	cleans("\xe2\x80\xae"
	       "abc",
	       6, 0, 0, "?abc"); /* right-to-left override */
	/* NOLINTNEXTLINE(misc-misleading-bidirectional): what is to be cleaned away */
	cleans("\xe2\x81\xa6"
	       "abc",
	       6, 0, 0, "?abc"); /* isolate */
	cleans("\xff"
	       "a\xe4\xb8",
	       4, 0, 0, "?a??");                /* cut off in a character */
	cleans("\xc0\x80", 2, 0, 0, "??");      /* overlong NUL */
	cleans("\xed\xa0\x80", 3, 0, 0, "???"); /* surrogate */
	cleans("", 0, 1, 1, "");
}
END_TEST

START_TEST(valid)
{
	ck_assert_uint_eq(columns_valid("abc", 3), 3);
	ck_assert_uint_eq(columns_valid("三次", 6), 6);
	ck_assert_uint_eq(columns_valid("三次", 5), 3);
	ck_assert_uint_eq(columns_valid("ab\xff"
					"c",
					4),
			  2);
	ck_assert_uint_eq(columns_valid("", 0), 0);
}
END_TEST

static void set_only(const char *name, const char *value)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	if (name)
		setenv(name, value, 1);
}

START_TEST(languages)
{
	struct err err = ERR_INIT;
	json_t *both = json_pack("{s:s, s:s}", "en", "hello", "zh", "你好");
	json_t *one = json_pack("{s:s}", "en", "hello");

	ck_assert_int_eq(lang_parse("en", &err), LANG_EN);
	ck_assert_int_eq(lang_parse("ZH", &err), LANG_ZH);
	ck_assert_int_eq(lang_parse("zh_CN.UTF-8", &err), LANG_ZH);
	ck_assert_int_eq(lang_parse("zh-Hans", &err), LANG_ZH);
	ck_assert_int_eq(err.code, 0);
	ck_assert_int_eq(lang_parse("zhx", &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.msg, "zhx"));
	ck_assert_ptr_nonnull(strstr(err.remedy, "en"));
	ck_assert_int_eq(lang_parse("", &err), -EINVAL);
	ck_assert_str_eq(lang_text(both, LANG_ZH), "你好");
	ck_assert_str_eq(lang_text(one, LANG_ZH), "hello");
	ck_assert_str_eq(lang_text(NULL, LANG_ZH), "");
	ck_assert_str_eq(lang_text(json_object_get(one, "en"), LANG_EN), "");
	json_decref(both);
	json_decref(one);

	set_only(NULL, NULL);
	ck_assert_int_eq(lang_from_env(), LANG_EN);
	set_only("LANG", "zh_CN.UTF-8");
	ck_assert_int_eq(lang_from_env(), LANG_ZH);
	setenv("LC_MESSAGES", "C", 1);
	ck_assert_int_eq(lang_from_env(), LANG_EN);
	setenv("LC_ALL", "zh_TW", 1);
	ck_assert_int_eq(lang_from_env(), LANG_ZH);
	setenv("LC_ALL", "", 1);
	ck_assert_int_eq(lang_from_env(), LANG_EN);
}
END_TEST

START_TEST(paper)
{
	FILE *f = tmpfile();
	struct paper p;

	ck_assert_ptr_nonnull(f);
	set_only("LANG", "zh_CN.UTF-8");
	unsetenv("COLUMNS");
	setenv("TERM", "xterm", 1);
	p = paper_for(f, false, LANG_ZH);
	ck_assert_int_eq(p.columns, 80);
	ck_assert(!p.color);
	ck_assert(p.utf8);
	ck_assert_str_eq(ink(&p, INK_FAIL), "");
	ck_assert_str_eq(ink_off(&p), "");
	setenv("COLUMNS", "60", 1);
	ck_assert_int_eq(paper_for(f, false, LANG_EN).columns, 60);
	setenv("COLUMNS", "5", 1);
	ck_assert_int_eq(paper_for(f, false, LANG_EN).columns, 40);
	setenv("COLUMNS", "5000", 1);
	ck_assert_int_eq(paper_for(f, false, LANG_EN).columns, 250);
	setenv("COLUMNS", "wide", 1);
	ck_assert_int_eq(paper_for(f, false, LANG_EN).columns, 80);
	setenv("LC_ALL", "C", 1);
	ck_assert(!paper_for(f, false, LANG_EN).utf8);
	p.color = true;
	for (int i = INK_PLAIN; i < INK_COUNT; i++)
		ck_assert_int_eq(columns_width(ink(&p, (enum ink)i)), 0);
	ck_assert_str_ne(ink(&p, INK_FAIL), ink(&p, INK_PASS));
	fclose(f);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("columns");
	TCase *tc = tcase_create("columns");

	tcase_add_test(tc, widths);
	tcase_add_test(tc, pad);
	tcase_add_test(tc, wrap_words);
	tcase_add_test(tc, wrap_long_word);
	tcase_add_test(tc, wrap_wide);
	tcase_add_test(tc, wrap_colour);
	tcase_add_test(tc, wrap_many_colours);
	tcase_add_test(tc, wrap_never_wider);
	tcase_add_test(tc, clean);
	tcase_add_test(tc, valid);
	tcase_add_test(tc, languages);
	tcase_add_test(tc, paper);
	suite_add_tcase(s, tc);
	return s;
}
