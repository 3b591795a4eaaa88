/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "grow.h"
#include "scene_own.h"

#define LISTENERS_MAX 256

static int32_t history_new(struct scene *s, int host, int32_t conn, json_int_t port)
{
	s->histories =
		grow(s->histories, s->n_histories, &s->histories_room, sizeof(*s->histories));
	s->histories[s->n_histories] = (struct history){ .host = host, .conn = conn, .port = port };
	return (int32_t)s->n_histories++;
}

/* The history that an event of @host is about: an end of a connection, or a listener. */
static struct history *history_of(struct scene *s, const struct item *it, int host,
				  const struct slice *f)
{
	struct scene_conn *c = scene_conn_get(s, slice_int(f[FIELD_CONN]));
	json_int_t port = slice_int(f[FIELD_PORT]);
	size_t listeners = 0;

	if (host < 0)
		return NULL;
	for (int i = 0; c && i < 2; i++) {
		if (c->host[i] != host)
			continue;
		if (c->socket[i] < 0)
			c->socket[i] = history_new(s, host, it->conn, 0);
		return &s->histories[c->socket[i]];
	}
	if (c || f[FIELD_CONN].len || !f[FIELD_PORT].len)
		return NULL;
	for (size_t i = 0; i < s->n_histories && listeners < LISTENERS_MAX; i++) {
		listeners += s->histories[i].conn == 0;
		if (s->histories[i].conn == 0 && s->histories[i].host == host &&
		    s->histories[i].port == port)
			return &s->histories[i];
	}
	if (listeners == LISTENERS_MAX)
		return NULL;
	history_new(s, host, 0, port);
	return &s->histories[s->n_histories - 1];
}

static uint8_t state_of(struct scene *s, struct slice name)
{
	static const char closed[] = "\"CLOSED\"", other[] = "\"?\"";
	int n;

	if (!s->states.n) {
		scene_name(&s->states, (struct slice){ closed, sizeof(closed) - 1 });
		scene_name(&s->states, (struct slice){ other, sizeof(other) - 1 });
	}
	n = scene_name(&s->states, name);
	return n < 0 ? 1 : (uint8_t)n;
}

static void add_state(struct scene *s, const struct item *it, int host, const struct slice *f)
{
	struct history *h = history_of(s, it, host, f);

	if (!h)
		return;
	h->changes = grow(h->changes, h->n, &h->room, sizeof(*h->changes));
	h->changes[h->n++] = (struct change){ (uint32_t)s->n_items, (uint32_t)s->n_items,
					      state_of(s, f[FIELD_TO]) };
}

/* It stays in its state; of a socket that nobody has told of there is nothing to know. */
static void add_gauges(struct scene *s, const struct item *it, int host, const struct slice *f)
{
	struct history *h = history_of(s, it, host, f);
	struct change last;

	if (!h || !h->n || h->changes[h->n - 1].state == 0)
		return;
	last = h->changes[h->n - 1];
	h->changes = grow(h->changes, h->n, &h->room, sizeof(*h->changes));
	h->changes[h->n++] = (struct change){ (uint32_t)s->n_items, last.entered, last.state };
}

static void add_fold(struct scene *s, int host, const struct slice *f)
{
	s->folds = grow(s->folds, s->n_folds, &s->folds_room, sizeof(*s->folds));
	s->folds[s->n_folds++] = (struct fold){ .event = (uint32_t)s->n_items,
						.host = host,
						.from = state_of(s, f[FIELD_FROM]),
						.to = state_of(s, f[FIELD_TO]),
						.count = slice_int(f[FIELD_COUNT]) };
}

static void add_counter(struct scene *s, int host, const struct slice *f)
{
	int name = scene_name(&s->counters, f[FIELD_NAME]);
	struct tally *c;
	size_t k = 0;

	if (name < 0 || host < 0)
		return;
	while (k < s->n_tallies &&
	       (s->tallies[k].host != host || s->tallies[k].name != (size_t)name))
		k++;
	if (k == s->n_tallies) {
		s->tallies = grow(s->tallies, s->n_tallies, &s->tallies_room, sizeof(*c));
		s->tallies[s->n_tallies++] = (struct tally){ .host = host, .name = (size_t)name };
	}
	c = &s->tallies[k];
	indices_add(&c->events, (uint32_t)s->n_items);
	c->deltas = reallocarray(c->deltas, c->events.room, sizeof(*c->deltas));
	if (!c->deltas)
		abort();
	c->deltas[c->events.n - 1] = slice_int(f[FIELD_DELTA]);
}

void scene_socket_add(struct scene *s, const struct item *it, const struct slice *f)
{
	int host = scene_name(&s->hosts, f[FIELD_HOST]);

	if (it->kind == SCENE_STATE)
		add_state(s, it, host, f);
	else if (it->kind == SCENE_STATES && host >= 0)
		add_fold(s, host, f);
	else if (it->kind == SCENE_SOCKET)
		add_gauges(s, it, host, f);
	else if (it->kind == SCENE_COUNTER)
		add_counter(s, host, f);
}

/* The last change at or before @i. Return: its index, -1 for none. */
static long change_at(const struct history *h, long i)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((long)h->changes[middle].event <= i)
			low = middle + 1;
		else
			high = middle;
	}
	return (long)low - 1;
}

static void copy(char to[static SCENE_WORD_MAX], const char *text)
{
	size_t n = strnlen(text, SCENE_WORD_MAX - 1);

	while (n && text[n] && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	memcpy(to, text, n);
	to[n] = '\0';
}

static void fill(const struct scene *s, const struct history *h, long change, json_int_t now,
		 struct scene_socket *out)
{
	const struct change *c = &h->changes[change];
	json_auto_t *entered = scene_json(s, (long)c->entered);
	json_auto_t *ev = scene_json(s, (long)c->event);
	const json_t *timer = json_object_get(ev, "timer");

	*out = (struct scene_socket){
		.event = (long)c->entered,
		.told = (long)c->event,
		.conn = h->conn,
		.port = h->port,
		.rq = field_has(ev, "rq") ? field_int(ev, "rq") : -1,
		.wq = field_has(ev, "wq") ? field_int(ev, "wq") : -1,
		.inferred = field_true(entered, "inferred"),
		.owned = !json_is_false(json_object_get(ev, "owner")),
		.left = s->items[c->event].t + field_int(timer, "in") - now,
		.tries = field_int(timer, "tries"),
	};
	copy(out->state, s->states.list[c->state].text);
	copy(out->timer, field_text(timer, "kind"));
}

struct found {
	size_t history;
	long change, event;
};

/* Listeners before connections, then what changed last. */
static int by_interest(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return x->event > y->event ? -1 : x->event < y->event;
}

static int by_number(const void *a, const void *b)
{
	const struct scene_socket *x = a, *y = b;

	return x->conn < y->conn ? -1 : x->conn > y->conn;
}

size_t scene_sockets(const struct scene *s, int host, long i, json_int_t now,
		     struct scene_socket *out, size_t most)
{
	const long reach = scene_reach(s, i, now);
	struct found *found = calloc(s->n_histories + 1, sizeof(*found));
	size_t n = 0;

	if (!found)
		abort();
	for (size_t k = 0; k < s->n_histories; k++) {
		const struct history *h = &s->histories[k];
		long c = h->host == host ? change_at(h, reach) : -1;

		if (c < 0 || h->changes[c].state == 0)
			continue;
		found[n++] = (struct found){ k, c, (long)h->changes[c].event };
	}
	if (n > most)
		qsort(found, n, sizeof(*found), by_interest);
	for (size_t k = 0; k < n && k < most; k++)
		fill(s, &s->histories[found[k].history], found[k].change, now, &out[k]);
	qsort(out, n < most ? n : most, sizeof(*out), by_number);
	free(found);
	return n;
}

size_t scene_tally(const struct scene *s, int host, long i,
		   struct scene_tally out[static SCENE_STATES_MAX])
{
	long long count[SCENE_STATES_MAX] = { 0 };
	size_t n = 0;

	for (size_t k = 0; k < s->n_histories; k++) {
		const struct history *h = &s->histories[k];
		long c = h->host == host && h->conn ? change_at(h, i) : -1;

		if (c >= 0)
			count[h->changes[c].state]++;
	}
	for (size_t k = 0; k < s->n_folds && (long)s->folds[k].event <= i; k++) {
		const struct fold *fold = &s->folds[k];

		if (fold->host != host || fold->count < 0)
			continue;
		/* no number that is true comes near the end of these */
		if (count[fold->to] < FIELD_INT_MAX)
			count[fold->to] += fold->count;
		count[fold->from] -=
			fold->count < count[fold->from] ? fold->count : count[fold->from];
	}
	for (size_t k = 1; k < s->states.n; k++)
		if (count[k] > 0)
			out[n++] = (struct scene_tally){ s->states.list[k].text, count[k] };
	return n;
}

bool scene_counter(const struct scene *s, int host, size_t n, long i, const char **name,
		   json_int_t *delta)
{
	for (size_t k = 0; k < s->n_tallies; k++) {
		const struct tally *c = &s->tallies[k];
		size_t moved;

		if (c->host != host || n-- > 0)
			continue;
		moved = indices_until(&c->events, i);
		*name = moved ? s->counters.list[c->name].text : NULL;
		*delta = moved ? c->deltas[moved - 1] : 0;
		return true;
	}
	return false;
}
