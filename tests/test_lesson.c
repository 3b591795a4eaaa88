/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../runner/facts.h"
#include "../runner/lesson.h"
#include "../runner/paper.h"

static char dir[] = "/tmp/tcplab-test-lesson-XXXXXX";

static void make_dir(void)
{
	char path[64];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (int i = 0; i < LANG_COUNT; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, lang_code((enum lang)i));
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
}

static void remove_dir(void)
{
	char path[64];

	for (int i = 0; i < LANG_COUNT; i++) {
		snprintf(path, sizeof(path), "%s/%s/a.md", dir, lang_code((enum lang)i));
		unlink(path);
		snprintf(path, sizeof(path), "%s/%s", dir, lang_code((enum lang)i));
		rmdir(path);
	}
	rmdir(dir);
}

static void write_bytes(const char *lang, const char *text, size_t len)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/a.md", dir, lang);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static void write_lesson(const char *lang, const char *text)
{
	write_bytes(lang, text, strlen(text));
}

#define BEFORE                                                                                     \
	"# Title\n\n## What you will see\n\nSee.\n\n## Predict\n\nGuess.\n\n## What happened\n\n"
#define AFTER                                                                                      \
	"\n\n## Why\n\nBecause.\n\n## What people get wrong\n\nAll.\n\n## In "                     \
	"production\n\nLook.\n\n"                                                                  \
	"## Interview questions\n\nAsk.\n"
#define HAPPENED_LINE 13

static void refuses(const char *lang, const char *text, int line, const char *word)
{
	struct err err = ERR_INIT;
	struct lesson *l = NULL;
	char where[96];

	write_lesson(lang, text);
	ck_assert_int_lt(lesson_open(dir, "a", lang[0] == 'z' ? LANG_ZH : LANG_EN, &l, &err), 0);
	ck_assert_ptr_null(l);
	snprintf(where, sizeof(where), "%s/%s/a.md:%d: ", dir, lang, line);
	ck_assert_msg(strncmp(err.msg, where, strlen(where)) == 0, "not at line %d: %s", line,
		      err.msg);
	ck_assert_msg(strstr(err.msg, word) != NULL, "no %s in: %s", word, err.msg);
	ck_assert_msg(*err.remedy, "no remedy: %s", err.msg);
}

static struct facts *run(void)
{
	struct facts *f = facts_new();
	json_t *ev = json_pack("{s:s, s:s, s:{s:s}, s:{s:s}}", "ev", "header", "lab", "a*b_c`d",
			       "kernel", "release", "6.18.44", "params", "delay", "25ms");

	facts_event(f, ev);
	json_decref(ev);
	ev = json_pack("{s:s, s:i, s:s, s:i, s:s, s:s, s:s}", "ev", "state", "t", 50300000, "host",
		       "client", "conn", 1, "end", "a", "from", "SYN-SENT", "to", "ESTAB");
	facts_event(f, ev);
	json_decref(ev);
	return f;
}

static void shows(const char *happened, const struct facts *f, const char *wanted)
{
	struct err err = ERR_INIT;
	struct lesson *l = NULL;
	char *text = NULL, *got = NULL;
	size_t size;
	struct paper p = { .columns = 60, .utf8 = true };

	ck_assert_int_gt(asprintf(&text, BEFORE "%s" AFTER, happened), 0);
	write_lesson("en", text);
	ck_ok(lesson_open(dir, "a", LANG_EN, &l, &err));
	p.out = open_memstream(&got, &size);
	ck_ok(lesson_show(l, LESSON_HAPPENED, f, &p, &err));
	fclose(p.out);
	ck_assert_msg(strncmp(got, "What happened\n─────────────\n\n", 55) == 0, "%s", got);
	ck_assert_str_eq(strstr(got, "\n\n") + 2, wanted);
	lesson_free(l);
	free(text);
	free(got);
}

START_TEST(placeholders)
{
	struct facts *f = run();

	shows("plain", f, "plain\n");
	shows("on {{kernel}}, {{param delay}}.", f, "on 6.18.44, 25 ms.\n");
	shows("at {{time client ESTAB}}", f, "at 50.3 ms\n");
	/* a value is a value, whatever it looks like */
	shows("{{lab}}", f, "a*b_c`d\n");
	shows("`{{lab}}` x", f, "`a*b_c'd` x\n");
	shows("*{{lab}}*", f, "_a*b_c`d_\n");
	shows("```\n{{lab}} is\n```", f, "  │ a*b_c'd is\n");
	shows("`` ` {{kernel}} ``", f, "`` 6.18.44`\n");
	/* a code span over two lines, and a backtick that opens none */
	shows("`a\n{{kernel}}` {{lab}}", f, "`a 6.18.44` a*b_c`d\n");
	shows("a ` b {{lab}}", f, "a ` b a*b_c`d\n");
	shows("\\` {{lab}} \\`", f, "` a*b_c`d `\n");
	/* braces for themselves */
	shows("\\{\\{x}}", f, "{{x}}\n");
	shows("{x} {", f, "{x} {\n");
	facts_free(f);
}
END_TEST

START_TEST(not_seen)
{
	struct facts *f = run();

	shows("at {{time server ESTAB}}.", f, "at (not seen in this run).\n");
	shows("`{{rtt}}`", f, "`(not seen in this run)`\n");
	shows("{{ladder}}", f, "(not seen in this run)\n");
	shows("at {{time server ESTAB}}.", NULL, "at ….\n");
	shows("{{ladder}}", NULL, "…\n");
	facts_free(f);
}
END_TEST

START_TEST(blocks)
{
	struct facts *f = run();

	shows("a\n\n{{states}}\n\nb", f, "a\n\n  50.3 ms  client SYN-SENT → ESTAB\n\nb\n");
	shows("a\n{{states}}\nb", f, "a\n\n  50.3 ms  client SYN-SENT → ESTAB\n\nb\n");
	shows("```\n{{states}}\n```", f, "  │   50.3 ms  client SYN-SENT → ESTAB\n");
	facts_free(f);
}
END_TEST

START_TEST(wrong_placeholders)
{
	refuses("en", BEFORE "{{nonsense}}" AFTER, HAPPENED_LINE, "nonsense");
	refuses("en", BEFORE "a\nb {{time client}}" AFTER, HAPPENED_LINE + 1, "time HOST STATE");
	refuses("en", BEFORE "{{time client NOSTATE}}" AFTER, HAPPENED_LINE, "NOSTATE");
	refuses("en", BEFORE "{{kernel" AFTER, HAPPENED_LINE, "not closed");
	refuses("en", BEFORE "{{kernel\n}}" AFTER, HAPPENED_LINE, "not closed");
	refuses("en", BEFORE "`{{kernel`" AFTER, HAPPENED_LINE, "not closed");
	refuses("en", BEFORE "{{}}" AFTER, HAPPENED_LINE, "no placeholder");
	refuses("en", BEFORE "see {{ladder}}" AFTER, HAPPENED_LINE, "block");
	refuses("en", BEFORE "{{ladder}}, see" AFTER, HAPPENED_LINE, "block");
	refuses("en", BEFORE "- x\n  {{states}}" AFTER, HAPPENED_LINE + 1, "block");
	refuses("en", BEFORE "{{" AFTER, HAPPENED_LINE, "not closed");
}
END_TEST

START_TEST(wrong_structure)
{
	refuses("en", "", 1, "no title");
	refuses("en", "\n\ntext\n", 3, "no title");
	refuses("en", "#\n", 1, "no title");
	refuses("en", "## What you will see\n", 1, "no title");
	refuses("en", "# T\n", 1, "What you will see");
	refuses("en", "# T\n\n## Predict\n", 3, "What you will see");
	refuses("en", "# T\n## What you will see\n## Why\n", 3, "Predict");
	refuses("en", BEFORE "x\n\n## Why\n", 15, "What people get wrong");
	refuses("en", BEFORE AFTER "## More\n", 30, "one section too many");
	refuses("en", BEFORE AFTER "## Why\n", 30, "one section too many");
	refuses("zh", BEFORE AFTER, 3, "会看到什么");
	/* in a fence it is no heading */
	refuses("en", "# T\n```\n## What you will see\n```\n", 4, "What you will see");
}
END_TEST

START_TEST(wrong_bytes)
{
	static const char nul[] = BEFORE "a\0b" AFTER;
	struct err err = ERR_INIT;
	struct lesson *l = NULL;
	char *huge;

	refuses("en", BEFORE "a\xff" AFTER, HAPPENED_LINE, "UTF-8");
	write_bytes("en", nul, sizeof(nul) - 1);
	ck_assert_int_eq(lesson_open(dir, "a", LANG_EN, &l, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.msg, ":13: "));
	huge = malloc(2 << 20);
	memset(huge, 'a', 2 << 20);
	write_bytes("en", huge, 2 << 20);
	free(huge);
	ck_assert_int_eq(lesson_open(dir, "a", LANG_EN, &l, &err), -EFBIG);
}
END_TEST

START_TEST(names)
{
	static const char *const bad[] = { "", "../a", "a/b", "A", "a.md", "a b", "é" };
	struct lesson *l = NULL;
	struct err err = ERR_INIT;

	write_lesson("en", BEFORE AFTER);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(lesson_open(dir, bad[i], LANG_EN, &l, &err), -EINVAL);
		ck_assert_ptr_nonnull(strstr(err.msg, "name of a lesson"));
	}
	ck_assert_int_eq(lesson_open(dir, "missing", LANG_ZH, &l, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.msg, "en/missing.md"));
	ck_assert_ptr_null(l);
	lesson_free(NULL);
}
END_TEST

START_TEST(fallback)
{
	struct lesson *l = NULL;
	struct err err = ERR_INIT;
	struct paper p = { .columns = 60, .utf8 = true, .lang = LANG_ZH };
	char *got = NULL;
	size_t size;
	struct facts *f = run();

	write_lesson("en", BEFORE "{{rtt}}" AFTER);
	ck_ok(lesson_open(dir, "a", LANG_ZH, &l, &err));
	ck_assert_int_eq(lesson_lang(l), LANG_EN);
	p.out = open_memstream(&got, &size);
	/* all of it, and its words in its own language */
	ck_ok(lesson_show(l, LESSON_SECTION_COUNT, f, &p, &err));
	fclose(p.out);
	ck_assert_ptr_eq(strstr(got, "Title\n"), got);
	ck_assert_ptr_nonnull(strstr(got, "not seen in this run"));
	ck_assert_ptr_nonnull(strstr(got, "Ask."));
	lesson_free(l);
	facts_free(f);
	free(got);
}
END_TEST

/* The lessons that are shipped are right, in every language, and complete without a run. */
START_TEST(shipped)
{
	const char *content = getenv("TCPLAB_TEST_CONTENT");

	for (int lang = 0; lang < LANG_COUNT; lang++) {
		struct lesson *l = NULL;
		struct err err = ERR_INIT;
		struct paper p = { .columns = 100, .utf8 = true, .lang = (enum lang)lang };
		char *got = NULL;
		size_t size;

		ck_ok(lesson_open(content ? content : "content", "handshake", (enum lang)lang, &l,
				  &err));
		ck_assert_int_eq(lesson_lang(l), lang);
		for (int i = 0; i < LESSON_SECTION_COUNT; i++) {
			p.out = open_memstream(&got, &size);
			ck_ok(lesson_show(l, (enum lesson_section)i, NULL, &p, &err));
			fclose(p.out);
			ck_assert_uint_gt(size, 200);
			ck_assert_ptr_null(strstr(got, "{{"));
			free(got);
		}
		lesson_free(l);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lesson");
	TCase *tc = tcase_create("lesson");

	tcase_add_checked_fixture(tc, make_dir, remove_dir);
	tcase_add_test(tc, placeholders);
	tcase_add_test(tc, not_seen);
	tcase_add_test(tc, blocks);
	tcase_add_test(tc, wrong_placeholders);
	tcase_add_test(tc, wrong_structure);
	tcase_add_test(tc, wrong_bytes);
	tcase_add_test(tc, names);
	tcase_add_test(tc, fallback);
	tcase_add_test(tc, shipped);
	suite_add_tcase(s, tc);
	return s;
}
