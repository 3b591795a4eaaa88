/* SPDX-License-Identifier: MIT */
#ifndef NETNS_RTWAIT_H
#define NETNS_RTWAIT_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct in6_addr;
struct rtsock;

/*
 * Some of what is asked for over rtnetlink is done by kernel workers, later.
 * These wait for it. Return: 0, -ETIMEDOUT at @deadline (CLOCK_MONOTONIC, ns), or -errno.
 */

/**
 * rtwait_links() - until @n interfaces, at most 32, can carry frames.
 *
 * An interface that was set up before its peer gets its queue only when the
 * kernel's link watch has noticed the carrier (linkwatch_do_dev()), and drops
 * what is sent until then. The second of a pair has a carrier from the start.
 */
int rtwait_links(struct rtsock *rt, const int *ifindices, size_t n, int64_t deadline,
		 struct err *err);

/**
 * rtwait_local() - until the namespace takes packets for @addr as its own.
 *
 * Adding an IPv6 address returns before it has its route in the local table:
 * addrconf_dad_work() inserts it, even with IFA_F_NODAD. Packets are dropped until then.
 */
int rtwait_local(struct rtsock *rt, const struct in6_addr *addr, int64_t deadline, struct err *err);

#endif
