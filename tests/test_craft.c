/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#include "../netns/craft.h"
#include "../netns/segment.h"

static struct segment sample(bool v6)
{
	struct segment s = { .src = { .addr = { [10] = 0xff, 0xff, 198, 18, 1, 1 }, .port = 40000 },
			     .dst = { .addr = { [10] = 0xff, 0xff, 198, 18, 2, 1 }, .port = 80 },
			     .ttl = 64,
			     .flags = SEG_SYN,
			     .seq = 0xfffffff0,
			     .ack = 0x01020304,
			     .window = 64240,
			     .has_mss = true,
			     .mss = 1460,
			     .has_wscale = true,
			     .wscale = 7,
			     .has_sackok = true,
			     .has_ts = true,
			     .tsval = 17,
			     .tsecr = 18,
			     .fastopen_len = -1 };

	if (v6) {
		memset(s.src.addr, 0x20, 16);
		memset(s.dst.addr, 0x21, 16);
	}
	return s;
}

/* The sum of a header that has its checksum in it, and of what belongs to it. */
static uint16_t folded(const uint8_t *data, size_t len, uint64_t sum)
{
	for (size_t i = 0; i < len; i++)
		sum += (uint64_t)data[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void check_sums(const uint8_t *frame, size_t len, bool v6)
{
	const uint8_t *ip = frame + ETH_HLEN, *tcp = ip + (v6 ? 40 : 20);
	const size_t tcp_len = len - (size_t)(tcp - frame);
	const uint64_t pseudo = folded(ip + (v6 ? 8 : 12), v6 ? 32 : 8, IPPROTO_TCP + tcp_len);

	if (!v6)
		ck_assert_uint_eq(folded(ip, 20, 0), 0xffff);
	ck_assert_uint_eq(folded(tcp, tcp_len, pseudo), 0xffff);
}

START_TEST(is_parsed_back)
{
	uint8_t frame[CRAFT_MAX_HEADERS + CRAFT_MAX_PAYLOAD];
	struct segment s = sample(_i), back;
	size_t len = craft_frame(&s, "", frame);

	ck_assert_int_eq(segment_parse(frame, len, &back), 0);
	ck_assert(endpoint_equal(&s.src, &back.src));
	ck_assert(endpoint_equal(&s.dst, &back.dst));
	ck_assert_uint_eq(back.seq, s.seq);
	ck_assert_uint_eq(back.ack, s.ack);
	ck_assert_uint_eq(back.flags, s.flags);
	ck_assert_uint_eq(back.window, s.window);
	ck_assert_uint_eq(back.ttl, s.ttl);
	ck_assert_uint_eq(back.mss, s.mss);
	ck_assert_uint_eq(back.wscale, s.wscale);
	ck_assert(back.has_sackok);
	ck_assert_uint_eq(back.tsval, s.tsval);
	ck_assert_uint_eq(back.tsecr, s.tsecr);
	ck_assert_uint_eq(back.len, 0);
	check_sums(frame, len, _i);
}
END_TEST

/* An odd number of bytes, which the checksum pads. */
START_TEST(payload_has_a_right_checksum)
{
	uint8_t frame[CRAFT_MAX_HEADERS + CRAFT_MAX_PAYLOAD];
	struct segment s = sample(_i), back;
	size_t len;

	s.flags = SEG_ACK | SEG_PSH;
	s.len = 5;
	len = craft_frame(&s, "OLD!!", frame);
	ck_assert_int_eq(segment_parse(frame, len, &back), 0);
	ck_assert_uint_eq(back.len, 5);
	ck_assert_mem_eq(frame + len - 5, "OLD!!", 5);
	check_sums(frame, len, _i);
}
END_TEST

START_TEST(headers_tell_of_a_payload_that_nobody_knows)
{
	uint8_t frame[CRAFT_MAX_HEADERS];
	struct segment s = sample(_i), back;
	size_t len;

	s.len = 1448;
	len = craft_frame(&s, NULL, frame);
	ck_assert_uint_le(len, CRAFT_MAX_HEADERS);
	ck_assert_int_eq(segment_parse(frame, len, &back), 0);
	ck_assert_uint_eq(back.len, 1448);
}
END_TEST

START_TEST(sack_blocks_and_a_cookie)
{
	uint8_t frame[CRAFT_MAX_HEADERS];
	struct segment s = sample(_i), back;
	size_t len;

	s.has_mss = s.has_wscale = s.has_sackok = false;
	s.n_sack = 4; /* beside a timestamp there is room for three */
	for (unsigned i = 0; i < 4; i++) {
		s.sack[i][0] = 100 * i;
		s.sack[i][1] = 100 * i + 50;
	}
	len = craft_frame(&s, NULL, frame);
	ck_assert_int_eq(segment_parse(frame, len, &back), 0);
	ck_assert_uint_eq(back.n_sack, 3);
	ck_assert_uint_eq(back.sack[2][1], 250);
	s.n_sack = 0;
	s.fastopen_len = 8;
	len = craft_frame(&s, NULL, frame);
	ck_assert_int_eq(segment_parse(frame, len, &back), 0);
	ck_assert_int_eq(back.fastopen_len, 8);
	ck_assert_uint_eq(back.n_sack, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("craft");
	TCase *tc = tcase_create("craft");

	tcase_add_loop_test(tc, is_parsed_back, 0, 2);
	tcase_add_loop_test(tc, payload_has_a_right_checksum, 0, 2);
	tcase_add_loop_test(tc, headers_tell_of_a_payload_that_nobody_knows, 0, 2);
	tcase_add_loop_test(tc, sack_blocks_and_a_cookie, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
