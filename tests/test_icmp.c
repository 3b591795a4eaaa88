/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/icmp.h"

/* A frame under construction, and what was made of it. */
static uint8_t frame[512];
static size_t n;
static struct icmp_error icmp;

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
	memset(&icmp, 0xff, sizeof(icmp));
	PUT(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2);
	PUT((uint8_t)(type >> 8), (uint8_t)type);
}

/* @last: of both addresses, 198.18.1.x */
static void ipv4(uint8_t proto, size_t len, uint8_t from, uint8_t to)
{
	const size_t total = 20 + len;

	PUT(0x45, 0, (uint8_t)(total >> 8), (uint8_t)total, 0x12, 0x34, 0x40, 0, 61, proto, 0, 0);
	PUT(198, 18, 1, from, 198, 18, 1, to);
}

static void ipv6(uint8_t next, size_t len, uint8_t from, uint8_t to)
{
	PUT(0x60, 0, 0, 0, (uint8_t)(len >> 8), (uint8_t)len, next, 62);
	PUT(0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, from);
	PUT(0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, to);
}

static void head(uint8_t type, uint8_t code, uint16_t high, uint16_t low)
{
	PUT(type, code, 0, 0, (uint8_t)(high >> 8), (uint8_t)high, (uint8_t)(low >> 8),
	    (uint8_t)low);
}

/* Ports 40000 to 80, seq 0x01020304, a SYN; @doff in words. */
static void tcp(uint8_t doff)
{
	PUT(0x9c, 0x40, 0, 80, 1, 2, 3, 4, 5, 6, 7, 8);
	PUT((uint8_t)(doff << 4), SEG_SYN, 0x10, 0, 0xaa, 0xbb, 0, 0);
}

/* Host unreachable, from .254 to .1, about a segment from .1 to .9 with 5 bytes of data. */
static void whole(void)
{
	ethernet(0x0800);
	ipv4(1, 8 + 20 + 20, 254, 1);
	head(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, 0);
	ipv4(6, 25, 1, 9);
	tcp(5);
}

/* From a block of its own, so that the sanitizer sees a read beyond it. */
static int parse(size_t caplen)
{
	_cleanup_free_ uint8_t *copy = malloc(caplen ? caplen : 1);

	memcpy(copy, frame, caplen);
	return icmp_parse(copy, caplen, &icmp);
}

static void check_endpoint(const struct endpoint *ep, const char *text)
{
	char buf[ENDPOINT_MAX_TEXT];

	ck_assert_str_eq(endpoint_format(ep, buf), text);
}

START_TEST(a_whole_one)
{
	whole();
	ck_assert_int_eq(parse(n), 0);
	ck_assert_str_eq(icmp_name(&icmp), "host unreachable");
	ck_assert(!icmp.v6);
	ck_assert_uint_eq(icmp.type, ICMP_DEST_UNREACH);
	ck_assert_uint_eq(icmp.code, ICMP_HOST_UNREACH);
	ck_assert_uint_eq(icmp.ttl, 61);
	ck_assert_uint_eq(icmp.mtu, 0);
	check_endpoint(&icmp.from, "198.18.1.254:0");
	check_endpoint(&icmp.to, "198.18.1.1:0");
	check_endpoint(&icmp.src, "198.18.1.1:40000");
	check_endpoint(&icmp.dst, "198.18.1.9:80");
	ck_assert_uint_eq(icmp.ip_id, 0x1234);
	ck_assert_uint_eq(icmp.seq, 0x01020304);
	ck_assert(icmp.has_header);
	ck_assert_uint_eq(icmp.flags, SEG_SYN);
	ck_assert_uint_eq(icmp.len, 5);
	ck_assert(icmp_aborts(&icmp));
}
END_TEST

/* RFC 792 asks for no more than eight bytes of what follows the IP header. */
START_TEST(the_least_quote)
{
	ethernet(0x0800);
	ipv4(1, 8 + 20 + 8, 254, 1);
	head(ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0, 0);
	ipv4(6, 40, 1, 9);
	PUT(0x9c, 0x40, 0, 80, 1, 2, 3, 4);
	/* an Ethernet frame may be padded: this is no part of the quote */
	PUT(9, 9, 9, 9, 0x50, SEG_FIN, 9, 9, 9, 9, 9, 9);
	ck_assert_int_eq(parse(n), 0);
	ck_assert_str_eq(icmp_name(&icmp), "time exceeded");
	check_endpoint(&icmp.dst, "198.18.1.9:80");
	ck_assert_uint_eq(icmp.seq, 0x01020304);
	ck_assert(!icmp.has_header);
}
END_TEST

START_TEST(too_large)
{
	ethernet(0x0800);
	ipv4(1, 8 + 20 + 20, 254, 1);
	head(ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 0xffff, 1400);
	ipv4(6, 1480, 1, 9);
	tcp(8);
	ck_assert_int_eq(parse(n), 0);
	ck_assert_str_eq(icmp_name(&icmp), "fragmentation needed");
	ck_assert_uint_eq(icmp.mtu, 1400);
	ck_assert_uint_eq(icmp.len, 1448);
	ck_assert(!icmp_aborts(&icmp));

	ethernet(0x86dd);
	ipv6(58, 8 + 40 + 20, 0xfe, 1);
	head(ICMP6_PACKET_TOO_BIG, 0, 1, 2);
	ipv6(6, 1480, 1, 9);
	tcp(5);
	ck_assert_int_eq(parse(n), 0);
	ck_assert_str_eq(icmp_name(&icmp), "packet too big");
	ck_assert_uint_eq(icmp.mtu, 0x10002);
	ck_assert(!icmp_aborts(&icmp));
	check_endpoint(&icmp.from, "[2001:db8:1::fe]:0");
	check_endpoint(&icmp.src, "[2001:db8:1::1]:40000");
	ck_assert_uint_eq(icmp.ip_id, 0);
	ck_assert_uint_eq(icmp.len, 1460);
}
END_TEST

/* Extension headers, of the message and of what it quotes. */
START_TEST(behind_extensions)
{
	ethernet(0x86dd);
	ipv6(0, 8 + 8 + 40 + 8 + 20, 0xfe, 1);
	PUT(58, 0, 1, 4, 0, 0, 0, 0);
	head(ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_TRANSIT, 0, 0);
	ipv6(60, 28, 1, 9);
	PUT(6, 0, 1, 4, 0, 0, 0, 0);
	tcp(5);
	ck_assert_int_eq(parse(n), 0);
	ck_assert(icmp.v6);
	ck_assert_str_eq(icmp_name(&icmp), "time exceeded");
	ck_assert_uint_eq(icmp.seq, 0x01020304);
	ck_assert_uint_eq(icmp.len, 0);
}
END_TEST

/* Wherever it is cut off it is refused, or the quote is less than whole; nothing is read beyond. */
START_TEST(cut_off)
{
	whole();
	for (size_t len = 0; len < n; len++) {
		const int rc = parse(len);

		if (len < 14)
			ck_assert_int_eq(rc, -EPROTONOSUPPORT);
		else if (len < n - 12)
			ck_assert_msg(rc == -EBADMSG, "%zu bytes: %d", len, rc);
		else
			ck_assert(rc == 0 && !icmp.has_header);
	}
}
END_TEST

/* The offsets of a frame made by whole(). */
enum { IP = 14, MESSAGE = IP + 20, QUOTE = MESSAGE + 8, TCP = QUOTE + 20 };

static const struct {
	const char *what;
	size_t at;
	uint8_t value;
	int rc;
} lies[] = {
	{ "the message is of another version", IP, 0x65, -EBADMSG },
	{ "its header is too short", IP, 0x44, -EBADMSG },
	{ "its header reaches into the quote", IP, 0x4f, -EPROTONOSUPPORT },
	{ "it says that it ends before its own header", IP + 3, 27, -EBADMSG },
	{ "it says that it ends in the quote", IP + 3, 20 + 8 + 19, -EBADMSG },
	{ "it says that it ends in the ports", IP + 3, 20 + 8 + 20 + 7, -EBADMSG },
	{ "it is a fragment that is not the first", IP + 7, 1, -EPROTONOSUPPORT },
	{ "it is no ICMP", IP + 9, 17, -EPROTONOSUPPORT },
	{ "it is an echo", MESSAGE, ICMP_ECHO, -EPROTONOSUPPORT },
	{ "it is a redirect", MESSAGE, ICMP_REDIRECT, -EPROTONOSUPPORT },
	{ "the quote is of another version", QUOTE, 0x65, -EBADMSG },
	{ "the quoted header is too short", QUOTE, 0x40, -EBADMSG },
	{ "the quoted header goes beyond the quote", QUOTE, 0x4f, -EBADMSG },
	{ "the quoted packet has no room for its header", QUOTE + 3, 19, -EBADMSG },
	{ "the quoted packet has no room for TCP", QUOTE + 3, 39, -EBADMSG },
	{ "it quotes a later fragment", QUOTE + 7, 1, -EPROTONOSUPPORT },
	{ "it quotes UDP", QUOTE + 9, 17, -EPROTONOSUPPORT },
	{ "it quotes an error", QUOTE + 9, 1, -EPROTONOSUPPORT },
	{ "the quoted TCP header is too short", TCP + 12, 0x40, -EBADMSG },
	{ "the quoted TCP header is longer than the packet", TCP + 12, 0xf0, -EBADMSG },
};

START_TEST(lied_to)
{
	whole();
	ck_assert_int_eq(parse(n), 0);
	frame[lies[_i].at] = lies[_i].value;
	ck_assert_msg(parse(n) == lies[_i].rc, "%s: %d", lies[_i].what, parse(n));
}
END_TEST

/* No byte of it, whatever it is, leads astray. */
START_TEST(any_byte)
{
	whole();
	for (size_t i = 0; i < n; i++) {
		const uint8_t was = frame[i];

		for (unsigned value = 0; value < 256; value++) {
			int rc;

			frame[i] = (uint8_t)value;
			rc = parse(n);
			ck_assert(rc == 0 || rc == -EBADMSG || rc == -EPROTONOSUPPORT);
			ck_assert_ptr_nonnull(icmp_name(&icmp));
		}
		frame[i] = was;
	}
}
END_TEST

START_TEST(names)
{
	const struct icmp_error port = { .type = ICMP_DEST_UNREACH, .code = ICMP_PORT_UNREACH };
	const struct icmp_error odd = { .type = ICMP_DEST_UNREACH, .code = 99 };
	const struct icmp_error six = { .v6 = true, .type = 1, .code = 4 };
	const struct icmp_error none = { .type = 77 };

	ck_assert_str_eq(icmp_name(&port), "port unreachable");
	ck_assert_str_eq(icmp_name(&odd), "destination unreachable");
	ck_assert_str_eq(icmp_name(&six), "port unreachable");
	ck_assert_str_eq(icmp_name(&none), "unknown");
	ck_assert_str_eq(icmp_name_find("Host Unreachable"), "host unreachable");
	ck_assert_str_eq(icmp_name_find("no route"), "no route");
	ck_assert_ptr_null(icmp_name_find("host"));
	ck_assert_ptr_null(icmp_name_find(""));
	ck_assert_str_eq(icmp_name_near("fragmentaton needed"), "fragmentation needed");
	ck_assert_ptr_null(icmp_name_near("echo reply"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("icmp");
	TCase *c = tcase_create("icmp");

	tcase_add_test(c, a_whole_one);
	tcase_add_test(c, the_least_quote);
	tcase_add_test(c, too_large);
	tcase_add_test(c, behind_extensions);
	tcase_add_test(c, cut_off);
	tcase_add_loop_test(c, lied_to, 0, sizeof(lies) / sizeof(lies[0]));
	tcase_add_test(c, any_byte);
	tcase_add_test(c, names);
	suite_add_tcase(s, c);
	return s;
}
