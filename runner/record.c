/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "grow.h"

/* More than any lab of the course needs by far, and still a file that can be read again. */
#define RECORD_MAX_EVENTS 1000000

/* @conn: the number of the connection that it introduces, or 0 */
struct pending {
	int64_t t;
	uint64_t order;
	json_int_t conn;
	json_t *ev;
};

/*
 * @order: of the last event or place; in steps of two
 * @introduced: time of the latest connection's `conn` event
 * @last: time of the last line written; lines never go back in time
 * @aside: the last thing that was only said and not recorded
 */
struct record {
	int fd;
	struct pending *pending;
	size_t n_pending, room;
	uint64_t events, order;
	int64_t introduced, last, grain;
	json_t *aside;
};

struct record *record_new(int fd, int64_t grain)
{
	struct record *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->fd = fd;
	r->grain = grain;
	return r;
}

void record_free(struct record *r)
{
	if (!r)
		return;
	json_decref(r->aside);
	for (size_t i = 0; i < r->n_pending; i++)
		json_decref(r->pending[i].ev);
	free(r->pending);
	free(r);
}

bool record_full(const struct record *r)
{
	return r->events >= RECORD_MAX_EVENTS;
}

/*
 * connect() is told at the place at which it was called, and by then its SYN
 * was seen and its connection found, later by a few microseconds or not at all. One host's
 * tap is read after the other's, so that a segment may be seen where it arrived and then where it
 * left; and a dump may be of before the packet by which a connection is found. A
 * connection is introduced before it is named all the same.
 */
static void introduce(struct record *r, json_int_t conn, int64_t t, uint64_t place)
{
	for (size_t i = r->n_pending; i-- > 0;) {
		struct pending *p = &r->pending[i];

		/* Those before it too: numbers have no gap. */
		if (p->t < t || (p->t == t && p->order < place) || !p->conn || p->conn > conn)
			continue;
		p->t = t;
		p->order = place - 1;
		json_object_set_new(p->ev, "t", json_integer(t));
	}
}

uint64_t record_place(struct record *r)
{
	return r->order += 2;
}

void record_event(struct record *r, const char *ev, int64_t t, json_t *fields)
{
	record_event_in(r, record_place(r), ev, t, fields);
}

void record_event_in(struct record *r, uint64_t place, const char *ev, int64_t t, json_t *fields)
{
	json_int_t conn = 0;
	json_t *line;

	r->events++;
	if (record_full(r) && strcmp(ev, "expect") != 0 && strcmp(ev, "verdict") != 0) {
		json_decref(fields);
		return;
	}
	/* That wait may be over; the next is told even if it is for the same. */
	if (strcmp(ev, "expect") == 0 || strcmp(ev, "return") == 0) {
		json_decref(r->aside);
		r->aside = NULL;
	}
	if (strcmp(ev, "conn") == 0) {
		conn = json_integer_value(json_object_get(fields, "id"));
		r->introduced = t > r->introduced ? t : r->introduced;
	} else if (t <= r->introduced && json_object_get(fields, "conn")) {
		introduce(r, json_integer_value(json_object_get(fields, "conn")), t, place);
	}
	/* `ev` and `t` first: a person reads these lines too. */
	line = strcmp(ev, "header") == 0 ? json_pack("{s:s}", "ev", ev)
					 : json_pack("{s:s, s:I}", "ev", ev, "t", (json_int_t)t);
	if (!line || json_object_update_missing(line, fields) != 0)
		abort();
	json_decref(fields);

	r->pending = grow(r->pending, r->n_pending, &r->room, sizeof(*r->pending));
	r->pending[r->n_pending++] =
		(struct pending){ .t = t, .order = place, .conn = conn, .ev = line };
}

static int64_t coarse(int64_t t, int64_t grain)
{
	t += grain / 5;
	return t - t % grain;
}

int64_t record_moment(const struct record *r, int64_t t)
{
	return coarse(t, r->grain);
}

static void coarsen(json_t *ev, const char *key, int64_t grain)
{
	json_t *v = json_object_get(ev, key);

	if (json_is_integer(v))
		json_integer_set(v, coarse(json_integer_value(v), grain));
}

void record_coarsen(const struct record *r, json_t *ev)
{
	static const char *const times[] = { "t", "since", "seen_t", "mark" };
	json_t *info = json_object_get(ev, "info");

	if (r->grain == 1)
		return;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		coarsen(ev, times[i], r->grain);
	coarsen(info, "rtt_us", r->grain / 1000);
	coarsen(info, "rttvar_us", r->grain / 1000);
}

static int by_time(const void *a, const void *b)
{
	const struct pending *x = a, *y = b;

	if (x->t != y->t)
		return x->t < y->t ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->conn < y->conn ? -1 : 1;
}

static int write_all(int fd, const char *text, size_t len, struct err *err)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, errno, "writing the record: %s", strerror(errno));
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

void record_aside(struct record *r, const char *ev, int64_t t, json_t *fields)
{
	struct err lost = ERR_INIT; /* the next flush finds out, and says so */
	_cleanup_free_ char *line = NULL;
	json_t *o;

	if (json_equal(r->aside, fields)) {
		json_decref(fields);
		return;
	}
	json_decref(r->aside);
	r->aside = fields;
	o = json_pack("{s:s, s:I}", "ev", ev, "t", (json_int_t)t);
	if (!o || json_object_update_missing(o, fields) != 0)
		abort();
	line = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
	json_decref(o);
	if (!line)
		abort();
	if (write_all(r->fd, line, strlen(line), &lost) == 0)
		(void)write_all(r->fd, "\n", 1, &lost);
}

int record_flush(struct record *r, int64_t until, struct err *err)
{
	size_t done = 0;
	char *out = NULL;
	size_t out_len = 0;
	FILE *f;
	int rc;

	if (r->n_pending == 0)
		return 0;
	qsort(r->pending, r->n_pending, sizeof(*r->pending), by_time);
	if (r->pending[0].t >= until)
		return 0;

	f = open_memstream(&out, &out_len);
	if (!f)
		abort();
	for (; done < r->n_pending && r->pending[done].t < until; done++) {
		struct pending *p = &r->pending[done];

		if (p->t > r->last)
			r->last = p->t;
		if (json_object_get(p->ev, "t"))
			json_object_set_new(p->ev, "t", json_integer(r->last));
		record_coarsen(r, p->ev);
		if (json_dumpf(p->ev, f, JSON_COMPACT | JSON_REAL_PRECISION(9)) != 0)
			abort();
		fputc('\n', f);
		json_decref(p->ev);
	}
	if (fclose(f) != 0)
		abort();
	r->n_pending -= done;
	memmove(r->pending, r->pending + done, r->n_pending * sizeof(*r->pending));
	rc = write_all(r->fd, out, out_len, err);
	free(out);
	return rc;
}
