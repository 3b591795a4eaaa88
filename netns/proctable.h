/* SPDX-License-Identifier: MIT */
#ifndef NETNS_PROCTABLE_H
#define NETNS_PROCTABLE_H

#include <stddef.h>
#include <stdint.h>

struct err;

/* How a file below /proc/net lays out its counters. */
enum proctable_layout {
	PROCTABLE_PAIRS, /* "Tcp: A B" above "Tcp: 1 2": snmp, netstat */
	PROCTABLE_LINES, /* "Ip6InReceives    7": snmp6 */
};

/* One counter. Numbers wrap as the kernel's do, so only differences mean anything. */
struct proctable_entry {
	char *name; /* "TcpPassiveOpens", @len bytes */
	size_t len;
	uint64_t value;
	uint64_t base; /* when the table was read first; 0 if it was not there then */
};

/*
 * The counters of one file, in the order in which they were first seen.
 *
 * @file:   its name, for messages
 * @layout: how to read it
 * @order:  which entry each column of the file belongs to, by position, @n_order of them
 * @reads:  how often it was read
 */
struct proctable {
	const char *file;
	enum proctable_layout layout;
	size_t n_entries, n_order, room_entries, room_order;
	struct proctable_entry *entries;
	size_t *order;
	uint64_t reads;
};

#define PROCTABLE_INIT(name, how) ((struct proctable){ .file = (name), .layout = (how) })

/**
 * proctable_read() - bring @t up to date from the whole text of its file.
 * Columns may differ from one time to the next: IcmpMsg and Icmp6 have one
 * only for what has happened. Allocates nothing when there is none that is new.
 * Return: 0, -EBADMSG with the file and line for a text that is not laid out
 * so (the table then has values of both), or -ENOMEM.
 */
int proctable_read(struct proctable *t, const char *text, size_t len, struct err *err);

/** proctable_find() - Return: the entry called @prefix@name, or NULL. */
const struct proctable_entry *proctable_find(const struct proctable *t, const char *prefix,
					     const char *name);

/** proctable_moved() - Return: how far it has come since the first time. */
int64_t proctable_moved(const struct proctable_entry *e);

void proctable_free(struct proctable *t);

#endif
