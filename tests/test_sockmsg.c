/* SPDX-License-Identifier: MIT */
/*
 * Recorded replies (tests/replies), whole, cut, damaged and made up. What
 * record.py had made: two listeners on port 80 and one on 81; ESTAB pairs 5000
 * (IPv4, 6 bytes unread) and 5001 (IPv6); 5002 half closed; 5003 closed and its
 * peer not; 5004 closed by both; 5005 whose request the server still holds.
 */
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/sockdiag.h"

#define MAX_REPLY 65536
#define REPLIES   "tests/replies/"

static struct err err;
static struct sockdiag *diag;
static uint8_t reply[MAX_REPLY];
static size_t reply_len;
static size_t changes;

static int count(void *arg, enum tcpstate from, const struct sock_entry *now, struct err *e)
{
	(void)arg;
	(void)from;
	(void)now;
	(void)e;
	changes++;
	return 0;
}

static int feed(const void *data, size_t len)
{
	changes = 0;
	return sockdiag_feed(diag, data, len, count, NULL, &err);
}

static void setup(void)
{
	ck_ok(sockdiag_open(NULL, &diag, &err));
	reply_len = 0;
}

static void teardown(void)
{
	sockdiag_close(diag);
}

static void load(const char *name)
{

	char path[512];
	_cleanup_fclose_ FILE *f = NULL;

	snprintf(path, sizeof(path), REPLIES "%s", name);
	f = fopen(path, "rbe");
	ck_assert_msg(f != NULL, "%s: %s (run from the top of the tree)", path, strerror(errno));
	reply_len = fread(reply, 1, sizeof(reply), f);
	ck_assert_uint_gt(reply_len, 0);
}

static struct endpoint endpoint(const char *addr, uint16_t port)
{
	struct endpoint ep = { .port = port };

	if (inet_pton(AF_INET6, addr, ep.addr) != 1)
		ck_abort_msg("%s", addr);
	return ep;
}

static const struct sock_entry *find(const char *addr, uint16_t local, uint16_t remote)
{
	const struct endpoint l = endpoint(addr, local);
	const struct endpoint r = remote ? endpoint(addr, remote) : (struct endpoint){ .port = 0 };
	const struct sock_entry *e = sockdiag_find(diag, &l, &r);

	ck_assert_msg(e != NULL, "no socket %s %u > %u", addr, local, remote);
	return e;
}

static void check_state(const char *addr, uint16_t local, uint16_t remote, const char *state)
{
	ck_assert_str_eq(tcpstate_name(find(addr, local, remote)->state), state);
}

#define V4 "::ffff:127.0.0.1"

static void check_ipv4(void)
{
	check_state(V4, 80, 0, "LISTEN");
	check_state(V4, 5000, 80, "ESTAB");
	check_state(V4, 80, 5000, "ESTAB");
	check_state(V4, 5002, 80, "FIN-WAIT-2");
	check_state(V4, 80, 5002, "CLOSE-WAIT");
	check_state(V4, 5003, 80, "FIN-WAIT-2");
	check_state(V4, 5004, 80, "TIME-WAIT");
	check_state(V4, 5005, 81, "ESTAB");
	check_state(V4, 81, 5005, "SYN-RECV");
	ck_assert_uint_eq(find(V4, 80, 5000)->rqueue, 6);
	ck_assert_uint_eq(find(V4, 80, 0)->wqueue, 7);
	ck_assert_int_eq(find(V4, 80, 0)->has_info, false);
	ck_assert_int_eq(find(V4, 5000, 80)->has_info, true);
	ck_assert_uint_ge(find(V4, 5000, 80)->info.rto, 200000);
	ck_assert_int_eq(find(V4, 5000, 80)->info.timestamps, true);
	ck_assert_int_eq(find(V4, 5003, 80)->timer, SOCK_TIMER_TIMEWAIT);
	ck_assert_int_eq(find(V4, 5004, 80)->timer, SOCK_TIMER_TIMEWAIT);
	ck_assert_int_eq(find(V4, 81, 5005)->timer, SOCK_TIMER_RETRANS);
	ck_assert_int_ge(sockdiag_due(diag), 1);
	ck_assert_int_le(sockdiag_due(diag), find(V4, 81, 5005)->expires);
}

START_TEST(a_recorded_reply)
{
	load("all-6.18.bin");
	ck_ok(feed(reply, reply_len));
	check_ipv4();
	check_state("::1", 80, 0, "LISTEN");
	check_state("::1", 80, 5001, "ESTAB");
	check_state("::1", 5001, 80, "ESTAB");
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_LISTEN), 3);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_TIME_WAIT), 1);
	ck_ok(feed(reply, reply_len));
	ck_assert_uint_eq(changes, 0);
}
END_TEST

START_TEST(the_other_kind_of_reply)
{
	load("ipv4-6.18.bin");
	ck_ok(feed(reply, reply_len));
	check_ipv4();
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_LISTEN), 2);
}
END_TEST

/* Each cut is in its own block, so that the sanitizer sees a read beyond it. */
START_TEST(a_cut_reply_is_an_error_and_loses_nothing)
{
	size_t before;

	load("all-6.18.bin");
	ck_ok(feed(reply, reply_len));
	before = sockdiag_count(diag, TCPSTATE_ESTAB);
	for (size_t len = 0; len < reply_len; len++) {
		_cleanup_free_ uint8_t *cut = malloc(len + 1);

		memcpy(cut + 1, reply, len);
		/* The end's error number may be missing: it was, before Linux 4.15. */
		if (len == reply_len - sizeof(int))
			continue;
		ck_assert_int_eq(feed(cut + 1, len), -EBADMSG);
		ck_assert_uint_eq(changes, 0);
	}
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_ESTAB), before);
}
END_TEST

START_TEST(no_damage_leads_out_of_bounds)
{
	load("all-6.18.bin");
	for (size_t i = 0; i < reply_len; i++) {
		static const uint8_t bad[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
		const uint8_t was = reply[i];
		size_t cursor = 0;
		const struct sock_entry *e;

		for (size_t k = 0; k < sizeof(bad); k++) {
			int rc;

			reply[i] = bad[k];
			rc = feed(reply, reply_len);
			ck_assert_msg(rc <= 0, "byte %zu: %d", i, rc);
			if (rc < 0)
				ck_assert_uint_ne(strlen(err.msg), 0);
		}
		reply[i] = was;
		while ((e = sockdiag_next(diag, &cursor)))
			ck_assert_int_ne(e->state, TCPSTATE_CLOSED);
	}
}
END_TEST

/* A reply of our own making. */
static void put(uint16_t type, uint16_t flags, const void *body, size_t len)
{
	const struct nlmsghdr nlh = {
		.nlmsg_len = (uint32_t)NLMSG_LENGTH(len),
		.nlmsg_type = type,
		.nlmsg_flags = flags,
	};

	memcpy(reply + reply_len, &nlh, sizeof(nlh));
	if (len)
		memcpy(reply + reply_len + sizeof(nlh), body, len);
	reply_len += NLMSG_ALIGN(nlh.nlmsg_len);
}

static struct inet_diag_msg sock(uint8_t state, uint16_t port, uint32_t cookie)
{
	struct inet_diag_msg m = {
		.idiag_family = AF_INET,
		.idiag_state = state,
		.id.idiag_sport = htons(port),
		.id.idiag_cookie = { cookie, 0 },
	};

	m.id.idiag_src[0] = m.id.idiag_dst[0] = htonl(INADDR_LOOPBACK);
	m.id.idiag_dport = state == TCPSTATE_LISTEN ? 0 : htons(80);
	return m;
}

static int feed_one(const struct inet_diag_msg *m)
{
	reply_len = 0;
	if (m)
		put(SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, m, sizeof(*m));
	put(NLMSG_DONE, NLM_F_MULTI, NULL, 0);
	return feed(reply, reply_len);
}

static int feed_sock(uint8_t state, uint32_t cookie)
{
	const struct inet_diag_msg m = sock(state, 5000, cookie);

	return feed_one(&m);
}

START_TEST(another_connection_in_the_same_place)
{
	ck_ok(feed_sock(TCPSTATE_TIME_WAIT, 1));
	ck_assert_uint_eq(changes, 1);
	/* Another state: one change. */
	ck_ok(feed_sock(TCPSTATE_SYN_SENT, 2));
	ck_assert_uint_eq(changes, 1);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_TIME_WAIT), 0);
	/* The same state, another socket: gone and new. */
	ck_ok(feed_sock(TCPSTATE_SYN_SENT, 3));
	ck_assert_uint_eq(changes, 2);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_SYN_SENT), 1);
	ck_ok(feed_one(NULL));
	ck_assert_uint_eq(changes, 1);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_SYN_SENT), 0);
}
END_TEST

/* tcp_write_timer() has sent, and not yet set the next timer. */
START_TEST(a_dump_in_the_midst_of_a_timer)
{
	static const struct {
		uint8_t state, timer;
		uint32_t expires, wqueue;
		int64_t due;
	} all[] = {
		{ TCPSTATE_FIN_WAIT_1, SOCK_TIMER_OFF, 0, 1, 0 },
		{ TCPSTATE_FIN_WAIT_1, SOCK_TIMER_RETRANS, 1632, 1, 1632 },
		{ TCPSTATE_ESTAB, SOCK_TIMER_KEEPALIVE, 7200000, 5, 0 },
		{ TCPSTATE_ESTAB, SOCK_TIMER_PROBE, 400, 5, 400 },
		{ TCPSTATE_ESTAB, SOCK_TIMER_KEEPALIVE, 7200000, 0, 7200000 },
		{ TCPSTATE_ESTAB, SOCK_TIMER_OFF, 0, 0, -1 },
		{ TCPSTATE_LISTEN, SOCK_TIMER_OFF, 0, 128, -1 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct inet_diag_msg m = sock(all[i].state, 5000, 1);

		m.idiag_timer = all[i].timer;
		m.idiag_expires = all[i].expires;
		m.idiag_wqueue = all[i].wqueue;
		ck_ok(feed_one(&m));
		ck_assert_msg(sockdiag_due(diag) == all[i].due, "%zu: %lld", i,
			      (long long)sockdiag_due(diag));
	}
}
END_TEST

START_TEST(a_socket_found_closing_is_gone)
{
	ck_ok(feed_sock(TCPSTATE_LAST_ACK, 1));
	ck_ok(feed_sock(TCPSTATE_UNCONN, 1));
	ck_assert_uint_eq(changes, 1);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_LAST_ACK), 0);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_UNCONN), 0);
}
END_TEST

START_TEST(what_no_kernel_says)
{
	struct inet_diag_msg m = sock(0, 1, 1);

	ck_assert_int_eq(feed_one(&m), -EBADMSG);
	m = sock(12, 1, 1);
	ck_assert_int_eq(feed_one(&m), -EBADMSG);
	m = sock(255, 1, 1);
	ck_assert_int_eq(feed_one(&m), -EBADMSG);
	m = sock(TCPSTATE_ESTAB, 1, 1);
	m.idiag_family = AF_UNIX;
	ck_assert_int_eq(feed_one(&m), -EBADMSG);
	m = sock(TCPSTATE_ESTAB, 1, 1);
	m.idiag_timer = 5;
	ck_assert_int_eq(feed_one(&m), -EBADMSG);
	reply_len = 0;
	put(SOCK_DIAG_BY_FAMILY, 0, &m, sizeof(m) - 4);
	ck_assert_int_eq(feed(reply, reply_len), -EBADMSG);
}
END_TEST

START_TEST(errors_of_the_kernel)
{
	const struct {
		uint16_t type;
		int code, rc;
	} cases[] = {
		{ NLMSG_ERROR, -ENOENT, -ENOENT },    { NLMSG_DONE, -ENOMEM, -ENOMEM },
		{ NLMSG_ERROR, INT32_MIN, -EBADMSG }, { NLMSG_ERROR, 2, -EBADMSG },
		{ NLMSG_ERROR, -5000, -EBADMSG },     { NLMSG_DONE, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		reply_len = 0;
		put(cases[i].type, 0, &cases[i].code, sizeof(cases[i].code));
		ck_assert_int_eq(feed(reply, reply_len), cases[i].rc);
		if (cases[i].rc == -ENOENT)
			ck_assert_ptr_nonnull(strstr(err.remedy, "INET_DIAG"));
	}
	reply_len = 0;
	put(NLMSG_ERROR, 0, NULL, 0);
	ck_assert_int_eq(feed(reply, reply_len), -EBADMSG);
}
END_TEST

START_TEST(an_interrupted_reply_takes_nothing_away)
{
	const struct inet_diag_msg m = sock(TCPSTATE_ESTAB, 5001, 9);

	ck_ok(feed_sock(TCPSTATE_ESTAB, 1));
	reply_len = 0;
	put(SOCK_DIAG_BY_FAMILY, NLM_F_MULTI | NLM_F_DUMP_INTR, &m, sizeof(m));
	put(NLMSG_DONE, NLM_F_MULTI, NULL, 0);
	ck_assert_int_eq(feed(reply, reply_len), -EAGAIN);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_ESTAB), 2);
}
END_TEST

/* As other kernels have it: longer than our struct, or so short that it says nothing. */
START_TEST(tcp_info_of_another_length)
{
	static const struct {
		uint16_t len;
		bool has_info;
	} cases[] = { { 104, true }, { 600, true }, { 4, false }, { 0, false }, { 8, false } };
	struct {
		struct inet_diag_msg m;
		uint16_t nla_len, nla_type;
		uint32_t info[150];
	} body = { .m = sock(TCPSTATE_ESTAB, 5000, 1), .nla_type = INET_DIAG_INFO };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct sock_entry *e;

		memset(body.info, 0, sizeof(body.info));
		body.info[2] = 201000; /* tcpi_rto */
		body.nla_len = (uint16_t)(4 + cases[i].len);
		reply_len = 0;
		put(SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, &body, sizeof(body.m) + body.nla_len);
		put(NLMSG_DONE, NLM_F_MULTI, NULL, 0);
		ck_ok(feed(reply, reply_len));
		e = find(V4, 5000, 80);
		ck_assert_int_eq(e->has_info, cases[i].has_info);
		ck_assert_uint_eq(e->info.rto, cases[i].has_info ? 201000 : 0);
	}
	/* An attribute that claims more than its message holds. */
	body.nla_len = 1000;
	reply_len = 0;
	put(SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, &body, sizeof(body.m) + 108);
	put(NLMSG_DONE, NLM_F_MULTI, NULL, 0);
	ck_ok(feed(reply, reply_len));
	ck_assert_int_eq(find(V4, 5000, 80)->has_info, false);
}
END_TEST

START_TEST(a_table_that_is_fed_cannot_ask)
{
	ck_assert_int_eq(sockdiag_dump(diag, count, NULL, &err), -EBADF);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sockmsg");
	TCase *tc = tcase_create("replies");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, a_recorded_reply);
	tcase_add_test(tc, the_other_kind_of_reply);
	tcase_add_test(tc, a_cut_reply_is_an_error_and_loses_nothing);
	tcase_add_test(tc, no_damage_leads_out_of_bounds);
	tcase_add_test(tc, another_connection_in_the_same_place);
	tcase_add_test(tc, a_dump_in_the_midst_of_a_timer);
	tcase_add_test(tc, a_socket_found_closing_is_gone);
	tcase_add_test(tc, what_no_kernel_says);
	tcase_add_test(tc, errors_of_the_kernel);
	tcase_add_test(tc, an_interrupted_reply_takes_nothing_away);
	tcase_add_test(tc, tcp_info_of_another_length);
	tcase_add_test(tc, a_table_that_is_fed_cannot_ask);
	suite_add_tcase(s, tc);
	return s;
}
