/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../runner/columns.h"
#include "../runner/doctor.h"
#include "../runner/paper.h"
#include "../runner/trial.h"

/* A folder with one lab and one lesson a language, for the doctor to find. */
static char dir[64], lab_dir[80], content[80];

static void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_msg(fd >= 0, "%s", path);
	close(fd);
}

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void course_make(void)
{
	snprintf(dir, sizeof(dir), "%s/tcplab-doctor-XXXXXX", P_tmpdir);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(lab_dir, sizeof(lab_dir), "%s/labs", dir);
	snprintf(content, sizeof(content), "%s/content", dir);
	ck_assert_int_eq(mkdir(lab_dir, 0700), 0);
	ck_assert_int_eq(mkdir(content, 0700), 0);
	ck_assert_int_eq(mkdir(in_dir("content/en"), 0700), 0);
	ck_assert_int_eq(mkdir(in_dir("content/zh"), 0700), 0);
	touch(in_dir("labs/a.lua"));
	touch(in_dir("labs/b.lua"));
	touch(in_dir("labs/README"));
	touch(in_dir("content/en/a.md"));
	touch(in_dir("content/zh/a.md"));
}

static void course_remove(void)
{
	static const char *const files[] = { "labs/a.lua",      "labs/b.lua",      "labs/README",
					     "content/en/a.md", "content/zh/a.md", "labs",
					     "content/en",      "content/zh",      "content" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		ck_assert_int_eq(remove(in_dir(files[i])), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void need_sandbox(void)
{
	struct trial_result results[TRIAL_COUNT];
	struct err why = ERR_INIT;

	harness_need(trial_all(results, &why) == 0, "a sandbox");
}

static char *doctor(enum lang lang, int columns, bool utf8, const char *labs_dir,
		    const char *content_dir, int *status)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	const struct paper paper = {
		.out = out, .columns = columns, .color = false, .utf8 = utf8, .lang = lang
	};

	*status = doctor_run(&paper, labs_dir, content_dir);
	fclose(out);
	return text;
}

static void must_say(const char *text, const char *what)
{
	ck_assert_msg(strstr(text, what), "\"%s\" is missing in:\n%s", what, text);
}

static void must_not_say(const char *text, const char *what)
{
	ck_assert_msg(!strstr(text, what), "\"%s\" is in:\n%s", what, text);
}

static void must_fit(const char *text, int columns)
{
	for (const char *at = text; *at; at = strchr(at, '\n') + 1)
		ck_assert_msg(columns_width(at) <= columns, "wider than %d: %.160s", columns, at);
}

START_TEST(able)
{
	_cleanup_free_ char *text = NULL;
	int status;

	need_sandbox();
	text = doctor(LANG_EN, 100, true, lab_dir, content, &status);
	ck_assert_msg(status == 0, "%d:\n%s", status, text);
	must_say(text, "Labs can run on this machine.");
	must_say(text, "✓ Sandbox");
	must_say(text, "✓ Hosts and links");
	must_say(text, "✓ Packet sockets");
	must_say(text, "✓ Socket states");
	must_say(text, "2 in ");
	must_say(text, "1 English, 1 Chinese");
	must_not_say(text, "✗");
	must_fit(text, 100);
}
END_TEST

START_TEST(narrow_chinese)
{
	_cleanup_free_ char *text = NULL;
	int status;

	need_sandbox();
	text = doctor(LANG_ZH, 60, true, lab_dir, content, &status);
	ck_assert_int_eq(status, 0);
	must_say(text, "这台机器可以运行实验。");
	must_say(text, "✓ 沙箱");
	must_fit(text, 60);
}
END_TEST

START_TEST(ascii)
{
	_cleanup_free_ char *text = NULL;
	int status;

	text = doctor(LANG_EN, 80, false, lab_dir, content, &status);
	for (const char *at = text; *at; at++)
		ck_assert_msg((unsigned char)*at < 0x80, "not ASCII: %.80s", at);
	must_say(text, "export LC_ALL=C.UTF-8");
	must_fit(text, 80);
}
END_TEST

START_TEST(no_labs)
{
	_cleanup_free_ char *nowhere = NULL, *empty = NULL;
	int status;

	nowhere = doctor(LANG_EN, 100, true, NULL, NULL, &status);
	ck_assert_int_eq(status, 3);
	must_say(nowhere, "✗ Labs");
	must_say(nowhere, "→ install tcplab again");
	must_say(nowhere, "Labs cannot run on this machine yet");

	empty = doctor(LANG_EN, 100, true, content, content, &status);
	ck_assert_int_eq(status, 3);
	must_say(empty, "none in ");
}
END_TEST

/* A folder may be called anything; what it is called never reaches the terminal as it is. */
START_TEST(wicked_folder)
{
	_cleanup_free_ char *text = NULL;
	int status;

	text = doctor(LANG_EN, 100, true, "/\033[2J\a", "/\xff\xfe\r", &status);
	ck_assert_int_eq(status, 3);
	must_not_say(text, "\033");
	must_not_say(text, "\a");
	must_not_say(text, "\r");
	must_not_say(text, "\xff");
}
END_TEST

/* No more network namespaces: net/core/net_namespace.c:copy_net_ns() says ENOSPC. */
START_TEST(no_namespaces)
{
	_cleanup_free_ char *text = NULL;
	FILE *limit = fopen("/proc/sys/user/max_net_namespaces", "we");
	int status;

	ck_assert_ptr_nonnull(limit);
	fputs("0", limit);
	ck_assert_int_eq(fclose(limit), 0);

	text = doctor(LANG_EN, 100, true, lab_dir, content, &status);
	ck_assert_msg(status == 3, "%d:\n%s", status, text);
	must_say(text, "✗ Sandbox");
	must_say(text, "not tried");
	must_say(text, "max_net_namespaces");
	must_not_say(text, "✗ Packet sockets");
}
END_TEST

/* One result for each trial, and each failure explains itself. */
START_TEST(trials_explain)
{
	struct trial_result results[TRIAL_COUNT];
	struct err err = ERR_INIT;

	need_sandbox();
	ck_ok(trial_all(results, &err));
	for (int i = 0; i < TRIAL_COUNT; i++) {
		ck_assert_int_ne(results[i].rc, TRIAL_UNTOLD);
		ck_assert_msg(results[i].rc == 0 || results[i].err.msg[0], "trial %d: no reason",
			      i);
	}
	ck_assert_msg(results[TRIAL_HOSTS].rc == 0, "%s", results[TRIAL_HOSTS].err.msg);
	ck_assert_msg(results[TRIAL_PACKET].rc == 0, "%s", results[TRIAL_PACKET].err.msg);
	ck_assert_msg(results[TRIAL_DIAG].rc == 0, "%s", results[TRIAL_DIAG].err.msg);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("doctor");
	TCase *plain = tcase_create("doctor"), *blocked = tcase_create("blocked");

	tcase_add_unchecked_fixture(plain, course_make, course_remove);
	tcase_add_test(plain, able);
	tcase_add_test(plain, narrow_chinese);
	tcase_add_test(plain, ascii);
	tcase_add_test(plain, no_labs);
	tcase_add_test(plain, wicked_folder);
	tcase_add_test(plain, trials_explain);
	suite_add_tcase(s, plain);

	tcase_add_unchecked_fixture(blocked, course_make, course_remove);
	tcase_add_checked_fixture(blocked, harness_namespaces, NULL);
	tcase_add_test(blocked, no_namespaces);
	suite_add_tcase(s, blocked);
	return s;
}
