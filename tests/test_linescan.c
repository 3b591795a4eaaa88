/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../runner/field.h"
#include "../runner/linescan.h"

static const char *const names[] = { "ev", "t", "a" };

START_TEST(finds_fields)
{
	static const char text[] = " { \"ev\" : \"x\\\"y\", \"b\":[1,{\"ev\":\"no\"},\"]\"],"
				   "\"t\":-12 ,\"a\":{\"c\":\"}\"}} \r";
	struct slice out[3];

	ck_assert(linescan(text, sizeof(text) - 1, names, 3, out));
	_cleanup_free_ char *ev = slice_text(out[0]);

	ck_assert_str_eq(ev, "x\"y");
	ck_assert_int_eq(slice_int(out[1]), -12);
	ck_assert_uint_eq(out[2].len, strlen("{\"c\":\"}\"}"));
	ck_assert(!slice_is(out[0], "x"));
}
END_TEST

/* What jansson takes, this takes; the last of two counts, as there. */
static const struct {
	const char *text;
	bool good;
} lines[] = {
	{ "{}", true },
	{ "{\"ev\":\"a\",\"ev\":\"b\"}", true },
	{ "{\"ev\":null,\"t\":1.5e3,\"a\":true}", true },
	{ "", false },
	{ "x", false },
	{ "[1]", false },
	{ "{", false },
	{ "{\"ev\"", false },
	{ "{\"ev\":", false },
	{ "{\"ev\":\"a", false },
	{ "{\"ev\":\"a\\", false },
	{ "{\"ev\":[1,2", false },
	{ "{\"ev\":1,}", false },
	{ "{\"ev\":1 \"t\":2}", false },
	{ "{\"ev\":1}x", false },
	{ "{,\"ev\":1}", false },
};

START_TEST(as_jansson)
{
	const char *text = lines[_i].text;
	const size_t len = strlen(text);
	json_auto_t *json = json_loads(text, 0, NULL);
	/* without a byte after it that could be read by mistake */
	_cleanup_free_ char *exact = malloc(len + !len);
	struct slice out[3];

	ck_assert_ptr_nonnull(exact);
	for (size_t i = 0; i < len; i++)
		exact[i] = text[i];
	ck_assert_int_eq(linescan(exact, len, names, 3, out), lines[_i].good);
	ck_assert_int_eq(json_is_object(json), lines[_i].good);
	if (json_is_string(json_object_get(json, "ev")))
		ck_assert(slice_is(out[0], field_text(json, "ev")));
}
END_TEST

START_TEST(numbers_have_bounds)
{
	static const char *const text[] = {
		"99999999999999999999", "-99999999999999999999", "1e3", "1.5", "-", "\"7\""
	};
	static const json_int_t want[] = { FIELD_INT_MAX, -FIELD_INT_MAX, 0, 0, 0, 0 };

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		ck_assert_int_eq(slice_int((struct slice){ text[i], strlen(text[i]) }), want[i]);
	ck_assert_int_eq(slice_int((struct slice){ NULL, 0 }), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("linescan");
	TCase *t = tcase_create("linescan");

	tcase_add_test(t, finds_fields);
	tcase_add_loop_test(t, as_jansson, 0, sizeof(lines) / sizeof(lines[0]));
	tcase_add_test(t, numbers_have_bounds);
	suite_add_tcase(s, t);
	return s;
}
