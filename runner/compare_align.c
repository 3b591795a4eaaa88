/* SPDX-License-Identifier: MIT */
/*
 * A longest common subsequence, quickly. What makes the general problem slow is that equal
 * symbols can be paired in many ways. Here they cannot: the third retransmission of a SYN
 * is meant to be the third one of the other side, however late it is. So the k-th of equal keys in
 * A is paired with the k-th in B or with nothing, every symbol is then unique, and the longest
 * common subsequence is the longest run of pairs, in the order of A, whose places in B
 * increase (Hunt and Szymanski 1977; patience sorting). Sorting and one binary search an event:
 * O(n log n), and no input is worse than others.
 *
 * What it costs: when one side has one more of several equal events early on, the surplus is
 * found at the end of them. Between events that are alike there is nothing to see there.
 */
#include "compare_own.h"

#include <stdlib.h>

/* Place @at of @key in its sequence. */
struct symbol {
	uint64_t key;
	size_t at;
};

static int by_key(const void *x, const void *y)
{
	const struct symbol *a = x, *b = y;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static void *room_for(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		abort();
	return p;
}

static struct symbol *sorted(const uint64_t *keys, size_t n)
{
	struct symbol *s = room_for(n, sizeof(*s));

	for (size_t i = 0; i < n; i++)
		s[i] = (struct symbol){ keys[i], i };
	qsort(s, n, sizeof(*s), by_key);
	return s;
}

/* The k-th of equal keys is the k-th of the other side. */
static void pair(const uint64_t *a, size_t n, const uint64_t *b, size_t m, size_t *to)
{
	struct symbol *x = sorted(a, n), *y = sorted(b, m);
	size_t i = 0, j = 0;

	for (size_t k = 0; k < n; k++)
		to[k] = SIZE_MAX;
	while (i < n && j < m) {
		if (x[i].key == y[j].key) {
			to[x[i++].at] = y[j++].at;
		} else if (x[i].key < y[j].key) {
			i++;
		} else {
			j++;
		}
	}
	free(x);
	free(y);
}

/* Keep of @to a longest increasing subsequence. */
static void keep_longest(size_t *to, size_t n)
{
	/* tail[k]: where in A the increasing sequence of k + 1 pairs ends whose end is least */
	size_t *tail = room_for(n, sizeof(*tail)), *before = room_for(n, sizeof(*before));
	size_t len = 0, i;

	for (i = 0; i < n; i++) {
		size_t low = 0, high = len;

		if (to[i] == SIZE_MAX)
			continue;
		while (low < high) {
			size_t mid = low + (high - low) / 2;

			if (to[tail[mid]] < to[i])
				low = mid + 1;
			else
				high = mid;
		}
		before[i] = low ? tail[low - 1] : SIZE_MAX;
		tail[low] = i;
		if (low == len)
			len++;
	}
	/* from its end backwards; what is not in it has no partner */
	i = len ? tail[len - 1] : SIZE_MAX;
	for (size_t k = n; k-- > 0;) {
		if (k == i)
			i = before[k];
		else
			to[k] = SIZE_MAX;
	}
	free(tail);
	free(before);
}

void compare_align(const uint64_t *a, size_t n, const uint64_t *b, size_t m, size_t *to)
{
	pair(a, n, b, m, to);
	keep_longest(to, n);
}

void compare_number(const uint64_t *keys, size_t n, size_t *nth)
{
	struct symbol *s = sorted(keys, n);

	for (size_t i = 0, k = 0; i < n; i++) {
		k = i && s[i].key == s[i - 1].key ? k + 1 : 1;
		nth[s[i].at] = k > 1 || (i + 1 < n && s[i + 1].key == s[i].key) ? k : 0;
	}
	free(s);
}
