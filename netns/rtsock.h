/* SPDX-License-Identifier: MIT */
#ifndef NETNS_RTSOCK_H
#define NETNS_RTSOCK_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct netns;
struct nl_msg;
struct nlmsghdr;
struct rtsock;

/*
 * An rtnetlink socket of one namespace. Requests are queued and go to the
 * kernel together at rtsock_flush(); an error names the request it belongs to.
 */

/** rtsock_open() - in @ns, or where the caller is when it is NULL. Return: 0 or -errno. */
int rtsock_open(const struct netns *ns, struct rtsock **out, struct err *err);
void rtsock_close(struct rtsock *rt);

/** rtsock_fd() - its descriptor, good for interface ioctls in that namespace. */
int rtsock_fd(const struct rtsock *rt);

/**
 * rtsock_push() - queue a request; @msg stays the caller's.
 * @fmt: what the request does, for errors
 * Return: 0, or -ENOBUFS when the batch is full.
 */
int rtsock_push(struct rtsock *rt, struct nl_msg *msg, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * rtsock_flush() - send what is queued and see that the kernel did it all.
 * The requests after a failed one are tried as well.
 * Return: 0, or the -errno of the first that failed.
 */
int rtsock_flush(struct rtsock *rt, struct err *err);

/** rtsock_done_fn - Return: true when @h says that what is waited for has happened. */
typedef bool rtsock_done_fn(struct nlmsghdr *h, void *arg);

/**
 * rtsock_wait() - join @group, send what is queued (a question about the state
 * that is waited for), and read answers and notifications until @fn is content.
 * Return: 0, -ETIMEDOUT when @deadline (CLOCK_MONOTONIC, ns) passed first, or -errno.
 */
int rtsock_wait(struct rtsock *rt, int group, rtsock_done_fn *fn, void *arg, int64_t deadline,
		struct err *err);

#endif
