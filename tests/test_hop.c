/* SPDX-License-Identifier: MIT */
#include "../netns/hop.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/impair.h"
#include "harness.h"

static const struct port ports[] = {
	{
		.mac = { 2, 0, 0, 0, 0, 1 },
		.peer_mac = { 2, 0, 0, 0, 0, 2 },
		.ipv4 = { 198, 18, 1, 1 },
		.ipv6 = { 0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1 },
	},
	{
		.mac = { 2, 0, 0, 0, 0, 3 },
		.peer_mac = { 2, 0, 0, 0, 0, 4 },
		.ipv4 = { 198, 18, 2, 1 },
		.ipv6 = { 0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1 },
	},
};

enum { N_PORTS = 2, LEN4 = 34, LEN6 = 54 };

static uint16_t checksum(const uint8_t *ip)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void make4(uint8_t frame[static LEN4], uint8_t ttl, uint16_t id)
{
	static const uint8_t head[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 9, 9, 9, 9, 9, 9, 8, 0
	};
	uint8_t *ip = frame + sizeof(head);
	uint16_t sum;

	memset(frame, 0, LEN4);
	memcpy(frame, head, sizeof(head));
	ip[0] = 0x45;
	ip[3] = 20;
	ip[4] = (uint8_t)(id >> 8);
	ip[5] = (uint8_t)id;
	ip[8] = ttl;
	ip[9] = 6;
	memcpy(ip + 12, ports[0].ipv4, 4);
	memcpy(ip + 16, ports[1].ipv4, 4);
	sum = checksum(ip);
	ip[10] = (uint8_t)(sum >> 8);
	ip[11] = (uint8_t)sum;
}

static void make6(uint8_t frame[static LEN6], uint8_t limit)
{
	memset(frame, 0, LEN6);
	frame[12] = 0x86;
	frame[13] = 0xdd;
	frame[14] = 0x60;
	frame[14 + 7] = limit;
	memcpy(frame + 14 + 8, ports[1].ipv6, 16);
	memcpy(frame + 14 + 24, ports[0].ipv6, 16);
}

/* RFC 1624 is about the corner where the checksum is 0 or 0xffff: try every header. */
START_TEST(checksum_stays_right)
{
	uint8_t frame[LEN4];

	for (unsigned int id = 0; id <= UINT16_MAX; id++) {
		size_t to = 9;

		make4(frame, (uint8_t)(2 + id % 254), (uint16_t)id);
		ck_assert_int_eq(hop_decide(ports, N_PORTS, frame, LEN4, &to), HOP_FORWARD);
		ck_assert_uint_eq(to, 1);
		hop_rewrite(&ports[to], frame);
		ck_assert_uint_eq(frame[14 + 8], 1 + id % 254);
		ck_assert_uint_eq(checksum(frame + 14), 0);
	}
	ck_assert_mem_eq(frame, ports[1].peer_mac, 6);
	ck_assert_mem_eq(frame + 6, ports[1].mac, 6);
}
END_TEST

START_TEST(hop_limit)
{
	uint8_t frame[LEN6], before[LEN6];
	size_t to = 9;

	make6(frame, 64);
	memcpy(before, frame, sizeof(before));
	ck_assert_int_eq(hop_decide(ports, N_PORTS, frame, LEN6, &to), HOP_FORWARD);
	ck_assert_uint_eq(to, 0);
	ck_assert_mem_eq(frame, before, sizeof(before));
	hop_rewrite(&ports[to], frame);
	ck_assert_uint_eq(frame[14 + 7], 63);
	before[14 + 7] = 63;
	ck_assert_mem_eq(frame + 14, before + 14, LEN6 - 14);
	ck_assert_mem_eq(frame, ports[0].peer_mac, 6);
}
END_TEST

START_TEST(expires)
{
	uint8_t frame[LEN6];
	size_t to;

	for (uint8_t ttl = 0; ttl < 2; ttl++) {
		make4(frame, ttl, 0);
		ck_assert_int_eq(hop_decide(ports, N_PORTS, frame, LEN4, &to), HOP_EXPIRED);
		make6(frame, ttl);
		ck_assert_int_eq(hop_decide(ports, N_PORTS, frame, LEN6, &to), HOP_EXPIRED);
	}
}
END_TEST

START_TEST(ignores_what_is_not_for_a_host)
{
	uint8_t frame[LEN6];
	size_t to;

	make4(frame, 64, 0);
	frame[14 + 19] = 254;
	ck_assert_int_eq(hop_decide(ports, N_PORTS, frame, LEN4, &to), HOP_IGNORE);
	make6(frame, 64);
	frame[14 + 39] = 0xfe;
	ck_assert_int_eq(hop_decide(ports, N_PORTS, frame, LEN6, &to), HOP_IGNORE);
	make4(frame, 64, 0);
	frame[13] = 6; /* ARP */
	ck_assert_int_eq(hop_decide(ports, N_PORTS, frame, LEN4, &to), HOP_IGNORE);
	make4(frame, 64, 0);
	frame[14] = 0x65;
	ck_assert_int_eq(hop_decide(ports, N_PORTS, frame, LEN4, &to), HOP_IGNORE);
	make4(frame, 64, 0);
	frame[14] = 0x44;
	ck_assert_int_eq(hop_decide(ports, N_PORTS, frame, LEN4, &to), HOP_IGNORE);
	make6(frame, 64);
	frame[14] = 0x45;
	ck_assert_int_eq(hop_decide(ports, N_PORTS, frame, LEN6, &to), HOP_IGNORE);
}
END_TEST

/* On the heap and exactly as long, so that the sanitizer sees a look beyond the end. */
START_TEST(ignores_what_is_cut_off)
{
	uint8_t whole[LEN6];
	size_t to;

	for (size_t len = 0; len < LEN6; len++) {
		uint8_t *cut = malloc(len ? len : 1);

		ck_assert_ptr_nonnull(cut);
		make6(whole, 64);
		memcpy(cut, whole, len);
		ck_assert_int_eq(hop_decide(ports, N_PORTS, cut, len, &to), HOP_IGNORE);
		make4(whole, 64, 0);
		memcpy(cut, whole, len < LEN4 ? len : LEN4);
		if (len < LEN4)
			ck_assert_int_eq(hop_decide(ports, N_PORTS, cut, len, &to), HOP_IGNORE);
		free(cut);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("hop");
	TCase *c = tcase_create("hop");

	tcase_add_test(c, checksum_stays_right);
	tcase_add_test(c, hop_limit);
	tcase_add_test(c, expires);
	tcase_add_test(c, ignores_what_is_not_for_a_host);
	tcase_add_test(c, ignores_what_is_cut_off);
	suite_add_tcase(s, c);
	return s;
}
