/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PHRASE_H
#define RUNNER_PHRASE_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "lang.h"

/*
 * Events of the record in words. The engine uses the English ones for the
 * record's `name`, `expected` and `seen`; views use the reader's language.
 * Text of the event comes out as it is there: a view cleans the whole
 * (columns_clean()) before it prints it.
 */

/** phrase_expected() - what an expect event asked for, one line. Written to @out. */
void phrase_expected(FILE *out, const json_t *expect, enum lang lang);

/**
 * phrase_seen() - what was seen, when, and the tolerance, one line. Reads also
 * `t` (until when it was looked for) and `verdict`: they have to be there before the engine asks.
 */
void phrase_seen(FILE *out, const json_t *expect, enum lang lang);

/** phrase_packet() - "SYN, ACK seq 0 ack 1 win 65160 <mss 1460, sack, ts 0/0, wscale 7>"; @options
 * 0 leaves those out. */
void phrase_packet(FILE *out, const json_t *packet, int options);

/** phrase_segment() - the same without options and without the word about a retransmission. */
void phrase_segment(FILE *out, const json_t *packet);

/** phrase_flags() - "SYN, ACK" from the letters "SA"; "no flags" for none. */
void phrase_flags(FILE *out, const char *letters);

/** phrase_options() - "mss 1460, sack, ts 0/0, wscale 7" with @between for ", "; nothing when there
 * are none. */
void phrase_options(FILE *out, const json_t *packet, const char *between);

/** phrase_event() - any event as one line without its time, for the `last` events of a
 * failure and -v. */
void phrase_event(FILE *out, const json_t *ev, enum lang lang);

#define PHRASE_TIME_MAX 32
/** phrase_time() - a record time as "0.07 ms", "50.3 ms", "1.024 s", "2 min 15.3 s". Return: @buf.
 */
const char *phrase_time(json_int_t ns, char buf[static PHRASE_TIME_MAX]);

/**
 * phrase_gauges() - queues, owner and timer of a `socket` event, without whose they are.
 * Return: malloc'ed.
 */
char *phrase_gauges(const json_t *ev, enum lang lang);

#endif
