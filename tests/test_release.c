/* SPDX-License-Identifier: MIT */
#include "../netns/release.h"
#include "harness.h"

static const char *const good[] = { "6.5", "6.12", "0.1", "99.999", "06.05" };
static const char *const bad[] = { "",      "6",      "6.",   ".5",   "6.5.1", "6.5-rc1",
				   " 6.5",  "6. 5",   "+6.5", "6.-5", "6,5",   "v6.5",
				   "100.1", "6.1000", "six",  "6.5 ", "6.5\n" };

START_TEST(a_version_is_major_dot_minor)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(release_ok(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!release_ok(bad[i]), "%s", bad[i]);
}
END_TEST

static const struct {
	const char *release, *version;
	bool since;
} cases[] = {
	{ "6.12.9-1-amd64", "6.5", true },
	{ "6.5.0", "6.5", true },
	{ "6.5-rc1", "6.5", true },
	{ "6.4.16", "6.5", false },
	{ "6.1.158", "6.12", false },
	{ "6.12", "6.1", true },
	{ "7.0.1", "6.99", true },
	{ "5.19.0", "6.0", false },
	{ "6.18.44+deb13", "6.18", true },
	{ "6.10", "6.9", true },
	{ "unknown", "6.1", false },
	{ "", "0.1", false },
	{ "6", "6.0", false },
};

START_TEST(numbers_are_compared_as_numbers)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(release_since(cases[i].release, cases[i].version) == cases[i].since,
			      "%s since %s", cases[i].release, cases[i].version);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("release");
	TCase *tc = tcase_create("release");

	tcase_add_test(tc, a_version_is_major_dot_minor);
	tcase_add_test(tc, numbers_are_compared_as_numbers);
	suite_add_tcase(s, tc);
	return s;
}
