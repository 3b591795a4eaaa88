/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_KEEP_H
#define RUNNER_KEEP_H

#include <jansson.h>
#include <stddef.h>

struct err;
struct options;
struct outfile;
struct pcapng;

/*
 * The files that a run, or a replay, leaves behind when it is asked to: --record and --pcap.
 * All or nothing: none of them has a name before all is over.
 */
struct keep {
	struct outfile *record, *capture;
	struct pcapng *pcap;
};

/** keep_begin() - open what the options ask for. Return: 0 or -errno, and nothing is left. */
int keep_begin(struct keep *k, const struct options *o, struct err *err);

/** keep_event() - @line is NULL where there is no record to keep. Return: 0 or -errno. */
int keep_event(struct keep *k, const json_t *ev, const char *line, size_t len, struct err *err);

/**
 * keep_end() - give the files their names, unless the run failed (@rc < 0).
 * Return: @rc, or -errno.
 */
int keep_end(struct keep *k, int rc, struct err *err);

#endif
