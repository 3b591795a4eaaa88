/* SPDX-License-Identifier: MIT */
#ifndef NETNS_ICMP_H
#define NETNS_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "segment.h"

/*
 * An ICMP message that says what became of a TCP segment, over IPv4 (RFC 792) or IPv6 (RFC 4443).
 *
 * @from, @to:  who sent it, and to whom; their ports are 0
 * @v6:         which of the two: types and codes are its own
 * @ttl:        TTL or hop limit of the message
 * @mtu:        of the link that the segment was too large for; 0: it does not say
 * @src, @dst:  of the segment that it quotes
 * @ip_id:      its IPv4 identification, 0 for IPv6
 * @seq:        its sequence number, absolute
 * @has_header: so much is quoted that @flags and @len are known: RFC 792 asks for the ports and the
 *              number only
 */
struct icmp_error {
	struct endpoint from, to;
	bool v6;
	uint8_t type, code, ttl;
	uint32_t mtu;
	struct endpoint src, dst;
	uint16_t ip_id;
	uint32_t seq;
	bool has_header;
	uint8_t flags;
	uint32_t len;
};

/**
 * icmp_parse() - decode an Ethernet frame.
 * Return: 0; -EPROTONOSUPPORT when it is no error that quotes TCP (not an error); -EBADMSG when it
 * claims to be and is cut off or malformed.
 */
int icmp_parse(const uint8_t *frame, size_t caplen, struct icmp_error *icmp);

/**
 * icmp_name() - "host unreachable", "fragmentation needed": what it is called.
 * Return: a static string; for a code without a name, that of its type.
 */
const char *icmp_name(const struct icmp_error *icmp);

/** icmp_name_find() - a name as icmp_name() gives it, in any case. Return: it, static, or NULL. */
const char *icmp_name_find(const char *name);

/** icmp_name_near() - the name that somebody meant who wrote @name. Return: static, or NULL. */
const char *icmp_name_near(const char *name);

/**
 * icmp_aborts() - does it end an attempt to connect? The kernel takes "too large" as advice, and
 * everything else as a failure (tcp_v4_err(), tcp_v6_err()).
 */
bool icmp_aborts(const struct icmp_error *icmp);

#endif
