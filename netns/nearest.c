/* SPDX-License-Identifier: MIT */
#include "nearest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/*
 * Optimal string alignment: insertions, deletions, substitutions and swaps of
 * neighbours, which are the slips of a typing hand. Case does not count.
 */
static size_t edits(const char *a, size_t la, const char *b, size_t lb)
{
	size_t before[NEAREST_MAX_NAME], above[NEAREST_MAX_NAME], row[NEAREST_MAX_NAME];

	for (size_t j = 0; j <= lb; j++)
		above[j] = j;
	memset(before, 0, sizeof(before));
	for (size_t i = 1; i <= la; i++) {
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			char x = fold(a[i - 1]), y = fold(b[j - 1]);

			row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == fold(b[j - 2]) && y == fold(a[i - 2]))
				row[j] = least(row[j], before[j - 2] + 1, SIZE_MAX);
		}
		memcpy(before, above, sizeof(before));
		memcpy(above, row, sizeof(above));
	}
	return above[lb];
}

struct nearest nearest_to(const char *wanted)
{
	return (struct nearest){ .wanted = wanted, .distance = SIZE_MAX };
}

void nearest_offer(struct nearest *n, const char *name)
{
	size_t la = strlen(n->wanted), lb = strlen(name), d;

	if (la >= NEAREST_MAX_NAME || lb >= NEAREST_MAX_NAME)
		return;
	d = edits(n->wanted, la, name, lb);
	if (d >= n->distance)
		return;
	n->distance = d;
	memcpy(n->best, name, lb + 1);
}

const char *nearest_found(const struct nearest *n)
{
	size_t len = strlen(n->wanted);

	return n->best[0] && n->distance <= (len < 3 ? 1 : len / 3) ? n->best : NULL;
}
