/* SPDX-License-Identifier: MIT */
#include "programs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lua/labops.h"
#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/program.h"
#include "../netns/world.h"
#include "columns.h"
#include "record.h"
#include "watch.h"

/*
 * A program on a host makes socket calls that the engine does not see. What they
 * cause is seen by what it makes happen: packets, and the timers of sockets. When a program
 * writes something or ends it has very likely done something with its sockets as well,
 * so its host is looked at then.
 *
 * A program is over in two steps that come in any order: its process ends, and its pipes are
 * closed, which a child of its own may hold open for longer. The record has its last
 * words before its end where both come at once.
 *
 * What it writes is a stranger's text: cut into lines, long ones cut off, cleaned, and counted
 * past a limit. Each turn takes a bounded amount of it, so that a flood does not
 * keep the engine from its packets.
 */

#define SAID_LINES   3
#define SAID_BYTES   120
#define READ_AT_ONCE 16384
#define DRAIN_AT_END (256 * 1024)
#define KILL_LIMIT   (2 * NS_PER_S)

/* A line so far; @cut: more of it came than there is room for. */
struct line {
	char text[PROGRAMS_MAX_LINE];
	size_t len;
	bool cut;
};

/*
 * @kept, @unrecorded: lines in the record, and those past the limit
 * @said, @n_said: its last lines, a ring, and how many there were; @last_words the same in one
 * text, and behind them what is not a whole line yet
 */
struct one {
	struct program process;
	unsigned id, host;
	bool ended;
	struct program_end end;
	struct line line[2];
	uint64_t kept, unrecorded;
	char said[SAID_LINES][SAID_BYTES];
	size_t n_said;
	char last_words[(SAID_LINES + 2) * (SAID_BYTES + 4)];
};

struct programs {
	const struct world *world;
	struct watch *watch;
	struct record *rec;
	const int64_t *zero;
	size_t n;
	struct one *all[PROGRAMS_MAX];
};

struct programs *programs_new(const struct world *world, struct watch *watch, struct record *rec,
			      const int64_t *zero)
{
	struct programs *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->world = world;
	p->watch = watch;
	p->rec = rec;
	p->zero = zero;
	return p;
}

void programs_free(struct programs *p)
{
	for (size_t i = 0; p && i < p->n; i++) {
		program_close(&p->all[i]->process);
		free(p->all[i]);
	}
	free(p);
}

static int64_t run_now(const struct programs *p)
{
	return clock_now() - *p->zero;
}

static const char *host_name(const struct programs *p, unsigned host)
{
	return world_host(p->world, host)->name;
}

/* Does it still hold descriptors? */
static bool alive(const struct one *o)
{
	return !o->ended || o->process.out[0] >= 0 || o->process.out[1] >= 0;
}

int programs_room(const struct programs *p, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += alive(p->all[i]);
	if (n == PROGRAMS_MAX_RUNNING)
		return err_set(err, EMFILE, "%d programs run already, which is the limit",
			       PROGRAMS_MAX_RUNNING);
	if (p->n == PROGRAMS_MAX)
		return err_set(err, EMFILE, "a lab can start %d programs", PROGRAMS_MAX);
	return 0;
}

static json_t *words(const char *const *argv)
{
	json_t *list = json_array();

	for (; *argv; argv++) {
		_cleanup_free_ char *clean = columns_clean(*argv, strlen(*argv), 1, 0);

		json_array_append_new(list, json_string(clean));
	}
	return list;
}

int programs_start(struct programs *p, const struct lab_exec *x, unsigned *id, struct err *err)
{
	const struct program_spec spec = { .ns = world_host(p->world, x->host)->ns,
					   .argv = x->argv,
					   .env = x->env,
					   .cwd = x->cwd };
	struct program process;
	struct one *o;
	int rc = program_spawn(&spec, &process, err);

	if (rc < 0)
		return rc;
	o = calloc(1, sizeof(*o));
	if (!o)
		abort();
	o->process = process;
	o->host = x->host;
	p->all[p->n++] = o;
	o->id = *id = (unsigned)p->n;
	record_event(p->rec, "program", run_now(p),
		     json_pack("{s:I, s:s, s:o}", "id", (json_int_t)o->id, "host",
			       host_name(p, o->host), "argv", words(x->argv)));
	return 0;
}

/* As much of @text as there is room for, and no half character. */
static void remember(char to[static SAID_BYTES], const char *text)
{
	size_t len = strlen(text);

	if (len >= SAID_BYTES) {
		len = SAID_BYTES - 1;
		while (len > 0 && (text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(to, text, len);
	to[len] = '\0';
}

static void say_line(struct programs *p, struct one *o, int which)
{
	struct line *l = &o->line[which];
	_cleanup_free_ char *clean = NULL;
	size_t len = l->len;

	if (!l->cut && len > 0 && l->text[len - 1] == '\r')
		len--;
	/* Not in the middle of a character. */
	while (l->cut && len > 0 && (l->text[len - 1] & 0xc0) == 0x80)
		len--;
	if (l->cut && len > 0 && (l->text[len - 1] & 0x80))
		len--;
	clean = columns_clean(l->text, len, 1, 0);
	if (*clean)
		remember(o->said[o->n_said++ % SAID_LINES], clean);
	if (o->kept == PROGRAMS_MAX_LINES) {
		o->unrecorded++;
	} else {
		o->kept++;
		record_event(p->rec, "output", run_now(p),
			     json_pack("{s:s, s:I, s:i, s:o}", "host", host_name(p, o->host),
				       "program", (json_int_t)o->id, "fd", which + 1, "text",
				       json_sprintf("%s%s", clean, l->cut ? "…" : "")));
	}
	l->len = 0;
	l->cut = false;
}

static void take_text(struct programs *p, struct one *o, int which, const char *text, size_t n)
{
	struct line *l = &o->line[which];

	for (; n > 0; n--, text++) {
		if (*text == '\n')
			say_line(p, o, which);
		else if (l->len < sizeof(l->text))
			l->text[l->len++] = *text;
		else
			l->cut = true;
	}
}

/* Return: did it write anything, or close the pipe? */
static bool take_output(struct programs *p, struct one *o, int which, size_t most)
{
	int *fd = &o->process.out[which];
	char buf[READ_AT_ONCE];
	bool any = false;

	while (*fd >= 0 && most > 0) {
		ssize_t n = read(*fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		any = true;
		if (n <= 0) {
			if (o->line[which].len > 0)
				say_line(p, o, which);
			close(*fd);
			*fd = -1;
			break;
		}
		take_text(p, o, which, buf, (size_t)n);
		most -= (size_t)n < most ? (size_t)n : most;
	}
	return any;
}

/* Return: has it ended since the last look? */
static bool see_end(struct programs *p, struct one *o)
{
	struct err err = ERR_INIT;
	int rc = o->ended ? 0 : program_ended(&o->process, &o->end, &err);
	json_t *ev;

	if (rc == 0)
		return false;
	/* Its waiting child is always ours to wait for. */
	if (rc < 0)
		abort();
	o->ended = true;
	close(steal_fd(&o->process.pidfd));
	for (int which = 0; which < 2; which++)
		take_output(p, o, which, DRAIN_AT_END);
	ev = json_pack("{s:I}", "id", (json_int_t)o->id);
	if (o->end.signal) {
		json_object_set_new(ev, "signal",
				    json_sprintf("SIG%s", sigabbrev_np(o->end.signal) ?: "?"));
	} else {
		json_object_set_new(ev, "status", json_integer(o->end.status));
	}
	if (o->unrecorded)
		json_object_set_new(ev, "unrecorded", json_integer((json_int_t)o->unrecorded));
	record_event(p->rec, "ended", run_now(p), ev);
	return true;
}

/* What one would look at if it had gone wrong. */
static const char *last_words(struct one *o)
{
	const size_t first = o->n_said > SAID_LINES ? o->n_said - SAID_LINES : 0;
	size_t at = 0;

	o->last_words[0] = '\0';
	for (size_t i = first; i < o->n_said; i++)
		at += (size_t)snprintf(o->last_words + at, sizeof(o->last_words) - at, "%s%s",
				       i > first ? " / " : "", o->said[i % SAID_LINES]);
	for (int which = 0; which < 2; which++) {
		_cleanup_free_ char *clean =
			columns_clean(o->line[which].text, o->line[which].len, 1, 0);
		char begun[SAID_BYTES];

		remember(begun, clean);
		at += (size_t)snprintf(o->last_words + at, sizeof(o->last_words) - at, "%s%s",
				       at && *begun ? " / " : "", begun);
	}
	return o->last_words;
}

void programs_get(struct programs *p, unsigned id, struct lab_program *out)
{
	struct one *o = p->all[id - 1];

	if (see_end(p, o))
		watch_touch(p->watch, o->host);
	*out = (struct lab_program){ .ended = o->ended,
				     .fd = o->process.pidfd,
				     .status = o->end.status,
				     .signal = o->end.signal,
				     .said = last_words(o) };
}

void programs_unready(struct programs *p, unsigned id, uint16_t port, int64_t after, int64_t within)
{
	struct one *o = p->all[id - 1];
	const char *said = last_words(o);
	json_t *ev =
		json_pack("{s:I, s:s, s:I}", "program", (json_int_t)id, "host",
			  host_name(p, o->host), "after", (json_int_t)record_moment(p->rec, after));

	if (within >= 0)
		json_object_set_new(ev, "within", json_integer((json_int_t)within));
	if (port)
		json_object_set_new(ev, "port", json_integer(port));
	if (*said)
		json_object_set_new(ev, "said", json_string(said));
	record_event(p->rec, "unready", run_now(p), ev);
}

int programs_signal(struct programs *p, unsigned id, int signal)
{
	const struct one *o = p->all[id - 1];

	return o->ended ? -ESRCH : program_signal(&o->process, signal);
}

size_t programs_fds(const struct programs *p, struct pollfd *fds)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct program *q = &p->all[i]->process;

		if (!p->all[i]->ended)
			fds[n++] = (struct pollfd){ .fd = q->pidfd, .events = POLLIN };
		for (int which = 0; which < 2; which++) {
			if (q->out[which] >= 0)
				fds[n++] = (struct pollfd){ .fd = q->out[which], .events = POLLIN };
		}
	}
	return n;
}

/* As the first process of our PID namespace: whom the programs have left to us. */
static void reap_orphans(struct programs *p)
{
	pid_t pid;

	while (getpid() == 1 && (pid = program_dead_child()) > 0) {
		for (size_t i = 0; i < p->n; i++) {
			if (!p->all[i]->ended && p->all[i]->process.pid == pid)
				return; /* its turn comes */
		}
		program_reap(pid);
	}
}

void programs_work(struct programs *p)
{
	bool any_end = false;

	for (size_t i = 0; i < p->n; i++) {
		struct one *o = p->all[i];
		bool any, end;

		if (!alive(o))
			continue;
		any = take_output(p, o, 0, READ_AT_ONCE);
		any |= take_output(p, o, 1, READ_AT_ONCE);
		end = see_end(p, o);
		any_end |= end;
		if (any || end)
			watch_touch(p->watch, o->host);
	}
	if (any_end)
		reap_orphans(p);
}

void programs_end(struct programs *p)
{
	const int64_t deadline = clock_now() + KILL_LIMIT;

	if (!p || p->n == 0)
		return;
	for (size_t i = 0; i < p->n; i++) {
		if (alive(p->all[i]))
			program_kill_all(&p->all[i]->process);
	}
	for (size_t i = 0; i < p->n; i++) {
		struct one *o = p->all[i];
		struct pollfd fd = { .fd = o->process.pidfd, .events = POLLIN };

		/* One that hangs in the kernel goes with the PID namespace, when it can. */
		while (!o->ended && !see_end(p, o) && clock_now() < deadline)
			poll(&fd, 1, 100);
	}
}
