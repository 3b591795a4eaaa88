/* SPDX-License-Identifier: MIT */
/*
 * Programs of the machine
 * =======================
 *
 * Purpose: an unmodified program, which knows nothing of labs, serves or talks on a
 * host of a lab. It is forked inside the host's network namespace and stays there.
 * All else it has is the engine's: the same files, PID namespace, user.
 *
 *   program_spawn()   fork(2) in the namespace; in the child child_main(): session,
 *                     descriptors, rights, directory, execvpe(3)
 *   (it runs)         @pidfd and @out are for the caller's poll(2)
 *   program_ended()   reaps it
 *   program_close()   gives the descriptors back
 *
 * What it may do: no_new_privs, and every capability given up before execve(2). As
 * root, which it is in a user namespace, execve(2) would give it the whole bounding
 * set again; with no_new_privs that is cut down to what it had
 * (cap_bprm_creds_from_file() in security/commoncap.c). CAP_DAC_OVERRIDE stays where the
 * engine has it, which is in a lab kernel only: there files belong to the user
 * of the host, to whom root inside is a stranger, and the host's kernel checks again.
 *
 * Its end: PR_SET_PDEATHSIG for the engine's, SIGKILL to its process group at the run's.
 * What leaves the group (a daemon) ends with the sandbox's PID namespace.
 *
 * What it gets is the same in every run: an environment of a few plain variables, the
 * usual limit of open files, no ignored signals, /dev/null as input.
 *
 * Not handled: limits on processor time, memory and number of processes. Whoever
 * lets a lab start programs trusts it as far as their own shell.
 */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "netns.h"

#define PLAIN_OPEN_FILES 1024
#define MAX_ENV          64

/* What the child says when it cannot become the program. */
struct failure {
	int code;
	enum { AT_SETUP, AT_CWD, AT_EXEC } stage;
};

/*
 * @out, @report: ends of the child
 * @parent: whose death it is not to outlive
 */
struct birth {
	const struct program_spec *spec;
	const char *env[MAX_ENV];
	int out[2], report;
	pid_t parent, pid;
};

static const char *const plain_env[] = { "LANG=C.UTF-8", "HOME=/", "TZ=UTC" };

/* Return: 0 or -errno. */
static int make_env(const struct program_spec *spec, char **path, struct birth *b, struct err *err)
{
	const char *ours = getenv("PATH");
	size_t n = 0;

	if (asprintf(path, "PATH=%s", ours ? ours : "/usr/local/bin:/usr/bin:/bin") < 0)
		abort();
	b->env[n++] = *path;
	for (size_t i = 0; i < sizeof(plain_env) / sizeof(plain_env[0]); i++)
		b->env[n++] = plain_env[i];
	for (size_t i = 0; spec->env && spec->env[i]; i++) {
		const size_t name = strcspn(spec->env[i], "=") + 1;
		size_t at = 0;

		/* The lab's own word replaces ours: of two the program would see the first. */
		while (at < n && strncmp(b->env[at], spec->env[i], name) != 0)
			at++;
		if (at == MAX_ENV - 1)
			return err_set(err, E2BIG, "more than %d variables of environment",
				       MAX_ENV - 1);
		b->env[at] = spec->env[i];
		n += at == n;
	}
	b->env[n] = NULL;
	return 0;
}

/* From here to child_main(): after fork(2), only calls that are async-signal-safe. */

static int plain_signals(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	struct rlimit files;
	sigset_t none;

	/* An ignored signal (SIGPIPE) would stay ignored. EINVAL for those that cannot be set. */
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		sigaction(sig, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Programs that go through all descriptors, and select(2), are used to the low limit. */
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return -1;
	if (files.rlim_cur > PLAIN_OPEN_FILES)
		files.rlim_cur = PLAIN_OPEN_FILES;
	return setrlimit(RLIMIT_NOFILE, &files);
}

static int plain_descriptors(const struct birth *b)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(b->out[0], STDOUT_FILENO) < 0 ||
	    dup2(b->out[1], STDERR_FILENO) < 0)
		return -1;
	/* All of ours are close-on-exec already; a library's may not be. */
	return close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

static int no_rights(const struct birth *b)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2];
	const uint32_t keep = UINT32_C(1) << CAP_DAC_OVERRIDE;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_capget, &header, caps) != 0)
		return -1;
	caps[0].permitted &= keep;
	caps[0].effective = caps[0].permitted;
	caps[1].permitted = caps[1].effective = 0;
	caps[0].inheritable = caps[1].inheritable = 0;
	if (syscall(SYS_capset, &header, caps) != 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return -1;
	/* Gone before it was set? */
	return getppid() == b->parent ? 0 : -1;
}

static __attribute__((noreturn)) void child_main(const struct birth *b)
{
	struct failure why = { .stage = AT_SETUP };

	if (setsid() >= 0 && plain_signals() == 0 && plain_descriptors(b) == 0 &&
	    no_rights(b) == 0) {
		why.stage = AT_CWD;
		if (!b->spec->cwd || chdir(b->spec->cwd) == 0) {
			why.stage = AT_EXEC;
			execvpe(b->spec->argv[0], (char *const *)b->spec->argv,
				(char *const *)b->env);
		}
	}
	why.code = errno ? errno : ECANCELED;
	if (write(b->report, &why, sizeof(why)) != (ssize_t)sizeof(why))
		_exit(126);
	_exit(127);
}

/* Inside the namespace: whoever is forked there stays there. */
static int fork_here(void *arg, struct err *err)
{
	struct birth *b = arg;
	sigset_t all, old;
	int code;

	/* No handler of ours may run in the child before it has reset them. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	b->parent = getpid();
	b->pid = fork();
	code = errno;
	if (b->pid == 0)
		child_main(b);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (b->pid < 0) {
		err_set(err, code, "cannot start a process: %s", strerror(code));
		if (code == EAGAIN)
			err_remedy(err, "raise the limit of processes (ulimit -u)");
		return -code;
	}
	return 0;
}

void program_reap(pid_t pid)
{
	siginfo_t si;

	while (waitid(P_PID, (id_t)pid, &si, WEXITED) != 0 && errno == EINTR)
		;
}

/* The report ends without a word when execve(2) closes it. Return: 0 or -errno. */
static int hear_report(const struct program_spec *spec, int fd, struct err *err)
{
	struct failure why;
	ssize_t n;

	do
		n = read(fd, &why, sizeof(why));
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	if (n != (ssize_t)sizeof(why))
		return err_set(err, ECANCELED, "%.100s: it ended before it began", spec->argv[0]);
	switch (why.stage) {
	case AT_SETUP:
		return err_set(err, why.code, "%.100s: cannot set its process up: %s",
			       spec->argv[0], strerror(why.code));
	case AT_CWD:
		return err_set(err, why.code, "%.100s: its directory %.200s: %s", spec->argv[0],
			       spec->cwd, strerror(why.code));
	case AT_EXEC:
		break;
	}
	return err_set(err, why.code, "%.100s: %s", spec->argv[0], strerror(why.code));
}

struct pipe_pair {
	int read, write;
};

static void close_pair(const struct pipe_pair *p)
{
	cleanup_close(&p->read);
	cleanup_close(&p->write);
}

static int open_pair(struct pipe_pair *p, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(err, errno, "cannot make a pipe: %s", strerror(errno));
	*p = (struct pipe_pair){ .read = ends[0], .write = ends[1] };
	return 0;
}

int program_spawn(const struct program_spec *spec, struct program *out, struct err *err)
{
	_cleanup_(close_pair) struct pipe_pair one = { -1, -1 }, two = { -1, -1 };
	_cleanup_(close_pair) struct pipe_pair report = { -1, -1 };
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int pidfd = -1;
	struct birth b = { .spec = spec };
	int rc = make_env(spec, &path, &b, err);

	if (rc < 0 || (rc = open_pair(&one, err)) < 0 || (rc = open_pair(&two, err)) < 0 ||
	    (rc = open_pair(&report, err)) < 0)
		return rc;
	b.out[0] = one.write;
	b.out[1] = two.write;
	b.report = report.write;
	rc = netns_call(spec->ns, fork_here, &b, err);
	if (rc < 0)
		return rc;
	close(steal_fd(&report.write));
	pidfd = pidfd_open(b.pid, 0);
	if (pidfd < 0) {
		rc = err_set(err, errno, "pidfd_open: %s", strerror(errno));
		kill(b.pid, SIGKILL);
	} else {
		rc = hear_report(spec, report.read, err);
	}
	if (rc < 0) {
		program_reap(b.pid);
		return rc;
	}
	if (fcntl(one.read, F_SETFL, O_NONBLOCK) != 0 || fcntl(two.read, F_SETFL, O_NONBLOCK) != 0)
		abort();
	*out = (struct program){ .pid = b.pid,
				 .pidfd = steal_fd(&pidfd),
				 .out = { steal_fd(&one.read), steal_fd(&two.read) } };
	return 0;
}

int program_ended(const struct program *p, struct program_end *end, struct err *err)
{
	siginfo_t si = { .si_pid = 0 };

	if (waitid(P_PIDFD, (id_t)p->pidfd, &si, WEXITED | WNOHANG) != 0)
		return err_set(err, errno, "waiting for process %d: %s", p->pid, strerror(errno));
	if (si.si_pid == 0)
		return 0;
	*end = (struct program_end){ .status = 0 };
	if (si.si_code == CLD_EXITED)
		end->status = si.si_status;
	else
		end->signal = si.si_status;
	return 1;
}

int program_signal(const struct program *p, int signal)
{
	return pidfd_send_signal(p->pidfd, signal, NULL, 0) == 0 ? 0 : -errno;
}

void program_kill_all(const struct program *p)
{
	/* As long as it was not reaped its number is its own; the group's for as long as it has
	 * members. */
	kill(-p->pid, SIGKILL);
}

pid_t program_dead_child(void)
{
	siginfo_t si = { .si_pid = 0 };

	if (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) != 0)
		return 0;
	return si.si_pid;
}

void program_close(struct program *p)
{
	cleanup_close(&p->pidfd);
	cleanup_close(&p->out[0]);
	cleanup_close(&p->out[1]);
	*p = PROGRAM_NONE;
}
