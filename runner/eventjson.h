/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_EVENTJSON_H
#define RUNNER_EVENTJSON_H

#include <jansson.h>
#include <stdbool.h>

#include "../netns/tcpstate.h"

struct conn_quoted;
struct conn_segment;
struct host;
struct icmp_seen;
struct impairment;
struct lab_text;
struct packet_seen;
struct sock_entry;

/* Fields of the record's larger events (docs/record.md), as new references. */

/* Which connection, and which end of it: 0 is `a`. */
struct conn_ref {
	unsigned id;
	int end;
};

json_t *eventjson_packet(const char *host, unsigned conn, const struct packet_seen *p,
			 const struct conn_segment *cs);

/** eventjson_socket() - a socket that stays in its state; @ref NULL for a listener. */
json_t *eventjson_socket(const char *host, const struct conn_ref *ref, const struct sock_entry *s);

/** eventjson_icmp() - without the ends of a segment of no known connection. */
json_t *eventjson_icmp(const char *host, const struct icmp_seen *seen, const struct conn_quoted *q);

/** eventjson_state() - @ref NULL for a listener; @s NULL when no dump showed the socket in this
 * state. */
json_t *eventjson_state(const char *host, const struct conn_ref *ref, enum tcpstate from,
			enum tcpstate to, bool inferred, const struct sock_entry *s);

json_t *eventjson_text(const struct lab_text *text);

/** eventjson_impairment() - add to @o what the network does; `delay` and `loss` always. */
void eventjson_impairment(json_t *o, const struct impairment *imp);

/** eventjson_addresses() - add `ipv4` and `ipv6` of @h to @o. */
void eventjson_addresses(json_t *o, const struct host *h);

#endif
