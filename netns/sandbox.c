/* SPDX-License-Identifier: MIT */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "userns.h"

/*
 * The sandbox
 * ===========
 *
 * Purpose: the engine runs where it can be root over networks and nothing
 * else, and where nothing that it makes can outlive it or its parent. Nothing
 * is ever cleaned up by name: when the child is gone, the kernel takes down
 * its PID, mount and network namespaces and all that was in them.
 *
 * One clone(2) makes everything at once, so that there is no moment at which
 * half of it exists: PID, mount and network namespace, and a user namespace
 * unless the caller already holds the capabilities that count. (A user
 * namespace made by root would be no gain and may be forbidden; network
 * namespaces are owned by the user namespace that is made in the same call.)
 *
 * The stages of the child, in this order for these reasons:
 *
 *   become_root()     map our own ids to 0; needed before anything else is allowed
 *   leave_terminal()  a session of its own: Ctrl-C is for the parent, which decides.
 *                     Signals back to default, as a handler of the parent's
 *                     would run here with the parent's data
 *   private_mounts()  nothing mounted here is seen outside
 *   drop_rights()     capabilities, then no_new_privs
 *   tie_to_parent()   PR_SET_PDEATHSIG last, as commit_creds() clears it with every
 *                     change of credentials; then a look whether the parent
 *                     died before it was set (getppid() is 0 across a PID
 *                     namespace and says nothing)
 *
 * after which the child reports over a close-on-exec pipe: one struct err, code
 * 0 for success. End of file without a report means that it was killed.
 *
 * Two ties hold the child to its parent. The kernel's SIGKILL cannot be
 * refused, by PID 1 either, as it comes from an ancestor's PID namespace
 * (sig_task_ignored()). The life pipe is for a child that wants to know
 * first. Within the child, the end of PID 1 kills whatever it forked
 * (zap_pid_ns_processes()).
 *
 * Not handled: PDEATHSIG follows the parent's *thread*, so sandbox_spawn() is for
 * single-threaded programs. A second process forked by the parent holds
 * a copy of the life pipe's end unless it execs; the SIGKILL does not depend
 * on it. PID 1 ignores signals without a handler, SIGTERM too: to end it
 * use sandbox_kill(). The kernel frees network namespaces from a workqueue
 * (cleanup_net()), shortly after the process is gone. This is no jail for
 * hostile machine code: files stay readable as the user's own.
 */

#define KEEP                                                                                       \
	(UINT64_C(1) << CAP_SYS_ADMIN | UINT64_C(1) << CAP_NET_ADMIN | UINT64_C(1) << CAP_NET_RAW)

/* The pipes' ends by who uses them, -1 where closed. */
struct birth {
	bool user_ns;
	uid_t uid;
	gid_t gid;
	int life_child;
	int life_parent;
	int report_child;
	int report_parent;
};

static int fail(struct err *err, const char *what)
{
	int code = errno;

	return err_set(err, code, "%s: %s", what, strerror(code));
}

static int get_capabilities(struct __user_cap_data_struct caps[static 2])
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return (int)syscall(SYS_capget, &header, caps);
}

/* Do we have what the child needs without a user namespace? SETPCAP is for dropping the rest. */
static bool is_privileged(void)
{
	struct __user_cap_data_struct caps[2];
	uint64_t wanted = KEEP | UINT64_C(1) << CAP_SETPCAP, have;

	if (get_capabilities(caps) != 0)
		return false;
	have = caps[0].effective | (uint64_t)caps[1].effective << 32;
	return (have & wanted) == wanted;
}

static int put(const char *path, const char *text, struct err *err)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return fail(err, path);
	return 0;
}

static int become_root(const struct birth *birth, struct err *err)
{
	char map[64];
	int rc;

	if (!birth->user_ns)
		return 0;
	/* Files in /proc/self are root's own as long as we are not dumpable (proc(5)). */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
		return fail(err, "cannot make the process dumpable");
	/* Needed for an unprivileged gid_map since 3.19 (user_namespaces(7)). */
	rc = put("/proc/self/setgroups", "deny", err);
	if (rc < 0)
		return rc;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)birth->uid);
	rc = put("/proc/self/uid_map", map, err);
	if (rc < 0)
		return rc;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)birth->gid);
	return put("/proc/self/gid_map", map, err);
}

static int leave_terminal(struct err *err)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, ign = { .sa_handler = SIG_IGN };
	struct rlimit files, core = { .rlim_cur = 0, .rlim_max = 0 };
	sigset_t none;

	/* EINVAL for SIGKILL, SIGSTOP and those that libc keeps for itself. */
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		sigaction(sig, &dfl, NULL);
	sigaction(SIGPIPE, &ign, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (setsid() < 0)
		return fail(err, "cannot start a session");
	/* A lab has thousands of sockets; the low soft limit is for select(2). */
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return fail(err, "cannot read the limit of open files");
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		return fail(err, "cannot raise the limit of open files");
	/* Nothing is left behind, not even a core file. */
	if (setrlimit(RLIMIT_CORE, &core) != 0)
		return fail(err, "cannot switch core files off");
	return 0;
}

static int private_mounts(struct err *err)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
		fail(err, "cannot make the mounts private");
		if (err->code == EINVAL)
			err_remedy(err, "in a chroot its root directory has to be a mount point");
		return -err->code;
	}
	/*
	 * A /proc that shows our own processes. Where parts of /proc are
	 * covered up, as in containers, mount_too_revealing() refuses a new one
	 * (EPERM). The old one serves as well: /proc/sys/net and /proc/self follow
	 * the process that reads them, not the mount.
	 */
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0 &&
	    errno != EPERM)
		return fail(err, "cannot mount /proc");
	return 0;
}

static int drop_rights(struct err *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2] = {
		{ .effective = (uint32_t)KEEP, .permitted = (uint32_t)KEEP },
		{ .effective = (uint32_t)(KEEP >> 32), .permitted = (uint32_t)(KEEP >> 32) },
	};

	/* The kernel may know more capabilities than the header: up to the first EINVAL. */
	for (int cap = 0; cap < 64; cap++) {
		if (KEEP & UINT64_C(1) << cap)
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL)
			break;
		return fail(err, "cannot drop a capability for good");
	}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		return fail(err, "cannot clear the ambient capabilities");
	if (syscall(SYS_capset, &header, caps) != 0)
		return fail(err, "cannot drop capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail(err, "cannot set no_new_privs");
	return 0;
}

static int tie_to_parent(int life, struct err *err)
{
	struct pollfd pfd = { .fd = life };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return fail(err, "cannot tie the process to its parent");
	if (poll(&pfd, 1, 0) != 0)
		return err_set(err, ECANCELED, "the parent is gone");
	return 0;
}

static int be_born(struct birth *birth, struct err *err)
{
	int rc;

	/* The life pipe would never hang up while we hold its other end ourselves. */
	close(birth->life_parent);
	close(birth->report_parent);
	birth->life_parent = birth->report_parent = -1;
	if ((rc = become_root(birth, err)) < 0 || (rc = leave_terminal(err)) < 0 ||
	    (rc = private_mounts(err)) < 0 || (rc = drop_rights(err)) < 0)
		return rc;
	return tie_to_parent(birth->life_child, err);
}

static __attribute__((noreturn)) void child(struct birth *birth, int (*fn)(void *arg, int life_fd),
					    void *arg)
{
	struct err report = ERR_INIT;
	int rc = be_born(birth, &report);

	/* Less than PIPE_BUF, so it arrives whole or not at all. */
	if (write(birth->report_child, &report, sizeof(report)) != sizeof(report) || rc < 0)
		_exit(127);
	close(birth->report_child);
	/* Not exit(): the parent's atexit() handlers and stdio buffers are the parent's. */
	_exit(fn(arg, birth->life_child));
}

/* fork(2), but into new namespaces. Return: as fork(). */
static pid_t fork_into(unsigned long flags)
{
	/* CONFIG_CLONE_BACKWARDS2: the stack comes first. NULL goes on with a copy of ours. */
#ifdef __s390__
	return (pid_t)syscall(SYS_clone, NULL, flags | SIGCHLD, NULL, NULL, NULL);
#else
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
#endif
}

static void close_birth(const struct birth *birth)
{
	cleanup_close(&birth->life_child);
	cleanup_close(&birth->life_parent);
	cleanup_close(&birth->report_child);
	cleanup_close(&birth->report_parent);
}

/* Return: the wait status, or -errno. */
static int reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return status;
}

/* Wait for the child's word that it is set up. Return: 0, or -errno after reaping it. */
static int hear_report(pid_t pid, const struct birth *birth, struct err *err)
{
	struct err report;
	ssize_t n;
	int status;

	do
		n = read(birth->report_parent, &report, sizeof(report));
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(report) && report.code == 0)
		return 0;
	kill(pid, SIGKILL);
	status = reap(pid);
	if (n != (ssize_t)sizeof(report))
		return err_set(err, ECHILD,
			       "the process in the namespaces ended before it was set up "
			       "(wait status %#x)",
			       (unsigned)status);
	*err = report;
	err_context(err, "cannot set up the namespaces");
	if (birth->user_ns)
		userns_explain(report.code, "/proc/sys", err);
	return -report.code;
}

static int open_pipes(struct birth *birth, struct err *err)
{
	int life[2], report[2];

	if (pipe2(life, O_CLOEXEC) != 0)
		return fail(err, "cannot make a pipe");
	birth->life_child = life[0];
	birth->life_parent = life[1];
	if (pipe2(report, O_CLOEXEC) != 0)
		return fail(err, "cannot make a pipe");
	birth->report_parent = report[0];
	birth->report_child = report[1];
	return 0;
}

int sandbox_spawn(struct sandbox *box, int (*fn)(void *arg, int life_fd), void *arg,
		  struct err *err)
{
	_cleanup_(close_birth) struct birth birth = {
		.user_ns = !is_privileged(),
		.uid = geteuid(), /* inside it is 65534 until the map is written */
		.gid = getegid(),
		.life_child = -1,
		.life_parent = -1,
		.report_child = -1,
		.report_parent = -1,
	};
	unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET;
	sigset_t all, old;
	pid_t pid;
	int code, rc;

	rc = open_pipes(&birth, err);
	if (rc < 0)
		return rc;
	if (birth.user_ns)
		flags |= CLONE_NEWUSER;
	/* No handler of ours may run in the child before it has reset them. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	pid = fork_into(flags);
	code = errno;
	if (pid == 0)
		child(&birth, fn, arg);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (pid < 0) {
		err_set(err, code, "cannot create namespaces: %s", strerror(code));
		return userns_explain(code, "/proc/sys", err);
	}
	close(steal_fd(&birth.life_child));
	close(steal_fd(&birth.report_child));
	rc = hear_report(pid, &birth, err);
	if (rc < 0)
		return rc;
	*box = (struct sandbox){ .pid = pid, .life = steal_fd(&birth.life_parent) };
	return 0;
}

int sandbox_wait(struct sandbox *box)
{
	int status;

	if (box->pid <= 0)
		return -ECHILD;
	status = reap(box->pid);
	cleanup_close(&box->life);
	*box = SANDBOX_NONE;
	return status;
}

void sandbox_kill(struct sandbox *box)
{
	if (box->pid <= 0)
		return;
	kill(box->pid, SIGKILL);
	/* The kernel lets PID 1 be reaped only after all others in there (zap_pid_ns_processes()).
	 */
	sandbox_wait(box);
}

/*
 * Where AppArmor takes the rights out of user namespaces, it is the second step
 * that is refused. Neither makes a network namespace, which would take milliseconds.
 */
bool sandbox_refused(void)
{
	int status = 0;
	pid_t pid;

	if (is_privileged())
		return false;
	pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) == 0 && unshare(CLONE_NEWUTS) == 0 ? 0 : 1);
	if (pid > 0)
		status = reap(pid);
	return pid > 0 && status != 0;
}

static int nothing(void *arg, int life_fd)
{
	(void)arg;
	(void)life_fd;
	return 0;
}

int sandbox_probe(struct err *why)
{
	struct sandbox box = SANDBOX_NONE;
	int rc = sandbox_spawn(&box, nothing, NULL, why);
	int status;

	if (rc < 0)
		return rc;
	status = sandbox_wait(&box);
	if (status != 0)
		return err_set(why, ECHILD,
			       "a process in new namespaces ended with wait status %#x",
			       (unsigned)status);
	return 0;
}
