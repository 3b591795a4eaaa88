/* SPDX-License-Identifier: MIT */
/*
 * What parsers of frames share (segment.c, icmp.c): a look at bytes that cannot go beyond them, and
 * IP headers. Two lengths are kept apart: what an IP header says the packet has, and what was
 * captured.
 */
#include "view.h"

#include <errno.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <string.h>

#include "segment.h"

const uint8_t *view_take(struct view *v, size_t n)
{
	const uint8_t *p = v->p;

	if (v->left < n)
		return NULL;
	v->p += n;
	v->left -= n;
	return p;
}

void view_limit(struct view *v, size_t n)
{
	if (v->left > n)
		v->left = n;
}

int view_ethernet(struct view *v)
{
	const uint8_t *eth = view_take(v, ETH_HLEN);
	uint16_t type;

	if (!eth)
		return -EPROTONOSUPPORT;
	type = view_get16(eth + 12);
	if (type == ETHERTYPE_VLAN) {
		const uint8_t *tag = view_take(v, 4);

		if (!tag)
			return -EPROTONOSUPPORT;
		type = view_get16(tag + 2);
	}
	return type;
}

#define IPV4_HEADER 20

int view_ipv4(struct view *v, struct view_ip *ip)
{
	const uint8_t *p = view_take(v, IPV4_HEADER);
	size_t ihl, total;

	if (!p || p[0] >> 4 != 4)
		return -EBADMSG;
	if (view_get16(p + 6) & 0x1fff)
		return -EPROTONOSUPPORT;
	ihl = (size_t)(p[0] & 0xf) * 4;
	total = view_get16(p + 2);
	if (ihl < IPV4_HEADER || total < ihl || !view_take(v, ihl - IPV4_HEADER))
		return -EBADMSG;
	*ip = (struct view_ip){ .proto = p[9],
				.ttl = p[8],
				.id = view_get16(p + 4),
				.len = total - ihl,
				.src = p + 12,
				.dst = p + 16 };
	return 0;
}

#define IPV6_HEADER     40
#define IPV6_FRAGMENT_8 8

/*
 * Walk the extension headers (RFC 8200 section 4) up to what is none.
 * @next: type of the header at the front of @v
 * @len:  what is left of the payload length
 */
static int skip_extensions(struct view *v, uint8_t *next, size_t *len)
{
	const uint8_t *eh;
	size_t size;

	for (;;) {
		switch (*next) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
		case IPPROTO_FRAGMENT:
			break;
		default:
			return 0;
		}
		eh = view_take(v, IPV6_FRAGMENT_8);
		if (!eh)
			return -EBADMSG;
		size = IPV6_FRAGMENT_8;
		if (*next == IPPROTO_FRAGMENT) {
			if (view_get16(eh + 2) & 0xfff8)
				return -EPROTONOSUPPORT;
		} else {
			size += (size_t)eh[1] * 8;
			if (!view_take(v, size - IPV6_FRAGMENT_8))
				return -EBADMSG;
		}
		if (size > *len)
			return -EBADMSG;
		*len -= size;
		*next = eh[0];
	}
}

int view_ipv6(struct view *v, struct view_ip *ip)
{
	const uint8_t *p = view_take(v, IPV6_HEADER);

	if (!p || p[0] >> 4 != 6)
		return -EBADMSG;
	*ip = (struct view_ip){
		.proto = p[6], .ttl = p[7], .len = view_get16(p + 4), .src = p + 8, .dst = p + 24
	};
	return skip_extensions(v, &ip->proto, &ip->len);
}

void view_endpoint4(struct endpoint *ep, const uint8_t addr[static 4])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(ep->addr, mapped, sizeof(mapped));
	memcpy(ep->addr + sizeof(mapped), addr, 4);
}

void view_endpoint6(struct endpoint *ep, const uint8_t addr[static 16])
{
	memcpy(ep->addr, addr, sizeof(ep->addr));
}
