/* SPDX-License-Identifier: MIT */
#include "../runner/jobs.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

/*
 * What the jobs do, one letter each:
 *   w  wait for the job after it to have written
 *   a  be alone: nobody else may run meanwhile
 *   f  fail     k  die of SIGKILL     s  end our parent by SIGTERM, and wait for its own
 *   p  wait for ever
 *   m  write more than a pipe holds   .  only write
 *
 * @running, @most: how many, and the most that ever were
 */
struct shared {
	int running, most, with_alone;
	bool done[16];
};

static struct shared *shared;
static char *text;
static size_t size;

static bool alone(void *arg, size_t i)
{
	return ((const char *)arg)[i] == 'a';
}

static int run(void *arg, size_t i, FILE *out, struct err *err)
{
	const char what = ((const char *)arg)[i];
	int now = __atomic_add_fetch(&shared->running, 1, __ATOMIC_SEQ_CST);

	if (now > shared->most)
		shared->most = now;
	fprintf(out, "<%zu", i);
	fflush(out);
	if (what == 'w') {
		while (!*(volatile bool *)&shared->done[i + 1])
			sched_yield();
	} else if (what == 'f') {
		return err_set(err, EBUSY, "job %zu failed", i);
	} else if (what == 'k') {
		raise(SIGKILL);
	} else if (what == 's' || what == 'p') {
		if (what == 's')
			kill(getppid(), SIGTERM);
		pause();
	}
	for (int k = 0; what == 'm' && k < 100000; k++)
		fputs("0123456789", out);
	if (what == 'a' && __atomic_load_n(&shared->running, __ATOMIC_SEQ_CST) != 1)
		shared->with_alone++;
	fprintf(out, "%zu>", i);
	fflush(out);
	__atomic_sub_fetch(&shared->running, 1, __ATOMIC_SEQ_CST);
	shared->done[i] = true;
	return 0;
}

static int do_all(const char *what, size_t at_once, int *sig, struct err *err)
{
	const struct jobs jobs = { .n = strlen(what),
				   .at_once = at_once,
				   .alone = alone,
				   .run = run,
				   .arg = (void *)(uintptr_t)what };
	FILE *out = open_memstream(&text, &size);
	int rc;

	signal(SIGTERM, SIG_DFL); /* Check's own handler would end the test */
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ck_assert(out && shared != MAP_FAILED);
	rc = jobs_run(&jobs, out, sig, err);
	fclose(out);
	/* No child is left. */
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	return rc;
}

static void forget(void)
{
	free(text);
	text = NULL;
}

START_TEST(they_are_told_about_in_order)
{
	struct err err = ERR_INIT;
	int sig = 0;

	ck_ok(do_all("w.w..", 2, &sig, &err));
	ck_assert_str_eq(text, "<00><11><22><33><44>");
	ck_assert_int_eq(sig, 0);
	ck_assert_int_eq(shared->most, 2);
	forget();
	ck_ok(do_all("....", 1, &sig, &err));
	ck_assert_str_eq(text, "<00><11><22><33>");
	ck_assert_int_eq(shared->most, 1);
	forget();
	ck_ok(do_all("", 3, &sig, &err));
	ck_assert_str_eq(text, "");
	forget();
}
END_TEST

START_TEST(some_are_alone)
{
	struct err err = ERR_INIT;
	int sig = 0;

	ck_ok(do_all("w.aa.a", 4, &sig, &err));
	ck_assert_str_eq(text, "<00><11><22><33><44><55>");
	ck_assert_int_eq(shared->with_alone, 0);
	forget();
}
END_TEST

START_TEST(much_output_is_whole)
{
	struct err err = ERR_INIT;
	int sig = 0;

	ck_ok(do_all("wmm.", 4, &sig, &err));
	ck_assert_uint_eq(size, 4 * 4 + 2 * 1000000);
	ck_assert(strncmp(text, "<00><101234", 11) == 0);
	ck_assert_str_eq(text + size - 10, "67892><33>");
	forget();
}
END_TEST

START_TEST(the_first_failure_ends_all)
{
	struct err err = ERR_INIT;
	int sig = 0;

	ck_assert_int_eq(do_all("w.fp", 2, &sig, &err), -EBUSY);
	ck_assert_str_eq(err.msg, "job 2 failed");
	ck_assert(strncmp(text, "<00><11><2", 10) == 0);
	forget();
	ck_assert_int_eq(do_all(".k.", 1, &sig, &err), -ECHILD);
	ck_assert_msg(strstr(err.msg, "signal 9"), "%s", err.msg);
	ck_assert_str_eq(text, "<00><1");
	forget();
}
END_TEST

START_TEST(a_signal_ends_all)
{
	struct err err = ERR_INIT;
	int sig = 0;

	/* The third and the fourth never end by themselves: no place is left for the fifth. */
	ck_ok(do_all("w.sp.", 2, &sig, &err));
	ck_assert_int_eq(sig, SIGTERM);
	/* How far they had come by then is the machine's business; what was told is in order. */
	ck_assert_msg(strncmp("<00><11><2", text, strlen(text)) == 0, "%s", text);
	ck_assert(!shared->done[4]);
	forget();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("jobs");
	TCase *tc = tcase_create("jobs");

	tcase_add_test(tc, they_are_told_about_in_order);
	tcase_add_test(tc, some_are_alone);
	tcase_add_test(tc, much_output_is_whole);
	tcase_add_test(tc, the_first_failure_ends_all);
	tcase_add_test(tc, a_signal_ends_all);
	suite_add_tcase(s, tc);
	return s;
}
