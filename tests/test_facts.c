/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../runner/facts.h"
#include "../runner/paper.h"

/* A record of a handshake, as the engine writes it. */
static const char *const record[] = {
	"{\"ev\":\"header\",\"format\":1,\"lab\":\"handshake\",\"params\":{\"delay\":\"25ms\","
	"\"mode\":"
	"\"abc\"},\"kernel\":{\"release\":\"6.18.44\",\"kind\":\"host\"},\"clock\":\"real\","
	"\"impair\":{"
	"\"backend\":\"wire\"},\"hosts\":[{\"name\":\"client\"},{\"name\":\"server\"}]}",
	"{\"ev\":\"state\",\"t\":100000,\"host\":\"server\",\"port\":80,\"from\":\"CLOSED\",\"to\":"
	"\"LISTEN\"}",
	"{\"ev\":\"conn\",\"t\":400000,\"id\":1,\"a\":{\"host\":\"client\",\"addr\":\"198.18.1.1\","
	"\"port\":40000},\"b\":{\"host\":\"server\",\"addr\":\"198.18.2.1\",\"port\":80}}",
	"{\"ev\":\"packet\",\"t\":400000,\"host\":\"client\",\"dir\":\"out\",\"seg\":1,\"conn\":1,"
	"\"flags\":\"S\",\"seq\":0,\"len\":0,\"win\":64240,\"ttl\":64,\"mss\":1460,\"wscale\":7,"
	"\"sackok\":true,\"ts\":[0,0]}",
	"{\"ev\":\"state\",\"t\":500000,\"host\":\"client\",\"conn\":1,\"end\":\"a\",\"from\":"
	"\"CLOSED\",\"to\":\"SYN-SENT\"}",
	"{\"ev\":\"packet\",\"t\":25400000,\"host\":\"server\",\"dir\":\"in\",\"seg\":1,\"conn\":1,"
	"\"flags\":\"S\",\"seq\":0,\"len\":0,\"win\":64240}",
	"{\"ev\":\"state\",\"t\":25500000,\"host\":\"server\",\"conn\":1,\"end\":\"b\",\"from\":"
	"\"CLOSED\",\"to\":\"SYN-RECV\",\"owner\":false}",
	"{\"ev\":\"packet\",\"t\":50800000,\"host\":\"client\",\"dir\":\"in\",\"seg\":2,\"conn\":1,"
	"\"flags\":\"SA\",\"seq\":0,\"ack\":1,\"len\":0,\"win\":65160}",
	"{\"ev\":\"state\",\"t\":50900000,\"host\":\"client\",\"conn\":1,\"end\":\"a\",\"from\":"
	"\"SYN-SENT\",\"to\":\"ESTAB\"}",
	"{\"ev\":\"packet\",\"t\":50950000,\"host\":\"client\",\"dir\":\"out\",\"seg\":3,\"conn\":"
	"1,"
	"\"flags\":\"A\",\"seq\":1,\"ack\":1,\"len\":0,\"win\":502}",
	"{\"ev\":\"state\",\"t\":76000000,\"host\":\"server\",\"conn\":1,\"end\":\"b\",\"from\":"
	"\"SYN-RECV\",\"to\":\"ESTAB\",\"inferred\":true}",
	"{\"ev\":\"packet\",\"t\":137900000,\"host\":\"client\",\"dir\":\"in\",\"seg\":5,\"conn\":"
	"1,"
	"\"flags\":\"A\",\"seq\":1,\"ack\":6,\"len\":0,\"win\":510}",
	"{\"ev\":\"states\",\"t\":140000000,\"host\":\"server\",\"from\":\"CLOSED\",\"to\":\"SYN-"
	"RECV\","
	"\"count\":40}",
	"{\"ev\":\"states\",\"t\":150000000,\"host\":\"server\",\"from\":\"SYN-RECV\",\"to\":"
	"\"CLOSED\","
	"\"count\":40}",
	"{\"ev\":\"counter\",\"t\":150000000,\"host\":\"server\",\"name\":\"TcpPassiveOpens\","
	"\"delta\":"
	"1}",
	"{\"ev\":\"value\",\"t\":150000000,\"name\":\"first\",\"value\":\"41\"}",
	"{\"ev\":\"value\",\"t\":150000000,\"name\":\"first\",\"value\":\"42\",\"unit\":\"bytes\"}",
	"{\"ev\":\"value\",\"t\":150000000,\"name\":\"rude\",\"value\":\"a\\u001b[31mb\"}",
	"{\"ev\":\"expect\",\"t\":50900000,\"n\":1,\"verdict\":\"pass\",\"name\":\"x\",\"kind\":"
	"\"state\",\"host\":\"client\",\"states\":[\"ESTAB\"],\"expected\":\"e\",\"seen\":\"s\"}",
};

static struct facts *run(void)
{
	struct facts *f = facts_new();

	for (size_t i = 0; i < sizeof(record) / sizeof(record[0]); i++) {
		json_error_t why;
		json_t *ev = json_loads(record[i], 0, &why);

		ck_assert_msg(ev != NULL, "%zu: %s", i, why.text);
		facts_event(f, ev);
		json_decref(ev);
	}
	return f;
}

static const struct paper english = { .columns = 80, .utf8 = true, .lang = LANG_EN };
static const struct paper chinese = { .columns = 80, .utf8 = true, .lang = LANG_ZH };
static const struct paper plain = { .columns = 80, .lang = LANG_EN };

static void says(const struct facts *f, const char *placeholder, const struct paper *paper,
		 const char *wanted)
{
	struct err err = ERR_INIT;
	char *got = NULL;
	int block = -1;

	ck_ok(facts_expand(f, placeholder, paper, &got, &block, &err));
	ck_assert_msg(strcmp(got, wanted) == 0, "{{%s}} is \"%s\", not \"%s\"", placeholder, got,
		      wanted);
	ck_assert_int_eq(block, 0);
	free(got);
}

static void fails(const struct facts *f, const char *placeholder, int code, const char *word)
{
	struct err err = ERR_INIT;
	char *got = NULL;
	int block = -1;

	ck_assert_msg(facts_expand(f, placeholder, &english, &got, &block, &err) == code,
		      "{{%s}}: %d, %s", placeholder, err.code, err.msg);
	ck_assert_ptr_null(got);
	ck_assert_int_eq(err.code, -code);
	ck_assert_msg(strstr(err.msg, word) || strstr(err.remedy, word),
		      "{{%s}}: nothing about %s in \"%s\" (%s)", placeholder, word, err.msg,
		      err.remedy);
}

START_TEST(words)
{
	struct facts *f = run();

	says(f, "kernel", &english, "6.18.44");
	says(f, "clock", &english, "real");
	says(f, "clock", &chinese, "真实时间");
	says(f, "backend", &english, "wire");
	says(f, "lab", &english, "handshake");
	says(f, "param delay", &english, "25 ms");
	says(f, "param mode", &english, "abc");
	says(f, "value first", &english, "42 bytes");
	says(f, "time client SYN-SENT", &english, "0.50 ms");
	says(f, "time server SYN_RECEIVED", &english, "25.5 ms");
	says(f, "  time   server ESTABLISHED ", &english, "76.0 ms");
	says(f, "lasted server SYN-RECV", &english, "50.5 ms");
	says(f, "count server SYN-RECV", &english, "40");
	says(f, "count server LISTEN", &english, "1");
	says(f, "counter server TcpPassiveOpens", &english, "1");
	says(f, "counter server TcpExtListenDrops", &english, "0");
	says(f, "rtt", &english, "50.4 ms");
	facts_free(f);
}
END_TEST

START_TEST(packets)
{
	struct facts *f = run();

	says(f, "packet client S mss", &english, "1460");
	says(f, "packet client S wscale", &english, "7");
	says(f, "packet client S sackok", &english, "yes");
	says(f, "packet client SA sackok", &english, "no");
	says(f, "packet client SA sackok", &chinese, "否");
	says(f, "packet client S ts", &english, "0/0");
	says(f, "packet client S t", &english, "0.40 ms");
	says(f, "packet client S ttl", &english, "64");
	says(f, "packet client SA ack", &english, "1");
	says(f, "packet client AS win", &english, "65160");
	/* exactly these flags: SA is no A */
	says(f, "packet client A ack", &english, "1");
	says(f, "packet client A#2 ack", &english, "6");
	says(f, "packet server S win", &english, "64240");
	fails(f, "packet client A#3 ack", -ENOENT, "A#3");
	fails(f, "packet client S ack", -ENOENT, "ack");
	fails(f, "packet client R seq", -ENOENT, "R");
	facts_free(f);
}
END_TEST

START_TEST(not_in_this_run)
{
	struct facts *f = run(), *empty = facts_new();

	fails(f, "param other", -ENOENT, "param other");
	fails(f, "value other", -ENOENT, "other");
	fails(f, "time client TIME-WAIT", -ENOENT, "TIME-WAIT");
	fails(f, "lasted client ESTAB", -ENOENT, "ESTAB");
	fails(f, "count client TIME-WAIT", -ENOENT, "TIME-WAIT");
	fails(f, "counter client TcpActiveOpens", -ENOENT, "client");
	fails(empty, "kernel", -ENOENT, "kernel");
	fails(empty, "rtt", -ENOENT, "SYN");
	fails(empty, "ladder", -ENOENT, "packet");
	fails(empty, "states", -ENOENT, "state");
	fails(empty, "expectations", -ENOENT, "expectation");
	facts_free(f);
	facts_free(empty);
	facts_free(NULL);
}
END_TEST

START_TEST(wrong)
{
	struct facts *f = run();

	for (int i = 0; i < 2; i++) {
		const struct facts *who = i ? f : NULL;

		fails(who, "", -EINVAL, "kernel");
		fails(who, "nonsense", -EINVAL, "time HOST STATE");
		fails(who, "nonsense", -EINVAL, "expectations");
		fails(who, "time client", -EINVAL, "time HOST STATE");
		fails(who, "time client ESTAB more", -EINVAL, "time HOST STATE");
		fails(who, "kernel more and more and more and more", -EINVAL, "kernel");
		fails(who, "time client NOSTATE", -EINVAL, "NOSTATE");
		fails(who, "packet client X seq", -EINVAL, "SFRPAUEC");
		fails(who, "packet client S#0 seq", -EINVAL, "SFRPAUEC");
		fails(who, "packet client S#2x seq", -EINVAL, "SFRPAUEC");
		fails(who, "packet client #2 seq", -EINVAL, "SFRPAUEC");
		fails(who, "packet client S size", -EINVAL, "wscale");
	}
	facts_free(f);
}
END_TEST

START_TEST(without_a_run)
{
	struct err err = ERR_INIT;
	char *got = NULL;
	int block = 0;

	says(NULL, "kernel", &english, "…");
	says(NULL, "time client ESTAB", &plain, "...");
	ck_ok(facts_expand(NULL, "ladder", &english, &got, &block, &err));
	ck_assert_int_eq(block, 1);
	ck_assert_str_eq(got, "…");
	free(got);
}
END_TEST

START_TEST(untrusted)
{
	struct facts *f = run();
	json_t *odd = json_pack("{s:s, s:[i], s:s}", "ev", "state", "host", 1, "to", "ESTAB");
	json_t *text = json_string("no event");

	says(f, "value rude", &plain, "a?[31mb");
	facts_event(f, odd);
	facts_event(f, text);
	says(f, "time server ESTAB", &english, "76.0 ms");
	json_decref(odd);
	json_decref(text);
	facts_free(f);
}
END_TEST

static char *block_of(const struct facts *f, const char *name, const struct paper *paper)
{
	struct err err = ERR_INIT;
	char *got = NULL;
	int block = 0;

	ck_ok(facts_expand(f, name, paper, &got, &block, &err));
	ck_assert_int_eq(block, 1);
	return got;
}

START_TEST(blocks)
{
	struct facts *f = run();
	char *got = block_of(f, "states", &english);

	ck_assert_str_eq(got, "  0.10 ms  server CLOSED → LISTEN\n"
			      "  0.50 ms  client CLOSED → SYN-SENT\n"
			      "  25.5 ms  server CLOSED → SYN-RECV        no process owns it\n"
			      "  50.9 ms  client SYN-SENT → ESTAB\n"
			      "  76.0 ms  server SYN-RECV → ESTAB\n"
			      "           between two socket dumps; the packets prove it\n");
	free(got);
	got = block_of(f, "states", &plain);
	ck_assert_ptr_nonnull(strstr(got, "CLOSED -> LISTEN"));
	free(got);
	got = block_of(f, "ladder", &english);
	ck_assert_ptr_nonnull(strstr(got, "SYN"));
	ck_assert_ptr_nonnull(strstr(got, "client"));
	free(got);
	got = block_of(f, "expectations", &english);
	ck_assert_ptr_eq(strstr(got, "pass  "), got);
	free(got);
	got = block_of(f, "expectations", &chinese);
	ck_assert_ptr_eq(strstr(got, "通过  "), got);
	free(got);
	facts_free(f);
}
END_TEST

/* A flood is not kept, but counted, and said. */
START_TEST(flood)
{
	struct facts *f = run();
	char *got;

	for (int i = 0; i < 6000; i++) {
		json_t *ev = json_pack("{s:s, s:i, s:s, s:i, s:s, s:s, s:s}", "ev", "state", "t",
				       i * 1000, "host", "server", "conn", i + 2, "end", "b",
				       "from", "CLOSED", "to", "SYN-RECV");

		ck_assert_ptr_nonnull(ev);
		facts_event(f, ev);
		json_decref(ev);
	}
	says(f, "count server SYN-RECV", &english, "6000");
	got = block_of(f, "states", &english);
	ck_assert_ptr_nonnull(strstr(got, "more events"));
	free(got);
	facts_free(f);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("facts");
	TCase *tc = tcase_create("facts");

	tcase_add_test(tc, words);
	tcase_add_test(tc, packets);
	tcase_add_test(tc, not_in_this_run);
	tcase_add_test(tc, wrong);
	tcase_add_test(tc, without_a_run);
	tcase_add_test(tc, untrusted);
	tcase_add_test(tc, blocks);
	tcase_add_test(tc, flood);
	suite_add_tcase(s, tc);
	return s;
}
