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
#include "engine.h"
#include "field.h"
#include "header.h"
#include "place.h"
#include "silence.h"

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
#define CONSOLE_KEPT   2048
#define TICK_MS        1000

/*
 * @last: time of the latest event
 * @line: what has come of a line so far, @len bytes
 * @console: the end of what a lab kernel said
 * @silence: how long a lab kernel may say nothing, ns
 * @silent: it was ended because it said nothing
 * @ended: a lab kernel ended, with its record's pipe still open
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
	char console[CONSOLE_KEPT];
	size_t n_console;
	int64_t silence;
	bool silent, ended;
};

const char *verdict_word(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return "pass";
	case VERDICT_SKIP:
		return "skip";
	case VERDICT_FAIL:
		return "fail";
	case VERDICT_BROKEN:
		break;
	}
	return "broken";
}

enum verdict verdict_parse(const char *word)
{
	static const enum verdict all[] = { VERDICT_PASS, VERDICT_SKIP, VERDICT_FAIL };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (strcmp(word, verdict_word(all[i])) == 0)
			return all[i];
	}
	return VERDICT_BROKEN;
}

void front_die_of(int signal)
{
	const struct sigaction dfl = { .sa_handler = SIG_DFL };

	sigaction(signal, &dfl, NULL);
	raise(signal);
}

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
	r->out->verdict = verdict_parse(v);
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
	/* Not in the record of a virtual clock, which is the same every time; a live view is told.
	 */
	if (field_is(ev, "ev", "verdict") && !field_has(ev, "wall"))
		json_object_set_new(ev, "wall",
				    json_integer((json_int_t)(clock_now() - r->out->wall)));
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
	if (field_is(ev, "ev", "wait")) {
		rc = r->fn(r->arg, ev, NULL, 0, err);
		json_decref(ev);
		return rc;
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

/* Keep the end of what a lab kernel says itself. */
static void read_console(struct run *r, int fd)
{
	char text[1024];
	ssize_t n = read(fd, text, sizeof(text));
	size_t keep = sizeof(r->console) - 1;

	if (n <= 0)
		return;
	if (r->n_console + (size_t)n > keep) {
		size_t drop = r->n_console + (size_t)n - keep;

		memmove(r->console, r->console + drop, r->n_console - drop);
		r->n_console -= drop;
	}
	for (ssize_t i = 0; i < n; i++) {
		if (text[i] != '\r')
			r->console[r->n_console++] = text[i];
	}
	r->console[r->n_console] = '\0';
}

/* A second has passed in which nothing happened. */
static int tick(struct run *r, struct err *err)
{
	json_t *ev = json_pack("{s:s}", "ev", "tick");
	int rc = r->fn(r->arg, ev, NULL, 0, err);

	json_decref(ev);
	return rc;
}

/* Take lines until the engine is done, a signal comes or nobody wants more. */
static int follow(struct run *r, const struct place *place, int record_fd, int signal_fd,
		  struct err *err)
{
	const int console_fd = place_console(place);
	const int silence = (int)(r->silence / NS_PER_MS);
	const int patience = console_fd >= 0 ? silence : r->spec->announce ? TICK_MS : -1;
	struct pollfd p[4] = { { .fd = record_fd, .events = POLLIN },
			       { .fd = signal_fd, .events = POLLIN },
			       { .fd = console_fd, .events = POLLIN },
			       { .fd = place_pidfd(place), .events = POLLIN } };
	struct signalfd_siginfo si;
	int rc = 0;

	while (rc == 0) {
		/* Virtual time does not wait: a lab kernel that says nothing for so long is stuck.
		 */
		int n = poll(p, 4, patience);

		if (n < 0 && errno != EINTR)
			return err_set(err, errno, "poll: %s", strerror(errno));
		if (n == 0 && console_fd < 0) {
			rc = tick(r, err);
			continue;
		}
		if (n == 0) {
			r->silent = true;
			return 0;
		}
		if (n > 0 && p[1].revents &&
		    read(signal_fd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
			r->out->signal = (int)si.ssi_signo;
			return 0;
		}
		if (n > 0 && p[2].revents & POLLIN)
			read_console(r, console_fd);
		else if (n > 0 && p[2].revents)
			p[2].fd = -1;
		if (n > 0 && p[0].revents) {
			rc = read_lines(r, record_fd, err);
		} else if (n > 0 && p[3].revents) {
			r->ended = true;
			return 0;
		}
	}
	return rc < 0 ? rc : 0;
}

/* The last lines of the kernel that played it, to be told with the verdict. */
static const char *last_words(const struct run *r)
{
	const char *at = r->console + r->n_console;

	for (unsigned lines = 0; at > r->console && lines < 6; at--)
		lines += at[-1] == '\n';
	return at;
}

static int end_of(struct run *r, int status, struct err *err)
{
	const char *remedy =
		"run it again; if it happens again it is a defect of tcplab: please report it";
	char why[256 + CONSOLE_KEPT], limit[DURATION_MAX_TEXT];
	size_t n;

	if (r->out->signal) {
		snprintf(why, sizeof(why), "stopped by %s",
			 r->out->signal == SIGINT ? "Ctrl-C" : strsignal(r->out->signal));
		return say_verdict(r, "broken", why, NULL, err);
	}
	if (r->silent) {
		snprintf(why, sizeof(why), "the lab kernel said nothing for %s and was ended",
			 duration_format(r->silence, limit));
		remedy = "on a machine that is this slow let TCPLAB_SILENCE be longer, such as "
			 "5min; --kernel host tells whether it is a call of the lab that has no "
			 "end; otherwise it is a defect of tcplab: please report it";
	} else if (WIFSIGNALED(status))
		snprintf(why, sizeof(why), "the engine was ended by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(why, sizeof(why), "the engine ended with status %d and without a verdict",
			 WEXITSTATUS(status));
	n = strlen(why);
	if (r->n_console)
		snprintf(why + n, sizeof(why) - n, "; the kernel's last words: %s", last_words(r));
	for (char *c = why; *c; c++) {
		if (*c == '\n')
			*c = c[1] ? ';' : '\0';
	}
	return say_verdict(r, "broken", why, remedy, err);
}

int front_run(const struct engine_spec *spec, front_event_fn *fn, void *arg, struct outcome *out,
	      struct err *err)
{
	struct run r = { .spec = spec, .fn = fn, .arg = arg, .out = out };
	struct place place;
	_cleanup_close_ int signal_fd = -1, reader = -1;
	struct err why = ERR_INIT;
	sigset_t set, old;
	int pipe_fd[2], rc, status;

	*out = (struct outcome){ .verdict = VERDICT_BROKEN,
				 .failed = json_array(),
				 .wall = clock_now() };
	rc = silence_limit(&r.silence, err);
	if (rc < 0)
		return rc;
	if (pipe2(pipe_fd, O_CLOEXEC) != 0)
		return err_set(err, errno, "pipe: %s", strerror(errno));
	reader = pipe_fd[0];

	fflush(NULL); /* the engine must not have our unwritten output */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	rc = place_start(&place, spec, pipe_fd[1], reader, &why);
	close(pipe_fd[1]);
	if (rc != 0) {
		rc = say_verdict(&r, "skip", why.msg, why.remedy, err);
		out->wall = clock_now() - out->wall;
		return rc;
	}
	sigprocmask(SIG_BLOCK, &set, &old);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	rc = follow(&r, &place, reader, signal_fd, err);
	if (rc != 0 || out->signal || r.silent || r.ended) {
		status = place_end(&place, !r.ended);
		/* What the engine had already said is part of the record. */
		while (rc == 0)
			rc = read_lines(&r, reader, err);
		rc = rc > 0 ? 0 : rc;
		if (rc == 0)
			rc = end_of(&r, status, err);
	} else {
		status = place_end(&place, false);
		rc = end_of(&r, status, err);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	free(r.line);
	out->wall = clock_now() - out->wall;
	return rc;
}
