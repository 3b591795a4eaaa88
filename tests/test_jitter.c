/* SPDX-License-Identifier: MIT */
#include "../netns/jitter.h"

#include <math.h>

#include "../netns/duration.h"
#include "harness.h"

/* What share of the table is at most @x jitters from the mean. */
static double below(enum distribution d, double x)
{
	const int16_t *table = jitter_table(d);
	size_t n = 0;

	for (size_t i = 0; i < JITTER_TABLE; i++)
		n += table[i] <= x * JITTER_SCALE;
	return (double)n / JITTER_TABLE;
}

static void moments(enum distribution d, double *mean, double *deviation)
{
	const int16_t *table = jitter_table(d);
	double sum = 0, squares = 0;

	for (size_t i = 0; i < JITTER_TABLE; i++) {
		sum += table[i];
		squares += (double)table[i] * table[i];
	}
	*mean = sum / JITTER_TABLE / JITTER_SCALE;
	*deviation = sqrt(squares / JITTER_TABLE) / JITTER_SCALE;
}

START_TEST(has_the_moments_it_promises)
{
	static const double deviations[] = {
		[DISTRIBUTION_UNIFORM] = 0.57735,
		[DISTRIBUTION_NORMAL] = 1,
		[DISTRIBUTION_PARETO] = 1,
	};
	double mean, deviation;

	moments((enum distribution)_i, &mean, &deviation);
	ck_assert_double_eq_tol(mean, 0, 1e-4);
	ck_assert_double_eq_tol(deviation, deviations[_i], 1e-4);
}
END_TEST

/* Against the textbook's table of the normal distribution. */
START_TEST(normal_is_normal)
{
	static const double known[][2] = {
		{ -3, 0.00135 },  { -2, 0.02275 }, { -1, 0.15866 },  { -0.5, 0.30854 }, { 0, 0.5 },
		{ 0.5, 0.69146 }, { 1, 0.84134 },  { 1.96, 0.9750 }, { 3, 0.99865 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		ck_assert_double_eq_tol(below(DISTRIBUTION_NORMAL, known[i][0]), known[i][1],
					2.0 / JITTER_TABLE);
}
END_TEST

START_TEST(uniform_is_even)
{
	for (int i = -4; i <= 4; i++)
		ck_assert_double_eq_tol(below(DISTRIBUTION_UNIFORM, i / 4.0), (i / 4.0 + 1) / 2,
					2.0 / JITTER_TABLE);
}
END_TEST

/* Most are a little early, a few very late, and the latest at 4 deviations. */
START_TEST(pareto_has_its_tail)
{
	const int16_t *table = jitter_table(DISTRIBUTION_PARETO);
	const size_t middle = JITTER_TABLE / 2;
	const double median = (double)table[middle] / JITTER_SCALE;

	ck_assert_double_lt(median, -0.2);
	ck_assert_double_gt(below(DISTRIBUTION_PARETO, 0), 0.65);
	ck_assert_int_ge(table[JITTER_TABLE - 1], INT16_MAX - 2);
	ck_assert_double_gt(1 - below(DISTRIBUTION_PARETO, 3), 0.01);
	ck_assert_int_gt(table[0], -JITTER_SCALE);
	for (size_t i = 1; i < JITTER_TABLE; i++)
		ck_assert_int_ge(table[i], table[i - 1]);
}
END_TEST

START_TEST(scales_with_the_jitter)
{
	ck_assert_int_eq(jitter_offset(DISTRIBUTION_NORMAL, 0, 12345), 0);
	for (uint64_t roll = 0; roll < 3 * JITTER_TABLE; roll++) {
		int64_t offset = jitter_offset(DISTRIBUTION_UNIFORM, JITTER_MAX, roll);

		ck_assert_int_le(offset, JITTER_MAX);
		ck_assert_int_ge(offset, -JITTER_MAX);
	}
	ck_assert_int_eq(jitter_offset(DISTRIBUTION_PARETO, 8192, JITTER_TABLE - 1),
			 jitter_table(DISTRIBUTION_PARETO)[JITTER_TABLE - 1]);
}
END_TEST

START_TEST(every_one_has_a_name)
{
	ck_assert_str_eq(distribution_name(DISTRIBUTION_UNIFORM), "uniform");
	ck_assert_str_eq(distribution_name(DISTRIBUTION_NORMAL), "normal");
	ck_assert_str_eq(distribution_name(DISTRIBUTION_PARETO), "pareto");
	ck_assert_ptr_null(distribution_name(DISTRIBUTION_PARETO + 1));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("jitter");
	TCase *c = tcase_create("jitter");

	tcase_add_loop_test(c, has_the_moments_it_promises, 0, 3);
	tcase_add_test(c, normal_is_normal);
	tcase_add_test(c, uniform_is_even);
	tcase_add_test(c, pareto_has_its_tail);
	tcase_add_test(c, scales_with_the_jitter);
	tcase_add_test(c, every_one_has_a_name);
	suite_add_tcase(s, c);
	return s;
}
