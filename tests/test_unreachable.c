/* SPDX-License-Identifier: MIT */
#include "../netns/unreachable.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/hop.h"
#include "../netns/impair.h"
#include "harness.h"

static const struct port port = {
	.mac = { 2, 0, 0, 0, 0, 1 },
	.peer_mac = { 2, 0, 0, 0, 0, 2 },
	.router4 = { 198, 18, 1, 254 },
	.ipv4 = { 198, 18, 1, 1 },
};

enum { OPTIONS = 4, LEN = ETH_HLEN + 20 + OPTIONS + 20 };

/* A TCP segment from the port's host to @last in the unreachable network, with an IP option. */
static void make(uint8_t frame[static LEN], uint8_t last)
{
	uint8_t *ip = frame + ETH_HLEN;

	memset(frame, 0, LEN);
	frame[12] = ETH_P_IP >> 8;
	ip[0] = 0x46;
	ip[3] = LEN - ETH_HLEN;
	ip[8] = 64;
	ip[9] = IPPROTO_TCP;
	memcpy(ip + 12, port.ipv4, 4);
	memcpy(ip + 16, unreachable_net, 3);
	ip[19] = last;
	for (uint8_t i = 0; i < 20; i++)
		ip[20 + OPTIONS + i] = i + 1;
}

/* RFC 1071: over data that holds its own right checksum the sum is all ones. */
static uint32_t sum(const uint8_t *data, size_t len)
{
	uint32_t n = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		n += (uint32_t)(data[i] << 8 | data[i + 1]);
	while (n >> 16)
		n = (n & 0xffff) + (n >> 16);
	return n;
}

START_TEST(answers)
{
	uint8_t frame[LEN], out[UNREACHABLE_FRAME_MAX];
	const uint8_t *ip = out + ETH_HLEN, *icmp = ip + 20;
	size_t to, n;

	make(frame, 7);
	ck_assert_int_eq(hop_decide(&port, 1, frame, LEN, &to), HOP_UNREACHABLE);
	n = unreachable_answer(&port, frame, LEN, out);
	ck_assert_uint_eq(n, ETH_HLEN + 20 + 8 + 20 + OPTIONS + 8);
	ck_assert_uint_eq((unsigned)(ip[2] << 8 | ip[3]), n - ETH_HLEN);
	ck_assert_int_eq(ip[9], IPPROTO_ICMP);
	ck_assert_mem_eq(ip + 12, port.router4, 4);
	ck_assert_mem_eq(ip + 16, port.ipv4, 4);
	ck_assert_uint_eq(sum(ip, 20), 0xffff);
	ck_assert_int_eq(icmp[0], ICMP_DEST_UNREACH);
	ck_assert_int_eq(icmp[1], ICMP_HOST_UNREACH);
	ck_assert_uint_eq(sum(icmp, n - ETH_HLEN - 20), 0xffff);
	/* What the host needs to know its socket again: the header, the ports, the number. */
	ck_assert_mem_eq(icmp + 8, frame + ETH_HLEN, 20 + OPTIONS + 8);

	/* It can go the way of any other packet for that host. */
	ck_assert_int_eq(hop_decide(&port, 1, out, n, &to), HOP_FORWARD);
	hop_rewrite(&port, out);
	ck_assert_int_eq(ip[8], 64);
	ck_assert_uint_eq(sum(ip, 20), 0xffff);
	ck_assert_mem_eq(out, port.peer_mac, 6);
}
END_TEST

START_TEST(is_one_network)
{
	static const uint8_t in[] = { 203, 0, 113, 255 }, out[] = { 203, 0, 114, 1 };

	ck_assert(unreachable_is(in));
	ck_assert(!unreachable_is(out));
}
END_TEST

/* RFC 1122 section 3.2.2: what must not be answered. */
START_TEST(is_silent)
{
	uint8_t frame[LEN], out[UNREACHABLE_FRAME_MAX];
	uint8_t *ip = frame + ETH_HLEN;

	make(frame, 1);
	ip[7] = 1;
	ck_assert_uint_eq(unreachable_answer(&port, frame, LEN, out), 0);
	make(frame, 1);
	ip[9] = IPPROTO_ICMP;
	ip[20 + OPTIONS] = ICMP_DEST_UNREACH;
	ck_assert_uint_eq(unreachable_answer(&port, frame, LEN, out), 0);
	ip[20 + OPTIONS] = ICMP_ECHO;
	ck_assert_uint_gt(unreachable_answer(&port, frame, LEN, out), 0);
	/* a forged sender */
	make(frame, 1);
	ip[15] = 9;
	ck_assert_uint_eq(unreachable_answer(&port, frame, LEN, out), 0);
	/* cut off in the ports; and a header that claims to be longer than what there is */
	make(frame, 1);
	ck_assert_uint_eq(unreachable_answer(&port, frame, ETH_HLEN + 20 + OPTIONS + 7, out), 0);
	ip[0] = 0x4f;
	ck_assert_uint_eq(unreachable_answer(&port, frame, LEN, out), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("unreachable");
	TCase *tc = tcase_create("answers");

	tcase_add_test(tc, answers);
	tcase_add_test(tc, is_one_network);
	tcase_add_test(tc, is_silent);
	suite_add_tcase(s, tc);
	return s;
}
