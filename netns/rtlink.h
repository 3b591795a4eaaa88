/* SPDX-License-Identifier: MIT */
#ifndef NETNS_RTLINK_H
#define NETNS_RTLINK_H

#include <stdint.h>

struct err;
struct netns;
struct rtsock;

/*
 * Requests about links, addresses, routes and neighbours, put into the queue of
 * an rtsock. All return 0, or -errno when the request could not be queued; what
 * the kernel says to it comes from rtsock_flush().
 */

/*
 * One end of a veth pair. Indices are chosen by the caller: then requests that
 * name the interface can be queued before it exists.
 */
struct rtlink_end {
	int ifindex;
	const char *name;
	const uint8_t *mac;
};

/** rtlink_veth() - a veth pair, @here in this namespace, @there in @peer_ns. */
int rtlink_veth(struct rtsock *rt, const struct rtlink_end *here, const struct rtlink_end *there,
		const struct netns *peer_ns, struct err *err);

/** rtlink_up() - set the interface up. */
int rtlink_up(struct rtsock *rt, int ifindex, struct err *err);

/**
 * rtlink_address() - an address, valid at once (no duplicate address detection).
 * @family: AF_INET or AF_INET6, which also says how long @addr is
 */
int rtlink_address(struct rtsock *rt, int ifindex, int family, const void *addr,
		   unsigned int prefix, struct err *err);

/**
 * rtlink_route() - a route to @dst/@prefix through @ifindex.
 * @dst: NULL for the default route
 * @via: the gateway, or NULL when @dst is on the link
 */
int rtlink_route(struct rtsock *rt, int ifindex, int family, const void *dst, unsigned int prefix,
		 const void *via, struct err *err);

/** rtlink_blackhole() - what has no other route vanishes, without an ICMP error. */
int rtlink_blackhole(struct rtsock *rt, int family, struct err *err);

/** rtlink_unreachable() - what is for @dst/@prefix is answered with ICMP host unreachable. */
int rtlink_unreachable(struct rtsock *rt, int family, const void *dst, unsigned int prefix,
		       struct err *err);

/** rtlink_neighbour() - a permanent neighbour. */
int rtlink_neighbour(struct rtsock *rt, int ifindex, int family, const void *addr,
		     const uint8_t mac[static 6], struct err *err);

#endif
