/* SPDX-License-Identifier: MIT */
#ifndef NETNS_VIEW_H
#define NETNS_VIEW_H

#include <stddef.h>
#include <stdint.h>

struct endpoint;

/*
 * Bytes that somebody else wrote. A view knows how many of them were captured and never lends one
 * more.
 *
 * @p: the next byte, @left: bytes captured from it on
 */
struct view {
	const uint8_t *p;
	size_t left;
};

/* Numbers in network order. */
static inline uint16_t view_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t view_get32(const uint8_t *p)
{
	return (uint32_t)view_get16(p) << 16 | view_get16(p + 2);
}

/** view_take() - @n bytes off the front. Return: where they are, or NULL when there are fewer. */
const uint8_t *view_take(struct view *v, size_t n);

/** view_limit() - forget what lies beyond @n bytes. */
void view_limit(struct view *v, size_t n);

/**
 * view_ethernet() - take an Ethernet header, with at most one 802.1Q tag, off the front.
 * Return: the EtherType, or -EPROTONOSUPPORT when it is cut off.
 */
int view_ethernet(struct view *v);

/*
 * An IP header.
 *
 * @proto:    of what follows it, and its extension headers
 * @id:       identification, 0 for IPv6
 * @len:      bytes that it says follow them, however few were captured
 * @src, @dst: where the addresses stand
 */
struct view_ip {
	uint8_t proto, ttl;
	uint16_t id;
	size_t len;
	const uint8_t *src, *dst;
};

/**
 * view_ipv4(), view_ipv6() - take an IP header with its options or extension headers off the front.
 * Return: 0; -EBADMSG when it is cut off or malformed; -EPROTONOSUPPORT when what follows is a
 * fragment that is not the first.
 */
int view_ipv4(struct view *v, struct view_ip *ip);
int view_ipv6(struct view *v, struct view_ip *ip);

/** view_endpoint4(), view_endpoint6() - an address, as struct endpoint keeps it. */
void view_endpoint4(struct endpoint *ep, const uint8_t addr[static 4]);
void view_endpoint6(struct endpoint *ep, const uint8_t addr[static 16]);

#endif
