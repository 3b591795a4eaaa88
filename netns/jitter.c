/* SPDX-License-Identifier: MIT */
/*
 * Jitter, by tables.
 *
 * netem does not compute a distribution, it looks one up: TCA_NETEM_DELAY_DIST
 * brings a table of 16-bit numbers, tabledist() (sch_netem.c) picks one of them
 * evenly, and the delay becomes mean + jitter * entry / 8192. A table of N
 * entries picked evenly has the distribution of X when entry i is X's quantile
 * at the middle of the i-th of N equal slices of probability:
 *
 *     entry[i] = 8192 * Q((i + 1/2) / N),      Q = inverse of X's distribution function
 *
 * X is standardized, so that "delay" and "jitter" keep what they say:
 *
 *   uniform   Q(u) = 2u - 1: everything from -1 to +1 (standard deviation 0.577).
 *             netem has this without a table too, but once a qdisc has been
 *             given one, no message takes it away again (netem_change()).
 *   normal    the inverse of the error function, found by Newton's method:
 *             x <- x - (Phi(x) - u) / phi(x), Phi(x) = erfc(-x / sqrt 2) / 2.
 *             From the last quantile it takes a few steps, since they are sorted.
 *             N = 4096 ends at 3.67 standard deviations.
 *   Pareto    P(X > x) = x^-3 for x >= 1, so Q(u) = (1 - u)^(-1/3), mean 3/2,
 *             variance 3/4. A 16-bit entry ends at 4 standard deviations, but one
 *             Pareto delay in 122 is beyond that. Cutting them off makes mean
 *             and deviation smaller, which makes the cut fall elsewhere: the loop in
 *             standardize() goes on until nothing moves. What comes out has mean 0 and
 *             deviation 1 to the precision of its entries.
 *
 * The wire uses the same tables: not only the same distribution, the same values.
 *
 * Not handled: correlation from one packet to the next.
 */
#include "jitter.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

static const char *const names[] = {
	[DISTRIBUTION_UNIFORM] = "uniform",
	[DISTRIBUTION_NORMAL] = "normal",
	[DISTRIBUTION_PARETO] = "pareto",
};

enum { N_DISTRIBUTIONS = sizeof(names) / sizeof(names[0]) };

static_assert(N_DISTRIBUTIONS == DISTRIBUTION_PARETO + 1, "a name for each distribution");

/* The largest entry, in deviations. */
#define CUT ((double)INT16_MAX / JITTER_SCALE)

const char *distribution_name(enum distribution d)
{
	return (unsigned)d < N_DISTRIBUTIONS ? names[d] : NULL;
}

static double uniform(double u, double before)
{
	(void)before;
	return 2 * u - 1;
}

/* The derivative underflows far out; quantiles of 4096 slices are not there. */
static double normal(double u, double before)
{
	double x = before;

	for (int i = 0; i < 60; i++) {
		double off = erfc(-x * M_SQRT1_2) / 2 - u;
		double step = off / (exp(-x * x / 2) * M_2_SQRTPI * M_SQRT1_2 / 2);

		/* Far from the root the curve is flat, and Newton would jump over it. */
		x -= step > 0.5 ? 0.5 : step < -0.5 ? -0.5 : step;
		if (fabs(step) < 1e-12)
			break;
	}
	return x;
}

static double pareto(double u, double before)
{
	(void)before;
	return pow(1 - u, -1.0 / 3);
}

static double (*const quantile[])(double u, double before) = {
	[DISTRIBUTION_UNIFORM] = uniform,
	[DISTRIBUTION_NORMAL] = normal,
	[DISTRIBUTION_PARETO] = pareto,
};

/* Mean 0, deviation 1, nothing above CUT. */
static void standardize(double q[static JITTER_TABLE])
{
	bool moved = true;

	for (int round = 0; round < 100 && moved; round++) {
		double sum = 0, squares = 0, mean, deviation;

		for (size_t i = 0; i < JITTER_TABLE; i++)
			sum += q[i];
		mean = sum / JITTER_TABLE;
		for (size_t i = 0; i < JITTER_TABLE; i++)
			squares += (q[i] - mean) * (q[i] - mean);
		deviation = sqrt(squares / JITTER_TABLE);
		moved = false;
		for (size_t i = 0; i < JITTER_TABLE; i++) {
			double x = (q[i] - mean) / deviation;

			x = x < CUT ? x : CUT;
			moved |= fabs(x - q[i]) > 1e-6;
			q[i] = x;
		}
	}
}

static void fill(enum distribution d, int16_t table[static JITTER_TABLE])
{
	double q[JITTER_TABLE], before = -3;

	for (size_t i = 0; i < JITTER_TABLE; i++)
		q[i] = before = quantile[d](((double)i + 0.5) / JITTER_TABLE, before);
	if (d != DISTRIBUTION_UNIFORM)
		standardize(q);
	for (size_t i = 0; i < JITTER_TABLE; i++)
		table[i] = (int16_t)lround(q[i] * JITTER_SCALE);
}

const int16_t *jitter_table(enum distribution d)
{
	static int16_t tables[N_DISTRIBUTIONS][JITTER_TABLE];
	static bool filled[N_DISTRIBUTIONS];

	if (!filled[d])
		fill(d, tables[d]);
	filled[d] = true;
	return tables[d];
}

int64_t jitter_offset(enum distribution d, int64_t jitter, uint64_t roll)
{
	return jitter * jitter_table(d)[roll % JITTER_TABLE] / JITTER_SCALE;
}
