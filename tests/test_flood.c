/* SPDX-License-Identifier: MIT */
#include "../netns/flood.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "../netns/counter.h"
#include "../netns/segment.h"
#include "../netns/tap.h"
#include "../netns/world_door.h"
#include "harness.h"
#include "play.h"

static const struct impairment nothing;

START_TEST(reads_networks)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "no network" },
		{ "198.19.0.0", "no network" },
		{ "198.19.0.0/", "no network" },
		{ "198.19.0.0/33", "no network" },
		{ "198.19.0.0/16x", "no network" },
		{ "198.19.0/16", "no network" },
		{ "::1/128", "no network" },
		{ "10.0.0.0/8", "range for benchmarks" },
		{ "198.20.0.0/16", "range for benchmarks" },
		{ "198.18.0.0/14", "range for benchmarks" },
		{ "198.18.0.0/20", "hosts of the lab" },
		{ "198.18.2.1/32", "hosts of the lab" },
	};
	struct err err = ERR_INIT;
	struct in_addr from;
	unsigned prefix;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err why = ERR_INIT;

		ck_assert_int_eq(flood_from(bad[i].text, &from, &prefix, &why), -EINVAL);
		ck_assert_msg(strstr(why.msg, bad[i].why), "%s: %s", bad[i].text, why.msg);
		ck_assert(why.remedy[0]);
	}
	ck_ok(flood_from("198.18.0.0/15", &from, &prefix, &err));
	ck_assert_uint_eq(prefix, 15);
	ck_ok(flood_from("198.19.7.9/32", &from, &prefix, &err));
	ck_assert_uint_eq(ntohl(from.s_addr), 198u << 24 | 19u << 16 | 7u << 8 | 9u);
}
END_TEST

static struct flood_spec at_server(const struct world *w, const char *from)
{
	const struct host *h = world_host(w, 1);
	struct flood_spec spec = { .to = h->ipv4, .port = PLAY_PORT, .seed = 7 };
	struct world_door door;
	struct err err = ERR_INIT;

	world_door(w, 1, &door);
	spec.net = door.net;
	spec.ifindex = door.ifindex;
	memcpy(spec.src, door.mac, sizeof(spec.src));
	memcpy(spec.dst, h->mac, sizeof(spec.dst));
	ck_ok(flood_from(from, &spec.from, &spec.prefix, &err));
	return spec;
}

/* The machine's own network, or whichever the caller lives in. */
START_TEST(refuses_home)
{
	struct world *w = play_world("wire", &nothing, 1, NULL, NULL);
	struct flood_spec spec = at_server(w, "198.19.0.0/16");
	struct netns home = NETNS_CLOSED;
	struct flood *f = NULL;
	struct err err = ERR_INIT;

	ck_ok(netns_home(&home, &err));
	spec.net = &home;
	ck_assert_int_eq(flood_open(&spec, &f, &err), -EPERM);
	ck_assert_ptr_null(f);
	ck_assert_ptr_nonnull(strstr(err.msg, "has to stay inside a world"));
	netns_close(&home);
	world_free(w);
}
END_TEST

struct seen {
	size_t n;
	struct segment first[FLOOD_BATCH];
};

static int on_tapped(void *arg, const struct tapped *pkt, struct err *ignored)
{
	struct seen *s = arg;
	struct segment seg;

	(void)ignored;
	ck_assert_int_eq(segment_parse(pkt->frame, pkt->caplen, &seg), 0);
	if (pkt->outgoing)
		return 0;
	ck_assert_uint_eq(seg.flags, SEG_SYN);
	ck_assert_uint_eq(seg.dst.port, PLAY_PORT);
	ck_assert_uint_eq(seg.src.addr[12], 198);
	ck_assert(seg.src.addr[13] == 18 || seg.src.addr[13] == 19);
	/* 198.18.0.0/20 is the hosts'. */
	ck_assert(seg.src.addr[13] == 19 || seg.src.addr[14] >= 16);
	ck_assert_uint_ge(seg.src.port, 1024);
	if (s->n < FLOOD_BATCH)
		s->first[s->n] = seg;
	s->n++;
	return 0;
}

static void send_some(struct world *w, uint64_t stream, struct seen *seen)
{
	struct flood_spec spec = at_server(w, "198.18.0.0/15");
	struct tap *tap = NULL;
	struct flood *f = NULL;
	struct err err = ERR_INIT;
	int rc;

	spec.stream = stream;
	memset(seen, 0, sizeof(*seen));
	ck_ok(tap_open(world_host(w, 1)->ns, world_host(w, 1)->ifindex, &tap, &err));
	ck_ok(flood_open(&spec, &f, &err));
	for (int i = 0; i < 10; i++) {
		rc = flood_send(f, 100, &err);
		ck_ok(rc);
		ck_assert_int_eq(rc, 100);
		ck_ok(tap_read(tap, 1000, on_tapped, seen, &err));
	}
	ck_assert_uint_eq(flood_lost(f), 0);
	ck_assert_uint_eq(tap_lost(tap), 0);
	flood_close(f);
	tap_close(tap);
}

/* Each SYN reaches the host, is valid, and is answered when somebody listens. */
START_TEST(reaches_the_host)
{
	struct world *w = play_world("wire", &nothing, 1, NULL, NULL);
	int listener = play_listen(w, AF_INET);
	static struct seen first, again, other;
	struct counters *c = NULL;
	struct err err = ERR_INIT;
	int64_t in, bad, cookies;

	ck_ok(counters_open(world_host(w, 1)->ns, &c, &err));
	send_some(w, 1, &first);
	ck_ok(counters_read(c, &err));
	ck_ok(counters_get(c, "TcpInSegs", &in, &err));
	ck_ok(counters_get(c, "TcpInCsumErrors", &bad, &err));
	ck_ok(counters_get(c, "TcpExtSyncookiesSent", &cookies, &err));
	ck_assert_uint_eq(first.n, 1000);
	ck_assert_int_eq(in, 1000);
	ck_assert_int_eq(bad, 0);
	/* A backlog of 5: the queue is full and cookies go out. */
	ck_assert_int_gt(cookies, 900);

	send_some(w, 1, &again);
	send_some(w, 2, &other);
	for (size_t i = 0; i < FLOOD_BATCH; i++) {
		ck_assert(endpoint_equal(&first.first[i].src, &again.first[i].src));
		ck_assert_uint_eq(first.first[i].seq, again.first[i].seq);
	}
	ck_assert(!endpoint_equal(&first.first[0].src, &other.first[0].src));
	counters_close(c);
	close(listener);
	world_free(w);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("flood");
	TCase *tc = tcase_create("pure");

	tcase_add_test(tc, reads_networks);
	suite_add_tcase(s, tc);

	tc = tcase_create("world");
	tcase_add_checked_fixture(tc, harness_namespaces, NULL);
	tcase_add_test(tc, refuses_home);
	tcase_add_test(tc, reaches_the_host);
	suite_add_tcase(s, tc);
	return s;
}
