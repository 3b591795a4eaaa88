/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../netns/netns.h"

static struct netns home;

static void enter(void)
{
	struct err err = ERR_INIT;

	harness_namespaces();
	ck_ok(netns_home(&home, &err));
}

static ino_t inode(int fd)
{
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	return st.st_ino;
}

static ino_t here(void)
{
	struct stat st;

	ck_assert_int_eq(stat("/proc/thread-self/ns/net", &st), 0);
	return st.st_ino;
}

static int note_where(void *arg, struct err *err)
{
	(void)err;
	*(ino_t *)arg = here();
	return 7;
}

START_TEST(test_new_is_another_and_we_are_home)
{
	struct netns a, b;
	struct err err = ERR_INIT;
	ino_t before = here();

	ck_ok(netns_new(&home, &a, &err));
	ck_ok(netns_new(&home, &b, &err));
	ck_assert_uint_eq(here(), before);
	ck_assert_uint_eq(inode(home.fd), before);
	ck_assert_uint_ne(inode(a.fd), before);
	ck_assert_uint_ne(inode(a.fd), inode(b.fd));
	ck_assert_int_eq(fcntl(a.fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(home.fd, F_GETFD), FD_CLOEXEC);
	netns_close(&a);
	netns_close(&a);
	netns_close(&b);
	ck_assert_int_eq(a.fd, -1);
}
END_TEST

START_TEST(test_call_runs_inside_and_comes_back)
{
	struct netns a;
	struct err err = ERR_INIT;
	ino_t before = here(), seen = 0;

	ck_ok(netns_new(&home, &a, &err));
	ck_assert_int_eq(netns_call(&a, note_where, &seen, &err), 7);
	ck_assert_uint_eq(seen, inode(a.fd));
	ck_assert_uint_eq(here(), before);
	ck_assert_int_eq(netns_call(&home, note_where, &seen, &err), 7);
	ck_assert_uint_eq(seen, before);
	netns_close(&a);
}
END_TEST

static int fail_inside(void *arg, struct err *err)
{
	(void)arg;
	return err_set(err, EXDEV, "as intended");
}

START_TEST(test_call_comes_back_from_failure)
{
	struct netns a;
	struct err err = ERR_INIT;
	ino_t before = here();

	ck_ok(netns_new(&home, &a, &err));
	ck_assert_int_eq(netns_call(&a, fail_inside, NULL, &err), -EXDEV);
	ck_assert_str_eq(err.msg, "as intended");
	ck_assert_uint_eq(here(), before);
	netns_close(&a);
}
END_TEST

struct nest {
	struct netns outer, inner, made;
	ino_t during, after, after_new;
};

static int call_again(void *arg, struct err *err)
{
	struct nest *nest = arg;
	int rc = netns_call(&nest->inner, note_where, &nest->during, err);

	nest->after = here();
	if (rc >= 0)
		rc = netns_new(&home, &nest->made, err);
	nest->after_new = here();
	return rc;
}

START_TEST(test_calls_nest)
{
	struct nest nest = { 0 };
	struct err err = ERR_INIT;
	ino_t before = here();

	ck_ok(netns_new(&home, &nest.outer, &err));
	ck_ok(netns_new(&home, &nest.inner, &err));
	ck_ok(netns_call(&nest.outer, call_again, &nest, &err));
	ck_assert_uint_eq(nest.during, inode(nest.inner.fd));
	ck_assert_uint_eq(nest.after, inode(nest.outer.fd));
	ck_assert_uint_eq(nest.after_new, inode(nest.outer.fd));
	ck_assert_uint_eq(here(), before);
	netns_close(&nest.outer);
	netns_close(&nest.inner);
	netns_close(&nest.made);
}
END_TEST

START_TEST(test_closed_namespace_is_not_entered)
{
	struct netns closed = NETNS_CLOSED;
	struct err err = ERR_INIT;
	ino_t before = here(), seen = 0;

	ck_assert_int_eq(netns_call(&closed, note_where, &seen, &err), -EBADF);
	ck_assert_uint_eq(seen, 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "cannot enter a network namespace"));
	closed.fd = 0; /* a descriptor, but of no namespace */
	ck_assert_int_lt(netns_call(&closed, note_where, &seen, &err), 0);
	ck_assert_uint_eq(seen, 0);
	ck_assert_uint_eq(here(), before);
}
END_TEST

START_TEST(test_no_way_back_is_fatal)
{
	struct netns a;
	struct err err = ERR_INIT;
	ino_t seen;

	prctl(PR_SET_DUMPABLE, 0); /* the abort() is expected: no core file of it */
	ck_ok(netns_new(&home, &a, &err));
	a.home = -1;
	netns_call(&a, note_where, &seen, &err);
}
END_TEST

START_TEST(test_socket_belongs_to_the_namespace)
{
	struct netns a;
	struct err err = ERR_INIT;
	int fd, ns;

	ck_ok(netns_new(&home, &a, &err));
	fd = netns_socket(&a, AF_INET, SOCK_STREAM, 0, &err);
	ck_ok(fd);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ns = ioctl(fd, SIOCGSKNS);
	ck_assert_msg(ns >= 0, "SIOCGSKNS: %s", strerror(errno));
	ck_assert_uint_eq(inode(ns), inode(a.fd));
	close(ns);
	close(fd);
	netns_close(&a);
}
END_TEST

START_TEST(test_socket_failures)
{
	struct rlimit files, few;
	struct netns a, b;
	struct err err = ERR_INIT;
	ino_t before = here();

	ck_ok(netns_new(&home, &a, &err));
	ck_assert_int_eq(netns_socket(&a, 9999, SOCK_STREAM, 0, &err), -EAFNOSUPPORT);
	ck_assert_ptr_nonnull(strstr(err.msg, "socket(family 9999"));
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	few = files;
	few.rlim_cur = (rlim_t)a.fd + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_assert_int_eq(netns_socket(&a, AF_INET, SOCK_STREAM, 0, &err), -EMFILE);
	ck_assert_ptr_nonnull(strstr(err.remedy, "ulimit -n"));
	ck_assert_int_eq(netns_new(&home, &b, &err), -EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	ck_assert_uint_eq(here(), before);
}
END_TEST

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

START_TEST(test_limit_of_namespaces)
{
	struct netns a = NETNS_CLOSED;
	struct err err = ERR_INIT;

	put("/proc/sys/user/max_net_namespaces", "0");
	ck_assert_int_eq(netns_new(&home, &a, &err), -ENOSPC);
	ck_assert_ptr_nonnull(strstr(err.remedy, "user.max_net_namespaces"));
	ck_assert_int_eq(a.fd, -1);
}
END_TEST

static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	ck_assert_int_eq(syscall(SYS_capset, &header, none), 0);
}

START_TEST(test_without_the_right)
{
	struct netns a = NETNS_CLOSED;
	struct err err = ERR_INIT;

	drop_capabilities();
	ck_assert_int_eq(netns_new(&home, &a, &err), -EPERM);
	ck_assert_ptr_nonnull(strstr(err.remedy, "CAP_SYS_ADMIN"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("netns");
	TCase *tc = tcase_create("netns");

	tcase_add_checked_fixture(tc, enter, NULL);
	tcase_add_test(tc, test_new_is_another_and_we_are_home);
	tcase_add_test(tc, test_call_runs_inside_and_comes_back);
	tcase_add_test(tc, test_call_comes_back_from_failure);
	tcase_add_test(tc, test_calls_nest);
	tcase_add_test(tc, test_closed_namespace_is_not_entered);
	tcase_add_test_raise_signal(tc, test_no_way_back_is_fatal, SIGABRT);
	tcase_add_test(tc, test_socket_belongs_to_the_namespace);
	tcase_add_test(tc, test_socket_failures);
	tcase_add_test(tc, test_limit_of_namespaces);
	tcase_add_test(tc, test_without_the_right);
	suite_add_tcase(s, tc);
	return s;
}
