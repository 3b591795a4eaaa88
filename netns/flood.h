/* SPDX-License-Identifier: MIT */
#ifndef NETNS_FLOOD_H
#define NETNS_FLOOD_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct flood;
struct netns;

/* SYNs that go out with one system call, and at most in one flood. */
#define FLOOD_BATCH 128
#define FLOOD_MAX   1000000

/*
 * A flood of SYNs with made-up senders.
 *
 * @net:     the network's namespace
 * @ifindex: its interface that leads to the host; @src, @dst: the MACs of that link
 * @to, @port: whom it hits
 * @from, @prefix: where it pretends to come from: @from/@prefix, inside 198.18.0.0/15
 * @seed, @stream: of the senders, ports and sequence numbers
 */
struct flood_spec {
	const struct netns *net;
	int ifindex;
	uint8_t src[6], dst[6];
	struct in_addr to;
	uint16_t port;
	struct in_addr from;
	unsigned prefix;
	uint64_t seed, stream;
};

/** flood_from() - read "198.19.0.0/16", and say why if it cannot be. Return: 0 or -errno. */
int flood_from(const char *text, struct in_addr *from, unsigned *prefix, struct err *err);

/** flood_open() - Return: 0 or -errno; -EPERM when @net is not a namespace of its own. */
int flood_open(const struct flood_spec *spec, struct flood **out, struct err *err);
void flood_close(struct flood *f);

/**
 * flood_send() - send the next @n SYNs, at most FLOOD_BATCH. Never blocks.
 * Return: how many the host has got; those that found no room are gone and counted; or -errno.
 */
int flood_send(struct flood *f, size_t n, struct err *err);

/** flood_lost() - SYNs so far that found no room on the way. */
uint64_t flood_lost(const struct flood *f);

#endif
