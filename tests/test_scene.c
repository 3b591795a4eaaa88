/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../runner/field.h"
#include "../runner/indices.h"
#include "../runner/scene.h"
#include "../runner/scene_row.h"
#include "../runner/scene_socket.h"
#include "records.h"

#define SOME 16

static struct err err;

static void setup(void)
{
	err = ERR_INIT;
}

/* The first @n events of a sample record; all of them with -1. */
static struct scene *load(const char *name, long n)
{
	json_auto_t *all = records_load(name);
	struct scene *s = scene_new();

	for (size_t i = 0; i < json_array_size(all) && n != 0; i++, n--)
		ck_ok(scene_event(s, json_array_get(all, i), &err));
	return s;
}

static struct scene *from_lines(const char *const *lines)
{
	struct scene *s = scene_new();

	for (; *lines; lines++)
		ck_ok(scene_line(s, *lines, strlen(*lines), &err));
	return s;
}

/* The number of the first event that has this text in it. */
static long event_with(const struct scene *s, const char *text)
{
	long i = scene_find(s, text, -1, 1, LANG_EN);

	ck_assert_msg(i >= 0, "no event with %s", text);
	return i;
}

/* An ICMP error has a row of its own, and ends that of the segment that it quotes. */
START_TEST(icmp_rows)
{
	struct scene *s = load("icmp", -1);
	const long at = scene_find(s, "ICMP time exceeded", -1, 1, LANG_EN);
	const struct scene_row *row, *segment;

	ck_assert_int_gt(at, 0);
	ck_assert_int_eq(scene_kind(s, at), SCENE_ICMP);
	row = scene_row(s, scene_row_of(s, at));
	ck_assert_int_eq(row->kind, SCENE_ROW_ICMP);
	ck_assert_int_eq(row->from, 0);
	segment = scene_row(s, scene_row_of(s, event_with(s, "\"ev\":\"packet\"")));
	ck_assert_int_eq(segment->kind, SCENE_ROW_SEGMENT);
	ck_assert(segment->lost);
	ck_assert_int_eq(segment->last, at);
	scene_free(s);
}
END_TEST

START_TEST(sockets_at_a_moment)
{
	struct scene *s = load("handshake", -1);
	struct scene_socket k[SOME];
	long i = event_with(s, "\"to\":\"SYN-RECV\"");
	json_int_t t = scene_t(s, i);

	ck_assert_uint_eq(scene_sockets(s, 0, i, t, k, SOME), 1);
	ck_assert_str_eq(k[0].state, "SYN-SENT");
	ck_assert_int_eq(k[0].conn, 1);
	ck_assert(k[0].owned);
	ck_assert_str_eq(k[0].timer, "retrans");
	/* told at 0.16 ms that it had 999 ms left */
	ck_assert_int_eq(k[0].left, 160000 + 999 * NS_PER_MS - t);
	ck_assert_uint_eq(scene_sockets(s, 1, i, t, k, SOME), 2);
	ck_assert_str_eq(k[0].state, "LISTEN");
	ck_assert_int_eq(k[0].port, 80);
	ck_assert_int_eq(k[0].wq, 128);
	ck_assert_str_eq(k[1].state, "SYN-RECV");
	ck_assert(!k[1].owned);
	ck_assert_int_eq(k[1].rq, -1);
	/* one event earlier it was not there */
	ck_assert_uint_eq(scene_sockets(s, 1, i - 1, t, k, SOME), 1);
	ck_assert_uint_eq(scene_sockets(s, 1, 0, 0, k, SOME), 0);
	scene_free(s);
}
END_TEST

/* Any moment of a whole record is what a record that ends there shows. */
START_TEST(no_moment_needs_the_future)
{
	const char *name = records_all[_i];
	struct scene *whole = load(name, -1);

	for (long i = 0; i < scene_count(whole); i++) {
		struct scene *part = load(name, i + 1);

		ck_assert_int_eq(scene_count(part), i + 1);
		ck_assert_int_eq(scene_rows(part, i), scene_rows(whole, i));
		ck_assert_int_eq(scene_step(part, i), scene_step(whole, i));
		ck_assert_int_eq(scene_t(part, i), scene_t(whole, i));
		for (int host = 0; host < (int)scene_hosts(part); host++) {
			struct scene_tally x[SCENE_STATES_MAX], y[SCENE_STATES_MAX];
			struct scene_socket a[SOME] = { 0 }, b[SOME] = { 0 };
			size_t n = scene_sockets(part, host, i, 0, a, SOME), m;

			ck_assert_uint_eq(n, scene_sockets(whole, host, i, 0, b, SOME));
			for (size_t k = 0; k < n && k < SOME; k++) {
				ck_assert_str_eq(a[k].state, b[k].state);
				ck_assert_int_eq(a[k].event, b[k].event);
				ck_assert_int_eq(a[k].rq, b[k].rq);
			}
			m = scene_tally(part, host, i, x);
			ck_assert_uint_eq(m, scene_tally(whole, host, i, y));
			for (size_t k = 0; k < m; k++) {
				ck_assert_str_eq(x[k].state, y[k].state);
				ck_assert_int_eq(x[k].n, y[k].n);
			}
		}
		scene_free(part);
	}
	scene_free(whole);
}
END_TEST

START_TEST(stepping_reaches_both_ends)
{
	struct scene *s = load(records_all[_i], -1);
	long i = 0, stops = 0, back = 0;

	while (scene_next(s, i) != i) {
		ck_assert_int_gt(scene_next(s, i), i);
		i = scene_next(s, i);
		ck_assert(scene_kind(s, i) != SCENE_COUNTER && scene_kind(s, i) != SCENE_CONN);
		stops++;
	}
	while (scene_prev(s, i) != i) {
		i = scene_prev(s, i);
		back++;
	}
	ck_assert_int_eq(i, 0);
	ck_assert_int_eq(stops, back);
	scene_free(s);
}
END_TEST

START_TEST(steps_and_expectations)
{
	struct scene *s = load("handshake", -1);
	const struct indices *steps = scene_of(s, SCENE_STEP);
	const struct indices *expects = scene_of(s, SCENE_EXPECT);

	ck_assert_uint_eq(steps->n, 2);
	ck_assert_int_eq(scene_step(s, (long)steps->at[0] - 1), -1);
	ck_assert_int_eq(scene_step(s, (long)steps->at[1] - 1), steps->at[0]);
	ck_assert_int_eq(scene_step(s, scene_count(s) - 1), steps->at[1]);
	ck_assert_uint_eq(expects->n, 7);
	ck_assert_uint_eq(indices_until(expects, (long)steps->at[1]), 2);
	ck_assert_int_eq(scene_when(s, 25400000), event_with(s, "\"to\":\"SYN-RECV\""));
	ck_assert_int_eq(scene_when(s, INT64_MAX), scene_count(s) - 1);
	ck_assert_int_eq(scene_when(s, 0), 0);
	scene_free(s);
}
END_TEST

START_TEST(rows_of_segments)
{
	struct scene *s = load("handshake", -1);
	long out = event_with(s, "\"seg\":1,"), in = scene_find(s, "\"seg\":1,", out, 1, LANG_EN);
	const struct scene_row *row = scene_row(s, scene_row_of(s, out));

	ck_assert_int_eq(scene_row_of(s, in), scene_row_of(s, out));
	ck_assert_int_eq(row->kind, SCENE_ROW_SEGMENT);
	ck_assert_int_eq(row->first, out);
	ck_assert_int_eq(row->last, in);
	ck_assert_int_eq(row->from, 0);
	ck_assert(!row->lost && !row->twice && !row->again);
	/* it is there as soon as it has left */
	ck_assert_int_eq(scene_rows(s, out), scene_rows(s, out - 1) + 1);
	scene_free(s);
}
END_TEST

#define HEADER                                                                                     \
	"{\"ev\":\"header\",\"format\":1,\"t\":0,\"hosts\":[{\"name\":\"c\"},{\"name\":\"s\"}]}"
#define CONN                                                                                       \
	"{\"ev\":\"conn\",\"t\":0,\"id\":1,\"a\":{\"host\":\"c\",\"port\":1},\"b\":{\"host\":"     \
	"\"s\","                                                                                   \
	"\"port\":2}}"
#define PACKET(t, host, dir, seg, more)                                                            \
	"{\"ev\":\"packet\",\"t\":" #t ",\"host\":\"" host "\",\"dir\":\"" dir "\",\"seg\":" #seg  \
	",\"conn\":1,\"flags\":\"A\"" more "}"

START_TEST(fates)
{
	static const char *const lines[] = {
		HEADER,
		CONN,
		PACKET(1, "c", "out", 1, ""),
		PACKET(2, "c", "out", 2, ""),
		"{\"ev\":\"lost\",\"t\":3,\"seg\":1,\"conn\":1,\"host\":\"s\",\"why\":\"loss\"}",
		"{\"ev\":\"held\",\"t\":3,\"seg\":2,\"conn\":1,\"host\":\"s\"}",
		"{\"ev\":\"released\",\"t\":4,\"rule\":1,\"count\":1}",
		PACKET(5, "s", "in", 2, ""),
		PACKET(6, "s", "in", 2, ""),
		PACKET(7, "s", "in", 77, ""),
		NULL
	};
	struct scene *s = from_lines(lines);
	const struct scene_row *lost = scene_row(s, 0), *held = scene_row(s, 1);

	ck_assert_int_eq(scene_rows(s, 9), 5);
	ck_assert(lost->lost);
	ck_assert_int_eq(lost->last, 4);
	ck_assert_int_eq(held->held, 5);
	ck_assert_int_eq(held->last, 7);
	ck_assert(!held->lost);
	ck_assert_int_eq(scene_row(s, 2)->kind, SCENE_ROW_MARK);
	ck_assert(scene_row(s, 3)->twice);
	ck_assert_int_eq(scene_row(s, 3)->from, 0);
	/* nobody saw it leave */
	ck_assert(!scene_row(s, 4)->twice && !scene_row(s, 4)->again);
	ck_assert_int_eq(scene_row(s, 4)->last, 9);
	scene_free(s);
}
END_TEST

/* What is told of it while it stays in its state: its timer, its queues, its owner. */
START_TEST(gauges_between_two_changes)
{
	static const char *const lines[] = {
		HEADER,
		CONN,
		"{\"ev\":\"socket\",\"t\":5,\"host\":\"c\",\"conn\":1,\"end\":\"a\",\"rq\":9,"
		"\"wq\":9}",
		"{\"ev\":\"state\",\"t\":10,\"host\":\"c\",\"conn\":1,\"from\":\"CLOSED\","
		"\"to\":\"SYN-SENT\",\"rq\":0,\"wq\":0,\"owner\":false,"
		"\"timer\":{\"kind\":\"retrans\",\"in\":100,\"tries\":0}}",
		PACKET(110, "c", "out", 1, ",\"rtx\":true"),
		"{\"ev\":\"socket\",\"t\":111,\"host\":\"c\",\"conn\":1,\"end\":\"a\",\"rq\":0,"
		"\"wq\":1,"
		"\"timer\":{\"kind\":\"retrans\",\"in\":200,\"tries\":1}}",
		"{\"ev\":\"socket\",\"t\":60000000,\"host\":\"c\",\"conn\":1,\"end\":\"a\",\"rq\":"
		"7,"
		"\"wq\":1}",
		"{\"ev\":\"state\",\"t\":70000000,\"host\":\"c\",\"conn\":1,\"from\":\"SYN-SENT\","
		"\"to\":\"CLOSED\"}",
		NULL
	};
	struct scene *s = from_lines(lines);
	struct scene_socket k;

	/* of a socket that nobody knows nothing is said */
	ck_assert_uint_eq(scene_sockets(s, 0, 2, 5, &k, 1), 0);
	ck_assert_uint_eq(scene_sockets(s, 0, 3, 30, &k, 1), 1);
	ck_assert_int_eq(k.left, 80);
	ck_assert_int_eq(k.tries, 0);
	ck_assert(!k.owned);
	ck_assert_int_eq(k.told, 3);
	/* what the retransmission did is told right after it, and belongs to it */
	scene_sockets(s, 0, 4, 110, &k, 1);
	ck_assert_str_eq(k.timer, "retrans");
	ck_assert_int_eq(k.left, 201);
	ck_assert_int_eq(k.tries, 1);
	ck_assert_int_eq(k.wq, 1);
	ck_assert(k.owned);
	ck_assert_str_eq(k.state, "SYN-SENT");
	ck_assert_int_eq(k.event, 3);
	ck_assert_int_eq(k.told, 5);
	/* what comes long after it does not, until that time has come */
	scene_sockets(s, 0, 4, 59999999, &k, 1);
	ck_assert_int_eq(k.rq, 0);
	ck_assert_int_lt(k.left, 0);
	scene_sockets(s, 0, 4, 60000000, &k, 1);
	ck_assert_int_eq(k.rq, 7);
	ck_assert_str_eq(k.timer, "");
	ck_assert_uint_eq(scene_sockets(s, 0, 7, 70000000, &k, 1), 0);
	/* none of them is a place to stop at */
	ck_assert_int_eq(scene_next(s, 4), 7);
	ck_assert_int_eq(scene_prev(s, 7), 4);
	scene_free(s);
}
END_TEST

START_TEST(folded_states_and_counters)
{
	struct scene *s = load("three", -1);
	struct scene_tally tally[SCENE_STATES_MAX];
	long last = scene_count(s) - 1;
	const char *name;
	json_int_t delta;
	size_t n = scene_tally(s, 2, last, tally), k = 0;

	while (k < n && strcmp(tally[k].state, "SYN-RECV") != 0)
		k++;
	ck_assert_uint_lt(k, n);
	ck_assert_int_ge(tally[k].n, 128);
	ck_assert(!scene_counter(s, 0, 0, last, &name, &delta));
	scene_free(s);
	s = load("handshake", -1);
	ck_assert(scene_counter(s, 1, 0, scene_count(s) - 1, &name, &delta));
	ck_assert_str_eq(name, "TcpPassiveOpens");
	ck_assert_int_eq(delta, 1);
	ck_assert(scene_counter(s, 1, 0, 3, &name, &delta));
	ck_assert_ptr_null(name);
	scene_free(s);
}
END_TEST

START_TEST(sides_of_three_hosts)
{
	struct scene *s = load("three", -1);
	int side[2];

	scene_sides(s, event_with(s, "\"seg\":11,"), side);
	ck_assert_str_eq(scene_host(s, (size_t)side[0]), "bob");
	ck_assert_str_eq(scene_host(s, (size_t)side[1]), "server");
	scene_free(s);
}
END_TEST

START_TEST(search)
{
	struct scene *s = load("handshake", -1);
	long first = scene_find(s, "syn, ack", 0, 1, LANG_EN);

	ck_assert_int_eq(scene_kind(s, first), SCENE_PACKET);
	ck_assert_int_eq(scene_find(s, "SYN, ACK", first + 1, -1, LANG_EN), first);
	ck_assert_int_ge(scene_find(s, "三次", -1, 1, LANG_ZH), 0);
	ck_assert_int_eq(scene_find(s, "no such thing", 0, 1, LANG_EN), -1);
	scene_free(s);
}
END_TEST

static const struct {
	const char *text;
	int rc;
	long events;
	const char *says;
} files[] = {
	{ "", -EINVAL, 0, "not a tcplab record" },
	{ "hello\n", -EINVAL, 0, "not a tcplab record" },
	{ "{\"ev\":\"header\"}\n", -EINVAL, 0, "not a tcplab record" },
	{ HEADER "\n", -ENODATA, 1, "cut off" },
	{ HEADER "\n{\"ev\":\"note\",\"t\":0}\n{\"ev\":\"no", -ENODATA, 2, "cut off" },
	{ HEADER "\nnonsense\n{\"ev\":\"verdict\",\"t\":1}\n", -EINVAL, 1, ":2: not an event" },
	{ HEADER "\n{\"ev\":\"verdict\",\"t\":1}\n", 0, 2, "" },
	{ "{\"ev\":\"header\",\"format\":9}\n{\"ev\":\"new\",\"t\":1}\n{\"ev\":\"verdict\"}\n", 0,
	  3, "" },
};

START_TEST(files_as_far_as_they_go)
{
	char path[] = "/tmp/tcplab-test-XXXXXX";
	int fd = mkstemp(path);
	struct scene *s = scene_new();

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, files[_i].text, strlen(files[_i].text)),
			 (ssize_t)strlen(files[_i].text));
	close(fd);
	ck_assert_int_eq(scene_read(s, path, &err), files[_i].rc);
	unlink(path);
	ck_assert_int_eq(scene_count(s), files[_i].events);
	ck_assert_msg(strstr(err.msg, files[_i].says) != NULL, "%s", err.msg);
	if (files[_i].events == 3)
		ck_assert_int_eq(scene_newer(s), 9);
	scene_free(s);
}
END_TEST

/* Everything that can be asked, of every event. */
static void ask_all(const struct scene *s)
{
	struct scene_tally tally[SCENE_STATES_MAX];
	struct scene_socket k[2];
	const char *name;
	json_int_t delta;
	int side[2];

	for (long i = 0; i < scene_count(s); i++) {
		json_decref(scene_json(s, i));
		scene_sides(s, i, side);
		for (int h = -1; h < 3; h++) {
			scene_sockets(s, h, i, scene_t(s, i), k, 2);
			scene_tally(s, h, i, tally);
			scene_counter(s, h, 0, i, &name, &delta);
		}
		ck_assert_int_lt(scene_row_of(s, i), scene_rows(s, i));
	}
	for (long n = 0; scene_count(s) && n < scene_rows(s, scene_count(s) - 1); n++)
		ck_assert_int_lt(scene_row(s, n)->last, scene_count(s));
}

START_TEST(hostile_numbers)
{
	static const char *const lines[] = {
		HEADER,
		"{\"ev\":\"conn\",\"id\":1,\"a\":[],\"b\":{\"host\":7}}",
		"{\"ev\":\"conn\",\"id\":9999999999999999999}",
		PACKET(-5, "c", "out", 4611686018427387904, ""),
		PACKET(9223372036854775807, "c", "in", -1, ""),
		PACKET(1, "x", "in", 1, ""),
		"{\"ev\":\"lost\",\"seg\":{}}",
		"{\"ev\":\"held\"}",
		"{\"ev\":\"state\",\"host\":\"c\",\"conn\":1,\"to\":5}",
		"{\"ev\":\"state\",\"host\":\"c\",\"port\":-1,\"to\":\"\\ud800\"}",
		"{\"ev\":\"state\",\"host\":\"c\",\"port\":1,\"to\":\"LISTEN\",\"timer\":7}",
		"{\"ev\":\"states\",\"host\":\"c\",\"from\":\"A\",\"to\":\"B\",\"count\":"
		"1152921504606846976}",
		"{\"ev\":\"states\",\"host\":\"c\",\"from\":\"B\",\"to\":\"B\",\"count\":"
		"1152921504606846976}",
		"{\"ev\":\"states\",\"host\":\"c\",\"from\":\"B\",\"to\":\"A\",\"count\":-4}",
		"{\"ev\":\"counter\",\"host\":\"c\",\"name\":{},\"delta\":\"x\"}",
		"{\"ev\":\"step\",\"text\":1}",
		"{\"ev\":\"x\",\"a\":\"\xff\"}",
		NULL
	};
	struct scene *s = from_lines(lines);

	ask_all(s);
	for (long i = 1; i < scene_count(s); i++)
		ck_assert_int_ge(scene_t(s, i), scene_t(s, i - 1));
	scene_free(s);
	s = load("hostile", -1);
	ask_all(s);
	scene_free(s);
}
END_TEST

/* More hosts, states and listeners than are told apart. */
START_TEST(too_many_names)
{
	struct scene *s = scene_new();

	ck_ok(scene_line(s, HEADER, strlen(HEADER), &err));
	for (int i = 0; i < 2000; i++) {
		char line[256];
		int n = snprintf(line, sizeof(line),
				 "{\"ev\":\"state\",\"t\":%d,\"host\":\"%s%d\",\"port\":%d,"
				 "\"to\":\"S%d\"}",
				 i, i % 2 ? "c" : "h", i % 2 ? 0 : i, i, i);

		ck_ok(scene_line(s, line, (size_t)n, &err));
		n = snprintf(line, sizeof(line),
			     "{\"ev\":\"counter\",\"host\":\"c\",\"name\":\"C%d\",\"delta\":1}", i);
		ck_ok(scene_line(s, line, (size_t)n, &err));
	}
	ask_all(s);
	scene_free(s);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("scene");
	TCase *t = tcase_create("scene");

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, icmp_rows);
	tcase_add_test(t, sockets_at_a_moment);
	tcase_add_loop_test(t, no_moment_needs_the_future, 0, RECORDS_COUNT);
	tcase_add_loop_test(t, stepping_reaches_both_ends, 0, RECORDS_COUNT);
	tcase_add_test(t, steps_and_expectations);
	tcase_add_test(t, rows_of_segments);
	tcase_add_test(t, fates);
	tcase_add_test(t, gauges_between_two_changes);
	tcase_add_test(t, folded_states_and_counters);
	tcase_add_test(t, sides_of_three_hosts);
	tcase_add_test(t, search);
	tcase_add_loop_test(t, files_as_far_as_they_go, 0, sizeof(files) / sizeof(files[0]));
	tcase_add_test(t, hostile_numbers);
	tcase_add_test(t, too_many_names);
	suite_add_tcase(s, t);
	return s;
}
