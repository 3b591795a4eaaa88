/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <stdbool.h>
#include <time.h>

#include "duration.h"

static bool is_held, offset_known;
static int64_t held, offset;

static int64_t reading(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int64_t clock_now(void)
{
	return is_held ? held : reading(CLOCK_MONOTONIC);
}

int64_t clock_cpu(void)
{
	return reading(CLOCK_THREAD_CPUTIME_ID);
}

void clock_hold(void)
{
	is_held = true;
	held = reading(CLOCK_MONOTONIC);
}

void clock_let_go(void)
{
	is_held = false;
}

/*
 * The wall clock between two readings of the other one. The best of three, because this
 * process may have to wait between them.
 */
int64_t clock_offset(void)
{
	int64_t best = INT64_MAX;

	if (is_held && offset_known)
		return offset;
	for (int i = 0; i < 3 && best > 0; i++) {
		const int64_t before = reading(CLOCK_MONOTONIC);
		const int64_t real = reading(CLOCK_REALTIME);
		const int64_t after = reading(CLOCK_MONOTONIC);

		if (after - before < best) {
			best = after - before;
			offset = before + best / 2 - real;
		}
	}
	offset_known = is_held;
	return offset;
}
