/* SPDX-License-Identifier: MIT */
#include "enginesysctl.h"

#include <errno.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "../netns/netns.h"
#include "../netns/world.h"
#include "engine.h"
#include "enginestate.h"
#include "record.h"

/*
 * The last word on a sysctl of a host:
 *
 *   --set (--a and --b of compare,   holds for the whole run: a question such as "and without
 *   `set` of a counter-run)          cookies?" is about all of it, whatever the lab does in its
 *                                    midst. What the lab would have set is recorded, not done.
 *   host:sysctl()                    else
 *   sysctl of the lab                until then
 */

/* "HOST.net.ipv4.x" -> host index and the rest. */
static int split_set(const struct engine *e, const char *name, unsigned *host, const char **sysctl,
		     struct err *err)
{
	const char *dot = strchr(name, '.');

	for (unsigned i = 0; dot && i < e->meta->n_hosts; i++) {
		const char *h = e->meta->hosts[i];

		if (strlen(h) == (size_t)(dot - name) && strncmp(h, name, strlen(h)) == 0) {
			*host = i;
			*sysctl = dot + 1;
			return 0;
		}
	}
	err_set(err, EINVAL, "%s: this lab has no such host", name);
	return err_remedy(err, "write HOST.SYSCTL=VALUE, for instance %s.net.ipv4.tcp_syncookies=2",
			  e->meta->hosts[e->meta->n_hosts - 1]);
}

/* Does a --set, or a counter-run's, hold for this one? */
static bool is_kept(const struct engine *e, unsigned host, const char *name)
{
	for (size_t i = 0; i < e->spec->n_sets; i++) {
		struct err err = ERR_INIT;
		const char *set = NULL;
		unsigned of = 0;

		if (split_set(e, e->spec->sets[i].name, &of, &set, &err) == 0 && of == host &&
		    sysctl_same(set, name))
			return true;
	}
	return false;
}

/* Before the lab begins the clock has not started. */
static int64_t moment(const struct engine *e)
{
	return e->judge ? engine_now(e) : 0;
}

/* Set it and record who did. @by: "lab" or "set" */
static int set(struct engine *e, unsigned host, const char *name, const char *value, const char *by,
	       struct err *err)
{
	const struct host *h = world_host(e->world, host);
	char before[SYSCTL_MAX_VALUE], after[SYSCTL_MAX_VALUE];
	int rc = sysctl_get(h->ns, name, before, err);

	if (rc == 0)
		rc = sysctl_set(h->ns, name, value, err);
	if (rc == 0)
		rc = sysctl_get(h->ns, name, after, err);
	if (rc != 0)
		return err_context(err, "host %s", h->name);
	record_event(e->rec, "sysctl", moment(e),
		     json_pack("{s:s, s:s, s:s, s:s, s:s}", "host", h->name, "name", name, "from",
			       before, "to", after, "by", by));
	return 0;
}

/* Leave it alone, and record what the lab wanted, unless it is so already. */
static int keep(struct engine *e, unsigned host, const char *name, const char *wanted,
		struct err *err)
{
	const struct host *h = world_host(e->world, host);
	char now[SYSCTL_MAX_VALUE];
	int rc = sysctl_get(h->ns, name, now, err);

	if (rc != 0)
		return err_context(err, "host %s", h->name);
	if (strcmp(now, wanted) != 0)
		record_event(e->rec, "sysctl", moment(e),
			     json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "host", h->name, "name",
				       name, "from", now, "to", now, "by", "set", "wanted",
				       wanted));
	return 0;
}

static int set_all(struct engine *e, const struct lab_setting *sets, size_t n, const char *by,
		   struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const char *sysctl = NULL;
		unsigned host = 0;
		int rc = split_set(e, sets[i].name, &host, &sysctl, err);

		if (rc == 0)
			rc = set(e, host, sysctl, sets[i].value, by, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int enginesysctl_begin(struct engine *e, struct err *err)
{
	int rc = set_all(e, e->meta->sets, e->meta->n_sets, "lab", err);

	return rc == 0 ? set_all(e, e->spec->sets, e->spec->n_sets, "set", err) : rc;
}

int enginesysctl_host(void *engine, unsigned host, const char *name, const char *value,
		      struct err *err)
{
	if (is_kept(engine, host, name))
		return keep(engine, host, name, value, err);
	return set(engine, host, name, value, "lab", err);
}

int enginesysctl_kernel(void *engine, const char *name, const char *text,
			char value[static SYSCTL_MAX_VALUE], struct err *err)
{
	struct engine *e = engine;
	_cleanup_(netns_close) struct netns here = NETNS_CLOSED;
	char before[SYSCTL_MAX_VALUE];
	int rc;

	if (!e->spec->lab_kernel) {
		err_set(err, EPERM, "kernel_sysctl(): %s belongs to the whole machine", name);
		return err_remedy(err, "say needs = { \"lab kernel\" }, which has one of its own");
	}
	/* The engine is in the first namespace of its kernel, the one that has these. */
	rc = netns_home(&here, err);
	if (rc == 0)
		rc = sysctl_get(&here, name, before, err);
	if (rc == 0 && text)
		rc = sysctl_set(&here, name, text, err);
	if (rc == 0)
		rc = sysctl_get(&here, name, value, err);
	if (rc == 0 && text)
		record_event(e->rec, "sysctl", engine_now(e),
			     json_pack("{s:s, s:s, s:s, s:s}", "name", name, "from", before, "to",
				       value, "by", "lab"));
	return rc;
}
