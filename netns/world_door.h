/* SPDX-License-Identifier: MIT */
#ifndef NETNS_WORLD_DOOR_H
#define NETNS_WORLD_DOOR_H

#include <stddef.h>
#include <stdint.h>

struct netns;
struct world;

/* The network's end of a host's link: where frames for the host set out. */
struct world_door {
	const struct netns *net;
	int ifindex;
	uint8_t mac[6];
};

/** world_door() - of host @to. */
void world_door(const struct world *w, size_t to, struct world_door *out);

#endif
