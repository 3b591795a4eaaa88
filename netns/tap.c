/* SPDX-License-Identifier: MIT */
/*
 * A packet socket on one interface of one host.
 *
 * What passes is decided in the kernel (tapfilter.c). The socket is made with
 * protocol 0, which receives nothing (packet(7)); filter, buffer and timestamps
 * are set before bind() names ETH_P_ALL, so nothing slips in between.
 *
 * Time. The kernel stamps with CLOCK_REALTIME, at dev_queue_xmit_nit() for what
 * the host sends and at netif_receive_skb() for what reaches it; tcplab counts in
 * CLOCK_MONOTONIC. The distance between both clocks is measured anew for each batch
 * that is read, so a step of the wall clock can displace only packets that were waiting
 * while it happened; and no packet is later than now or earlier than the one before it.
 *
 * Stamping is a global switch that the first interested socket turns on, and
 * where jump labels are configured net_enable_timestamp() (net/core/dev.c)
 * leaves that to a work item: setsockopt() returns before it is done. A packet
 * that comes earlier has no stamp, and the kernel then fills in the time at
 * which it is *read* (sock_recv_timestamp()), without saying so. tap_open()
 * therefore does not return before a datagram sent over the host's own lo came
 * with a stamp that is older than the reading of it; so lo has to be up.
 *
 * Buffers are allocated once; a frame is handed over in place and belongs to
 * the caller only during the call. What the socket had no room for is counted
 * by the kernel (PACKET_STATISTICS), which forgets the count when it is asked.
 *
 * Letting go of a packet socket takes the kernel a grace period of RCU, some
 * 10 ms (packet_release()); tap_close() does not wait for it (slowclose.h).
 *
 * Not handled: VLAN tags that the kernel moved out of the frame (a lab's links
 * have none).
 */
#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "cleanup.h"
#include "duration.h"
#include "err.h"
#include "netns.h"
#include "slowclose.h"
#include "tapfilter.h"

#define TAP_BATCH 32
/* More than the MTU of a lab's links; the headers of anything larger. */
#define TAP_SNAPLEN 2048
/* Room for a burst of some 10,000 small segments; a user namespace gets net.core.rmem_max. */
#define TAP_RCVBUF     (8 << 20)
#define TAP_STAMP_WAIT (1 * NS_PER_S)

struct slot {
	struct iovec iov;
	struct sockaddr_ll from;
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct timespec))];
	uint8_t frame[TAP_SNAPLEN];
};

struct tap {
	int fd;
	int64_t last;
	uint64_t lost;
	struct mmsghdr msgs[TAP_BATCH];
	struct slot slots[TAP_BATCH];
};

static int fail(struct err *err, const char *what)
{
	const int code = errno;

	return err_set(err, code, "packet socket: %s: %s", what, strerror(code));
}

static int64_t clock_real(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* Return: 0, or -EPROTO when the message carries no stamp. */
static int stamp_of(struct msghdr *msg, int64_t *real)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct timespec ts;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		*real = (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
		return 0;
	}
	return -EPROTO;
}

/*
 * Send one datagram to ourselves and take it back.
 * @live: the kernel stamped it when it came, not when it was read
 */
static int probe_stamp(int fd, bool *live, struct err *err)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct timespec))];
	struct msghdr msg = { .msg_control = control, .msg_controllen = sizeof(control) };
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t stamp, before;
	int n;

	if (send(fd, NULL, 0, 0) < 0)
		return fail(err, "cannot send over lo");
	n = poll(&pfd, 1, TAP_STAMP_WAIT / NS_PER_MS);
	if (n < 0)
		return errno == EINTR ? 0 : fail(err, "poll");
	if (n == 0) {
		err_set(err, ENETDOWN, "packet socket: what is sent over lo does not come back");
		return err_remedy(err, "set lo of the host up before tapping it");
	}
	before = clock_real();
	if (recvmsg(fd, &msg, MSG_DONTWAIT) < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : fail(err, "recvmsg from lo");
	*live = stamp_of(&msg, &stamp) == 0 && stamp <= before;
	return 0;
}

/*
 * Runs inside the host. Wait until the kernel stamps what it receives: see the
 * theory above. UDP, because closing a second packet socket would wait for a
 * grace period of RCU (packet_release()), some 10 ms.
 */
static int await_stamps(void *arg, struct err *err)
{
	const int *on = arg;
	const int64_t deadline = clock_now() + TAP_STAMP_WAIT;
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in self = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(self);
	bool live = false;

	if (fd < 0)
		return fail(err, "socket");
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, on, sizeof(*on)) < 0)
		return fail(err, "SO_TIMESTAMPNS");
	if (bind(fd, (const struct sockaddr *)&self, len) < 0 ||
	    getsockname(fd, (struct sockaddr *)&self, &len) < 0 ||
	    connect(fd, (const struct sockaddr *)&self, len) < 0) {
		fail(err, "cannot use 127.0.0.1 of the host");
		return err_remedy(err, "set lo of the host up before tapping it");
	}
	while (!live) {
		const int rc = probe_stamp(fd, &live, err);

		if (rc < 0)
			return rc;
		if (!live && clock_now() > deadline)
			return err_set(err, ETIMEDOUT,
				       "packet socket: the kernel does not stamp what it receives");
		if (!live)
			sched_yield();
	}
	return 0;
}

/* @wanted bytes of queue: beyond net.core.rmem_max only with CAP_NET_ADMIN over the machine. */
static int set_rcvbuf(int fd, int wanted, struct err *err)
{
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)) == 0)
		return 0;
	if (errno != EPERM)
		return fail(err, "SO_RCVBUFFORCE");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted)) < 0)
		return fail(err, "SO_RCVBUF");
	return 0;
}

static int setup(int fd, const struct netns *ns, int ifindex, struct err *err)
{
	const struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = ifindex,
	};
	int on = 1;
	int rc;

	rc = tapfilter_attach(fd, err);
	if (rc < 0)
		return rc;
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0)
		return fail(err, "SO_TIMESTAMPNS");
	rc = set_rcvbuf(fd, TAP_RCVBUF, err);
	if (rc == 0)
		rc = netns_call(ns, await_stamps, &on, err);
	if (rc < 0)
		return rc;
	if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0) {
		fail(err, "bind");
		return err_context(err, "interface %d", ifindex);
	}
	return 0;
}

static struct tap *new_tap(int fd)
{
	struct tap *tap = calloc(1, sizeof(*tap));

	if (!tap)
		return NULL;
	tap->fd = fd;
	for (size_t i = 0; i < TAP_BATCH; i++) {
		struct slot *s = &tap->slots[i];

		s->iov = (struct iovec){ .iov_base = s->frame, .iov_len = sizeof(s->frame) };
		tap->msgs[i].msg_hdr.msg_iov = &s->iov;
		tap->msgs[i].msg_hdr.msg_iovlen = 1;
		tap->msgs[i].msg_hdr.msg_name = &s->from;
		tap->msgs[i].msg_hdr.msg_control = s->control;
	}
	return tap;
}

int tap_open(const struct netns *ns, int ifindex, struct tap **out, struct err *err)
{
	_cleanup_close_ int fd = netns_socket(ns, AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0, err);
	struct tap *tap;
	int rc;

	if (fd < 0)
		return fd;
	rc = setup(fd, ns, ifindex, err);
	if (rc < 0)
		return rc;
	tap = new_tap(fd);
	if (!tap)
		return err_set(err, ENOMEM, "packet socket: no memory for its buffers");
	steal_fd(&fd);
	*out = tap;
	return 0;
}

void tap_close(struct tap *tap)
{
	if (!tap)
		return;
	slow_close(tap->fd);
	free(tap);
}

int tap_fd(const struct tap *tap)
{
	return tap->fd;
}

/* @offset, @now: this reading's */
static int hand_over(struct tap *tap, size_t i, int64_t offset, int64_t now, tap_fn *fn, void *arg,
		     struct err *err)
{
	const struct slot *s = &tap->slots[i];
	const size_t wirelen = tap->msgs[i].msg_len;
	struct tapped pkt = {
		.outgoing = s->from.sll_pkttype == PACKET_OUTGOING,
		.frame = s->frame,
		.caplen = wirelen < TAP_SNAPLEN ? wirelen : TAP_SNAPLEN,
		.wirelen = wirelen,
	};
	int64_t real;

	if (stamp_of(&tap->msgs[i].msg_hdr, &real) < 0)
		return err_set(err, EPROTO, "packet socket: a frame without a timestamp");
	pkt.t = real + offset;
	if (pkt.t > now)
		pkt.t = now;
	if (pkt.t < tap->last)
		pkt.t = tap->last;
	tap->last = pkt.t;
	return fn(arg, &pkt, err);
}

int tap_read(struct tap *tap, size_t max, tap_fn *fn, void *arg, struct err *err)
{
	size_t done = 0;

	while (done < max) {
		const size_t want = max - done < TAP_BATCH ? max - done : TAP_BATCH;
		int64_t offset, now;
		int n;

		for (size_t i = 0; i < want; i++) {
			tap->msgs[i].msg_hdr.msg_namelen = sizeof(tap->slots[i].from);
			tap->msgs[i].msg_hdr.msg_controllen = sizeof(tap->slots[i].control);
		}
		/* MSG_TRUNC: msg_len is then the frame's length, however little of it fits. */
		n = recvmmsg(tap->fd, tap->msgs, (unsigned)want, MSG_DONTWAIT | MSG_TRUNC, NULL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			return fail(err, "recvmmsg");
		offset = clock_offset();
		now = clock_now();
		for (int i = 0; i < n; i++) {
			const int rc = hand_over(tap, (size_t)i, offset, now, fn, arg, err);

			if (rc < 0)
				return rc;
		}
		done += (size_t)n;
		if ((size_t)n < want)
			break;
	}
	return (int)done;
}

int tap_usual(struct tap *tap, struct err *err)
{
	return tapfilter_attach(tap->fd, err);
}

int tap_all(struct tap *tap, struct err *err)
{
	return tapfilter_attach_all(tap->fd, err);
}

int tap_ignore(struct tap *tap, const struct tap_flow *flow, struct err *err)
{
	return tapfilter_attach_but(tap->fd, flow, err);
}

uint64_t tap_lost(struct tap *tap)
{
	struct tpacket_stats st;
	socklen_t len = sizeof(st);

	if (getsockopt(tap->fd, SOL_PACKET, PACKET_STATISTICS, &st, &len) == 0)
		tap->lost += st.tp_drops;
	return tap->lost;
}
