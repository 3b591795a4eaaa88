/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../netns/proctable.h"

/* Recorded from 6.18 and cut short. */
static const char snmp[] = "Icmp: InMsgs InErrors\n"
			   "Icmp: 1 0\n"
			   "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens\n"
			   "Tcp: 1 200 120000 -1 13 2\n";
static const char snmp_later[] =
	"Icmp: InMsgs InErrors\n"
	"Icmp: 2 0\n"
	"IcmpMsg: InType3\n"
	"IcmpMsg: 1\n"
	"Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens\n"
	"Tcp: 1 200 120000 -1 15 2\n";
static const char snmp6[] = "Ip6InReceives                   \t1\n"
			    "Ip6OutRequests                  \t18446744073709551615\n";

static int64_t moved(const struct proctable *t, const char *prefix, const char *name)
{
	const struct proctable_entry *e = proctable_find(t, prefix, name);

	ck_assert_msg(e != NULL, "%s%s is missing", prefix, name);
	return proctable_moved(e);
}

START_TEST(test_pairs)
{
	struct proctable t = PROCTABLE_INIT("snmp", PROCTABLE_PAIRS);
	struct err err = ERR_INIT;

	ck_ok(proctable_read(&t, snmp, strlen(snmp), &err));
	ck_assert_uint_eq(t.n_entries, 8);
	ck_assert_str_eq(t.entries[0].name, "IcmpInMsgs");
	ck_assert_uint_eq(proctable_find(&t, "", "TcpActiveOpens")->value, 13);
	ck_assert_uint_eq(proctable_find(&t, "Tcp", "MaxConn")->value, (uint64_t)-1);
	ck_assert_int_eq(moved(&t, "Tcp", "ActiveOpens"), 0);
	ck_assert_ptr_null(proctable_find(&t, "Tcp", "ActiveOpen"));
	ck_assert_ptr_null(proctable_find(&t, "", ""));
	proctable_free(&t);
}
END_TEST

START_TEST(test_columns_that_come_later_start_at_zero)
{
	struct proctable t = PROCTABLE_INIT("snmp", PROCTABLE_PAIRS);
	struct err err = ERR_INIT;

	ck_ok(proctable_read(&t, snmp, strlen(snmp), &err));
	for (int i = 0; i < 3; i++) {
		ck_ok(proctable_read(&t, snmp_later, strlen(snmp_later), &err));
		ck_assert_uint_eq(t.n_entries, 9);
		ck_assert_int_eq(moved(&t, "IcmpMsg", "InType3"), 1);
		ck_assert_int_eq(moved(&t, "Tcp", "ActiveOpens"), 2);
		ck_assert_int_eq(moved(&t, "Tcp", "PassiveOpens"), 0);
		ck_assert_int_eq(moved(&t, "Icmp", "InMsgs"), 1);
	}
	ck_ok(proctable_read(&t, snmp, strlen(snmp), &err));
	ck_assert_int_eq(moved(&t, "Tcp", "ActiveOpens"), 0);
	proctable_free(&t);
}
END_TEST

START_TEST(test_lines_and_wrapping)
{
	static const char later[] = "Ip6InReceives 4\nIp6OutRequests 1\nIcmp6OutType143 2";
	struct proctable t = PROCTABLE_INIT("snmp6", PROCTABLE_LINES);
	struct err err = ERR_INIT;

	ck_ok(proctable_read(&t, snmp6, strlen(snmp6), &err));
	ck_ok(proctable_read(&t, later, strlen(later), &err));
	ck_assert_int_eq(moved(&t, "", "Ip6InReceives"), 3);
	ck_assert_int_eq(moved(&t, "", "Ip6OutRequests"), 2);
	ck_assert_int_eq(moved(&t, "", "Icmp6OutType143"), 2);
	proctable_free(&t);
}
END_TEST

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
	enum proctable_layout layout;
	const char *text;
	size_t len;
	const char *says;
} hostile[] = {
	{ PROCTABLE_PAIRS, TEXT(""), "f:0: there are no counters in it" },
	{ PROCTABLE_LINES, TEXT(""), "f:0: there are no counters in it" },
	{ PROCTABLE_PAIRS, TEXT("\n"), "f:1: a line does not begin with a name and a colon" },
	{ PROCTABLE_PAIRS, TEXT("Tcp A\nTcp 1\n"), "f:1: a line does not begin with" },
	{ PROCTABLE_PAIRS, TEXT("Tcp: A\n"), "f:1: the line of values is missing" },
	{ PROCTABLE_PAIRS, TEXT("Tcp: A\nUdp: 1\n"), "f:2: the line of values belongs to other" },
	{ PROCTABLE_PAIRS, TEXT("Tcp: A\nTc: 1\n"), "f:2: the line of values belongs to other" },
	{ PROCTABLE_PAIRS, TEXT("Tcp: A\n\n"), "f:2: the line of values belongs to other" },
	{ PROCTABLE_PAIRS, TEXT("Tcp: A B\nTcp: 1\n"), "f:2: there are fewer values than names" },
	{ PROCTABLE_PAIRS, TEXT("Tcp: A\nTcp: 1 2\n"), "f:2: there are more values than names" },
	{ PROCTABLE_PAIRS, TEXT("Tcp:\nTcp:\n"), "f:2: there are no counters in it" },
	{ PROCTABLE_PAIRS, TEXT(": A\n: 1\n"), "f:2: this is no table of counters" },
	{ PROCTABLE_PAIRS, TEXT("Tcp: A\nTcp: x\n"), "f:2: a value is not a number" },
	{ PROCTABLE_PAIRS, TEXT("Tcp: A\nTcp: -\n"), "f:2: a value is not a number" },
	{ PROCTABLE_PAIRS, TEXT("Tcp: A\nTcp: 1.5\n"), "f:2: a value is not a number" },
	{ PROCTABLE_PAIRS, TEXT("Tcp: A\nTcp: 18446744073709551616\n"), "f:2: a value is not" },
	{ PROCTABLE_PAIRS, TEXT("Tcp: A\x1b[2J\nTcp: 1\n"), "f:2: this is no table of counters" },
	{ PROCTABLE_PAIRS, TEXT("Tcp: Ok\0xxxxxxxxxxxx\nTcp: 1\n"), "f:2: this is no table" },
	{ PROCTABLE_PAIRS,
	  TEXT("Tcp: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nTcp: "
	       "1\n"),
	  "f:2: this is no table" },
	{ PROCTABLE_LINES, TEXT("Ip6InReceives\n"), "f:1: a line is not a name and a value" },
	{ PROCTABLE_LINES, TEXT("A 1\nB 1 2\n"), "f:2: a line is not a name and a value" },
	{ PROCTABLE_LINES, TEXT("A 1\n\nB 1\n"), "f:2: a line is not a name and a value" },
	{ PROCTABLE_LINES, TEXT("A one\n"), "f:1: a value is not a number" },
};

START_TEST(test_hostile)
{
	struct proctable t = PROCTABLE_INIT("f", hostile[_i].layout);
	struct err err = ERR_INIT;

	ck_assert_int_eq(proctable_read(&t, hostile[_i].text, hostile[_i].len, &err), -EBADMSG);
	ck_assert_msg(strstr(err.msg, hostile[_i].says) == err.msg, "%s", err.msg);
	/* And once more in a table that knows some names by now. */
	ck_assert_int_eq(proctable_read(&t, hostile[_i].text, hostile[_i].len, &err), -EBADMSG);
	proctable_free(&t);
}
END_TEST

START_TEST(test_hostile_after_a_good_one)
{
	static const char nul[] = "Icmp: In\0sgs InErrors\nIcmp: 1 0\n";
	struct proctable t = PROCTABLE_INIT("snmp", PROCTABLE_PAIRS);
	struct err err = ERR_INIT;

	ck_ok(proctable_read(&t, snmp, strlen(snmp), &err));
	ck_assert_int_eq(proctable_read(&t, nul, sizeof(nul) - 1, &err), -EBADMSG);
	for (size_t cut = 1; cut < sizeof(snmp) - 1; cut++) {
		int rc = proctable_read(&t, snmp, cut, &err);

		ck_assert_msg(rc == 0 || rc == -EBADMSG, "cut at %zu: %d", cut, rc);
	}
	ck_ok(proctable_read(&t, snmp, strlen(snmp), &err));
	ck_assert_int_eq(moved(&t, "Tcp", "PassiveOpens"), 0);
	proctable_free(&t);
}
END_TEST

START_TEST(test_too_many_columns)
{
	struct proctable t = PROCTABLE_INIT("f", PROCTABLE_LINES);
	struct err err = ERR_INIT;
	static char text[5000 * 16];
	size_t len = 0;

	for (int i = 0; i < 5000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "N%d 1\n", i);
	ck_assert_int_eq(proctable_read(&t, text, len, &err), -EBADMSG);
	ck_assert_uint_le(t.n_entries, 4096);
	proctable_free(&t);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("proctable");
	TCase *tc = tcase_create("proctable");

	tcase_add_test(tc, test_pairs);
	tcase_add_test(tc, test_columns_that_come_later_start_at_zero);
	tcase_add_test(tc, test_lines_and_wrapping);
	tcase_add_loop_test(tc, test_hostile, 0, sizeof(hostile) / sizeof(hostile[0]));
	tcase_add_test(tc, test_hostile_after_a_good_one);
	tcase_add_test(tc, test_too_many_columns);
	suite_add_tcase(s, tc);
	return s;
}
