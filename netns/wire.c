/* SPDX-License-Identifier: MIT */
/*
 * Impairments in user space: the network as a process. Where the kernel has no
 * netem this is the link; where it has, it can still do what netem cannot,
 * which is to act on frames that it understands.
 *
 * A packet socket in the network's namespace hears every frame that a host
 * sends. work() is the whole life of a frame:
 *
 *   framesock_receive()  a batch, with the kernel's time of each frame
 *   pass()               one frame: whose is it (hop_decide()), and what chance makes
 *                        of it (fate_decide())
 *   depart()             through at once, or into the delay line
 *   release()            the frames that are due, in the order of their due times
 *   framesock_flush()    a batch out of the same socket, past the queueing discipline
 *   arm()                the timer at the next due time
 *
 * The delay counts from the kernel's receive timestamp, not from when we got
 * round to the frame, so a busy engine does not lengthen the link as long as
 * it is late by less than the delay.
 *
 * The descriptor is an epoll set with the socket and the timer in it: readable
 * when work() has something to do. work() takes a bounded number of frames a
 * call, so that a flood cannot starve the engine; the set stays readable then.
 *
 * Chance: one struct fate per port, that is per direction, seeded from the run's
 * seed and the port's number, and asked about every IP packet towards that port
 * in the order of arrival, so that equal traffic has an equal fate.
 *
 * Who owns what: struct wire owns the socket, the timer, the set and the delay line;
 * the delay line its frames, but for those that release() has taken and not yet
 * flushed. Frames that pass at once stay in the socket's inbox.
 *
 * The kernel sees the frames too (a packet socket gets a copy); forwarding is
 * off in the network's namespace, so it drops them silently.
 *
 * Limits: MAX_HELD frames under way, beyond it frames are dropped with "queue".
 *
 * Not handled: ICMP errors of a router (time exceeded, unreachable, too big),
 * fragmentation, IPv4 options, ARP and neighbour discovery.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "cleanup.h"
#include "delayline.h"
#include "duration.h"
#include "err.h"
#include "fate.h"
#include "framesock.h"
#include "hop.h"
#include "impair.h"
#include "netns.h"

enum { BATCHES_A_TURN = 16, MAX_HELD = 65536 };

/*
 * @timer, @set: the timer, the epoll set of it and the socket
 * @armed:   what the timer is set to, INT64_MAX when to nothing
 * @ignored: frames that are no IP packet for one of the hosts
 * @late:    by how much the latest frame left after its due time, since late() asked
 * @fates:   what happens on the way to each port
 */
struct wire {
	struct framesock *sock;
	int timer;
	int set;
	int64_t armed;
	uint64_t ignored;
	int64_t late;
	impair_drop_fn *drop;
	void *drop_arg;
	struct delayline *line;
	size_t n;
	struct port *ports;
	struct fate *fates;
};

static void close_wire(void *state)
{
	struct wire *w = state;

	if (!w)
		return;
	cleanup_close(&w->set);
	cleanup_close(&w->timer);
	framesock_close(w->sock);
	delayline_free(w->line);
	free(w->ports);
	free(w->fates);
	free(w);
}

static void put_wire(struct wire **w)
{
	close_wire(*w);
}

#define _cleanup_wire_ _cleanup_(put_wire)

static int failed(const char *what, struct err *err)
{
	return err_set(err, errno, "wire: %s: %s", what, err_name(errno));
}

static int watch(const struct wire *w, int fd, struct err *err)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(w->set, EPOLL_CTL_ADD, fd, &ev) == 0 ? 0 : failed("epoll_ctl", err);
}

static int open_descriptors(struct wire *w, const struct netns *net, struct err *err)
{
	int rc = framesock_open(net, &w->sock, err);

	if (rc < 0)
		return rc;
	w->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (w->timer < 0)
		return failed("timerfd_create", err);
	w->set = epoll_create1(EPOLL_CLOEXEC);
	if (w->set < 0)
		return failed("epoll_create1", err);
	rc = watch(w, framesock_fd(w->sock), err);
	return rc < 0 ? rc : watch(w, w->timer, err);
}

static int open_wire(const struct netns *net, const struct port *ports, size_t n_ports,
		     uint64_t seed, impair_drop_fn *drop, void *drop_arg, void **state,
		     struct err *err)
{
	_cleanup_wire_ struct wire *w = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return err_set(err, ENOMEM, "wire: out of memory");
	w->timer = w->set = -1;
	w->armed = INT64_MAX;
	w->drop = drop;
	w->drop_arg = drop_arg;
	w->n = n_ports;
	w->line = delayline_new(MAX_HELD);
	w->ports = calloc(n_ports, sizeof(*w->ports));
	w->fates = calloc(n_ports, sizeof(*w->fates));
	if (!w->line || !w->ports || !w->fates)
		return err_set(err, ENOMEM, "wire: out of memory");
	memcpy(w->ports, ports, n_ports * sizeof(*ports));
	for (size_t i = 0; i < n_ports; i++)
		fate_begin(&w->fates[i], seed, i);
	rc = open_descriptors(w, net, err);
	if (rc < 0)
		return rc;
	*state = steal_ptr(&w);
	return 0;
}

static int set(void *state, size_t to, const struct impairment *imp, struct err *err)
{
	struct wire *w = state;
	int rc = impairment_check(imp, err);

	if (rc < 0)
		return rc;
	if (to >= w->n)
		return err_set(err, EINVAL, "wire: no port %zu", to);
	fate_set(&w->fates[to], imp);
	return 0;
}

static int fd(const void *state)
{
	const struct wire *w = state;

	return w->set;
}

static void drop(const struct wire *w, int64_t t, const uint8_t *frame, size_t len, const char *why)
{
	if (w->drop)
		w->drop(w->drop_arg, t, frame, len, why);
}

static void note_late(struct wire *w, int64_t by)
{
	if (by > w->late)
		w->late = by;
}

/* A frame that arrived at @t leaves for port @to at @due, which may be past. */
static int depart(struct wire *w, size_t to, int64_t due, uint8_t *frame, size_t len, int64_t t,
		  int64_t now, struct err *err)
{
	/* Nothing that left the delay line later may overtake what is still in it. */
	if (due <= now && due < delayline_next(w->line)) {
		note_late(w, now - due);
		hop_rewrite(&w->ports[to], frame);
		return framesock_put(w->sock, w->ports[to].ifindex, frame, len, err);
	}
	if (!delayline_put(w->line, due, to, frame, len))
		drop(w, t, frame, len, "queue");
	return 0;
}

/* One frame that arrived at @t and is looked at @now. */
static int pass(void *arg, uint8_t *frame, size_t len, int64_t t, int64_t now, struct err *err)
{
	struct departure departures[FATE_MAX];
	struct wire *w = arg;
	enum hop hop;
	size_t to, n;
	int rc = 0;

	hop = hop_decide(w->ports, w->n, frame, len, &to);
	if (hop == HOP_IGNORE) {
		w->ignored++;
		return 0;
	}
	n = fate_decide(&w->fates[to], t, departures);
	if (hop == HOP_EXPIRED || n == 0) {
		drop(w, t, frame, len, n == 0 ? "loss" : "ttl");
		return 0;
	}
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = depart(w, to, departures[i].due, frame, len, t, now, err);
	return rc;
}

/* What is due leaves. */
static int release(struct wire *w, struct err *err)
{
	int64_t now = clock_now();
	struct held *leaving = NULL;
	int rc = 0;

	while (rc == 0 && delayline_next(w->line) <= now) {
		struct held *frame = delayline_take(w->line);
		const struct port *port = &w->ports[frame->to];

		note_late(w, now - frame->due);
		frame->next = leaving;
		leaving = frame;
		hop_rewrite(port, frame->data);
		rc = framesock_put(w->sock, port->ifindex, frame->data, frame->len, err);
	}
	if (rc == 0)
		rc = framesock_flush(w->sock, err);
	delayline_release(w->line, leaving);
	return rc;
}

/*
 * Setting the timer also takes back that it has expired (timerfd_setup()), so
 * it never needs to be read.
 */
static int arm(struct wire *w, struct err *err)
{
	int64_t next = delayline_next(w->line);
	struct itimerspec when = { .it_value = { 0 } };

	if (next == w->armed)
		return 0;
	if (next != INT64_MAX) {
		when.it_value.tv_sec = next / NS_PER_S;
		when.it_value.tv_nsec = next % NS_PER_S;
	}
	if (timerfd_settime(w->timer, TFD_TIMER_ABSTIME, &when, NULL) != 0)
		return failed("timerfd_settime", err);
	w->armed = next;
	return 0;
}

static int work(void *state, struct err *err)
{
	struct wire *w = state;
	int rc = release(w, err);

	for (size_t i = 0; i < BATCHES_A_TURN && rc >= 0; i++) {
		rc = framesock_receive(w->sock, pass, w, err);
		if (rc >= 0 && rc < FRAMESOCK_BATCH)
			break;
	}
	/* Receiving took time. */
	if (rc >= 0)
		rc = release(w, err);
	return rc < 0 ? rc : arm(w, err);
}

static uint64_t lost(void *state)
{
	const struct wire *w = state;

	return framesock_lost(w->sock);
}

static int64_t late(void *state)
{
	struct wire *w = state;
	int64_t worst = w->late;

	w->late = 0;
	return worst;
}

const struct impair_ops impair_wire = {
	.name = "wire",
	.probe = framesock_probe,
	.open = open_wire,
	.set = set,
	.fd = fd,
	.work = work,
	.lost = lost,
	.late = late,
	.close = close_wire,
};
