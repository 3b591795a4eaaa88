/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <arpa/inet.h>
#include <string.h>

#include "../netns/icmp.h"
#include "../netns/world.h"
#include "../runner/conn.h"
#include "../runner/conn_net.h"

static struct world *world;
static struct conns *cs;

static void setup(void)
{
	const struct world_spec spec = { .n_hosts = 2,
					 .names = { "client", "server" },
					 .backend = "wire" };
	struct err err = ERR_INIT;

	harness_namespaces();
	ck_ok(world_new(&spec, NULL, NULL, &world, &err));
	cs = conns_new(world);
}

static void teardown(void)
{
	conns_free(cs);
	world_free(world);
}

static struct endpoint at(unsigned host, uint16_t port)
{
	struct endpoint ep = { .addr = { [10] = 0xff, [11] = 0xff }, .port = port };

	memcpy(ep.addr + 12, &world_host(world, host)->ipv4, 4);
	return ep;
}

static struct endpoint foreign(uint8_t n)
{
	return (struct endpoint){ .addr = { [10] = 0xff, [11] = 0xff, 192, 0, 2, n },
				  .port = 1000 };
}

/* A segment between client:40000 and server:80, with a digest of its own. */
static struct segment seg(bool from_client, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t len)
{
	struct segment s = { .src = from_client ? at(0, 40000) : at(1, 80),
			     .dst = from_client ? at(1, 80) : at(0, 40000),
			     .flags = flags,
			     .seq = seq,
			     .ack = ack,
			     .len = len };

	s.digest = ((uint64_t)flags << 56) ^ ((uint64_t)seq << 16) ^ ack ^ len;
	return s;
}

static struct conn_segment see(const struct segment *s, bool outgoing, struct conn_end *end)
{
	struct conn_segment out;
	bool fresh;
	struct conn_end e = conn_packet(cs, s, outgoing, &fresh, &out);

	ck_assert_ptr_nonnull(e.conn);
	if (end)
		*end = e;
	return out;
}

START_TEST(numbers_are_relative)
{
	const struct segment syn = seg(true, SEG_SYN, 0xfffffffe, 0, 0);
	const struct segment synack = seg(false, SEG_SYN | SEG_ACK, 7, 0xffffffff, 0);
	const struct segment data = seg(true, SEG_ACK | SEG_PSH, 0xffffffff, 8, 5);
	struct conn_segment a = see(&syn, true, NULL), b = see(&synack, true, NULL),
			    c = see(&data, true, NULL);

	ck_assert_uint_eq(a.seq, 0);
	ck_assert_uint_eq(b.seq, 0);
	ck_assert_uint_eq(b.ack, 1);
	/* Across the wrap. */
	ck_assert_uint_eq(c.seq, 1);
	ck_assert_uint_eq(c.ack, 1);
}
END_TEST

START_TEST(same_segment_same_number)
{
	const struct segment syn = seg(true, SEG_SYN, 1, 0, 0);
	struct conn_end e[3];
	struct conn_segment out = see(&syn, true, &e[0]), in = see(&syn, false, &e[1]),
			    twice = see(&syn, false, &e[2]);

	ck_assert_uint_eq(out.seg, in.seg);
	ck_assert_uint_eq(in.seg, twice.seg);
	ck_assert_ptr_eq(e[0].conn, e[1].conn);
	ck_assert_int_eq(e[0].end, 0);
	ck_assert_int_eq(e[1].end, 1);
}
END_TEST

/* An ICMP error says which segment it is about by addresses, sequence number and identification. */
START_TEST(a_quote_is_known_again)
{
	struct segment syn = seg(true, SEG_SYN, 0xfffffff0, 0, 0), again = syn, data;
	struct icmp_error icmp = { .src = syn.src, .dst = syn.dst, .seq = syn.seq, .ip_id = 7 };
	struct conn_segment out;
	struct conn_quoted q = conn_quoted(cs, &icmp);

	ck_assert_ptr_null(q.end.conn);
	ck_assert(!q.known);
	syn.ip_id = 7;
	again.ip_id = 8;
	out = see(&syn, true, NULL);
	see(&again, true, NULL);
	data = seg(true, SEG_ACK | SEG_PSH, 0xfffffff1, 8, 5);
	data.ip_id = 7;
	see(&data, true, NULL);
	q = conn_quoted(cs, &icmp);
	ck_assert_ptr_nonnull(q.end.conn);
	ck_assert_int_eq(q.end.end, 0);
	ck_assert_uint_eq(q.seg, out.seg);
	ck_assert_uint_eq(q.seq, 0);
	ck_assert(q.known);
	ck_assert_uint_eq(q.flags, SEG_SYN);
	icmp.ip_id = 8;
	ck_assert_uint_eq(conn_quoted(cs, &icmp).seg, out.seg + 1);
	/* never sent, but of this connection all the same */
	icmp.seq += 100;
	q = conn_quoted(cs, &icmp);
	ck_assert_uint_eq(q.seg, 0);
	ck_assert_uint_eq(q.seq, 100);
	ck_assert(!q.known);
	/* one that the other end would have sent */
	icmp.src = data.dst;
	icmp.dst = data.src;
	q = conn_quoted(cs, &icmp);
	ck_assert_int_eq(q.end.end, 1);
	ck_assert_uint_eq(q.seg, 0);
	/* so many later it is not known any more */
	icmp = (struct icmp_error){ .src = syn.src, .dst = syn.dst, .seq = syn.seq, .ip_id = 7 };
	for (uint32_t i = 0; i < 100; i++) {
		data = seg(true, SEG_ACK | SEG_PSH, 0xfffffff6 + 5 * i, 8, 5);
		see(&data, true, NULL);
	}
	ck_assert_uint_eq(conn_quoted(cs, &icmp).seg, 0);
}
END_TEST

START_TEST(an_injected_segment_has_its_own_number)
{
	const struct segment syn = seg(true, SEG_SYN, 1, 0, 0), rst = seg(false, SEG_RST, 9, 0, 0);
	struct conn_segment a = see(&syn, true, NULL), b = see(&rst, false, NULL);

	ck_assert_uint_ne(a.seg, b.seg);
}
END_TEST

START_TEST(retransmission_is_known)
{
	const struct segment syn = seg(true, SEG_SYN, 1, 0, 0);
	const struct segment data = seg(true, SEG_ACK, 2, 8, 10),
			     half = seg(true, SEG_ACK, 7, 8, 5),
			     more = seg(true, SEG_ACK, 12, 8, 1), ack = seg(true, SEG_ACK, 2, 8, 0);

	ck_assert(!see(&syn, true, NULL).rtx);
	ck_assert(see(&syn, true, NULL).rtx);
	ck_assert(!see(&data, true, NULL).rtx);
	ck_assert(see(&half, true, NULL).rtx);
	ck_assert(!see(&more, true, NULL).rtx);
	/* A bare ACK repeats nothing. */
	ck_assert(!see(&ack, true, NULL).rtx);
}
END_TEST

START_TEST(ack_of_a_fin)
{
	const struct segment syn = seg(true, SEG_SYN, 1, 0, 0),
			     fin = seg(true, SEG_FIN | SEG_ACK, 2, 1, 0),
			     early = seg(false, SEG_ACK, 1, 2, 0),
			     late = seg(false, SEG_ACK, 1, 3, 0);

	see(&syn, true, NULL);
	see(&fin, true, NULL);
	ck_assert(!see(&early, false, NULL).acks_fin);
	ck_assert(see(&late, false, NULL).acks_fin);
}
END_TEST

START_TEST(new_isn_new_connection)
{
	const struct segment syn = seg(true, SEG_SYN, 1, 0, 0), again = seg(true, SEG_SYN, 1, 0, 0),
			     other = seg(true, SEG_SYN, 70000, 0, 0);
	struct conn_end a, b, c;

	see(&syn, true, &a);
	see(&again, true, &b);
	see(&other, true, &c);
	ck_assert_uint_eq(conn_id(a.conn), conn_id(b.conn));
	ck_assert_uint_ne(conn_id(a.conn), conn_id(c.conn));
}
END_TEST

START_TEST(lost_is_no_longer_on_the_way)
{
	const struct segment syn = seg(true, SEG_SYN, 1, 0, 0);
	struct conn_segment out = see(&syn, true, NULL);
	uint64_t n;
	int64_t sent = -1;

	ck_assert_ptr_nonnull(conn_lost(cs, &syn, &n, &sent).conn);
	ck_assert_uint_eq(n, out.seg);
	conn_lost(cs, &syn, &n, &sent);
	ck_assert_uint_eq(n, 0);
}
END_TEST

/* A flood's sources get numbers up to a cap; the connections of hosts still do after it. */
START_TEST(a_flood_does_not_use_up_the_numbers)
{
	struct segment s = seg(true, SEG_SYN, 1, 0, 0);
	struct conn_segment out;
	unsigned with = 0;
	bool fresh;

	for (unsigned i = 0; i < 250; i++) {
		s.src = foreign((uint8_t)i);
		with += conn_packet(cs, &s, false, &fresh, &out).conn != NULL;
	}
	ck_assert_uint_gt(with, 0);
	ck_assert_uint_lt(with, 250);
	s = seg(true, SEG_SYN, 1, 0, 0);
	see(&s, false, NULL);
}
END_TEST

START_TEST(explained_packets_are_forgotten)
{
	const struct segment syn = seg(true, SEG_SYN, 1, 0, 0);
	struct infer_step step[INFER_MAX_STEPS];
	struct conn_end e;

	see(&syn, true, &e);
	conn_explain(e, &(struct infer_packet){ .t = 5, .outgoing = true, .flags = SEG_SYN });
	ck_assert_uint_eq(conn_infer(e, TCPSTATE_CLOSED, TCPSTATE_SYN_SENT, step), 1);
	ck_assert_int_eq(step[0].t, 5);
	conns_forget(cs, 1, 10, 1);
	conn_infer(e, TCPSTATE_CLOSED, TCPSTATE_SYN_SENT, step);
	ck_assert_int_eq(step[0].t, 5);
	conns_forget(cs, 0, 10, 1);
	conn_infer(e, TCPSTATE_CLOSED, TCPSTATE_SYN_SENT, step);
	ck_assert_int_eq(step[0].t, -1);

	/* A virtual clock: the dump and the packets before and after it are of one moment. */
	conn_explain(e, &(struct infer_packet){
				.t = 10, .order = 1, .outgoing = true, .flags = SEG_SYN });
	conns_forget(cs, 0, 10, 1);
	conn_infer(e, TCPSTATE_CLOSED, TCPSTATE_SYN_SENT, step);
	ck_assert_int_eq(step[0].t, 10);
	conns_forget(cs, 0, 10, 2);
	conn_infer(e, TCPSTATE_CLOSED, TCPSTATE_SYN_SENT, step);
	ck_assert_int_eq(step[0].t, -1);
}
END_TEST

START_TEST(told_keeps_the_last)
{
	const struct segment syn = seg(true, SEG_SYN, 1, 0, 0);
	struct conn_end e;
	json_t *told;

	see(&syn, true, &e);
	for (int i = 0; i < 20; i++) {
		json_t *o = json_pack("{s:i}", "i", i);

		conn_tell(e.conn, "packet", i, o);
		json_decref(o);
	}
	told = conn_told(e.conn);
	ck_assert_uint_eq(json_array_size(told), 8);
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(told, 0), "t")), 12);
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(told, 7), "i")), 19);
	json_decref(told);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("conn");
	TCase *tc = tcase_create("conn");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, numbers_are_relative);
	tcase_add_test(tc, same_segment_same_number);
	tcase_add_test(tc, a_quote_is_known_again);
	tcase_add_test(tc, an_injected_segment_has_its_own_number);
	tcase_add_test(tc, retransmission_is_known);
	tcase_add_test(tc, ack_of_a_fin);
	tcase_add_test(tc, new_isn_new_connection);
	tcase_add_test(tc, lost_is_no_longer_on_the_way);
	tcase_add_test(tc, a_flood_does_not_use_up_the_numbers);
	tcase_add_test(tc, explained_packets_are_forgotten);
	tcase_add_test(tc, told_keeps_the_last);
	suite_add_tcase(s, tc);
	return s;
}
