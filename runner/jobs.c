/* SPDX-License-Identifier: MIT */
#include "jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "view.h"

/*
 * Each job writes into a pipe. The job whose turn it is to be told about (the
 * first that has not ended) has its output passed on as it comes; that of the others is kept.
 * The end of the pipe is the end of the job.
 *
 * A job is in a process group of its own: the terminal's Ctrl-C reaches us only, and we
 * hand it on once. Of jobs that it ended, the one whose turn it is has the word, the
 * others were never heard of. When we are killed the jobs are too
 * (PR_SET_PDEATHSIG), and whatever they had started ends with them.
 */

#define PIPE_READ 65536

/* How a job ended, in memory that it shares with us. */
struct told {
	int rc;
	struct err err;
};

#define UNTOLD 1

/* @kept: what it wrote and nobody has seen yet */
struct one {
	pid_t pid;
	int fd;
	bool begun, ended;
	char *kept;
	size_t n_kept;
};

/* @turn: whose output is passed on; @next: to be begun; @running: how many run */
struct round {
	const struct jobs *jobs;
	FILE *out;
	struct one *all;
	struct told *told;
	size_t turn, next, running;
	int signal;
	sigset_t before;
};

size_t jobs_processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	return (size_t)CPU_COUNT(&set);
}

/* In the job's process. Does not return. */
static void do_job(const struct round *r, size_t i, int fd, pid_t parent) __attribute__((noreturn));

static void do_job(const struct round *r, size_t i, int fd, pid_t parent)
{
	struct err err = ERR_INIT;
	FILE *out = fdopen(fd, "w");
	int rc;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent || !out)
		_exit(1);
	setpgid(0, 0);
	sigprocmask(SIG_SETMASK, &r->before, NULL);
	rc = r->jobs->run(r->jobs->arg, i, out, &err);
	if (fclose(out) != 0 && rc >= 0)
		rc = err_set(&err, errno, "writing the output: %s", strerror(errno));
	r->told[i].err = err;
	r->told[i].rc = rc < 0 ? rc : 0;
	_exit(0);
}

static int begin(struct round *r, struct err *err)
{
	struct one *o = &r->all[r->next];
	pid_t us = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(err, errno, "pipe: %s", strerror(errno));
	r->told[r->next].rc = UNTOLD;
	fflush(NULL); /* the job must not have our unwritten output */
	o->pid = fork();
	if (o->pid == 0) {
		close(ends[0]);
		do_job(r, r->next, ends[1], us);
	}
	close(ends[1]);
	if (o->pid < 0) {
		int code = errno;

		close(ends[0]);
		return err_set(err, code, "fork: %s", strerror(code));
	}
	setpgid(o->pid, o->pid);
	o->fd = ends[0];
	o->begun = true;
	r->running++;
	r->next++;
	return 0;
}

/* Begin what may be begun now. */
static int begin_some(struct round *r, struct err *err)
{
	const struct jobs *j = r->jobs;
	int rc = 0;

	while (rc == 0 && !r->signal && r->next < j->n && r->running < j->at_once) {
		/* Jobs begin in order, so the latest one is alone if any is. */
		const bool last_alone = r->running > 0 && j->alone && j->alone(j->arg, r->next - 1);

		if (r->running > 0 && (last_alone || (j->alone && j->alone(j->arg, r->next))))
			break;
		rc = begin(r, err);
	}
	return rc;
}

/* What can be told now: of the one whose turn it is, and of those after it when it has ended. */
static int tell(struct round *r, struct err *err)
{
	while (r->turn < r->next) {
		struct one *o = &r->all[r->turn];
		const struct told *t = &r->told[r->turn];

		if (o->n_kept)
			fwrite(o->kept, 1, o->n_kept, r->out);
		o->n_kept = 0;
		if (!o->ended)
			break;
		if (t->rc < 0) {
			*err = t->err;
			return t->rc;
		}
		r->turn++;
		if (r->signal) {
			r->turn = r->jobs->n;
			break;
		}
	}
	return view_written(r->out, err);
}

static void see_end(struct round *r, size_t i)
{
	struct one *o = &r->all[i];
	int status = 0;

	close(o->fd);
	o->fd = -1;
	while (waitpid(o->pid, &status, 0) < 0 && errno == EINTR)
		;
	o->ended = true;
	r->running--;
	if (r->told[i].rc != UNTOLD || r->signal)
		return;
	r->told[i].rc =
		WIFSIGNALED(status)
			? err_set(&r->told[i].err, ECHILD,
				  "a process of tcplab was ended by signal %d (%s)",
				  WTERMSIG(status), strsignal(WTERMSIG(status)))
			: err_set(&r->told[i].err, ECHILD,
				  "a process of tcplab ended with status %d", WEXITSTATUS(status));
}

static void take(struct round *r, size_t i)
{
	struct one *o = &r->all[i];
	ssize_t n;

	o->kept = realloc(o->kept, o->n_kept + PIPE_READ);
	if (!o->kept)
		abort();
	n = read(o->fd, o->kept + o->n_kept, PIPE_READ);
	if (n > 0)
		o->n_kept += (size_t)n;
	else if (n == 0 || errno != EINTR)
		see_end(r, i);
}

static void hand_on_signal(struct round *r, int signal_fd)
{
	struct signalfd_siginfo si;

	if (read(signal_fd, &si, sizeof(si)) != (ssize_t)sizeof(si))
		return;
	if (!r->signal)
		r->signal = (int)si.ssi_signo;
	for (size_t i = 0; i < r->next; i++) {
		if (r->all[i].begun && !r->all[i].ended)
			kill(r->all[i].pid, (int)si.ssi_signo);
	}
}

/* Wait until a job has written something or ended, or for a signal. */
static int wait_for_some(struct round *r, struct pollfd *p, size_t *which, int signal_fd,
			 struct err *err)
{
	nfds_t n = 0;

	for (size_t i = 0; i < r->next; i++) {
		if (!r->all[i].begun || r->all[i].ended)
			continue;
		which[n] = i;
		p[n++] = (struct pollfd){ .fd = r->all[i].fd, .events = POLLIN };
	}
	p[n] = (struct pollfd){ .fd = signal_fd, .events = POLLIN };
	if (poll(p, n + 1, -1) < 0)
		return errno == EINTR ? 0 : err_set(err, errno, "poll: %s", strerror(errno));
	if (p[n].revents)
		hand_on_signal(r, signal_fd);
	for (nfds_t k = 0; k < n; k++) {
		if (p[k].revents)
			take(r, which[k]);
	}
	return 0;
}

/* Nobody listens any more; a job that is writing must not wait for us. */
static void end_all(struct round *r)
{
	for (size_t i = 0; i < r->next; i++) {
		struct one *o = &r->all[i];

		if (o->begun && !o->ended) {
			close(o->fd);
			kill(o->pid, SIGTERM);
			while (waitpid(o->pid, NULL, 0) < 0 && errno == EINTR)
				;
		}
		free(o->kept);
	}
}

int jobs_run(const struct jobs *jobs, FILE *out, int *signal, struct err *err)
{
	const size_t shared = (jobs->n + 1) * sizeof(struct told);
	_cleanup_free_ struct one *all = calloc(jobs->n + 1, sizeof(*all));
	_cleanup_free_ struct pollfd *p = calloc(jobs->n + 1, sizeof(*p));
	_cleanup_free_ size_t *which = calloc(jobs->n + 1, sizeof(*which));
	_cleanup_close_ int signal_fd = -1;
	struct round r = { .jobs = jobs, .out = out, .all = all };
	sigset_t set;
	int rc = 0;

	r.told = mmap(NULL, shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!all || !p || !which || r.told == MAP_FAILED)
		abort();
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &r.before);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	while (rc == 0) {
		rc = begin_some(&r, err);
		if (rc != 0 || r.running == 0)
			break;
		rc = wait_for_some(&r, p, which, signal_fd, err);
		if (rc == 0)
			rc = tell(&r, err);
	}
	end_all(&r);
	*signal = r.signal;
	sigprocmask(SIG_SETMASK, &r.before, NULL);
	munmap(r.told, shared);
	return rc;
}
