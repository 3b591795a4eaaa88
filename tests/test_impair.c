/* SPDX-License-Identifier: MIT */
#include "../netns/impair.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/utsname.h>

#include "../netns/duration.h"
#include "../netns/netns.h"
#include "../netns/release.h"
#include "harness.h"

/* The choice is what the probe says, and the reason is its message. */
START_TEST(chooses_and_says_why)
{
	struct err probed = ERR_INIT, err = ERR_INIT;
	struct netns here = NETNS_CLOSED;
	const struct impair_ops *ops;
	bool netem = impair_netem.probe(&probed) == 0;
	char why[200] = "";

	ck_ok(netns_home(&here, &err));
	ops = impair_choose(NULL, NULL, 0, &here, why, sizeof(why), &err);
	ck_assert_ptr_eq(ops, netem ? &impair_netem : &impair_wire);
	ck_assert_str_eq(why, netem ? "the kernel's own" : probed.msg);
	netns_close(&here);
}
END_TEST

START_TEST(does_as_told)
{
	struct netns here = NETNS_CLOSED;
	struct err err = ERR_INIT;
	char why[200] = "";

	ck_ok(netns_home(&here, &err));
	ck_assert_ptr_eq(impair_choose("wire", NULL, 0, &here, why, sizeof(why), &err),
			 &impair_wire);
	ck_assert_str_eq(why, "asked for");
	ck_assert_ptr_null(impair_choose("", NULL, 0, &here, why, sizeof(why), &err));
	ck_assert_int_eq(err.code, EINVAL);
	ck_assert_ptr_null(impair_choose("Wire", NULL, 0, &here, why, sizeof(why), &err));
	ck_assert_ptr_nonnull(strstr(err.remedy, "wire"));
	netns_close(&here);
}
END_TEST

/* What netem cannot repeat from a seed, or does to headers too, is the wire's. */
START_TEST(leaves_to_the_wire_what_it_does_better)
{
	const struct impairment plain[] = { { .delay = NS_PER_MS }, { .loss = 1 } };
	const struct impairment random = { .loss = 0.5 }, corrupt = { .corrupt = 0.1 };
	struct netns here = NETNS_CLOSED;
	struct err err = ERR_INIT;
	struct utsname un;
	char why[200] = "";

	uname(&un);
	ck_assert_ptr_null(impair_netem.unfit(&plain[0]));
	ck_assert_ptr_null(impair_netem.unfit(&plain[1]));
	ck_assert_ptr_nonnull(strstr(impair_netem.unfit(&corrupt), "headers"));
	ck_assert_int_eq(impair_netem.unfit(&random) == NULL, release_since(un.release, "6.6"));
	ck_ok(netns_home(&here, &err));
	ck_assert_ptr_eq(impair_choose(NULL, &corrupt, 1, &here, why, sizeof(why), &err),
			 &impair_wire);
	ck_assert_str_ne(why, "the kernel's own");
	netns_close(&here);
}
END_TEST

/* Without the rights the reason is the rights, not a kernel without netem. */
START_TEST(is_not_fooled_by_missing_rights)
{
	struct err netem = ERR_INIT, wire = ERR_INIT;

	/* A user namespace of its own owns no network namespace yet. */
	ck_assert_int_eq(unshare(CLONE_NEWUSER), 0);
	ck_assert_int_eq(impair_netem.probe(&netem), -EPERM);
	ck_assert_ptr_nonnull(strstr(netem.remedy, "CAP_NET_ADMIN"));
	ck_assert_int_eq(impair_wire.probe(&wire), -EPERM);
	ck_assert_ptr_nonnull(strstr(wire.remedy, "CAP_NET_RAW"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("impair");
	TCase *real = tcase_create("choose");

	tcase_add_checked_fixture(real, harness_namespaces, NULL);
	tcase_add_test(real, chooses_and_says_why);
	tcase_add_test(real, does_as_told);
	tcase_add_test(real, leaves_to_the_wire_what_it_does_better);
	tcase_add_test(real, is_not_fooled_by_missing_rights);
	suite_add_tcase(s, real);
	return s;
}
