/* SPDX-License-Identifier: MIT */
/*
 * One packet socket for all interfaces of a namespace, in batches.
 *
 * One, not one for each interface, because closing a packet socket waits for
 * an RCU grace period (packet_release() calls synchronize_net()): 8 to 24 ms,
 * every time, even for one that was never bound.
 *
 * Arrival times come from the kernel. They are CLOCK_REALTIME, and are converted with the
 * distance of the two clocks (clock_offset()), measured anew for each batch: a step of the wall
 * clock displaces only frames that were waiting while it happened. No frame is later than now or
 * earlier than the one before it: two batches' distances are never quite the same, and
 * frames that are as long on their way must leave in the order in which they came. The
 * kernel begins to put times on frames a moment after the first socket asks
 * (net_enable_timestamp() leaves it to a worker); until then recvmmsg() puts its own.
 *
 * Limits: what the receive buffer has no room for (about 300 small frames,
 * unless the engine may exceed net.core.rmem_max) is gone, and counted.
 */
#include "framesock.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "cleanup.h"
#include "duration.h"
#include "err.h"
#include "netns.h"
#include "slowclose.h"

enum {
	/* Frames that wait while the engine does something else. */
	RECEIVE_BUFFER = 4 << 20,
};

/* Where recvmmsg() puts things. */
struct inbox {
	struct mmsghdr msgs[FRAMESOCK_BATCH];
	struct iovec iov[FRAMESOCK_BATCH];
	char control[FRAMESOCK_BATCH][CMSG_SPACE(sizeof(struct timespec))]
		__attribute__((aligned(__alignof__(struct cmsghdr))));
	uint8_t data[FRAMESOCK_BATCH][FRAMESOCK_FRAME_MAX];
};

/* What sendmmsg() is going to get. */
struct outbox {
	size_t n;
	struct mmsghdr msgs[FRAMESOCK_BATCH];
	struct iovec iov[FRAMESOCK_BATCH];
	struct sockaddr_ll to[FRAMESOCK_BATCH];
};

/* @last: when the latest frame came */
struct framesock {
	int fd;
	int64_t last;
	uint64_t lost;
	struct inbox in;
	struct outbox out;
};

static void put_framesock(struct framesock **fs)
{
	framesock_close(*fs);
}

#define _cleanup_framesock_ _cleanup_(put_framesock)

static int failed(const char *what, struct err *err)
{
	int code = errno;

	err_set(err, code, "wire: %s: %s", what, err_name(code));
	if (code == EPERM)
		err_remedy(err, "CAP_NET_RAW over the network namespace is needed; `tcplab doctor` "
				"says what this machine allows");
	else if (code == EAFNOSUPPORT)
		err_remedy(err, "this kernel has no packet sockets (CONFIG_PACKET); `modprobe "
				"af_packet` as root");
	return -code;
}

/*
 * Asks for a type of packet socket that there is none of: packet_create()
 * looks at the capability first and at the type next. A real one would have to be
 * closed again, which takes long.
 */
int framesock_probe(struct err *why)
{
	_cleanup_close_ int fd = socket(AF_PACKET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 || errno == ESOCKTNOSUPPORT)
		return 0;
	return failed("packet socket", why);
}

/* Nothing is heard before bind(): the socket is made with protocol 0. */
static int set_up(int fd, bool qdisc, struct err *err)
{
	const struct sockaddr_ll all = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
	};
	const int on = 1;
	const int size = RECEIVE_BUFFER;

	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) != 0)
		return failed("PACKET_IGNORE_OUTGOING", err);
	if (!qdisc && setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) != 0)
		return failed("PACKET_QDISC_BYPASS", err);
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0)
		return failed("SO_TIMESTAMPNS", err);
	/* The first is for CAP_NET_ADMIN in the initial user namespace only; the second is capped.
	 */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) != 0)
		return failed("SO_RCVBUF", err);
	if (bind(fd, (const struct sockaddr *)&all, sizeof(all)) != 0)
		return failed("bind", err);
	return 0;
}

/* The parts of the batches that never change. */
static void prepare(struct framesock *fs)
{
	for (size_t i = 0; i < FRAMESOCK_BATCH; i++) {
		fs->in.iov[i] = (struct iovec){ fs->in.data[i], FRAMESOCK_FRAME_MAX };
		fs->in.msgs[i].msg_hdr = (struct msghdr){
			.msg_iov = &fs->in.iov[i],
			.msg_iovlen = 1,
			.msg_control = fs->in.control[i],
		};
		fs->out.to[i] = (struct sockaddr_ll){ .sll_family = AF_PACKET };
		fs->out.msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &fs->out.to[i],
			.msg_namelen = sizeof(fs->out.to[i]),
			.msg_iov = &fs->out.iov[i],
			.msg_iovlen = 1,
		};
	}
}

int framesock_open(const struct netns *ns, bool qdisc, struct framesock **out, struct err *err)
{
	_cleanup_framesock_ struct framesock *fs = calloc(1, sizeof(*fs));
	int rc;

	if (!fs)
		return err_set(err, ENOMEM, "wire: out of memory");
	fs->fd = -1;
	prepare(fs);
	fs->fd = netns_socket(ns, AF_PACKET, SOCK_RAW, 0, err);
	if (fs->fd < 0)
		return err_context(err, "wire");
	rc = set_up(fs->fd, qdisc, err);
	if (rc < 0)
		return rc;
	*out = steal_ptr(&fs);
	return 0;
}

void framesock_close(struct framesock *fs)
{
	if (!fs)
		return;
	slow_close(fs->fd);
	free(fs);
}

int framesock_fd(const struct framesock *fs)
{
	return fs->fd;
}

/* A full queue or an interface that is down loses a frame, as it would anywhere. */
static bool is_loss(int code)
{
	return code == EAGAIN || code == ENOBUFS || code == ENETDOWN || code == ENXIO ||
	       code == ENODEV || code == EMSGSIZE;
}

int framesock_flush(struct framesock *fs, struct err *err)
{
	struct outbox *out = &fs->out;
	size_t done = 0;
	int rc = 0;

	while (done < out->n && rc == 0) {
		int sent = sendmmsg(fs->fd, out->msgs + done, (unsigned int)(out->n - done),
				    MSG_DONTWAIT);

		if (sent > 0) {
			done += (size_t)sent;
		} else if (is_loss(errno)) {
			/* The error is the first one's; had any gone before it, it would come next
			 * time. */
			fs->lost++;
			done++;
		} else if (errno != EINTR) {
			rc = failed("send", err);
		}
	}
	out->n = 0;
	return rc;
}

int framesock_put(struct framesock *fs, int ifindex, uint8_t *frame, size_t len, struct err *err)
{
	struct outbox *out = &fs->out;

	out->iov[out->n] = (struct iovec){ frame, len };
	out->to[out->n++].sll_ifindex = ifindex;
	return out->n == FRAMESOCK_BATCH ? framesock_flush(fs, err) : 0;
}

/* When the kernel got the frame. @offset, @now: this batch's. */
static int64_t arrival(struct framesock *fs, struct msghdr *msg, int64_t offset, int64_t now)
{
	int64_t t = now;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct timespec ts;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		t = ts.tv_sec * NS_PER_S + ts.tv_nsec + offset;
	}
	if (t > now)
		t = now;
	if (t > fs->last)
		fs->last = t;
	return fs->last;
}

int framesock_receive(struct framesock *fs, framesock_fn *fn, void *arg, struct err *err)
{
	struct inbox *in = &fs->in;
	int64_t now, offset;
	int n, rc = 0;

	for (size_t i = 0; i < FRAMESOCK_BATCH; i++)
		in->msgs[i].msg_hdr.msg_controllen = sizeof(in->control[i]);
	n = recvmmsg(fs->fd, in->msgs, FRAMESOCK_BATCH, MSG_DONTWAIT, NULL);
	/* ENETDOWN: an interface was set down; the others go on. */
	if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENETDOWN))
		return 0;
	if (n < 0)
		return failed("receive", err);
	offset = clock_offset();
	now = clock_now();
	for (int i = 0; i < n && rc == 0; i++) {
		struct msghdr *msg = &in->msgs[i].msg_hdr;

		if (msg->msg_flags & MSG_TRUNC)
			fs->lost++;
		else
			rc = fn(arg, in->data[i], in->msgs[i].msg_len,
				arrival(fs, msg, offset, now), now, err);
	}
	/* The inbox is about to be used again. */
	if (rc == 0)
		rc = framesock_flush(fs, err);
	return rc < 0 ? rc : n;
}

uint64_t framesock_lost(struct framesock *fs)
{
	struct tpacket_stats stats = { .tp_drops = 0 };
	socklen_t len = sizeof(stats);

	/* Reading them sets them to zero (packet_getsockopt()). */
	if (getsockopt(fs->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) == 0)
		fs->lost += stats.tp_drops;
	return fs->lost;
}
