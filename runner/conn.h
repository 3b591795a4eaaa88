/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_CONN_H
#define RUNNER_CONN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "../netns/segment.h"
#include "../netns/tcpstate.h"
#include "infer.h"

struct conn;
struct conns;
struct world;

/*
 * The connections of a run: who talks to whom, under which number, and what
 * the numbers in their segments are relative to. A four-tuple that starts
 * again with another initial sequence number is another connection.
 */
struct conns *conns_new(const struct world *w);
void conns_free(struct conns *cs);

/*
 * One end of one connection. @conn is NULL past the cap on connections
 * (a flood): such packets and states are folded into counts.
 * @end: 0 for the side that sent the first SYN
 */
struct conn_end {
	struct conn *conn;
	int end;
};

/**
 * conns_find() - by endpoints, as seen from @local; made if it is new.
 * @active: @local is the side that opens it, if it is new
 * @fresh:  set when it was made: the caller records its `conn` event
 *
 * conns_known() - the same, never made.
 */
struct conn_end conns_known(const struct conns *cs, const struct endpoint *local,
			    const struct endpoint *remote);
struct conn_end conns_find(struct conns *cs, const struct endpoint *local,
			   const struct endpoint *remote, bool active, bool *fresh);

unsigned conn_id(const struct conn *c);

/**
 * conn_json() - the fields of its `conn` event.
 * @stable: leave out the ports that the kernel picked at random
 * Return: a new reference.
 */
json_t *conn_json(const struct conn *c, const struct world *w, bool stable);

/*
 * A segment in its connection's terms.
 * @seg:      number, the same wherever this segment is seen
 * @seq, @ack: relative
 * @tsval, @tsecr: relative
 * @rtx:      its sender had sent these sequence numbers before
 * @acks_fin: acknowledges the FIN of the other end
 * @made:     nobody sent it: conns_made()
 */
struct conn_segment {
	uint64_t seg;
	uint32_t seq, ack, tsval, tsecr;
	bool rtx, acks_fin, made;
};

/**
 * conn_packet() - a host saw @s: find or make its connection, number it.
 * @outgoing: at its sender; otherwise at its receiver
 */
struct conn_end conn_packet(struct conns *cs, const struct segment *s, bool outgoing, bool *fresh,
			    struct conn_segment *out);

/** conn_explain() - remember @p for the next infer; conn_infer() consumes what was remembered. */
void conn_explain(struct conn_end e, const struct infer_packet *p);
size_t conn_infer(struct conn_end e, enum tcpstate from, enum tcpstate to,
		  struct infer_step steps[static INFER_MAX_STEPS]);

/**
 * conns_forget() - a dump of @host has been explained: drop what came before it.
 * @until, @order: when it began, and the order of the first packet that was read after that. A
 * clock that stands still has packets before and after a dump in the nanosecond of the dump.
 */
void conns_forget(struct conns *cs, int host, int64_t until, uint64_t order);

/** conn_tell() - remember an event of it, for failures. @kind: static; @fields: borrowed. */
void conn_tell(struct conn *c, const char *kind, int64_t t, json_t *fields);

/** conn_told() - its last few events. Return: a new array of events as in the record. */
json_t *conn_told(const struct conn *c);

/** conns_host() - which host has this address. Return: its index, or -1. */
int conns_host(const struct conns *cs, const struct endpoint *ep);

#endif
