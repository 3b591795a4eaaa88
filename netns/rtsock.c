/* SPDX-License-Identifier: MIT */
/*
 * Requests are built by libnl-route, laid one behind the other in one buffer
 * and sent with one sendmsg(2). The kernel handles them in order before
 * sendmsg returns (netlink_rcv_skb()) and answers each failed one with an
 * NLMSG_ERROR; only the last carries NLM_F_ACK, so its answer being there
 * proves that all were read. One error message beats eight: the first is the
 * one that is reported, with the kernel's own words (NETLINK_EXT_ACK).
 *
 * What the kernel does later, in a worker, is waited for with rtsock_wait():
 * it first listens to the group that will be told, then asks how things are. An
 * answer and a notification are the same kind of message, so one function
 * can judge both, and nothing is missed between the two.
 *
 * Not handled: dumps.
 */
#include "rtsock.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "duration.h"
#include "err.h"
#include "netns.h"

enum {
	QUEUE_BYTES = 16384, /* 66 requests for 8 hosts take 5 kB */
	QUEUE_MAX = 128,
	REPLY_BYTES = 16384, /* an RTM_NEWLINK is about 1.5 kB */
	WHAT_TEXT = 80,
};

/*
 * @sock:  connected, for as long as this lives
 * @seq:   of the next request; the request at queue[i] has first_seq + i
 * @last:  offset of the last request in @buf
 * @what:  what each request does, for errors
 */
struct rtsock {
	struct nl_sock *sock;
	uint32_t seq;
	uint32_t first_seq;
	size_t n;
	size_t used;
	size_t last;
	char what[QUEUE_MAX][WHAT_TEXT];
	char buf[QUEUE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static void put_rtsock(struct rtsock **rt)
{
	rtsock_close(*rt);
}

#define _cleanup_rtsock_ _cleanup_(put_rtsock)

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "rtnetlink: out of memory");
}

static int connect_here(void *arg, struct err *err)
{
	struct rtsock *rt = arg;
	const int on = 1;
	int rc = nl_connect(rt->sock, NETLINK_ROUTE);
	int fd;

	if (rc < 0)
		return err_set(err, errno ? errno : EIO, "rtnetlink: cannot connect: %s",
			       nl_geterror(rc));
	fd = nl_socket_get_fd(rt->sock);
	/* Better messages, where the kernel can (4.12); nothing depends on it. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return 0;
}

int rtsock_open(const struct netns *ns, struct rtsock **out, struct err *err)
{
	_cleanup_rtsock_ struct rtsock *rt = calloc(1, sizeof(*rt));
	int rc;

	if (!rt)
		return no_memory(err);
	rt->first_seq = rt->seq = 1;
	rt->sock = nl_socket_alloc();
	if (!rt->sock)
		return no_memory(err);
	rc = ns ? netns_call(ns, connect_here, rt, err) : connect_here(rt, err);
	if (rc < 0)
		return rc;
	*out = steal_ptr(&rt);
	return 0;
}

void rtsock_close(struct rtsock *rt)
{
	if (!rt)
		return;
	nl_socket_free(rt->sock);
	free(rt);
}

int rtsock_fd(const struct rtsock *rt)
{
	return nl_socket_get_fd(rt->sock);
}

int rtsock_push(struct rtsock *rt, struct nl_msg *msg, struct err *err, const char *fmt, ...)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	va_list ap;

	if (rt->n == QUEUE_MAX || NLMSG_ALIGN(h->nlmsg_len) > QUEUE_BYTES - rt->used)
		return err_set(err, ENOBUFS, "rtnetlink: too many requests in one batch");
	h->nlmsg_seq = rt->seq++;
	h->nlmsg_pid = nl_socket_get_local_port(rt->sock);
	h->nlmsg_flags |= NLM_F_REQUEST;
	memcpy(rt->buf + rt->used, h, h->nlmsg_len);
	rt->last = rt->used;
	rt->used += NLMSG_ALIGN(h->nlmsg_len);
	va_start(ap, fmt);
	vsnprintf(rt->what[rt->n++], WHAT_TEXT, fmt, ap);
	va_end(ap);
	return 0;
}

/* What the kernel adds to an error number, or "" (NLMSGERR_ATTR_MSG, not terminated by promise). */
static const char *kernel_words(struct nlmsghdr *h, char *buf, size_t size)
{
	int hdrlen = (int)sizeof(struct nlmsgerr);
	const struct nlattr *attr;

	buf[0] = '\0';
	/* Without NLM_F_CAPPED the whole request stands before the attributes. */
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS) || !(h->nlmsg_flags & NLM_F_CAPPED))
		return buf;
	attr = nlmsg_find_attr(h, hdrlen, NLMSGERR_ATTR_MSG);
	if (attr)
		snprintf(buf, size, " (%.*s)", (int)nla_len(attr), (const char *)nla_data(attr));
	return buf;
}

/*
 * The first error in @buf that answers one of our requests goes to @err.
 * Return: true when the last request has been answered.
 */
static bool read_answers(const struct rtsock *rt, void *buf, int len, int *result, struct err *err)
{
	bool done = false;

	for (struct nlmsghdr *h = buf; nlmsg_ok(h, len); h = nlmsg_next(h, &len)) {
		const struct nlmsgerr *answer = nlmsg_data(h);
		size_t i = h->nlmsg_seq - rt->first_seq;
		char words[256];

		if (h->nlmsg_type != NLMSG_ERROR || i >= rt->n ||
		    nlmsg_datalen(h) < (int)sizeof(*answer))
			continue;
		if (answer->error && *result == 0)
			*result = err_set(err, -answer->error, "%s: %s%s", rt->what[i],
					  err_name(-answer->error),
					  kernel_words(h, words, sizeof(words)));
		done = done || i == rt->n - 1;
	}
	return done;
}

static int send_queue(struct rtsock *rt, struct err *err)
{
	((struct nlmsghdr *)(void *)(rt->buf + rt->last))->nlmsg_flags |= NLM_F_ACK;
	if (send(rtsock_fd(rt), rt->buf, rt->used, 0) < 0)
		return err_set(err, errno, "rtnetlink: send: %s", err_name(errno));
	return 0;
}

static void empty_queue(struct rtsock *rt)
{
	rt->first_seq = rt->seq;
	rt->used = 0;
	rt->n = 0;
}

int rtsock_flush(struct rtsock *rt, struct err *err)
{
	char reply[REPLY_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	bool done = false;
	int result = 0;

	if (rt->n == 0)
		return 0;
	result = send_queue(rt, err);
	while (result == 0 && !done) {
		ssize_t len = recv(rtsock_fd(rt), reply, sizeof(reply), MSG_DONTWAIT);

		if (len < 0 && errno == EINTR)
			continue;
		/* The answers were queued before send() returned: EAGAIN means lost. */
		if (len < 0)
			result = err_set(err, errno, "rtnetlink: no answer from the kernel: %s",
					 err_name(errno));
		else
			done = read_answers(rt, reply, (int)len, &result, err);
	}
	if (result == -EPERM)
		err_remedy(err, "CAP_NET_ADMIN over the namespace is needed; `tcplab doctor` says "
				"what this machine allows");
	empty_queue(rt);
	return result;
}

static bool hand_over(void *buf, int len, rtsock_done_fn *fn, void *arg)
{
	for (struct nlmsghdr *h = buf; nlmsg_ok(h, len); h = nlmsg_next(h, &len)) {
		if (h->nlmsg_type >= NLMSG_MIN_TYPE && fn(h, arg))
			return true;
	}
	return false;
}

int rtsock_wait(struct rtsock *rt, int group, rtsock_done_fn *fn, void *arg, int64_t deadline,
		struct err *err)
{
	char reply[REPLY_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	bool done = false;
	int rc = nl_socket_add_memberships(rt->sock, group, RTNLGRP_NONE);

	if (rc < 0)
		return err_set(err, EIO, "rtnetlink: cannot join group %d: %s", group,
			       nl_geterror(rc));
	rc = send_queue(rt, err);
	while (rc == 0 && !done) {
		struct pollfd pfd = { .fd = rtsock_fd(rt), .events = POLLIN };
		int64_t left = deadline - clock_now();
		const struct timespec ts = { .tv_sec = left / NS_PER_S,
					     .tv_nsec = left % NS_PER_S };
		ssize_t len;

		if (left <= 0 || ppoll(&pfd, 1, &ts, NULL) == 0) {
			rc = err_set(err, ETIMEDOUT, "rtnetlink: the kernel did not get to it");
			break;
		}
		len = recv(pfd.fd, reply, sizeof(reply), MSG_DONTWAIT);
		if (len < 0 && errno != EINTR && errno != EAGAIN) {
			rc = err_set(err, errno, "rtnetlink: recv: %s", err_name(errno));
		} else if (len >= 0) {
			read_answers(rt, reply, (int)len, &rc, err);
			done = hand_over(reply, (int)len, fn, arg);
		}
	}
	empty_queue(rt);
	nl_socket_drop_memberships(rt->sock, group, RTNLGRP_NONE);
	return rc;
}
