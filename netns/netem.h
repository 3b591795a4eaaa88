/* SPDX-License-Identifier: MIT */
#ifndef NETNS_NETEM_H
#define NETNS_NETEM_H

#include <stdint.h>

struct err;
struct impairment;
struct nl_msg;

/**
 * netem_build() - the request that gives @ifindex a netem qdisc with @imp, or
 * gives the one that it has new values without losing the packets in it.
 * @seed: of its generator, for kernels that take one
 * Return: 0 and a message that the caller frees, or -ENOMEM.
 */
int netem_build(int ifindex, const struct impairment *imp, uint64_t seed, struct nl_msg **out,
		struct err *err);

#endif
