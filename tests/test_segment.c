/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/segment.h"

/* A frame under construction. */
static uint8_t frame[512];
static size_t n;

static void put(const void *bytes, size_t len)
{
	ck_assert_uint_le(n + len, sizeof(frame));
	memcpy(frame + n, bytes, len);
	n += len;
}

#define PUT(...) put((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void ethernet(uint16_t type)
{
	n = 0;
	PUT(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2);
	PUT((uint8_t)(type >> 8), (uint8_t)type);
}

/* 198.18.1.1 to 198.18.2.1; @options is a multiple of 4 */
static void ipv4(size_t options, size_t payload, uint16_t frag)
{
	const size_t total = 20 + options + payload;

	PUT((uint8_t)(0x45 + options / 4), 0, (uint8_t)(total >> 8), (uint8_t)total, 0x12, 0x34,
	    (uint8_t)(frag >> 8), (uint8_t)frag, 63, 6, 0, 0);
	PUT(198, 18, 1, 1, 198, 18, 2, 1);
	for (size_t i = 0; i < options; i++)
		PUT(1);
}

/* 2001:db8:1::1 to 2001:db8:2::1 */
static void ipv6(uint8_t next, size_t payload)
{
	PUT(0x60, 0, 0, 0, (uint8_t)(payload >> 8), (uint8_t)payload, next, 62);
	PUT(0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
	PUT(0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
}

/* Ports 40000 to 80, seq 0x01020304, ack 0x05060708, window 0x1000 */
static void tcp(uint8_t flags, size_t options)
{
	PUT(0x9c, 0x40, 0, 80, 1, 2, 3, 4, 5, 6, 7, 8);
	PUT((uint8_t)((20 + options) / 4 << 4), flags, 0x10, 0, 0xaa, 0xbb, 0, 0);
}

static struct segment seg;

/* From a block of its own, so that the sanitizer sees a read beyond it. */
static int parse(size_t caplen)
{
	_cleanup_free_ uint8_t *copy = malloc(caplen ? caplen : 1);

	memcpy(copy, frame, caplen);
	return segment_parse(copy, caplen, &seg);
}

static void check_endpoint(const struct endpoint *ep, const char *text)
{
	char buf[ENDPOINT_MAX_TEXT];

	ck_assert_str_eq(endpoint_format(ep, buf), text);
}

static void check_tcp(uint8_t flags, uint32_t len)
{
	ck_assert_uint_eq(seg.seq, 0x01020304);
	ck_assert_uint_eq(seg.ack, 0x05060708);
	ck_assert_uint_eq(seg.window, 0x1000);
	ck_assert_uint_eq(seg.flags, flags);
	ck_assert_uint_eq(seg.len, len);
}

START_TEST(a_plain_segment)
{
	ethernet(0x0800);
	ipv4(0, 25, 0x4000);
	tcp(SEG_ACK | SEG_PSH, 0);
	PUT('h', 'e', 'l', 'l', 'o');
	ck_assert_int_eq(parse(n), 0);
	check_endpoint(&seg.src, "198.18.1.1:40000");
	check_endpoint(&seg.dst, "198.18.2.1:80");
	check_tcp(SEG_ACK | SEG_PSH, 5);
	ck_assert_uint_eq(seg.ip_id, 0x1234);
	ck_assert_uint_eq(seg.ttl, 63);
	ck_assert_int_eq(seg.fastopen_len, -1);
	ck_assert(!seg.has_mss && !seg.has_ts && !seg.has_wscale && !seg.has_sackok);
}
END_TEST

START_TEST(vlan_and_ip_options)
{
	ethernet(0x8100);
	PUT(0, 7, 0x08, 0x00);
	ipv4(8, 20, 0);
	tcp(SEG_FIN | SEG_ACK, 0);
	ck_assert_int_eq(parse(n), 0);
	check_tcp(SEG_FIN | SEG_ACK, 0);
	ck_assert_uint_eq(segment_end(&seg), 0x01020305);
}
END_TEST

START_TEST(ipv6_with_extension_headers)
{
	ethernet(0x86dd);
	ipv6(0, 8 + 16 + 8 + 8 + 21);
	PUT(43, 0, 1, 4, 0, 0, 0, 0);                         /* hop by hop */
	PUT(60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0); /* routing */
	PUT(44, 0, 1, 4, 0, 0, 0, 0);                         /* destination */
	PUT(6, 0, 0, 1, 9, 9, 9, 9);                          /* first fragment, more follow */
	tcp(SEG_ACK, 0);
	PUT('x');
	ck_assert_int_eq(parse(n), 0);
	check_endpoint(&seg.src, "[2001:db8:1::1]:40000");
	check_endpoint(&seg.dst, "[2001:db8:2::1]:80");
	check_tcp(SEG_ACK, 1);
	ck_assert_uint_eq(seg.ttl, 62);
	ck_assert_uint_eq(seg.ip_id, 0);
}
END_TEST

START_TEST(every_option_of_a_syn)
{
	ethernet(0x0800);
	ipv4(0, 20 + 32, 0x4000);
	tcp(SEG_SYN, 32);
	PUT(2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 7);
	PUT(1, 3, 3, 7, 34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0);
	ck_assert_int_eq(parse(n), 0);
	ck_assert(seg.has_mss && seg.has_sackok && seg.has_ts && seg.has_wscale);
	ck_assert_uint_eq(seg.mss, 1460);
	ck_assert_uint_eq(seg.wscale, 7);
	ck_assert_uint_eq(seg.tsval, 9);
	ck_assert_uint_eq(seg.tsecr, 7);
	ck_assert_int_eq(seg.fastopen_len, 8);
	ck_assert_uint_eq(segment_end(&seg), 0x01020305);
}
END_TEST

/* An option area of 12 bytes in a segment with @flags. */
static void options12(uint8_t flags, const uint8_t *bytes)
{
	ethernet(0x0800);
	ipv4(0, 32, 0x4000);
	tcp(flags, 12);
	put(bytes, 12);
	ck_assert_int_eq(parse(n), 0);
}

#define OPTIONS12(flags, ...) options12(flags, (const uint8_t[12]){ __VA_ARGS__ })

START_TEST(silly_options_end_the_list)
{
	OPTIONS12(SEG_SYN, 2, 4, 5, 180, 3, 0, 8, 10); /* length 0 */
	ck_assert(seg.has_mss && !seg.has_wscale && !seg.has_ts);
	OPTIONS12(SEG_SYN, 2, 4, 5, 180, 3, 1, 4, 2); /* length 1 */
	ck_assert(seg.has_mss && !seg.has_wscale && !seg.has_sackok);
	OPTIONS12(SEG_SYN, 1, 1, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6); /* beyond the header */
	ck_assert(!seg.has_ts);
	OPTIONS12(SEG_SYN, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 8); /* a kind without a length */
	ck_assert(!seg.has_ts);
	OPTIONS12(SEG_SYN, 0, 2, 4, 5, 180); /* after the end */
	ck_assert(!seg.has_mss);
	OPTIONS12(SEG_SYN, 2, 3, 5, 3, 4, 1, 1, 4, 3, 1); /* right kinds, wrong lengths */
	ck_assert(!seg.has_mss && !seg.has_wscale && !seg.has_sackok);
	OPTIONS12(SEG_SYN, 3, 3, 200); /* RFC 7323 section 2.3 */
	ck_assert(seg.has_wscale && seg.wscale == 14);
	OPTIONS12(SEG_ACK, 2, 4, 5, 180, 3, 3, 7, 4, 2, 34, 2, 1); /* only a SYN may */
	ck_assert(!seg.has_mss && !seg.has_wscale && !seg.has_sackok && seg.fastopen_len == -1);
	OPTIONS12(SEG_SYN, 34, 2); /* asks for a cookie */
	ck_assert_int_eq(seg.fastopen_len, 0);
	OPTIONS12(SEG_SYN, 254, 8, 0xf9, 0x89, 1, 2, 3, 4); /* the experimental number */
	ck_assert_int_eq(seg.fastopen_len, 4);
	OPTIONS12(SEG_SYN, 254, 8, 0xf9, 0x88, 1, 2, 3, 4); /* another experiment */
	ck_assert_int_eq(seg.fastopen_len, -1);
}
END_TEST

START_TEST(sack_blocks)
{
	OPTIONS12(SEG_ACK, 1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2);
	ck_assert_uint_eq(seg.n_sack, 1);
	ck_assert_uint_eq(seg.sack[0][0], 1);
	ck_assert_uint_eq(seg.sack[0][1], 2);
	OPTIONS12(SEG_ACK, 1, 1, 1, 5, 9, 0, 0, 0, 1, 0, 0, 0);
	ck_assert_uint_eq(seg.n_sack, 0);
	ethernet(0x0800);
	ipv4(0, 60, 0);
	tcp(SEG_ACK, 40);
	PUT(5, 34);
	for (uint8_t i = 0; i < 32; i++)
		PUT(i);
	PUT(0, 0, 0, 0, 0, 0);
	ck_assert_int_eq(parse(n), 0);
	ck_assert_uint_eq(seg.n_sack, 4);
	ck_assert_uint_eq(seg.sack[3][1], 0x1c1d1e1f);
}
END_TEST

START_TEST(a_cut_payload_is_no_error_a_cut_header_is)
{
	ethernet(0x86dd);
	ipv6(60, 8 + 32 + 100);
	PUT(6, 0, 1, 4, 0, 0, 0, 0);
	tcp(SEG_ACK, 12);
	PUT(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2);
	for (size_t len = 0; len < n; len++)
		ck_assert_int_eq(parse(len), len < 14 ? -EPROTONOSUPPORT : -EBADMSG);
	ck_assert_int_eq(parse(n), 0);
	ck_assert_uint_eq(seg.len, 100);
}
END_TEST

START_TEST(lengths_that_lie)
{
	ethernet(0x0800);
	ipv4(0, 19, 0); /* less than a TCP header */
	tcp(SEG_ACK, 0);
	ck_assert_int_eq(parse(n), -EBADMSG);
	ethernet(0x0800);
	ipv4(0, 20, 0);
	tcp(SEG_ACK, 12); /* longer than its packet */
	PUT(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
	ck_assert_int_eq(parse(n), -EBADMSG);
	frame[14 + 20 + 12] = 0x40; /* data offset below 5 */
	ck_assert_int_eq(parse(n), -EBADMSG);
	ethernet(0x0800);
	ipv4(0, 20, 0);
	tcp(SEG_ACK, 0);
	frame[14] = 0x44; /* header length below 5 */
	ck_assert_int_eq(parse(n), -EBADMSG);
	frame[14] = 0x65; /* version 6 */
	ck_assert_int_eq(parse(n), -EBADMSG);
	ethernet(0x86dd);
	ipv6(0, 20);
	PUT(6, 2, 0, 0, 0, 0, 0, 0); /* an extension header longer than the packet */
	PUT(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	tcp(SEG_ACK, 0);
	ck_assert_int_eq(parse(n), -EBADMSG);
	ethernet(0x86dd);
	ipv6(6, 0); /* a jumbogram */
	tcp(SEG_ACK, 0);
	ck_assert_int_eq(parse(n), -EBADMSG);
}
END_TEST

START_TEST(what_is_not_tcp)
{
	ethernet(0x0806); /* ARP */
	PUT(0, 1, 8, 0);
	ck_assert_int_eq(parse(n), -EPROTONOSUPPORT);
	ethernet(0x0800);
	ipv4(0, 20, 0x00b9); /* a later fragment */
	tcp(SEG_ACK, 0);
	ck_assert_int_eq(parse(n), -EPROTONOSUPPORT);
	frame[14 + 6] = frame[14 + 7] = 0;
	ck_assert_int_eq(parse(n), 0);
	frame[14 + 9] = 17;
	ck_assert_int_eq(parse(n), -EPROTONOSUPPORT);
	ethernet(0x86dd);
	ipv6(44, 28);
	PUT(6, 0, 0, 8, 9, 9, 9, 9); /* a later fragment */
	tcp(SEG_ACK, 0);
	ck_assert_int_eq(parse(n), -EPROTONOSUPPORT);
	ethernet(0x86dd);
	ipv6(58, 8);
	ck_assert_int_eq(parse(n), -EPROTONOSUPPORT);
}
END_TEST

static uint64_t digest_after(size_t at, uint8_t value)
{
	const uint8_t was = frame[at];
	uint64_t digest;

	frame[at] = value;
	ck_assert_int_eq(parse(n), 0);
	digest = seg.digest;
	frame[at] = was;
	return digest;
}

START_TEST(the_digest_follows_the_segment)
{
	uint64_t d;

	ethernet(0x0800);
	ipv4(0, 22, 0x4000);
	tcp(SEG_ACK, 0);
	PUT('a', 'b');
	PUT(0, 0, 0, 0); /* padding */
	ck_assert_int_eq(parse(n), 0);
	d = seg.digest;
	/* What changes on the way: hardware addresses, TTL, checksums, padding. */
	ck_assert_uint_eq(digest_after(3, 9), d);
	ck_assert_uint_eq(digest_after(14 + 8, 61), d);
	ck_assert_uint_eq(digest_after(14 + 10, 0xee), d);
	ck_assert_uint_eq(digest_after(34 + 16, 0xee), d);
	ck_assert_uint_eq(digest_after(34 + 17, 0xee), d);
	ck_assert_uint_eq(digest_after(34 + 22, 0xee), d);
	/* What does not: addresses, ports, numbers, flags, payload. */
	ck_assert_uint_ne(digest_after(14 + 15, 2), d);
	ck_assert_uint_ne(digest_after(34, 0x9d), d);
	ck_assert_uint_ne(digest_after(34 + 7, 5), d);
	ck_assert_uint_ne(digest_after(34 + 13, SEG_ACK | SEG_FIN), d);
	ck_assert_uint_ne(digest_after(34 + 19, 1), d);
	ck_assert_uint_ne(digest_after(34 + 21, 'c'), d);
}
END_TEST

START_TEST(letters_of_flags)
{
	char buf[SEG_FLAGS_MAX_TEXT];

	ck_assert_str_eq(segment_flags(0, buf), "");
	ck_assert_str_eq(segment_flags(SEG_SYN | SEG_ACK, buf), "SA");
	ck_assert_str_eq(segment_flags(0xff, buf), "SFRPAUEC");
	for (int i = 0; i < 256; i++)
		ck_assert_int_eq(segment_flags_parse(segment_flags((uint8_t)i, buf)), i);
	ck_assert_int_eq(segment_flags_parse("apf"), SEG_ACK | SEG_PSH | SEG_FIN);
	ck_assert_int_eq(segment_flags_parse("SX"), -EINVAL);
	ck_assert_int_eq(segment_flags_parse("S A"), -EINVAL);
}
END_TEST

START_TEST(text_of_endpoints)
{
	struct endpoint ep = { .port = 65535 };

	check_endpoint(&ep, "[::]:65535");
	ck_assert(!endpoint_is_v4(&ep));
	memset(ep.addr, 0xff, sizeof(ep.addr));
	check_endpoint(&ep, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
	memset(ep.addr, 0, 10);
	check_endpoint(&ep, "255.255.255.255:65535");
	ck_assert(endpoint_is_v4(&ep));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("segment");
	TCase *tc = tcase_create("frames");

	tcase_add_test(tc, a_plain_segment);
	tcase_add_test(tc, vlan_and_ip_options);
	tcase_add_test(tc, ipv6_with_extension_headers);
	tcase_add_test(tc, every_option_of_a_syn);
	tcase_add_test(tc, silly_options_end_the_list);
	tcase_add_test(tc, sack_blocks);
	tcase_add_test(tc, a_cut_payload_is_no_error_a_cut_header_is);
	tcase_add_test(tc, lengths_that_lie);
	tcase_add_test(tc, what_is_not_tcp);
	tcase_add_test(tc, the_digest_follows_the_segment);
	tcase_add_test(tc, letters_of_flags);
	tcase_add_test(tc, text_of_endpoints);
	suite_add_tcase(s, tc);
	return s;
}
