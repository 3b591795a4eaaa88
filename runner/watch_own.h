/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_WATCH_OWN_H
#define RUNNER_WATCH_OWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../netns/sockdiag.h"
#include "../netns/world.h"
#include "fold.h"
#include "history.h"
#include "lookaway.h"
#include "lookout.h"
#include "watch.h"

/* What watch.c, watch_wire.c, watch_sockets.c and watch_count.c share. */

/*
 * @touched: dump at the next watch_sockets()
 * @looked:  run clock at the start of the last dump, and @taken the packets taken by then
 * @next:    when to look again because of a timer
 * @gone:    it has vanished: what its kernel still does is nobody's business
 */
struct host_watch {
	struct watch *all;
	unsigned index;
	const struct host *host;
	struct tap *tap;
	struct sockdiag *diag;
	struct counters *counters;
	int64_t *reported;
	size_t n_reported;
	bool touched, gone;
	int64_t looked;
	uint64_t taken;
	struct lookout next;
	struct change *change;
	size_t n_changes, room_changes;
	struct folds folds;
	struct lookaway away;
};

/* @order: in which the dump showed them, for two of the same connection */
struct change {
	enum tcpstate from;
	size_t order;
	struct sock_entry now;
};

/*
 * A segment at one of its hosts, as its tap saw it, or an ICMP error about one.
 *
 * @order: in which they were read, for those of the same nanosecond
 */
struct sighting {
	struct host_watch *h;
	size_t order;
	size_t wirelen;
	int64_t t;
	bool is_icmp;
	union {
		struct packet_seen seen;
		struct icmp_seen icmp;
	};
};

/*
 * @stable:  leave out of the record what differs from run to run
 * @settled: no event before this time can come any more
 * @reading: CLOCK_MONOTONIC ns at which the taps are being read, and @late how long the oldest of
 *           what came had waited, at most
 * @taken:   segments that have been taken
 * @sighting: what was read, until it is taken by time
 */
struct watch {
	const struct world *world;
	struct record *rec;
	struct history *hist;
	struct conns *conns;
	const int64_t *zero;
	bool stable;
	int64_t settled, reading, late;
	size_t n;
	struct host_watch host[WORLD_MAX_HOSTS];
	uint64_t taken;
	struct sighting *sighting;
	size_t n_sightings, room_sightings;
};

/** watch_now() - the run's clock, ns. */
int64_t watch_now(const struct watch *w);

/** watch_record_conn() - the `conn` event of one that was not there before. */
void watch_record_conn(struct watch *w, const struct conn *c, int64_t t);

#endif
