/* SPDX-License-Identifier: MIT */
#include "../netns/clock.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../netns/framesock.h"
#include "../netns/netns.h"
#include "../netns/rtlink.h"
#include "../netns/rtsock.h"
#include "harness.h"

/*
 * A machine on which this process has to wait between two readings of its clocks: instead of the C
 * library's. @kept_waiting: how long, at each reading of the wall clock that follows, in turn
 */
static int64_t kept_waiting[8], shifted;
static size_t waits, readings;

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): those are reserved */
int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int64_t t;

	readings++;
	if (clock == CLOCK_REALTIME && waits > 0)
		shifted += kept_waiting[--waits];
	if (syscall(SYS_clock_gettime, clock, ts) != 0)
		return -1;
	t = ts->tv_sec * NS_PER_S + ts->tv_nsec + shifted;
	ts->tv_sec = t / NS_PER_S;
	ts->tv_nsec = t % NS_PER_S;
	return 0;
}

START_TEST(is_held)
{
	int64_t t;

	clock_hold();
	t = clock_now();
	readings = 0;
	ck_assert_int_eq(clock_now(), t);
	ck_assert_uint_eq(readings, 0);
	clock_hold();
	ck_assert_int_gt(clock_now(), t);
	t = clock_now();
	clock_let_go();
	ck_assert_int_gt(clock_now(), t);
}
END_TEST

START_TEST(offset_is_measured_once_while_held)
{
	int64_t offset;

	clock_hold();
	offset = clock_offset();
	readings = 0;
	clock_hold();
	ck_assert_int_eq(clock_offset(), offset);
	ck_assert_uint_eq(readings, 1);
	clock_let_go();
	(void)clock_offset();
	ck_assert_uint_gt(readings, 3);
}
END_TEST

/* One of three readings that went through is enough. */
START_TEST(offset_does_not_mind_waiting)
{
	const int64_t calm = clock_offset();
	int64_t off;

	kept_waiting[1] = kept_waiting[0] = 5 * NS_PER_MS;
	waits = 2;
	off = clock_offset() - calm;
	ck_assert_int_lt(off < 0 ? -off : off, NS_PER_MS);
}
END_TEST

static void send_one(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	/* Nobody listens there; the frame goes its way all the same. */
	ck_assert_int_ge(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)), 0);
}

static int64_t latest, frames;

static int on_frame(void *arg, uint8_t *frame, size_t len, int64_t t, int64_t now, struct err *err)
{
	(void)arg;
	(void)frame;
	(void)len;
	(void)err;
	ck_assert_int_le(t, now);
	ck_assert_msg(t >= latest, "a frame overtakes the one before it by %lld ns",
		      (long long)(latest - t));
	latest = t;
	frames++;
	return 0;
}

/* However badly one batch's clocks were read, the next batch's frames are not earlier. */
START_TEST(frames_do_not_overtake_each_other)
{
	struct rtsock *rt = NULL;
	struct framesock *fs = NULL;
	struct netns home;
	struct err err = ERR_INIT;

	ck_ok(netns_home(&home, &err));
	ck_ok(rtsock_open(&home, &rt, &err));
	ck_ok(rtlink_up(rt, 1, &err));
	ck_ok(rtsock_flush(rt, &err));
	ck_ok(framesock_open(&home, false, &fs, &err));
	for (int i = 0; i < 20; i++) {
		send_one(9);
		/* Every other batch: 3 ms before each of the wall clock's three readings. */
		for (waits = 0; i % 2 == 0 && waits < 3; waits++)
			kept_waiting[waits] = 3 * NS_PER_MS;
		while (framesock_receive(fs, on_frame, NULL, &err) > 0)
			;
		waits = 0;
	}
	ck_assert_int_ge(frames, 20);
	framesock_close(fs);
	rtsock_close(rt);
	netns_close(&home);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("clock");
	TCase *tc = tcase_create("clock");

	tcase_add_test(tc, is_held);
	tcase_add_test(tc, offset_is_measured_once_while_held);
	tcase_add_test(tc, offset_does_not_mind_waiting);
	suite_add_tcase(s, tc);
	tc = tcase_create("framesock");
	tcase_add_checked_fixture(tc, harness_namespaces, NULL);
	tcase_add_test(tc, frames_do_not_overtake_each_other);
	suite_add_tcase(s, tc);
	return s;
}
