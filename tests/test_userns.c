/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../netns/userns.h"

/*
 * Machines that refuse, each a row: what /proc/sys says there (one file below
 * it, or NULL), the errno, and what the reader is to be told.
 */
static const struct {
	const char *dir, *file, *value;
	int code;
	const char *says, *remedy;
} machines[] = {
	{ "kernel", "kernel/unprivileged_userns_clone", "0\n", EPERM,
	  "kernel.unprivileged_userns_clone=0", "sudo sysctl kernel.unprivileged_userns_clone=1" },
	{ "kernel", "kernel/unprivileged_userns_clone", "1\n", EPERM, "seccomp", "docker run" },
	{ "kernel", "kernel/apparmor_restrict_unprivileged_userns", "1\n", EPERM, "AppArmor",
	  "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0" },
	{ "kernel", "kernel/apparmor_restrict_unprivileged_userns", "1\n", EACCES, "AppArmor",
	  "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0" },
	{ "kernel", "kernel/apparmor_restrict_unprivileged_userns", "0\n", EPERM, "seccomp",
	  "in a chroot: leave it" },
	{ "kernel", "kernel/apparmor_restrict_unprivileged_userns", "\n", EPERM, "seccomp",
	  "sudo" },
	{ "user", "user/max_user_namespaces", "0\n", ENOSPC, "user.max_user_namespaces=0",
	  "sudo sysctl user.max_user_namespaces=" },
	{ "user", "user/max_net_namespaces", "0\n", ENOSPC, "user.max_net_namespaces=0",
	  "sudo sysctl user.max_net_namespaces=" },
	{ "user", "user/max_user_namespaces", "100\n", ENOSPC, "limit of namespaces is reached",
	  "raise the user.max_*_namespaces" },
	{ "user", NULL, NULL, EPERM, "seccomp", "docker run" },
	{ "user", NULL, NULL, EINVAL, "built without", "CONFIG_USER_NS" },
	{ "user", NULL, NULL, EAGAIN, "limit of processes", "ulimit -u" },
	{ "user", NULL, NULL, EUSERS, "nested too deep", "containers" },
};

START_TEST(test_machine)
{
	char root[] = "/tmp", dir[64], file[128];
	struct err err = ERR_INIT;

	/* The namespace's own mounts: a file system in memory, gone with the test. */
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("none", root, "tmpfs", 0, NULL), 0);
	snprintf(dir, sizeof(dir), "%s/%s", root, machines[_i].dir);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	if (machines[_i].file) {
		int fd;

		snprintf(file, sizeof(file), "%s/%s", root, machines[_i].file);
		fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_gt(write(fd, machines[_i].value, strlen(machines[_i].value)), 0);
		close(fd);
	}
	err_set(&err, machines[_i].code, "cannot do it");
	ck_assert_int_eq(userns_explain(machines[_i].code, root, &err), -machines[_i].code);
	ck_assert_int_eq(err.code, machines[_i].code);
	ck_assert_msg(strncmp(err.msg, "cannot do it: ", 14) == 0, "%s", err.msg);
	ck_assert_msg(strstr(err.msg, machines[_i].says) != NULL, "%s", err.msg);
	ck_assert_msg(strstr(err.remedy, machines[_i].remedy) != NULL, "%s", err.remedy);
}
END_TEST

START_TEST(test_says_nothing_of_what_it_does_not_know)
{
	struct err err = ERR_INIT;

	err_set(&err, ENODEV, "cannot do it");
	ck_assert_int_eq(userns_explain(ENODEV, "/nowhere", &err), -ENODEV);
	ck_assert_str_eq(err.msg, "cannot do it");
	ck_assert_str_eq(err.remedy, "");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("userns");
	TCase *tc = tcase_create("userns");

	tcase_add_checked_fixture(tc, harness_namespaces, NULL);
	tcase_add_loop_test(tc, test_machine, 0, sizeof(machines) / sizeof(machines[0]));
	tcase_add_test(tc, test_says_nothing_of_what_it_does_not_know);
	suite_add_tcase(s, tc);
	return s;
}
