/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_FOLD_H
#define RUNNER_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../netns/tcpstate.h"

struct record;

#define FOLD_MAX_KINDS 64

/* Like events of one host, counted: packets by direction and flags, or changes of state. */
struct fold {
	bool packets, outgoing;
	uint8_t flags;
	enum tcpstate from, to;
	uint64_t count, bytes;
	int64_t since;
};

/*
 * What has been counted and not told yet.
 *
 * @host: its name
 * @last: time of the youngest event
 */
struct folds {
	const char *host;
	struct fold kind[FOLD_MAX_KINDS];
	size_t n;
	int64_t last;
};

/** fold_packets() - @count of them, together @bytes, at @t. */
void fold_packets(struct folds *f, struct record *rec, bool outgoing, uint8_t flags, uint64_t count,
		  uint64_t bytes, int64_t t);
void fold_state(struct folds *f, struct record *rec, enum tcpstate from, enum tcpstate to,
		int64_t t);

/** fold_report() - one event for each kind; begin again. */
void fold_report(struct folds *f, struct record *rec);

/** fold_old() - has the oldest of them waited long enough at @now? */
bool fold_old(const struct folds *f, int64_t now);

#endif
