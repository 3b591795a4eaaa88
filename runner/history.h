/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_HISTORY_H
#define RUNNER_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lua/labops.h"

struct history;

/*
 * What a run has shown so far, for expectations that look back: packets and ICMP errors seen
 * at each host, and states entered by each socket. Bounded: of a very long run
 * the newest are kept.
 */
struct history *history_new(void);
void history_free(struct history *h);

/** history_packet() - @p was seen at @host. */
void history_packet(struct history *h, unsigned host, const struct packet_seen *p);

/**
 * history_find_packet() - the @match->nth packet at @host like @match.
 * @local, @remote: only between these endpoints; NULL any
 * Return: it, valid until the next history_packet(), or NULL.
 */
const struct packet_seen *history_find_packet(const struct history *h, unsigned host,
					      const struct packet_match *match,
					      const struct endpoint *local,
					      const struct endpoint *remote);

/** history_icmp() - an ICMP error was seen at @host. */
void history_icmp(struct history *h, unsigned host, const struct icmp_seen *seen);

/**
 * history_find_icmp() - the @match->nth at @host like @match.
 * @local, @remote: only about a segment between these endpoints; NULL any
 * Return: it, valid until the next history_icmp(), or NULL.
 */
const struct icmp_seen *history_find_icmp(const struct history *h, unsigned host,
					  const struct icmp_match *match,
					  const struct endpoint *local,
					  const struct endpoint *remote);

/** history_last_packet() - the newest at @host, with @port at either end; 0 any. Return: it or
 * NULL. */
const struct packet_seen *history_last_packet(const struct history *h, unsigned host,
					      uint16_t port);

/* A socket of @host went into @state at @t. @conn: its connection's number, 0 for none. */
struct history_entry {
	int64_t t;
	unsigned host, conn;
	enum tcpstate state;
	struct endpoint local, remote;
};

void history_entered(struct history *h, const struct history_entry *e);

/** history_entries() - all of them, oldest first. */
const struct history_entry *history_entries(const struct history *h, size_t *n);

#endif
