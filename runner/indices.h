/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_INDICES_H
#define RUNNER_INDICES_H

#include <stddef.h>
#include <stdint.h>

/* Numbers of events, ascending; zeroed it is empty. */
struct indices {
	uint32_t *at;
	size_t n, room;
};

/** indices_add() - @i at the end; not less than the last one. Aborts without memory. */
void indices_add(struct indices *list, uint32_t i);

/** indices_until() - Return: how many of them are at most @i. */
size_t indices_until(const struct indices *list, long i);

void indices_free(struct indices *list);

#endif
