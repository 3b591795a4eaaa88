/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PCAPNG_H
#define RUNNER_PCAPNG_H

#include <jansson.h>
#include <stdio.h>

struct err;
struct pcapng;

/*
 * A run's packets as a capture file (pcapng, draft-ietf-opsawg-pcapng), for Wireshark and its kin.
 * Fed with the run's record.
 */

/**
 * pcapng_new() - @out is borrowed, and its errors are its owner's business.
 * @host: only what this host saw; NULL for all, which shows most segments twice: where they left
 *        and where they arrived
 */
struct pcapng *pcapng_new(FILE *out, const char *host);

/**
 * pcapng_event() - take one event of one record.
 * Return: 0, or -ENOENT when the run has no host of that name, naming those that there are.
 */
int pcapng_event(struct pcapng *p, const json_t *ev, struct err *err);

/** pcapng_free() - after the last event: write what was held back, and free it. */
void pcapng_free(struct pcapng *p);

#endif
