/* SPDX-License-Identifier: MIT */
#ifndef NETNS_UNREACHABLE_H
#define NETNS_UNREACHABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct port;

/*
 * The one place that the network says it has no way to. What is for other addresses without a host
 * vanishes, as behind a firewall that drops; what is for this one is answered, as by a router
 * without a route: ICMP destination unreachable, host unreachable (RFC 792).
 * 203.0.113.0/24 is TEST-NET-3 (RFC 5737), of which no host and no flood has an address.
 */
enum { UNREACHABLE_PREFIX = 24, UNREACHABLE_FRAME_MAX = 14 + 20 + 8 + 60 + 8 };
extern const uint8_t unreachable_net[4];

/** unreachable_is() - is the IPv4 address @addr (network order) in it? */
bool unreachable_is(const uint8_t *addr);

/**
 * unreachable_answer() - what a router would say to the sender of @frame.
 * @back:  the port of a host
 * @frame: an Ethernet frame for which hop_decide() said HOP_UNREACHABLE
 * @out:   the answer, an Ethernet frame that hop_rewrite() has yet to address
 * Return: its length; 0 when @back is not the sender's port, or when RFC 1122 section 3.2.2 forbids
 * an answer (to an ICMP error, or to a fragment that is not the first).
 */
size_t unreachable_answer(const struct port *back, const uint8_t *frame, size_t len,
			  uint8_t out[static UNREACHABLE_FRAME_MAX]);

#endif
