/* SPDX-License-Identifier: MIT */
#ifndef NETNS_SEGMENT_H
#define NETNS_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Flag bits as in byte 13 of the TCP header (RFC 9293 section 3.1). */
enum {
	SEG_FIN = 0x01,
	SEG_SYN = 0x02,
	SEG_RST = 0x04,
	SEG_PSH = 0x08,
	SEG_ACK = 0x10,
	SEG_URG = 0x20,
	SEG_ECE = 0x40,
	SEG_CWR = 0x80,
};

/* An endpoint. IPv4 addresses are kept IPv4-mapped (::ffff:a.b.c.d), so that one comparison serves
 * both. */
struct endpoint {
	uint8_t addr[16];
	uint16_t port; /* host order */
};

/** endpoint_is_v4() - is the address IPv4-mapped? */
bool endpoint_is_v4(const struct endpoint *ep);

/** endpoint_equal() - same address and port? */
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

#define ENDPOINT_MAX_TEXT 56
/** endpoint_format() - "198.18.1.1:80", "[2001:db8:1::1]:80". Return: @buf. */
const char *endpoint_format(const struct endpoint *ep, char buf[static ENDPOINT_MAX_TEXT]);

#define SEG_MAX_SACK 4

/*
 * One TCP segment as it stood on the wire. Numbers in host order, sequence
 * numbers absolute.
 *
 * @src, @dst:      endpoints
 * @ip_id:          IPv4 identification, 0 for IPv6
 * @ttl:            TTL or hop limit
 * @len:            payload bytes, from the IP length, not from the capture
 * @digest:         of the TCP header and captured payload without checksum:
 *                  equal when the same segment is seen at two places
 * @has_*:          the option was present
 * @mss, @wscale:   RFC 9293 section 3.7.1, RFC 7323 section 2
 * @tsval, @tsecr:  RFC 7323 section 3
 * @sack:           @n_sack blocks, left and right edge (RFC 2018)
 * @fastopen_len:   length of the cookie, RFC 7413; -1 when the option is absent
 */
struct segment {
	struct endpoint src, dst;
	uint16_t ip_id;
	uint8_t ttl;
	uint8_t flags;
	uint32_t seq, ack;
	uint16_t window;
	uint32_t len;
	uint64_t digest;
	bool has_mss, has_wscale, has_sackok, has_ts;
	uint16_t mss;
	uint8_t wscale;
	uint32_t tsval, tsecr;
	unsigned n_sack;
	uint32_t sack[SEG_MAX_SACK][2];
	int fastopen_len;
};

/**
 * segment_parse() - decode an Ethernet frame.
 * @caplen: bytes in @frame, may be less than what was on the wire
 * Return: 0; -EPROTONOSUPPORT when it is no TCP over IPv4 or IPv6 (not an error);
 * -EBADMSG when it claims to be and is cut off or malformed.
 */
int segment_parse(const uint8_t *frame, size_t caplen, struct segment *seg);

/** segment_end() - the sequence number after it: SYN and FIN count one each. */
uint32_t segment_end(const struct segment *seg);

#define SEG_FLAGS_MAX_TEXT 9
/** segment_flags() - "S", "SA", "FPA", in the order SFRPAUEC (tcpdump's letters, E for ECE, C for
 * CWR). Return: @buf. */
const char *segment_flags(uint8_t flags, char buf[static SEG_FLAGS_MAX_TEXT]);

/** segment_flags_parse() - letters in any order, either case. Return: the bits, or -EINVAL. */
int segment_flags_parse(const char *text);

#endif
