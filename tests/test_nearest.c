/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <string.h>

#include "../netns/nearest.h"

static const char *const states[] = { "handshake", "close", "time-wait", "tcp_syncookies" };

static const char *ask(struct nearest *n, const char *wanted)
{
	*n = nearest_to(wanted);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		nearest_offer(n, states[i]);
	return nearest_found(n);
}

static const struct {
	const char *wanted, *found;
} asked[] = {
	{ "handshake", "handshake" },  { "hanshake", "handshake" },
	{ "handsahke", "handshake" },  { "HANDSHAKE", "handshake" },
	{ "handshakes", "handshake" }, { "clsoe", "close" },
	{ "time_wait", "time-wait" },  { "tcp_syncookie", "tcp_syncookies" },
};

START_TEST(test_finds)
{
	struct nearest n;

	ck_assert_str_eq(ask(&n, asked[_i].wanted), asked[_i].found);
}
END_TEST

START_TEST(test_does_not_guess_wildly)
{
	struct nearest n;
	char name[200];

	ck_assert_ptr_null(ask(&n, "teardown"));
	ck_assert_ptr_null(ask(&n, "xy"));
	ck_assert_ptr_null(ask(&n, ""));
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert_ptr_null(ask(&n, name));
	n = nearest_to("close");
	ck_assert_ptr_null(nearest_found(&n));
	nearest_offer(&n, name);
	ck_assert_ptr_null(nearest_found(&n));
}
END_TEST

START_TEST(test_names_at_the_limit)
{
	char name[NEAREST_MAX_NAME];
	struct nearest n;

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	n = nearest_to(name);
	nearest_offer(&n, name);
	ck_assert_str_eq(nearest_found(&n), name);
	ck_assert_uint_eq(n.distance, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("nearest");
	TCase *tc = tcase_create("nearest");

	tcase_add_loop_test(tc, test_finds, 0, sizeof(asked) / sizeof(asked[0]));
	tcase_add_test(tc, test_does_not_guess_wildly);
	tcase_add_test(tc, test_names_at_the_limit);
	suite_add_tcase(s, tc);
	return s;
}
