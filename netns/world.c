/* SPDX-License-Identifier: MIT */
/*
 * The stages of world_new(), named after the functions:
 *
 *   make_spaces()  a namespace for the network, one for each host, sysctls
 *   make_links()   from the network's side: a veth pair per host, both ends made
 *                  in their places, the network's addresses, neighbours and routes
 *   furnish()      each host: offloads, addresses, neighbour, default routes
 *   settle()       wait until the links carry frames and the addresses take them
 *   connect_all()  choose the back end and give it the ports
 *
 * There is no way from host to host but through the network's namespace, and
 * no uplink. What the network has no host for falls into a blackhole route,
 * silently, but for unreachable_net (unreachable.h), whichever back end forwards.
 *
 * Who owns what: struct world owns the namespaces (and through them the links,
 * which the kernel removes with them), and the back end's state. The rtnetlink
 * sockets live only as long as world_new().
 *
 * Not handled: links between hosts, more than one interface per host, changing
 * the world once it is made but for its impairments.
 */
#include "world.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "duration.h"
#include "err.h"
#include "netns.h"
#include "offload.h"
#include "rtlink.h"
#include "rtsock.h"
#include "rtwait.h"
#include "sysctl.h"
#include "unreachable.h"
#include "wire.h"
#include "world_door.h"

enum {
	/*
	 * Interface indices, beyond those of the fallback devices (tunl0, sit0, …)
	 * that a kernel with such modules puts into every namespace.
	 */
	HOST_IFINDEX = 32,
	NET_IFINDEX = 33,
	LO_IFINDEX = 1,
	NAME_MAX_LEN = 12,
	ROUTER_V4 = 254,
	ROUTER_V6 = 0xfe,
	WHY_TEXT = 128,
};

/* Long after any kernel has brought up a veth; only a broken one gets here. */
#define SETTLE_NS (5 * NS_PER_S)

/*
 * @home:  the namespace that world_new() was called in; the others come back to it
 * @net:   the network's namespace
 * @hosts: what callers see; name and ns point into @names and @spaces
 * @router, @router_mac: the network's end of each link
 * @relay: what forwards when the kernel does not; NULL while it does. It is the wire's own
 *         state there, and ours in front of netem (@own_relay)
 */
struct world {
	struct netns home;
	struct netns net;
	struct netns spaces[WORLD_MAX_HOSTS];
	size_t n;
	struct host hosts[WORLD_MAX_HOSTS];
	char names[WORLD_MAX_HOSTS][NAME_MAX_LEN + 1];
	struct in_addr router4[WORLD_MAX_HOSTS];
	struct in6_addr router6[WORLD_MAX_HOSTS];
	uint8_t router_mac[WORLD_MAX_HOSTS][6];
	const struct impair_ops *ops;
	void *impair;
	char why[WHY_TEXT];
	struct port ports[WORLD_MAX_HOSTS];
	struct wire *relay;
	bool own_relay;
	uint64_t seed;
	impair_told_fn *told;
	void *told_arg;
};

static void put_world(struct world **w)
{
	world_free(*w);
}

static void put_rtsock(struct rtsock **rt)
{
	rtsock_close(*rt);
}

#define _cleanup_world_  _cleanup_(put_world)
#define _cleanup_rtsock_ _cleanup_(put_rtsock)

static bool is_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	/* The network's end has the name too, beside the namespace's own lo. */
	return len > 0 && len <= NAME_MAX_LEN && name[len] == '\0' && name[0] >= 'a' &&
	       name[0] <= 'z' && strcmp(name, "lo") != 0;
}

static int check(const struct world_spec *spec, struct err *err)
{
	if (spec->n_hosts < 1 || spec->n_hosts > WORLD_MAX_HOSTS)
		return err_set(err, EINVAL, "%zu hosts: a world has 1 to %d", spec->n_hosts,
			       WORLD_MAX_HOSTS);
	for (size_t i = 0; i < spec->n_hosts; i++) {
		const char *name = spec->names[i];

		if (!name || !is_name(name))
			return err_set(err, EINVAL,
				       "host name \"%s\": a letter, then at most %d of a-z, 0-9 "
				       "and -, and not \"lo\"",
				       name ? name : "(none)", NAME_MAX_LEN - 1);
		for (size_t j = 0; j < i; j++) {
			if (strcmp(name, spec->names[j]) == 0)
				return err_set(err, EEXIST, "two hosts are called %s", name);
		}
		if (impairment_check(&spec->toward[i], err) < 0)
			return err_context(err, "link to %s", name);
	}
	return 0;
}

/* Host @i counts from 0 here; its addresses and MACs count from 1. */
static void number_host(struct world *w, size_t i, const char *name)
{
	const uint8_t k = (uint8_t)(i + 1);
	/* 02: locally administered. The last octet is that of the IPv4 address. */
	const uint8_t mac[6] = { 0x02, 0x00, 0x5e, 0x12, k, 1 };
	const struct in6_addr v6 = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb8, 0, k, [15] = 1 } };
	struct host *host = &w->hosts[i];

	memcpy(w->names[i], name, strlen(name) + 1);
	host->name = w->names[i];
	host->ns = &w->spaces[i];
	host->ifindex = HOST_IFINDEX;
	host->ipv4.s_addr = htonl(198u << 24 | 18u << 16 | (uint32_t)k << 8 | 1u);
	host->ipv6 = v6;
	memcpy(host->mac, mac, sizeof(mac));
	w->router4[i].s_addr = htonl(198u << 24 | 18u << 16 | (uint32_t)k << 8 | ROUTER_V4);
	w->router6[i] = v6;
	w->router6[i].s6_addr[15] = ROUTER_V6;
	memcpy(w->router_mac[i], mac, sizeof(mac));
	w->router_mac[i][5] = ROUTER_V4;
}

/*
 * Since 6.1 a new namespace can have a TCP hash table of its own, whose size
 * its creator says beforehand. With the host's, of some 100,000 buckets, each
 * socket dump walks them all: 0.3 to 0.5 ms instead of less than 0.1.
 * Older kernels do without.
 */
#define EHASH      "net.ipv4.tcp_child_ehash_entries"
#define EHASH_SIZE "1024"

static int make_spaces(struct world *w, struct err *err)
{
	char before[SYSCTL_MAX_VALUE];
	struct err absent = ERR_INIT;
	bool sized = sysctl_get(&w->home, EHASH, before, &absent) == 0;
	const struct netns *spaces[WORLD_MAX_HOSTS + 1] = { &w->net };
	int rc = sized ? sysctl_set(&w->home, EHASH, EHASH_SIZE, err) : 0;

	if (rc == 0)
		rc = netns_new(&w->home, &w->net, err);
	for (size_t i = 0; i < w->n && rc == 0; i++)
		rc = netns_new(&w->home, &w->spaces[i], err);
	if (rc < 0)
		return rc;
	/* Home may be anybody's. */
	if (sized)
		rc = sysctl_set(&w->home, EHASH, before, err);
	/*
	 * The network needs some of the hosts' pins as well: a new namespace copies
	 * its IPv4 settings from the initial one (devinet_init_net()), where forwarding and
	 * reverse path filtering may be on.
	 */
	for (size_t i = 0; i < w->n; i++)
		spaces[1 + i] = &w->spaces[i];
	return rc < 0 ? rc : sysctl_pin_all(spaces, 1 + w->n, err);
}

static int router_ifindex(size_t i)
{
	return NET_IFINDEX + (int)i;
}

/* The network's end of link @i, and the way to its one host. */
static int queue_router(const struct world *w, size_t i, struct rtsock *rt, struct err *err)
{
	const struct host *h = &w->hosts[i];
	int ifindex = router_ifindex(i);
	int rc = rtlink_up(rt, ifindex, err);

	if (rc == 0)
		rc = rtlink_address(rt, ifindex, AF_INET, &w->router4[i], 32, err);
	if (rc == 0)
		rc = rtlink_address(rt, ifindex, AF_INET6, &w->router6[i], 128, err);
	if (rc == 0)
		rc = rtlink_neighbour(rt, ifindex, AF_INET, &h->ipv4, h->mac, err);
	if (rc == 0)
		rc = rtlink_neighbour(rt, ifindex, AF_INET6, &h->ipv6, h->mac, err);
	if (rc == 0)
		rc = rtlink_route(rt, ifindex, AF_INET, &h->ipv4, 32, NULL, err);
	if (rc == 0)
		rc = rtlink_route(rt, ifindex, AF_INET6, &h->ipv6, 128, NULL, err);
	return rc;
}

static int make_links(struct world *w, struct rtsock *rt, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < w->n && rc == 0; i++) {
		const struct rtlink_end here = { router_ifindex(i), w->names[i], w->router_mac[i] };
		const struct rtlink_end there = { HOST_IFINDEX, "eth0", w->hosts[i].mac };

		rc = rtlink_veth(rt, &here, &there, &w->spaces[i], err);
	}
	if (rc == 0)
		rc = rtsock_flush(rt, err);
	if (rc == -EOPNOTSUPP)
		err_remedy(err, "this kernel has no veth (CONFIG_VETH): `modprobe veth` as root");
	if (rc < 0)
		return rc;
	rc = rtlink_up(rt, LO_IFINDEX, err);
	for (size_t i = 0; i < w->n && rc == 0; i++)
		rc = offload_off(rtsock_fd(rt), w->names[i], err);
	for (size_t i = 0; i < w->n && rc == 0; i++)
		rc = queue_router(w, i, rt, err);
	if (rc == 0)
		rc = rtlink_blackhole(rt, AF_INET, err);
	if (rc == 0)
		rc = rtlink_blackhole(rt, AF_INET6, err);
	if (rc == 0)
		rc = rtlink_unreachable(rt, AF_INET, unreachable_net, UNREACHABLE_PREFIX, err);
	return rc < 0 ? rc : rtsock_flush(rt, err);
}

static int furnish(struct world *w, size_t i, struct err *err)
{
	_cleanup_rtsock_ struct rtsock *rt = NULL;
	const struct host *h = &w->hosts[i];
	int rc = rtsock_open(h->ns, &rt, err);

	if (rc == 0)
		rc = offload_off(rtsock_fd(rt), "eth0", err);
	if (rc == 0)
		rc = rtlink_up(rt, LO_IFINDEX, err);
	if (rc == 0)
		rc = rtlink_up(rt, h->ifindex, err);
	if (rc == 0)
		rc = rtlink_address(rt, h->ifindex, AF_INET, &h->ipv4, 24, err);
	if (rc == 0)
		rc = rtlink_address(rt, h->ifindex, AF_INET6, &h->ipv6, 64, err);
	if (rc == 0)
		rc = rtlink_neighbour(rt, h->ifindex, AF_INET, &w->router4[i], w->router_mac[i],
				      err);
	if (rc == 0)
		rc = rtlink_neighbour(rt, h->ifindex, AF_INET6, &w->router6[i], w->router_mac[i],
				      err);
	if (rc == 0)
		rc = rtlink_route(rt, h->ifindex, AF_INET, NULL, 0, &w->router4[i], err);
	if (rc == 0)
		rc = rtlink_route(rt, h->ifindex, AF_INET6, NULL, 0, &w->router6[i], err);
	if (rc == 0)
		rc = rtsock_flush(rt, err);
	return rc;
}

/* What kernel workers do on their own: the links' queues, the hosts' IPv6 routes. */
static int settle(const struct world *w, struct rtsock *net, struct err *err)
{
	const int64_t deadline = clock_now() + SETTLE_NS;
	int ifindices[WORLD_MAX_HOSTS];
	int rc;

	for (size_t i = 0; i < w->n; i++)
		ifindices[i] = router_ifindex(i);
	rc = rtwait_links(net, ifindices, w->n, deadline, err);
	if (rc < 0)
		return err_context(err, "network");
	for (size_t i = 0; i < w->n; i++) {
		_cleanup_rtsock_ struct rtsock *rt = NULL;

		rc = rtsock_open(&w->spaces[i], &rt, err);
		if (rc == 0)
			rc = rtwait_local(rt, &w->hosts[i].ipv6, deadline, err);
		if (rc < 0)
			return err_context(err, "host %s", w->names[i]);
	}
	return 0;
}

static int connect_all(struct world *w, const struct world_spec *spec, impair_told_fn *told,
		       void *told_arg, struct err *err)
{
	struct port *ports = w->ports;
	int rc;

	w->told = told;
	w->told_arg = told_arg;
	w->seed = spec->seed;
	w->ops = impair_choose(spec->backend, spec->toward, w->n, &w->net, w->why, sizeof(w->why),
			       err);
	if (!w->ops)
		return -err->code;
	for (size_t i = 0; i < w->n; i++) {
		struct port *p = &ports[i];

		p->ifindex = router_ifindex(i);
		snprintf(p->ifname, sizeof(p->ifname), "%s", w->names[i]);
		memcpy(p->mac, w->router_mac[i], sizeof(p->mac));
		memcpy(p->peer_mac, w->hosts[i].mac, sizeof(p->peer_mac));
		memcpy(p->router4, &w->router4[i], sizeof(p->router4));
		memcpy(p->ipv4, &w->hosts[i].ipv4, sizeof(p->ipv4));
		memcpy(p->ipv6, &w->hosts[i].ipv6, sizeof(p->ipv6));
	}
	rc = w->ops->open(&w->net, ports, w->n, spec->seed, told, told_arg, &w->impair, err);
	for (size_t i = 0; i < w->n && rc == 0; i++)
		rc = world_impair(w, i, &spec->toward[i], err);
	return rc;
}

static int build(struct world *w, const struct world_spec *spec, struct err *err)
{
	_cleanup_rtsock_ struct rtsock *rt = NULL;
	int rc;

	rc = netns_home(&w->home, err);
	if (rc == 0)
		rc = make_spaces(w, err);
	if (rc == 0)
		rc = rtsock_open(&w->net, &rt, err);
	if (rc < 0)
		return rc;
	rc = make_links(w, rt, err);
	if (rc < 0)
		return err_context(err, "network");
	for (size_t i = 0; i < w->n; i++) {
		rc = furnish(w, i, err);
		if (rc < 0)
			return err_context(err, "host %s", spec->names[i]);
	}
	return settle(w, rt, err);
}

int world_new(const struct world_spec *spec, impair_told_fn *told, void *told_arg,
	      struct world **out, struct err *err)
{
	_cleanup_world_ struct world *w = NULL;
	int rc = check(spec, err);

	if (rc < 0)
		return rc;
	w = calloc(1, sizeof(*w));
	if (!w)
		return err_set(err, ENOMEM, "world: out of memory");
	w->home = w->net = NETNS_CLOSED;
	for (size_t i = 0; i < WORLD_MAX_HOSTS; i++)
		w->spaces[i] = NETNS_CLOSED;
	w->n = spec->n_hosts;
	for (size_t i = 0; i < w->n; i++)
		number_host(w, i, spec->names[i]);
	rc = build(w, spec, err);
	if (rc == 0)
		rc = connect_all(w, spec, told, told_arg, err);
	if (rc < 0)
		return rc;
	*out = steal_ptr(&w);
	return 0;
}

/*
 * A socket that was closed and whose FIN nobody will acknowledge any more holds
 * its namespace until it gives up: with the default for over a minute, with
 * this after its next retransmission.
 */
static void give_up_soon(const struct netns *host)
{
	struct err err = ERR_INIT;

	(void)sysctl_set(host, "net.ipv4.tcp_orphan_retries", "1", &err);
}

void world_free(struct world *w)
{
	if (!w)
		return;
	if (w->own_relay)
		wire_close(w->relay);
	if (w->ops)
		w->ops->close(w->impair);
	for (size_t i = 0; i < w->n; i++)
		give_up_soon(&w->spaces[i]);
	for (size_t i = 0; i < WORLD_MAX_HOSTS; i++)
		netns_close(&w->spaces[i]);
	netns_close(&w->net);
	netns_close(&w->home);
	free(w);
}

size_t world_host_count(const struct world *w)
{
	return w->n;
}

const struct host *world_host(const struct world *w, size_t i)
{
	return i < w->n ? &w->hosts[i] : NULL;
}

const char *world_backend(const struct world *w, const char **why)
{
	if (why)
		*why = w->why;
	return w->ops->name;
}

int world_impair(struct world *w, size_t to, const struct impairment *imp, struct err *err)
{
	if (to >= w->n)
		return err_set(err, EINVAL, "no host %zu: the world has %zu", to, w->n);
	return w->ops->set(w->impair, to, imp, err) < 0
		       ? err_context(err, "link to %s", w->names[to])
		       : 0;
}

/* The relay forwards from now on, if it does not already. */
static int relay(struct world *w, struct wire **out, struct err *err)
{
	int rc = 0;

	if (!w->relay && w->ops == &impair_wire) {
		w->relay = w->impair;
	} else if (!w->relay) {
		/* First off, then over: what is in between has no one to forward it, which is
		 * better than two. */
		rc = sysctl_set(&w->net, "net.ipv4.ip_forward", "0", err);
		if (rc == 0)
			rc = sysctl_set(&w->net, "net.ipv6.conf.all.forwarding", "0", err);
		if (rc == 0)
			rc = wire_open(&w->net, w->ports, w->n, w->seed, true, w->told, w->told_arg,
				       &w->relay, err);
		w->own_relay = rc == 0;
	}
	*out = w->relay;
	return rc < 0 ? err_context(err, "network") : 0;
}

int world_rule(struct world *w, const struct rule_spec *spec, struct err *err)
{
	struct wire *wire;
	int rc = relay(w, &wire, err);

	return rc < 0 ? rc : rules_add(wire_rules(wire), spec, err);
}

void world_rule_off(struct world *w, int rule)
{
	rules_off(wire_rules(w->relay), rule);
}

void world_rule_state(struct world *w, int rule, struct rule_state *out)
{
	rules_state(wire_rules(w->relay), rule, out);
}

int world_rule_release(struct world *w, int rule, bool reverse, struct err *err)
{
	return wire_release(w->relay, rule, reverse, err);
}

int world_inject(struct world *w, size_t to, uint8_t *frame, size_t len, struct err *err)
{
	struct wire *wire;
	int rc = relay(w, &wire, err);

	return rc < 0 ? rc : wire_inject(wire, to, frame, len, err);
}

int world_plug(struct world *w, size_t host, bool in, struct err *err)
{
	struct wire *wire;
	int rc = relay(w, &wire, err);

	if (rc == 0)
		wire_plug(wire, host, in);
	return rc;
}

void world_door(const struct world *w, size_t to, struct world_door *out)
{
	*out = (struct world_door){ .net = &w->net, .ifindex = router_ifindex(to) };
	memcpy(out->mac, w->router_mac[to], sizeof(out->mac));
}

int world_fd(const struct world *w)
{
	return w->own_relay ? wire_fd(w->relay) : w->ops->fd(w->impair);
}

int world_work(struct world *w, struct err *err)
{
	return w->own_relay ? wire_work(w->relay, err) : w->ops->work(w->impair, err);
}

int64_t world_late(struct world *w)
{
	return w->ops->late(w->impair);
}

uint64_t world_lost(struct world *w)
{
	return w->ops->lost(w->impair);
}
