/* SPDX-License-Identifier: MIT */
#include "../netns/checksum.h"

#include <string.h>

#include "harness.h"

/* A SYN from 198.18.1.1 to 198.18.2.1, its sums still to be filled in. */
static const uint8_t v4[] = {
	2, 0,  0x5e, 0x12, 1,  1, 2, 0, 0x5e, 0x12, 1,    254, 8,    0,    0x45, 0, 0,    40,
	0, 1,  0x40, 0,    64, 6, 0, 0, 198,  18,   1,    1,   198,  18,   2,    1, 0x80, 0,
	0, 80, 0,    0,    0,  1, 0, 0, 0,    0,    0x50, 2,   0xfa, 0xf0, 0,    0, 0,    0,
};

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* The sums as the RFC's example code forms them, byte pair by byte pair. */
static void fill(uint8_t *frame, size_t len)
{
	uint8_t *ip = frame + 14, *tcp = ip + 20;
	uint32_t sum = 0;
	uint16_t check;

	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	check = fold(sum);
	ip[10] = (uint8_t)(check >> 8);
	ip[11] = (uint8_t)check;
	sum = 6 + (uint32_t)(len - 34);
	for (size_t i = 12; i < 20; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	for (size_t i = 0; i < len - 34; i++)
		sum += (uint32_t)tcp[i] << (i % 2 ? 0 : 8);
	check = fold(sum);
	tcp[16] = (uint8_t)(check >> 8);
	tcp[17] = (uint8_t)check;
}

START_TEST(one_bit_is_found)
{
	uint8_t frame[sizeof(v4)];

	memcpy(frame, v4, sizeof(v4));
	ck_assert(!checksum_ok(frame, sizeof(frame)));
	fill(frame, sizeof(frame));
	ck_assert(checksum_ok(frame, sizeof(frame)));
	for (size_t bit = 20 * 8; bit < 8 * (sizeof(frame) - 14); bit++) {
		frame[14 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_msg(!checksum_ok(frame, sizeof(frame)), "bit %zu", bit);
		frame[14 + bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert(checksum_ok(frame, sizeof(frame)));
	/* The TTL is only the IP header's. */
	frame[22]--;
	ck_assert(!checksum_ok(frame, sizeof(frame)));
}
END_TEST

START_TEST(odd_lengths_count)
{
	uint8_t frame[sizeof(v4) + 3] = { 0 };

	memcpy(frame, v4, sizeof(v4));
	for (size_t i = 0; i < 3; i++)
		frame[sizeof(v4) + i] = (uint8_t)('a' + i);
	frame[17] = 43;
	fill(frame, sizeof(frame));
	ck_assert(checksum_ok(frame, sizeof(frame)));
	frame[sizeof(frame) - 1] ^= 1;
	ck_assert(!checksum_ok(frame, sizeof(frame)));
}
END_TEST

/* What cannot be judged is not condemned, and nothing is read that is not there. */
START_TEST(cut_off_is_not_wrong)
{
	uint8_t frame[sizeof(v4)];

	memcpy(frame, v4, sizeof(v4));
	fill(frame, sizeof(frame));
	for (size_t len = 0; len < sizeof(frame); len++)
		ck_assert_msg(checksum_ok(frame, len), "%zu bytes", len);
	/* A UDP datagram, an ARP request. */
	frame[23] = 17;
	frame[12] = 8;
	frame[13] = 6;
	ck_assert(checksum_ok(frame, sizeof(frame)));
}
END_TEST

/* The same segment over IPv6; its pseudo header has both addresses and no checksum of its own. */
START_TEST(knows_ipv6)
{
	uint8_t frame[14 + 40 + 20] = {
		[12] = 0x86, [13] = 0xdd, [14] = 0x60, [19] = 20, [20] = 6, [21] = 64
	};
	static const uint8_t a[16] = { 0x20, 1, 0x0d, 0xb8, 0, 1, [15] = 1 };
	static const uint8_t b[16] = { 0x20, 1, 0x0d, 0xb8, 0, 2, [15] = 1 };
	uint32_t sum = 6 + 20;
	uint16_t check;

	memcpy(frame + 22, a, 16);
	memcpy(frame + 38, b, 16);
	memcpy(frame + 54, v4 + 34, 20);
	ck_assert(!checksum_ok(frame, sizeof(frame)));
	for (size_t i = 22; i < sizeof(frame); i += 2)
		sum += (uint32_t)frame[i] << 8 | frame[i + 1];
	check = fold(sum);
	frame[54 + 16] = (uint8_t)(check >> 8);
	frame[54 + 17] = (uint8_t)check;
	ck_assert(checksum_ok(frame, sizeof(frame)));
	frame[60] ^= 0x10;
	ck_assert(!checksum_ok(frame, sizeof(frame)));
}
END_TEST

/* Of ICMP the whole message counts, over IPv6 with a pseudo-header. */
START_TEST(knows_icmp)
{
	uint8_t four[14 + 20 + 8 + 28] = {
		[12] = 8, [14] = 0x45, [17] = 56, [22] = 64, [23] = 1, [34] = 3, [35] = 1, [50] = 7
	};
	uint8_t six[14 + 40 + 8 + 28] = { [12] = 0x86, [13] = 0xdd, [14] = 0x60, [19] = 36,
					  [20] = 58,   [21] = 64,   [22] = 0x20, [54] = 3 };

	checksum_put(four + 24, four + 14, 20, 0);
	ck_assert(!checksum_ok(four, sizeof(four)));
	checksum_put(four + 36, four + 34, 36, 0);
	ck_assert(checksum_ok(four, sizeof(four)));
	four[60] ^= 4;
	ck_assert(!checksum_ok(four, sizeof(four)));
	ck_assert(checksum_ok(four, sizeof(four) - 1));

	ck_assert(!checksum_ok(six, sizeof(six)));
	checksum_put(six + 56, six + 54, 36, checksum_pseudo6(six + 22, 36));
	ck_assert(checksum_ok(six, sizeof(six)));
	six[22] ^= 1;
	ck_assert(!checksum_ok(six, sizeof(six)));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("checksum");
	TCase *c = tcase_create("checksum");

	tcase_add_test(c, one_bit_is_found);
	tcase_add_test(c, odd_lengths_count);
	tcase_add_test(c, cut_off_is_not_wrong);
	tcase_add_test(c, knows_ipv6);
	tcase_add_test(c, knows_icmp);
	suite_add_tcase(s, c);
	return s;
}
