/* SPDX-License-Identifier: MIT */
#include "../runner/linkphrase.h"

#include <stdlib.h>

#include "../netns/cleanup.h"
#include "harness.h"

static char *said(const char *json, enum lang lang)
{
	json_t *link = json_loads(json, 0, NULL);
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(link);
	linkphrase_say(f, link, lang);
	fclose(f);
	json_decref(link);
	return text;
}

START_TEST(says_all_of_it)
{
	static const char all[] =
		"{\"delay\":50000000,\"loss\":0.0,\"jitter\":5000000,\"distribution\":\"normal\","
		"\"burst\":{\"p\":0.01,\"r\":0.25,\"good\":0.0,\"bad\":1.0},\"duplicate\":0.02,"
		"\"reorder\":0.5,\"gap\":5,\"corrupt\":0.001,\"rate\":10000000,\"limit\":50}";
	_cleanup_free_ char *en = said(all, LANG_EN);
	_cleanup_free_ char *zh = said(all, LANG_ZH);

	ck_assert_str_eq(
		en, ", jitter 5 ms (normal), loss in bursts (begin 1 %, end 25 %, lost 100 % "
		    "inside and 0 % outside), 2 % duplicated, 50 % let past the others (one in "
		    "5 at most), 0.1 % corrupted, 10 Mbit/s, at most 50 packets under way");
	ck_assert_str_eq(
		zh, "，抖动 5 ms（normal），突发丢包（进入 1 %，离开 25 %，突发内丢 100 %，之外丢 "
		    "0 %），重复 2 %，50 % 不排队先行（乱序）（每 5 个至多一个），损坏 0.1 %，"
		    "10 Mbit/s，途中至多 50 个报文");
}
END_TEST

/* Delay and loss are said by whoever calls. */
START_TEST(says_nothing_of_nothing)
{
	_cleanup_free_ char *en = said("{\"delay\":1,\"loss\":0.5}", LANG_EN);

	ck_assert_str_eq(en, "");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("linkphrase");
	TCase *c = tcase_create("linkphrase");

	tcase_add_test(c, says_all_of_it);
	tcase_add_test(c, says_nothing_of_nothing);
	suite_add_tcase(s, c);
	return s;
}
