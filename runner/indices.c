/* SPDX-License-Identifier: MIT */
#include "indices.h"

#include <stdlib.h>

void indices_add(struct indices *list, uint32_t i)
{
	if (list->n == list->room) {
		list->room = list->room ? 2 * list->room : 8;
		list->at = reallocarray(list->at, list->room, sizeof(*list->at));
		if (!list->at)
			abort();
	}
	list->at[list->n++] = i;
}

size_t indices_until(const struct indices *list, long i)
{
	size_t low = 0, high = list->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((long)list->at[middle] <= i)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void indices_free(struct indices *list)
{
	free(list->at);
	*list = (struct indices){ 0 };
}
