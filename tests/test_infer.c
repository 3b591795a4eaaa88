/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "../netns/segment.h"
#include "../runner/infer.h"

#define IN(tt, fl, af)                                                                             \
	{                                                                                          \
		.t = (tt), .outgoing = false, .flags = (fl), .acks_fin = (af)                      \
	}
#define OUT(tt, fl)                                                                                \
	{                                                                                          \
		.t = (tt), .outgoing = true, .flags = (fl)                                         \
	}

static void check_step(const struct infer_step *s, enum tcpstate from, enum tcpstate to, int64_t t,
		       bool inferred)
{
	ck_assert_str_eq(tcpstate_name(s->from), tcpstate_name(from));
	ck_assert_str_eq(tcpstate_name(s->to), tcpstate_name(to));
	ck_assert_int_eq(s->t, t);
	ck_assert_int_eq(s->inferred, inferred);
}

START_TEST(one_packet_one_step)
{
	const struct infer_packet p[] = { OUT(5, SEG_SYN) };
	struct infer_step s[INFER_MAX_STEPS];

	ck_assert_uint_eq(infer_path(TCPSTATE_CLOSED, TCPSTATE_SYN_SENT, p, 1, s), 1);
	check_step(&s[0], TCPSTATE_CLOSED, TCPSTATE_SYN_SENT, 5, false);
}
END_TEST

START_TEST(whole_handshake_between_two_dumps)
{
	const struct infer_packet server[] = { IN(1, SEG_SYN, false), OUT(1, SEG_SYN | SEG_ACK),
					       IN(2, SEG_ACK, false) };
	const struct infer_packet client[] = { OUT(1, SEG_SYN), IN(2, SEG_SYN | SEG_ACK, false),
					       OUT(2, SEG_ACK) };
	struct infer_step s[INFER_MAX_STEPS];

	ck_assert_uint_eq(infer_path(TCPSTATE_CLOSED, TCPSTATE_ESTAB, server, 3, s), 2);
	check_step(&s[0], TCPSTATE_CLOSED, TCPSTATE_SYN_RECV, 1, true);
	check_step(&s[1], TCPSTATE_SYN_RECV, TCPSTATE_ESTAB, 2, false);

	ck_assert_uint_eq(infer_path(TCPSTATE_CLOSED, TCPSTATE_ESTAB, client, 3, s), 2);
	check_step(&s[0], TCPSTATE_CLOSED, TCPSTATE_SYN_SENT, 1, true);
	check_step(&s[1], TCPSTATE_SYN_SENT, TCPSTATE_ESTAB, 2, false);
}
END_TEST

START_TEST(fin_that_acknowledges_ours_passes_fin_wait_2)
{
	const struct infer_packet p[] = { IN(7, SEG_FIN | SEG_ACK, true) };
	struct infer_step s[INFER_MAX_STEPS];

	ck_assert_uint_eq(infer_path(TCPSTATE_FIN_WAIT_1, TCPSTATE_TIME_WAIT, p, 1, s), 2);
	check_step(&s[0], TCPSTATE_FIN_WAIT_1, TCPSTATE_FIN_WAIT_2, 7, true);
	check_step(&s[1], TCPSTATE_FIN_WAIT_2, TCPSTATE_TIME_WAIT, 7, false);
}
END_TEST

START_TEST(simultaneous_close_passes_closing)
{
	const struct infer_packet p[] = { IN(7, SEG_FIN | SEG_ACK, false), OUT(7, SEG_ACK),
					  IN(9, SEG_ACK, true) };
	struct infer_step s[INFER_MAX_STEPS];

	ck_assert_uint_eq(infer_path(TCPSTATE_FIN_WAIT_1, TCPSTATE_TIME_WAIT, p, 3, s), 2);
	check_step(&s[0], TCPSTATE_FIN_WAIT_1, TCPSTATE_CLOSING, 7, true);
	check_step(&s[1], TCPSTATE_CLOSING, TCPSTATE_TIME_WAIT, 9, false);
}
END_TEST

START_TEST(dump_older_than_the_last_packet)
{
	const struct infer_packet p[] = { OUT(1, SEG_FIN | SEG_ACK), IN(2, SEG_ACK, true) };
	struct infer_step s[INFER_MAX_STEPS];

	ck_assert_uint_eq(infer_path(TCPSTATE_ESTAB, TCPSTATE_FIN_WAIT_1, p, 2, s), 1);
	check_step(&s[0], TCPSTATE_ESTAB, TCPSTATE_FIN_WAIT_1, 1, false);
}
END_TEST

START_TEST(timer_has_no_packet)
{
	struct infer_step s[INFER_MAX_STEPS];

	ck_assert_uint_eq(infer_path(TCPSTATE_TIME_WAIT, TCPSTATE_CLOSED, NULL, 0, s), 1);
	check_step(&s[0], TCPSTATE_TIME_WAIT, TCPSTATE_CLOSED, -1, false);
}
END_TEST

START_TEST(reset_closes)
{
	const struct infer_packet p[] = { IN(3, SEG_RST | SEG_ACK, false) };
	struct infer_step s[INFER_MAX_STEPS];

	ck_assert_uint_eq(infer_path(TCPSTATE_SYN_SENT, TCPSTATE_CLOSED, p, 1, s), 1);
	check_step(&s[0], TCPSTATE_SYN_SENT, TCPSTATE_CLOSED, 3, false);
}
END_TEST

static bool connected(const struct infer_step *s, size_t k, enum tcpstate from, enum tcpstate to)
{
	if (k < 1 || k > INFER_MAX_STEPS || s[0].from != from || s[k - 1].to != to ||
	    s[k - 1].inferred)
		return false;
	for (size_t i = 1; i < k; i++)
		if (s[i].from != s[i - 1].to)
			return false;
	return true;
}

/* Whatever the packets, the path begins and ends where the dumps say, and is connected. */
START_TEST(every_path_is_connected)
{
	static const uint8_t flags[] = { SEG_SYN,           SEG_SYN | SEG_ACK, SEG_ACK,
					 SEG_FIN | SEG_ACK, SEG_RST,           0xff };
	struct infer_packet p[3];
	struct infer_step s[INFER_MAX_STEPS];

	for (unsigned n = 0; n < 24 * 24 * 24; n++) {
		unsigned x = n;

		for (int i = 0; i < 3; i++, x /= 24)
			p[i] = (struct infer_packet){ .t = i,
						      .outgoing = x & 1,
						      .flags = flags[(x % 24) / 4],
						      .acks_fin = x & 2 };
		for (int from = 0; from < TCPSTATE_COUNT; from++) {
			for (int to = 0; to < TCPSTATE_COUNT; to++) {
				/* an assertion of Check is a system call: 20 s of them */
				if (!connected(s, infer_path(from, to, p, 3, s), from, to))
					ck_abort_msg("packets %u: %s to %s", n, tcpstate_name(from),
						     tcpstate_name(to));
			}
		}
	}
}
END_TEST

/* An ICMP error ends an attempt to connect, and nothing that is further than that. */
START_TEST(an_icmp_error_ends_an_attempt)
{
	const struct infer_packet p[] = { OUT(1, SEG_SYN), { .t = 3, .aborts = true } };
	struct infer_step s[INFER_MAX_STEPS];

	ck_assert_uint_eq(infer_path(TCPSTATE_SYN_SENT, TCPSTATE_CLOSED, p + 1, 1, s), 1);
	check_step(&s[0], TCPSTATE_SYN_SENT, TCPSTATE_CLOSED, 3, false);
	ck_assert_uint_eq(infer_path(TCPSTATE_SYN_RECV, TCPSTATE_CLOSED, p + 1, 1, s), 1);
	check_step(&s[0], TCPSTATE_SYN_RECV, TCPSTATE_CLOSED, 3, false);
	ck_assert_uint_eq(infer_path(TCPSTATE_CLOSED, TCPSTATE_SYN_SENT, p, 1, s), 1);
	check_step(&s[0], TCPSTATE_CLOSED, TCPSTATE_SYN_SENT, 1, false);
	ck_assert_uint_eq(infer_path(TCPSTATE_ESTAB, TCPSTATE_CLOSED, p + 1, 1, s), 1);
	check_step(&s[0], TCPSTATE_ESTAB, TCPSTATE_CLOSED, -1, false);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("infer");
	TCase *tc = tcase_create("path");

	tcase_add_test(tc, one_packet_one_step);
	tcase_add_test(tc, an_icmp_error_ends_an_attempt);
	tcase_add_test(tc, whole_handshake_between_two_dumps);
	tcase_add_test(tc, fin_that_acknowledges_ours_passes_fin_wait_2);
	tcase_add_test(tc, simultaneous_close_passes_closing);
	tcase_add_test(tc, dump_older_than_the_last_packet);
	tcase_add_test(tc, timer_has_no_packet);
	tcase_add_test(tc, reset_closes);
	tcase_add_test(tc, every_path_is_connected);
	suite_add_tcase(s, tc);
	return s;
}
