/* SPDX-License-Identifier: MIT */
/*
 * Watching sockets: NETLINK_SOCK_DIAG.
 *
 * Only a dump shows every socket: SYN-RECV is a request that no process has and
 * TIME-WAIT a remnant of 256 bytes, and tracing tools see neither. A dump says
 * what is, not what happened; the differences between two dumps do, and
 * socktable.c finds them. How often to dump is the caller's business:
 * sockdiag_due() tells when the last dump's own timers will change something.
 *
 * The answer to sockdiag_dump() arrives in datagrams of up to 32 KB
 * (netlink_recvmsg() learns the size from our buffer), walked where they lie:
 *
 *	request() -> receive() -> walk() -> take_socket() -> socktable_put()
 *
 * The request is TCPDIAG_GETSOCK, the oldest form, and not SOCK_DIAG_BY_FAMILY:
 * it alone lists IPv4 and IPv6 in one pass (inet_diag_dump_compat() asks for
 * AF_UNSPEC). The kernel walks its whole hash table in each pass, also when it is
 * nearly empty or full of other namespaces' sockets; in a host that holds few
 * sockets this walk is all that a dump costs. A hash table of the namespace's own
 * (net.ipv4.tcp_child_ehash_entries of its creator, since 6.1) makes it short.
 *
 * The socket is opened inside the namespace once and used from outside.
 *
 * What a dump is not: a snapshot. The kernel locks one hash bucket at a time, so two
 * sockets of one answer can be microseconds apart, and a socket that moves
 * between buckets meanwhile could be missed. TCP's does not move: request, child
 * and TIME-WAIT of one connection hang in the same bucket. A kernel that notices
 * a disturbance marks the answer NLM_F_DUMP_INTR (inet_diag does not at present);
 * an answer so marked, or cut by ENOBUFS, is asked for again, at most
 * DUMP_TRIES times. What it showed stays: every message is a socket that was
 * seen. But only a whole answer can show that a socket is gone.
 *
 * When the caller's function fails, the rest of the answer is still taken in,
 * unreported: otherwise it would lie in the socket and be mistaken for the next.
 */
#include "sockdiag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "err.h"
#include "netns.h"
#include "sockmsg.h"
#include "socktable.h"

#define DUMP_BUFFER (64 << 10)
#define DUMP_TRIES  8

/* States 1 to 11: TCPF_ALL of net/tcp_states.h. SYN_RECV stands for requests as well. */
#define ALL_STATES 0xffeU

/*
 * @fd:    the netlink socket, -1 for a table that is only fed
 * @seq:   of the last request; answers to earlier ones are passed over
 * @due:   as sockdiag_due() returns it
 * @buf:   DUMP_BUFFER bytes, unless @fd is -1
 */
struct sockdiag {
	int fd;
	uint32_t seq;
	int64_t due;
	struct socktable table;
	void *buf;
};

/*
 * One dump under way.
 *
 * @rc:   what @fn returned when it failed; it is not called any more then
 * @done: the answer's end was seen
 * @torn: the answer is not whole and has to be asked for again
 */
struct walk {
	struct sockdiag *d;
	sockdiag_change_fn *fn;
	void *arg;
	struct err *err;
	int rc;
	bool done, torn;
};

static void report(void *arg, enum tcpstate from, const struct sock_entry *now)
{
	struct walk *w = arg;

	if (w->rc == 0) {
		const int rc = w->fn(w->arg, from, now, w->err);

		if (rc < 0)
			w->rc = rc;
	}
}

/*
 * Whoever has something that is not acknowledged has a timer for it. But a dump does not wait for
 * tcp_write_timer(), which forgets the old one, sends, and then sets the new one: in
 * between there is none, or only keepalive's (inet_sk_diag_fill() of net/ipv4/inet_diag.c).
 */
static bool in_the_midst(const struct sock_entry *e)
{
	return e->wqueue > 0 && e->state != TCPSTATE_LISTEN && e->timer != SOCK_TIMER_RETRANS &&
	       e->timer != SOCK_TIMER_PROBE;
}

static int take_socket(struct walk *w, const struct nlmsghdr *nlh)
{
	struct sockdiag *d = w->d;
	struct sock_entry e;
	int rc = sockmsg_parse(nlh, &e, w->err);

	if (rc <= 0)
		return rc;
	rc = socktable_put(&d->table, &e, report, w);
	if (rc < 0)
		return err_set(w->err, -rc, "sock_diag: no memory for %zu sockets", d->table.n + 1);
	if (in_the_midst(&e))
		d->due = 0;
	else if (e.timer != SOCK_TIMER_OFF && (d->due < 0 || e.expires < d->due))
		d->due = e.expires;
	return 0;
}

/* The number that an NLMSG_ERROR begins with, and an NLMSG_DONE since Linux 4.15. */
static int take_error(struct walk *w, const struct nlmsghdr *nlh)
{
	int code = 0;

	if (nlmsg_datalen(nlh) >= (int)sizeof(code))
		memcpy(&code, nlmsg_data(nlh), sizeof(code));
	else if (nlh->nlmsg_type == NLMSG_ERROR)
		return err_set(w->err, EBADMSG, "sock_diag: an error message without a number");
	if (code == 0)
		return 0;
	/* Beyond MAX_ERRNO (linux/err.h) nothing is an errno. */
	if (code > 0 || code < -4095)
		return err_set(w->err, EBADMSG, "sock_diag: error number %d", code);
	err_set(w->err, -code, "sock_diag: the kernel refuses: %s", strerror(-code));
	if (code == -ENOENT)
		err_remedy(w->err, "this kernel needs CONFIG_INET_DIAG and CONFIG_INET_TCP_DIAG "
				   "(as modules: load tcp_diag)");
	return code;
}

static int take_message(struct walk *w, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		w->torn = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_DONE:
	case NLMSG_ERROR:
		w->done = true;
		return take_error(w, nlh);
	case TCPDIAG_GETSOCK:
	case SOCK_DIAG_BY_FAMILY:
		return take_socket(w, nlh);
	case NLMSG_OVERRUN:
		w->torn = true;
		return 0;
	default:
		return 0;
	}
}

/*
 * Every message of a datagram, where it lies; the last may lack its padding.
 * @seq: only messages with this number count; 0 for all
 */
static int walk(struct walk *w, const uint8_t *buf, size_t len, uint32_t seq)
{
	int first = 0;

	while (len) {
		const struct nlmsghdr *nlh = (const void *)buf;
		size_t step;

		if (len < sizeof(*nlh) || nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > len)
			return err_set(w->err, EBADMSG, "sock_diag: a message is cut off");
		if (first == 0 && (seq == 0 || nlh->nlmsg_seq == seq))
			first = take_message(w, nlh);
		step = NLMSG_ALIGN((size_t)nlh->nlmsg_len);
		if (step > len)
			step = len;
		buf += step;
		len -= step;
	}
	return first;
}

static int request(struct sockdiag *d, struct err *err)
{
	const struct {
		struct nlmsghdr nlh;
		struct inet_diag_req req;
	} msg = {
		.nlh = {
			.nlmsg_len = sizeof(msg),
			.nlmsg_type = TCPDIAG_GETSOCK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			/* 0 means "any" in walk() */
			.nlmsg_seq = ++d->seq ? d->seq : ++d->seq,
		},
		.req = {
			.idiag_family = AF_UNSPEC,
			.idiag_ext = 1 << (INET_DIAG_INFO - 1),
			.idiag_states = ALL_STATES,
		},
	};

	while (send(d->fd, &msg, sizeof(msg), 0) < 0) {
		const int code = errno;

		if (code == EINTR)
			continue;
		return err_set(err, code, "sock_diag: send: %s", strerror(code));
	}
	return 0;
}

/* One datagram of the answer, into d->buf. Return: its length, or -errno. */
static ssize_t receive(struct sockdiag *d, struct err *err)
{
	for (;;) {
		const ssize_t n = recv(d->fd, d->buf, DUMP_BUFFER, MSG_TRUNC);
		const int code = errno;

		if (n < 0 && code == EINTR)
			continue;
		if (n < 0)
			return err_set(err, code, "sock_diag: recv: %s", strerror(code));
		if (n > DUMP_BUFFER)
			return err_set(err, EMSGSIZE,
				       "sock_diag: a datagram of %zd bytes, room for %d", n,
				       DUMP_BUFFER);
		return n;
	}
}

/* One try. Return: 0, or -errno; w->torn says that it has to be repeated. */
static int dump_once(struct walk *w)
{
	int rc = request(w->d, w->err);

	w->done = false;
	w->torn = false;
	while (rc == 0 && !w->done) {
		const ssize_t n = receive(w->d, w->err);

		if (n == -ENOBUFS) {
			/* Whatever was lost may have been the end: a new request, a new number. */
			w->torn = true;
			return 0;
		}
		if (n < 0)
			return (int)n;
		rc = walk(w, w->d->buf, (size_t)n, w->d->seq);
	}
	return rc;
}

static int dump_whole(struct walk *w)
{
	for (int i = 0; i < DUMP_TRIES; i++) {
		const int rc = dump_once(w);

		if (rc < 0 || !w->torn)
			return rc;
	}
	return err_set(w->err, EAGAIN,
		       "sock_diag: sockets change faster than the kernel can list them (%d tries)",
		       DUMP_TRIES);
}

static void begin(struct sockdiag *d, int64_t now)
{
	d->due = -1;
	socktable_begin(&d->table, now);
}

int sockdiag_dump(struct sockdiag *d, sockdiag_change_fn *fn, void *arg, struct err *err)
{
	struct walk w = { .d = d, .fn = fn, .arg = arg, .err = err };
	int rc;

	if (d->fd < 0)
		return err_set(err, EBADF, "sock_diag: this table has no namespace");
	begin(d, clock_now());
	rc = dump_whole(&w);
	if (rc < 0)
		return rc;
	socktable_end(&d->table, report, &w);
	return w.rc;
}

int sockdiag_feed(struct sockdiag *d, const void *reply, size_t len, sockdiag_change_fn *fn,
		  void *arg, struct err *err)
{
	struct walk w = { .d = d, .fn = fn, .arg = arg, .err = err };
	/* Headers are read in place, and nobody promised that @reply is aligned. */
	_cleanup_free_ uint8_t *copy = malloc(len ? len : 1);
	int rc;

	if (!copy)
		return err_set(err, ENOMEM, "sock_diag: no memory for a reply of %zu bytes", len);
	if (len)
		memcpy(copy, reply, len);
	begin(d, 0);
	rc = walk(&w, copy, len, 0);
	if (rc < 0)
		return rc;
	if (w.torn)
		return err_set(err, EAGAIN, "sock_diag: the reply was interrupted");
	if (!w.done)
		return err_set(err, EBADMSG, "sock_diag: the reply has no end");
	socktable_end(&d->table, report, &w);
	return w.rc;
}

int sockdiag_open(const struct netns *ns, struct sockdiag **out, struct err *err)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ void *buf = NULL;
	struct sockdiag *d;

	if (ns) {
		fd = netns_socket(ns, AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG, err);
		if (fd < 0)
			return err_context(err, "sock_diag");
		buf = malloc(DUMP_BUFFER);
		if (!buf)
			return err_set(err, ENOMEM, "sock_diag: no memory for a buffer");
	}
	d = calloc(1, sizeof(*d));
	if (!d)
		return err_set(err, ENOMEM, "sock_diag: no memory for a table");
	d->fd = steal_fd(&fd);
	d->buf = steal_ptr(&buf);
	d->due = -1;
	*out = d;
	return 0;
}

void sockdiag_close(struct sockdiag *d)
{
	if (!d)
		return;
	if (d->fd >= 0)
		close(d->fd);
	socktable_free(&d->table);
	free(d->buf);
	free(d);
}

void sockdiag_forget(struct sockdiag *d)
{
	socktable_free(&d->table);
	d->due = -1;
}

size_t sockdiag_count(const struct sockdiag *d, enum tcpstate state)
{
	return (size_t)state < TCPSTATE_COUNT ? d->table.counts[state] : 0;
}

const struct sock_entry *sockdiag_find(const struct sockdiag *d, const struct endpoint *local,
				       const struct endpoint *remote)
{
	return socktable_find(&d->table, local, remote);
}

const struct sock_entry *sockdiag_next(const struct sockdiag *d, size_t *cursor)
{
	return *cursor < d->table.n ? &d->table.entries[(*cursor)++] : NULL;
}

int64_t sockdiag_due(const struct sockdiag *d)
{
	return d->due;
}
