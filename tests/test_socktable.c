/* SPDX-License-Identifier: MIT */
/*
 * The table behind the dumps: with real sockets, and with made-up ones beside
 * a model that is too simple to be wrong.
 */
#include "harness.h"
#include "losock.h"

#include <errno.h>
#include <string.h>

#include "../netns/netns.h"
#include "../netns/sockdiag.h"
#include "../netns/socktable.h"

static struct err err;
static struct netns home;
static struct sockdiag *diag;

static void setup(void)
{
	harness_namespaces();
	lo_up();
	ck_ok(netns_home(&home, &err));
	ck_ok(sockdiag_open(&home, &diag, &err));
}

static void teardown(void)
{
	sockdiag_close(diag);
	netns_close(&home);
}

static const int families[] = { AF_INET, AF_INET6 };

static int count(void *arg, enum tcpstate from, const struct sock_entry *now, struct err *e)
{
	size_t *n = arg;

	(void)e;
	ck_assert_int_ne(from, now->state);
	++*n;
	return 0;
}

/* Enough to fill several datagrams, to grow the table and to close gaps in its index. */
START_TEST(many_sockets_and_some_of_them_gone)
{
	enum { N = 900 };
	static int fds[N];
	const struct endpoint none = { .port = 0 };
	size_t cursor = 0, changes = 0, listed = 0;

	for (unsigned i = 0; i < N; i++)
		fds[i] = listening(families[i % 2], 1024 + i, 1);
	ck_ok(sockdiag_dump(diag, count, &changes, &err));
	ck_assert_uint_eq(changes, N);
	for (unsigned i = 0; i < N; i += 3)
		close(fds[i]);
	changes = 0;
	ck_ok(sockdiag_dump(diag, count, &changes, &err));
	ck_assert_uint_eq(changes, N / 3);
	for (unsigned i = 0; i < N; i++) {
		const struct endpoint local = lo_endpoint(families[i % 2], (uint16_t)(1024 + i));
		const struct sock_entry *e = sockdiag_find(diag, &local, &none);

		ck_assert_msg((e != NULL) == (i % 3 != 0), "port %u", 1024 + i);
		ck_assert(!e || e->local.port == local.port);
	}
	while (sockdiag_next(diag, &cursor))
		listed++;
	ck_assert_uint_eq(listed, N - N / 3);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_LISTEN), listed);
	changes = 0;
	ck_ok(sockdiag_dump(diag, count, &changes, &err));
	ck_assert_uint_eq(changes, 0);
	for (unsigned i = 0; i < N; i++) {
		if (i % 3)
			close(fds[i]);
	}
}
END_TEST

static int refuse(void *arg, enum tcpstate from, const struct sock_entry *now, struct err *e)
{
	unsigned *calls = arg;

	(void)from;
	(void)now;
	++*calls;
	return err_set(e, ECANCELED, "no more");
}

START_TEST(a_failing_caller_ends_the_reports_and_not_the_dump)
{
	unsigned calls = 0;
	size_t changes = 0;
	int a = listening(AF_INET, 80, 1);
	int b = listening(AF_INET6, 81, 1);

	ck_assert_int_eq(sockdiag_dump(diag, refuse, &calls, &err), -ECANCELED);
	ck_assert_str_eq(err.msg, "no more");
	ck_assert_uint_eq(calls, 1);
	ck_assert_uint_eq(sockdiag_count(diag, TCPSTATE_LISTEN), 2);
	ck_ok(sockdiag_dump(diag, count, &changes, &err));
	ck_assert_uint_eq(changes, 0);
	close(a);
	close(b);
}
END_TEST

START_TEST(two_namespaces_do_not_see_each_other)
{
	struct netns other = NETNS_CLOSED;
	struct sockdiag *there;
	size_t changes = 0;
	int fd = listening(AF_INET, 80, 1);

	ck_ok(netns_new(&home, &other, &err));
	ck_ok(sockdiag_open(&other, &there, &err));
	ck_ok(sockdiag_dump(there, count, &changes, &err));
	ck_assert_uint_eq(changes, 0);
	ck_ok(sockdiag_dump(diag, count, &changes, &err));
	ck_assert_uint_eq(changes, 1);
	sockdiag_close(there);
	netns_close(&other);
	close(fd);
}
END_TEST

/* A model: what is open, by number. */
#define N_MODEL 3000

static uint8_t model[N_MODEL];

static struct sock_entry made_up(unsigned i, enum tcpstate state)
{
	struct sock_entry e = { .state = state, .cookie = i + 1 };

	e.local.port = (uint16_t)(i % 64);
	e.local.addr[15] = (uint8_t)(i / 64);
	e.remote.port = 80;
	return e;
}

static void apply(void *arg, enum tcpstate from, const struct sock_entry *now)
{
	const unsigned i = (unsigned)now->cookie - 1;

	(void)arg;
	ck_assert_uint_lt(i, N_MODEL);
	ck_assert_int_eq(model[i], (int)from);
	ck_assert_int_ne(from, now->state);
	model[i] = (uint8_t)now->state;
}

/* Sockets come, change and go at random (but the same way every time); the changes add up. */
START_TEST(a_thousand_dumps_agree_with_the_model)
{
	static uint8_t truth[N_MODEL];
	struct socktable t = { .n = 0 };
	uint32_t random = 1;

	for (int round = 0; round < 1000; round++) {
		const unsigned churn = round % 100 == 99 ? N_MODEL : 40;
		size_t open = 0;

		for (unsigned k = 0; k < churn; k++) {
			static const enum tcpstate states[] = { TCPSTATE_CLOSED, TCPSTATE_ESTAB,
								TCPSTATE_TIME_WAIT };

			random = random * 1664525 + 1013904223;
			truth[(random >> 8) % N_MODEL] = (uint8_t)states[(random >> 4) % 3];
		}
		socktable_begin(&t, 0);
		for (unsigned i = 0; i < N_MODEL; i++) {
			const struct sock_entry e = made_up(i, (enum tcpstate)truth[i]);

			if (truth[i] == TCPSTATE_CLOSED)
				continue;
			open++;
			/* an assertion of Check is a system call: not one for each of millions */
			if (socktable_put(&t, &e, apply, NULL) != 0)
				ck_abort_msg("socket %u", i);
		}
		socktable_end(&t, apply, NULL);
		ck_assert_mem_eq(model, truth, sizeof(model));
		ck_assert_uint_eq(t.n, open);
		for (unsigned i = 0; i < N_MODEL; i++) {
			const struct sock_entry e = made_up(i, TCPSTATE_ESTAB);
			const struct sock_entry *found = socktable_find(&t, &e.local, &e.remote);

			if ((found ? found->state : TCPSTATE_CLOSED) != truth[i])
				ck_abort_msg("socket %u", i);
		}
	}
	socktable_free(&t);
}
END_TEST

static void tally(void *arg, enum tcpstate from, const struct sock_entry *now)
{
	int *n = arg;

	ck_assert_int_eq(from, now->state);
	++*n;
}

#define MS (INT64_C(1000) * 1000)

/* Dump @e at @at ms. Return: how often it was reported. */
static int told_of(struct socktable *t, const struct sock_entry *e, int at)
{
	int n = 0;

	socktable_begin(t, at * MS);
	ck_assert_int_eq(socktable_put(t, e, tally, &n), 0);
	socktable_end(t, tally, &n);
	return n;
}

START_TEST(what_changes_in_a_state_is_told_once)
{
	struct sock_entry e = made_up(1, TCPSTATE_ESTAB);
	struct socktable t = { .n = 0 };

	/* the first time it is new, which the model above looks at */
	e.inode = 5;
	socktable_begin(&t, 0);
	memset(model, TCPSTATE_CLOSED, sizeof(model));
	ck_assert_int_eq(socktable_put(&t, &e, apply, NULL), 0);
	ck_assert_int_eq(told_of(&t, &e, 10), 0);
	e.wqueue = 100;
	ck_assert_int_eq(told_of(&t, &e, 20), 1);
	ck_assert_int_eq(told_of(&t, &e, 30), 0);
	e.rqueue = 1;
	ck_assert_int_eq(told_of(&t, &e, 40), 1);
	e.inode = 0;
	ck_assert_int_eq(told_of(&t, &e, 50), 1);
	/* another inode is no other owner: it is not told which */
	e.inode = 6;
	ck_assert_int_eq(told_of(&t, &e, 60), 1);
	e.inode = 7;
	ck_assert_int_eq(told_of(&t, &e, 70), 0);
	socktable_free(&t);
}
END_TEST

START_TEST(a_timer_that_was_set_anew_is_told)
{
	struct sock_entry e = made_up(1, TCPSTATE_ESTAB);
	struct socktable t = { .n = 0 };

	socktable_begin(&t, 0);
	memset(model, TCPSTATE_CLOSED, sizeof(model));
	ck_assert_int_eq(socktable_put(&t, &e, apply, NULL), 0);
	e.timer = SOCK_TIMER_RETRANS;
	e.expires = 200;
	ck_assert_int_eq(told_of(&t, &e, 1000), 1);
	/* it comes nearer, and is the same one; so it is while it is late */
	e.expires = 150;
	ck_assert_int_eq(told_of(&t, &e, 1050), 0);
	e.expires = 0;
	ck_assert_int_eq(told_of(&t, &e, 1200), 0);
	ck_assert_int_eq(told_of(&t, &e, 1290), 0);
	e.expires = 400;
	e.retrans = 1;
	ck_assert_int_eq(told_of(&t, &e, 1300), 1);
	/* small steps are told when they have come to more than a tick */
	e.expires = 406;
	ck_assert_int_eq(told_of(&t, &e, 1300), 0);
	e.expires = 410;
	ck_assert_int_eq(told_of(&t, &e, 1300), 0);
	e.expires = 411;
	ck_assert_int_eq(told_of(&t, &e, 1300), 1);
	e.expires = 400;
	ck_assert_int_eq(told_of(&t, &e, 1300), 1);
	e.timer = SOCK_TIMER_PROBE;
	ck_assert_int_eq(told_of(&t, &e, 1300), 1);
	e.timer = SOCK_TIMER_OFF;
	e.expires = 0;
	ck_assert_int_eq(told_of(&t, &e, 1300), 1);
	ck_assert_int_eq(told_of(&t, &e, 9000), 0);
	socktable_free(&t);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("socktable");
	TCase *tc = tcase_create("sockets");
	TCase *made = tcase_create("model");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, many_sockets_and_some_of_them_gone);
	tcase_add_test(tc, a_failing_caller_ends_the_reports_and_not_the_dump);
	tcase_add_test(tc, two_namespaces_do_not_see_each_other);
	suite_add_tcase(s, tc);
	tcase_set_timeout(made, 60);
	tcase_add_test(made, a_thousand_dumps_agree_with_the_model);
	tcase_add_test(made, what_changes_in_a_state_is_told_once);
	tcase_add_test(made, a_timer_that_was_set_anew_is_told);
	suite_add_tcase(s, made);
	return s;
}
