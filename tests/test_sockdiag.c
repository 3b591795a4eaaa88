/* SPDX-License-Identifier: MIT */
/*
 * Real sockets in a real namespace. Where two hosts would be needed, lo is
 * enough: what the second one must not say is filtered at the listener.
 */
#include "harness.h"
#include "losock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../netns/duration.h"
#include "../netns/netns.h"
#include "../netns/sockdiag.h"

#define MAX_SEEN 256
#define PATIENCE (5 * NS_PER_S)

static struct err err;
static struct netns home;
static struct sockdiag *diag;

/* Every change since the last forget(), as "CLOSED>LISTEN ". */
static struct {
	enum tcpstate from;
	struct sock_entry now;
} seen[MAX_SEEN];
static size_t n_seen;

static int note(void *arg, enum tcpstate from, const struct sock_entry *now, struct err *e)
{
	(void)arg;
	(void)e;
	ck_assert_uint_lt(n_seen, MAX_SEEN);
	seen[n_seen].from = from;
	seen[n_seen++].now = *now;
	return 0;
}

static void setup(void)
{
	harness_namespaces();
	lo_up();
	ck_ok(netns_home(&home, &err));
	ck_ok(sockdiag_open(&home, &diag, &err));
}

static void teardown(void)
{
	sockdiag_close(diag);
	netns_close(&home);
}

static void dump(void)
{
	n_seen = 0;
	ck_ok(sockdiag_dump(diag, note, NULL, &err));
}

/* Dump until @n sockets are in @state; every dump's changes are forgotten but the last one's. */
static void dump_until(enum tcpstate state, size_t n)
{
	const int64_t deadline = clock_now() + PATIENCE;

	do {
		dump();
	} while (sockdiag_count(diag, state) != n && clock_now() < deadline);
	ck_assert_uint_eq(sockdiag_count(diag, state), n);
}

static const struct sock_entry *find(int family, uint16_t local, uint16_t remote)
{
	const struct endpoint l = lo_endpoint(family, local);
	const struct endpoint r = lo_endpoint(family, remote);
	const struct sock_entry *e = sockdiag_find(diag, &l, &r);

	ck_assert_msg(e != NULL, "no socket %u > %u", local, remote);
	return e;
}

static void check_change(size_t i, enum tcpstate from, enum tcpstate to, uint16_t port)
{
	ck_assert_uint_lt(i, n_seen);
	ck_assert_str_eq(tcpstate_name(seen[i].from), tcpstate_name(from));
	ck_assert_str_eq(tcpstate_name(seen[i].now.state), tcpstate_name(to));
	ck_assert_uint_eq(seen[i].now.local.port, port);
}

static const int families[] = { AF_INET, AF_INET6 };

START_TEST(an_empty_namespace_has_no_sockets)
{
	size_t cursor = 0;

	dump();
	ck_assert_uint_eq(n_seen, 0);
	ck_assert_ptr_null(sockdiag_next(diag, &cursor));
	ck_assert_int_eq(sockdiag_due(diag), -1);
}
END_TEST

START_TEST(a_listener_comes_and_goes)
{
	const int family = families[_i];
	const struct endpoint local = lo_endpoint(family, 80);
	const struct endpoint none = { .port = 0 };
	const struct sock_entry *e;
	int fd = listening(family, 80, 7);

	dump();
	ck_assert_uint_eq(n_seen, 1);
	check_change(0, TCPSTATE_CLOSED, TCPSTATE_LISTEN, 80);
	e = sockdiag_find(diag, &local, &none);
	ck_assert_ptr_nonnull(e);
	ck_assert_uint_eq(e->rqueue, 0);
	ck_assert_uint_eq(e->wqueue, 7);
	ck_assert_uint_ne(e->inode, 0);
	ck_assert_int_eq(e->timer, SOCK_TIMER_OFF);
	ck_assert_int_eq(e->has_info, false);
	ck_assert_int_eq(endpoint_is_v4(&e->local), family == AF_INET);

	dump();
	ck_assert_uint_eq(n_seen, 0);
	close(fd);
	dump();
	ck_assert_uint_eq(n_seen, 1);
	check_change(0, TCPSTATE_LISTEN, TCPSTATE_CLOSED, 80);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_LISTEN), 0);
	ck_assert_ptr_null(sockdiag_find(diag, &local, &none));
}
END_TEST

START_TEST(a_whole_life)
{
	const int family = families[_i];
	int listener = listening(family, 80, 7);
	int client = bound(family, 5000);
	const struct sock_entry *e;
	int server;

	dump();
	connect_to(client, family, 80);
	/* Over lo the third segment has been received when connect() returns, or is about to be. */
	dump_until(TCPSTATE_ESTAB, 2);
	e = find(family, 5000, 80);
	ck_assert_int_eq(e->has_info, true);
	ck_assert_uint_gt(e->info.rto, 0);
	ck_assert_uint_gt(e->info.snd_mss, 0);
	ck_assert_uint_gt(e->info.snd_cwnd, 0);
	ck_assert_int_eq(e->info.sack, true);
	ck_assert_uint_eq(find(family, 80, 5000)->inode, 0);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ck_assert_int_ge(server, 0);
	ck_assert_int_eq(send(client, "four", 4, 0), 4);
	dump();
	/* no state has changed: the listener's queue is empty now, and the server's is not */
	ck_assert_uint_eq(n_seen, 2);
	for (size_t i = 0; i < n_seen; i++)
		check_change(i, seen[i].now.state, seen[i].from, 80);
	ck_assert_uint_ne(find(family, 80, 5000)->inode, 0);
	ck_assert_uint_eq(find(family, 80, 5000)->rqueue, 4);

	shutdown(client, SHUT_WR);
	dump_until(TCPSTATE_CLOSE_WAIT, 1);
	dump_until(TCPSTATE_FIN_WAIT_2, 1);
	ck_assert_str_eq(tcpstate_name(find(family, 80, 5000)->state), "CLOSE-WAIT");
	ck_assert_str_eq(tcpstate_name(find(family, 5000, 80)->state), "FIN-WAIT-2");

	ck_assert_int_eq(recv(server, (char[8]){ 0 }, 8, 0), 4);
	close(server);
	dump_until(TCPSTATE_TIME_WAIT, 1);
	check_change(0, TCPSTATE_FIN_WAIT_2, TCPSTATE_TIME_WAIT, 5000);
	e = find(family, 5000, 80);
	ck_assert_int_eq(e->timer, SOCK_TIMER_TIMEWAIT);
	ck_assert_uint_gt(e->expires, 50000);
	ck_assert_uint_eq(e->inode, 0);
	ck_assert_int_eq(e->has_info, false);
	ck_assert_int_le(sockdiag_due(diag), 61000);
	ck_assert_int_gt(sockdiag_due(diag), 50000);
	close(client);
	close(listener);
}
END_TEST

START_TEST(an_orphan_waits_in_fin_wait_2_with_a_timer)
{
	int listener = listening(AF_INET, 80, 7);
	int client = bound(AF_INET, 5000);
	const struct sock_entry *e;

	connect_to(client, AF_INET, 80);
	close(client);
	dump_until(TCPSTATE_FIN_WAIT_2, 1);
	e = find(AF_INET, 5000, 80);
	ck_assert_int_eq(e->timer, SOCK_TIMER_TIMEWAIT);
	ck_assert_uint_eq(e->inode, 0);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_TIME_WAIT), 0);
	close(listener);
}
END_TEST

/* The listener drops whatever is no SYN: sk_filter sees the segment from its TCP header on. */
static void only_syns(int fd, bool on)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, SEG_SYN, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog prog = { .len = 4, .filter = code };

	if (on)
		ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)),
				 0);
	else
		ck_assert_int_eq(
			setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &(int){ 0 }, sizeof(int)), 0);
}

START_TEST(a_request_becomes_its_child)
{
	const int family = families[_i];
	int listener = listening(family, 80, 7);
	int client = bound(family, 5000);
	const struct sock_entry *e;
	bool became = false;
	uint64_t cookie;

	only_syns(listener, true);
	connect_to(client, family, 80);
	dump_until(TCPSTATE_SYN_RECV, 1);
	e = find(family, 80, 5000);
	ck_assert_str_eq(tcpstate_name(e->state), "SYN-RECV");
	cookie = e->cookie;
	ck_assert_int_eq(e->timer, SOCK_TIMER_RETRANS);
	ck_assert_uint_eq(e->inode, 0);
	ck_assert_int_eq(e->has_info, false);
	ck_assert_int_ge(sockdiag_due(diag), 0);
	ck_assert_int_le(sockdiag_due(diag), 1200);

	only_syns(listener, false);
	ck_assert_int_eq(send(client, "x", 1, 0), 1);
	dump_until(TCPSTATE_SYN_RECV, 0);
	for (size_t i = 0; i < n_seen; i++) {
		ck_assert_msg(seen[i].from != TCPSTATE_CLOSED &&
				      seen[i].now.state != TCPSTATE_CLOSED,
			      "a request that became a child was reported new or gone");
		if (seen[i].from == TCPSTATE_SYN_RECV && seen[i].now.state == TCPSTATE_ESTAB)
			became = true;
	}
	ck_assert(became);
	ck_assert_uint_eq(find(family, 80, 5000)->cookie, cookie);
	close(client);
	close(listener);
}
END_TEST

START_TEST(a_syn_without_an_answer)
{
	/* The accept queue of backlog 0 takes one; the next SYN is dropped. */
	int listener = listening(AF_INET, 80, 0);
	int first = bound(AF_INET, 5000);
	int second = bound(AF_INET, 5001);
	const struct sock_entry *e;
	struct sockaddr_storage ss;
	socklen_t len = lo_addr(AF_INET, 80, &ss);
	struct pollfd pfd = { .fd = second, .events = POLLOUT };

	connect_to(first, AF_INET, 80);
	dump_until(TCPSTATE_ESTAB, 2);
	ck_assert_int_eq(fcntl(second, F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(connect(second, (struct sockaddr *)&ss, len), -1);
	ck_assert_int_eq(errno, EINPROGRESS);
	dump_until(TCPSTATE_SYN_SENT, 1);
	e = find(AF_INET, 5001, 80);
	ck_assert_int_eq(e->timer, SOCK_TIMER_RETRANS);
	ck_assert_uint_le(e->expires, 1200);
	ck_assert_int_eq(poll(&pfd, 1, 0), 0);
	close(second);
	close(first);
	close(listener);
}
END_TEST

START_TEST(listeners_on_one_port_are_told_apart)
{
	int a = listening(AF_INET, 80, 5);
	int b = listening(AF_INET, 80, 6);

	dump();
	ck_assert_uint_eq(n_seen, 2);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_LISTEN), 2);
	ck_assert_uint_ne(seen[0].now.cookie, seen[1].now.cookie);
	close(a);
	a = listening(AF_INET, 80, 7);
	dump();
	ck_assert_uint_eq(n_seen, 2);
	check_change(0, TCPSTATE_CLOSED, TCPSTATE_LISTEN, 80);
	check_change(1, TCPSTATE_LISTEN, TCPSTATE_CLOSED, 80);
	ck_assert_uint_eq(seen[0].now.wqueue, 7);
	ck_assert_uint_eq(seen[1].now.wqueue, 5);
	close(a);
	close(b);
	dump();
	ck_assert_uint_eq(n_seen, 2);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_LISTEN), 0);
}
END_TEST

START_TEST(ipv4_over_an_ipv6_socket_is_ipv4)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	const int off = 0;
	int listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = bound(AF_INET, 5000);

	setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&any, sizeof(any)), 0);
	ck_assert_int_eq(listen(listener, 5), 0);
	connect_to(client, AF_INET, 80);
	dump_until(TCPSTATE_ESTAB, 2);
	ck_assert(endpoint_is_v4(&find(AF_INET, 80, 5000)->local));
	ck_assert(endpoint_is_v4(&find(AF_INET, 5000, 80)->remote));
	close(client);
	close(listener);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sockdiag");
	TCase *tc = tcase_create("lo");
	const int n_families = sizeof(families) / sizeof(families[0]);

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, an_empty_namespace_has_no_sockets);
	tcase_add_loop_test(tc, a_listener_comes_and_goes, 0, n_families);
	tcase_add_loop_test(tc, a_whole_life, 0, n_families);
	tcase_add_test(tc, an_orphan_waits_in_fin_wait_2_with_a_timer);
	tcase_add_loop_test(tc, a_request_becomes_its_child, 0, n_families);
	tcase_add_test(tc, a_syn_without_an_answer);
	tcase_add_test(tc, listeners_on_one_port_are_told_apart);
	tcase_add_test(tc, ipv4_over_an_ipv6_socket_is_ipv4);
	suite_add_tcase(s, tc);
	return s;
}
