/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: any bytes are netlink replies, fed to one table one after the
 * other (the input's first byte says into how many parts it is cut). However
 * they fail, the table stays consistent: what was reported adds up to what it
 * holds, and every entry can be found.
 */
#include <stdlib.h>
#include <string.h>

#include "../netns/err.h"
#include "../netns/sockdiag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static int tally(void *arg, enum tcpstate from, const struct sock_entry *now, struct err *err)
{
	long *counts = arg;

	(void)err;
	/* the same state: another queue, timer or owner */
	must(from != TCPSTATE_CLOSED || now->state != TCPSTATE_CLOSED);
	counts[from]--;
	counts[now->state]++;
	return 0;
}

static void check(const struct sockdiag *d, const long *counts)
{
	const struct sock_entry *e;
	size_t cursor = 0, n = 0, sum = 0;

	while ((e = sockdiag_next(d, &cursor))) {
		const struct sock_entry *found = sockdiag_find(d, &e->local, &e->remote);

		must(found && e->state != TCPSTATE_CLOSED);
		must(found == e || found->state == TCPSTATE_LISTEN || e->state == TCPSTATE_LISTEN);
		n++;
	}
	for (int i = TCPSTATE_CLOSED + 1; i < TCPSTATE_COUNT; i++) {
		must((long)sockdiag_count(d, (enum tcpstate)i) == counts[i]);
		sum += sockdiag_count(d, (enum tcpstate)i);
	}
	must(sum == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	long counts[TCPSTATE_COUNT] = { 0 };
	struct err err = ERR_INIT;
	struct sockdiag *d;
	size_t parts, part;

	if (size == 0 || sockdiag_open(NULL, &d, &err) < 0)
		return 0;
	parts = data[0] % 4 + 1U;
	data++;
	size--;
	part = size / parts;
	for (size_t i = 0; i < parts; i++) {
		sockdiag_feed(d, data + i * part, part, tally, counts, &err);
		check(d, counts);
	}
	sockdiag_close(d);
	return 0;
}
