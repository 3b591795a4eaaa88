/* SPDX-License-Identifier: MIT */
#include "../netns/impairment.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "../netns/duration.h"
#include "harness.h"

START_TEST(accepts_what_can_be)
{
	static const struct impairment good[] = {
		{ .delay = 0 },
		{ .loss = 1 },
		{ .delay = 3600 * NS_PER_S, .loss = 0.5 },
		{ .delay = 1, .loss = 1e-12 },
		{ .delay = 5, .jitter = 5, .distribution = DISTRIBUTION_PARETO },
		{ .burst = { .p = 1, .r = 1, .good = 1, .bad = 1 } },
		{ .delay = 1, .reorder = 1, .gap = 1000000 },
		{ .duplicate = 1, .corrupt = 1, .rate = 8, .limit = IMPAIRMENT_LIMIT },
		{ .rate = INT64_C(32000000000) },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct err err = { .code = 77 };

		ck_ok(impairment_check(&good[i], &err));
		ck_assert_int_eq(err.code, 77);
	}
}
END_TEST

START_TEST(names_what_cannot_be)
{
	const struct {
		struct impairment imp;
		const char *field;
	} bad[] = {
		{ { .delay = -1 }, "delay: " },
		{ { .delay = INT64_MIN }, "delay: " },
		{ { .delay = INT64_MAX }, "delay: " },
		{ { .delay = 3600 * NS_PER_S + 1 }, "delay: " },
		{ { .loss = -0.001 }, "loss: " },
		{ { .loss = 1.001 }, "loss: " },
		{ { .loss = (double)NAN }, "loss: " },
		{ { .loss = (double)INFINITY }, "loss: " },
		{ { .delay = 5, .jitter = 6 }, "jitter: " },
		{ { .delay = 5, .jitter = -1 }, "jitter: " },
		{ { .delay = 9 * NS_PER_S, .jitter = 3 * NS_PER_S }, "jitter: " },
		{ { .distribution = 9 }, "distribution: " },
		{ { .burst = { .p = 2 } }, "burst.p: " },
		{ { .burst = { .r = -1 } }, "burst.r: " },
		{ { .burst = { .good = 1.5 } }, "burst.good: " },
		{ { .burst = { .bad = (double)NAN } }, "burst.bad: " },
		{ { .loss = 0.1, .burst = { .p = 0.1 } }, "loss: " },
		{ { .duplicate = 1.5 }, "duplicate: " },
		{ { .reorder = 0.5 }, "reorder: " },
		{ { .delay = 1, .reorder = 2 }, "reorder: " },
		{ { .gap = 5 }, "gap: " },
		{ { .gap = -5 }, "gap: " },
		{ { .corrupt = -1 }, "corrupt: " },
		{ { .rate = 7 }, "rate: " },
		{ { .rate = -1 }, "rate: " },
		{ { .rate = INT64_C(32000000001) }, "rate: " },
		{ { .limit = -1 }, "limit: " },
		{ { .limit = IMPAIRMENT_LIMIT + 1 }, "limit: " },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;

		ck_assert_msg(impairment_check(&bad[i].imp, &err) == -ERANGE, "case %zu", i);
		ck_assert_msg(strstr(err.msg, bad[i].field) == err.msg, "%s", err.msg);
	}
}
END_TEST

START_TEST(knows_what_chance_decides)
{
	static const struct impairment certain[] = {
		{ .delay = 5 },
		{ .loss = 1 },
		{ .delay = 5, .reorder = 1, .gap = 3, .duplicate = 1 },
		{ .rate = 1000, .limit = 5 },
	};
	static const struct impairment random[] = {
		{ .loss = 0.5 },
		{ .delay = 5, .jitter = 1 },
		{ .burst = { .p = 0.1 } },
		{ .duplicate = 0.0001 },
		{ .delay = 5, .reorder = 0.9999 },
		{ .corrupt = 1 },
	};

	for (size_t i = 0; i < sizeof(certain) / sizeof(certain[0]); i++)
		ck_assert_msg(!impairment_random(&certain[i]), "case %zu", i);
	for (size_t i = 0; i < sizeof(random) / sizeof(random[0]); i++) {
		ck_assert_msg(impairment_random(&random[i]), "case %zu", i);
		ck_assert_msg(!impairment_none(&random[i]), "case %zu", i);
	}
	ck_assert(impairment_none(&(struct impairment){ .distribution = DISTRIBUTION_NORMAL }));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("impairment");
	TCase *c = tcase_create("impairment");

	tcase_add_test(c, accepts_what_can_be);
	tcase_add_test(c, names_what_cannot_be);
	tcase_add_test(c, knows_what_chance_decides);
	suite_add_tcase(s, c);
	return s;
}
