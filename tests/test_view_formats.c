/* SPDX-License-Identifier: MIT */
#include "../runner/view.h"

#include "harness.h"
#include "records.h"

/* What a view makes of some records, one after the other; @names ends in NULL. */
static char *shown(const struct view_ops *ops, const char *const *names)
{
	struct err err = ERR_INIT;
	struct view_options opt = { .paper = { .columns = 100, .utf8 = true } };
	char *text = NULL;
	struct view *v;
	size_t size, i;

	opt.paper.out = open_memstream(&text, &size);
	v = ops->open(&opt);
	for (; *names; names++) {
		json_t *all = records_load(*names), *ev;

		json_array_foreach (all, i, ev)
			ck_ok(ops->event(v, ev, &err));
		json_decref(all);
	}
	ck_ok(ops->close(v, &err));
	fclose(opt.paper.out);
	return text;
}

static json_t *object(const char *record)
{
	const char *const names[] = { record, NULL };
	_cleanup_free_ char *text = shown(&view_json, names);
	json_error_t where;
	json_t *o = json_loads(text, 0, &where);

	ck_assert_msg(o != NULL, "%s: %s", where.text, text);
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
	for (const char *p = text; *p; p++)
		ck_assert_msg((*p >= ' ' && *p < 127) || *p == '\n', "byte %d", *p);
	return o;
}

static const char *get(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	ck_assert_msg(s != NULL, "no %s", name);
	return s;
}

START_TEST(test_json_pass)
{
	json_t *o = object("handshake");
	const json_t *ex = json_object_get(o, "expectations"), *second = json_array_get(ex, 1);

	ck_assert_str_eq(get(o, "lab"), "handshake");
	ck_assert_str_eq(get(o, "kernel"), "6.18.44");
	ck_assert_str_eq(get(o, "clock"), "real");
	ck_assert_str_eq(get(o, "verdict"), "pass");
	ck_assert_double_eq_tol(json_real_value(json_object_get(o, "duration_ms")), 76.2, 1e-9);
	ck_assert_double_eq_tol(json_real_value(json_object_get(o, "virtual_ms")), 76.2, 1e-9);
	ck_assert_uint_eq(json_array_size(ex), 7);
	ck_assert_str_eq(get(second, "verdict"), "pass");
	ck_assert_str_eq(get(second, "expected"), "server has a socket in SYN-RECV within 60 ms");
	ck_assert_str_eq(get(second, "seen"), "SYN-RECV at 25.4 ms (tolerance 7.5 ms)");
	ck_assert_str_eq(get(second, "where"), "labs/handshake.lua:12");
	ck_assert_double_eq_tol(json_real_value(json_object_get(second, "at_ms")), 25.4, 1e-9);
	json_decref(o);
}
END_TEST

START_TEST(test_json_others)
{
	json_t *fail = object("cookies"), *broken = object("broken"), *skip = object("skip"),
	       *cut = object("cut");
	const json_t *ex = json_array_get(json_object_get(fail, "expectations"), 0);

	ck_assert_str_eq(get(fail, "verdict"), "fail");
	ck_assert_str_eq(get(json_object_get(fail, "counter_run"), "en"), "SYN cookies always");
	ck_assert_str_eq(get(ex, "verdict"), "fail");
	ck_assert(json_is_null(json_object_get(ex, "at_ms")));
	ck_assert_str_eq(get(broken, "verdict"), "broken");
	ck_assert_str_eq(get(broken, "where"), "labs/broken.lua:7");
	ck_assert_str_eq(get(broken, "remedy"), "define foo, or remove the call");
	ck_assert_str_eq(get(skip, "verdict"), "skip");
	ck_assert_str_eq(get(skip, "why"), "this kernel is 5.10, the lab needs 6.5");
	ck_assert_str_eq(get(cut, "verdict"), "broken");
	ck_assert_str_eq(get(cut, "why"), "the record ends without a verdict");
	json_decref(object("hostile"));
	json_decref(fail);
	json_decref(broken);
	json_decref(skip);
	json_decref(cut);
}
END_TEST

START_TEST(test_json_many)
{
	const char *const names[] = { "handshake", "cut", "skip", NULL };
	_cleanup_free_ char *text = shown(&view_json, names);
	int lines = 0;

	for (const char *p = text; (p = strchr(p, '\n')); p++)
		lines++;
	ck_assert_int_eq(lines, 3);
}
END_TEST

/*
 * A TAP stream as its reader would take it: numbered without gaps, the plan at
 * the end and right, every YAML block closed. Return: how many points are "not ok".
 */
static int tap_check(const char *text, int *points)
{
	_cleanup_free_ char *copy = strdup(text);
	int failed = 0, plan = -1;
	bool yaml = false;
	char *save = NULL;

	*points = 0;
	ck_assert_int_eq(strncmp(text, "TAP version 14\n", 15), 0);
	strtok_r(copy, "\n", &save);
	for (char *line; (line = strtok_r(NULL, "\n", &save));) {
		int n = 0;

		for (const char *p = line; *p; p++)
			ck_assert_msg((unsigned char)*p >= ' ' && *p != 127, "byte %d", *p);
		ck_assert_int_eq(plan, -1);
		if (yaml) {
			ck_assert_int_eq(strncmp(line, "  ", 2), 0);
			yaml = strcmp(line, "  ...") != 0;
		} else if (strcmp(line, "  ---") == 0) {
			yaml = true;
		} else if (sscanf(line, "ok %d - ", &n) == 1) {
			ck_assert_int_eq(n, ++*points);
		} else if (sscanf(line, "not ok %d - ", &n) == 1) {
			ck_assert_int_eq(n, ++*points);
			failed++;
		} else if (sscanf(line, "1..%d", &n) == 1) {
			plan = n;
		} else {
			ck_assert_msg(*line == '#', "what is this: %s", line);
		}
	}
	ck_assert(!yaml);
	ck_assert_int_eq(plan, *points);
	return failed;
}

START_TEST(test_tap_all)
{
	_cleanup_free_ char *text = NULL;
	const char *names[RECORDS_COUNT + 1] = { NULL };
	int points;

	memcpy(names, records_all, sizeof(records_all));
	text = shown(&view_tap, names);
	ck_assert_int_eq(tap_check(text, &points), 1 + 1 + 1 + 1 + 8);
	ck_assert_ptr_nonnull(strstr(text, "\nok 2 - handshake: server has a socket in SYN-RECV"));
	ck_assert_ptr_nonnull(strstr(text, "handshake (counter-run SYN cookies always): server"));
	ck_assert_ptr_nonnull(
		strstr(text, "  expected: \"server has a socket in SYN-RECV within "));
	ck_assert_ptr_nonnull(strstr(text, "- needs # SKIP this kernel is 5.10"));
	ck_assert_ptr_nonnull(strstr(text, "- broken\n# broken: attempt to call a nil value"));
	ck_assert_ptr_nonnull(strstr(text, "- cut\n# broken: the record ends without"));
	/* a run without an expectation is a point of its own */
	ck_assert_ptr_nonnull(strstr(text, "- finack\n"));
}
END_TEST

START_TEST(test_tap_skip)
{
	const char *const one[] = { "skip", NULL }, *const two[] = { "skip", "skip", NULL };
	_cleanup_free_ char *alone = shown(&view_tap, one), *both = shown(&view_tap, two);
	int points;

	ck_assert_str_eq(alone, "TAP version 14\n"
				"1..0 # SKIP this kernel is 5.10, the lab needs 6.5\n");
	ck_assert_int_eq(tap_check(both, &points), 0);
	ck_assert_int_eq(points, 2);
}
END_TEST

START_TEST(test_tap_nothing)
{
	const char *const none[] = { NULL };
	_cleanup_free_ char *text = shown(&view_tap, none);

	ck_assert_str_eq(text, "TAP version 14\n1..0\n");
}
END_TEST

/* A name cannot turn a failure into a "# TODO". */
START_TEST(test_tap_directive)
{
	struct err err = ERR_INIT;
	struct view_options opt = { .paper = { .columns = 100 } };
	_cleanup_free_ char *text = NULL;
	json_t *header = json_pack("{s:s, s:s}", "ev", "header", "lab", "x");
	json_t *ex = json_pack("{s:s, s:s, s:s}", "ev", "expect", "verdict", "fail", "name",
			       "a # TODO \\# b");
	json_t *verdict = json_pack("{s:s, s:s}", "ev", "verdict", "verdict", "fail");
	struct view *v;
	size_t size;

	opt.paper.out = open_memstream(&text, &size);
	v = view_tap.open(&opt);
	ck_ok(view_tap.event(v, header, &err));
	ck_ok(view_tap.event(v, ex, &err));
	ck_ok(view_tap.event(v, verdict, &err));
	ck_ok(view_tap.close(v, &err));
	fclose(opt.paper.out);
	ck_assert_ptr_nonnull(strstr(text, "not ok 1 - x: a \\# TODO \\\\\\# b\n"));
	json_decref(header);
	json_decref(ex);
	json_decref(verdict);
}
END_TEST

/* Events without a header, and a verdict twice, are not ours to die from. */
START_TEST(test_out_of_order)
{
	const struct view_ops *const all[] = { &view_text, &view_json, &view_tap };
	static const char *const evs[] = { "verdict", "expect",  "packet", "header",
					   "verdict", "verdict", "expect" };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct err err = ERR_INIT;
		struct view_options opt = { .paper = { .columns = 100 } };
		_cleanup_free_ char *text = NULL;
		struct view *v;
		size_t size;

		opt.paper.out = open_memstream(&text, &size);
		v = all[i]->open(&opt);
		for (size_t k = 0; k < sizeof(evs) / sizeof(evs[0]); k++) {
			json_t *ev = json_pack("{s:s}", "ev", evs[k]);

			ck_ok(all[i]->event(v, ev, &err));
			json_decref(ev);
		}
		ck_ok(all[i]->close(v, &err));
		fclose(opt.paper.out);
	}
}
END_TEST

START_TEST(test_full)
{
	const struct view_ops *ops = _i ? &view_tap : &view_json;
	_cleanup_fclose_ FILE *full = fopen("/dev/full", "we");
	const struct view_options opt = { .paper = { .columns = 100, .out = full } };
	json_t *all = records_load("cookies"), *ev;
	struct err err = ERR_INIT, later = ERR_INIT;
	struct view *v = ops->open(&opt);
	int rc = 0;
	size_t i;

	json_array_foreach (all, i, ev) {
		rc = ops->event(v, ev, &err);
		if (rc < 0)
			break;
	}
	ck_assert_int_eq(rc, -ENOSPC);
	ck_assert_int_lt(ops->close(v, &later), 0);
	json_decref(all);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("view_formats");
	TCase *tc = tcase_create("view_formats");

	tcase_add_test(tc, test_json_pass);
	tcase_add_test(tc, test_json_others);
	tcase_add_test(tc, test_json_many);
	tcase_add_test(tc, test_tap_all);
	tcase_add_test(tc, test_tap_skip);
	tcase_add_test(tc, test_tap_nothing);
	tcase_add_test(tc, test_tap_directive);
	tcase_add_test(tc, test_out_of_order);
	tcase_add_loop_test(tc, test_full, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
