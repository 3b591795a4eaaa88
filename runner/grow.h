/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_GROW_H
#define RUNNER_GROW_H

#include <stddef.h>
#include <stdlib.h>

#define GROW_FIRST 16

/**
 * grow() - room for one more in an array of @n with room for *@room, each of @size bytes.
 * Return: the array; aborts without memory.
 */
static inline void *grow(void *array, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return array;
	*room = *room ? 2 * *room : GROW_FIRST;
	array = reallocarray(array, *room, size);
	if (!array)
		abort();
	return array;
}

#endif
