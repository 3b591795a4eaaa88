/* SPDX-License-Identifier: MIT */
#include "lanes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "field.h"

#define SPANS_MAX 200 /* of one lane; the last one then goes on to the end */

/*
 * @times:  moments at which a lane changes, in order; @places of them, 0 to 1
 * @known:  "HOST\nCONN\nEND\nPORT" -> index into @all
 */
struct lanes {
	struct lane *all;
	size_t n;
	json_t *known;
	long event;
	json_int_t until;
	json_int_t *times;
	double *places;
	size_t n_times;
};

struct lanes *lanes_new(void)
{
	struct lanes *l = calloc(1, sizeof(*l));

	if (!l)
		abort();
	l->known = json_object();
	l->event = -1;
	return l;
}

void lanes_free(struct lanes *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		free(l->all[i].spans);
	free(l->all);
	free(l->times);
	free(l->places);
	json_decref(l->known);
	free(l);
}

static void *grown(void *list, size_t n, size_t size)
{
	/* twice as large at each power of two */
	if (n && (n & (n - 1)))
		return list;
	list = reallocarray(list, n ? 2 * n : 1, size);
	if (!list)
		abort();
	return list;
}

static void copy(char *to, size_t size, const char *text)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), 1, 0);
	size_t n = strlen(clean);

	if (n >= size)
		for (n = size - 1; n && ((unsigned char)clean[n] & 0xc0) == 0x80;)
			n--;
	memcpy(to, clean, n);
	to[n] = '\0';
}

static struct lane *lane_of(struct lanes *l, const json_t *ev)
{
	_cleanup_free_ char *key = NULL;
	json_t *known;
	struct lane *lane;

	if (asprintf(&key, "%s\n%lld\n%.8s\n%lld", field_text(ev, "host"),
		     (long long)field_int(ev, "conn"), field_text(ev, "end"),
		     field_has(ev, "conn") ? 0LL : (long long)field_int(ev, "port")) < 0)
		abort();
	known = json_object_get(l->known, key);
	if (known)
		return &l->all[json_integer_value(known)];
	/* a key that is no text is nobody's: JSON has checked that it is UTF-8 */
	json_object_set_new(l->known, key, json_integer((json_int_t)l->n));
	l->all = grown(l->all, l->n, sizeof(*l->all));
	lane = &l->all[l->n++];
	*lane = (struct lane){ .conn = field_int(ev, "conn"),
			       .end = *field_text(ev, "end"),
			       .port = field_has(ev, "conn") ? 0 : field_int(ev, "port") };
	copy(lane->host, sizeof(lane->host), field_text(ev, "host"));
	return lane;
}

static void on_state(struct lanes *l, const json_t *ev)
{
	struct lane *lane = lane_of(l, ev);
	const json_t *timer = json_object_get(ev, "timer");
	json_int_t t = field_int(ev, "t");
	struct lane_span *last = lane->n ? &lane->spans[lane->n - 1] : NULL, *span;

	if (lane->n == SPANS_MAX)
		return;
	if (last && last->to == INT64_MAX) {
		last->to = t;
		last->end = l->event;
	}
	if (field_is(ev, "to", "CLOSED"))
		return;
	lane->spans = grown(lane->spans, lane->n, sizeof(*lane->spans));
	span = &lane->spans[lane->n++];
	*span = (struct lane_span){ .from = t,
				    .to = INT64_MAX,
				    .event = l->event,
				    .end = -1,
				    .inferred = field_true(ev, "inferred"),
				    .ownerless = json_is_false(json_object_get(ev, "owner")),
				    .rq = field_int(ev, "rq"),
				    .wq = field_int(ev, "wq"),
				    .tries = field_int(timer, "tries"),
				    .due = t + field_int(timer, "in") };
	copy(span->state, sizeof(span->state), field_text(ev, "to"));
	copy(span->timer, sizeof(span->timer), field_text(timer, "kind"));
}

void lanes_event(struct lanes *l, const json_t *ev)
{
	l->event++;
	if (field_int(ev, "t") > l->until)
		l->until = field_int(ev, "t");
	if (field_is(ev, "ev", "state"))
		on_state(l, ev);
}

static int by_time(const void *a, const void *b)
{
	json_int_t x = *(const json_int_t *)a, y = *(const json_int_t *)b;

	return x < y ? -1 : x > y;
}

static void add_time(struct lanes *l, json_int_t t)
{
	l->times = grown(l->times, l->n_times, sizeof(*l->times));
	l->times[l->n_times++] = t;
}

/* Each gap gets a share of the width that grows with the cube root of its length, and a least one.
 */
static void make_scale(struct lanes *l)
{
	double sum = 0;
	size_t n = 0;

	add_time(l, 0);
	add_time(l, l->until);
	for (size_t i = 0; i < l->n; i++) {
		for (size_t k = 0; k < l->all[i].n; k++) {
			add_time(l, l->all[i].spans[k].from);
			add_time(l, l->all[i].spans[k].to);
		}
	}
	qsort(l->times, l->n_times, sizeof(*l->times), by_time);
	for (size_t i = 0; i < l->n_times; i++)
		if (!n || l->times[i] != l->times[n - 1])
			l->times[n++] = l->times[i];
	l->n_times = n;
	l->places = calloc(n + 1, sizeof(*l->places));
	if (!l->places)
		abort();
	for (size_t i = 1; i < n; i++) {
		double share = (double)(l->times[i] - l->times[i - 1]) /
			       (double)(l->times[n - 1] - l->times[0]);

		sum += cbrt(share) + 0.05;
		l->places[i] = sum;
	}
	for (size_t i = 1; i < n; i++)
		l->places[i] /= sum;
}

size_t lanes_end(struct lanes *l, size_t most)
{
	size_t left = l->n > most ? l->n - most : 0;

	for (size_t i = 0; i < l->n; i++) {
		struct lane *lane = &l->all[i];

		for (size_t k = 0; k < lane->n; k++)
			if (lane->spans[k].to > l->until)
				lane->spans[k].to = l->until;
		if (i >= most)
			free(lane->spans);
	}
	l->n -= left;
	make_scale(l);
	return left;
}

const struct lane *lanes_all(const struct lanes *l, size_t *n)
{
	*n = l->n;
	return l->all;
}

json_int_t lanes_until(const struct lanes *l)
{
	return l->until;
}

long lanes_last(const struct lanes *l)
{
	return l->event;
}

double lanes_place(const struct lanes *l, json_int_t t)
{
	size_t low = 0, high = l->n_times - 1;

	if (t <= l->times[0] || l->n_times < 2)
		return 0;
	if (t >= l->times[high])
		return 1;
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (l->times[middle] <= t)
			low = middle;
		else
			high = middle;
	}
	return l->places[low] + (l->places[high] - l->places[low]) * (double)(t - l->times[low]) /
					(double)(l->times[high] - l->times[low]);
}
