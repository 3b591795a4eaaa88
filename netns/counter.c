/* SPDX-License-Identifier: MIT */
#include "counter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "nearest.h"
#include "netns.h"
#include "proctable.h"

/*
 * The files are opened once, inside the namespace, and stay its own wherever
 * they are read from (seq_open_net() takes a reference to it). So long as
 * they are open the kernel does not free the namespace.
 */
static const struct source {
	const char *path;
	enum proctable_layout layout;
	bool optional; /* snmp6 is absent without IPv6 */
} sources[] = {
	{ "/proc/thread-self/net/snmp", PROCTABLE_PAIRS, false },
	{ "/proc/thread-self/net/netstat", PROCTABLE_PAIRS, false },
	{ "/proc/thread-self/net/snmp6", PROCTABLE_LINES, true },
};

#define N_SOURCES (sizeof(sources) / sizeof(sources[0]))

/*
 * @fd:    one descriptor a source, -1 where it is absent
 * @table: what was read from it
 * @text:  of the file that was read last, with @room bytes
 */
struct counters {
	int fd[N_SOURCES];
	struct proctable table[N_SOURCES];
	char *text;
	size_t room;
};

/* A bare name is looked for behind these, in this order. */
static const char *const prefixes[] = { "", "Tcp", "TcpExt" };

static int open_here(void *arg, struct err *err)
{
	struct counters *c = arg;

	for (size_t i = 0; i < N_SOURCES; i++) {
		int code;

		c->fd[i] = open(sources[i].path, O_RDONLY | O_CLOEXEC);
		code = errno;
		if (c->fd[i] < 0 && !(code == ENOENT && sources[i].optional))
			return err_set(err, code, "cannot open %s: %s", sources[i].path,
				       strerror(code));
	}
	return 0;
}

/*
 * Read the whole file from its start. Each is one record of seq_file (proc_create_net_single()),
 * which is given whole when there is room for it: less than was asked for is the end.
 */
static int read_text(struct counters *c, size_t source, size_t *len, struct err *err)
{
	*len = 0;
	for (;;) {
		size_t room;
		ssize_t n;

		if (*len == c->room) {
			size_t more = c->room ? 2 * c->room : 16384;
			char *bigger = realloc(c->text, more);

			if (!bigger)
				return err_set(err, ENOMEM, "no memory for the counters");
			c->text = bigger;
			c->room = more;
		}
		room = c->room - *len;
		n = pread(c->fd[source], c->text + *len, room, (off_t)*len);
		if (n < 0) {
			int code = errno;

			if (code == EINTR)
				continue;
			return err_set(err, code, "cannot read %s: %s", sources[source].path,
				       strerror(code));
		}
		*len += (size_t)n;
		if ((size_t)n < room)
			return 0;
	}
}

static void free_counters(struct counters **c)
{
	counters_close(*c);
}

int counters_open(const struct netns *ns, struct counters **out, struct err *err)
{
	_cleanup_(free_counters) struct counters *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return err_set(err, ENOMEM, "no memory for the counters");
	for (size_t i = 0; i < N_SOURCES; i++) {
		c->fd[i] = -1;
		c->table[i] = PROCTABLE_INIT(sources[i].path, sources[i].layout);
	}
	rc = netns_call(ns, open_here, c, err);
	if (rc < 0)
		return rc;
	rc = counters_read(c, err);
	if (rc < 0)
		return rc;
	*out = steal_ptr(&c);
	return 0;
}

void counters_close(struct counters *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < N_SOURCES; i++) {
		cleanup_close(&c->fd[i]);
		proctable_free(&c->table[i]);
	}
	free(c->text);
	free(c);
}

int counters_read(struct counters *c, struct err *err)
{
	for (size_t i = 0; i < N_SOURCES; i++) {
		size_t len;
		int rc;

		if (c->fd[i] < 0)
			continue;
		rc = read_text(c, i, &len, err);
		if (rc < 0)
			return rc;
		rc = proctable_read(&c->table[i], c->text, len, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int unknown(const struct counters *c, const char *name, struct err *err)
{
	struct nearest nearest = nearest_to(name);

	for (size_t i = 0; i < N_SOURCES; i++) {
		for (size_t k = 0; k < c->table[i].n_entries; k++) {
			const char *full = c->table[i].entries[k].name;

			nearest_offer(&nearest, full);
			for (size_t p = 1; p < sizeof(prefixes) / sizeof(prefixes[0]); p++) {
				size_t len = strlen(prefixes[p]);

				if (strncmp(full, prefixes[p], len) == 0)
					nearest_offer(&nearest, full + len);
			}
		}
	}
	err_set(err, ENOENT, "this kernel has no counter '%.80s'", name);
	if (nearest_found(&nearest))
		err_remedy(err, "did you mean %s?", nearest.best);
	return -ENOENT;
}

int counters_get(const struct counters *c, const char *name, int64_t *delta, struct err *err)
{
	for (size_t p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++) {
		for (size_t i = 0; i < N_SOURCES; i++) {
			const struct proctable_entry *e =
				proctable_find(&c->table[i], prefixes[p], name);

			if (e) {
				*delta = proctable_moved(e);
				return 0;
			}
		}
	}
	return unknown(c, name, err);
}

const char *counters_each(const struct counters *c, size_t *cursor, int64_t *delta)
{
	size_t at = *cursor;

	for (size_t i = 0; i < N_SOURCES; i++) {
		const struct proctable *t = &c->table[i];

		if (at < t->n_entries) {
			(*cursor)++;
			*delta = proctable_moved(&t->entries[at]);
			return t->entries[at].name;
		}
		at -= t->n_entries;
	}
	return NULL;
}
