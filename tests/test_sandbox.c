/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../netns/netns.h"
#include "../netns/sandbox.h"
#include "../netns/sysctl.h"

/* Long enough for a machine under load; nothing here takes as long unless it is broken. */
#define DEADLINE_MS 20000

/* What the child found, in memory that it shares with the test. */
struct found {
	pid_t pid, ppid, sid;
	uid_t uid;
	ino_t user, pidns, mnt, net;
	struct __user_cap_data_struct caps[2];
	uint64_t bounding;
	int nnp, pdeathsig, sigint, sigpipe, sigusr1_blocked, life_fds, sysctl_errno;
	struct rlimit files, core;
};

static struct found *found;

static ino_t ns_inode(const char *name)
{
	char path[64];
	struct stat st = { 0 };

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	stat(path, &st);
	return st.st_ino;
}

static void get_capabilities(struct __user_cap_data_struct caps[static 2])
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	ck_assert_int_eq(syscall(SYS_capget, &header, caps), 0);
}

static int handler_of(int sig)
{
	struct sigaction act;

	sigaction(sig, NULL, &act);
	return act.sa_handler == SIG_DFL ? 0 : act.sa_handler == SIG_IGN ? 1 : 2;
}

static int look_around(void *arg, int life_fd)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct pollfd pfd = { .fd = life_fd };
	struct found *f = arg;
	sigset_t mask;
	int fd;

	f->pid = getpid();
	f->ppid = getppid();
	f->sid = getsid(0);
	f->uid = getuid();
	f->user = ns_inode("user");
	f->pidns = ns_inode("pid");
	f->mnt = ns_inode("mnt");
	f->net = ns_inode("net");
	syscall(SYS_capget, &header, f->caps);
	for (int cap = 0; cap < 64; cap++) {
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
			f->bounding |= UINT64_C(1) << cap;
	}
	f->nnp = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	prctl(PR_GET_PDEATHSIG, &f->pdeathsig);
	f->sigint = handler_of(SIGINT);
	f->sigpipe = handler_of(SIGPIPE);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	f->sigusr1_blocked = sigismember(&mask, SIGUSR1);
	f->life_fds = poll(&pfd, 1, 0);
	getrlimit(RLIMIT_NOFILE, &f->files);
	getrlimit(RLIMIT_CORE, &f->core);
	fd = open("/proc/sys/net/ipv4/tcp_syncookies", O_WRONLY | O_CLOEXEC);
	f->sysctl_errno = fd >= 0 && write(fd, "2", 1) == 1 ? 0 : errno;
	return 42;
}

static void share(void)
{
	struct err why = ERR_INIT;
	int rc = sandbox_probe(&why);

	harness_need(rc == 0, why.msg);
	found = mmap(NULL, sizeof(*found), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	ck_assert_ptr_ne(found, MAP_FAILED);
}

/* An ordinary user, whoever runs the tests. Such a process is not dumpable at first. */
static void as_user(void)
{
	if (geteuid() == 0) {
		ck_assert_int_eq(setgroups(0, NULL), 0);
		ck_assert_int_eq(setresgid(1000, 1000, 1000), 0);
		ck_assert_int_eq(setresuid(1000, 1000, 1000), 0);
	}
	share();
}

static bool is_privileged(void)
{
	struct __user_cap_data_struct caps[2];

	get_capabilities(caps);
	return caps[0].effective & 1U << CAP_SYS_ADMIN;
}

START_TEST(test_first_process_of_its_own_namespaces)
{
	struct sandbox box = SANDBOX_NONE;
	struct err err = ERR_INIT;
	int status;

	ck_ok(sandbox_spawn(&box, look_around, found, &err));
	ck_assert_int_gt(box.pid, 0);
	ck_assert_int_ge(box.life, 0);
	ck_assert_int_eq(fcntl(box.life, F_GETFD), FD_CLOEXEC);
	status = sandbox_wait(&box);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 42, "wait status %#x", status);
	ck_assert_int_eq(found->pid, 1);
	ck_assert_int_eq(found->ppid, 0);
	ck_assert_int_eq(found->sid, 1);
	ck_assert_uint_eq(found->uid, 0);
	ck_assert_uint_ne(found->pidns, ns_inode("pid"));
	ck_assert_uint_ne(found->mnt, ns_inode("mnt"));
	ck_assert_uint_ne(found->net, ns_inode("net"));
	if (is_privileged())
		ck_assert_uint_eq(found->user, ns_inode("user"));
	else
		ck_assert_uint_ne(found->user, ns_inode("user"));
	ck_assert_int_eq(err.code, 0);
}
END_TEST

START_TEST(test_rights_are_the_few_that_are_needed)
{
	const uint64_t keep = 1U << CAP_SYS_ADMIN | 1U << CAP_NET_ADMIN | 1U << CAP_NET_RAW;
	struct sandbox box = SANDBOX_NONE;
	struct err err = ERR_INIT;

	ck_ok(sandbox_spawn(&box, look_around, found, &err));
	sandbox_wait(&box);
	ck_assert_uint_eq(found->caps[0].effective, keep);
	ck_assert_uint_eq(found->caps[0].permitted, keep);
	ck_assert_uint_eq(found->caps[0].inheritable, 0);
	ck_assert_uint_eq(found->caps[1].effective, 0);
	ck_assert_uint_eq(found->caps[1].permitted, 0);
	ck_assert_uint_eq(found->bounding & ~keep, 0);
	ck_assert_int_eq(found->nnp, 1);
	ck_assert_int_eq(found->pdeathsig, SIGKILL);
	ck_assert_msg(found->sysctl_errno == 0, "/proc/sys/net: %s", strerror(found->sysctl_errno));
	ck_assert_uint_eq(found->files.rlim_cur, found->files.rlim_max);
	ck_assert_uint_eq(found->core.rlim_max, 0);
}
END_TEST

static void handler(int sig)
{
	(void)sig;
}

START_TEST(test_signals_start_afresh)
{
	struct sandbox box = SANDBOX_NONE;
	struct err err = ERR_INIT;
	sigset_t usr1, mask;

	signal(SIGINT, handler);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	ck_ok(sandbox_spawn(&box, look_around, found, &err));
	sandbox_wait(&box);
	ck_assert_int_eq(found->sigint, 0);
	ck_assert_int_eq(found->sigpipe, 1);
	ck_assert_int_eq(found->sigusr1_blocked, 0);
	/* The parent's are as they were. */
	ck_assert_int_eq(handler_of(SIGINT), 2);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	ck_assert_int_eq(sigismember(&mask, SIGUSR1), 1);
	ck_assert_int_eq(sigismember(&mask, SIGINT), 0);
}
END_TEST

static void read_all(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	ck_assert_int_ge(fd, 0);
	while ((n = read(fd, text + len, size - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(fd);
}

START_TEST(test_nothing_of_ours_changes)
{
	static char before[65536], after[65536];
	ino_t net = ns_inode("net"), mnt = ns_inode("mnt"), user = ns_inode("user");
	struct sandbox box = SANDBOX_NONE;
	struct err err = ERR_INIT;
	char cookies[16], cookies_after[16];
	int fd = dup(0);

	close(fd);
	read_all("/proc/self/mountinfo", before, sizeof(before));
	read_all("/proc/sys/net/ipv4/tcp_syncookies", cookies, sizeof(cookies));
	ck_ok(sandbox_spawn(&box, look_around, found, &err));
	sandbox_wait(&box);
	read_all("/proc/self/mountinfo", after, sizeof(after));
	read_all("/proc/sys/net/ipv4/tcp_syncookies", cookies_after, sizeof(cookies_after));
	ck_assert_str_eq(after, before);
	ck_assert_str_eq(cookies_after, cookies);
	ck_assert_uint_eq(ns_inode("net"), net);
	ck_assert_uint_eq(ns_inode("mnt"), mnt);
	ck_assert_uint_eq(ns_inode("user"), user);
	ck_assert_int_eq(dup(0), fd);
}
END_TEST

static void expect_byte(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char c;

	ck_assert_int_eq(poll(&pfd, 1, DEADLINE_MS), 1);
	ck_assert_int_eq(read(fd, &c, 1), 1);
	ck_assert_int_eq(c, 'g');
}

static int wait_for_life(void *arg, int life_fd)
{
	struct pollfd pfd = { .fd = life_fd };

	if (poll(&pfd, 1, 0) != 0 || write(*(const int *)arg, "g", 1) != 1)
		return 1;
	if (poll(&pfd, 1, DEADLINE_MS) != 1)
		return 2;
	return pfd.revents & POLLHUP ? 3 : 4;
}

START_TEST(test_life_pipe_hangs_up)
{
	struct sandbox box = SANDBOX_NONE;
	struct err err = ERR_INIT;
	int fds[2], status;

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	ck_ok(sandbox_spawn(&box, wait_for_life, &fds[1], &err));
	expect_byte(fds[0]); /* it has seen that the parent lives */
	close(box.life);
	box.life = -1;
	status = sandbox_wait(&box);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 3, "wait status %#x", status);
}
END_TEST

/* Fork a grandchild that says "g" and then lives for ever, as does its parent. */
static int have_child(void *arg, int life_fd)
{
	int fd = *(const int *)arg;

	(void)life_fd;
	if (fork() == 0) {
		if (write(fd, "g", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(fd); /* only the grandchild holds it now */
	for (;;)
		pause();
}

START_TEST(test_kill_takes_everything)
{
	struct sandbox box = SANDBOX_NONE;
	struct err err = ERR_INIT;
	struct pollfd pfd;
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	ck_ok(sandbox_spawn(&box, have_child, &fds[1], &err));
	close(fds[1]);
	expect_byte(fds[0]);
	sandbox_kill(&box);
	ck_assert_int_eq(box.pid, -1);
	ck_assert_int_eq(box.life, -1);
	/* Now, and not some time later. */
	pfd = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	ck_assert_int_eq(poll(&pfd, 1, 0), 1);
	ck_assert_int_eq(pfd.revents, POLLHUP);
	sandbox_kill(&box); /* harmless */
	ck_assert_int_eq(sandbox_wait(&box), -ECHILD);
}
END_TEST

START_TEST(test_death_of_the_parent_takes_everything)
{
	struct pollfd pfd;
	pid_t middle;
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	middle = fork();
	ck_assert_int_ge(middle, 0);
	if (middle == 0) {
		struct sandbox box;
		struct err err = ERR_INIT;

		/* The child does not look at its life pipe: this is the kernel's doing. */
		if (sandbox_spawn(&box, have_child, &fds[1], &err) < 0)
			_exit(1);
		close(fds[1]);
		for (;;)
			pause();
	}
	close(fds[1]);
	expect_byte(fds[0]);
	ck_assert_int_eq(kill(middle, SIGKILL), 0);
	ck_assert_int_eq(waitpid(middle, NULL, 0), middle);
	pfd = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	ck_assert_int_eq(poll(&pfd, 1, DEADLINE_MS), 1);
	ck_assert_int_eq(pfd.revents, POLLHUP);
}
END_TEST

static int die(void *arg, int life_fd)
{
	(void)arg;
	(void)life_fd;
	abort();
}

START_TEST(test_wait_tells_how_it_ended)
{
	struct sandbox box = SANDBOX_NONE;
	struct err err = ERR_INIT;
	int status;

	/* PID 1 cannot be killed by a signal of its own: abort() ends by a trap instead. */
	ck_ok(sandbox_spawn(&box, die, NULL, &err));
	status = sandbox_wait(&box);
	ck_assert_msg(WIFSIGNALED(status), "wait status %#x", status);
	ck_assert_int_eq(sandbox_wait(&box), -ECHILD);
}
END_TEST

START_TEST(test_probe)
{
	struct err err = ERR_INIT;

	ck_ok(sandbox_probe(&err));
	ck_assert_int_eq(err.code, 0);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

/* From here on in a user namespace of the test's own, where limits can be set. */

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	ck_assert_int_eq(syscall(SYS_capset, &header, none), 0);
}

static void expect_refusal(int code, const char *says, const char *remedy)
{
	struct sandbox box = SANDBOX_NONE;
	struct err err = ERR_INIT, why = ERR_INIT;
	int before = dup(0), after;

	close(before);
	ck_assert_int_eq(sandbox_spawn(&box, look_around, NULL, &err), -code);
	ck_assert_int_eq(err.code, code);
	ck_assert_msg(strstr(err.msg, says) != NULL, "%s", err.msg);
	ck_assert_msg(strstr(err.remedy, remedy) != NULL, "%s", err.remedy);
	ck_assert_int_eq(box.pid, -1);
	ck_assert_int_eq(box.life, -1);
	/* Nothing is left: no child, no descriptor. */
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	after = dup(0);
	ck_assert_int_eq(after, before);
	close(after);
	ck_assert_int_eq(sandbox_probe(&why), -code);
	ck_assert_str_eq(why.msg, err.msg);
	ck_assert_str_eq(why.remedy, err.remedy);
}

START_TEST(test_limit_with_rights)
{
	put("/proc/sys/user/max_pid_namespaces", "0");
	expect_refusal(ENOSPC, "user.max_pid_namespaces=0", "sudo sysctl user.max_pid_namespaces=");
}
END_TEST

START_TEST(test_limit_without_rights)
{
	put("/proc/sys/user/max_user_namespaces", "0");
	drop_capabilities();
	expect_refusal(ENOSPC, "user.max_user_namespaces=0",
		       "sudo sysctl user.max_user_namespaces=");
}
END_TEST

/* In a chroot whose root is no mount point the mounts cannot be made private. */
START_TEST(test_failure_of_the_child_comes_back)
{
	char dir[] = "/tmp/tcplab-test-XXXXXX";
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	ck_assert_int_eq(rmdir(dir), 0);
	ck_assert_int_eq(chroot("."), 0);
	expect_refusal(EINVAL, "cannot set up the namespaces: cannot make the mounts private",
		       "chroot");
	/* Back out, for what a sanitizer reads in /proc at the end. */
	ck_assert_int_eq(fchdir(root), 0);
	ck_assert_int_eq(chroot("."), 0);
	close(root);
}
END_TEST

/* What the engine does in there, with the rights that are left. */
static int build(void *arg, int life_fd)
{
	struct sockaddr_in http = { .sin_family = AF_INET, .sin_port = htons(80) };
	struct err *err = arg;
	struct netns home, host;
	const struct netns *only = &host;
	int tcp, raw;

	(void)life_fd;
	if (netns_home(&home, err) < 0 || netns_new(&home, &host, err) < 0 ||
	    sysctl_pin_all(&only, 1, err) < 0)
		return 1;
	tcp = netns_socket(&host, AF_INET, SOCK_STREAM, 0, err);
	raw = netns_socket(&host, AF_PACKET, SOCK_RAW, 0, err);
	if (tcp < 0 || raw < 0)
		return 2;
	if (bind(tcp, (struct sockaddr *)&http, sizeof(http)) != 0) {
		err_set(err, errno, "port 80: %s", strerror(errno));
		return 3;
	}
	return 0;
}

START_TEST(test_hosts_can_be_built)
{
	struct err err = ERR_INIT, *inside;
	struct sandbox box = SANDBOX_NONE;
	int status;

	inside = mmap(NULL, sizeof(*inside), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ck_assert_ptr_ne(inside, MAP_FAILED);
	ck_ok(sandbox_spawn(&box, build, inside, &err));
	status = sandbox_wait(&box);
	ck_assert_msg(status == 0, "wait status %#x: %s", status, inside->msg);
}
END_TEST

static int idle(void *arg, int life_fd)
{
	(void)arg;
	(void)life_fd;
	return pause();
}

/* Where the machine's mounts are shared, as systemd makes them, ours still see nothing. */
START_TEST(test_shared_mounts_do_not_learn_of_it)
{
	static char before[65536], after[65536];
	struct sandbox box = SANDBOX_NONE;
	struct err err = ERR_INIT;

	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL), 0);
	read_all("/proc/self/mountinfo", before, sizeof(before));
	ck_assert_ptr_nonnull(strstr(before, "shared:"));
	ck_ok(sandbox_spawn(&box, idle, NULL, &err));
	read_all("/proc/self/mountinfo", after, sizeof(after));
	sandbox_kill(&box);
	ck_assert_str_eq(after, before);
}
END_TEST

static TCase *life(const char *name, SFun setup)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_first_process_of_its_own_namespaces);
	tcase_add_test(tc, test_rights_are_the_few_that_are_needed);
	tcase_add_test(tc, test_signals_start_afresh);
	tcase_add_test(tc, test_nothing_of_ours_changes);
	tcase_add_test(tc, test_life_pipe_hangs_up);
	tcase_add_test(tc, test_kill_takes_everything);
	tcase_add_test(tc, test_death_of_the_parent_takes_everything);
	tcase_add_test(tc, test_wait_tells_how_it_ended);
	tcase_add_test(tc, test_probe);
	tcase_add_test(tc, test_hosts_can_be_built);
	return tc;
}

Suite *suite(void)
{
	Suite *s = suite_create("sandbox");
	TCase *own = tcase_create("in a user namespace of the test's own");

	suite_add_tcase(s, life("as we are", share));
	suite_add_tcase(s, life("as an ordinary user", as_user));
	tcase_add_checked_fixture(own, harness_namespaces, NULL);
	tcase_add_test(own, test_shared_mounts_do_not_learn_of_it);
	tcase_add_test(own, test_limit_with_rights);
	tcase_add_test(own, test_limit_without_rights);
	tcase_add_test(own, test_failure_of_the_child_comes_back);
	suite_add_tcase(s, own);
	return s;
}
