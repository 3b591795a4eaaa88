/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PHRASE_HEAD_H
#define RUNNER_PHRASE_HEAD_H

#include <jansson.h>
#include <stdio.h>

#include "lang.h"

/* What a record's header says of where the run was, in words, as all views have them. */

/** phrase_kernel() - "6.12.41 (lab kernel, x86_64)" */
void phrase_kernel(FILE *out, const json_t *header, enum lang lang);

/** phrase_clock() - "real", or what is special about the other. */
void phrase_clock(FILE *out, const json_t *header, enum lang lang);

/** phrase_network() - what delays and drops, and why that. */
void phrase_network(FILE *out, const json_t *header, enum lang lang);

/** phrase_host() - one of `hosts`: its address, and what the network does on the way to it. */
void phrase_host(FILE *out, const json_t *host, enum lang lang);

/** phrase_counter_run() - which one it is, of a run that is one. */
void phrase_counter_run(FILE *out, const json_t *header, enum lang lang);

#endif
