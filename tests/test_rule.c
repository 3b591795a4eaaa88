/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/rule.h"

enum { CLIENT, SERVER };

static struct rules *rules;
static struct err err;

static void setup(void)
{
	rules = rules_new();
	err = ERR_INIT;
}

static void teardown(void)
{
	rules_free(rules);
}

static const struct rule_spec any = { .action = RULE_DROP,
				      .from = RULE_ANY,
				      .to = RULE_ANY,
				      .flags = RULE_ANY,
				      .port = RULE_ANY,
				      .data = RULE_ANY,
				      .rtx = RULE_ANY,
				      .len = RULE_ANY };

static struct segment seg(bool from_client, uint8_t flags, uint32_t seq, uint32_t len)
{
	struct segment s = { .flags = flags, .seq = seq, .len = len };

	s.src.addr[15] = from_client ? 1 : 2;
	s.dst.addr[15] = from_client ? 2 : 1;
	s.src.port = from_client ? 40000 : 80;
	s.dst.port = from_client ? 80 : 40000;
	return s;
}

/* Which rule acts on it? */
static int acts(bool from_client, uint8_t flags, uint32_t at, uint32_t len)
{
	const struct segment s = seg(from_client, flags, at, len);
	const struct rule_spec *spec;

	return rules_match(rules, &s, from_client ? CLIENT : SERVER, from_client ? SERVER : CLIENT,
			   &spec);
}

static int add(struct rule_spec spec)
{
	int id = rules_add(rules, &spec, &err);

	ck_assert_int_gt(id, 0);
	return id;
}

static struct rule_state state(int id)
{
	struct rule_state st;

	rules_state(rules, id, &st);
	return st;
}

START_TEST(nothing_acts_without_rules)
{
	ck_assert_int_eq(acts(true, SEG_SYN, 1, 0), 0);
}
END_TEST

START_TEST(flags_are_these_and_no_others)
{
	struct rule_spec spec = any;
	int id;

	spec.flags = SEG_SYN | SEG_ACK;
	id = add(spec);
	ck_assert_int_eq(acts(true, SEG_SYN, 1, 0), 0);
	ck_assert_int_eq(acts(false, SEG_SYN | SEG_ACK, 1, 0), id);
	ck_assert_int_eq(acts(false, SEG_ACK, 2, 0), 0);
}
END_TEST

START_TEST(psh_counts_only_when_it_is_asked_for)
{
	struct rule_spec spec = any;
	int id;

	spec.flags = SEG_ACK;
	id = add(spec);
	ck_assert_int_eq(acts(true, SEG_PSH | SEG_ACK, 1, 5), id);
	rules_off(rules, id);
	spec.flags = SEG_ACK | SEG_PSH;
	spec.psh = true;
	id = add(spec);
	ck_assert_int_eq(acts(true, SEG_ACK, 6, 5), 0);
	ck_assert_int_eq(acts(true, SEG_ACK | SEG_PSH, 11, 5), id);
}
END_TEST

START_TEST(direction_port_length_and_data)
{
	struct rule_spec spec = any;
	int id;

	spec.from = SERVER;
	spec.port = 80;
	spec.data = 1;
	id = add(spec);
	ck_assert_int_eq(acts(true, SEG_ACK, 1, 5), 0);
	ck_assert_int_eq(acts(false, SEG_ACK, 1, 0), 0);
	ck_assert_int_eq(acts(false, SEG_ACK, 1, 5), id);
	rules_off(rules, id);
	spec.port = 81;
	add(spec);
	ck_assert_int_eq(acts(false, SEG_ACK, 6, 5), 0);
	spec.port = RULE_ANY;
	spec.len = 7;
	id = add(spec);
	ck_assert_int_eq(acts(false, SEG_ACK, 11, 5), 0);
	ck_assert_int_eq(acts(false, SEG_ACK, 16, 7), id);
}
END_TEST

START_TEST(only_the_nth)
{
	struct rule_spec spec = any;
	int id;

	spec.nth = 2;
	id = add(spec);
	ck_assert_int_eq(acts(true, SEG_ACK, 1, 5), 0);
	ck_assert_int_eq(acts(true, SEG_ACK, 6, 5), id);
	ck_assert_int_eq(acts(true, SEG_ACK, 11, 5), 0);
	ck_assert_uint_eq(state(id).acted, 1);
	ck_assert(!state(id).active);
}
END_TEST

START_TEST(so_often_and_never_again)
{
	struct rule_spec spec = any;
	int id;

	spec.count = 2;
	id = add(spec);
	ck_assert_int_eq(acts(true, SEG_ACK, 1, 5), id);
	ck_assert_int_eq(acts(true, SEG_ACK, 6, 5), id);
	ck_assert_int_eq(acts(true, SEG_ACK, 11, 5), 0);
}
END_TEST

START_TEST(the_oldest_acts_and_all_count)
{
	struct rule_spec spec = any;
	int first = add(spec), second = add(spec);

	ck_assert_int_eq(acts(true, SEG_ACK, 1, 5), first);
	ck_assert_uint_eq(state(second).seen, 1);
	ck_assert_uint_eq(state(second).acted, 0);
	rules_off(rules, first);
	ck_assert_int_eq(acts(true, SEG_ACK, 6, 5), second);
}
END_TEST

START_TEST(a_retransmission_is_known)
{
	struct rule_spec spec = any;
	int id;

	spec.rtx = 1;
	id = add(spec);
	ck_assert_int_eq(acts(true, SEG_SYN, 100, 0), 0);
	ck_assert_int_eq(acts(true, SEG_SYN, 100, 0), id);
	ck_assert_int_eq(acts(true, SEG_ACK, 101, 0), 0);
	ck_assert_int_eq(acts(true, SEG_ACK, 101, 0), 0);
	ck_assert_int_eq(acts(true, SEG_ACK, 101, 10), 0);
	ck_assert_int_eq(acts(true, SEG_ACK, 111, 10), 0);
	ck_assert_int_eq(acts(true, SEG_ACK, 101, 10), id);
	ck_assert_int_eq(acts(true, SEG_ACK | SEG_FIN, 121, 0), 0);
	ck_assert_int_eq(acts(true, SEG_ACK | SEG_FIN, 121, 0), id);
	/* The same four-tuple begins again. */
	ck_assert_int_eq(acts(true, SEG_SYN, 7, 0), 0);
	ck_assert_int_eq(acts(true, SEG_ACK, 8, 10), 0);
}
END_TEST

START_TEST(only_one_connection)
{
	struct rule_spec spec = any;
	const struct segment s = seg(true, SEG_ACK, 1, 5);
	const struct rule_spec *out;
	struct segment other = s;
	int id;

	spec.one_conn = true;
	spec.ends[0] = s.src;
	spec.ends[1] = s.dst;
	id = add(spec);
	ck_assert_int_eq(acts(true, SEG_ACK, 1, 5), id);
	ck_assert_int_eq(acts(false, SEG_ACK, 1, 5), id);
	other.src.port++;
	ck_assert_int_eq(rules_match(rules, &other, CLIENT, SERVER, &out), 0);
}
END_TEST

/* In the order in which they came, or the other way round. */
START_TEST(held_frames_come_back)
{
	struct rule_spec spec = any;
	struct rule_held *list;
	int id;

	spec.action = RULE_HOLD;
	id = add(spec);
	for (uint8_t i = 0; i < 3; i++)
		ck_assert(rules_hold(rules, id, SERVER, &i, 1));
	ck_assert_uint_eq(state(id).held, 3);
	list = rules_release(rules, id, _i);
	for (int i = 0; i < 3; i++) {
		struct rule_held *next = list->next;

		ck_assert_uint_eq(list->frame[0], (unsigned)(_i ? 2 - i : i));
		ck_assert_int_eq(list->to, SERVER);
		free(list);
		list = next;
	}
	ck_assert_ptr_null(list);
	ck_assert_uint_eq(state(id).held, 0);
	ck_assert_int_eq(acts(true, SEG_ACK, 1, 5), 0);
	ck_assert_ptr_null(rules_release(rules, id, false));
}
END_TEST

START_TEST(there_is_an_end_to_holding)
{
	struct rule_spec spec = any;
	uint8_t frame[60] = { 0 };
	int id;

	spec.action = RULE_HOLD;
	id = add(spec);
	for (int i = 0; i < RULE_MAX_HELD; i++)
		ck_assert(rules_hold(rules, id, SERVER, frame, sizeof(frame)));
	ck_assert(!rules_hold(rules, id, SERVER, frame, sizeof(frame)));
}
END_TEST

START_TEST(so_many_rules_may_be_in_force)
{
	int ids[RULES_MAX];

	for (int i = 0; i < RULES_MAX; i++)
		ids[i] = add(any);
	ck_assert_int_eq(rules_add(rules, &any, &err), -ENOSPC);
	ck_assert_ptr_nonnull(strstr(err.remedy, "off()"));
	rules_off(rules, ids[3]);
	ck_assert_int_gt(rules_add(rules, &any, &err), RULES_MAX);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("rule");
	TCase *tc = tcase_create("rule");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nothing_acts_without_rules);
	tcase_add_test(tc, flags_are_these_and_no_others);
	tcase_add_test(tc, psh_counts_only_when_it_is_asked_for);
	tcase_add_test(tc, direction_port_length_and_data);
	tcase_add_test(tc, only_the_nth);
	tcase_add_test(tc, so_often_and_never_again);
	tcase_add_test(tc, the_oldest_acts_and_all_count);
	tcase_add_test(tc, a_retransmission_is_known);
	tcase_add_test(tc, only_one_connection);
	tcase_add_loop_test(tc, held_frames_come_back, 0, 2);
	tcase_add_test(tc, there_is_an_end_to_holding);
	tcase_add_test(tc, so_many_rules_may_be_in_force);
	suite_add_tcase(s, tc);
	return s;
}
