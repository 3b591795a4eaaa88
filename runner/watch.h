/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_WATCH_H
#define RUNNER_WATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "../netns/sockdiag.h"

struct conn;
struct conns;
struct counters;
struct err;
struct history;
struct record;
struct tap_flow;
struct watch;
struct world;

/*
 * Watching the hosts of a world: their packets, their sockets, their counters.
 * Writes packet, conn, state, counter events and feeds the history.
 * @stable: leave out of the record what the kernel picks at random and differs from run to run
 * @zero: CLOCK_MONOTONIC ns at which the run's clock is 0; may still move until the lab starts
 */
int watch_open(const struct world *w, struct record *rec, struct history *hist, bool stable,
	       const int64_t *zero, struct watch **out, struct err *err);
void watch_close(struct watch *w);

/** watch_fds() - the tap of each host, for the event loop. */
int watch_fd(const struct watch *w, size_t host);

/** watch_packets() - take every packet that waits at any tap. Return: how many, or -errno. */
int watch_packets(struct watch *w, struct err *err);

/** watch_touch() - something may have changed on @host: look at the next watch_sockets(). */
void watch_touch(struct watch *w, size_t host);

/**
 * watch_sockets() - dump the sockets of every host where something can have
 * changed (a packet, a touch, a timer that is due), and record the differences.
 * Return: 0 or -errno.
 */
int watch_sockets(struct watch *w, struct err *err);

/** watch_due() - when the earliest timer that a dump reported runs out. Return: run clock ns, or
 * INT64_MAX. */
int64_t watch_due(const struct watch *w);

/** watch_late() - how late packets were seen since it was last asked, at most. Return: ns. */
int64_t watch_late(struct watch *w);

/** watch_settled() - no event before this time can come any more. Return: run clock ns. */
int64_t watch_settled(const struct watch *w);

/** watch_conns() - the connections that it knows. */
struct conns *watch_conns(const struct watch *w);

/** watch_vanish() - @host is cut off for good: from now on it has no packets and no sockets. */
int watch_vanish(struct watch *w, size_t host, struct err *err);

/** watch_counters() - read the counters of @host. Return: 0 or -errno. */
int watch_counters(struct watch *w, size_t host, struct counters **out, struct err *err);

/** watch_report_counters() - record those that moved since the last report. */
int watch_report_counters(struct watch *w, struct err *err);

/** watch_report_folds() - record what was only counted so far. */
void watch_report_folds(struct watch *w);

/** watch_look_away() - only count the segments of @flow at this host; NULL: look again, and record
 * how many there were. Return: 0 or -errno. */
int watch_look_away(struct watch *w, size_t host, const struct tap_flow *flow, struct err *err);

/** watch_crowd() - conns_crowd() of this run. */
void watch_crowd(struct watch *w, const struct endpoint *to, int from, bool on);

const struct sockdiag *watch_sockdiag(const struct watch *w, size_t host);

/** watch_conn() - connection of a socket. Return: its number, 0 when it has none. */
unsigned watch_conn(struct watch *w, const struct endpoint *local, const struct endpoint *remote,
		    struct conn **conn);

/** watch_unseen() - frames that the taps had no room for. */
uint64_t watch_unseen(const struct watch *w);

#endif
