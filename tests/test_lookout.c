/* SPDX-License-Identifier: MIT */
#include "../runner/lookout.h"

#include "harness.h"

/* Where the wheel puts a timer of level @n that is due at tick @e: calc_index(),
 * kernel/time/timer.c */
static int64_t wheel(int64_t e, unsigned n)
{
	return ((e >> (3 * n)) + 1) << (3 * n);
}

/*
 * Whatever the level, one of the looks is at the tick at which the timer runs out, and there is
 * no more than one look for each level until then.
 */
START_TEST(sees_every_timer_at_its_tick)
{
	for (int64_t e = 4294937296; e < 4294937296 + 5000; e += 7) {
		for (unsigned level = 0; level < 8; level++) {
			const int64_t out = wheel(e, level), since = e + 1;
			int64_t now = since;
			unsigned looks = 0;

			for (; now < out; looks++)
				now = lookout_expiry(since, now);
			ck_assert_int_eq(now, out);
			ck_assert_uint_le(looks, level + 1);
		}
	}
}
END_TEST

START_TEST(the_first_look_is_at_the_next_tick)
{
	ck_assert_int_eq(lookout_expiry(100, 100), 101);
	ck_assert_int_eq(lookout_expiry(100, 101), 104);
	ck_assert_int_eq(lookout_expiry(100, 104), 128);
	ck_assert_int_eq(lookout_expiry(100, 128), 512);
	ck_assert_int_eq(lookout_expiry(103, 103), 104);
	ck_assert_int_eq(lookout_expiry(103, 104), 128);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lookout");
	TCase *tc = tcase_create("wheel");

	tcase_add_test(tc, sees_every_timer_at_its_tick);
	tcase_add_test(tc, the_first_look_is_at_the_next_tick);
	suite_add_tcase(s, tc);
	return s;
}
