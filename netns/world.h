/* SPDX-License-Identifier: MIT */
#ifndef NETNS_WORLD_H
#define NETNS_WORLD_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "impair.h"
#include "rule.h"

struct err;
struct netns;
struct world;

#define WORLD_MAX_HOSTS 8

/*
 * What to build: hosts, each on a link of its own to the network between them.
 *
 * @n_hosts: 1 to WORLD_MAX_HOSTS
 * @names:   interface and host names, [a-z][a-z0-9-]{0,11}
 * @toward:  impairments on the way to each host
 * @backend: "netem", "wire" or NULL to choose
 * @seed:    of the impairments' random generator
 */
struct world_spec {
	size_t n_hosts;
	const char *names[WORLD_MAX_HOSTS];
	struct impairment toward[WORLD_MAX_HOSTS];
	const char *backend;
	uint64_t seed;
};

/*
 * One host: a network namespace with lo and one interface.
 * Host i (from 1) is 198.18.i.1/24 and 2001:db8:i::1/64; its router, the
 * network, is .254 and ::fe. (RFC 2544 section C.2.2 benchmarking range; RFC 3849.)
 */
struct host {
	const char *name;
	const struct netns *ns;
	int ifindex;
	struct in_addr ipv4;
	struct in6_addr ipv6;
	uint8_t mac[6];
};

/**
 * world_new() - build the hosts and the network between them, ready to use:
 * links up, addresses valid, neighbours permanent, offloads off, sysctls pinned.
 * Return: 0 or -errno; on failure nothing is left.
 */
int world_new(const struct world_spec *spec, impair_told_fn *told, void *told_arg,
	      struct world **out, struct err *err);
void world_free(struct world *w);

size_t world_host_count(const struct world *w);
const struct host *world_host(const struct world *w, size_t i);

/** world_backend() - its name, and why it was chosen, for the run's first line. */
const char *world_backend(const struct world *w, const char **why);

/** world_impair() - change the impairments on the way to host @to, now. */
int world_impair(struct world *w, size_t to, const struct impairment *imp, struct err *err);

/*
 * Named packets, made-up ones, cables. The first use of any of these makes the wire's relay forward
 * (wire.h), also in a world with netem, which goes on doing what it did.
 */

/** world_rule() - Return: its number, from 1, or -errno. */
int world_rule(struct world *w, const struct rule_spec *spec, struct err *err);

/** world_rule_off() - the rule acts no more. world_rule_state() - how it is. */
void world_rule_off(struct world *w, int rule);
void world_rule_state(struct world *w, int rule, struct rule_state *out);

/** world_rule_release() - what it holds goes on its way. Return: 0 or -errno. */
int world_rule_release(struct world *w, int rule, bool reverse, struct err *err);

/** world_inject() - a frame of craft_frame() sets out for host @to. Return: 0 or -errno. */
int world_inject(struct world *w, size_t to, uint8_t *frame, size_t len, struct err *err);

/** world_plug() - plug a host's cable in, or pull it out. Neither end notices. Return: 0 or -errno.
 */
int world_plug(struct world *w, size_t host, bool in, struct err *err);

/** world_fd() - readable when world_work() is wanted, -1 when never. */
int world_fd(const struct world *w);
int world_work(struct world *w, struct err *err);

/** world_late() - by how much the latest packets were forwarded too late because this process was
 * kept waiting. Return: ns, the worst since the last call. */
int64_t world_late(struct world *w);

/** world_lost() - frames that the network itself had no room for and could not tell of. */
uint64_t world_lost(struct world *w);

#endif
