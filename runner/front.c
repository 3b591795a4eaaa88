/* SPDX-License-Identifier: MIT */
#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/sandbox.h"
#include "engine.h"
#include "field.h"
#include "header.h"

/*
 * The front's side of a run: two processes, one pipe of record lines. It
 * reads lines, hands each on, and looks at two events only: the header and the
 * verdict. It waits in poll(2) for a line or for a signal, so that Ctrl-C ends a
 * run at any moment; the engine is in a session of its own and gets no signal
 * from the terminal. Whatever happens, the engine is reaped before front_run()
 * returns, and with it the world is gone.
 */

#define LINE_ROOM      (64 * 1024)
#define LINE_MAX_BYTES (16 * 1024 * 1024)

/*
 * @last: time of the latest event
 * @line: what has come of a line so far, @len bytes
 */
struct run {
	const struct engine_spec *spec;
	front_event_fn *fn;
	void *arg;
	int64_t last;
	struct outcome *out;
	bool seen_header, seen_verdict;
	char *line;
	size_t len, room;
};

int front_status(enum verdict worst)
{
	switch (worst) {
	case VERDICT_PASS:
		return 0;
	case VERDICT_SKIP:
		return 3;
	case VERDICT_FAIL:
		return 1;
	case VERDICT_BROKEN:
		break;
	}
	return 2;
}

void outcome_free(struct outcome *o)
{
	json_decref(o->failed);
	o->failed = NULL;
}

static bool must_run(void)
{
	const char *env = getenv("TCPLAB_MUST_RUN");

	return env && strcmp(env, "1") == 0;
}

static void note_verdict(struct run *r, const json_t *ev)
{
	const char *v = field_text(ev, "verdict");

	r->seen_verdict = true;
	if (strcmp(v, "pass") == 0)
		r->out->verdict = VERDICT_PASS;
	else if (strcmp(v, "fail") == 0)
		r->out->verdict = VERDICT_FAIL;
	else if (strcmp(v, "skip") == 0)
		r->out->verdict = VERDICT_SKIP;
	else
		r->out->verdict = VERDICT_BROKEN;
}

static int hand_on(struct run *r, json_t *ev, const char *line, size_t len, struct err *err)
{
	_cleanup_free_ char *again = NULL;

	if (field_is(ev, "ev", "header")) {
		r->seen_header = true;
	} else if (field_is(ev, "ev", "expect")) {
		if (field_is(ev, "verdict", "pass"))
			r->out->passed++;
		else
			json_array_append(r->out->failed, json_object_get(ev, "name"));
	} else if (field_is(ev, "ev", "verdict")) {
		if (field_is(ev, "verdict", "skip") && must_run()) {
			json_object_set_new(ev, "verdict", json_string("broken"));
			json_object_set_new(
				ev, "why",
				json_sprintf("TCPLAB_MUST_RUN=1, and the lab cannot run: %s",
					     field_text(ev, "why")));
			line = NULL;
		}
		note_verdict(r, ev);
	}
	if (!line) {
		again = json_dumps(ev, JSON_COMPACT);
		if (!again)
			abort();
		line = again;
		len = strlen(again);
	}
	return r->fn(r->arg, ev, line, len, err);
}

/* Of an engine that ended before it could write one. */
static int say_header(struct run *r, struct err *err)
{
	json_t *ev;
	int rc;

	if (r->seen_header)
		return 0;
	ev = header_json(r->spec, NULL);
	json_object_set_new(ev, "ev", json_string("header"));
	rc = hand_on(r, ev, NULL, 0, err);
	json_decref(ev);
	return rc;
}

/* Say it ourselves, for an engine that cannot. */
static int say_verdict(struct run *r, const char *verdict, const char *why, const char *remedy,
		       struct err *err)
{
	json_t *ev;
	int rc;

	if (r->seen_verdict)
		return 0;
	rc = say_header(r, err);
	if (rc < 0)
		return rc;
	ev = json_pack("{s:s, s:I, s:s, s:s, s:s, s:I, s:I, s:I}", "ev", "verdict", "t",
		       (json_int_t)r->last, "verdict", verdict, "why", why, "by", "front", "passed",
		       (json_int_t)r->out->passed, "failed",
		       (json_int_t)json_array_size(r->out->failed), "wall",
		       (json_int_t)(clock_now() - r->out->wall));
	if (remedy && *remedy)
		json_object_set_new(ev, "remedy", json_string(remedy));
	rc = hand_on(r, ev, NULL, 0, err);
	json_decref(ev);
	return rc;
}

static int take_line(struct run *r, char *line, size_t len, struct err *err)
{
	json_error_t je;
	json_t *ev;
	int rc;

	if (len == 0)
		return 0;
	ev = json_loadb(line, len, 0, &je);
	if (!json_is_object(ev)) {
		json_decref(ev);
		return err_set(err, EPROTO, "the engine wrote a line that is no event: %s",
			       je.text);
	}
	/* A watchdog's verdict is all that its engine has left to say: no header, no clock. */
	rc = field_is(ev, "ev", "header") ? 0 : say_header(r, err);
	if (field_is(ev, "by", "watchdog")) {
		json_object_set_new(ev, "t", json_integer(r->last));
		line = NULL;
	}
	r->last = field_int(ev, "t");
	if (rc == 0)
		rc = hand_on(r, ev, line, len, err);
	json_decref(ev);
	return rc;
}

/* Read what there is. Return: 1 at the end, 0 otherwise, or -errno. */
static int read_lines(struct run *r, int fd, struct err *err)
{
	char *start, *nl;
	ssize_t n;

	if (r->room - r->len < LINE_ROOM) {
		r->room += LINE_ROOM;
		if (r->room > LINE_MAX_BYTES)
			return err_set(err, EPROTO, "the engine wrote a line longer than 16 MB");
		r->line = realloc(r->line, r->room);
		if (!r->line)
			abort();
	}
	n = read(fd, r->line + r->len, r->room - r->len);
	if (n < 0)
		return errno == EINTR
			       ? 0
			       : err_set(err, errno, "reading the record: %s", strerror(errno));
	if (n == 0)
		return 1;
	r->len += (size_t)n;
	start = r->line;
	while ((nl = memchr(start, '\n', r->len - (size_t)(start - r->line)))) {
		int rc = take_line(r, start, (size_t)(nl - start), err);

		if (rc < 0)
			return rc;
		start = nl + 1;
	}
	r->len -= (size_t)(start - r->line);
	memmove(r->line, start, r->len);
	return 0;
}

struct child {
	const struct engine_spec *spec;
	int record_fd, reader_fd;
};

static int child_main(void *arg, int life_fd)
{
	const struct child *c = arg;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* Only what is wrong with the engine itself may still reach the terminal. */
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return 1;
	close(null);
	close(c->reader_fd);
	return engine_run(c->spec, c->record_fd, life_fd);
}

/* Take lines until the engine is done, a signal comes or nobody wants more. */
static int follow(struct run *r, int record_fd, int signal_fd, struct err *err)
{
	struct pollfd p[2] = { { .fd = record_fd, .events = POLLIN },
			       { .fd = signal_fd, .events = POLLIN } };
	struct signalfd_siginfo si;
	int rc = 0;

	while (rc == 0) {
		if (poll(p, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return err_set(err, errno, "poll: %s", strerror(errno));
		}
		if (p[1].revents && read(signal_fd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
			r->out->signal = (int)si.ssi_signo;
			return 0;
		}
		if (p[0].revents)
			rc = read_lines(r, record_fd, err);
	}
	return rc < 0 ? rc : 0;
}

static int end_of(struct run *r, int status, struct err *err)
{
	char why[256];

	if (r->out->signal) {
		snprintf(why, sizeof(why), "stopped by %s",
			 r->out->signal == SIGINT ? "Ctrl-C" : strsignal(r->out->signal));
		return say_verdict(r, "broken", why, NULL, err);
	}
	if (WIFSIGNALED(status))
		snprintf(why, sizeof(why), "the engine was ended by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(why, sizeof(why), "the engine ended with status %d and without a verdict",
			 WEXITSTATUS(status));
	return say_verdict(
		r, "broken", why,
		"run it again; if it happens again it is a defect of tcplab: please report it",
		err);
}

int front_run(const struct engine_spec *spec, front_event_fn *fn, void *arg, struct outcome *out,
	      struct err *err)
{
	struct run r = { .spec = spec, .fn = fn, .arg = arg, .out = out };
	struct sandbox box = { .pid = -1, .life = -1 };
	struct child child = { .spec = spec };
	_cleanup_close_ int signal_fd = -1, reader = -1;
	struct err why = ERR_INIT;
	sigset_t set, old;
	int pipe_fd[2], rc, status;

	*out = (struct outcome){ .verdict = VERDICT_BROKEN,
				 .failed = json_array(),
				 .wall = clock_now() };
	if (pipe2(pipe_fd, O_CLOEXEC) != 0)
		return err_set(err, errno, "pipe: %s", strerror(errno));
	reader = pipe_fd[0];
	child.reader_fd = pipe_fd[0];
	child.record_fd = pipe_fd[1];

	fflush(NULL); /* the engine must not have our unwritten output */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	rc = sandbox_spawn(&box, child_main, &child, &why);
	close(pipe_fd[1]);
	if (rc != 0) {
		rc = say_verdict(&r, "skip", why.msg, why.remedy, err);
		out->wall = clock_now() - out->wall;
		return rc;
	}
	sigprocmask(SIG_BLOCK, &set, &old);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	rc = follow(&r, reader, signal_fd, err);
	if (rc != 0 || out->signal) {
		sandbox_kill(&box);
		/* What the engine had already said is part of the record. */
		while (rc == 0)
			rc = read_lines(&r, reader, err);
		rc = rc > 0 ? 0 : rc;
		if (rc == 0)
			rc = end_of(&r, 0, err);
	} else {
		status = sandbox_wait(&box);
		rc = end_of(&r, status, err);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	free(r.line);
	out->wall = clock_now() - out->wall;
	return rc;
}
