/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#include "../netns/checksum.h"
#include "../netns/segment.h"
#include "field.h"

static bool parse(const char *text, struct endpoint *ep)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(ep->addr, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, ep->addr + 12) == 1 ||
	       inet_pton(AF_INET6, text, ep->addr) == 1;
}

static uint32_t number(const json_t *list, size_t i)
{
	return (uint32_t)json_integer_value(json_array_get(list, i));
}

static void read_options(struct segment *s, const json_t *ev)
{
	const json_t *ts = json_object_get(ev, "ts"), *sack = json_object_get(ev, "sack");

	s->has_mss = field_has(ev, "mss");
	s->mss = (uint16_t)field_int(ev, "mss");
	s->has_wscale = field_has(ev, "wscale");
	s->wscale = (uint8_t)field_int(ev, "wscale");
	s->has_sackok = field_true(ev, "sackok");
	s->has_ts = json_array_size(ts) == 2;
	s->tsval = number(ts, 0);
	s->tsecr = number(ts, 1);
	s->fastopen_len = field_has(ev, "tfo") ? (int)(field_int(ev, "tfo") & 0xff) : -1;
	for (; s->n_sack < SEG_MAX_SACK && s->n_sack < json_array_size(sack); s->n_sack++) {
		const json_t *block = json_array_get(sack, s->n_sack);

		s->sack[s->n_sack][0] = number(block, 0);
		s->sack[s->n_sack][1] = number(block, 1);
	}
}

/* The addresses of world.c: 02:00:5e:12:K:01 a host's, :fe its router's. */
static void put_mac(uint8_t *at, unsigned host, bool router)
{
	const uint8_t mac[6] = { 2, 0, 0x5e, 0x12, (uint8_t)(host + 1), router ? 0xfe : 1 };

	memcpy(at, mac, sizeof(mac));
}

int frame_make(struct frame *f, const json_t *packet)
{
	int flags = segment_flags_parse(field_text(packet, "flags"));
	struct segment s = { .ttl = (uint8_t)field_int(packet, "ttl"),
			     .flags = flags < 0 ? 0 : (uint8_t)flags,
			     .seq = (uint32_t)field_int(packet, "seq"),
			     .ack = (uint32_t)field_int(packet, "ack"),
			     .window = (uint16_t)field_int(packet, "win"),
			     .len = field_int(packet, "len") & 0xffff };

	if (!parse(f->src, &s.src) || !parse(f->dst, &s.dst) ||
	    endpoint_is_v4(&s.src) != endpoint_is_v4(&s.dst))
		return -EINVAL;
	s.src.port = f->sport;
	s.dst.port = f->dport;
	read_options(&s, packet);
	f->len = craft_frame(&s, NULL, f->data);
	f->wire_len = f->len + s.len;
	put_mac(f->data, f->host, f->outgoing);
	put_mac(f->data + 6, f->host, !f->outgoing);
	return 0;
}

static void put16(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

enum { QUOTED_TCP = 8, ICMP_HEADER = 8, IPV4_HEADER = 20, IPV6_HEADER = 40, PRECEDENCE = 0xc0 };

/* An IP header before @len bytes. Return: its length. */
static size_t put_ip(uint8_t *ip, const struct endpoint *from, const struct endpoint *to,
		     uint8_t ttl, size_t len)
{
	if (endpoint_is_v4(from)) {
		ip[0] = 0x45;
		ip[1] = PRECEDENCE; /* as Linux and RFC 1812 section 4.3.2.5 have it */
		put16(ip + 2, (uint32_t)(IPV4_HEADER + len));
		ip[8] = ttl;
		ip[9] = IPPROTO_ICMP;
		memcpy(ip + 12, from->addr + 12, 4);
		memcpy(ip + 16, to->addr + 12, 4);
		checksum_put(ip + 10, ip, IPV4_HEADER, 0);
		return IPV4_HEADER;
	}
	ip[0] = 0x60;
	put16(ip + 4, (uint32_t)len);
	ip[6] = IPPROTO_ICMPV6;
	ip[7] = ttl;
	memcpy(ip + 8, from->addr, 16);
	memcpy(ip + 24, to->addr, 16);
	return IPV6_HEADER;
}

int frame_make_icmp(struct frame *f, const json_t *icmp, const char *from, const char *to)
{
	/* its TTL and how long its options were is not on record */
	struct frame quoted = *f;
	struct endpoint a, b;
	uint8_t *ip = f->data + ETH_HLEN, *msg;
	const json_int_t mtu = field_int(icmp, "mtu");
	size_t quote, len;
	bool v4;

	if (!parse(from, &a) || !parse(to, &b) || endpoint_is_v4(&a) != endpoint_is_v4(&b) ||
	    frame_make(&quoted, icmp) != 0)
		return -EINVAL;
	v4 = endpoint_is_v4(&a);
	/* an error speaks of its own version */
	if (v4 != (quoted.data[12] == ETH_P_IP >> 8))
		return -EINVAL;
	memset(f->data, 0, sizeof(f->data));
	quote = (v4 ? IPV4_HEADER : IPV6_HEADER) + QUOTED_TCP;
	len = ICMP_HEADER + quote;
	put16(f->data + 12, v4 ? ETH_P_IP : ETH_P_IPV6);
	msg = ip + put_ip(ip, &a, &b, (uint8_t)field_int(icmp, "ttl"), len);
	msg[0] = (uint8_t)field_int(icmp, "type");
	msg[1] = (uint8_t)field_int(icmp, "code");
	put16(msg + 6, (uint32_t)mtu & 0xffff);
	if (!v4)
		put16(msg + 4, (uint32_t)mtu >> 16);
	memcpy(msg + ICMP_HEADER, quoted.data + ETH_HLEN, quote);
	checksum_put(msg + 2, msg, len, v4 ? 0 : checksum_pseudo6(ip + 8, len));
	f->len = f->wire_len = (size_t)(msg - f->data) + len;
	put_mac(f->data, f->host, f->outgoing);
	put_mac(f->data + 6, f->host, !f->outgoing);
	return 0;
}
