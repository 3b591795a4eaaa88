/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "../netns/counter.h"
#include "../netns/err.h"
#include "record.h"
#include "watch_own.h"

/* The part of watch.h that is about counters. */

int watch_counters(struct watch *w, size_t host, struct counters **out, struct err *err)
{
	struct host_watch *h = &w->host[host];
	int rc = counters_read(h->counters, err);

	if (rc != 0)
		return err_context(err, "counters of %s", h->host->name);
	*out = h->counters;
	return 0;
}

int watch_report_counters(struct watch *w, struct err *err)
{
	watch_report_folds(w);
	for (size_t i = 0; i < w->n; i++) {
		struct host_watch *h = &w->host[i];
		struct counters *c = NULL;
		size_t cursor = 0, k = 0;
		const char *name;
		int64_t delta;
		int rc = watch_counters(w, i, &c, err);

		if (rc != 0)
			return rc;
		for (; (name = counters_each(c, &cursor, &delta)); k++) {
			if (k == h->n_reported) {
				h->n_reported = h->n_reported ? h->n_reported * 2 : 256;
				h->reported = reallocarray(h->reported, h->n_reported,
							   sizeof(*h->reported));
				if (!h->reported)
					abort();
				memset(h->reported + k, 0,
				       (h->n_reported - k) * sizeof(*h->reported));
			}
			/* The rest is about neighbours and multicast as much as about the lab. */
			if (delta == h->reported[k] || strncmp(name, "Tcp", 3) != 0)
				continue;
			h->reported[k] = delta;
			record_event(w->rec, "counter", watch_now(w),
				     json_pack("{s:s, s:s, s:I}", "host", h->host->name, "name",
					       name, "delta", (json_int_t)delta));
		}
	}
	return 0;
}
