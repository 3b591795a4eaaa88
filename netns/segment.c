/* SPDX-License-Identifier: MIT */
/*
 * Frames to segments.
 *
 * Whatever stands in a frame was written by somebody else: every read is
 * through a struct view, which knows how many bytes were captured and never
 * lends one more. Two lengths are kept apart all the way down: what the IP
 * header says the packet has (from it @len is computed) and what was captured
 * (from it everything is read). A header that the capture cuts off is
 * malformed; a payload that it cuts off is not.
 *
 * What is understood: Ethernet with at most one 802.1Q tag; IPv4 with options;
 * IPv6 with hop-by-hop, routing, destination and fragment headers. Of a
 * fragmented packet only the first fragment has a TCP header; its @len counts
 * that fragment. Not handled, and reported as malformed: jumbograms (RFC 2675,
 * Linux's BIG TCP), whose length field is 0. Neither checksum is verified:
 * inside one machine nobody fills them in (CHECKSUM_PARTIAL on veth).
 */
#include "segment.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "view.h"

static const uint8_t v4_prefix[12] = { [10] = 0xff, [11] = 0xff };

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

bool endpoint_is_v4(const struct endpoint *ep)
{
	return memcmp(ep->addr, v4_prefix, sizeof(v4_prefix)) == 0;
}

const char *endpoint_format(const struct endpoint *ep, char buf[static ENDPOINT_MAX_TEXT])
{
	char addr[INET6_ADDRSTRLEN];

	if (endpoint_is_v4(ep)) {
		inet_ntop(AF_INET, ep->addr + sizeof(v4_prefix), addr, sizeof(addr));
		snprintf(buf, ENDPOINT_MAX_TEXT, "%s:%u", addr, ep->port);
	} else {
		inet_ntop(AF_INET6, ep->addr, addr, sizeof(addr));
		snprintf(buf, ENDPOINT_MAX_TEXT, "[%s]:%u", addr, ep->port);
	}
	return buf;
}

static const struct {
	char letter;
	uint8_t bit;
} flag_letters[] = {
	{ 'S', SEG_SYN }, { 'F', SEG_FIN }, { 'R', SEG_RST }, { 'P', SEG_PSH },
	{ 'A', SEG_ACK }, { 'U', SEG_URG }, { 'E', SEG_ECE }, { 'C', SEG_CWR },
};

#define N_FLAGS (sizeof(flag_letters) / sizeof(flag_letters[0]))
_Static_assert(N_FLAGS + 1 == SEG_FLAGS_MAX_TEXT, "room for every letter");

const char *segment_flags(uint8_t flags, char buf[static SEG_FLAGS_MAX_TEXT])
{
	size_t n = 0;

	for (size_t i = 0; i < N_FLAGS; i++) {
		if (flags & flag_letters[i].bit)
			buf[n++] = flag_letters[i].letter;
	}
	buf[n] = '\0';
	return buf;
}

int segment_flags_parse(const char *text)
{
	int flags = 0;

	for (; *text; text++) {
		const int letter = toupper((unsigned char)*text);
		size_t i = 0;

		while (i < N_FLAGS && flag_letters[i].letter != letter)
			i++;
		if (i == N_FLAGS)
			return -EINVAL;
		flags |= flag_letters[i].bit;
	}
	return flags;
}

uint32_t segment_end(const struct segment *seg)
{
	return seg->seq + seg->len + !!(seg->flags & SEG_SYN) + !!(seg->flags & SEG_FIN);
}

enum {
	OPT_END = 0,
	OPT_NOP = 1,
	OPT_MSS = 2,
	OPT_WSCALE = 3,
	OPT_SACKOK = 4,
	OPT_SACK = 5,
	OPT_TIMESTAMPS = 8,
	OPT_FASTOPEN = 34,
	OPT_EXPERIMENT = 254,
};

/* RFC 7413 appendix A.1: how the option was marked before it had a number. */
#define FASTOPEN_MAGIC 0xf989

/* RFC 7323 section 2.3: a larger shift is used as 14. */
#define WSCALE_MAX 14

/*
 * One option whose length is known to be right in itself. Those that only a SYN
 * may carry (RFC 9293 section 3.2, RFC 7323 section 2.2, RFC 2018 section 2) are
 * ignored elsewhere, as receivers have to.
 */
static void parse_option(struct segment *seg, uint8_t kind, const uint8_t *body, size_t len)
{
	const bool syn = seg->flags & SEG_SYN;

	switch (kind) {
	case OPT_MSS:
		seg->has_mss = syn && len == 2;
		if (seg->has_mss)
			seg->mss = view_get16(body);
		break;
	case OPT_WSCALE:
		seg->has_wscale = syn && len == 1;
		if (seg->has_wscale)
			seg->wscale = body[0] < WSCALE_MAX ? body[0] : WSCALE_MAX;
		break;
	case OPT_SACKOK:
		seg->has_sackok = syn && len == 0;
		break;
	case OPT_SACK:
		if (len == 0 || len % 8 || len / 8 > SEG_MAX_SACK)
			break;
		seg->n_sack = (unsigned)(len / 8);
		for (unsigned i = 0; i < seg->n_sack; i++) {
			seg->sack[i][0] = view_get32(body + 8 * i);
			seg->sack[i][1] = view_get32(body + 8 * i + 4);
		}
		break;
	case OPT_TIMESTAMPS:
		seg->has_ts = len == 8;
		if (seg->has_ts) {
			seg->tsval = view_get32(body);
			seg->tsecr = view_get32(body + 4);
		}
		break;
	case OPT_FASTOPEN:
		if (syn)
			seg->fastopen_len = (int)len;
		break;
	case OPT_EXPERIMENT:
		if (syn && len >= 2 && view_get16(body) == FASTOPEN_MAGIC)
			seg->fastopen_len = (int)len - 2;
		break;
	default:
		break;
	}
}

/*
 * A silly length ends the list, and what came before it counts, as in
 * tcp_parse_options() (net/ipv4/tcp_input.c).
 */
static void parse_options(struct segment *seg, struct view v)
{
	const uint8_t *kind, *len, *body;

	while ((kind = view_take(&v, 1)) && *kind != OPT_END) {
		if (*kind == OPT_NOP)
			continue;
		len = view_take(&v, 1);
		if (!len || *len < 2)
			return;
		body = view_take(&v, *len - 2U);
		if (!body)
			return;
		parse_option(seg, *kind, body, *len - 2U);
	}
}

/* FNV-1a, 64 bit. */
static uint64_t digest(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

#define DIGEST_START UINT64_C(0xcbf29ce484222325)
#define TCP_HEADER   20
#define TCP_CHECKSUM 16

/* @iplen: bytes that the IP header says follow it */
static int parse_tcp(struct view v, size_t iplen, struct segment *seg)
{
	const uint8_t *th = view_take(&v, TCP_HEADER);
	const uint8_t *options;
	size_t doff, payload;

	if (!th)
		return -EBADMSG;
	doff = (size_t)(th[12] >> 4) * 4;
	if (doff < TCP_HEADER || doff > iplen)
		return -EBADMSG;
	options = view_take(&v, doff - TCP_HEADER);
	if (!options)
		return -EBADMSG;

	seg->src.port = view_get16(th);
	seg->dst.port = view_get16(th + 2);
	seg->seq = view_get32(th + 4);
	seg->ack = view_get32(th + 8);
	seg->flags = th[13];
	seg->window = view_get16(th + 14);
	seg->len = (uint32_t)(iplen - doff);
	seg->fastopen_len = -1;
	parse_options(seg, (struct view){ .p = options, .left = doff - TCP_HEADER });

	/* Not further than the packet: after it an Ethernet frame may be padded. */
	payload = v.left < seg->len ? v.left : seg->len;
	seg->digest = digest(DIGEST_START, seg->src.addr, sizeof(seg->src.addr));
	seg->digest = digest(seg->digest, seg->dst.addr, sizeof(seg->dst.addr));
	seg->digest = digest(seg->digest, th, TCP_CHECKSUM);
	seg->digest = digest(seg->digest, th + TCP_CHECKSUM + 2, doff - TCP_CHECKSUM - 2);
	seg->digest = digest(seg->digest, v.p, payload);
	return 0;
}

static int parse_ipv4(struct view v, struct segment *seg)
{
	struct view_ip ip;
	int rc = view_ipv4(&v, &ip);

	if (rc < 0)
		return rc;
	if (ip.proto != IPPROTO_TCP)
		return -EPROTONOSUPPORT;
	seg->ip_id = ip.id;
	seg->ttl = ip.ttl;
	view_endpoint4(&seg->src, ip.src);
	view_endpoint4(&seg->dst, ip.dst);
	return ip.len < TCP_HEADER ? -EBADMSG : parse_tcp(v, ip.len, seg);
}

static int parse_ipv6(struct view v, struct segment *seg)
{
	struct view_ip ip;
	int rc = view_ipv6(&v, &ip);

	if (rc < 0)
		return rc;
	if (ip.proto != IPPROTO_TCP)
		return -EPROTONOSUPPORT;
	seg->ttl = ip.ttl;
	view_endpoint6(&seg->src, ip.src);
	view_endpoint6(&seg->dst, ip.dst);
	return ip.len < TCP_HEADER ? -EBADMSG : parse_tcp(v, ip.len, seg);
}

int segment_parse(const uint8_t *frame, size_t caplen, struct segment *seg)
{
	struct view v = { .p = frame, .left = caplen };

	*seg = (struct segment){ .fastopen_len = -1 };
	switch (view_ethernet(&v)) {
	case ETHERTYPE_IP:
		return parse_ipv4(v, seg);
	case ETHERTYPE_IPV6:
		return parse_ipv6(v, seg);
	default:
		return -EPROTONOSUPPORT;
	}
}
