/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_TOLD_H
#define RUNNER_TOLD_H

#include <stddef.h>
#include <stdint.h>

#include "../netns/impair.h"

struct engine;

/**
 * told_frame() - the network did something to a frame on purpose: record it (`lost`, `held`,
 * `duplicated`, `delayed`). The arguments are those of impair_told_fn.
 */
void told_frame(struct engine *e, enum impair_what what, int64_t t, const uint8_t *frame,
		size_t len, const char *why, int rule);

#endif
