/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>

#include "../netns/tcpstate.h"

static const struct {
	const char *text;
	int state;
} spellings[] = {
	{ "SYN-RECV", TCPSTATE_SYN_RECV },
	{ "SYN_RECV", TCPSTATE_SYN_RECV },
	{ "SYN RECV", TCPSTATE_SYN_RECV },
	{ "SYNRECV", TCPSTATE_SYN_RECV },
	{ "syn-recv", TCPSTATE_SYN_RECV },
	{ "SYN-RECEIVED", TCPSTATE_SYN_RECV },
	{ "SYN_RCVD", TCPSTATE_SYN_RECV },
	{ "TCP_SYN_RECV", TCPSTATE_SYN_RECV },
	{ "tcp_new_syn_recv", TCPSTATE_SYN_RECV },
	{ "ESTAB", TCPSTATE_ESTAB },
	{ "ESTABLISHED", TCPSTATE_ESTAB },
	{ "Established", TCPSTATE_ESTAB },
	{ "TCP_ESTABLISHED", TCPSTATE_ESTAB },
	{ "SYN_SENT", TCPSTATE_SYN_SENT },
	{ "FIN_WAIT1", TCPSTATE_FIN_WAIT_1 },
	{ "FIN-WAIT-1", TCPSTATE_FIN_WAIT_1 },
	{ "FINWAIT2", TCPSTATE_FIN_WAIT_2 },
	{ "TIME_WAIT", TCPSTATE_TIME_WAIT },
	{ "TimeWait", TCPSTATE_TIME_WAIT },
	{ "CLOSE_WAIT", TCPSTATE_CLOSE_WAIT },
	{ "LAST_ACK", TCPSTATE_LAST_ACK },
	{ "LISTEN", TCPSTATE_LISTEN },
	{ "listening", TCPSTATE_LISTEN },
	{ "CLOSING", TCPSTATE_CLOSING },
	{ "CLOSED", TCPSTATE_CLOSED },
	{ "TCP_CLOSE", TCPSTATE_CLOSED },
	{ "UNCONN", TCPSTATE_UNCONN },
};

START_TEST(test_spelling)
{
	ck_assert_int_eq(tcpstate_parse(spellings[_i].text), spellings[_i].state);
}
END_TEST

static const char *const wrong[] = {
	"",       "-",      "TCP_", "FIN-WAIT",  "FIN-WAIT-3", "FIN-WAIT-11",    "SYN",
	"ESTABX", "ESTABL", "WAIT", "TIME.WAIT", "SYN-RECV\n", "TCP_TCP_LISTEN", "\xe7\x8a\xb6",
};

START_TEST(test_wrong_spelling)
{
	ck_assert_int_eq(tcpstate_parse(wrong[_i]), -EINVAL);
}
END_TEST

START_TEST(test_name_is_its_own_spelling)
{
	ck_assert_int_eq(tcpstate_parse(tcpstate_name((enum tcpstate)_i)), _i);
}
END_TEST

START_TEST(test_names_are_those_of_ss)
{
	ck_assert_str_eq(tcpstate_name(TCPSTATE_SYN_RECV), "SYN-RECV");
	ck_assert_str_eq(tcpstate_name(TCPSTATE_FIN_WAIT_1), "FIN-WAIT-1");
	ck_assert_str_eq(tcpstate_name(TCPSTATE_ESTAB), "ESTAB");
	ck_assert_str_eq(tcpstate_name(TCPSTATE_CLOSED), "CLOSED");
	ck_assert_str_eq(tcpstate_name(TCPSTATE_COUNT), "UNKNOWN");
	ck_assert_str_eq(tcpstate_name((enum tcpstate)255), "UNKNOWN");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("tcpstate");
	TCase *tc = tcase_create("tcpstate");

	tcase_add_loop_test(tc, test_spelling, 0, sizeof(spellings) / sizeof(spellings[0]));
	tcase_add_loop_test(tc, test_wrong_spelling, 0, sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_loop_test(tc, test_name_is_its_own_spelling, 0, TCPSTATE_COUNT);
	tcase_add_test(tc, test_names_are_those_of_ss);
	suite_add_tcase(s, tc);
	return s;
}
