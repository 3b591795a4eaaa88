/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../runner/columns.h"
#include "../runner/paper.h"
#include "../runner/plain.h"
#include "../runner/scene.h"
#include "records.h"

static char *tell(const char *name, enum lang lang, bool utf8, const char *typed)
{
	json_auto_t *all = records_load(name);
	struct scene *s = scene_new();
	struct err err = ERR_INIT;
	FILE *answers = NULL;
	char *text = NULL;
	size_t size;
	struct paper paper = { .columns = 80, .utf8 = utf8, .lang = lang };

	for (size_t i = 0; i < json_array_size(all); i++)
		ck_ok(scene_event(s, json_array_get(all, i), &err));
	if (typed)
		answers = fmemopen((char *)typed, strlen(typed), "r");
	paper.out = open_memstream(&text, &size);
	ck_assert_ptr_nonnull(paper.out);
	ck_ok(plain_tell(s, &paper, answers, &err));
	fclose(paper.out);
	if (answers)
		fclose(answers);
	scene_free(s);
	return text;
}

/* The text has all of @parts, one after the other. */
static void has(const char *text, const char *const *parts)
{
	const char *from = text;

	for (; *parts; parts++) {
		const char *at = strstr(from, *parts);

		ck_assert_msg(at != NULL, "no \"%s\" (any more) in:\n%.3000s", *parts, text);
		from = at + strlen(*parts);
	}
}

START_TEST(in_order)
{
	static const char *const en[] = {
		"Three-way handshake",
		"server, port 80: from CLOSED to LISTEN.",
		"step 1: The client sends a SYN.",
		"At 0.10 ms: client sends SYN seq 0",
		"client, connection 1: from CLOSED to SYN-SENT, timer retrans in",
		"Holds: client has a socket in SYN-SENT",
		"At 25.3 ms: server receives SYN",
		"step 2:",
		"accept() has not been called yet",
		"PASS",
		NULL
	};
	static const char *const zh[] = { "三次握手", "第 1 步：客户端发出 SYN。",
					  "client 的连接 1：从 CLOSED 变为 SYN-SENT", "成立：",
					  NULL };
	_cleanup_free_ char *english = tell("handshake", LANG_EN, true, NULL);
	_cleanup_free_ char *chinese = tell("handshake", LANG_ZH, true, NULL);

	has(english, en);
	has(chinese, zh);
}
END_TEST

START_TEST(a_failure_says_what_was_seen)
{
	static const char *const parts[] = { "Does not hold: client sends SYN, retransmitted",
					     "such segments: 1", NULL };
	_cleanup_free_ char *text = tell("loss", LANG_EN, true, NULL);

	has(text, parts);
}
END_TEST

START_TEST(questions)
{
	static const char *const asked[] = { "Question 1: What does the server answer to a SYN?",
					     "2: RST",
					     "Type a number from 1 to 3",
					     "No: not 1, but 2. No socket listens on that port.",
					     "Question 2:",
					     "Right: 1. RST in SYN-SENT means that.",
					     NULL };
	static const char *const skipped[] = { "Question 1:", "The answer is 2.",
					       "Question 2:", "The answer is 1.", NULL };
	_cleanup_free_ char *with = tell("predict", LANG_EN, true, "1\n1\n");
	_cleanup_free_ char *without = tell("predict", LANG_EN, true, NULL);
	_cleanup_free_ char *nonsense = tell("predict", LANG_EN, true, "77\n");

	has(with, asked);
	has(without, skipped);
	has(nonsense, skipped);
	ck_assert_ptr_null(strstr(without, "Type a number"));
}
END_TEST

/* No drawing, no colour, nothing that steers a terminal, in any record. */
START_TEST(only_sentences)
{
	static const char *const drawn[] = { "│", "─", "▶", "◀", "→", "\x1b", "\x07", "->" };
	_cleanup_free_ char *text = tell(records_all[_i], LANG_EN, _i % 2, NULL);

	ck_assert_uint_gt(strlen(text), 0);
	for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++)
		ck_assert_msg(strstr(text, drawn[i]) == NULL, "%s in:\n%.3000s", drawn[i], text);
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
		ck_assert_int_le(columns_width(line), 80);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("plain");
	TCase *t = tcase_create("plain");

	tcase_add_test(t, in_order);
	tcase_add_test(t, a_failure_says_what_was_seen);
	tcase_add_test(t, questions);
	tcase_add_loop_test(t, only_sentences, 0, RECORDS_COUNT);
	suite_add_tcase(s, t);
	return s;
}
