/* SPDX-License-Identifier: MIT */
#include "../netns/rate.h"

#include <errno.h>
#include <string.h>

#include "harness.h"

START_TEST(reads_what_people_write)
{
	static const struct {
		const char *text;
		int64_t rate;
	} good[] = {
		{ "10mbit", 10000000 }, { "64kbit", 64000 },       { "1.5gbit", 1500000000 },
		{ "8bit", 8 },          { "9600bit", 9600 },       { "0.5mbit", 500000 },
		{ "10Mbit", 10000000 }, { "32gbit", 32000000000 },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct err err = ERR_INIT;
		int64_t rate = 0;

		ck_ok(rate_parse(good[i].text, &rate, &err));
		ck_assert_int_eq(rate, good[i].rate);
	}
}
END_TEST

START_TEST(refuses_everything_else)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "", EINVAL },         { "10", EINVAL },     { "10m", EINVAL },
		{ "mbit", EINVAL },     { "-1mbit", EINVAL }, { " 1mbit", EINVAL },
		{ "0x10bit", EINVAL },  { "nanbit", EINVAL }, { "infbit", EINVAL },
		{ "1mbit ", EINVAL },   { "10mbps", EINVAL }, { "0mbit", ERANGE },
		{ "1bit", ERANGE },     { "33gbit", ERANGE }, { "1e300gbit", ERANGE },
		{ "9e999bit", ERANGE },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;
		int64_t rate = 77;

		ck_assert_msg(rate_parse(bad[i].text, &rate, &err) == -bad[i].code, "'%s': %s",
			      bad[i].text, err.msg);
		ck_assert_int_eq(rate, 77);
		ck_assert_ptr_nonnull(strstr(err.msg, bad[i].text));
	}
}
END_TEST

START_TEST(shows_it)
{
	char text[RATE_MAX_TEXT];

	ck_assert_str_eq(rate_format(10000000, text), "10 Mbit/s");
	ck_assert_str_eq(rate_format(1500000000, text), "1.5 Gbit/s");
	ck_assert_str_eq(rate_format(999, text), "999 bit/s");
	ck_assert_str_eq(rate_format(9600, text), "9.6 kbit/s");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("rate");
	TCase *c = tcase_create("rate");

	tcase_add_test(c, reads_what_people_write);
	tcase_add_test(c, refuses_everything_else);
	tcase_add_test(c, shows_it);
	suite_add_tcase(s, c);
	return s;
}
