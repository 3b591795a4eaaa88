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
 *   pass()               one frame: whose is it (hop_decide()), does a rule name it
 *   onward()             what chance makes of it (fate_decide())
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
 * In front of netem (@qdisc) it is only there for the rules: delay and loss stay with netem, on the
 * way out of the same interfaces. It then comes into a world in which the kernel forwards; whoever
 * opens it has switched that off just before. A frame whose timestamp is older than that
 * moment has been forwarded by the kernel and is passed over.
 *
 * Rules (rule.c) see a segment when pass() gets it, before chance and delay; what they let go
 * later starts on the link then. What is made up (wire_inject()) they do not see.
 *
 * Who owns what: struct wire owns the socket, the timer, the set, the rules and the delay line;
 * the delay line its frames, but for those that release() has taken and not yet
 * flushed. Frames that pass at once stay in the socket's inbox.
 *
 * The kernel sees the frames too (a packet socket gets a copy); forwarding is
 * off in the network's namespace, so it drops them silently.
 *
 * Limits: MAX_HELD frames under way in all directions together, and each
 * direction's own limit; beyond it frames are dropped with "queue".
 *
 * Not handled: ICMP errors of a router (time exceeded, too big; unreachable only for
 * unreachable_net), fragmentation, IPv4 options, ARP and neighbour discovery.
 */
#include <errno.h>
#include <stdbool.h>
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
#include "unreachable.h"
#include "wire.h"

enum { BATCHES_A_TURN = 16, MAX_HELD = 65536 };

/*
 * @timer, @set: the timer, the epoll set of it and the socket
 * @armed:   what the timer is set to, INT64_MAX when to nothing
 * @ignored: frames that are no IP packet for one of the hosts
 * @late:    by how much the latest frame left after its due time, since late() asked
 * @fates:   what happens on the way to each port
 * @unplugged: ports to and from which nothing passes, a bit each
 * @since:   frames older than this are not ours
 * @special: there are rules, or cables without a plug: segments have to be looked at
 */
struct wire {
	struct framesock *sock;
	int timer;
	int set;
	int64_t armed;
	uint64_t ignored;
	int64_t late;
	int64_t since;
	bool special;
	impair_told_fn *told;
	void *told_arg;
	struct rules *rules;
	struct delayline *line;
	size_t n;
	struct port *ports;
	struct fate *fates;
	uint64_t unplugged;
};

void wire_close(struct wire *w)
{
	if (!w)
		return;
	cleanup_close(&w->set);
	cleanup_close(&w->timer);
	framesock_close(w->sock);
	delayline_free(w->line);
	rules_free(w->rules);
	free(w->ports);
	free(w->fates);
	free(w);
}

static void close_state(void *state)
{
	wire_close(state);
}

static void put_wire(struct wire **w)
{
	wire_close(*w);
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

static int open_descriptors(struct wire *w, const struct netns *net, bool qdisc, struct err *err)
{
	int rc = framesock_open(net, qdisc, &w->sock, err);

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

int wire_open(const struct netns *net, const struct port *ports, size_t n_ports, uint64_t seed,
	      bool qdisc, impair_told_fn *told, void *told_arg, struct wire **out, struct err *err)
{
	_cleanup_wire_ struct wire *w = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return err_set(err, ENOMEM, "wire: out of memory");
	w->timer = w->set = -1;
	w->armed = INT64_MAX;
	w->since = qdisc ? clock_now() : 0;
	w->told = told;
	w->told_arg = told_arg;
	w->rules = rules_new();
	w->n = n_ports;
	w->line = delayline_new(MAX_HELD);
	w->ports = calloc(n_ports, sizeof(*w->ports));
	w->fates = calloc(n_ports, sizeof(*w->fates));
	if (!w->line || !w->ports || !w->fates)
		return err_set(err, ENOMEM, "wire: out of memory");
	memcpy(w->ports, ports, n_ports * sizeof(*ports));
	for (size_t i = 0; i < n_ports; i++)
		fate_begin(&w->fates[i], seed, i);
	rc = open_descriptors(w, net, qdisc, err);
	if (rc < 0)
		return rc;
	*out = steal_ptr(&w);
	return 0;
}

static int open_state(const struct netns *net, const struct port *ports, size_t n_ports,
		      uint64_t seed, impair_told_fn *told, void *told_arg, void **state,
		      struct err *err)
{
	struct wire *w = NULL;
	int rc = wire_open(net, ports, n_ports, seed, false, told, told_arg, &w, err);

	*state = w;
	return rc;
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

int wire_fd(const struct wire *w)
{
	return w->set;
}

static int fd(const void *state)
{
	return wire_fd(state);
}

static void tell(const struct wire *w, enum impair_what what, int64_t t, const uint8_t *frame,
		 size_t len, const char *why, int rule)
{
	if (w->told)
		w->told(w->told_arg, what, t, frame, len, why, rule);
}

static void note_late(struct wire *w, int64_t by)
{
	if (by > w->late)
		w->late = by;
}

/* Into the delay line, for port @to. @t: when it arrived. */
static void hold(struct wire *w, size_t to, int64_t due, const uint8_t *frame, size_t len,
		 int64_t t)
{
	if (delayline_put(w->line, due, to, frame, len))
		w->fates[to].held++;
	else
		tell(w, IMPAIR_LOST, t, frame, len, "queue", 0);
}

/*
 * Through at once, or into the delay line: nothing that left the line later may
 * overtake what is still in it.
 * @again: the frame is wanted once more, as it is now
 */
static int depart(struct wire *w, size_t to, const struct departure *d, uint8_t *frame, size_t len,
		  int64_t t, int64_t now, bool again, struct err *err)
{
	if (d->flip)
		fate_flip(frame, len, d->flip);
	if (!again && d->due <= now && d->due < delayline_next(w->line)) {
		note_late(w, now - d->due);
		hop_rewrite(&w->ports[to], frame);
		return framesock_put(w->sock, w->ports[to].ifindex, frame, len, err);
	}
	hold(w, to, d->due, frame, len, t);
	if (d->flip)
		fate_flip(frame, len, d->flip);
	return 0;
}

/* It will arrive, but nobody will take it. */
static bool all_corrupt(const struct departure *d, size_t n)
{
	bool all = n > 0;

	for (size_t i = 0; i < n; i++)
		all &= d[i].flip != 0;
	return all;
}

/*
 * A frame begins its way over the link to @to at @t; it is looked at @now.
 * @again: it is wanted once more, as it is now
 */
static int onward(struct wire *w, size_t to, uint8_t *frame, size_t len, int64_t t, int64_t now,
		  bool again, struct err *err)
{
	struct departure departures[FATE_MAX];
	const char *why;
	const size_t n = fate_decide(&w->fates[to], t, len, departures, &why);
	int rc = 0;

	if (n == 0)
		tell(w, IMPAIR_LOST, t, frame, len, why, 0);
	/* What a rule sends once more is not lost by this. */
	if (all_corrupt(departures, n) && !again)
		tell(w, IMPAIR_LOST, t, frame, len, "corrupt", 0);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = depart(w, to, &departures[i], frame, len, t, now, again || i + 1 < n, err);
	return rc;
}

/* The port whose host has sent it; RULE_ANY for a forged source. */
static int sender(const struct wire *w, const struct segment *s)
{
	const bool v4 = endpoint_is_v4(&s->src);

	for (size_t i = 0; i < w->n; i++) {
		if (memcmp(s->src.addr + (v4 ? 12 : 0), v4 ? w->ports[i].ipv4 : w->ports[i].ipv6,
			   v4 ? 4 : 16) == 0)
			return (int)i;
	}
	return RULE_ANY;
}

/* A copy for each time that the link is to carry it; then it goes itself. */
static int duplicate(struct wire *w, const struct rule_spec *rule, size_t to, uint8_t *frame,
		     size_t len, int64_t t, int64_t now, struct err *err)
{
	int rc = 0;

	for (unsigned i = 0; i < rule->copies && rc == 0; i++)
		rc = onward(w, to, frame, len, t + rule->by, now, true, err);
	return rc == 0 ? onward(w, to, frame, len, t, now, false, err) : rc;
}

/* What the rules have to say of a segment. */
static int pass_segment(struct wire *w, const struct segment *s, size_t to, uint8_t *frame,
			size_t len, int64_t t, int64_t now, struct err *err)
{
	const int from = sender(w, s);
	const struct rule_spec *spec = NULL;
	int rule;

	if (w->unplugged >> to & 1 || (from >= 0 && w->unplugged >> from & 1)) {
		tell(w, IMPAIR_LOST, t, frame, len, "down", 0);
		return 0;
	}
	rule = rules_match(w->rules, s, from, (int)to, &spec);
	if (!rule)
		return onward(w, to, frame, len, t, now, false, err);
	switch (spec->action) {
	case RULE_DROP:
		tell(w, IMPAIR_LOST, t, frame, len, "rule", rule);
		return 0;
	case RULE_HOLD:
		if (rules_hold(w->rules, rule, (int)to, frame, len))
			tell(w, IMPAIR_HELD, t, frame, len, NULL, rule);
		else
			tell(w, IMPAIR_LOST, t, frame, len, "queue", rule);
		return 0;
	case RULE_DUPLICATE:
		tell(w, IMPAIR_DUPLICATED, t, frame, len, NULL, rule);
		return duplicate(w, spec, to, frame, len, t, now, err);
	case RULE_DELAY:
		tell(w, IMPAIR_DELAYED, t, frame, len, NULL, rule);
		return onward(w, to, frame, len, t + spec->by, now, false, err);
	case RULE_ACTION_COUNT:
		break;
	}
	return 0;
}

/* A router's answer to what it has no way for goes the way of everything that is for that host. */
static int turn_back(struct wire *w, uint8_t *frame, size_t len, int64_t t, int64_t now,
		     struct err *err)
{
	uint8_t answer[UNREACHABLE_FRAME_MAX];

	tell(w, IMPAIR_LOST, t, frame, len, "unreachable", 0);
	for (size_t i = 0; i < w->n; i++) {
		const size_t n = unreachable_answer(&w->ports[i], frame, len, answer);
		int rc;

		if (n == 0)
			continue;
		rc = onward(w, i, answer, n, t, now, false, err);
		/* The answer is on our stack. */
		return rc == 0 ? framesock_flush(w->sock, err) : rc;
	}
	return 0;
}

/* One frame that arrived at @t and is looked at @now. */
static int pass(void *arg, uint8_t *frame, size_t len, int64_t t, int64_t now, struct err *err)
{
	struct wire *w = arg;
	struct segment s;
	enum hop hop;
	size_t to;

	if (t < w->since)
		return 0;
	hop = hop_decide(w->ports, w->n, frame, len, &to);
	if (hop == HOP_IGNORE) {
		w->ignored++;
		return 0;
	}
	if (hop == HOP_EXPIRED) {
		tell(w, IMPAIR_LOST, t, frame, len, "ttl", 0);
		return 0;
	}
	if (hop == HOP_UNREACHABLE)
		return turn_back(w, frame, len, t, now, err);
	if (w->special && segment_parse(frame, len, &s) == 0)
		return pass_segment(w, &s, to, frame, len, t, now, err);
	return onward(w, to, frame, len, t, now, false, err);
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
		w->fates[frame->to].held--;
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

int wire_work(struct wire *w, struct err *err)
{
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

static int work(void *state, struct err *err)
{
	return wire_work(state, err);
}

struct rules *wire_rules(struct wire *w)
{
	w->special = true;
	return w->rules;
}

void wire_plug(struct wire *w, size_t port, bool in)
{
	w->special = true;
	if (in)
		w->unplugged &= ~(UINT64_C(1) << port);
	else
		w->unplugged |= UINT64_C(1) << port;
}

int wire_inject(struct wire *w, size_t to, uint8_t *frame, size_t len, struct err *err)
{
	const int64_t now = clock_now();
	int rc = onward(w, to, frame, len, now, now, false, err);

	/* The frame is the caller's. */
	if (rc == 0)
		rc = framesock_flush(w->sock, err);
	return rc == 0 ? arm(w, err) : rc;
}

int wire_release(struct wire *w, int rule, bool reverse, struct err *err)
{
	struct rule_held *list = rules_release(w->rules, rule, reverse);
	int rc = 0;

	while (list) {
		struct rule_held *next = list->next;

		if (rc == 0)
			rc = wire_inject(w, (size_t)list->to, list->frame, list->len, err);
		free(list);
		list = next;
	}
	return rc;
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
	.open = open_state,
	.set = set,
	.fd = fd,
	.work = work,
	.lost = lost,
	.late = late,
	.close = close_state,
};
