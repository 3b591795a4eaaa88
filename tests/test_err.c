/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <string.h>

START_TEST(test_set_states_the_failure)
{
	struct err err = ERR_INIT;

	strcpy(err.remedy, "of an older failure");
	ck_assert_int_eq(err_set(&err, EPIPE, "%s:%d", "here", 7), -EPIPE);
	ck_assert_int_eq(err.code, EPIPE);
	ck_assert_str_eq(err.msg, "here:7");
	ck_assert_str_eq(err.remedy, "");
}
END_TEST

START_TEST(test_context_stands_before_the_cause)
{
	struct err err = ERR_INIT;

	err_set(&err, ENOENT, "no such lab");
	err_remedy(&err, "try %s", "list");
	ck_assert_int_eq(err_context(&err, "lab %d", 3), -ENOENT);
	ck_assert_int_eq(err_context(&err, "run"), -ENOENT);
	ck_assert_str_eq(err.msg, "run: lab 3: no such lab");
	ck_assert_str_eq(err.remedy, "try list");
}
END_TEST

START_TEST(test_remedy_keeps_the_rest)
{
	struct err err = ERR_INIT;

	err_set(&err, EACCES, "forbidden");
	ck_assert_int_eq(err_remedy(&err, "ask %s", "root"), -EACCES);
	ck_assert_str_eq(err.msg, "forbidden");
	ck_assert_str_eq(err.remedy, "ask root");
}
END_TEST

START_TEST(test_own_message_may_be_an_argument)
{
	struct err err = ERR_INIT;

	err_set(&err, EIO, "inner");
	err_context(&err, "%s again", "outer");
	ck_assert_str_eq(err.msg, "outer again: inner");
}
END_TEST

START_TEST(test_long_text_is_cut_off)
{
	struct err err = ERR_INIT;
	char text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(err_set(&err, EIO, "%s", text), -EIO);
	ck_assert_uint_eq(strlen(err.msg), sizeof(err.msg) - 1);
	ck_assert_int_eq(err_context(&err, "at the front"), -EIO);
	ck_assert_uint_eq(strlen(err.msg), sizeof(err.msg) - 1);
	ck_assert_int_eq(strncmp(err.msg, "at the front: xxx", 17), 0);
	ck_assert_int_eq(err_context(&err, "%s", text), -EIO);
	ck_assert_int_eq(err_remedy(&err, "%s", text), -EIO);
	ck_assert_uint_eq(strlen(err.remedy), sizeof(err.remedy) - 1);
}
END_TEST

START_TEST(test_names)
{
	ck_assert_str_eq(err_name(EPIPE), "EPIPE");
	ck_assert_str_eq(err_name(ETIMEDOUT), "ETIMEDOUT");
	ck_assert_str_eq(err_name(99999), "E?");
	ck_assert_str_eq(err_name(-1), "E?");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("err");
	TCase *tc = tcase_create("err");

	tcase_add_test(tc, test_set_states_the_failure);
	tcase_add_test(tc, test_context_stands_before_the_cause);
	tcase_add_test(tc, test_remedy_keeps_the_rest);
	tcase_add_test(tc, test_own_message_may_be_an_argument);
	tcase_add_test(tc, test_long_text_is_cut_off);
	tcase_add_test(tc, test_names);
	suite_add_tcase(s, tc);
	return s;
}
