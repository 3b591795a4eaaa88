/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../runner/recfile.h"
#include "../runner/record.h"

static char dir[64], path[128];
static struct err err;

static void setup(void)
{
	strcpy(dir, "/tmp/tcplab-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/r.jsonl", dir);
	err = ERR_INIT;
}

static void teardown(void)
{
	unlink(path);
	ck_assert_msg(rmdir(dir) == 0, "something was left in %s", dir);
}

static void put(const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static int count(void *arg, json_t *ev, struct err *e)
{
	(void)ev;
	(void)e;
	++*(int *)arg;
	return 0;
}

#define HEADER  "{\"ev\":\"header\",\"format\":1,\"tcplab\":\"0\"}\n"
#define VERDICT "{\"ev\":\"verdict\",\"t\":1,\"verdict\":\"pass\"}\n"

START_TEST(reads_every_event)
{
	int n = 0;

	put(HEADER "{\"ev\":\"note\",\"t\":0}\n" VERDICT);
	ck_ok(recfile_read(path, count, &n, &err));
	ck_assert_int_eq(n, 3);
}
END_TEST

static const struct {
	const char *text;
	int rc, events;
	const char *says;
} bad[] = {
	{ "", -EINVAL, 0, "not a tcplab record" },
	{ "hello\n", -EINVAL, 0, "not a tcplab record" },
	{ "{\"a\":1}\n", -EINVAL, 0, "not a tcplab record" },
	{ "[1]\n", -EINVAL, 0, "not a tcplab record" },
	{ "{\"ev\":\"header\",\"format\":2,\"tcplab\":\"9.9\"}\n", -EINVAL, 0, "format 2" },
	{ "{\"ev\":\"header\",\"format\":\"1\"}\n", -EINVAL, 0, "not a tcplab record" },
	{ HEADER, -ENODATA, 1, "cut off" },
	{ HEADER "{\"ev\":\"note\",\"t\":0}\n{\"ev\":\"no", -ENODATA, 2, "cut off" },
	{ HEADER "nonsense\n" VERDICT, -EINVAL, 1, ":2: not an event" },
};

START_TEST(bad_records)
{
	int n = 0;

	put(bad[_i].text);
	ck_assert_int_eq(recfile_read(path, count, &n, &err), bad[_i].rc);
	ck_assert_int_eq(n, bad[_i].events);
	ck_assert_msg(strstr(err.msg, bad[_i].says) != NULL, "\"%s\" does not say \"%s\"", err.msg,
		      bad[_i].says);
	ck_assert_msg(bad[_i].rc == -EINVAL || err.remedy[0], "no remedy");
}
END_TEST

/* Events leave in time order, whatever the order in which they were noticed, and none before its
 * time. */
START_TEST(record_orders_by_time)
{
	int p[2];
	struct record *r;
	char buf[512] = "";

	ck_assert_int_eq(pipe2(p, O_NONBLOCK), 0);
	r = record_new(p[1], 1);
	record_event(r, "b", 20, json_object());
	record_event(r, "a", 10, json_object());
	record_event(r, "c", 30, json_object());
	ck_ok(record_flush(r, 30, &err));
	ck_assert_int_gt(read(p[0], buf, sizeof(buf) - 1), 0);
	ck_assert_str_eq(buf, "{\"ev\":\"a\",\"t\":10}\n{\"ev\":\"b\",\"t\":20}\n");
	/* Too late to be in order: it is put at the time of the last line. */
	record_event(r, "late", 5, json_object());
	memset(buf, 0, sizeof(buf));
	ck_ok(record_flush(r, INT64_MAX, &err));
	ck_assert_int_gt(read(p[0], buf, sizeof(buf) - 1), 0);
	ck_assert_str_eq(buf, "{\"ev\":\"late\",\"t\":20}\n{\"ev\":\"c\",\"t\":30}\n");
	record_free(r);
	close(p[0]);
	close(p[1]);
}
END_TEST

/* By a segment that arrived, of which another tap then shows that it left before. */
START_TEST(a_connection_is_introduced_before_it_is_named)
{
	int p[2];
	struct record *r;
	char buf[512] = "";

	ck_assert_int_eq(pipe2(p, O_NONBLOCK), 0);
	r = record_new(p[1], 1);
	record_event(r, "conn", 10, json_pack("{s:i}", "id", 1));
	record_event(r, "packet", 10, json_pack("{s:i}", "conn", 1));
	record_event(r, "conn", 30, json_pack("{s:i}", "id", 2));
	record_event(r, "packet", 30, json_pack("{s:i}", "conn", 2));
	record_event(r, "packet", 20, json_pack("{s:i}", "conn", 1));
	record_event(r, "packet", 25, json_pack("{s:i}", "conn", 2));
	record_event(r, "socket", 22, json_pack("{s:i}", "conn", 2));
	record_event(r, "conn", 40, json_pack("{s:i}", "id", 3));
	record_event(r, "conn", 41, json_pack("{s:i}", "id", 4));
	record_event(r, "packet", 35, json_pack("{s:i}", "conn", 4));
	ck_ok(record_flush(r, INT64_MAX, &err));
	ck_assert_int_gt(read(p[0], buf, sizeof(buf) - 1), 0);
	ck_assert_str_eq(buf, "{\"ev\":\"conn\",\"t\":10,\"id\":1}\n"
			      "{\"ev\":\"packet\",\"t\":10,\"conn\":1}\n"
			      "{\"ev\":\"packet\",\"t\":20,\"conn\":1}\n"
			      "{\"ev\":\"conn\",\"t\":22,\"id\":2}\n"
			      "{\"ev\":\"socket\",\"t\":22,\"conn\":2}\n"
			      "{\"ev\":\"packet\",\"t\":25,\"conn\":2}\n"
			      "{\"ev\":\"packet\",\"t\":30,\"conn\":2}\n"
			      "{\"ev\":\"conn\",\"t\":35,\"id\":3}\n"
			      "{\"ev\":\"conn\",\"t\":35,\"id\":4}\n"
			      "{\"ev\":\"packet\",\"t\":35,\"conn\":4}\n");
	record_free(r);
	close(p[0]);
	close(p[1]);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("recfile");
	TCase *tc = tcase_create("recfile");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, reads_every_event);
	tcase_add_loop_test(tc, bad_records, 0, (int)(sizeof(bad) / sizeof(*bad)));
	tcase_add_test(tc, record_orders_by_time);
	tcase_add_test(tc, a_connection_is_introduced_before_it_is_named);
	suite_add_tcase(s, tc);
	return s;
}
