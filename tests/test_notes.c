/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../runner/field.h"
#include "../runner/notes.h"

#define LIMIT_MS 20000

static char dir[64], path[128];
static struct err err;

static void setup(void)
{
	strcpy(dir, "/tmp/tcplab-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/tcplab-play", dir);
	setenv("XDG_RUNTIME_DIR", dir, 1);
	err = ERR_INIT;
}

static void teardown(void)
{
	ck_assert_msg(rmdir(dir) == 0, "something was left in %s", dir);
}

static void tell(struct notes *n, int step)
{
	json_auto_t *what = json_pack("{s:i}", "step", step);

	notes_tell(n, what);
}

static void wait_for(const struct notes *n)
{
	int fds[2];
	struct pollfd p[2];

	notes_fds(n, fds);
	for (int i = 0; i < 2; i++)
		p[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	ck_assert_int_gt(poll(p, 2, LIMIT_MS), 0);
}

START_TEST(follows)
{
	struct notes *player, *other, *reader;
	json_t *what;

	ck_ok(notes_follow(&reader, &err));
	ck_assert_ptr_null(notes_read(reader));
	ck_ok(notes_publish(&player, &err));
	tell(player, 1234567);
	wait_for(reader);
	what = notes_read(reader);
	ck_assert_int_eq(field_int(what, "step"), 1234567);
	json_decref(what);
	/* a shorter text after a longer one */
	tell(player, 2);
	wait_for(reader);
	what = notes_read(reader);
	ck_assert_int_eq(field_int(what, "step"), 2);
	json_decref(what);
	ck_assert_int_eq(notes_publish(&other, &err), -EBUSY);
	notes_free(player);
	wait_for(reader);
	ck_assert_ptr_null(notes_read(reader));
	notes_free(reader);
}
END_TEST

/* A player that is killed: the one who follows hears of it, and takes the file away. */
START_TEST(killed)
{
	struct notes *player, *reader;
	int told[2], status;
	json_t *what;
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(told), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (notes_publish(&player, &err) == 0)
			tell(player, 7);
		if (write(told[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	ck_assert_int_eq(read(told[0], &byte, 1), 1);
	ck_ok(notes_follow(&reader, &err));
	what = notes_read(reader);
	ck_assert_int_eq(field_int(what, "step"), 7);
	json_decref(what);
	kill(pid, SIGKILL);
	do {
		wait_for(reader);
		what = notes_read(reader);
		json_decref(what);
	} while (what);
	ck_assert_int_eq(access(path, F_OK), -1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	notes_free(reader);
	close(told[0]);
	close(told[1]);
}
END_TEST

/* What a killed one left, with nobody following, is taken over. */
START_TEST(left_behind)
{
	FILE *f = fopen(path, "w");
	struct notes *player, *reader;
	json_t *what;

	ck_assert_ptr_nonnull(f);
	fputs("{\"step\":99,\"pid\":1}", f);
	fclose(f);
	ck_ok(notes_publish(&player, &err));
	tell(player, 3);
	ck_ok(notes_follow(&reader, &err));
	what = notes_read(reader);
	ck_assert_int_eq(field_int(what, "step"), 3);
	json_decref(what);
	notes_free(player);
	notes_free(reader);
}
END_TEST

START_TEST(refuses_what_is_not_ours)
{
	struct notes *n;

	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	ck_assert_int_lt(notes_publish(&n, &err), 0);
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_lt(notes_publish(&n, &err), 0);
	rmdir(path);
	ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_assert_int_eq(notes_publish(&n, &err), -EPERM);
	ck_assert_int_eq(notes_follow(&n, &err), -EPERM);
	setenv("XDG_RUNTIME_DIR", "relative", 1);
	ck_assert_int_eq(notes_publish(&n, &err), -ENOENT);
	unsetenv("XDG_RUNTIME_DIR");
	ck_assert_int_eq(notes_publish(&n, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.remedy, "XDG_RUNTIME_DIR"));
	notes_tell(NULL, NULL);
	notes_free(NULL);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("notes");
	TCase *t = tcase_create("notes");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, follows);
	tcase_add_test(t, killed);
	tcase_add_test(t, left_behind);
	tcase_add_test(t, refuses_what_is_not_ours);
	suite_add_tcase(s, t);
	return s;
}
