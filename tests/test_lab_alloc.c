/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>

#include "../lua/refusal.h"
#include "fake_engine.h"
#include "harness.h"

/*
 * Every allocation that lua/ makes for one lab, made to fail in turn: the run ends with
 * -ENOMEM, or copes, and nothing stays open.
 */
static struct fake f;

static void world(void)
{
	struct err err = ERR_INIT;

	harness_namespaces();
	ck_ok(fake_open(&f, &err));
}

static void no_world(void)
{
	confine_fail(0, false);
	fake_close(&f);
}

static int play(struct err *err)
{
	struct lab_setting given[] = { { "delay", "5ms" } };
	const struct lab_load_options load = { .params = given, .n_params = 1, .full = true };
	struct lab *lab = NULL;
	int rc;

	eventfd_t taken;

	f.len = 0;
	if (f.program.ended)
		eventfd_read(f.program_fd, &taken);
	f.program = (struct lab_program){ .ended = false };
	f.failed = 0;
	rc = lab_load("tests/labs/everything.lua", &load, &lab, err);
	if (rc < 0)
		return rc;
	rc = fake_play(&f, lab, err);
	lab_free(lab);
	return rc;
}

static size_t open_files(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 64; fd++) {
		struct stat st;

		n += fstat(fd, &st) == 0;
	}
	return n;
}

static void each_allocation(bool all)
{
	size_t before = open_files();
	unsigned refused = 0, coped = 0;

	for (long nth = 1;; nth++) {
		struct err err = ERR_INIT;
		int rc;

		confine_fail(nth, all);
		rc = play(&err);
		ck_assert_uint_eq(lab_open_sockets(NULL), 0);
		ck_assert_msg(open_files() == before, "allocation %ld left a descriptor", nth);
		if (!confine_failed()) {
			ck_assert_msg(rc == 0, "%s", err.msg);
			break;
		}
		if (rc < 0) {
			ck_assert_msg(rc == -ENOMEM, "allocation %ld: %d %s", nth, rc, err.msg);
			refused++;
		} else {
			coped++;
		}
		ck_assert_msg(f.failed == 0, "allocation %ld: %s", nth, f.log);
	}
	ck_assert_uint_gt(refused, all ? 500 : 3);
	/* Lua collects garbage and asks again, so that one refusal alone is survived. */
	if (all)
		ck_assert_uint_lt(coped, refused / 10);
	else
		ck_assert_uint_gt(coped, refused);
}

START_TEST(one_fails)
{
	each_allocation(false);
}
END_TEST

START_TEST(all_from_one_on_fail)
{
	each_allocation(true);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lab_alloc");
	TCase *tc = tcase_create("lab_alloc");

	tcase_add_checked_fixture(tc, world, no_world);
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, one_fails);
	tcase_add_test(tc, all_from_one_on_fail);
	suite_add_tcase(s, tc);
	return s;
}
