/* SPDX-License-Identifier: MIT */
#ifndef NETNS_DELAYLINE_H
#define NETNS_DELAYLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct delayline;

/*
 * A frame under way.
 *
 * @due:   when it is to leave
 * @order: tells frames with the same due time apart
 * @next:  free for whoever has taken it, to keep several together
 * @to:    the port it leaves by
 */
struct held {
	int64_t due;
	uint64_t order;
	struct held *next;
	size_t to;
	size_t len;
	uint8_t data[];
};

/** delayline_new() - room for @max frames. Return: it, or NULL without memory. */
struct delayline *delayline_new(size_t max);
void delayline_free(struct delayline *dl);

/**
 * delayline_put() - hold a copy of a frame. Frames with the same due time leave
 * in the order in which they were put.
 * Return: false when it is full, out of memory or the frame is too long.
 */
bool delayline_put(struct delayline *dl, int64_t due, size_t to, const uint8_t *data, size_t len);

/** delayline_next() - Return: when the next frame is due, INT64_MAX when there is none. */
int64_t delayline_next(const struct delayline *dl);

/** delayline_take() - the next frame. Return: it, for delayline_release(), or NULL. */
struct held *delayline_take(struct delayline *dl);

/** delayline_release() - give back frames that were taken, chained by @next. */
void delayline_release(struct delayline *dl, struct held *frames);

#endif
