/* SPDX-License-Identifier: MIT */
#include "rtlink.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "err.h"
#include "netns.h"
#include "rtsock.h"

static void put_msg(struct nl_msg **msg)
{
	nlmsg_free(*msg);
}

static void put_link(struct rtnl_link **link)
{
	rtnl_link_put(*link);
}

static void put_addr(struct nl_addr **addr)
{
	nl_addr_put(*addr);
}

static void put_rtaddr(struct rtnl_addr **addr)
{
	rtnl_addr_put(*addr);
}

static void put_route(struct rtnl_route **route)
{
	rtnl_route_put(*route);
}

static void put_neigh(struct rtnl_neigh **neigh)
{
	rtnl_neigh_put(*neigh);
}

#define _cleanup_msg_    _cleanup_(put_msg)
#define _cleanup_link_   _cleanup_(put_link)
#define _cleanup_addr_   _cleanup_(put_addr)
#define _cleanup_rtaddr_ _cleanup_(put_rtaddr)
#define _cleanup_route_  _cleanup_(put_route)
#define _cleanup_neigh_  _cleanup_(put_neigh)

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "rtnetlink: out of memory");
}

/* libnl's numbers are its own; building a request fails for want of memory or a bug of ours. */
static int build_failed(int nle, const char *what, struct err *err)
{
	return err_set(err, nle == -NLE_NOMEM ? ENOMEM : EINVAL, "rtnetlink: cannot build %s: %s",
		       what, nl_geterror(nle));
}

int rtlink_veth(struct rtsock *rt, const struct rtlink_end *here, const struct rtlink_end *there,
		const struct netns *peer_ns, struct err *err)
{
	_cleanup_link_ struct rtnl_link *link = rtnl_link_veth_alloc();
	_cleanup_link_ struct rtnl_link *peer = link ? rtnl_link_veth_get_peer(link) : NULL;
	_cleanup_addr_ struct nl_addr *mac = nl_addr_build(AF_LLC, here->mac, 6);
	_cleanup_addr_ struct nl_addr *peer_mac = nl_addr_build(AF_LLC, there->mac, 6);
	_cleanup_msg_ struct nl_msg *msg = NULL;
	int rc;

	if (!link || !peer || !mac || !peer_mac)
		return no_memory(err);
	rtnl_link_set_name(link, here->name);
	rtnl_link_set_ifindex(link, here->ifindex);
	rtnl_link_set_addr(link, mac);
	rtnl_link_set_name(peer, there->name);
	rtnl_link_set_ifindex(peer, there->ifindex);
	rtnl_link_set_addr(peer, peer_mac);
	rtnl_link_set_ns_fd(peer, peer_ns->fd);
	rc = rtnl_link_build_add_request(link, NLM_F_CREATE | NLM_F_EXCL, &msg);
	if (rc < 0)
		return build_failed(rc, "a veth pair", err);
	return rtsock_push(rt, msg, err, "create the veth pair %s - %s", here->name, there->name);
}

int rtlink_up(struct rtsock *rt, int ifindex, struct err *err)
{
	struct ifinfomsg ifi = {
		.ifi_index = ifindex,
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};
	_cleanup_msg_ struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);

	/* A bare ifinfomsg: nothing that libnl's link object would add is wanted. */
	if (!msg || nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO) < 0)
		return no_memory(err);
	return rtsock_push(rt, msg, err, "set interface %d up", ifindex);
}

/* A NULL address is "any", which makes the default route. */
static struct nl_addr *make_addr(int family, const void *bytes, unsigned int prefix)
{
	static const uint8_t any[16];
	size_t len = family == AF_INET6 ? 16 : 4;
	struct nl_addr *addr = nl_addr_build(family, bytes ? bytes : any, len);

	if (addr)
		nl_addr_set_prefixlen(addr, (int)prefix);
	return addr;
}

static unsigned int whole(int family)
{
	return family == AF_INET6 ? 128 : 32;
}

int rtlink_address(struct rtsock *rt, int ifindex, int family, const void *addr,
		   unsigned int prefix, struct err *err)
{
	_cleanup_addr_ struct nl_addr *local = make_addr(family, addr, prefix);
	_cleanup_rtaddr_ struct rtnl_addr *ra = rtnl_addr_alloc();
	_cleanup_msg_ struct nl_msg *msg = NULL;
	char text[64];
	int rc;

	if (!local || !ra)
		return no_memory(err);
	rtnl_addr_set_ifindex(ra, ifindex);
	rc = rtnl_addr_set_local(ra, local);
	if (rc < 0)
		return build_failed(rc, "an address", err);
	if (family == AF_INET6)
		rtnl_addr_set_flags(ra, IFA_F_NODAD);
	rc = rtnl_addr_build_add_request(ra, NLM_F_CREATE | NLM_F_EXCL, &msg);
	if (rc < 0)
		return build_failed(rc, "an address", err);
	return rtsock_push(rt, msg, err, "add address %s", nl_addr2str(local, text, sizeof(text)));
}

int rtlink_route(struct rtsock *rt, int ifindex, int family, const void *dst, unsigned int prefix,
		 const void *via, struct err *err)
{
	_cleanup_addr_ struct nl_addr *to = make_addr(family, dst, prefix);
	_cleanup_addr_ struct nl_addr *gw = via ? make_addr(family, via, whole(family)) : NULL;
	_cleanup_route_ struct rtnl_route *route = rtnl_route_alloc();
	_cleanup_msg_ struct nl_msg *msg = NULL;
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
	char text[64];
	int rc;

	if (!to || (via && !gw) || !route || !hop) {
		if (hop)
			rtnl_route_nh_free(hop);
		return no_memory(err);
	}
	rtnl_route_nh_set_ifindex(hop, ifindex);
	if (gw)
		rtnl_route_nh_set_gateway(hop, gw);
	rtnl_route_add_nexthop(route, hop); /* owns it now */
	rtnl_route_set_family(route, (uint8_t)family);
	rtnl_route_set_scope(route, gw ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK);
	rc = rtnl_route_set_dst(route, to);
	if (rc == 0)
		rc = rtnl_route_build_add_request(route, NLM_F_CREATE | NLM_F_EXCL, &msg);
	if (rc < 0)
		return build_failed(rc, "a route", err);
	return rtsock_push(rt, msg, err, "add a route to %s",
			   dst ? nl_addr2str(to, text, sizeof(text)) : "everywhere");
}

/* A route that leads nowhere, to @dst/@prefix; NULL: the default route. */
static int dead_end(struct rtsock *rt, uint8_t type, int family, const void *dst,
		    unsigned int prefix, const char *what, struct err *err)
{
	_cleanup_addr_ struct nl_addr *to = make_addr(family, dst, prefix);
	_cleanup_route_ struct rtnl_route *route = rtnl_route_alloc();
	_cleanup_msg_ struct nl_msg *msg = NULL;
	int rc;

	if (!to || !route)
		return no_memory(err);
	rtnl_route_set_family(route, (uint8_t)family);
	rtnl_route_set_type(route, type);
	rc = rtnl_route_set_dst(route, to);
	if (rc == 0)
		rc = rtnl_route_build_add_request(route, NLM_F_CREATE | NLM_F_EXCL, &msg);
	if (rc < 0)
		return build_failed(rc, what, err);
	return rtsock_push(rt, msg, err, "add %s", what);
}

int rtlink_blackhole(struct rtsock *rt, int family, struct err *err)
{
	return dead_end(rt, RTN_BLACKHOLE, family, NULL, 0, "a blackhole route", err);
}

int rtlink_unreachable(struct rtsock *rt, int family, const void *dst, unsigned int prefix,
		       struct err *err)
{
	return dead_end(rt, RTN_UNREACHABLE, family, dst, prefix, "an unreachable route", err);
}

int rtlink_neighbour(struct rtsock *rt, int ifindex, int family, const void *addr,
		     const uint8_t mac[static 6], struct err *err)
{
	_cleanup_addr_ struct nl_addr *dst = make_addr(family, addr, whole(family));
	_cleanup_addr_ struct nl_addr *lladdr = nl_addr_build(AF_LLC, mac, 6);
	_cleanup_neigh_ struct rtnl_neigh *neigh = rtnl_neigh_alloc();
	_cleanup_msg_ struct nl_msg *msg = NULL;
	char text[64];
	int rc;

	if (!dst || !lladdr || !neigh)
		return no_memory(err);
	rtnl_neigh_set_ifindex(neigh, ifindex);
	rtnl_neigh_set_state(neigh, NUD_PERMANENT);
	rtnl_neigh_set_lladdr(neigh, lladdr);
	rc = rtnl_neigh_set_dst(neigh, dst);
	if (rc == 0)
		rc = rtnl_neigh_build_add_request(neigh, NLM_F_CREATE | NLM_F_REPLACE, &msg);
	if (rc < 0)
		return build_failed(rc, "a neighbour", err);
	return rtsock_push(rt, msg, err, "add neighbour %s", nl_addr2str(dst, text, sizeof(text)));
}
