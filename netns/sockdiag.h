/* SPDX-License-Identifier: MIT */
#ifndef NETNS_SOCKDIAG_H
#define NETNS_SOCKDIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "segment.h"
#include "tcpstate.h"

struct err;
struct netns;
struct sockdiag;

/* idiag_timer of linux/inet_diag.h; for TIME-WAIT always 3. */
enum sock_timer {
	SOCK_TIMER_OFF = 0,
	SOCK_TIMER_RETRANS = 1,
	SOCK_TIMER_KEEPALIVE = 2,
	SOCK_TIMER_TIMEWAIT = 3,
	SOCK_TIMER_PROBE = 4,
};

/* A kernel counts timers in ticks, of 10 ms at most (HZ is 100 to 1000). */
#define SOCK_TICK (INT64_C(10) * 1000 * 1000)

/* The part of tcp_info that labs and views show. Times in microseconds, sizes in bytes, cwnd in
 * segments. */
struct sock_info {
	uint32_t rto, rtt, rttvar, snd_mss, rcv_mss, snd_cwnd, ssthresh, unacked, retrans,
		total_retrans, lost;
	uint8_t ca_state, backoff, probes, snd_wscale, rcv_wscale;
	bool timestamps, sack, wscale, ecn;
};

/*
 * What changes while a socket stays in its state.
 *
 * @due: when the timer runs out, ns of clock_now()
 */
struct sock_gauge {
	enum sock_timer timer;
	uint8_t retrans;
	bool owned;
	uint32_t rqueue, wqueue;
	int64_t due;
};

/*
 * One socket as the last dump saw it.
 *
 * @local, @remote: endpoints; @remote is all zero for a listener
 * @state:     never TCPSTATE_CLOSED, except in a change that reports it gone
 * @timer:     what will fire next, @expires in ms from the dump, @retrans how often it has
 * @rqueue:    LISTEN: connections waiting for accept(); else bytes not read
 * @wqueue:    LISTEN: the backlog limit; else bytes not acknowledged
 * @inode:     0 when no process owns it (request sockets, orphans, TIME-WAIT)
 * @cookie:    the kernel's id of the connection: request, child and TIME-WAIT share it
 * @has_info:  @info is valid (not for listeners, requests and TIME-WAIT)
 * @told:      as it was when a difference was last reported
 */
struct sock_entry {
	struct endpoint local, remote;
	enum tcpstate state;
	enum sock_timer timer;
	uint32_t expires;
	uint8_t retrans;
	uint32_t rqueue, wqueue, inode, uid;
	uint64_t cookie;
	bool has_info;
	struct sock_info info;
	struct sock_gauge told;
};

/**
 * sockdiag_change_fn - one difference between two dumps.
 * @from: TCPSTATE_CLOSED when the socket is new; its state when only what it has in its queues,
 *        its timer or its owner is another
 * @now:  its present entry; state TCPSTATE_CLOSED when it is gone (the other
 *        fields then as last seen)
 */
typedef int sockdiag_change_fn(void *arg, enum tcpstate from, const struct sock_entry *now,
			       struct err *err);

/**
 * sockdiag_open() - a table for the TCP sockets of @ns, empty.
 * @ns: NULL for a table that is only ever fed
 * Return: 0 or -errno.
 */
int sockdiag_open(const struct netns *ns, struct sockdiag **out, struct err *err);
void sockdiag_close(struct sockdiag *d);

/** sockdiag_forget() - as if there were no sockets, and never a change, from now on. */
void sockdiag_forget(struct sockdiag *d);

/**
 * sockdiag_dump() - ask the kernel for every TCP socket, IPv4 and IPv6, bring
 * the table up to date and report each difference, in table order:
 * first new and changed ones as the kernel lists them, then those gone.
 * A timer is another one when it runs out more than SOCK_TICK before or after what was
 * told last.
 * An interrupted dump (NLM_F_DUMP_INTR) is repeated. Another connection with the
 * same endpoints is one change from the old one's state, or, when both are in the same
 * state, the old one gone and the new one new.
 * When @fn fails it is not called again, and the table is brought up to date all the same.
 * Return: 0 or -errno (also what @fn returned, if negative).
 */
int sockdiag_dump(struct sockdiag *d, sockdiag_change_fn *fn, void *arg, struct err *err);

/** sockdiag_feed() - take recorded netlink replies instead of asking; for tests. */
int sockdiag_feed(struct sockdiag *d, const void *reply, size_t len, sockdiag_change_fn *fn,
		  void *arg, struct err *err);

/** sockdiag_count() - sockets now in @state. */
size_t sockdiag_count(const struct sockdiag *d, enum tcpstate state);

/** sockdiag_find() - by its endpoints. Return: the entry, valid until the next dump, or NULL. */
const struct sock_entry *sockdiag_find(const struct sockdiag *d, const struct endpoint *local,
				       const struct endpoint *remote);

/** sockdiag_next() - iterate: start with *@cursor 0. Return: an entry or NULL at the end. */
const struct sock_entry *sockdiag_next(const struct sockdiag *d, size_t *cursor);

/**
 * sockdiag_due() - when the earliest timer that the last dump reported runs out, or 0 when it
 * came while the kernel was setting one.
 * Return: ms from that dump, or -1 when no socket has a timer.
 */
int64_t sockdiag_due(const struct sockdiag *d);

#endif
