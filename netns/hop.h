/* SPDX-License-Identifier: MIT */
#ifndef NETNS_HOP_H
#define NETNS_HOP_H

#include <stddef.h>
#include <stdint.h>

struct port;

/*
 * What a router does to an Ethernet frame, in user space, so that a host cannot
 * tell it from the kernel's forwarding: one hop, no ICMP errors.
 */
enum hop {
	HOP_FORWARD,     /* to the port that was found */
	HOP_IGNORE,      /* not IP, malformed, or for no host: the kernel's blackhole route */
	HOP_EXPIRED,     /* TTL or hop limit would reach 0 */
	HOP_UNREACHABLE, /* for unreachable_net: the sender is to be told, by unreachable_answer()
			  */
};

/**
 * hop_decide() - look at a frame without changing it.
 * @to: index of the port whose host it is for, unless HOP_IGNORE
 */
enum hop hop_decide(const struct port *ports, size_t n_ports, const uint8_t *frame, size_t len,
		    size_t *to);

/**
 * hop_rewrite() - take one off the TTL and address the frame to the host.
 * @frame: one for which hop_decide() said HOP_FORWARD to @out
 */
void hop_rewrite(const struct port *out, uint8_t *frame);

#endif
