/* SPDX-License-Identifier: MIT */
#include "ifcount.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "netns.h"

struct asked {
	const char *ifname;
	struct ifcount *out;
};

/* "  eth0: rx_bytes rx_packets and six more, tx_bytes tx_packets and six more" */
static bool read_line(const char *line, const struct asked *a)
{
	const size_t len = strlen(a->ifname);
	struct ifcount *c = a->out;

	line += strspn(line, " ");
	return strncmp(line, a->ifname, len) == 0 && line[len] == ':' &&
	       sscanf(line + len + 1,
		      "%" SCNu64 " %" SCNu64 " %*u %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64,
		      &c->bytes[0], &c->packets[0], &c->bytes[1], &c->packets[1]) == 4;
}

/* Runs inside the namespace. */
static int read_all(void *arg, struct err *err)
{
	static const char path[] = "/proc/thread-self/net/dev";
	const struct asked *a = arg;
	bool found = false;
	char line[512];
	FILE *f = fopen(path, "re");

	if (!f)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	while (!found && fgets(line, sizeof(line), f))
		found = read_line(line, a);
	fclose(f);
	if (!found)
		return err_set(err, ENODEV, "%s: there is no %s in it", path, a->ifname);
	return 0;
}

int ifcount_read(const struct netns *ns, const char *ifname, struct ifcount *out, struct err *err)
{
	struct asked a = { .ifname = ifname, .out = out };

	return netns_call(ns, read_all, &a, err);
}
