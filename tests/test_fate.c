/* SPDX-License-Identifier: MIT */
#include "../netns/fate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../netns/duration.h"
#include "harness.h"

enum { FRAMES = 100000, LEN = 100, SEED = 1 };

/* What became of FRAMES frames, one each @every. */
struct tally {
	size_t lost, twice, flipped, early, bursts;
	double sum, squares;
	int64_t last;
};

static struct tally play(const struct impairment *imp, int64_t every)
{
	struct tally tally = { 0 };
	struct fate f;
	bool lost_before = false;

	fate_begin(&f, SEED, 0);
	fate_set(&f, imp);
	for (int64_t i = 0; i < FRAMES; i++) {
		struct departure out[FATE_MAX];
		const char *why = NULL;
		size_t n = fate_decide(&f, i * every, LEN, out, &why);
		double late = n ? (double)(out[0].due - i * every) : 0;

		tally.lost += n == 0;
		tally.bursts += n == 0 && !lost_before;
		lost_before = n == 0;
		tally.twice += n == 2;
		tally.flipped += n && out[0].flip;
		tally.early += n && imp->delay > 0 && out[0].due == i * every;
		tally.sum += late;
		tally.squares += late * late;
		if (n)
			tally.last = out[n - 1].due;
		if (n == 0)
			ck_assert_str_eq(why, "loss");
	}
	return tally;
}

/* @seen of FRAMES tries, each of probability @p. */
static void binomial(const char *what, size_t seen, double p)
{
	double mean = FRAMES * p, sigma = sqrt(FRAMES * p * (1 - p));

	printf("%-22s expected %9.1f  seen %6zu  %+5.2f sigma\n", what, mean, seen,
	       ((double)seen - mean) / sigma);
	ck_assert_msg(fabs((double)seen - mean) <= 3 * sigma, "%s: %zu, expected %g +- %g", what,
		      seen, mean, sigma);
}

START_TEST(loses_as_asked)
{
	binomial("loss 1 %", play(&(struct impairment){ .loss = 0.01 }, 1000).lost, 0.01);
	binomial("loss 50 %", play(&(struct impairment){ .loss = 0.5 }, 1000).lost, 0.5);
	ck_assert_uint_eq(play(&(struct impairment){ .loss = 1 }, 1000).lost, FRAMES);
	ck_assert_uint_eq(play(&(struct impairment){ .loss = 0 }, 1000).lost, 0);
}
END_TEST

/*
 * The chain is in its bad state p / (p + r) of the time. Losses of neighbours go
 * together, which makes their sum vary more than independent ones by the factor
 * (1 + c) / (1 - c), c = 1 - p - r. A burst begins with probability
 * P(good) * p.
 */
START_TEST(loses_in_bursts)
{
	const struct impairment imp = { .burst = { .p = 0.01, .r = 0.25, .bad = 1 } };
	struct tally tally = play(&imp, 1000);
	double bad = 0.01 / 0.26, c = 1 - 0.26;
	double sigma = sqrt(FRAMES * bad * (1 - bad) * (1 + c) / (1 - c));

	printf("%-22s expected %9.1f  seen %6zu  %+5.2f sigma\n", "burst, lost", FRAMES * bad,
	       tally.lost, ((double)tally.lost - FRAMES * bad) / sigma);
	ck_assert_double_le(fabs((double)tally.lost - FRAMES * bad), 3 * sigma);
	binomial("burst, begun", tally.bursts, (1 - bad) * 0.01);
	/* A quarter is lost inside, a hundredth outside. */
	tally = play(
		&(struct impairment){
			.burst = { .p = 0.01, .r = 0.25, .good = 0.01, .bad = 0.25 } },
		1000);
	binomial("burst, partly", tally.lost, bad * 0.25 + (1 - bad) * 0.01);
}
END_TEST

START_TEST(duplicates_reorders_corrupts_as_asked)
{
	binomial("duplicate 2 %", play(&(struct impairment){ .duplicate = 0.02 }, 1000).twice,
		 0.02);
	binomial("corrupt 3 %", play(&(struct impairment){ .corrupt = 0.03 }, 1000).flipped, 0.03);
	binomial("reorder 25 %",
		 play(&(struct impairment){ .delay = NS_PER_MS, .reorder = 0.25 }, 1000).early,
		 0.25);
}
END_TEST

/* With a gap of n the n-th is the first that may be let past, and with certainty every n-th is. */
START_TEST(gap_counts)
{
	const struct impairment imp = { .delay = NS_PER_MS, .reorder = 1, .gap = 5 };
	struct departure out[FATE_MAX];
	const char *why;
	struct fate f;

	fate_begin(&f, SEED, 0);
	fate_set(&f, &imp);
	for (int64_t i = 1; i <= 50; i++) {
		ck_assert_uint_eq(fate_decide(&f, i, LEN, out, &why), 1);
		ck_assert_int_eq(out[0].due, i % 5 == 0 ? i : i + NS_PER_MS);
	}
}
END_TEST

/* The mean of n numbers with deviation s has s / sqrt(n). */
START_TEST(jitters_as_asked)
{
	static const double deviations[] = { 0.57735, 1, 1 };
	const struct impairment imp = {
		.delay = 50 * NS_PER_MS,
		.jitter = 10 * NS_PER_MS,
		.distribution = (enum distribution)_i,
	};
	struct tally tally = play(&imp, 1000);
	double mean = tally.sum / FRAMES, s = deviations[_i] * 1e7;
	double seen = sqrt(tally.squares / FRAMES - mean * mean), sigma = s / sqrt(FRAMES);

	printf("%-22s expected %6.3f ms  seen %6.3f ms  %+5.2f sigma\n",
	       distribution_name(imp.distribution), 50.0, mean / 1e6, (mean - 5e7) / sigma);
	ck_assert_double_le(fabs(mean - 5e7), 3 * sigma);
	/* For the heaviest of these tails the deviation's own error is below 2 sigma. */
	ck_assert_double_le(fabs(seen - s), 6 * sigma);
}
END_TEST

/* 100 bytes at 8 Mbit/s are 0.1 ms each; they come ten times as fast. */
START_TEST(rate_is_exact)
{
	const struct impairment imp = { .delay = 5 * NS_PER_MS, .rate = 8000000 };
	struct tally tally = play(&imp, 10 * NS_PER_US);

	ck_assert_int_eq(tally.last, 5 * NS_PER_MS + FRAMES * 100 * NS_PER_US);
	/* Slower than that, each goes by itself. */
	tally = play(&imp, NS_PER_MS);
	ck_assert_double_eq_tol(tally.sum / FRAMES, 5.1e6, 1);
}
END_TEST

START_TEST(queue_is_limited)
{
	const struct impairment imp = { .delay = NS_PER_MS, .limit = 3, .duplicate = 1 };
	struct departure out[FATE_MAX];
	const char *why = NULL;
	struct fate f;

	fate_begin(&f, SEED, 0);
	fate_set(&f, &imp);
	ck_assert_uint_eq(fate_decide(&f, 0, LEN, out, &why), 2);
	f.held = 2;
	ck_assert_uint_eq(fate_decide(&f, 0, LEN, out, &why), 1);
	f.held = 3;
	ck_assert_uint_eq(fate_decide(&f, 0, LEN, out, &why), 0);
	ck_assert_str_eq(why, "queue");
	f.held = 2;
	ck_assert_uint_eq(fate_decide(&f, 0, LEN, out, &why), 1);
}
END_TEST

/* The n-th frame has the same luck whatever else is set: what is lost stays lost at a higher loss,
 * and a duplicate or a jitter shifts nothing. */
START_TEST(luck_is_the_frame_s_own)
{
	const struct impairment little = { .loss = 0.1 };
	const struct impairment much = {
		.loss = 0.2,
		.duplicate = 0.5,
		.corrupt = 0.5,
		.delay = 5,
		.jitter = 5,
		.reorder = 0.5,
	};
	struct departure out[FATE_MAX];
	struct fate a, b;
	const char *why;
	size_t lost = 0;

	fate_begin(&a, SEED, 1);
	fate_begin(&b, SEED, 1);
	fate_set(&a, &little);
	fate_set(&b, &much);
	for (int64_t i = 0; i < FRAMES; i++) {
		if (fate_decide(&a, i, LEN, out, &why) != 0) {
			fate_decide(&b, i, LEN, out, &why);
			continue;
		}
		/* Lost, or saved by its duplicate. */
		ck_assert_uint_le(fate_decide(&b, i, LEN, out, &why), 1);
		lost++;
	}
	ck_assert_uint_gt(lost, FRAMES / 20);
}
END_TEST

START_TEST(seed_and_port_decide)
{
	const struct impairment imp = { .loss = 0.5 };
	struct departure out[FATE_MAX];
	struct fate same[2], port, seed;
	size_t other_port = 0, other_seed = 0;
	const char *why;

	fate_begin(&same[0], SEED, 0);
	fate_begin(&same[1], SEED, 0);
	fate_begin(&port, SEED, 1);
	fate_begin(&seed, SEED + 1, 0);
	fate_set(&same[0], &imp);
	fate_set(&same[1], &imp);
	fate_set(&port, &imp);
	fate_set(&seed, &imp);
	for (int64_t i = 0; i < 1000; i++) {
		size_t n = fate_decide(&same[0], i, LEN, out, &why);

		ck_assert_uint_eq(fate_decide(&same[1], i, LEN, out, &why), n);
		other_port += fate_decide(&port, i, LEN, out, &why) != n;
		other_seed += fate_decide(&seed, i, LEN, out, &why) != n;
	}
	ck_assert_uint_gt(other_port, 300);
	ck_assert_uint_gt(other_seed, 300);
}
END_TEST

/* One bit, behind the IP header, and once more undoes it. */
START_TEST(flips_one_bit)
{
	uint8_t frame[LEN] = { [14] = 0x46 }, was[LEN]; /* IPv4 with one option */

	memcpy(was, frame, sizeof(was));
	for (uint64_t flip = 1; flip < 20000; flip += 7) {
		size_t changed = 0;

		fate_flip(frame, LEN, flip);
		for (size_t i = 0; i < LEN; i++) {
			uint8_t bits = frame[i] ^ was[i];

			ck_assert(!bits || (i >= 14 + 24 && (bits & (bits - 1)) == 0));
			changed += bits != 0;
		}
		ck_assert_uint_eq(changed, 1);
		fate_flip(frame, LEN, flip);
		ck_assert_mem_eq(frame, was, LEN);
	}
	/* Nothing behind the header: nothing to flip. */
	fate_flip(frame, 14 + 24, 1);
	ck_assert_mem_eq(frame, was, LEN);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("fate");
	TCase *c = tcase_create("fate");

	tcase_add_test(c, loses_as_asked);
	tcase_add_test(c, loses_in_bursts);
	tcase_add_test(c, duplicates_reorders_corrupts_as_asked);
	tcase_add_test(c, gap_counts);
	tcase_add_loop_test(c, jitters_as_asked, 0, 3);
	tcase_add_test(c, rate_is_exact);
	tcase_add_test(c, queue_is_limited);
	tcase_add_test(c, luck_is_the_frame_s_own);
	tcase_add_test(c, seed_and_port_decide);
	tcase_add_test(c, flips_one_bit);
	suite_add_tcase(s, c);
	return s;
}
