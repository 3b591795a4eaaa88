/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../netns/netns.h"
#include "../netns/program.h"
#include "harness.h"

#define PATIENCE_MS 20000

static struct netns home, host;

static void world(void)
{
	struct err err = ERR_INIT;

	/* A folder in it that may not be read would turn ENOENT into EACCES (execvp(3)). */
	setenv("PATH", "/usr/bin:/bin", 1);
	harness_namespaces();
	ck_ok(netns_home(&home, &err));
	ck_ok(netns_new(&home, &host, &err));
}

static void no_world(void)
{
	netns_close(&host);
	netns_close(&home);
}

static struct program spawned(const char *const *argv, const char *const *env, const char *cwd)
{
	const struct program_spec spec = { .ns = &host, .argv = argv, .env = env, .cwd = cwd };
	struct program p = PROGRAM_NONE;
	struct err err = ERR_INIT;

	ck_ok(program_spawn(&spec, &p, &err));
	ck_assert_int_gt(p.pid, 0);
	return p;
}

static struct program shell(const char *script)
{
	return spawned((const char *const[]){ "sh", "-c", script, NULL }, NULL, NULL);
}

/* All that it writes to @fd. Ends when it does, and whoever else holds the pipe. */
static const char *said(const struct program *p, int fd, char *text, size_t size)
{
	struct pollfd pfd = { .fd = p->out[fd - 1], .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	for (;;) {
		ck_assert_int_eq(poll(&pfd, 1, PATIENCE_MS), 1);
		n = read(pfd.fd, text + len, size - 1 - len);
		ck_assert_int_ge(n, 0);
		if (n == 0)
			break;
		len += (size_t)n;
	}
	text[len] = '\0';
	return text;
}

static struct program_end ended(const struct program *p)
{
	struct pollfd pfd = { .fd = p->pidfd, .events = POLLIN };
	struct program_end end = { .status = -1 };
	struct err err = ERR_INIT;

	ck_assert_int_eq(poll(&pfd, 1, PATIENCE_MS), 1);
	ck_assert_int_eq(program_ended(p, &end, &err), 1);
	return end;
}

/* Run it to its end. Return: what it wrote. */
static const char *output(const char *script, char *text, size_t size)
{
	struct program p = shell(script);

	said(&p, 1, text, size);
	ck_assert_int_eq(ended(&p).status, 0);
	program_close(&p);
	return text;
}

START_TEST(it_speaks_and_ends)
{
	char text[256];
	struct program p = shell("echo out; echo err >&2; exit 7");
	struct program_end end;

	ck_assert_str_eq(said(&p, 1, text, sizeof(text)), "out\n");
	ck_assert_str_eq(said(&p, 2, text, sizeof(text)), "err\n");
	end = ended(&p);
	ck_assert_int_eq(end.status, 7);
	ck_assert_int_eq(end.signal, 0);
	ck_assert_int_eq(program_signal(&p, SIGTERM), -ESRCH);
	program_close(&p);
	ck_assert_int_eq(p.pidfd, -1);
	ck_assert_int_eq(p.out[0], -1);
}
END_TEST

START_TEST(it_can_be_told_to_end)
{
	struct err err = ERR_INIT;
	struct program p = spawned((const char *const[]){ "sleep", "1000", NULL }, NULL, NULL);
	struct program_end end;

	ck_assert_int_eq(program_ended(&p, &end, &err), 0);
	ck_ok(program_signal(&p, SIGTERM));
	end = ended(&p);
	ck_assert_int_eq(end.signal, SIGTERM);
	program_close(&p);
}
END_TEST

START_TEST(its_children_end_with_it)
{
	char text[64];
	/* The pipe is closed when the last of them is gone. */
	struct program p = shell("trap '' TERM; sleep 1000 & sleep 1000 & echo ready; wait");
	struct pollfd pfd = { .fd = p.out[0], .events = POLLIN };

	ck_assert_int_eq(poll(&pfd, 1, PATIENCE_MS), 1);
	program_kill_all(&p);
	ck_assert_str_eq(said(&p, 1, text, sizeof(text)), "ready\n");
	ck_assert_int_eq(ended(&p).signal, SIGKILL);
	program_close(&p);
}
END_TEST

START_TEST(it_is_in_its_namespace)
{
	char text[256], want[64];
	struct stat st;

	ck_assert_int_eq(fstat(host.fd, &st), 0);
	snprintf(want, sizeof(want), "net:[%lu]\n", (unsigned long)st.st_ino);
	ck_assert_str_eq(output("readlink /proc/self/ns/net", text, sizeof(text)), want);
	/* and we are where we were */
	ck_assert_int_eq(fstat(home.fd, &st), 0);
	snprintf(want, sizeof(want), "net:[%lu]", (unsigned long)st.st_ino);
	ck_assert_int_gt(readlink("/proc/self/ns/net", text, sizeof(text)), 0);
	ck_assert_int_eq(strncmp(text, want, strlen(want)), 0);
}
END_TEST

START_TEST(it_has_no_rights)
{
	char text[4096], script[80];

	output("grep -E '^(CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs)' /proc/self/status | tr -d "
	       "'\\t'",
	       text, sizeof(text));
	ck_assert_msg(strstr(text, "CapInh:0000000000000000\n") != NULL, "%s", text);
	ck_assert_msg(strstr(text, "NoNewPrivs:1\n") != NULL, "%s", text);
	/* CAP_DAC_OVERRIDE, bit 1, is all that may be left. */
	for (const char *at = text; (at = strstr(at, "CapPrm:") ?: strstr(at, "CapEff:")); at++)
		ck_assert_uint_eq(strtoull(at + 7, NULL, 16) & ~UINT64_C(2), 0);
	/* Not even into the process that started it. */
	snprintf(script, sizeof(script), "readlink /proc/%d/fd/0 || echo refused", getpid());
	ck_assert_str_eq(output(script, text, sizeof(text)), "refused\n");
}
END_TEST

START_TEST(nothing_of_ours_is_left_open)
{
	char text[256];
	/* One without close-on-exec, as a library may have. */
	int loose = dup(STDERR_FILENO);

	ck_assert_int_ge(loose, 3);
	ck_assert_str_eq(output("exec ls /proc/self/fd | tr '\\n' ' '", text, sizeof(text)),
			 "0 1 2 3 ");
	ck_assert_str_eq(
		output("read line; echo \"<$line>\"; readlink /proc/self/fd/0", text, sizeof(text)),
		"<>\n/dev/null\n");
	close(loose);
}
END_TEST

START_TEST(it_has_a_session_and_plain_signals)
{
	char text[512];
	unsigned long long blocked, ignored;
	struct rlimit files;
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	output("grep -E '^Sig(Blk|Ign)' /proc/self/status | tr -d '\\t'", text, sizeof(text));
	ck_assert_int_eq(sscanf(text, "SigBlk:%llx\nSigIgn:%llx", &blocked, &ignored), 2);
	ck_assert_uint_eq(blocked, 0);
	/* 32 and 33 are libc's own: whoever started us may ignore them, and sigaction(2) refuses.
	 */
	ck_assert_uint_eq(ignored & ~0x180000000ULL, 0);
	/* pid, process group and session of the shell */
	output("set -- $(cut -d' ' -f1,5,6 /proc/$$/stat); test $1 = $2 && test $1 = $3 && echo "
	       "own",
	       text, sizeof(text));
	ck_assert_str_eq(text, "own\n");
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	output("ulimit -Sn", text, sizeof(text));
	ck_assert_int_le(atoi(text), 1024);
	ck_assert_int_gt(atoi(text), 0);
}
END_TEST

START_TEST(its_environment_is_said)
{
	static const char *const env[] = { "X=1", "LANG=C", "EMPTY=", NULL };
	static const char *const argv[] = { "env", NULL };
	char text[1024];
	struct program p;

	setenv("SECRET", "ours", 1);
	p = spawned(argv, env, NULL);
	said(&p, 1, text, sizeof(text));
	ck_assert_str_eq(text, "PATH=/usr/bin:/bin\nLANG=C\nHOME=/\nTZ=UTC\nX=1\nEMPTY=\n");
	ck_assert_int_eq(ended(&p).status, 0);
	program_close(&p);
}
END_TEST

START_TEST(it_starts_where_it_is_told)
{
	char text[256];
	struct program p = spawned((const char *const[]){ "pwd", NULL }, NULL, "/usr");

	ck_assert_str_eq(said(&p, 1, text, sizeof(text)), "/usr\n");
	ck_assert_int_eq(ended(&p).status, 0);
	program_close(&p);
}
END_TEST

static size_t open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void refuses(const char *const *argv, const char *cwd, int code, const char *want)
{
	const struct program_spec spec = { .ns = &host, .argv = argv, .cwd = cwd };
	struct program p = PROGRAM_NONE;
	struct err err = ERR_INIT;
	size_t before = open_files();

	ck_assert_int_eq(program_spawn(&spec, &p, &err), -code);
	ck_assert_msg(strstr(err.msg, want) != NULL, "%s", err.msg);
	ck_assert_int_eq(p.pid, -1);
	ck_assert_uint_eq(open_files(), before);
	/* reaped, too */
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}

START_TEST(what_cannot_be_executed_is_told)
{
	refuses((const char *const[]){ "no-such-program", NULL }, NULL, ENOENT,
		"no-such-program: No such file or directory");
	refuses((const char *const[]){ "/etc/passwd", NULL }, NULL, EACCES, "Permission denied");
	refuses((const char *const[]){ "/", NULL }, NULL, EACCES, "/: ");
	refuses((const char *const[]){ "true", NULL }, "/no/such/folder", ENOENT,
		"true: its directory /no/such/folder: No such file");
	refuses((const char *const[]){ "true", NULL }, "/etc/passwd", ENOTDIR, "Not a directory");
}
END_TEST

START_TEST(no_namespace_no_program)
{
	struct netns closed = NETNS_CLOSED;
	const struct program_spec spec = { .ns = &closed,
					   .argv = (const char *const[]){ "true", NULL } };
	struct program p = PROGRAM_NONE;
	struct err err = ERR_INIT;

	ck_assert_int_eq(program_spawn(&spec, &p, &err), -EBADF);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(too_much_environment)
{
	const char *env[100];
	char names[100][8];
	const struct program_spec spec = { .ns = &host,
					   .argv = (const char *const[]){ "true", NULL },
					   .env = env };
	struct program p = PROGRAM_NONE;
	struct err err = ERR_INIT;

	for (int i = 0; i < 99; i++) {
		snprintf(names[i], sizeof(names[i]), "A%d=", i);
		env[i] = names[i];
	}
	env[99] = NULL;
	ck_assert_int_eq(program_spawn(&spec, &p, &err), -E2BIG);
}
END_TEST

/* Whoever started it is gone: so is it, and the fifo that it alone held is closed. */
START_TEST(it_does_not_outlive_us)
{
	struct pollfd pfd = { .events = POLLIN };
	char dir[] = "/tmp/test_program.XXXXXX", script[80], byte;
	pid_t pid;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(script, sizeof(script), "%s/fifo", dir);
	ck_assert_int_eq(mkfifo(script, 0600), 0);
	pfd.fd = open(script, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_ge(pfd.fd, 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		const char *const argv[] = { "sh", "-c", script, NULL };
		const struct program_spec spec = { .ns = &host, .argv = argv };
		struct program p;
		struct err err = ERR_INIT;

		snprintf(script, sizeof(script), "exec 9>%s/fifo; echo >&9; exec sleep 1000", dir);
		if (program_spawn(&spec, &p, &err) < 0)
			_exit(1);
		pause();
		_exit(2);
	}
	ck_assert_int_eq(poll(&pfd, 1, PATIENCE_MS), 1);
	ck_assert_int_eq(read(pfd.fd, &byte, 1), 1);
	unlink(script);
	rmdir(dir);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(poll(&pfd, 1, PATIENCE_MS), 1);
	ck_assert_int_eq(read(pfd.fd, &byte, 1), 0);
	close(pfd.fd);
}
END_TEST

START_TEST(children_left_to_us_are_found)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(0);
	while (program_dead_child() == 0)
		poll(NULL, 0, 1);
	ck_assert_int_eq(program_dead_child(), pid);
	program_reap(pid);
	ck_assert_int_eq(program_dead_child(), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("program");
	TCase *tc = tcase_create("program");

	tcase_add_checked_fixture(tc, world, no_world);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, it_speaks_and_ends);
	tcase_add_test(tc, it_can_be_told_to_end);
	tcase_add_test(tc, its_children_end_with_it);
	tcase_add_test(tc, it_is_in_its_namespace);
	tcase_add_test(tc, it_has_no_rights);
	tcase_add_test(tc, nothing_of_ours_is_left_open);
	tcase_add_test(tc, it_has_a_session_and_plain_signals);
	tcase_add_test(tc, its_environment_is_said);
	tcase_add_test(tc, it_starts_where_it_is_told);
	tcase_add_test(tc, what_cannot_be_executed_is_told);
	tcase_add_test(tc, no_namespace_no_program);
	tcase_add_test(tc, too_much_environment);
	tcase_add_test(tc, it_does_not_outlive_us);
	tcase_add_test(tc, children_left_to_us_are_found);
	suite_add_tcase(s, tc);
	return s;
}
