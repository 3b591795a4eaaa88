/* SPDX-License-Identifier: MIT */
#include "lanes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "field.h"

/* Of one lane; the last one then goes on to the end. */
#define SPANS_MAX  200
#define PIECES_MAX 1000

/*
 * @times:  moments at which a lane changes, in order; @places of them, 0 to 1
 * @told:   the events that tell of queues and timers, and when
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
	struct told {
		long event;
		json_int_t t;
	} * told;
	size_t n_told;
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

static void lane_free(struct lane *lane)
{
	free(lane->spans);
	free(lane->pieces);
}

void lanes_free(struct lanes *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		lane_free(&l->all[i]);
	free(l->all);
	free(l->told);
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

/* What the kernel told of its queues, its timer and its owner. */
static void take_gauges(struct lane_span *span, const json_t *ev)
{
	const json_t *timer = json_object_get(ev, "timer");

	span->ownerless = json_is_false(json_object_get(ev, "owner"));
	span->rq = field_int(ev, "rq");
	span->wq = field_int(ev, "wq");
	span->tries = field_int(timer, "tries");
	span->due = field_int(ev, "t") + field_int(timer, "in");
	copy(span->timer, sizeof(span->timer), field_text(timer, "kind"));
}

/* The last span of @list ends at @t, and @next begins, NULL for none. */
static void begin(struct lanes *l, struct lane_span **list, size_t *n, size_t most,
		  const struct lane_span *next, json_int_t t)
{
	struct lane_span *last = *n ? &(*list)[*n - 1] : NULL;

	if (*n == most)
		return;
	if (last && last->to == INT64_MAX) {
		last->to = t;
		last->end = l->event;
	}
	if (!next)
		return;
	*list = grown(*list, *n, sizeof(**list));
	(*list)[*n] = *next;
	(*list)[*n].from = t;
	(*list)[*n].to = INT64_MAX;
	(*list)[*n].event = l->event;
	(*list)[*n].end = -1;
	++*n;
}

static void on_state(struct lanes *l, const json_t *ev)
{
	struct lane *lane = lane_of(l, ev);
	struct lane_span span = { .inferred = field_true(ev, "inferred") };
	const bool there = !field_is(ev, "to", "CLOSED");

	copy(span.state, sizeof(span.state), field_text(ev, "to"));
	take_gauges(&span, ev);
	begin(l, &lane->spans, &lane->n, SPANS_MAX, there ? &span : NULL, field_int(ev, "t"));
	begin(l, &lane->pieces, &lane->n_pieces, PIECES_MAX, there ? &span : NULL,
	      field_int(ev, "t"));
}

static void on_socket(struct lanes *l, const json_t *ev)
{
	struct lane *lane = lane_of(l, ev);
	struct lane_span piece;

	/* of a socket that is not there nothing can be told */
	if (!lane->n_pieces || lane->pieces[lane->n_pieces - 1].to != INT64_MAX)
		return;
	piece = lane->pieces[lane->n_pieces - 1];
	take_gauges(&piece, ev);
	begin(l, &lane->pieces, &lane->n_pieces, PIECES_MAX, &piece, field_int(ev, "t"));
	l->told = grown(l->told, l->n_told, sizeof(*l->told));
	l->told[l->n_told++] = (struct told){ l->event, field_int(ev, "t") };
}

void lanes_event(struct lanes *l, const json_t *ev)
{
	l->event++;
	if (field_int(ev, "t") > l->until)
		l->until = field_int(ev, "t");
	if (field_is(ev, "ev", "state"))
		on_state(l, ev);
	else if (field_is(ev, "ev", "socket"))
		on_socket(l, ev);
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
			lane_free(lane);
	}
	l->n -= left;
	make_scale(l);
	return left;
}

long lanes_told(const struct lanes *l, long from, long to, json_int_t until)
{
	size_t low = 0, high = l->n_told;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->told[middle].event <= from)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < l->n_told && l->told[low].event < to && l->told[low].t <= until; low++)
		from = l->told[low].event;
	return from;
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
