/* SPDX-License-Identifier: MIT */
#include "indices.h"

#include <stdlib.h>

#include "grow.h"

void indices_add(struct indices *list, uint32_t i)
{
	list->at = grow(list->at, list->n, &list->room, sizeof(*list->at));
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
