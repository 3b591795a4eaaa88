/* SPDX-License-Identifier: MIT */
#include "lookaway.h"

#include <jansson.h>

#include "../netns/tap.h"
#include "../netns/world.h"
#include "record.h"

/*
 * Of 28,232 equal connections nobody wants to see each segment, and to look at
 * each costs a third of the time that they take. So a tap can look away from one flow, in the
 * kernel (tap_ignore()), and the interface's own counters say how much has passed.
 *
 * They count everything, so what the tap has shown meanwhile is taken off, and it shows everything
 * else, neighbour discovery too. Both have to be read at the same moment: the taps are read before
 * and after the counters, and once more when anything came in between. While that goes on the tap
 * shows all frames, so that none is counted twice or not at all, whenever exactly the filter
 * changes.
 *
 * Counters do not know flags: these `packets` have none.
 */

#define TRIES 100

/* The counters, at a moment at which the taps have shown all of what they count. */
static int snapshot(const struct host *h, struct ifcount *out, lookaway_drain_fn *drain, void *arg,
		    struct err *err)
{
	int rc = drain(arg, err);

	for (int i = 0; i < TRIES && rc >= 0; i++) {
		rc = ifcount_read(h->ns, "eth0", out, err);
		if (rc >= 0)
			rc = drain(arg, err);
		if (rc == 0)
			break;
	}
	return rc < 0 ? rc : 0;
}

int lookaway_begin(struct lookaway *l, struct tap *tap, const struct host *h,
		   const struct tap_flow *flow, int64_t t, lookaway_drain_fn *drain, void *arg,
		   struct err *err)
{
	int rc = tap_all(tap, err);

	if (rc == 0)
		rc = snapshot(h, &l->from, drain, arg, err);
	l->seen = l->taken;
	l->since = t;
	if (rc == 0)
		rc = tap_ignore(tap, flow, err);
	l->away = rc == 0;
	return rc;
}

int lookaway_end(struct lookaway *l, struct tap *tap, const struct host *h, struct record *rec,
		 int64_t t, lookaway_drain_fn *drain, void *arg, struct err *err)
{
	struct ifcount now;
	int rc;

	if (!l->away)
		return 0;
	l->away = false;
	rc = tap_all(tap, err);
	if (rc == 0)
		rc = snapshot(h, &now, drain, arg, err);
	if (rc == 0)
		rc = tap_usual(tap, err);
	for (int out = 0; rc == 0 && out < 2; out++) {
		const uint64_t n = now.packets[out] - l->from.packets[out] -
				   (l->taken.packets[out] - l->seen.packets[out]);
		const uint64_t bytes = now.bytes[out] - l->from.bytes[out] -
				       (l->taken.bytes[out] - l->seen.bytes[out]);

		if (n > 0)
			record_event(rec, "packets", t,
				     json_pack("{s:s, s:s, s:I, s:I, s:I}", "host", h->name, "dir",
					       out ? "out" : "in", "count", (json_int_t)n, "bytes",
					       (json_int_t)bytes, "since", (json_int_t)l->since));
	}
	return rc;
}
