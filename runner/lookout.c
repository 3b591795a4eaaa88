/* SPDX-License-Identifier: MIT */
#include "lookout.h"

#include "../netns/duration.h"
#include "../netns/sockdiag.h"

/*
 * A dump says of each timer when it is due. It runs out later: the timer wheel
 * (kernel/time/timer.c) keeps the far ones in coarse buckets, and a timer may be late by an
 * eighth of its length.
 *
 * On a kernel whose ticks are not known the next look comes when the earliest timer is
 * due; after that, as long as it has not run out, after an eighth of the time that it is
 * overdue, at least LOOK_AGAIN. For a keepalive timer of two hours that is 80 looks.
 *
 * A lab kernel's ticks are known, and then so is every tick at which a timer can run out.
 * Level n of the wheel has buckets of 8^n ticks, and a timer that is due at tick E runs out at
 * the first multiple of 8^n after E (calc_index()). In which level it is, which depends on how far
 * away it was when it was set, a dump does not say. But one that was overdue at tick S and has not
 * run out runs out at the first multiple after S of one of 1, 8, 64, 512, …: were there another
 * one between E and S, it would have run out there. So there is one look for each level, and
 * the last one is at the tick itself.
 *
 * @since is S, 0 when no timer is overdue. It moves on to this dump whenever another timer
 * may have become overdue: when the look had another reason, or came just after one was
 * due (@more).
 *
 * The first tick is INITIAL_JIFFIES, 300 s before the counter's 32 bits are full, when
 * the monotonic clock is 0. Measured with 6.1 and 6.12: a keepalive timer of 7,200 s ran out at
 * the multiple of 32,768.
 */

#define LOOK_AGAIN (1 * NS_PER_MS)
#define TICK       (10 * NS_PER_MS) /* HZ is 100 in a lab kernel */
#define FIRST_TICK ((INT64_C(1) << 32) - INT64_C(300) * 100)

int64_t lookout_expiry(int64_t since, int64_t now)
{
	int64_t granularity = 1, tick;

	while ((tick = (since / granularity + 1) * granularity) <= now)
		granularity *= 8;
	return tick;
}

static void plan_by_ticks(struct lookout *l, const struct sockdiag *d, int64_t looked, int64_t zero,
			  bool on_time)
{
	const int64_t now = FIRST_TICK + (looked + zero) / TICK;
	int64_t next = INT64_MAX;
	const struct sock_entry *s;
	bool overdue = false;
	size_t cursor = 0;

	while ((s = sockdiag_next(d, &cursor))) {
		const int64_t due = now + s->expires * NS_PER_MS / TICK;

		if (s->timer == SOCK_TIMER_OFF)
			continue;
		if (due <= now)
			overdue = true;
		else if (due + 1 < next)
			next = due + 1;
	}
	if (!overdue) {
		l->since = 0;
	} else {
		int64_t tick;

		if (!l->since || !on_time || l->more)
			l->since = now;
		tick = lookout_expiry(l->since, now);
		l->more = next <= tick;
		if (tick < next)
			next = tick;
	}
	/* Right after the tick: it costs nothing, and is the same moment in every run. */
	l->due = next == INT64_MAX ? next : (next - FIRST_TICK) * TICK - zero + TICK / 20;
}

static void plan_by_patience(struct lookout *l, const struct sockdiag *d, int64_t looked)
{
	const int64_t due = sockdiag_due(d);
	int64_t wait;

	if (due != 0) {
		l->due = due < 0 ? INT64_MAX : looked + due * NS_PER_MS + LOOK_AGAIN;
		l->since = 0;
		return;
	}
	if (!l->since)
		l->since = looked;
	wait = (looked - l->since) / 8;
	l->due = looked + (wait > LOOK_AGAIN ? wait : LOOK_AGAIN);
}

void lookout_plan(struct lookout *l, const struct sockdiag *d, int64_t looked, int64_t zero,
		  bool lab_kernel, bool on_time)
{
	if (lab_kernel)
		plan_by_ticks(l, d, looked, zero, on_time);
	else
		plan_by_patience(l, d, looked);
}
