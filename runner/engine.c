/* SPDX-License-Identifier: MIT */
#include "engine.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/release.h"
#include "../netns/slowclose.h"
#include "announce.h"
#include "enginestate.h"
#include "enginesysctl.h"
#include "floods.h"
#include "header.h"
#include "history.h"
#include "judge.h"
#include "programs.h"
#include "record.h"
#include "told.h"
#include "watch.h"

/*
 * The engine plays one lab in one world and then ends. Its life:
 *
 *   engine_run()    header; build(); turn() until all actors have ended; verdict
 *   build()         world_new(), watch_open(), pinned and asked-for sysctls, lab_start()
 *   turn()          move packets -> read taps -> dump sockets -> judge -> resume actors
 *   wait_for_more() poll(2) on: the front's life, the network, the taps, the
 *                   sockets that actors wait for, programs; until the earliest deadline
 *
 * One thread, one poll(2), no interval: it wakes for a packet, a descriptor
 * or a deadline, and a deadline is always one that somebody named (an actor, an
 * expectation, a kernel timer reported by a dump, the lab's limit). The order
 * within a turn is what makes the record true: packets that the network
 * releases reach the hosts first, then taps are read, then sockets are dumped, so
 * that a state is always younger than the packet that made it and older than the
 * next call of the lab.
 *
 * The engine owns everything and frees it in the reverse order. Script errors,
 * errors of its own and the lab's limit all end in one place, with one verdict.
 * A verdict line is always the last. If the process dies without one, the
 * front says so.
 */

#define LAB_STEP       (10 * NS_PER_US)
#define LAB_STEP_SLACK (1 * NS_PER_US)

static void write_header(struct engine *e)
{
	record_event(e->rec, "header", INT64_MIN, header_json(e->spec, e->world));
	e->header_written = true;
}

static void on_told(void *arg, enum impair_what what, int64_t t, const uint8_t *frame, size_t len,
		    const char *why, int rule)
{
	struct engine *e = arg;

	if (e->watch)
		told_frame(e, what, t, frame, len, why, rule);
}

/* What the lab needs and this machine lacks. Return: 0, or -EOPNOTSUPP: skip. */
static int check_needs(struct engine *e, const char **backend, struct err *err)
{
	struct utsname un;

	uname(&un);
	for (size_t i = 0; i < e->meta->n_needs; i++) {
		const char *need = e->meta->needs[i];

		if (strcmp(need, "netem") == 0) {
			*backend = "netem";
		} else if (strcmp(need, "virtual clock") == 0) {
			if (e->spec->virtual_clock)
				continue;
			err_set(err, EOPNOTSUPP, "this lab needs a virtual clock");
			return err_remedy(err, "run it on a lab kernel: `make kernels`");
		} else if (strcmp(need, "lab kernel") == 0) {
			if (e->spec->lab_kernel)
				continue;
			err_set(err, EOPNOTSUPP, "this lab turns a knob of the whole machine");
			return err_remedy(err, "run it on a lab kernel: `make kernels`");
		} else if (!release_since(un.release, need)) {
			err_set(err, EOPNOTSUPP, "this lab needs Linux %s or later", need);
			return err_remedy(err, "run it on a newer kernel");
		}
	}
	return 0;
}

/*
 * The moment that the run's clock counts from: now. On a virtual clock, wait
 * for a whole ten seconds since the kernel's start: then its 10 ms ticks have the same
 * phase in every run, however long it took to come here, and so has everything that follows.
 * And no machine is in its first second, in which ktime_get_seconds() is 0, which TCP takes for
 * "never": a connection that ends then looks as if it had had no timestamps (tw_ts_recent_stamp).
 */
static int64_t start_time(const struct engine *e)
{
	const int64_t grid = 10 * NS_PER_S;
	const int64_t now = clock_now(), next = (now / grid + 1) * grid;
	const struct timespec ts = { .tv_sec = next / NS_PER_S, .tv_nsec = next % NS_PER_S };

	if (!e->spec->virtual_clock)
		return now;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
	return next;
}

static int build(struct engine *e, struct err *err)
{
	const struct lab_meta *m = e->meta;
	struct world_spec ws = { .n_hosts = m->n_hosts,
				 .backend = e->spec->backend,
				 .seed = e->spec->seed };
	int rc = check_needs(e, &ws.backend, err);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < m->n_hosts; i++) {
		ws.names[i] = m->hosts[i];
		ws.toward[i] = engine_impairment(e, &m->toward[i]);
	}
	rc = world_new(&ws, on_told, e, &e->world, err);
	if (rc != 0)
		return err_context(err, "building the hosts");
	write_header(e);
	rc = watch_open(e->world, e->rec, e->hist, e->spec->virtual_clock, &e->zero, &e->watch,
			err);
	if (rc == 0)
		rc = enginesysctl_begin(e, err);
	if (rc != 0)
		return rc;
	e->judge = judge_new(e->world, e->watch, e->hist, e->rec, !e->spec->virtual_clock);
	e->programs = programs_new(e->world, e->watch, e->rec, &e->zero);
	e->floods = floods_new(e->world, e->watch, e->rec, &e->zero, e->spec->seed);
	e->zero = start_time(e);
	return lab_start(e->spec->lab, &engine_ops, e, err);
}

/* Is what this actor waits for there? */
static bool actor_ready(const struct engine *e, size_t i, int64_t now, enum lab_wake *why)
{
	const struct lab_wait *w = lab_actor_wait(e->spec->lab, i);
	struct pollfd p = { .fd = w->fd, .events = (short)w->events };

	*why = LAB_WAKE_READY;
	switch (w->kind) {
	case LAB_WAIT_NOTHING:
		return true;
	case LAB_WAIT_FD:
		if (poll(&p, 1, 0) > 0)
			return true;
		break;
	case LAB_WAIT_TIME:
		break;
	case LAB_WAIT_EXPECT:
		return !judge_pending(e->judge, (unsigned)i);
	case LAB_WAIT_ACTOR:
	case LAB_WAIT_ENDED:
		return false;
	}
	if (w->deadline >= 0 && now >= w->deadline) {
		*why = w->kind == LAB_WAIT_TIME ? LAB_WAKE_READY : LAB_WAKE_TIMEOUT;
		return true;
	}
	return false;
}

static bool all_ended(const struct engine *e)
{
	for (size_t i = 0; i < lab_actor_count(e->spec->lab); i++) {
		if (lab_actor_wait(e->spec->lab, i)->kind != LAB_WAIT_ENDED)
			return false;
	}
	return true;
}

/* The lab has had all the time it said it would need. */
static int over_limit(const struct engine *e, struct err *err)
{
	char limit[DURATION_MAX_TEXT];
	const char *what = "";

	for (size_t i = 0; i < lab_actor_count(e->spec->lab) && !*what; i++) {
		const struct lab_wait *w = lab_actor_wait(e->spec->lab, i);

		if (w->kind != LAB_WAIT_ENDED && w->what)
			what = w->what;
	}
	err_set(err, ETIME, "the lab did not end within its limit of %s%s%s",
		duration_format(e->meta->limit, limit), *what ? "; it waits in " : "", what);
	return err_remedy(err, "give the call a timeout, or the lab a longer `limit`");
}

/*
 * On a virtual clock a turn takes no time, so one look at the clock is enough for all of it. On a
 * real one this is where the time begins that measure_lateness() looks at.
 */
static void new_turn(struct engine *e)
{
	if (e->spec->virtual_clock) {
		clock_hold();
		return;
	}
	e->wall = clock_now();
	e->cpu = clock_cpu();
}

/*
 * What a turn took beyond its own processor time: another process had the processor, or a call
 * waited in the kernel. Whatever the lab does next is late by so much.
 */
static void measure_lateness(struct engine *e)
{
	const int64_t wall = e->wall, cpu = e->cpu;

	if (e->spec->virtual_clock)
		return;
	new_turn(e);
	judge_held_up(e->judge, (e->wall - wall) - (e->cpu - cpu));
	judge_held_up(e->judge, watch_late(e->watch));
	judge_late(e->judge, world_late(e->world));
}

/* Packets, sockets, judgement: everything that can be known now. */
static int observe(struct engine *e, struct err *err)
{
	int rc = world_work(e->world, err);

	programs_work(e->programs);
	if (rc >= 0)
		rc = floods_work(e->floods, err);
	if (rc >= 0)
		rc = watch_packets(e->watch, err);
	if (rc >= 0)
		rc = watch_sockets(e->watch, err);
	measure_lateness(e);
	if (rc >= 0)
		rc = judge_turn(e->judge, engine_now(e), err);
	return rc < 0 ? rc : 0;
}

/*
 * Segments come 7 us after the delay that was asked for (engine_impairment()), and these add up
 * from answer to answer, while the kernel's timers are a few 100 ns late by chance: sooner or later
 * a call would be made right at the edge between two grains of the record. So a lab on a virtual
 * clock goes on at whole multiples of LAB_STEP only. Return: is it one now? If not, time has
 * passed.
 */
static bool in_step(struct engine *e)
{
	const int64_t off = engine_now(e) % LAB_STEP, next = clock_now() - off + LAB_STEP;
	const struct timespec ts = { .tv_sec = next / NS_PER_S, .tv_nsec = next % NS_PER_S };

	if (!e->spec->virtual_clock || off < LAB_STEP_SLACK)
		return true;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
	new_turn(e);
	return false;
}

static int turn(struct engine *e, struct err *err)
{
	bool again = true, stepped = false;
	int rc = observe(e, err);

	while (rc == 0 && again) {
		again = false;
		for (size_t i = 0; rc == 0 && i < lab_actor_count(e->spec->lab); i++) {
			enum lab_wake why;

			if (!actor_ready(e, i, engine_now(e), &why))
				continue;
			again = true;
			if (!stepped && !in_step(e)) {
				stepped = true;
				break;
			}
			rc = lab_resume(e->spec->lab, i, why, err);
			if (e->broken.code) {
				*err = e->broken;
				rc = -err->code;
			}
		}
		if (rc == 0 && again)
			rc = observe(e, err);
	}
	if (rc == 0 && record_full(e->rec))
		rc = err_set(err, EFBIG, "the run made more events than a record may hold");
	if (rc == 0 && engine_now(e) > e->meta->limit)
		rc = over_limit(e, err);
	return rc;
}

/* The earliest moment at which something is due although nothing happens. */
static int64_t next_deadline(const struct engine *e)
{
	int64_t due = e->meta->limit + 1;
	int64_t other = watch_due(e->watch);

	if (other < due)
		due = other;
	other = judge_due(e->judge);
	if (other < due)
		due = other;
	other = floods_due(e->floods, engine_now(e));
	if (other < due)
		due = other;
	for (size_t i = 0; i < lab_actor_count(e->spec->lab); i++) {
		const struct lab_wait *w = lab_actor_wait(e->spec->lab, i);

		if ((w->kind == LAB_WAIT_FD || w->kind == LAB_WAIT_TIME) && w->deadline >= 0 &&
		    w->deadline < due)
			due = w->deadline;
	}
	return due;
}

/* Return: 0, or -EPIPE when whoever reads the record is gone. */
static int wait_for_more(struct engine *e, struct err *err)
{
	const size_t n_actors = lab_actor_count(e->spec->lab);
	struct pollfd p[2 + WORLD_MAX_HOSTS + ENGINE_MAX_ACTORS + PROGRAMS_MAX_FDS];
	const int64_t due = next_deadline(e), wait = due - engine_now(e);
	const struct timespec ts = { .tv_sec = wait > 0 ? wait / NS_PER_S : 0,
				     .tv_nsec = wait > 0 ? wait % NS_PER_S : 0 };
	nfds_t n = 0;
	int rc;

	p[n++] = (struct pollfd){ .fd = e->life_fd };
	p[n++] = (struct pollfd){ .fd = world_fd(e->world), .events = POLLIN };
	for (size_t i = 0; i < world_host_count(e->world); i++)
		p[n++] = (struct pollfd){ .fd = watch_fd(e->watch, i), .events = POLLIN };
	for (size_t i = 0; i < n_actors && i < ENGINE_MAX_ACTORS; i++) {
		const struct lab_wait *w = lab_actor_wait(e->spec->lab, i);

		if (w->kind == LAB_WAIT_FD)
			p[n++] = (struct pollfd){ .fd = w->fd, .events = (short)w->events };
	}
	n += programs_fds(e->programs, p + n);
	if (e->spec->announce)
		announce_wait(e, due);
	rc = ppoll(p, n, &ts, NULL);
	if (rc < 0 && errno != EINTR)
		return err_set(err, errno, "poll: %s", strerror(errno));
	new_turn(e);
	if (rc == 0)
		judge_late(e->judge, engine_now(e) - due);
	if (rc > 0 && p[0].revents)
		return err_set(err, EPIPE, "the front is gone");
	return 0;
}

static int play(struct engine *e, struct err *err)
{
	int rc;

	new_turn(e);
	for (;;) {
		rc = turn(e, err);
		if (rc != 0 || all_ended(e))
			break;
		rc = record_flush(e->rec, watch_settled(e->watch), err);
		if (rc == 0)
			rc = wait_for_more(e, err);
		if (rc != 0)
			break;
	}
	if (rc == 0)
		rc = watch_report_counters(e->watch, err);
	clock_let_go();
	return rc;
}

static void write_verdict(struct engine *e, int rc, const struct err *err, int64_t begun)
{
	const size_t passed = e->judge ? judge_passed(e->judge) : 0;
	const size_t failed = e->judge ? judge_failed(e->judge) : 0;
	const int64_t run_now = e->world ? engine_now(e) : 0;
	const int64_t run = record_moment(e->rec, run_now);
	const char *verdict = failed ? "fail" : "pass";
	const uint64_t unseen =
		(e->watch ? watch_unseen(e->watch) : 0) + (e->world ? world_lost(e->world) : 0);
	json_t *o;

	if (rc != 0) {
		/* What this machine lacks shows before it watches; later errors are the lab's or
		 * the user's. */
		verdict = !e->watch && (rc == -EOPNOTSUPP || rc == -EPERM || rc == -ENOSYS)
				  ? "skip"
				  : "broken";
	}
	o = json_pack("{s:s, s:I, s:I, s:I}", "verdict", verdict, "passed", (json_int_t)passed,
		      "failed", (json_int_t)failed, "run", (json_int_t)run);
	/* In a lab kernel there is no other clock to be had; the front knows it. */
	if (!e->spec->virtual_clock)
		json_object_set_new(o, "wall", json_integer((json_int_t)(clock_now() - begun)));
	if (rc != 0) {
		json_object_set_new(o, "why", json_string(err->msg));
		if (err->remedy[0])
			json_object_set_new(o, "remedy", json_string(err->remedy));
	}
	if (unseen)
		json_object_set_new(o, "unseen", json_integer((json_int_t)unseen));
	record_event(e->rec, "verdict", run_now, o);
}

static int watchdog_fd = -1;

/* Async-signal-safe: the script holds the thread, nothing else will get to run. */
static void watchdog(const char *message)
{
	char line[512] = "{\"ev\":\"verdict\",\"t\":0,\"verdict\":\"broken\",\"why\":\"";
	size_t n = strlen(line);

	for (; *message && n < sizeof(line) - 64; message++) {
		if (*message >= ' ' && *message != '"' && *message != '\\')
			line[n++] = *message;
	}
	memcpy(line + n, "\",\"by\":\"watchdog\"}\n", 19);
	if (write(watchdog_fd, line, n + 19) < 0)
		_exit(2);
	_exit(0);
}

int engine_run(const struct engine_spec *spec, int record_fd, int life_fd)
{
	struct engine e = { .spec = spec, .life_fd = life_fd };
	const int64_t begun = clock_now();
	struct err err = ERR_INIT;
	int rc;

	/* Deadlines are met as exactly as the kernel can, not within its usual 50 us. */
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	watchdog_fd = record_fd;
	/* Where code takes no time this can never end it; the front does, by the silence. */
	if (!spec->virtual_clock)
		lab_watchdog(watchdog);
	e.meta = lab_meta(spec->lab);
	e.rec = record_new(record_fd, spec->virtual_clock ? RECORD_VIRTUAL_GRAIN : 1);
	e.hist = history_new();
	e.zero = begun;

	rc = build(&e, &err);
	if (!e.header_written)
		write_header(&e);
	if (rc == 0)
		rc = play(&e, &err);
	programs_end(e.programs);
	floods_end(e.floods);
	if (e.watch)
		watch_report_folds(e.watch);
	write_verdict(&e, rc, &err, begun);
	rc = record_flush(e.rec, INT64_MAX, &err);

	floods_free(e.floods);
	programs_free(e.programs);
	judge_free(e.judge);
	watch_close(e.watch);
	world_free(e.world);
	history_free(e.hist);
	record_free(e.rec);
	slow_close_wait();
	return rc == 0 ? 0 : 1;
}
