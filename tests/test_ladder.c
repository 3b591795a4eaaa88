/* SPDX-License-Identifier: MIT */
#include "../runner/ladder.h"

#include "../runner/columns.h"
#include "../runner/ladder_print.h"
#include "../runner/paper.h"
#include "harness.h"
#include "records.h"

/* A ladder that writes into memory. */
struct bench {
	struct paper paper;
	char *text;
	size_t size;
	struct ladder *ladder;
	struct ladder_print print;
	json_t *header;
};

static void bench_open(struct bench *b, int columns, bool utf8)
{
	*b = (struct bench){ .paper = { .columns = columns, .utf8 = utf8, .lang = LANG_EN } };
	b->paper.out = open_memstream(&b->text, &b->size);
	b->header = json_pack("{s:s, s:[{s:s},{s:s}]}", "ev", "header", "hosts", "name", "client",
			      "name", "server");
	b->print = LADDER_PRINT(&b->paper);
	b->ladder = ladder_new(&b->paper, b->header, ladder_print_row, &b->print);
}

static const char *bench_text(struct bench *b)
{
	fflush(b->paper.out);
	return b->text;
}

static void bench_close(struct bench *b)
{
	ladder_free(b->ladder);
	fclose(b->paper.out);
	free(b->text);
	json_decref(b->header);
}

static void feed(struct bench *b, json_t *ev)
{
	ck_assert_ptr_nonnull(ev);
	ladder_event(b->ladder, ev);
	json_decref(ev);
}

static void conn(struct bench *b)
{
	feed(b, json_pack("{s:s, s:i, s:i, s:{s:s,s:s,s:i}, s:{s:s,s:s,s:i}}", "ev", "conn", "t", 0,
			  "id", 1, "a", "host", "client", "addr", "198.18.1.1", "port", 40000, "b",
			  "host", "server", "addr", "198.18.2.1", "port", 80));
}

static void packet(struct bench *b, json_int_t ms, const char *host, const char *dir, int seg,
		   const char *flags)
{
	feed(b, json_pack("{s:s, s:I, s:s, s:s, s:i, s:i, s:s, s:i, s:i}", "ev", "packet", "t",
			  ms * 1000000, "host", host, "dir", dir, "seg", seg, "conn", 1, "flags",
			  flags, "seq", 0, "win", 100));
}

static void state(struct bench *b, json_int_t ms, const char *host, const char *from,
		  const char *to)
{
	feed(b, json_pack("{s:s, s:I, s:s, s:i, s:s, s:s}", "ev", "state", "t", ms * 1000000,
			  "host", host, "conn", 1, "from", from, "to", to));
}

/* The line that has @needle in it, malloc'ed; fails when there is none. */
static char *line_with(const char *text, const char *needle)
{
	const char *at = strstr(text, needle), *start;

	ck_assert_msg(at != NULL, "no \"%s\" in:\n%s", needle, text);
	for (start = at; start > text && start[-1] != '\n'; start--)
		;
	return strndup(start, strcspn(start, "\n"));
}

static int count(const char *text, const char *needle)
{
	int n = 0;

	for (; (text = strstr(text, needle)); text += strlen(needle))
		n++;
	return n;
}

/* A row waits for the state that its packet brings about, although another packet leaves before. */
START_TEST(test_waits_for_state)
{
	struct bench b;
	_cleanup_free_ char *syn = NULL;

	bench_open(&b, 100, true);
	conn(&b);
	packet(&b, 1, "client", "out", 1, "S");
	state(&b, 1, "client", "CLOSED", "SYN-SENT");
	packet(&b, 25, "server", "in", 1, "S");
	packet(&b, 25, "server", "out", 2, "SA");
	ck_assert_str_eq(bench_text(&b), "");
	state(&b, 25, "server", "CLOSED", "SYN-RECV");
	syn = line_with(bench_text(&b), "SYN seq 0");
	ck_assert_int_eq(strncmp(syn, "SYN-SENT ", 9), 0);
	ck_assert_ptr_nonnull(strstr(syn, "▶"));
	ck_assert_str_eq(syn + strlen(syn) - 8, "SYN-RECV");
	bench_close(&b);
}
END_TEST

/* ... but not for ever: a packet much later, or somebody who wants to write below. */
START_TEST(test_waits_not_for_ever)
{
	struct bench b;

	bench_open(&b, 100, true);
	conn(&b);
	packet(&b, 1, "client", "out", 1, "S");
	packet(&b, 25, "server", "in", 1, "S");
	ck_assert_str_eq(bench_text(&b), "");
	packet(&b, 1000, "client", "out", 2, "S");
	ck_assert_int_eq(count(bench_text(&b), "▶"), 1);
	packet(&b, 1025, "server", "in", 2, "S");
	ck_assert_int_eq(count(bench_text(&b), "▶"), 1);
	ladder_settle(b.ladder);
	ck_assert_int_eq(count(bench_text(&b), "▶"), 2);
	bench_close(&b);
}
END_TEST

/* Data in ESTAB changes no state: its row is certain when it arrives. */
START_TEST(test_data_at_once)
{
	struct bench b;

	bench_open(&b, 100, true);
	conn(&b);
	state(&b, 0, "client", "CLOSED", "ESTAB");
	state(&b, 0, "server", "CLOSED", "ESTAB");
	ladder_flush(b.ladder, INT64_MAX);
	packet(&b, 1, "client", "out", 1, "PA");
	ck_assert_int_eq(count(bench_text(&b), "PSH"), 0);
	packet(&b, 2, "server", "in", 1, "PA");
	ck_assert_int_eq(count(bench_text(&b), "PSH"), 1);
	bench_close(&b);
}
END_TEST

/* A dump can be older than the timestamp of the packet that explains it. */
START_TEST(test_state_before_packet)
{
	struct bench b;
	_cleanup_free_ char *syn = NULL;

	bench_open(&b, 100, true);
	conn(&b);
	state(&b, 1, "client", "CLOSED", "SYN-SENT");
	packet(&b, 2, "client", "out", 1, "S");
	ladder_flush(b.ladder, INT64_MAX);
	syn = line_with(bench_text(&b), "SYN seq 0");
	ck_assert_int_eq(strncmp(syn, "SYN-SENT ", 9), 0);
	ck_assert_ptr_null(strstr(bench_text(&b), "CLOSED →"));
	bench_close(&b);
}
END_TEST

START_TEST(test_on_its_way)
{
	struct bench b;

	bench_open(&b, 100, true);
	conn(&b);
	packet(&b, 1, "client", "out", 1, "S");
	ladder_flush(b.ladder, INT64_MAX);
	ck_assert_int_eq(count(bench_text(&b), "on its way"), 1);
	ladder_flush(b.ladder, INT64_MAX);
	ck_assert_int_eq(count(bench_text(&b), "SYN seq 0"), 1);
	packet(&b, 25, "server", "in", 1, "S");
	ladder_flush(b.ladder, INT64_MAX);
	ck_assert_int_eq(count(bench_text(&b), "arrives: SYN seq 0"), 1);
	bench_close(&b);
}
END_TEST

START_TEST(test_many_on_their_way)
{
	struct bench b;

	bench_open(&b, 60, true);
	conn(&b);
	for (int i = 1; i <= 5000; i++)
		packet(&b, i, "client", "out", i, "A");
	ladder_flush(b.ladder, INT64_MAX);
	/* All of them: the last few at the end, the others when they were overdue. */
	ck_assert_int_eq(count(bench_text(&b), "on its way") + count(bench_text(&b), "not arrived"),
			 5000);
	bench_close(&b);
}
END_TEST

/* The last FIN, of which nothing was heard again, comes before the end of its socket. */
START_TEST(test_overdue_before_the_end)
{
	struct bench b;
	const char *fin, *end;

	bench_open(&b, 100, true);
	conn(&b);
	state(&b, 1, "client", "CLOSED", "ESTAB");
	packet(&b, 2, "client", "out", 1, "FA");
	state(&b, 2, "client", "ESTAB", "FIN-WAIT-1");
	state(&b, 60000, "client", "FIN-WAIT-1", "CLOSED");
	ladder_flush(b.ladder, INT64_MAX);
	fin = strstr(bench_text(&b), "FIN, ACK seq 0");
	end = strstr(bench_text(&b), "FIN-WAIT-1 → CLOSED");
	ck_assert_ptr_nonnull(fin);
	ck_assert_ptr_nonnull(end);
	ck_assert(fin < end);
	ck_assert_int_eq(count(bench_text(&b), "not arrived"), 1);
	bench_close(&b);
}
END_TEST

/* What does not fit together is left out, and nothing breaks. */
START_TEST(test_nonsense)
{
	struct bench b;

	bench_open(&b, 100, true);
	packet(&b, 1, "client", "out", 1, "S"); /* before its connection */
	state(&b, 1, "client", "CLOSED", "SYN-SENT");
	conn(&b);
	conn(&b); /* the number 1 is taken */
	packet(&b, 2, "mallory", "out", 2, "S");
	feed(&b, json_pack("{s:s, s:i, s:s}", "ev", "lost", "seg", 77, "why", "rule"));
	feed(&b, json_pack("{s:s}", "ev", "of a later format"));
	feed(&b, json_array());
	ladder_flush(b.ladder, INT64_MAX);
	ck_assert_str_eq(bench_text(&b), "");
	bench_close(&b);
}
END_TEST

static void icmp(struct bench *b, json_int_t ms, int seg)
{
	feed(b,
	     json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:s}", "ev", "icmp", "t",
		       ms * 1000000, "host", "client", "dir", "in", "addr", "198.18.1.254", "name",
		       "host unreachable", "conn", 1, "seg", seg, "seq", 0, "flags", "S"));
}

/* What an ICMP error quotes was thrown away, and the state that it ends stands beside it. */
START_TEST(test_icmp)
{
	struct bench b;
	_cleanup_free_ char *syn = NULL, *told = NULL;

	bench_open(&b, 100, true);
	conn(&b);
	packet(&b, 1, "client", "out", 1, "S");
	state(&b, 1, "client", "CLOSED", "SYN-SENT");
	icmp(&b, 26, 1);
	ck_assert_ptr_null(strstr(bench_text(&b), "ICMP"));
	state(&b, 26, "client", "SYN-SENT", "CLOSED");
	syn = line_with(bench_text(&b), "lost (host unreachable)");
	ck_assert_int_eq(strncmp(syn, "SYN-SENT ", 9), 0);
	told = line_with(bench_text(&b), "◀┈┈ ICMP host unreachable, about SYN seq 0 ┈");
	ck_assert_int_eq(strncmp(told, "CLOSED ", 7), 0);
	ck_assert_int_eq(count(bench_text(&b), "\n"), 3); /* the names, and these two */
	/* of a segment that is not known, and of a connection that is established */
	state(&b, 30, "client", "CLOSED", "ESTAB");
	icmp(&b, 31, 77);
	ladder_flush(b.ladder, INT64_MAX);
	ck_assert_int_eq(count(bench_text(&b), "lost"), 1);
	ck_assert_int_eq(count(bench_text(&b), "ICMP"), 2);
	bench_close(&b);
}
END_TEST

/* Where there is no room for an arrow, what became of a segment is said all the same. */
START_TEST(test_lost_without_room)
{
	struct bench b;

	bench_open(&b, 56, true);
	conn(&b);
	packet(&b, 2, "client", "out", 2, "S");
	feed(&b, json_pack("{s:s, s:i, s:i, s:i, s:s}", "ev", "lost", "t", 3000000, "seg", 2,
			   "conn", 1, "why", "unreachable, or so it seems"));
	ladder_flush(b.ladder, INT64_MAX);
	ck_assert_ptr_nonnull(strstr(bench_text(&b), "2.0 ms ✗ lost"));
	ck_assert_ptr_nonnull(strstr(bench_text(&b), "seems)"));
	bench_close(&b);
}
END_TEST

static char *whole(const char *name, int columns, bool utf8, enum lang lang)
{
	json_t *all = records_load(name);
	char *text = NULL;
	size_t size, i;
	json_t *ev;
	struct paper paper = { .columns = columns, .utf8 = utf8, .lang = lang };
	struct ladder_print print = LADDER_PRINT(&paper);
	struct ladder *l;

	paper.out = open_memstream(&text, &size);
	l = ladder_new(&paper, json_array_get(all, 0), ladder_print_row, &print);
	json_array_foreach (all, i, ev)
		ladder_event(l, ev);
	ladder_flush(l, INT64_MAX);
	ladder_free(l);
	fclose(paper.out);
	json_decref(all);
	return text;
}

static const int widths[] = { 40, 56, 60, 80, 100, 250 };

/* No line is too wide, no control character comes through, and without UTF-8 all of it is ASCII. */
START_TEST(test_width)
{
	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
		for (int variant = 0; variant < 4; variant++) {
			bool utf8 = variant & 1, zh = variant & 2;
			_cleanup_free_ char *text =
				whole(records_all[_i], widths[w], utf8, zh ? LANG_ZH : LANG_EN);
			int most = widths[w] < 100 ? widths[w] : 100;

			for (char *line = text, *end; *line; line = end + 1) {
				end = strchr(line, '\n');
				ck_assert_ptr_nonnull(end);
				*end = '\0';
				ck_assert_msg(columns_width(line) <= most, "%s at %d: %s",
					      records_all[_i], widths[w], line);
				ck_assert_msg(end == line || end[-1] != ' ', "ends in space: %s|",
					      line);
				for (const char *p = line; *p; p++)
					ck_assert_msg(!utf8 && !zh ? *p >= ' ' && *p < 127
								   : (unsigned char)*p >= ' ' &&
									     *p != 127,
						      "%s: byte %d in: %s", records_all[_i], *p,
						      line);
			}
		}
	}
}
END_TEST

/* The two bars stand below each other in every line that has them. */
START_TEST(test_aligned)
{
	for (size_t w = 1; w < sizeof(widths) / sizeof(widths[0]); w++) {
		for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
			_cleanup_free_ char *text = whole("loss", widths[w], true, lang);
			int first = -1, second = -1, lines = 0;

			for (char *line = text, *end; *line; line = end + 1) {
				char *a = strstr(line, "│"), *b;

				end = strchr(line, '\n');
				*end = '\0';
				if (!a || a > end)
					continue;
				b = strstr(a + 1, "│");
				ck_assert_ptr_nonnull(b);
				*b = '\0';
				if (second < 0)
					second = columns_width(line);
				ck_assert_int_eq(columns_width(line), second);
				*a = '\0';
				if (first < 0)
					first = columns_width(line);
				ck_assert_int_eq(columns_width(line), first);
				lines++;
			}
			ck_assert_int_ge(lines, 10);
		}
	}
}
END_TEST

START_TEST(test_loss)
{
	_cleanup_free_ char *text = whole("loss", 100, true, LANG_EN);
	_cleanup_free_ char *lost = line_with(text, "✗ lost (rule)");
	_cleanup_free_ char *again = line_with(text, "again: SYN seq 0");
	_cleanup_free_ char *twice = line_with(text, "arrives twice");
	_cleanup_free_ char *plain = whole("loss", 100, false, LANG_EN);

	ck_assert_ptr_null(strstr(lost, "▶"));
	ck_assert_ptr_nonnull(strstr(again, "╌"));
	ck_assert_ptr_null(strstr(again, "─"));
	ck_assert_ptr_nonnull(strstr(twice, "═"));
	ck_assert_int_eq(count(text, "✗ lost"), 2);
	ck_assert_int_eq(count(text, "sack 1449-2897"), 1);
	ck_assert_ptr_nonnull(strstr(plain, "x lost (rule)"));
	ck_assert_ptr_nonnull(strstr(plain, "~~>"));
}
END_TEST

START_TEST(test_close)
{
	_cleanup_free_ char *text = whole("close", 100, true, LANG_EN);

	ck_assert_ptr_nonnull(strstr(text, "│    60.2 s TIME-WAIT → CLOSED (timer)"));
	ck_assert_ptr_nonnull(strstr(text, "TIME-WAIT → CLOSED (timer)    60.2 s"));
	ck_assert_int_eq(count(text, "no socket dump showed"), 1);
	ck_assert_ptr_nonnull(strstr(text, "CLOSING*"));
	ck_assert_ptr_nonnull(strstr(text, "FIN-WAIT-1  │  100.1 ms"));
}
END_TEST

/* One packet, two states: both are in its column, one below the other. */
START_TEST(test_two_states)
{
	_cleanup_free_ char *text = whole("finack", 100, true, LANG_EN);
	const char *first = strstr(text, "\nFIN-WAIT-2*");

	ck_assert_ptr_nonnull(first);
	ck_assert_int_eq(strncmp(strchr(first + 1, '\n'), "\nTIME-WAIT", 10), 0);
}
END_TEST

START_TEST(test_three_hosts)
{
	_cleanup_free_ char *text = whole("three", 100, true, LANG_EN);

	ck_assert_ptr_nonnull(strstr(text, "#1 alice → server: SYN seq 0"));
	ck_assert_ptr_nonnull(strstr(text, "#2 server → bob: SYN, ACK"));
	ck_assert_ptr_nonnull(strstr(text, "server receives 2000 x SYN"));
	ck_assert_ptr_nonnull(strstr(text, "128 x CLOSED -> SYN-RECV"));
}
END_TEST

/* With cookies the server has no socket: nothing but its listener is there to be shown. */
START_TEST(test_cookies)
{
	_cleanup_free_ char *text = whole("cookies", 100, true, LANG_EN);
	_cleanup_free_ char *syn = line_with(text, "SYN seq 0");

	ck_assert_str_eq(syn + strlen(syn) - 6, "LISTEN");
	ck_assert_ptr_null(strstr(text, "SYN-RECV"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ladder");
	TCase *tc = tcase_create("ladder");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_waits_for_state);
	tcase_add_test(tc, test_waits_not_for_ever);
	tcase_add_test(tc, test_overdue_before_the_end);
	tcase_add_test(tc, test_data_at_once);
	tcase_add_test(tc, test_state_before_packet);
	tcase_add_test(tc, test_on_its_way);
	tcase_add_test(tc, test_many_on_their_way);
	tcase_add_test(tc, test_icmp);
	tcase_add_test(tc, test_nonsense);
	tcase_add_test(tc, test_lost_without_room);
	tcase_add_loop_test(tc, test_width, 0, RECORDS_COUNT);
	tcase_add_test(tc, test_aligned);
	tcase_add_test(tc, test_loss);
	tcase_add_test(tc, test_close);
	tcase_add_test(tc, test_two_states);
	tcase_add_test(tc, test_three_hosts);
	tcase_add_test(tc, test_cookies);
	suite_add_tcase(s, tc);
	return s;
}
