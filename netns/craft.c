/* SPDX-License-Identifier: MIT */
#include "craft.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "segment.h"

/* Bytes in network order, one after the other. */
static uint8_t *put16(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
	return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t v)
{
	return put16(put16(at, v >> 16), v);
}

static uint64_t sum(const uint8_t *data, size_t len, uint64_t s)
{
	for (size_t i = 0; i < len; i++)
		s += (uint64_t)data[i] << (i % 2 ? 0 : 8);
	return s;
}

/* RFC 1071. */
static void put_checksum(uint8_t *at, uint64_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	put16(at, (uint32_t)~s);
}

/*
 * In words of four bytes, with NOPs in front (RFC 9293 section 3.2, RFC 7323, RFC 2018, RFC 7413).
 * What does not fit into 40 bytes is left out.
 */
static uint8_t *put_options(uint8_t *at, const struct segment *seg)
{
	const uint8_t *end = at + 40;
	const int cookie = seg->fastopen_len;
	unsigned blocks;

	if (seg->has_mss)
		at = put16(put16(at, 0x0204), seg->mss);
	if (seg->has_sackok)
		at = put32(at, 0x01010402);
	if (seg->has_ts)
		at = put32(put32(put32(at, 0x0101080a), seg->tsval), seg->tsecr);
	if (seg->has_wscale)
		at = put32(at, 0x01030300u | seg->wscale);
	if (cookie >= 0 && cookie <= 16 && at + 4 + cookie <= end) {
		at = put16(at, 0x2200u | (unsigned)(cookie + 2));
		memset(at, 0, (size_t)cookie);
		at += cookie;
		for (int i = cookie + 2; i % 4; i++)
			*at++ = 1;
	}
	blocks = (unsigned)(end - at) / 8;
	if (seg->n_sack < blocks)
		blocks = seg->n_sack;
	if (blocks && at + 4 + 8 * blocks <= end) {
		at = put32(at, 0x01010500u | (2 + 8 * blocks));
		for (unsigned i = 0; i < blocks; i++)
			at = put32(put32(at, seg->sack[i][0]), seg->sack[i][1]);
	}
	return at;
}

size_t craft_frame(const struct segment *seg, const void *payload, uint8_t *frame)
{
	const bool v4 = endpoint_is_v4(&seg->src);
	uint8_t *ip = frame + ETH_HLEN, *tcp = ip + (v4 ? 20 : 40), *end;
	const size_t addr = v4 ? 12 : 0, n = 16 - addr, len = seg->len;
	uint8_t *src = ip + (v4 ? 12 : 8), *dst = src + n;
	uint8_t pseudo[4];
	size_t tcp_len;

	memset(frame, 0, (size_t)(tcp + 20 - frame));
	put16(frame + 12, v4 ? ETH_P_IP : ETH_P_IPV6);
	memcpy(src, seg->src.addr + addr, n);
	memcpy(dst, seg->dst.addr + addr, n);

	put16(put16(tcp, seg->src.port), seg->dst.port);
	put32(put32(tcp + 4, seg->seq), seg->ack);
	tcp[13] = seg->flags;
	put16(tcp + 14, seg->window);
	end = put_options(tcp + 20, seg);
	tcp[12] = (uint8_t)((end - tcp) / 4 << 4);
	tcp_len = (size_t)(end - tcp) + len;
	if (payload && len) {
		memcpy(end, payload, len);
		end += len;
	}
	/* RFC 9293 section 3.1: with the pseudo-header. */
	put16(pseudo, IPPROTO_TCP);
	put16(pseudo + 2, (uint32_t)tcp_len);
	if (payload || len == 0)
		put_checksum(tcp + 16, sum(tcp, tcp_len, sum(pseudo, 4, sum(src, 2 * n, 0))));
	if (v4) {
		put16(put16(ip, 0x4500), (uint32_t)(20 + tcp_len));
		put16(put16(ip + 4, seg->ip_id), 0x4000); /* don't fragment */
		ip[8] = seg->ttl;
		ip[9] = IPPROTO_TCP;
		put_checksum(ip + 10, sum(ip, 20, 0));
	} else {
		put32(ip, 0x60000000);
		put16(ip + 4, (uint32_t)tcp_len);
		ip[6] = IPPROTO_TCP;
		ip[7] = seg->ttl;
	}
	return (size_t)(end - frame);
}
