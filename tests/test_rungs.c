/* SPDX-License-Identifier: MIT */
#include "../runner/rungs.h"

#include <string.h>

#include "../runner/mermaid.h"
#include "harness.h"
#include "records.h"

static struct rungs *begin(void)
{
	struct rungs *r = rungs_new(LANG_EN, true);
	json_t *header = json_pack("{s:s, s:[{s:s},{s:s}]}", "ev", "header", "hosts", "name",
				   "client", "name", "server");

	rungs_event(r, header);
	json_decref(header);
	return r;
}

static void feed(struct rungs *r, json_t *ev)
{
	ck_assert_ptr_nonnull(ev);
	rungs_event(r, ev);
	json_decref(ev);
}

/* A client that sends @n SYNs, each on a connection of its own; the server answers with RST. */
static void refused(struct rungs *r, int n)
{
	for (int i = 0; i < n; i++) {
		json_int_t t = i * 1000000LL;

		feed(r, json_pack("{s:s, s:I, s:i, s:{s:s,s:i}, s:{s:s,s:i}}", "ev", "conn", "t", t,
				  "id", i + 1, "a", "host", "client", "port", 40000 + i, "b",
				  "host", "server", "port", 80));
		for (int k = 0; k < 4; k++)
			feed(r, json_pack("{s:s, s:I, s:s, s:s, s:i, s:i, s:s, s:i, s:i}", "ev",
					  "packet", "t", t + k, "host",
					  k == 0 || k == 3 ? "client" : "server", "dir",
					  k % 2 ? "in" : "out", "seg", 2 * i + k / 2, "conn", i + 1,
					  "flags", k < 2 ? "S" : "RA", "seq", 0, "win", i));
	}
}

static void step(struct rungs *r, int n, const char *text)
{
	feed(r, json_pack("{s:s, s:i, s:i, s:{s:s}}", "ev", "step", "t", 0, "n", n, "text", "en",
			  text));
}

/* Rows that are shown and rows that folds count: none is lost. */
static size_t count(const struct rungs *r, size_t *shown, size_t *folds)
{
	size_t n, all = 0;
	const struct rung *g = rungs_all(r, &n);

	*shown = *folds = 0;
	for (size_t i = 0; i < n; i++) {
		*shown += g[i].kind == RUNG_ROW;
		*folds += g[i].kind == RUNG_FOLD;
		all += g[i].kind == RUNG_ROW ? 1 : g[i].n;
	}
	return all;
}

START_TEST(test_short_stays)
{
	struct rungs *r = begin();
	size_t shown, folds;

	step(r, 1, "one");
	refused(r, 4);
	rungs_end(r);
	rungs_fold(r, 100);
	ck_assert_uint_eq(count(r, &shown, &folds), 8);
	ck_assert_uint_eq(shown, 8);
	ck_assert_uint_eq(folds, 0);
	rungs_free(r);
}
END_TEST

/* Two kinds of rows in turn; the fold between the first and the last says how many of each. */
START_TEST(test_folds)
{
	struct rungs *r = begin();
	size_t shown, folds, n;
	const struct rung *g;

	step(r, 1, "a flood");
	refused(r, 500);
	step(r, 2, "after it");
	rungs_end(r);
	rungs_fold(r, 50);
	ck_assert_uint_eq(count(r, &shown, &folds), 1000);
	ck_assert_uint_le(shown, 50);
	ck_assert_uint_eq(folds, 1);
	g = rungs_all(r, &n);
	ck_assert_int_eq(g[0].kind, RUNG_STEP);
	ck_assert_int_eq(g[n - 1].kind, RUNG_STEP);
	for (size_t i = 0; i < n; i++) {
		if (g[i].kind != RUNG_FOLD)
			continue;
		ck_assert_uint_eq(g[i].n, 1000 - shown);
		ck_assert_ptr_nonnull(strstr(g[i].text, "rows are not shown, from"));
		ck_assert_ptr_nonnull(strstr(g[i].text, "× client → server: SYN seq 0 win 0, "));
		ck_assert_ptr_nonnull(strstr(g[i].text, "× server → client: RST, ACK"));
	}
	rungs_free(r);
}
END_TEST

/* Where every row is of a kind of its own the middle goes. */
START_TEST(test_folds_middle)
{
	struct rungs *r = begin();
	size_t shown, folds;

	feed(r, json_pack("{s:s, s:i, s:i, s:{s:s,s:i}, s:{s:s,s:i}}", "ev", "conn", "t", 0, "id",
			  1, "a", "host", "client", "port", 4, "b", "host", "server", "port", 80));
	for (int i = 0; i < 300; i++) {
		char state[3] = { (char)('a' + i / 26), (char)('a' + i % 26), '\0' };

		feed(r,
		     json_pack("{s:s, s:I, s:s, s:i, s:s, s:s}", "ev", "state", "t", (json_int_t)i,
			       "host", "client", "conn", 1, "from", state, "to", state));
	}
	rungs_end(r);
	rungs_fold(r, 40);
	ck_assert_uint_eq(count(r, &shown, &folds), 300);
	ck_assert_uint_le(shown, 41);
	ck_assert_uint_eq(folds, 1);
	rungs_free(r);
}
END_TEST

/* Events are numbered as they came, the header being 0. */
START_TEST(test_events)
{
	struct rungs *r = begin();
	const struct rung *g;
	size_t n;

	step(r, 1, "one");
	refused(r, 1);
	rungs_end(r);
	g = rungs_all(r, &n);
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(g[0].event, 1);
	ck_assert_int_eq(g[1].row.first, 3);
	ck_assert_int_eq(g[1].row.cell[0].event, 3);
	ck_assert_int_eq(g[1].row.cell[1].event, 4);
	ck_assert_int_eq(g[1].row.last, 4);
	ck_assert_int_eq(g[2].row.last, 6);
	rungs_free(r);
}
END_TEST

/* What was set is a detail; what the user kept from being set is told. */
START_TEST(test_sysctl)
{
	static const char *const fields = "{s:s, s:i, s:s, s:s, s:s, s:s, s:s}";
	struct rungs *r = begin();
	const struct rung *g;
	json_t *kept;
	size_t before, n;

	rungs_all(r, &before);
	kept = json_pack(fields, "ev", "sysctl", "t", 1, "host", "server", "name", "net.a", "from",
			 "0", "to", "0", "by", "set");
	feed(r, json_deep_copy(kept));
	rungs_all(r, &n);
	ck_assert_uint_eq(n, before);
	json_object_set_new(kept, "wanted", json_string("2"));
	feed(r, kept);
	g = rungs_all(r, &n);
	ck_assert_uint_eq(n, before + 1);
	ck_assert_int_eq(g[before].kind, RUNG_EVENT);
	ck_assert_ptr_nonnull(strstr(
		g[before].text, "server: the lab would set net.a to 2 here; --set keeps it at 0"));
	rungs_free(r);
}
END_TEST

/* A picture has a row where it was sent, although it arrived in a later step. */
START_TEST(test_patiently)
{
	struct rungs *r = rungs_new(LANG_EN, true);
	const struct rung *g;
	size_t n;

	rungs_patiently(r);
	feed(r, json_pack("{s:s, s:[{s:s},{s:s}]}", "ev", "header", "hosts", "name", "client",
			  "name", "server"));
	step(r, 1, "one");
	feed(r, json_pack("{s:s, s:i, s:i, s:{s:s,s:i}, s:{s:s,s:i}}", "ev", "conn", "t", 0, "id",
			  1, "a", "host", "client", "port", 4, "b", "host", "server", "port", 80));
	feed(r,
	     json_pack("{s:s, s:i, s:s, s:s, s:i, s:i, s:s, s:i}", "ev", "packet", "t", 1, "host",
		       "client", "dir", "out", "seg", 1, "conn", 1, "flags", "S", "seq", 0));
	step(r, 2, "two");
	feed(r,
	     json_pack("{s:s, s:i, s:s, s:s, s:i, s:i, s:s, s:i}", "ev", "packet", "t", 2, "host",
		       "server", "dir", "in", "seg", 1, "conn", 1, "flags", "S", "seq", 0));
	feed(r, json_pack("{s:s, s:i, s:s, s:b}", "ev", "link", "t", 3, "host", "server", "up", 0));
	rungs_end(r);
	g = rungs_all(r, &n);
	ck_assert_uint_eq(n, 4);
	ck_assert_int_eq(g[0].kind, RUNG_STEP);
	ck_assert_int_eq(g[1].kind, RUNG_ROW);
	ck_assert_int_eq(g[1].row.fate, FATE_ARRIVED);
	ck_assert_int_eq(g[2].kind, RUNG_STEP);
	ck_assert_int_eq(g[3].kind, RUNG_EVENT);
	ck_assert_ptr_nonnull(strstr(g[3].text, "server"));
	rungs_free(r);
}
END_TEST

/* No text can end a statement, begin a comment, an entity or an order of Mermaid's. */
START_TEST(test_mermaid)
{
	struct rungs *r = begin();
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	feed(r, json_pack("{s:s, s:i, s:{s:s}}", "ev", "note", "t", 0, "text", "en",
			  "wrap: a;b\nparticipant x %% {end} #9829; <script>"));
	refused(r, 1);
	rungs_end(r);
	mermaid_write(f, r, LANG_EN);
	fclose(f);
	rungs_free(r);
	ck_assert_str_eq(
		text, "sequenceDiagram\n"
		      "    participant h0 as client\n"
		      "    participant h1 as server\n"
		      "    Note over h0,h1: wrap#58; a#59;b participant x #37;#37; #123;end#125; "
		      "#35;9829#59; #60;script#62;\n"
		      "    h0->>h1: 0.00 ms SYN seq 0 win 0\n"
		      "    h1->>h0: 0.00 ms RST, ACK seq 0 win 0\n");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("rungs");
	TCase *tc = tcase_create("rungs");

	tcase_add_test(tc, test_short_stays);
	tcase_add_test(tc, test_folds);
	tcase_add_test(tc, test_folds_middle);
	tcase_add_test(tc, test_events);
	tcase_add_test(tc, test_sysctl);
	tcase_add_test(tc, test_patiently);
	tcase_add_test(tc, test_mermaid);
	suite_add_tcase(s, tc);
	return s;
}
