/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PHRASE_ICMP_H
#define RUNNER_PHRASE_ICMP_H

#include <jansson.h>
#include <stdio.h>

#include "lang.h"

/**
 * phrase_icmp() - "ICMP fragmentation needed (MTU 1400), about ACK seq 1 len 1448": an `icmp`
 * event's message.
 * @peer: also say whom it is from, or to
 */
void phrase_icmp(FILE *out, const json_t *ev, int peer, enum lang lang);

/** phrase_icmp_event() - who sends or receives it, for phrase_event(). */
void phrase_icmp_event(FILE *out, const json_t *ev, enum lang lang);

#endif
