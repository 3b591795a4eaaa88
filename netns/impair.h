/* SPDX-License-Identifier: MIT */
#ifndef NETNS_IMPAIR_H
#define NETNS_IMPAIR_H

#include <stddef.h>
#include <stdint.h>

#include "impair_told.h"
#include "impairment.h"

struct err;
struct netns;

/*
 * One port of the network: the interface inside the network's namespace that
 * leads to a host, and how frames reach that host.
 *
 * @ifindex:  in the network's namespace
 * @ifname:   its name, for messages
 * @mac:      of this interface
 * @peer_mac: of the host's end
 * @router4:  the IPv4 address of this interface
 * @ipv4:     the host's address, network order
 * @ipv6:     the host's address
 */
struct port {
	int ifindex;
	char ifname[16];
	uint8_t mac[6];
	uint8_t peer_mac[6];
	uint8_t router4[4];
	uint8_t ipv4[4];
	uint8_t ipv6[16];
};

/*
 * A back end: how packets get from one port to another.
 *
 * @name:  "netem" or "wire"
 * @probe: can this kernel do it? Asked in the caller's namespace, where it
 *         leaves nothing. 0, or -errno with the reason and remedy
 * @unfit: why another one is better at @imp, or NULL; one line, for people. NULL when it never
 *         says so
 * @open:  take over forwarding between @n_ports ports of namespace @net, which
 *         has forwarding off and no qdiscs
 * @set:   give port @to (packets towards that host) new impairments, now
 * @fd:    becomes readable when @work is wanted; -1 when it never is
 * @work:  move what can be moved; never blocks
 * @lost:  how many frames so far it had no room or no time for, without meaning to;
 *         they were not told to @told
 * @late:  by how much the latest frame left after it was due, ns, the worst since
 *         the last call; 0 where the kernel does the timing
 * @close: free the state; NULL is allowed
 */
struct impair_ops {
	const char *name;
	int (*probe)(struct err *why);
	const char *(*unfit)(const struct impairment *imp);
	int (*open)(const struct netns *net, const struct port *ports, size_t n_ports,
		    uint64_t seed, impair_told_fn *told, void *told_arg, void **state,
		    struct err *err);
	int (*set)(void *state, size_t to, const struct impairment *imp, struct err *err);
	int (*fd)(const void *state);
	int (*work)(void *state, struct err *err);
	uint64_t (*lost)(void *state);
	int64_t (*late)(void *state);
	void (*close)(void *state);
};

extern const struct impair_ops impair_netem;
extern const struct impair_ops impair_wire;

/**
 * impair_choose() - the back end for this kernel.
 * @wanted: "netem", "wire" or NULL for the best there is
 * @toward: what it is going to do at first, on @n ways; what comes in mid-run is not known
 * @net:    namespace to probe in, the network's own; nothing is left there
 * @why:    the reason for the choice, one line, for people
 * Return: the back end, or NULL with @err when @wanted is not to be had.
 */
const struct impair_ops *impair_choose(const char *wanted, const struct impairment *toward,
				       size_t n, const struct netns *net, char *why,
				       size_t why_size, struct err *err);

#endif
