/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "../netns/segment.h"
#include "field.h"

/* Bytes in network order, one after the other. */
struct writer {
	uint8_t *at;
};

static void put8(struct writer *w, uint64_t v)
{
	*w->at++ = (uint8_t)v;
}

static void put16(struct writer *w, uint64_t v)
{
	put8(w, v >> 8);
	put8(w, v);
}

static void put32(struct writer *w, uint64_t v)
{
	put16(w, v >> 16);
	put16(w, v);
}

static uint64_t number(const json_t *list, size_t i)
{
	return (uint64_t)json_integer_value(json_array_get(list, i));
}

static uint64_t field(const json_t *ev, const char *name)
{
	return (uint64_t)field_int(ev, name);
}

/* RFC 9293 section 3.2, RFC 7323, RFC 2018, RFC 7413; each padded to words by NOPs in front. */
static void put_options(struct writer *w, const json_t *ev)
{
	const json_t *ts = json_object_get(ev, "ts"), *sack = json_object_get(ev, "sack");
	const uint8_t *end = w->at + 40;
	uint64_t cookie = field(ev, "tfo");

	if (field_has(ev, "mss")) {
		put16(w, 0x0204);
		put16(w, field(ev, "mss"));
	}
	if (field_true(ev, "sackok"))
		put32(w, 0x01010402);
	if (json_array_size(ts) == 2) {
		put32(w, 0x0101080a);
		put32(w, number(ts, 0));
		put32(w, number(ts, 1));
	}
	if (field_has(ev, "wscale")) {
		put16(w, 0x0103);
		put16(w, 0x0300 | (field(ev, "wscale") & 0xff));
	}
	/* A cookie is 4 to 16 bytes; its own are not in the record. */
	if (field_has(ev, "tfo") && cookie <= 16 && w->at + 4 + cookie <= end) {
		put16(w, 0x2200 | (cookie + 2));
		for (uint64_t i = 0; i < (cookie | 3) - 1; i++)
			put8(w, i < cookie ? 0 : 1);
	}
	for (size_t i = 0, n = json_array_size(sack); i < n && w->at + 12 <= end; i++) {
		const json_t *block = json_array_get(sack, i);
		size_t room = (size_t)(end - w->at - 4) / 8, blocks = n < room ? n : room;

		if (i == 0)
			put32(w, 0x01010500 | (2 + 8 * blocks));
		if (i == blocks)
			break;
		put32(w, number(block, 0));
		put32(w, number(block, 1));
	}
}

static uint64_t sum(const uint8_t *data, size_t len, uint64_t start)
{
	for (size_t i = 0; i < len; i++)
		start += (uint64_t)data[i] << (i % 2 ? 0 : 8);
	return start;
}

/* RFC 1071. */
static void put_checksum(uint8_t *at, uint64_t s)
{
	struct writer w = { at };

	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	put16(&w, ~s & 0xffff);
}

/* The addresses of world.c: 02:00:5e:12:K:01 a host's, :fe its router's. */
static void put_ethernet(struct writer *w, const struct frame *f, bool v6)
{
	for (int i = 0; i < 2; i++) {
		put32(w, 0x02005e12);
		put8(w, f->host + 1);
		put8(w, (i == 0) == (f->outgoing != 0) ? 0xfe : 1);
	}
	put16(w, v6 ? 0x86dd : 0x0800);
}

static void put_tcp(struct writer *w, const struct frame *f, const json_t *ev)
{
	uint8_t *tcp = w->at;
	int flags = segment_flags_parse(field_text(ev, "flags"));

	put16(w, f->sport);
	put16(w, f->dport);
	put32(w, field(ev, "seq"));
	put32(w, field(ev, "ack"));
	put8(w, 0);
	put8(w, flags < 0 ? 0 : (uint64_t)flags);
	put16(w, field(ev, "win"));
	put32(w, 0);
	put_options(w, ev);
	tcp[12] = (uint8_t)((w->at - tcp) / 4 << 4);
}

int frame_make(struct frame *f, const json_t *packet)
{
	const uint64_t payload = field(packet, "len") & 0xffff;
	uint8_t src[16], dst[16], *ip = f->data + 14, *tcp, pseudo[4] = { 0 };
	struct writer w = { f->data };
	bool v6 = strchr(f->src, ':');
	const size_t n = v6 ? 16 : 4;
	size_t tcp_len;

	if (inet_pton(v6 ? AF_INET6 : AF_INET, f->src, src) != 1 ||
	    inet_pton(v6 ? AF_INET6 : AF_INET, f->dst, dst) != 1)
		return -EINVAL;
	memset(f->data, 0, sizeof(f->data));
	put_ethernet(&w, f, v6);
	memcpy(ip + (v6 ? 8 : 12), src, n);
	memcpy(ip + (v6 ? 24 : 16), dst, n);
	w.at = tcp = ip + (v6 ? 40 : 20);
	put_tcp(&w, f, packet);
	tcp_len = (size_t)(w.at - tcp);
	f->len = (size_t)(w.at - f->data);
	f->wire_len = f->len + payload;

	w.at = ip;
	if (v6) {
		put32(&w, 0x60000000);
		put16(&w, tcp_len + payload);
		put8(&w, IPPROTO_TCP);
		put8(&w, field(packet, "ttl"));
	} else {
		put16(&w, 0x4500);
		put16(&w, 20 + tcp_len + payload);
		put32(&w, 0x00004000); /* DF */
		put8(&w, field(packet, "ttl"));
		put8(&w, IPPROTO_TCP);
		put_checksum(ip + 10, sum(ip, 20, 0));
	}
	/* Of a segment with data it would have to cover bytes that nobody kept. */
	if (payload == 0) {
		pseudo[1] = IPPROTO_TCP;
		pseudo[2] = (uint8_t)(tcp_len >> 8);
		pseudo[3] = (uint8_t)tcp_len;
		put_checksum(tcp + 16,
			     sum(tcp, tcp_len, sum(pseudo, 4, sum(src, n, sum(dst, n, 0)))));
	}
	return 0;
}
