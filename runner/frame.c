/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

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
