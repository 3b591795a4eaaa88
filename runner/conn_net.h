/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_CONN_NET_H
#define RUNNER_CONN_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "conn.h"

struct icmp_error;

/* The part of conn.h that is about what the network does to segments. */

/** conn_sent() - the segment that conn_packet() has just seen leave @e left at @t. */
void conn_sent(struct conn_end e, int64_t t);

/**
 * conn_lost() - the network dropped @s. conn_flying() - it did something else to it.
 * Return: its connection; in @seg its number, 0 if unknown, else in @sent when it was sent.
 */
struct conn_end conn_lost(struct conns *cs, const struct segment *s, uint64_t *seg, int64_t *sent);
struct conn_end conn_flying(struct conns *cs, const struct segment *s, uint64_t *seg,
			    int64_t *sent);

/*
 * A segment that an ICMP error quotes, in its connection's terms.
 *
 * @end:   who sent it; without a connection when none is known
 * @seq:   relative
 * @seg:   number of the segment, 0 if it is not known any more
 * @flags, @len: of it, when @known
 */
struct conn_quoted {
	struct conn_end end;
	uint32_t seq;
	uint64_t seg;
	bool known;
	uint8_t flags;
	uint32_t len;
};

/** conn_quoted() - which segment @icmp is about. */
struct conn_quoted conn_quoted(const struct conns *cs, const struct icmp_error *icmp);

/** conns_end_json() - an end, as in a `conn` event. Return: a new reference. */
json_t *conns_end_json(const struct conns *cs, const struct endpoint *ep, bool stable);

/** conns_made() - a segment with this digest, which no host has sent, is on its way. */
void conns_made(struct conns *cs, uint64_t digest);

/*
 * Where a connection is, seen from one end, absolute.
 *
 * @isn, @next:   of the end that would send, and the number that it would send next
 * @ts0, @tsval:  its first and last timestamp; @tsecr the last one of the other end
 * @win:          the last window it announced, unscaled
 */
struct conn_numbers {
	unsigned id;
	uint32_t isn, peer_isn, next, peer_next, ts0, peer_ts0, tsval, tsecr;
	uint16_t win;
	bool timestamps;
};

/** conn_numbers() - Return: false when no such connection has been seen. */
bool conn_numbers(struct conns *cs, const struct endpoint *src, const struct endpoint *dst,
		  struct conn_numbers *out);

#endif
