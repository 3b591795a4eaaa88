/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "../netns/impair.h"
#include "harness.h"
#include "play.h"

enum { DATAGRAMS = 400 };

/* What became of numbered datagrams from the client to the server. */
struct fate {
	size_t arrived, dropped;
	bool lost[DATAGRAMS];
	const char *why;
	uint8_t ttl;
	int64_t t;
};

/* The payload of every test datagram is its number; headers of this test's frames have no options.
 */
static void note_drop(void *arg, enum impair_what what, int64_t t, const uint8_t *frame, size_t len,
		      const char *why, int rule)
{
	bool v6 = frame[12] == 0x86;
	size_t at = ETH_HLEN + (v6 ? 40u : 20u) + 8u;
	struct fate *fate = arg;
	uint32_t number;

	(void)rule;
	ck_assert_int_eq(what, IMPAIR_LOST);
	fate->dropped++;
	fate->why = why;
	fate->ttl = frame[ETH_HLEN + (v6 ? 7 : 8)];
	fate->t = t;
	if (len < at + sizeof(number))
		return;
	memcpy(&number, frame + at, sizeof(number));
	if (number < DATAGRAMS)
		fate->lost[number] = true;
}

/* Sends them one after the other and drives the world until each is accounted for. */
static void send_numbers(struct world *w, int family, struct fate *fate)
{
	int from = play_socket(w, 0, family, SOCK_DGRAM, false);
	int to = play_socket(w, 1, family, SOCK_DGRAM, true);
	int64_t limit = clock_now() + PLAY_LIMIT;
	struct sockaddr_storage addr;
	socklen_t len = play_address(w, 1, family, &addr);

	ck_assert_int_eq(connect(from, (struct sockaddr *)&addr, len), 0);
	for (uint32_t i = 0; i < DATAGRAMS; i++) {
		ck_assert_int_eq(send(from, &i, sizeof(i), 0), sizeof(i));
		while (fate->arrived + fate->dropped <= i) {
			uint32_t got;

			ck_assert_int_lt(clock_now(), limit);
			if (!play_turn(w, to, POLLIN, limit))
				continue;
			ck_assert_int_eq(recv(to, &got, sizeof(got), 0), sizeof(got));
			ck_assert_uint_eq(got, i);
			fate->arrived++;
		}
	}
	close(from);
	close(to);
}

static struct fate play_numbers(uint64_t seed, int family, double loss)
{
	const struct impairment imp = { .loss = loss };
	struct fate fate = { 0 };
	struct world *w = play_world("wire", &imp, seed, note_drop, &fate);

	send_numbers(w, family, &fate);
	ck_assert_uint_eq(fate.arrived + fate.dropped, DATAGRAMS);
	ck_assert_uint_eq(world_lost(w), 0);
	world_free(w);
	return fate;
}

static const int families[] = { AF_INET, AF_INET6 };

START_TEST(same_seed_same_losses)
{
	struct fate a = play_numbers(5, families[_i], 0.3);
	struct fate b = play_numbers(5, families[_i], 0.3);

	ck_assert_mem_eq(a.lost, b.lost, sizeof(a.lost));
	ck_assert_uint_ge(a.dropped, DATAGRAMS / 5);
	ck_assert_uint_le(a.dropped, DATAGRAMS * 2 / 5);
	ck_assert_str_eq(a.why, "loss");
	/* As it was sent: the network had not touched it. */
	ck_assert_uint_eq(a.ttl, 64);
}
END_TEST

START_TEST(other_seed_other_losses)
{
	struct fate a = play_numbers(5, AF_INET, 0.3);
	struct fate b = play_numbers(6, AF_INET, 0.3);

	ck_assert_int_ne(memcmp(a.lost, b.lost, sizeof(a.lost)), 0);
}
END_TEST

START_TEST(no_loss_loses_nothing)
{
	ck_assert_uint_eq(play_numbers(5, AF_INET, 0).dropped, 0);
}
END_TEST

/* The SYN is dropped and told of, and connect() goes on waiting. */
START_TEST(full_loss_is_silence)
{
	const struct impairment deaf = { .loss = 1 };
	struct fate fate = { 0 };
	struct world *w = play_world("wire", &deaf, 1, note_drop, &fate);
	int listener = play_listen(w, AF_INET);
	int64_t begin = clock_now();
	int fd = play_connect(w, AF_INET);

	while (fate.dropped == 0 && clock_now() < begin + PLAY_LIMIT)
		ck_assert(!play_turn(w, fd, POLLOUT, begin + PLAY_LIMIT));
	ck_assert_uint_ge(fate.dropped, 1);
	ck_assert_str_eq(fate.why, "loss");
	ck_assert_int_ge(fate.t, begin);
	ck_assert_int_le(fate.t, clock_now());
	/* Until after the first retransmission, which is lost as well. */
	ck_assert(!play_until(w, fd, POLLOUT, begin + 1200 * NS_PER_MS));
	ck_assert_uint_ge(fate.dropped, 2);
	close(fd);
	close(listener);
	world_free(w);
}
END_TEST

/* A hop costs one of the TTL; the one that would reach 0 does not pass. */
START_TEST(counts_hops)
{
	const struct impairment none = { 0 };
	struct fate fate = { 0 };
	struct world *w = play_world("wire", &none, 1, note_drop, &fate);
	int from = play_socket(w, 0, AF_INET, SOCK_DGRAM, false);
	int to = play_socket(w, 1, AF_INET, SOCK_DGRAM, true);
	int64_t limit = clock_now() + PLAY_LIMIT;
	struct sockaddr_storage addr;
	socklen_t len = play_address(w, 1, AF_INET, &addr);
	char control[64];
	struct iovec iov = { &(char[4]){ 0 }, 4 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int ttl;

	setsockopt(to, IPPROTO_IP, IP_RECVTTL, &(int){ 1 }, sizeof(int));
	ck_assert_int_eq(connect(from, (struct sockaddr *)&addr, len), 0);
	setsockopt(from, IPPROTO_IP, IP_TTL, &(int){ 1 }, sizeof(int));
	ck_assert_int_eq(send(from, "one", 3, 0), 3);
	setsockopt(from, IPPROTO_IP, IP_TTL, &(int){ 2 }, sizeof(int));
	ck_assert_int_eq(send(from, "two", 3, 0), 3);
	ck_assert(play_until(w, to, POLLIN, limit));
	ck_assert_int_eq(recvmsg(to, &msg, 0), 3);
	ck_assert_mem_eq(iov.iov_base, "two", 3);
	ck_assert_int_eq(CMSG_FIRSTHDR(&msg)->cmsg_type, IP_TTL);
	memcpy(&ttl, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(ttl));
	ck_assert_int_eq(ttl, 1);
	ck_assert_uint_eq(fate.dropped, 1);
	ck_assert_str_eq(fate.why, "ttl");
	close(from);
	close(to);
	world_free(w);
}
END_TEST

/*
 * The delay counts from when the kernel got the frame: a world that is looked
 * after late, but before the frame is due, does not deliver it later for that. And
 * frames leave in the order in which they came.
 */
START_TEST(delays_each_and_keeps_order)
{
	const struct impairment slow = { .delay = 30 * NS_PER_MS };
	struct world *w = play_world("wire", &slow, 1, NULL, NULL);
	int from = play_socket(w, 0, AF_INET, SOCK_DGRAM, false);
	int to = play_socket(w, 1, AF_INET, SOCK_DGRAM, true);
	int64_t begin = clock_now(), limit = begin + PLAY_LIMIT;
	struct sockaddr_storage addr;
	socklen_t len = play_address(w, 1, AF_INET, &addr);

	ck_assert_int_eq(connect(from, (struct sockaddr *)&addr, len), 0);
	for (uint32_t i = 0; i < 100; i++)
		ck_assert_int_eq(send(from, &i, sizeof(i), 0), sizeof(i));
	for (uint32_t i = 0; i < 100; i++) {
		uint32_t got;

		ck_assert(play_until(w, to, POLLIN, limit));
		ck_assert_int_eq(recv(to, &got, sizeof(got), 0), sizeof(got));
		ck_assert_uint_eq(got, i);
		ck_assert_int_ge(clock_now() - begin, 30 * NS_PER_MS);
	}
	close(from);
	close(to);
	world_free(w);
}
END_TEST

/* Sends one and comes back when it is overdue: does one call deliver it? */
static bool delivers_late(struct world *w, int from, int to)
{
	struct err err = ERR_INIT;
	char c;

	ck_assert_int_eq(send(from, "x", 1, 0), 1);
	/* Busy elsewhere, for longer than the delay. */
	ck_assert_int_eq(poll(NULL, 0, 15), 0);
	ck_ok(world_work(w, &err));
	if (recv(to, &c, 1, MSG_DONTWAIT) == 1)
		return true;
	ck_assert(play_until(w, to, POLLIN, clock_now() + PLAY_LIMIT));
	ck_assert_int_eq(recv(to, &c, 1, MSG_DONTWAIT), 1);
	return false;
}

/*
 * It may need some tries: the kernel begins to put times on frames some time
 * after it was asked to (net_enable_timestamp() leaves it to a worker).
 */
START_TEST(late_engine_does_not_lengthen_the_link)
{
	const struct impairment slow = { .delay = 10 * NS_PER_MS };
	struct world *w = play_world("wire", &slow, 1, NULL, NULL);
	int from = play_socket(w, 0, AF_INET, SOCK_DGRAM, false);
	int to = play_socket(w, 1, AF_INET, SOCK_DGRAM, true);
	int64_t limit = clock_now() + PLAY_LIMIT;
	struct sockaddr_storage addr;
	socklen_t len = play_address(w, 1, AF_INET, &addr);

	ck_assert_int_eq(connect(from, (struct sockaddr *)&addr, len), 0);
	while (!delivers_late(w, from, to))
		ck_assert_int_lt(clock_now(), limit);
	close(from);
	close(to);
	world_free(w);
}
END_TEST

/* More under way than there is room for: the rest is dropped, and said to be. */
START_TEST(bounds_what_is_under_way)
{
	const struct impairment far = { .delay = 600 * NS_PER_S };
	struct fate fate = { 0 };
	struct world *w = play_world("wire", &far, 1, note_drop, &fate);
	int from = play_socket(w, 0, AF_INET, SOCK_DGRAM, false);
	struct sockaddr_storage addr;
	socklen_t len = play_address(w, 1, AF_INET, &addr);
	struct err err = ERR_INIT;

	ck_assert_int_eq(connect(from, (struct sockaddr *)&addr, len), 0);
	for (uint32_t i = 0; i < 65536 + 10; i++) {
		ck_assert_int_eq(send(from, &i, sizeof(i), 0), sizeof(i));
		if (i % 64 == 63)
			ck_ok(world_work(w, &err));
	}
	ck_ok(world_work(w, &err));
	ck_assert_uint_eq(world_lost(w), 0);
	ck_assert_uint_eq(fate.dropped, 10);
	ck_assert_str_eq(fate.why, "queue");
	close(from);
	/* With all of them still in it. */
	world_free(w);
}
END_TEST

/* Each comes twice, at once, and either has come over one hop. */
START_TEST(duplicates_are_the_same)
{
	const struct impairment twice = { .duplicate = 1, .delay = _i ? NS_PER_MS : 0 };
	struct world *w = play_world("wire", &twice, 1, NULL, NULL);
	int from = play_socket(w, 0, AF_INET, SOCK_DGRAM, false);
	int to = play_socket(w, 1, AF_INET, SOCK_DGRAM, true);
	int64_t limit = clock_now() + PLAY_LIMIT;
	struct sockaddr_storage addr;
	socklen_t len = play_address(w, 1, AF_INET, &addr);

	/* One of the TTL is the network's, and a duplicate that paid twice would not arrive. */
	ck_assert_int_eq(setsockopt(from, IPPROTO_IP, IP_TTL, &(int){ 2 }, sizeof(int)), 0);
	ck_assert_int_eq(connect(from, (struct sockaddr *)&addr, len), 0);
	for (uint32_t i = 0; i < 50; i++) {
		ck_assert_int_eq(send(from, &i, sizeof(i), 0), sizeof(i));
		for (int copy = 0; copy < 2; copy++) {
			uint32_t got;

			ck_assert(play_until(w, to, POLLIN, limit));
			ck_assert_int_eq(recv(to, &got, sizeof(got), 0), sizeof(got));
			ck_assert_uint_eq(got, i);
		}
	}
	close(from);
	close(to);
	world_free(w);
}
END_TEST

/* The host gets it, finds the checksum wrong and drops it; we were told. */
START_TEST(corrupt_ones_reach_nobody)
{
	const struct impairment corrupt = { .corrupt = 1 };
	struct fate fate = { 0 };
	struct world *w = play_world("wire", &corrupt, 1, note_drop, &fate);

	send_numbers(w, AF_INET, &fate);
	ck_assert_uint_eq(fate.dropped, DATAGRAMS);
	ck_assert_uint_eq(fate.arrived, 0);
	ck_assert_str_eq(fate.why, "corrupt");
	world_free(w);
}
END_TEST

/* Room for so many, and room again when they have left. */
START_TEST(limit_is_each_direction_s_own)
{
	const struct impairment narrow = { .delay = 400 * NS_PER_MS, .limit = 10 };
	struct fate fate = { 0 };
	struct world *w = play_world("wire", &narrow, 1, note_drop, &fate);
	int from = play_socket(w, 0, AF_INET, SOCK_DGRAM, false);
	int to = play_socket(w, 1, AF_INET, SOCK_DGRAM, true);
	int64_t limit = clock_now() + PLAY_LIMIT;
	struct sockaddr_storage addr;
	socklen_t len = play_address(w, 1, AF_INET, &addr);
	struct err err = ERR_INIT;
	uint32_t got;

	ck_assert_int_eq(connect(from, (struct sockaddr *)&addr, len), 0);
	for (int turn = 0; turn < 2; turn++) {
		fate = (struct fate){ 0 };
		/* In one call of work(), so that none leaves in between. */
		for (uint32_t i = 0; i < 15; i++)
			ck_assert_int_eq(send(from, &i, sizeof(i), 0), sizeof(i));
		ck_ok(world_work(w, &err));
		ck_assert_uint_eq(fate.dropped, 5);
		ck_assert_str_eq(fate.why, "queue");
		for (uint32_t i = 0; i < 10; i++) {
			ck_assert(play_until(w, to, POLLIN, limit));
			ck_assert_int_eq(recv(to, &got, sizeof(got), 0), sizeof(got));
			ck_assert_uint_eq(got, i);
		}
	}
	close(from);
	close(to);
	world_free(w);
}
END_TEST

/* Nobody looks after the world: the socket's own losses are not hidden. */
START_TEST(counts_what_the_socket_lost)
{
	const struct impairment none = { 0 };
	struct world *w = play_world("wire", &none, 1, NULL, NULL);
	int from = play_socket(w, 0, AF_INET, SOCK_DGRAM, false);
	struct sockaddr_storage addr;
	socklen_t len = play_address(w, 1, AF_INET, &addr);

	ck_assert_int_eq(connect(from, (struct sockaddr *)&addr, len), 0);
	for (uint32_t i = 0; i < 20000; i++)
		ck_assert_int_eq(send(from, &i, sizeof(i), 0), sizeof(i));
	ck_assert_uint_gt(world_lost(w), 0);
	ck_assert_uint_lt(world_lost(w), 20000);
	close(from);
	world_free(w);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("wire");
	TCase *c = tcase_create("wire");

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, harness_namespaces, NULL);
	tcase_add_loop_test(c, same_seed_same_losses, 0, 2);
	tcase_add_test(c, other_seed_other_losses);
	tcase_add_test(c, no_loss_loses_nothing);
	tcase_add_test(c, full_loss_is_silence);
	tcase_add_test(c, counts_hops);
	tcase_add_test(c, delays_each_and_keeps_order);
	tcase_add_test(c, late_engine_does_not_lengthen_the_link);
	tcase_add_test(c, bounds_what_is_under_way);
	tcase_add_loop_test(c, duplicates_are_the_same, 0, 2);
	tcase_add_test(c, corrupt_ones_reach_nobody);
	tcase_add_test(c, limit_is_each_direction_s_own);
	tcase_add_test(c, counts_what_the_socket_lost);
	suite_add_tcase(s, c);
	return s;
}
