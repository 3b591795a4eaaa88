/* SPDX-License-Identifier: MIT */
#include "floods.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../lua/labops.h"
#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/flood.h"
#include "../netns/world.h"
#include "../netns/world_door.h"
#include "record.h"
#include "watch.h"

/*
 * A flood runs beside the lab: floods_work() sends a part of it in every turn of the engine.
 *
 * With a rate, SYN number k is due k / rate seconds after the first; the engine wakes
 * for it, but not more often than each PACE, and sends then what has become due. So on a
 * virtual clock the flood is the same in every run, and on a real one a late engine
 * catches up. Without a rate a turn sends TURN_BATCHES batches: that is as fast as it
 * goes with dumps, judgement and the lab's own actors between.
 *
 * After each batch the taps are read. Without privileges over the machine their buffers hold some
 * 400 frames, which is a batch and the answers to it: nothing is lost that way, and what is
 * lost all the same the kernel counts (`unseen`).
 */

#define PACE         (1 * NS_PER_MS)
#define TURN_BATCHES 8
/* Of the seed; those below belong to the links. */
#define FLOOD_STREAMS 1024

/*
 * @done_fd: readable when it is over
 * @begun:   run clock
 */
struct one {
	struct flood *flood;
	struct lab_flood asked;
	struct endpoint to;
	unsigned id;
	int done_fd;
	bool over;
	int64_t begun;
	uint64_t tried, sent;
};

struct floods {
	const struct world *world;
	struct watch *watch;
	struct record *rec;
	const int64_t *zero;
	uint64_t seed;
	size_t n;
	struct one all[FLOODS_MAX];
};

struct floods *floods_new(const struct world *world, struct watch *watch, struct record *rec,
			  const int64_t *zero, uint64_t seed)
{
	struct floods *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->world = world;
	f->watch = watch;
	f->rec = rec;
	f->zero = zero;
	f->seed = seed;
	return f;
}

void floods_free(struct floods *f)
{
	for (size_t i = 0; f && i < f->n; i++) {
		flood_close(f->all[i].flood);
		close(f->all[i].done_fd);
	}
	free(f);
}

static int64_t run_now(const struct floods *f)
{
	return clock_now() - *f->zero;
}

static struct endpoint victim(const struct host *h, uint16_t port)
{
	struct endpoint ep = { .port = port };

	ep.addr[10] = ep.addr[11] = 0xff;
	memcpy(ep.addr + 12, &h->ipv4, 4);
	return ep;
}

static int open_flood(const struct floods *f, struct one *o, struct err *err)
{
	const struct host *h = world_host(f->world, o->asked.to);
	struct flood_spec spec = { .to = h->ipv4,
				   .port = o->asked.port,
				   .from = o->asked.from,
				   .prefix = o->asked.prefix,
				   .seed = f->seed,
				   .stream = FLOOD_STREAMS + o->id };
	struct world_door door;

	world_door(f->world, o->asked.to, &door);
	spec.net = door.net;
	spec.ifindex = door.ifindex;
	memcpy(spec.src, door.mac, sizeof(spec.src));
	memcpy(spec.dst, h->mac, sizeof(spec.dst));
	return flood_open(&spec, &o->flood, err);
}

static void say_start(struct floods *f, const struct one *o)
{
	char addr[INET_ADDRSTRLEN];
	json_t *ev = json_pack("{s:I, s:s, s:i, s:I, s:o}", "id", (json_int_t)o->id, "host",
			       world_host(f->world, o->asked.to)->name, "port", o->asked.port,
			       "count", (json_int_t)o->asked.count, "from",
			       json_sprintf("%s/%u",
					    inet_ntop(AF_INET, &o->asked.from, addr, sizeof(addr)),
					    o->asked.prefix));

	if (o->asked.rate)
		json_object_set_new(ev, "rate", json_integer((json_int_t)o->asked.rate));
	if (o->asked.duration)
		json_object_set_new(ev, "duration", json_integer(o->asked.duration));
	record_event(f->rec, "flood", o->begun, ev);
}

int floods_start(struct floods *f, const struct lab_flood *x, unsigned *id, struct err *err)
{
	struct one *o = &f->all[f->n];
	int rc;

	if (f->n == FLOODS_MAX)
		return err_set(err, EMFILE, "a lab can make %d floods", FLOODS_MAX);
	*o = (struct one){ .asked = *x,
			   .id = (unsigned)f->n + 1,
			   .to = victim(world_host(f->world, x->to), x->port),
			   .begun = run_now(f) };
	o->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (o->done_fd < 0)
		return err_set(err, errno, "flood: eventfd: %s", strerror(errno));
	rc = open_flood(f, o, err);
	if (rc < 0) {
		close(o->done_fd);
		return rc;
	}
	f->n++;
	*id = o->id;
	watch_crowd(f->watch, &o->to, -1, true);
	say_start(f, o);
	return 0;
}

void floods_get(const struct floods *f, unsigned id, struct lab_flood_state *out)
{
	const struct one *o = &f->all[id - 1];

	*out = (struct lab_flood_state){ .sent = o->sent, .over = o->over, .fd = o->done_fd };
}

static void finish(struct floods *f, struct one *o)
{
	const uint64_t one = 1;
	const uint64_t lost = flood_lost(o->flood);
	json_t *ev;

	if (o->over)
		return;
	o->over = true;
	/* An eventfd that counts to one has room for it. */
	if (write(o->done_fd, &one, sizeof(one)) != sizeof(one))
		abort();
	watch_crowd(f->watch, &o->to, -1, false);
	watch_report_folds(f->watch);
	ev = json_pack("{s:I, s:s, s:I}", "id", (json_int_t)o->id, "host",
		       world_host(f->world, o->asked.to)->name, "sent", (json_int_t)o->sent);
	if (lost)
		json_object_set_new(ev, "lost", json_integer((json_int_t)lost));
	record_event(f->rec, "flooded", run_now(f), ev);
}

void floods_stop(struct floods *f, unsigned id)
{
	finish(f, &f->all[id - 1]);
}

/* How many SYNs should have been sent at @now. */
static uint64_t wanted(const struct one *o, int64_t now)
{
	const uint64_t ns = now > o->begun ? (uint64_t)(now - o->begun) : 0;
	uint64_t n;

	if (!o->asked.rate)
		return o->tried + (uint64_t)TURN_BATCHES * FLOOD_BATCH;
	n = 1 + ns / NS_PER_S * o->asked.rate + ns % NS_PER_S * o->asked.rate / NS_PER_S;
	return n;
}

static bool timed_out(const struct one *o, int64_t now)
{
	return o->asked.duration > 0 && now >= o->begun + o->asked.duration;
}

static int work_one(struct floods *f, struct one *o, struct err *err)
{
	const int64_t now = run_now(f);
	const bool late = timed_out(o, now);
	uint64_t n = wanted(o, late ? o->begun + o->asked.duration : now);

	if (late && !o->asked.rate)
		n = o->tried;
	if (n > o->asked.count)
		n = o->asked.count;
	/* A paced one that has fallen far behind must not hold the engine for longer either. */
	if (n > o->tried + 4ull * TURN_BATCHES * FLOOD_BATCH)
		n = o->tried + 4ull * TURN_BATCHES * FLOOD_BATCH;
	while (o->tried < n) {
		const uint64_t part = n - o->tried < FLOOD_BATCH ? n - o->tried : FLOOD_BATCH;
		int rc = flood_send(o->flood, (size_t)part, err);

		if (rc < 0)
			return rc;
		o->tried += part;
		o->sent += (uint64_t)rc;
		rc = watch_packets(f->watch, err);
		if (rc < 0)
			return rc;
	}
	if (o->tried >= o->asked.count || late)
		finish(f, o);
	return 0;
}

int floods_work(struct floods *f, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < f->n && rc == 0; i++) {
		if (!f->all[i].over)
			rc = work_one(f, &f->all[i], err);
	}
	return rc;
}

static int64_t due_one(const struct one *o, int64_t now)
{
	const uint64_t rate = o->asked.rate;
	int64_t due;

	if (!rate)
		return now;
	/* Rounded up: at this time wanted() counts it. */
	due = o->begun + (int64_t)(o->tried / rate * NS_PER_S +
				   (o->tried % rate * NS_PER_S + rate - 1) / rate);
	if (rate > NS_PER_S / PACE)
		due = o->begun + (due - o->begun + PACE - 1) / PACE * PACE;
	if (o->asked.duration > 0 && due > o->begun + o->asked.duration)
		due = o->begun + o->asked.duration;
	return due;
}

int64_t floods_due(const struct floods *f, int64_t now)
{
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < f->n; i++) {
		const int64_t one = f->all[i].over ? INT64_MAX : due_one(&f->all[i], now);

		if (one < due)
			due = one;
	}
	return due;
}

void floods_end(struct floods *f)
{
	for (size_t i = 0; f && i < f->n; i++)
		finish(f, &f->all[i]);
}
