/* SPDX-License-Identifier: MIT */
#ifndef NETNS_IFCOUNT_H
#define NETNS_IFCOUNT_H

#include <stdint.h>

struct err;
struct netns;

/* What an interface has received [0] and sent [1] so far, as its own counters say. */
struct ifcount {
	uint64_t packets[2], bytes[2];
};

/** ifcount_read() - of @ifname in @ns. Return: 0 or -errno. */
int ifcount_read(const struct netns *ns, const char *ifname, struct ifcount *out, struct err *err);

#endif
