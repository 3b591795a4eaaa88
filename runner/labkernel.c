/* SPDX-License-Identifier: MIT */
#include "labkernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "enginespec.h"
#include "kernels.h"
#include "labinit.h"

/*
 * A lab kernel is a Linux kernel built as an ordinary program (User Mode
 * Linux). It needs no right that its user does not have. Three processes:
 *
 *   front      reads the record
 *   guardian   our child: waits for the kernel to end, or for the front to be gone
 *   linux      the kernel, with tcplab as its init (labinit.c); it has host
 *              processes of its own, one for each address space inside it
 *
 * All of the kernel's processes are in one process group, so that one kill(2)
 * reaches them. That is needed: a kernel that has ended or was killed can leave
 * its address spaces behind, stopped for a tracer that is no more (or, without
 * kernels/ends-with-its-kernel.patch, running on as a process of the host). Whoever dies,
 * somebody is left to do it: when the kernel has ended, or the front is gone (the
 * life pipe hangs up), the guardian; when the guardian was killed, which takes
 * the kernel along (PR_SET_PDEATHSIG), the front, which finds the group's
 * number in a page that both share.
 *
 * Three ways out: the record leaves through the serial line (ssl0), whose host
 * side is the front's pipe, made as large as it may be, because a kernel that
 * has to wait for its reader would let virtual time pass; what the kernel says
 * itself goes to the console pipe. Nothing goes in.
 *
 * The kernel's memory is a file that it makes and unlinks at once in a
 * directory from which code may be executed. It would also keep a directory
 * with its pid in the user's home, for a management console that is
 * not built in: uml_dir points to where none can be made.
 *
 * Randomness: the kernel takes the host's word for it (random.trust_cpu). Otherwise
 * its first reader waits for entropy from a clock that stands still
 * (try_to_generate_entropy() in drivers/char/random.c): measured, 1.5 s.
 *
 * Sizes: the TCP hash table, from which tcp_max_orphans and tcp_max_tw_buckets are
 * derived, would follow the memory that is free at boot, which differs; it is set.
 *
 * Time: time-travel=inf-cpu. The clock stands still while code runs and jumps
 * when all of it sleeps. A reading of it and a call that fails would cost a little, but with
 * kernels/engine-takes-no-time.patch not the engine's or the kernel's own: so the same lab has the
 * same times in every run. In a kernel without the patch they differ by microseconds.
 */

#define MEMORY           "mem=64M"
#define RECORD_FD        10 /* in the kernel process */
#define PIPE_SIZE        (1024 * 1024)
#define MAX_COMMAND_LINE 3800 /* COMMAND_LINE_SIZE is 4096 in arch/um */

static bool may_execute_in(const char *dir)
{
	struct statvfs vfs;
	_cleanup_close_ int fd = -1;
	void *page;

	if (!dir || !*dir || statvfs(dir, &vfs) != 0 || (vfs.f_flag & ST_NOEXEC))
		return false;
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, 4096) != 0)
		return false;
	page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (page == MAP_FAILED)
		return false;
	munmap(page, 4096);
	return true;
}

/* Where the kernel can keep its memory: on tmpfs if there is one. */
static const char *memory_dir(void)
{
	const char *candidates[] = { "/dev/shm", getenv("TMPDIR"), getenv("XDG_RUNTIME_DIR"),
				     "/tmp",     "/var/tmp",       getenv("HOME") };

	for (size_t i = 0; i < sizeof(candidates) / sizeof(*candidates); i++) {
		if (may_execute_in(candidates[i]))
			return candidates[i];
	}
	return NULL;
}

/*
 * One processor for the kernel and its address spaces. They take turns by ptrace(2), some
 * ten thousand times in a run; on one processor a turn is a switch, and between two it wakes an
 * idle one: measured on two idle ones, a handshake took 0.38 s with both and 0.12 s
 * with one. Which one: where fork() has put us, because that was the idlest. Where it is not
 * allowed nothing is wrong, only slower.
 */
static void stay_on_this_processor(void)
{
	const int cpu = sched_getcpu();
	cpu_set_t here;

	if (cpu < 0 || cpu >= CPU_SETSIZE)
		return;
	CPU_ZERO(&here);
	CPU_SET(cpu, &here);
	(void)sched_setaffinity(0, sizeof(here), &here);
}

static void run_kernel(const struct kernel *k, const char *init, const char *spec, int record_fd,
		       int console_fd) __attribute__((noreturn));

static void run_kernel(const struct kernel *k, const char *init, const char *spec, int record_fd,
		       int console_fd)
{
	const struct rlimit no_core = { 0 };
	const char *dir = memory_dir();
	char tmpdir[4200], init_arg[4200], path[4200];
	char *env[] = { tmpdir, path, NULL };
	const char *argv[] = { "linux",
			       "time-travel=inf-cpu",
			       MEMORY,
			       "root=none",
			       "rootfstype=hostfs",
			       "rootflags=/",
			       "ro",
			       init_arg,
			       "con=null",
			       "con0=null,fd:1",
			       "ssl=null",
			       "ssl0=null,fd:10",
			       "uml_dir=/dev/null/",
			       "quiet",
			       "panic=-1",
			       "random.trust_cpu=on",
			       "thash_entries=4096",
			       "--",
			       LABINIT_ARG,
			       spec,
			       NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	snprintf(tmpdir, sizeof(tmpdir), "TMPDIR=%s", dir);
	snprintf(path, sizeof(path), "PATH=/usr/bin:/bin");
	snprintf(init_arg, sizeof(init_arg), "init=\"%s\"", init);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* One thing less that differs from run to run. */
	personality(ADDR_NO_RANDOMIZE);
	setrlimit(RLIMIT_CORE, &no_core);
	stay_on_this_processor();
	if (dup2(null, 0) < 0 || dup2(console_fd, 1) < 0 || dup2(console_fd, 2) < 0 ||
	    dup2(record_fd, RECORD_FD) < 0 || fcntl(RECORD_FD, F_SETFD, 0) != 0)
		_exit(126);
	execve(k->path, (char *const *)argv, env);
	dprintf(2, "%s: %s\n", k->path, strerror(errno));
	_exit(127);
}

/* Wait for the kernel to end, or for the front to be gone. Does not return. */
static void guard(pid_t kernel, int life_fd) __attribute__((noreturn));

static void guard(pid_t kernel, int life_fd)
{
	int pidfd = (int)syscall(SYS_pidfd_open, kernel, 0), status = 0;
	struct pollfd p[2] = { { .fd = life_fd }, { .fd = pidfd, .events = POLLIN } };

	while (pidfd >= 0 && poll(p, 2, -1) < 0 && errno == EINTR)
		;
	/* Before it is reaped: until then its number is its own. */
	kill(-kernel, SIGKILL);
	waitpid(kernel, &status, 0);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void guardian(const struct kernel *k, const char *init, const char *spec, int record_fd,
		     int console_fd, int life_fd, pid_t *group) __attribute__((noreturn));

static void guardian(const struct kernel *k, const char *init, const char *spec, int record_fd,
		     int console_fd, int life_fd, pid_t *group)
{
	sigset_t none;
	pid_t kernel;

	setsid(); /* Ctrl-C is the front's business */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	kernel = fork();
	if (kernel == 0) {
		setpgid(0, 0);
		run_kernel(k, init, spec, record_fd, console_fd);
	}
	if (kernel < 0)
		_exit(126);
	setpgid(kernel, kernel);
	*group = kernel;
	/* The pipes have to end with the kernel, and no file of the front may live on in us. */
	dup2(life_fd, 3);
	close_range(4, ~0U, 0);
	guard(kernel, 3);
}

static int check(const struct kernel *k, const char *spec, struct err *err)
{
	if (!memory_dir()) {
		err_set(err, EACCES, "no directory for temporary files lets code be executed");
		return err_remedy(err, "a lab kernel needs one for its memory: let TMPDIR name one "
				       "on a file system that is not mounted noexec");
	}
	if (strlen(spec) > MAX_COMMAND_LINE)
		return err_set(err, E2BIG,
			       "parameters and sysctls are too long for a kernel's command line");
	if (access(k->path, X_OK) != 0)
		return err_set(err, errno, "%s: %s", k->path, strerror(errno));
	return 0;
}

int labkernel_spawn(struct labkernel *box, const struct kernel *k, const struct engine_spec *spec,
		    int record_fd, struct err *err)
{
	_cleanup_free_ char *text = enginespec_encode(spec);
	char self[4096];
	int life[2], console[2];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int rc = check(k, text, err);

	if (rc != 0)
		return rc;
	if (n < 0 || pipe2(life, O_CLOEXEC) != 0)
		return err_set(err, errno, "pipe: %s", strerror(errno));
	self[n] = '\0';
	if (pipe2(console, O_CLOEXEC) != 0) {
		rc = err_set(err, errno, "pipe: %s", strerror(errno));
		close(life[0]);
		close(life[1]);
		return rc;
	}
	box->group = mmap(NULL, sizeof(*box->group), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (box->group == MAP_FAILED)
		abort();
	/* Refused beyond what the machine allows one user; then it stays as it is. */
	(void)fcntl(record_fd, F_SETPIPE_SZ, PIPE_SIZE);
	box->pid = fork();
	if (box->pid == 0) {
		close(life[1]);
		guardian(k, self, text, record_fd, console[1], life[0], box->group);
	}
	if (box->pid < 0)
		rc = err_set(err, errno, "fork: %s", strerror(errno));
	box->pidfd = rc == 0 ? (int)syscall(SYS_pidfd_open, box->pid, 0) : -1;
	close(life[0]);
	close(console[1]);
	box->life = life[1];
	box->console = console[0];
	return rc;
}

int labkernel_end(struct labkernel *box, bool now)
{
	int status = 0;

	if (now)
		close(box->life);
	while (waitpid(box->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status) && *box->group > 0)
		kill(-*box->group, SIGKILL);
	if (!now)
		close(box->life);
	close(box->console);
	close(box->pidfd);
	munmap(box->group, sizeof(*box->group));
	box->pid = -1;
	return status;
}
