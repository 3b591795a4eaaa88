/* SPDX-License-Identifier: MIT */
#include "../runner/compare.h"

#include <string.h>

#include "../netns/duration.h"
#include "../runner/compare_own.h"
#include "../runner/compare_view.h"
#include "../runner/paper.h"
#include "harness.h"
#include "records.h"

/* ---- alignment ---- */

static size_t pairs(const size_t *to, size_t n)
{
	size_t found = 0, after = 0;

	for (size_t i = 0; i < n; i++) {
		if (to[i] == SIZE_MAX)
			continue;
		if (found)
			ck_assert_uint_gt(to[i], after);
		after = to[i];
		found++;
	}
	return found;
}

START_TEST(test_align_simple)
{
	static const uint64_t a[] = { 1, 2, 3, 4 }, b[] = { 2, 9, 4, 1 };
	size_t to[4];

	compare_align(a, 4, b, 4, to);
	ck_assert_uint_eq(to[0], SIZE_MAX);
	ck_assert_uint_eq(to[1], 0);
	ck_assert_uint_eq(to[2], SIZE_MAX);
	ck_assert_uint_eq(to[3], 2);
	compare_align(a, 4, b, 0, to);
	ck_assert_uint_eq(pairs(to, 4), 0);
	compare_align(a, 0, b, 4, to);
}
END_TEST

/* The second retransmission is the second one of the other side, and the surplus is at the end. */
START_TEST(test_align_repeated)
{
	static const uint64_t a[] = { 7, 7, 7 }, b[] = { 5, 7, 7, 7, 7, 6 };
	size_t to[3];

	compare_align(a, 3, b, 6, to);
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(to[i], i + 1);
}
END_TEST

START_TEST(test_number)
{
	static const uint64_t keys[] = { 7, 3, 7, 5, 7, 5 };
	static const size_t wanted[] = { 1, 0, 2, 1, 3, 2 };
	size_t nth[6];

	compare_number(keys, 6, nth);
	for (size_t i = 0; i < 6; i++)
		ck_assert_uint_eq(nth[i], wanted[i]);
}
END_TEST

/* The textbook's table, which is slow and obvious. */
static size_t longest(const uint64_t *a, const uint64_t *b, size_t n)
{
	size_t best[33][33] = { { 0 } };

	for (size_t i = 1; i <= n; i++)
		for (size_t j = 1; j <= n; j++) {
			best[i][j] =
				best[i - 1][j] > best[i][j - 1] ? best[i - 1][j] : best[i][j - 1];
			if (a[i - 1] == b[j - 1] && best[i - 1][j - 1] + 1 > best[i][j])
				best[i][j] = best[i - 1][j - 1] + 1;
		}
	return best[n][n];
}

/* Of symbols that come once each it is a longest common subsequence. */
START_TEST(test_align_longest)
{
	uint64_t a[32], b[32];
	size_t to[32];
	unsigned seed = 1;

	for (int round = 0; round < 500; round++) {
		for (size_t i = 0; i < 32; i++) {
			a[i] = i;
			b[i] = i + (size_t)(round % 9);
		}
		for (size_t i = 31; i > 0; i--) {
			size_t k = (seed = seed * 1103515245 + 12345) / 65536 % (i + 1);
			uint64_t t = b[i];

			/* some rounds hardly shuffled, others wholly */
			if (round % 3 && i % (size_t)(2 + round % 5))
				continue;
			b[i] = b[k];
			b[k] = t;
		}
		compare_align(a, 32, b, 32, to);
		ck_assert_uint_eq(pairs(to, 32), longest(a, b, 32));
		for (size_t i = 0; i < 32; i++)
			if (to[i] != SIZE_MAX)
				ck_assert_uint_eq(a[i], b[to[i]]);
	}
}
END_TEST

/* ---- tolerance ---- */

START_TEST(test_late)
{
	ck_assert(!compare_late(0, 10 * NS_PER_MS));
	ck_assert(compare_late(0, 10 * NS_PER_MS + 1));
	ck_assert(!compare_late(1000 * NS_PER_MS, 1135 * NS_PER_MS));
	ck_assert(compare_late(1000 * NS_PER_MS, 1136 * NS_PER_MS));
	ck_assert(compare_late(1136 * NS_PER_MS, 1000 * NS_PER_MS));
	ck_assert(!compare_late(-1, 1000 * NS_PER_MS));
	ck_assert(!compare_late(INT64_C(1) << 60, INT64_C(1) << 60));
}
END_TEST

/* ---- records ---- */

static void feed(struct compare *c, int side, json_t *ev)
{
	ck_assert_ptr_nonnull(ev);
	compare_event(c, side, ev);
	json_decref(ev);
}

static void begin(struct compare *c, int side)
{
	feed(c, side,
	     json_pack("{s:s, s:s, s:[{s:s},{s:s}]}", "ev", "header", "lab", "x", "hosts", "name",
		       "client", "name", "server"));
}

static void step(struct compare *c, int side, int n, json_int_t t, const char *text)
{
	feed(c, side,
	     json_pack("{s:s, s:I, s:i, s:{s:s}}", "ev", "step", "t", t, "n", n, "text", "en",
		       text));
}

static void conn(struct compare *c, int side)
{
	feed(c, side,
	     json_pack("{s:s, s:i, s:i, s:{s:s,s:i}, s:{s:s,s:i}}", "ev", "conn", "t", 0, "id", 1,
		       "a", "host", "client", "port", 4, "b", "host", "server", "port", 80));
}

/* A segment of the client that arrives after @flight ms, is lost (-1), or never seen again (-2). */
static void segment(struct compare *c, int side, int seg, const char *flags, int seq, json_int_t ms,
		    int flight)
{
	static const char *const dirs[] = { "out", "in" };
	static const char *const hosts[] = { "client", "server" };

	for (int i = 0; i < (flight < 0 ? 1 : 2); i++)
		feed(c, side,
		     json_pack("{s:s, s:I, s:s, s:s, s:i, s:i, s:s, s:i, s:i}", "ev", "packet", "t",
			       (ms + (i ? flight : 0)) * NS_PER_MS, "host", hosts[i], "dir",
			       dirs[i], "seg", seg, "conn", 1, "flags", flags, "seq", seq, "win",
			       100));
	if (flight == -1)
		feed(c, side,
		     json_pack("{s:s, s:I, s:i, s:i, s:s, s:s}", "ev", "lost", "t", ms * NS_PER_MS,
			       "seg", seg, "conn", 1, "host", "server", "why", "loss"));
}

static void expect(struct compare *c, int side, const char *name, const char *verdict)
{
	feed(c, side,
	     json_pack("{s:s, s:i, s:s, s:s, s:s}", "ev", "expect", "t", 0, "name", name, "verdict",
		       verdict, "kind", "value"));
}

static struct compare *begin_both(void)
{
	struct compare *c = compare_new(LANG_EN, true);

	for (int i = 0; i < 2; i++) {
		begin(c, i);
		conn(c, i);
	}
	return c;
}

/* The marks of all rows but steps, as in the terminal; steps are "s". */
static const char *story(const struct compare *c)
{
	static char marks[256];
	size_t n, at = 0;
	const struct compare_row *rows = compare_rows(c, &n);

	for (size_t i = 0; i < n && at < sizeof(marks) - 1; i++)
		marks[at++] = compare_what(&rows[i]) == COMPARE_STEP ? 's' : "=<>~!"[rows[i].kind];
	marks[at] = '\0';
	return marks;
}

/* How many items a part has; the last is put into @last. */
static size_t items(const struct compare *c, enum compare_part part,
		    const struct compare_item **last)
{
	size_t n, found = 0;
	const struct compare_item *all = compare_items(c, &n);

	for (size_t i = 0; i < n; i++)
		if (all[i].part == part)
			found++, *last = &all[i];
	return found;
}

START_TEST(test_kinds)
{
	struct compare *c = begin_both();
	const struct compare_item *it = NULL;

	for (int i = 0; i < 2; i++) {
		segment(c, i, 1, "S", 0, 1, 5);             /* the same */
		segment(c, i, 2, "A", 1, 20, i ? 5 : 30);   /* arrives later */
		segment(c, i, 3, "PA", 1, 100, i ? -1 : 5); /* is lost */
		segment(c, i, 4, "A", i ? 60 : 50, 200, 5); /* other numbers */
		expect(c, i, "holds", "pass");
		expect(c, i, "fails", i ? "fail" : "pass");
	}
	compare_end(c);
	ck_assert_str_eq(story(c), "=~!<>=!");
	ck_assert_int_eq(compare_first(c), 1);
	ck_assert(compare_differs(c));
	ck_assert_uint_eq(items(c, COMPARE_TIMES, &it), 1);
	ck_assert_str_eq(it->value[0], "50.0 ms");
	ck_assert_str_eq(it->value[1], "25.0 ms");
	ck_assert_ptr_nonnull(strstr(it->what, "client → server: ACK seq 1"));
	ck_assert_uint_eq(items(c, COMPARE_EXPECTS, &it), 1);
	ck_assert_str_eq(it->what, "fails");
	ck_assert_str_eq(it->value[0], "pass");
	ck_assert_ptr_nonnull(strstr(it->value[1], "fail"));
	compare_free(c);
}
END_TEST

/* Time is since the step began: what one step was late the next is not. */
START_TEST(test_steps)
{
	struct compare *c = begin_both();

	for (int i = 0; i < 2; i++) {
		json_int_t late = i ? 500 : 0;

		step(c, i, 1, 0, "one");
		segment(c, i, 1, "S", 0, 100 + late, 5);
		step(c, i, 2, (200 + late) * NS_PER_MS, "two");
		segment(c, i, 2, "A", 1, 300 + late, 5);
	}
	compare_end(c);
	ck_assert_str_eq(story(c), "s~s=");
	compare_free(c);
}
END_TEST

/* The same event in another step is not the same; steps that one side has not are its own, and a
 * step in other words is the same step. */
START_TEST(test_other_steps)
{
	struct compare *c = begin_both();

	step(c, 0, 1, 0, "wait 3 s");
	step(c, 1, 1, 0, "wait 4 s");
	for (int i = 0; i < 2; i++)
		segment(c, i, 1, "S", 0, 1, 5);
	step(c, 0, 2, 20 * NS_PER_MS, "both");
	segment(c, 0, 2, "A", 1, 30, 5);
	step(c, 1, 2, 20 * NS_PER_MS, "both");
	step(c, 1, 3, 25 * NS_PER_MS, "only here");
	segment(c, 1, 2, "A", 1, 30, 5);
	compare_end(c);
	ck_assert_str_eq(story(c), "s=s<s>");
	compare_free(c);
}
END_TEST

/* A ladder draws what does not arrive when it is certain, here in another step each: it is where it
 * left. */
START_TEST(test_overdue)
{
	struct compare *c = begin_both();

	for (int i = 0; i < 2; i++) {
		step(c, i, 1, 0, "one");
		segment(c, i, 1, "S", 0, 1, -2);
		step(c, i, 2, (i ? 2 : 500) * NS_PER_MS, "two");
		segment(c, i, 2, "A", 1, 600, 5);
	}
	compare_end(c);
	ck_assert_str_eq(story(c), "s=s~");
	compare_free(c);
}
END_TEST

START_TEST(test_table)
{
	static const char *const words[2][3] = { { "1.00, 2.00", "7", "0" },
						 { "1.10, 2.20", "8", "5" } };
	struct compare *c = begin_both();
	const struct compare_item *it = NULL;

	for (int i = 0; i < 2; i++) {
		feed(c, i,
		     json_pack("{s:s, s:s, s:s, s:i}", "ev", "counter", "host", "client", "name",
			       "Same", "delta", 3));
		feed(c, i,
		     json_pack("{s:s, s:s, s:s, s:s}", "ev", "value", "name", "times", "value",
			       words[i][0], "unit", "s"));
		feed(c, i,
		     json_pack("{s:s, s:s, s:s}", "ev", "value", "name", "number", "value",
			       words[i][1]));
		feed(c, i,
		     json_pack("{s:s, s:i, s:s, s:i, s:s, s:s}", "ev", "state", "t", 0, "host",
			       "client", "conn", 1, "from", "CLOSED", "to",
			       i ? "SYN-SENT" : "ESTAB"));
		feed(c, i, json_pack("{s:s, s:s}", "ev", "verdict", "verdict", "pass"));
	}
	feed(c, 1,
	     json_pack("{s:s, s:s, s:s, s:i}", "ev", "counter", "host", "client", "name", "Moved",
		       "delta", 3));
	compare_end(c);
	ck_assert_uint_eq(items(c, COMPARE_COUNTERS, &it), 1);
	ck_assert_str_eq(it->what, "client Moved");
	ck_assert_str_eq(it->value[0], "0");
	ck_assert_str_eq(it->value[1], "3");
	ck_assert_uint_eq(items(c, COMPARE_VALUES, &it), 1);
	ck_assert_str_eq(it->what, "number");
	ck_assert_uint_eq(items(c, COMPARE_STATES, &it), 1);
	ck_assert_str_eq(it->what, "client #1");
	ck_assert_str_eq(it->value[1], "CLOSED → SYN-SENT");
	ck_assert_uint_eq(items(c, COMPARE_VERDICT, &it), 0);
	compare_free(c);
}
END_TEST

static char *shown(const struct compare *c, int columns, bool utf8, enum lang lang, int verbosity)
{
	char *text = NULL;
	size_t size;
	struct paper paper = { .columns = columns, .utf8 = utf8, .lang = lang };
	const struct compare_view v = { .paper = &paper,
					.name = { "one", "two" },
					.verbosity = verbosity };

	paper.out = open_memstream(&text, &size);
	compare_text(&v, c);
	fclose(paper.out);
	return text;
}

/* The longest line of a text, in bytes: for ASCII. */
static size_t widest(const char *text)
{
	size_t most = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (strcspn(text, "\n") > most)
			most = strcspn(text, "\n");
	return most;
}

static struct compare *load(const char *a, const char *b, enum lang lang, bool utf8)
{
	const char *const names[] = { a, b };
	struct compare *c = compare_new(lang, utf8);

	for (int i = 0; i < 2; i++) {
		json_t *all = records_load(names[i]), *ev;
		size_t k;

		json_array_foreach (all, k, ev)
			compare_event(c, i, ev);
		json_decref(all);
	}
	compare_end(c);
	return c;
}

/* Every pair of sample records, at every width: nothing too wide, nothing unsafe; and a record is
 * no different from itself. */
START_TEST(test_samples)
{
	static const int widths[] = { 40, 60, 114, 115, 200, 250 };

	for (size_t i = 0; i < RECORDS_COUNT; i++)
		for (size_t j = 0; j < RECORDS_COUNT; j++) {
			struct compare *c = load(records_all[i], records_all[j],
						 j % 2 ? LANG_ZH : LANG_EN, false);

			if (i == j) {
				ck_assert_msg(!compare_differs(c), "%s", records_all[i]);
				ck_assert_int_eq(compare_first(c), -1);
			}
			for (size_t k = 0; k < sizeof(widths) / sizeof(widths[0]); k++) {
				_cleanup_free_ char *text =
					shown(c, widths[k], false, LANG_EN, (int)(k % 3) - 1);

				ck_assert_ptr_null(strchr(text, '\x1b'));
				if (j % 2 == 0)
					ck_assert_msg(widest(text) <= (size_t)widths[k],
						      "%s, %s, %d columns: %zu", records_all[i],
						      records_all[j], widths[k], widest(text));
			}
			compare_free(c);
		}
}
END_TEST

START_TEST(test_text)
{
	struct compare *c = load("handshake", "loss", LANG_EN, true);
	_cleanup_free_ char *wide = shown(c, 120, true, LANG_EN, 0);
	_cleanup_free_ char *narrow = shown(c, 80, true, LANG_EN, 0);
	_cleanup_free_ char *quiet = shown(c, 80, true, LANG_ZH, -1);

	ck_assert(compare_other_labs(c));
	ck_assert_ptr_nonnull(strstr(wide, "the first difference"));
	ck_assert_ptr_nonnull(strstr(wide, " > "));
	ck_assert_ptr_nonnull(strstr(narrow, "\nB  "));
	ck_assert_ptr_null(strstr(quiet, "第一处差别"));
	ck_assert_ptr_nonnull(strstr(quiet, "有何差别"));
	compare_free(c);
	c = load("close", "close", LANG_EN, true);
	free(quiet);
	quiet = shown(c, 80, true, LANG_EN, 0);
	ck_assert_ptr_nonnull(strstr(quiet, "No difference."));
	compare_free(c);
}
END_TEST

/* Records without a header, without anything, with events out of place. */
START_TEST(test_nothing)
{
	struct compare *c = compare_new(LANG_EN, true);
	_cleanup_free_ char *text = NULL;

	feed(c, 0, json_pack("{s:s}", "ev", "packet"));
	step(c, 1, 1, 0, "too early");
	expect(c, 1, "too early", "fail");
	compare_end(c);
	text = shown(c, 80, true, LANG_EN, 1);
	ck_assert_ptr_nonnull(strstr(text, "too early"));
	compare_free(c);
}
END_TEST

static void icmp(struct compare *c, int side, const char *name, int mtu, json_int_t ms)
{
	feed(c, side,
	     json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i}", "ev", "icmp", "t",
		       ms * NS_PER_MS, "host", "client", "dir", "in", "addr",
		       side ? "198.18.1.254" : "198.18.9.254", "name", name, "mtu", mtu, "conn", 1,
		       "seg", 9, "seq", 1));
}

/* An ICMP error is the same whoever says it; not when it says something else, or later. */
START_TEST(icmp_errors)
{
	struct compare *c = begin_both();

	for (int i = 0; i < 2; i++) {
		step(c, i, 1, 0, "one");
		icmp(c, i, "host unreachable", 0, 10);
		icmp(c, i, "fragmentation needed", i ? 1400 : 1300, 20);
		icmp(c, i, i ? "port unreachable" : "time exceeded", 0, 30);
		icmp(c, i, "network unreachable", 0, i ? 40 : 400);
	}
	compare_end(c);
	ck_assert_str_eq(story(c), "s=!<>~");
	compare_free(c);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("compare");
	TCase *tc = tcase_create("align");

	tcase_add_test(tc, test_align_simple);
	tcase_add_test(tc, icmp_errors);
	tcase_add_test(tc, test_align_repeated);
	tcase_add_test(tc, test_number);
	tcase_add_test(tc, test_align_longest);
	tcase_add_test(tc, test_late);
	suite_add_tcase(s, tc);
	tc = tcase_create("records");
	tcase_add_test(tc, test_kinds);
	tcase_add_test(tc, test_steps);
	tcase_add_test(tc, test_other_steps);
	tcase_add_test(tc, test_overdue);
	tcase_add_test(tc, test_table);
	tcase_add_test(tc, test_samples);
	tcase_add_test(tc, test_text);
	tcase_add_test(tc, test_nothing);
	suite_add_tcase(s, tc);
	return s;
}
