/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../runner/outfile.h"

static char dir[64], path[128];
static struct err err;

static void setup(void)
{
	strcpy(dir, "/tmp/tcplab-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file", dir);
	err = ERR_INIT;
}

static void teardown(void)
{
	unlink(path);
	ck_assert_msg(rmdir(dir) == 0, "something was left in %s", dir);
}

static void put(const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(nothing_before_commit)
{
	struct outfile *r;
	struct stat st;

	ck_ok(outfile_create(path, &r, &err));
	ck_ok(outfile_line(r, "x", 1, &err));
	ck_assert_int_ne(stat(path, &st), 0);
	ck_ok(outfile_commit(r, &err));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 2);
}
END_TEST

START_TEST(abandoned_leaves_the_old_one)
{
	struct outfile *r;
	struct stat st;

	put("old");
	ck_ok(outfile_create(path, &r, &err));
	ck_ok(outfile_line(r, "new", 3, &err));
	outfile_abandon(r);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 3);
}
END_TEST

START_TEST(commit_replaces_the_old_one)
{
	struct outfile *r;
	struct stat st;

	put("old and longer than the new one");
	ck_ok(outfile_create(path, &r, &err));
	ck_ok(outfile_line(r, "new", 3, &err));
	ck_ok(outfile_commit(r, &err));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 4);
}
END_TEST

START_TEST(full_disk_is_named)
{
	struct outfile *r;
	char block[8192];
	int rc;

	memset(block, 'x', sizeof(block));
	ck_ok(outfile_create("/dev/full", &r, &err));
	rc = outfile_line(r, block, sizeof(block), &err);
	if (rc == 0)
		rc = outfile_commit(r, &err);
	else
		outfile_abandon(r);
	ck_assert_int_eq(rc, -ENOSPC);
	ck_assert_ptr_nonnull(strstr(err.msg, "/dev/full"));
	ck_assert_ptr_nonnull(strstr(err.remedy, "room"));
}
END_TEST

START_TEST(no_such_folder)
{
	struct outfile *r;

	ck_assert_int_eq(outfile_create("/nonexistent/r", &r, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.msg, "/nonexistent/r"));
}
END_TEST

START_TEST(what_failed_in_the_stream_is_told)
{
	struct outfile *r;

	ck_ok(outfile_create("/dev/full", &r, &err));
	for (int i = 0; i < 100000; i++)
		fputs("sixteen bytes...", outfile_stream(r));
	ck_assert_int_lt(outfile_commit(r, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "/dev/full"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("outfile");
	TCase *tc = tcase_create("outfile");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nothing_before_commit);
	tcase_add_test(tc, abandoned_leaves_the_old_one);
	tcase_add_test(tc, commit_replaces_the_old_one);
	tcase_add_test(tc, full_disk_is_named);
	tcase_add_test(tc, no_such_folder);
	tcase_add_test(tc, what_failed_in_the_stream_is_told);
	suite_add_tcase(s, tc);
	return s;
}
