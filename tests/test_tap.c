/* SPDX-License-Identifier: MIT */
/* On lo everything is seen twice: as it leaves and as it comes. */
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../netns/duration.h"
#include "../netns/netns.h"
#include "../netns/segment.h"
#include "../netns/tap.h"

#define MAX_SEEN 64
#define PATIENCE (5 * NS_PER_S)

static struct err err;
static struct netns home;
static struct tap *tap;
static int lo;

static struct {
	int64_t t;
	bool outgoing;
	size_t caplen, wirelen;
	int parsed;
	struct segment seg;
} seen[MAX_SEEN];
static size_t n_seen;

static int note(void *arg, const struct tapped *pkt, struct err *e)
{
	(void)arg;
	(void)e;
	if (n_seen == MAX_SEEN)
		return 0;
	seen[n_seen].t = pkt->t;
	seen[n_seen].outgoing = pkt->outgoing;
	seen[n_seen].caplen = pkt->caplen;
	seen[n_seen].wirelen = pkt->wirelen;
	seen[n_seen].parsed = segment_parse(pkt->frame, pkt->caplen, &seen[n_seen].seg);
	n_seen++;
	return 0;
}

static void set_lo(short flags)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = flags };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

static void setup(void)
{
	harness_namespaces();
	set_lo(IFF_UP);
	lo = (int)if_nametoindex("lo");
	ck_ok(netns_home(&home, &err));
	ck_ok(tap_open(&home, lo, &tap, &err));
	n_seen = 0;
}

static void teardown(void)
{
	tap_close(tap);
	netns_close(&home);
}

/* Read until @n frames have been seen. */
static void read_until(size_t n)
{
	const int64_t deadline = clock_now() + PATIENCE;

	while (n_seen < n && clock_now() < deadline) {
		struct pollfd pfd = { .fd = tap_fd(tap), .events = POLLIN };

		poll(&pfd, 1, 100);
		ck_ok(tap_read(tap, MAX_SEEN, note, NULL, &err));
	}
	ck_assert_uint_ge(n_seen, n);
}

static void read_all(void)
{
	ck_ok(tap_read(tap, SIZE_MAX, note, NULL, &err));
}

static struct sockaddr_in lo_addr(unsigned port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int listening(void)
{
	const struct sockaddr_in addr = lo_addr(80);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	ck_assert_int_eq(listen(fd, 5), 0);
	return fd;
}

static int connected(void)
{
	const struct sockaddr_in addr = lo_addr(80);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

START_TEST(a_handshake_in_both_directions)
{
	static const uint8_t flags[] = { SEG_SYN, SEG_SYN | SEG_ACK, SEG_ACK };
	const int64_t start = clock_now();
	int listener = listening();
	int client = connected();
	size_t n_out = 0, n_in = 0;

	read_until(6);
	ck_assert_uint_eq(n_seen, 6);
	for (size_t i = 0; i < n_seen; i++) {
		size_t *nth = seen[i].outgoing ? &n_out : &n_in;

		ck_assert_int_eq(seen[i].parsed, 0);
		ck_assert_uint_lt(*nth, 3);
		ck_assert_uint_eq(seen[i].seg.flags, flags[*nth]);
		++*nth;
		ck_assert_uint_eq(seen[i].caplen, seen[i].wirelen);
		ck_assert_int_ge(seen[i].t, i ? seen[i - 1].t : start);
		ck_assert_int_le(seen[i].t, clock_now());
	}
	ck_assert_uint_eq(n_out, 3);
	ck_assert_uint_eq(n_in, 3);
	ck_assert_uint_eq(seen[0].seg.digest, seen[1].seg.digest);
	ck_assert_int_eq(tap_read(tap, 1, note, NULL, &err), 0);
	ck_assert_uint_eq(tap_lost(tap), 0);
	close(client);
	close(listener);
}
END_TEST

/* The stamp is the kernel's from the very first packet on, however late it is read. */
START_TEST(the_time_is_not_that_of_reading)
{
	int listener = listening();
	int client = connected();
	const int64_t sent = clock_now();

	/* Some time has to pass here; how much does not matter. */
	poll(NULL, 0, 60);
	read_until(6);
	ck_assert_int_ge(clock_now() - sent, 50 * NS_PER_MS);
	/* The third ACK may still have been on its way when connect() returned. */
	ck_assert_int_le(seen[0].t, sent);
	ck_assert_int_le(seen[5].t, sent + 40 * NS_PER_MS);
	close(client);
	close(listener);
}
END_TEST

START_TEST(no_more_than_asked_for)
{
	int listener = listening();
	int client = connected();

	read_until(6);
	close(client);
	n_seen = 0;
	read_until(1);
	n_seen = 0;
	close(connected());
	close(connected());
	ck_assert_int_eq(tap_read(tap, 1, note, NULL, &err), 1);
	ck_assert_int_eq(tap_read(tap, 2, note, NULL, &err), 2);
	ck_assert_int_eq(tap_read(tap, 0, note, NULL, &err), 0);
	ck_assert_uint_eq(n_seen, 3);
	close(listener);
}
END_TEST

/* Client, server or port another: it is not that flow. */
START_TEST(one_flow_can_be_ignored)
{
	const uint32_t here = htonl(INADDR_LOOPBACK), other = htonl(INADDR_LOOPBACK + 1);
	const struct tap_flow flows[] = {
		{ .client = here, .server = here, .port = 80 },
		{ .client = here, .server = here, .port = 81 },
		{ .client = other, .server = here, .port = 80 },
		{ .client = here, .server = other, .port = 80 },
	};
	int listener = listening();

	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++) {
		int client;

		ck_ok(tap_ignore(tap, &flows[i], &err));
		client = connected();
		n_seen = 0;
		if (i == 0)
			ck_assert_int_eq(tap_read(tap, 100, note, NULL, &err), 0);
		else
			read_until(6);
		ck_ok(i % 2 ? tap_all(tap, &err) : tap_usual(tap, &err));
		n_seen = 0;
		close(client);
		read_until(1);
		while (tap_read(tap, 100, note, NULL, &err) > 0)
			n_seen = 0;
	}
	ck_assert_uint_eq(tap_lost(tap), 0);
	close(listener);
}
END_TEST

static int refuse(void *arg, const struct tapped *pkt, struct err *e)
{
	(void)arg;
	(void)pkt;
	return err_set(e, ECANCELED, "no more");
}

START_TEST(what_the_caller_returns_comes_back)
{
	int listener = listening();
	int client = connected();

	ck_assert_int_eq(tap_read(tap, 8, refuse, NULL, &err), -ECANCELED);
	ck_assert_str_eq(err.msg, "no more");
	close(client);
	close(listener);
}
END_TEST

/* Frames larger than we keep, and more of them than the socket has room for. */
START_TEST(what_was_cut_and_what_was_lost)
{
	static uint8_t block[1 << 16];
	int listener = listening();
	int client = connected();
	int server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	bool large = false;
	uint64_t lost;

	read_until(6);
	n_seen = 0;
	for (int i = 0; i < 400; i++) {
		ck_assert_int_eq(send(client, block, sizeof(block), 0), sizeof(block));
		ck_assert_int_eq(recv(server, block, sizeof(block), MSG_WAITALL), sizeof(block));
	}
	read_all();
	for (size_t i = 0; i < n_seen; i++) {
		ck_assert_uint_le(seen[i].caplen, seen[i].wirelen);
		ck_assert_int_eq(seen[i].parsed, 0);
		ck_assert_uint_eq(seen[i].wirelen > 200, seen[i].seg.len > 150);
		if (seen[i].caplen < seen[i].wirelen)
			large = true;
	}
	ck_assert(large);
	lost = tap_lost(tap);
	ck_assert_uint_gt(lost, 0);
	ck_assert_uint_eq(tap_lost(tap), lost);
	close(client);
	close(server);
	close(listener);
}
END_TEST

/*
 * The filter, frame by frame. They are sent with a packet socket, so that the
 * tap sees each leave; lo's own end throws them away.
 * @offset, @bytes: written over a frame of zeros after its EtherType
 */
struct patch {
	unsigned offset;
	uint8_t byte;
};

static const struct {
	const char *name;
	uint16_t type;
	struct patch patches[6];
	bool passes;
} frames[] = {
	{ "ARP", 0x0806, { { 14, 0 } }, false },
	{ "IPv4 TCP", 0x0800, { { 14, 0x45 }, { 23, 6 } }, true },
	{ "IPv4 UDP", 0x0800, { { 14, 0x45 }, { 23, 17 } }, false },
	{ "IPv4 echo request", 0x0800, { { 14, 0x45 }, { 23, 1 }, { 34, 8 } }, false },
	{ "IPv4 unreachable", 0x0800, { { 14, 0x45 }, { 23, 1 }, { 34, 3 } }, true },
	{ "IPv4 exceeded, options", 0x0800, { { 14, 0x46 }, { 23, 1 }, { 38, 11 } }, true },
	{ "IPv6 TCP", 0x86dd, { { 14, 0x60 }, { 20, 6 } }, true },
	{ "IPv6 UDP", 0x86dd, { { 14, 0x60 }, { 20, 17 } }, false },
	{ "IPv6 too big", 0x86dd, { { 14, 0x60 }, { 20, 58 }, { 54, 2 } }, true },
	{ "IPv6 solicitation", 0x86dd, { { 14, 0x60 }, { 20, 58 }, { 54, 135 } }, false },
	{ "IPv6 destination, TCP", 0x86dd, { { 14, 0x60 }, { 20, 60 }, { 54, 6 } }, true },
	{ "IPv6 destination, UDP", 0x86dd, { { 14, 0x60 }, { 20, 60 }, { 54, 17 } }, false },
	{ "IPv6 hop by hop, MLD",
	  0x86dd,
	  { { 14, 0x60 }, { 20, 0 }, { 54, 58 }, { 55, 0 }, { 62, 143 } },
	  false },
	{ "IPv6 long routing, error",
	  0x86dd,
	  { { 14, 0x60 }, { 20, 43 }, { 54, 58 }, { 55, 1 }, { 62, 143 }, { 70, 1 } },
	  true },
	{ "IPv6 long routing, beyond the end",
	  0x86dd,
	  { { 14, 0x60 }, { 20, 43 }, { 54, 58 }, { 55, 200 } },
	  false },
	{ "IPv6 two headers", 0x86dd, { { 14, 0x60 }, { 20, 43 }, { 54, 44 } }, true },
};

START_TEST(only_tcp_and_errors_pass)
{
	uint8_t frame[100] = { 0 };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	const struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(frames[_i].type),
		.sll_ifindex = lo,
		.sll_halen = ETH_ALEN,
	};

	frame[12] = (uint8_t)(frames[_i].type >> 8);
	frame[13] = (uint8_t)frames[_i].type;
	for (size_t i = 0; i < sizeof(frames[_i].patches) / sizeof(frames[_i].patches[0]); i++) {
		if (frames[_i].patches[i].offset)
			frame[frames[_i].patches[i].offset] = frames[_i].patches[i].byte;
	}
	ck_assert_int_eq(
		sendto(fd, frame, sizeof(frame), 0, (const struct sockaddr *)&to, sizeof(to)),
		sizeof(frame));
	/* It has left when sendto() returns; the way back into lo may take longer. */
	read_all();
	ck_assert_msg((n_seen > 0) == frames[_i].passes, "%s: %zu seen", frames[_i].name, n_seen);
	ck_assert(n_seen == 0 || seen[0].outgoing);
	close(fd);
}
END_TEST

START_TEST(a_host_whose_lo_is_down)
{
	struct tap *other = NULL;

	set_lo(0);
	ck_assert_int_eq(tap_open(&home, lo, &other, &err), -ENETDOWN);
	ck_assert_ptr_null(other);
	ck_assert_ptr_nonnull(strstr(err.remedy, "lo"));
}
END_TEST

START_TEST(no_such_interface)
{
	struct tap *other = NULL;

	ck_assert_int_eq(tap_open(&home, 4711, &other, &err), -ENODEV);
	ck_assert_ptr_nonnull(strstr(err.msg, "4711"));
	ck_assert_ptr_null(other);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("tap");
	TCase *tc = tcase_create("lo");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, a_handshake_in_both_directions);
	tcase_add_test(tc, the_time_is_not_that_of_reading);
	tcase_add_test(tc, no_more_than_asked_for);
	tcase_add_test(tc, one_flow_can_be_ignored);
	tcase_add_test(tc, what_the_caller_returns_comes_back);
	tcase_add_test(tc, what_was_cut_and_what_was_lost);
	tcase_add_loop_test(tc, only_tcp_and_errors_pass, 0, sizeof(frames) / sizeof(frames[0]));
	tcase_add_test(tc, a_host_whose_lo_is_down);
	tcase_add_test(tc, no_such_interface);
	suite_add_tcase(s, tc);
	return s;
}
