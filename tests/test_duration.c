/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/duration.h"

#define MIN (60 * NS_PER_S)
#define H   (60 * MIN)

static const struct {
	const char *text;
	int64_t ns;
} good[] = {
	{ "0", 0 },
	{ "0.0", 0 },
	{ "0ms", 0 },
	{ "1ns", 1 },
	{ "250us", 250 * NS_PER_US },
	{ "50ms", 50 * NS_PER_MS },
	{ "50 ms", 50 * NS_PER_MS },
	{ "1.5s", 1500 * NS_PER_MS },
	{ "0.001ms", NS_PER_US },
	{ "0.5us", 500 },
	{ "1.000000001s", NS_PER_S + 1 },
	{ "2min", 2 * MIN },
	{ "0.5min", 30 * NS_PER_S },
	{ "2h", 2 * H },
	{ "1000h", 1000 * H },
	{ "3600000s", 1000 * H },
	{ "000000050ms", 50 * NS_PER_MS },
};

START_TEST(test_parse_good)
{
	struct err err = ERR_INIT;
	int64_t ns = -1;

	ck_ok(duration_parse(good[_i].text, &ns, &err));
	ck_assert_int_eq(ns, good[_i].ns);
	ck_assert_int_eq(err.code, 0);
}
END_TEST

static const struct {
	const char *text;
	int code;
	const char *says;
} bad[] = {
	{ "", EINVAL, "does not start with a number" },
	{ "ms", EINVAL, "does not start with a number" },
	{ ".5s", EINVAL, "does not start with a number" },
	{ " 5s", EINVAL, "does not start with a number" },
	{ "+5s", EINVAL, "does not start with a number" },
	{ "-", EINVAL, "does not start with a number" },
	{ "-s", EINVAL, "does not start with a number" },
	{ "50", EINVAL, "the unit is missing" },
	{ "1.5", EINVAL, "the unit is missing" },
	{ "50 ", EINVAL, "unknown unit" },
	{ "50  ms", EINVAL, "unknown unit" },
	{ "50ms ", EINVAL, "unknown unit" },
	{ "50MS", EINVAL, "unknown unit" },
	{ "5m", EINVAL, "unknown unit" },
	{ "5e3s", EINVAL, "unknown unit" },
	{ "0x5s", EINVAL, "unknown unit" },
	{ "5sec\x1b[2J", EINVAL, "unknown unit" },
	{ "1.s", EINVAL, "no digit follows the point" },
	{ "1..5s", EINVAL, "no digit follows the point" },
	{ "1,5s", EINVAL, "unknown unit" },
	{ "0.1ns", EINVAL, "finer than a nanosecond" },
	{ "0.0000000001s", EINVAL, "finer than a nanosecond" },
	{ "1234567890123456789s", EINVAL, "too many digits" },
	{ "0.1234567890123456789s", EINVAL, "too many digits" },
	{ "-5ms", ERANGE, "never negative" },
	{ "1000.001h", ERANGE, "longest duration is 1000 h" },
	{ "999999999999999999h", ERANGE, "longest duration is 1000 h" },
};

START_TEST(test_parse_bad)
{
	struct err err = ERR_INIT;
	int64_t ns = 42;

	ck_assert_int_eq(duration_parse(bad[_i].text, &ns, &err), -bad[_i].code);
	ck_assert_int_eq(err.code, bad[_i].code);
	ck_assert_msg(strstr(err.msg, bad[_i].says) != NULL, "'%s' gives: %s", bad[_i].text,
		      err.msg);
	ck_assert_int_eq(ns, 42);
	if (bad[_i].code == EINVAL)
		ck_assert_ptr_nonnull(strstr(err.remedy, "\"50ms\""));
}
END_TEST

static const struct {
	int64_t ns;
	const char *text;
} formats[] = {
	{ 0, "0 s" },
	{ 1, "1 ns" },
	{ 999, "999 ns" },
	{ 1000, "1 us" },
	{ 1500, "1.5 us" },
	{ 250 * NS_PER_US, "250 us" },
	{ 999499, "999 us" },
	{ 999500, "1 ms" },
	{ 1234567, "1.23 ms" },
	{ 12345678, "12.3 ms" },
	{ 123456789, "123 ms" },
	{ 9999000, "10 ms" },
	{ 50 * NS_PER_MS, "50 ms" },
	{ 1500 * NS_PER_MS, "1.5 s" },
	{ 1005 * NS_PER_MS, "1.01 s" },
	{ 100 * NS_PER_MS, "100 ms" },
	{ 59 * NS_PER_S + 900 * NS_PER_MS, "59.9 s" },
	{ 59 * NS_PER_S + 949 * NS_PER_MS, "59.9 s" },
	{ 59 * NS_PER_S + 950 * NS_PER_MS, "1 min" },
	{ MIN, "1 min" },
	{ 125 * NS_PER_S, "2 min 5 s" },
	{ 3599 * NS_PER_S, "59 min 59 s" },
	{ 3599 * NS_PER_S + 600 * NS_PER_MS, "1 h" },
	{ H, "1 h" },
	{ H + 5 * MIN + 29 * NS_PER_S, "1 h 5 min" },
	{ 1000 * H, "1000 h" },
	{ -1500 * NS_PER_US, "-1.5 ms" },
	{ INT64_MAX, "2562047 h 47 min" },
	{ INT64_MIN, "-2562047 h 47 min" },
};

START_TEST(test_format)
{
	char buf[DURATION_MAX_TEXT];

	ck_assert_str_eq(duration_format(formats[_i].ns, buf), formats[_i].text);
}
END_TEST

/* What is written can be read, and is right to three digits. */
START_TEST(test_round_trip)
{
	struct err err = ERR_INIT;
	char buf[DURATION_MAX_TEXT];

	for (int64_t ns = 1; ns < 59 * NS_PER_S; ns += ns / 7 + 1) {
		int64_t back = -1;

		ck_ok(duration_parse(duration_format(ns, buf), &back, &err));
		ck_assert_msg(llabs((long long)(back - ns)) <= ns / 200, "%lld was written as %s",
			      (long long)ns, buf);
	}
}
END_TEST

START_TEST(test_clock_goes_forward)
{
	int64_t before = clock_now();

	ck_assert_int_gt(before, 0);
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_now();

		ck_assert_int_ge(now, before);
		before = now;
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("duration");
	TCase *tc = tcase_create("duration");

	tcase_add_loop_test(tc, test_parse_good, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tc, test_parse_bad, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_loop_test(tc, test_format, 0, sizeof(formats) / sizeof(formats[0]));
	tcase_add_test(tc, test_round_trip);
	tcase_add_test(tc, test_clock_goes_forward);
	suite_add_tcase(s, tc);
	return s;
}
