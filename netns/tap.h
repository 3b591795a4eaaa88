/* SPDX-License-Identifier: MIT */
#ifndef NETNS_TAP_H
#define NETNS_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct netns;
struct tap;

/*
 * A packet socket on a host's interface: sees what the host sends and what
 * reaches it, with the kernel's time of each.
 *
 * @t:        CLOCK_MONOTONIC ns, from the kernel's receive timestamp
 * @outgoing: sent by the host
 * @frame:    the first @caplen bytes, from the Ethernet header on
 * @wirelen:  bytes on the wire
 */
struct tapped {
	int64_t t;
	bool outgoing;
	const uint8_t *frame;
	size_t caplen;
	size_t wirelen;
};

/* Connections over IPv4 from @client to @port of @server; addresses in network order. */
struct tap_flow {
	uint32_t client, server;
	uint16_t port;
};

typedef int tap_fn(void *arg, const struct tapped *pkt, struct err *err);

/** tap_open() - listen on @ifindex of @ns; only TCP and ICMP errors pass. Return: 0 or -errno. */
int tap_open(const struct netns *ns, int ifindex, struct tap **out, struct err *err);
void tap_close(struct tap *tap);
int tap_fd(const struct tap *tap);

/**
 * tap_read() - hand over every frame that waits, at most @max; never blocks.
 * Return: how many, 0 when none waits, or -errno (also what @fn returned, if negative).
 */
int tap_read(struct tap *tap, size_t max, tap_fn *fn, void *arg, struct err *err);

/*
 * tap_usual() - see TCP and ICMP errors, as from the beginning. tap_all() - see every frame.
 * tap_ignore() - see every frame but the segments of @flow. Return: 0 or -errno.
 */
int tap_usual(struct tap *tap, struct err *err);
int tap_all(struct tap *tap, struct err *err);
int tap_ignore(struct tap *tap, const struct tap_flow *flow, struct err *err);

/** tap_lost() - frames that the socket itself had no room for, since tap_open(). */
uint64_t tap_lost(struct tap *tap);

#endif
