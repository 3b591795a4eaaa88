/* SPDX-License-Identifier: MIT */
#include "rtwait.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <string.h>

#include "cleanup.h"
#include "err.h"
#include "rtsock.h"

enum { LINKS_AT_ONCE = 32 };

static void put_msg(struct nl_msg **msg)
{
	nlmsg_free(*msg);
}

#define _cleanup_msg_ _cleanup_(put_msg)

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "rtnetlink: out of memory");
}

struct links {
	const int *ifindices;
	size_t n;
	size_t missing;
	bool up[LINKS_AT_ONCE];
};

static bool links_are_up(struct nlmsghdr *h, void *arg)
{
	const struct ifinfomsg *ifi = nlmsg_data(h);
	const struct nlattr *state;
	struct links *links = arg;

	if (h->nlmsg_type != RTM_NEWLINK || nlmsg_datalen(h) < (int)sizeof(*ifi))
		return false;
	state = nlmsg_find_attr(h, sizeof(*ifi), IFLA_OPERSTATE);
	if (!state || nla_get_u8(state) != IF_OPER_UP)
		return false;
	for (size_t i = 0; i < links->n; i++) {
		if (links->ifindices[i] == ifi->ifi_index && !links->up[i]) {
			links->up[i] = true;
			links->missing--;
		}
	}
	return links->missing == 0;
}

int rtwait_links(struct rtsock *rt, const int *ifindices, size_t n, int64_t deadline,
		 struct err *err)
{
	struct links links = { .ifindices = ifindices, .n = n, .missing = n };
	int rc;

	if (n == 0 || n > LINKS_AT_ONCE)
		return err_set(err, EINVAL, "rtnetlink: cannot wait for %zu links", n);
	/*
	 * Since 6.8 the question is more than a question: rtnl_getlink() runs
	 * the pending link watch work of the interface (linkwatch_sync_dev()).
	 */
	for (size_t i = 0; i < n; i++) {
		struct ifinfomsg ifi = { .ifi_index = ifindices[i] };
		_cleanup_msg_ struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETLINK, 0);

		if (!msg || nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO) < 0)
			return no_memory(err);
		rc = rtsock_push(rt, msg, err, "look at interface %d", ifindices[i]);
		if (rc < 0)
			return rc;
	}
	rc = rtsock_wait(rt, RTNLGRP_LINK, links_are_up, &links, deadline, err);
	return rc < 0 ? err_context(err, "%zu of %zu links are not up", links.missing, n) : 0;
}

static bool route_is_local(struct nlmsghdr *h, void *arg)
{
	const struct rtmsg *rtm = nlmsg_data(h);
	const struct in6_addr *addr = arg;
	const struct nlattr *dst;

	if (h->nlmsg_type != RTM_NEWROUTE || nlmsg_datalen(h) < (int)sizeof(*rtm) ||
	    rtm->rtm_family != AF_INET6 || rtm->rtm_type != RTN_LOCAL)
		return false;
	dst = nlmsg_find_attr(h, sizeof(*rtm), RTA_DST);
	return dst && nla_len(dst) == (int)sizeof(*addr) &&
	       memcmp(nla_data(dst), addr, sizeof(*addr)) == 0;
}

int rtwait_local(struct rtsock *rt, const struct in6_addr *addr, int64_t deadline, struct err *err)
{
	struct rtmsg rtm = { .rtm_family = AF_INET6, .rtm_dst_len = 128 };
	_cleanup_msg_ struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETROUTE, 0);
	struct in6_addr wanted = *addr;
	int rc;

	if (!msg || nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO) < 0 ||
	    nla_put(msg, RTA_DST, sizeof(wanted), &wanted) < 0)
		return no_memory(err);
	rc = rtsock_push(rt, msg, err, "look up the route to our own IPv6 address");
	if (rc == 0)
		rc = rtsock_wait(rt, RTNLGRP_IPV6_ROUTE, route_is_local, &wanted, deadline, err);
	return rc;
}
