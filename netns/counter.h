/* SPDX-License-Identifier: MIT */
#ifndef NETNS_COUNTER_H
#define NETNS_COUNTER_H

#include <stddef.h>
#include <stdint.h>

struct counters;
struct err;
struct netns;

/*
 * /proc/net/snmp, /proc/net/netstat and /proc/net/snmp6 of one namespace, under
 * the names that nstat(8) uses: TcpPassiveOpens, TcpExtListenDrops, Ip6InReceives.
 */

/** counters_open() - and take the zero point. Return: 0 or -errno. */
int counters_open(const struct netns *ns, struct counters **out, struct err *err);
void counters_close(struct counters *c);

/** counters_read() - read them again. Return: 0 or -errno. */
int counters_read(struct counters *c, struct err *err);

/**
 * counters_get() - how far @name has moved since counters_open(), as of the
 * last counters_read(). A bare name (ListenDrops) finds TcpListenDrops or TcpExtListenDrops.
 * Return: 0, or -ENOENT with the nearest name that this kernel has.
 */
int counters_get(const struct counters *c, const char *name, int64_t *delta, struct err *err);

/**
 * counters_each() - every counter: @cursor starts at 0.
 * Return: its full name, or NULL at the end.
 */
const char *counters_each(const struct counters *c, size_t *cursor, int64_t *delta);

#endif
