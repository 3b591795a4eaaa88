/* SPDX-License-Identifier: MIT */
#include "../runner/phrase.h"

#include "../runner/messages.h"
#include "harness.h"
#include "records.h"

START_TEST(test_time)
{
	static const struct {
		json_int_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0.00 ms" },
		{ 70000, "0.07 ms" },
		{ 994999, "0.99 ms" },
		{ 999999, "1.0 ms" },
		{ 50340000, "50.3 ms" },
		{ 999940000, "999.9 ms" },
		{ 999999999, "1.000 s" },
		{ 1024300000, "1.024 s" },
		{ 59999600000, "1 min 0.0 s" },
		{ 135300000000, "2 min 15.3 s" },
		{ -1500000, "-1.5 ms" },
		{ INT64_MAX, "153722867 min 16.9 s" },
		{ INT64_MIN, "-153722867 min 16.9 s" },
	};
	char buf[PHRASE_TIME_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(phrase_time(cases[i].ns, buf), cases[i].text);
}
END_TEST

/* Written as it would stand in a record, in ' for ", which JSON wants. */
static json_t *event(const char *text)
{
	_cleanup_free_ char *json = strdup(text);
	json_error_t where;
	json_t *ev;

	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	ev = json_loads(json, 0, &where);
	ck_assert_msg(ev != NULL, "%s: %s", json, where.text);
	return ev;
}

static char *said(void (*say)(FILE *out, const json_t *ev, enum lang lang), const json_t *ev,
		  enum lang lang)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	say(f, ev, lang);
	fclose(f);
	return text;
}

static const struct {
	const char *event, *expected, *seen;
	enum lang lang;
} expects[] = {
	{ "{'kind':'state','host':'server','states':['SYN-RECV'],'within':60000000,'verdict':'fail'"
	  ","
	  "'seen_states':['LISTEN'],'t':67800000,'tolerance':7500000}",
	  "server has a socket in SYN-RECV within 60 ms",
	  "LISTEN only, none in SYN-RECV until 67.8 ms (tolerance 7.5 ms)", LANG_EN },
	{ "{'kind':'state','host':'server','states':['SYN-RECV'],'within':60000000,'verdict':'fail'"
	  ","
	  "'seen_states':['LISTEN'],'t':67800000,'tolerance':7500000}",
	  "server 有套接字处于 SYN-RECV（60 ms 内）",
	  "只有 LISTEN，没有处于 SYN-RECV 的（直到 67.8 ms）（容差 7.5 ms）", LANG_ZH },
	{ "{'kind':'was','host':'server','states':['SYN-RECV'],'verdict':'fail','seen_states':[],"
	  "'t':100000000}",
	  "server has had a socket in SYN-RECV",
	  "no socket at all, none ever in SYN-RECV at 100.0 ms", LANG_EN },
	{ "{'kind':'state','host':'client','conn':1,'states':['ESTAB'],'at':100000000,'mark':0,"
	  "'verdict':'fail','seen_t':130000000,'tolerance':12500000}",
	  "client's connection #1 is in ESTAB at 100 ms",
	  "ESTAB at 130.0 ms, 30.0 ms too late (tolerance 12.5 ms)", LANG_EN },
	{ "{'kind':'state','host':'client','states':['ESTAB','CLOSE-WAIT'],'at':100000000,"
	  "'mark':50000000,'verdict':'fail','seen_t':140000000}",
	  "client has a socket in ESTAB or CLOSE-WAIT 100 ms after the mark",
	  "ESTAB or CLOSE-WAIT 90.0 ms after the mark, 10.0 ms too early", LANG_EN },
	{ "{'kind':'state','host':'client','port':80,'states':['ESTAB'],'hold':1000000000,"
	  "'verdict':'fail','seen_t':130000000,'seen_states':['CLOSE-WAIT']}",
	  "client (port 80) has a socket in ESTAB, and stays so for 1 s",
	  "ESTAB at 130.0 ms, then CLOSE-WAIT", LANG_EN },
	{ "{'kind':'state','host':'client','states':['CLOSED'],'verdict':'pass','seen_t':1000000}",
	  "client has no socket", "no socket at 1.0 ms", LANG_EN },
	{ "{'kind':'state','host':'client','conn':2,'states':['CLOSED'],'verdict':'fail',"
	  "'seen_states':['TIME-WAIT'],'t':1000000}",
	  "client's connection #2 has no socket any more (CLOSED)", "TIME-WAIT only at 1.0 ms",
	  LANG_EN },
	{ "{'kind':'count','host':'server','states':['ESTAB'],'min':2,'max':4,'verdict':'fail',"
	  "'seen_n':5}",
	  "server has 2 to 4 sockets in ESTAB", "5", LANG_EN },
	{ "{'kind':'count','host':'server','states':['ESTAB'],'min':1,'max':1,'verdict':'pass',"
	  "'seen_n':1}",
	  "server has 1 socket in ESTAB", "1", LANG_EN },
	{ "{'kind':'packet','host':'client','packet':{'dir':'out','flags':'S','rtx':true,'nth':2},"
	  "'verdict':'fail','seen_n':1,'t':2000000000}",
	  "client sends SYN, retransmitted (no. 2)", "such segments: 1 until 2.000 s", LANG_EN },
	{ "{'kind':'packet','host':'server','packet':{'dir':'in','flags':'PA','len':5,'port':80},"
	  "'verdict':'pass','seen_t':3000000}",
	  "server (port 80) receives PSH, ACK with 5 bytes", "PSH, ACK with 5 bytes at 3.0 ms",
	  LANG_EN },
	{ "{'kind':'counter','host':'server','counter':'TcpPassiveOpens','min':1,'verdict':'fail',"
	  "'seen_n':0}",
	  "server's TcpPassiveOpens changes by at least 1", "0", LANG_EN },
	{ "{'kind':'value','expected':'about 50 ms','seen':'80 ms'}", "about 50 ms", "80 ms",
	  LANG_EN },
	{ "{'kind':'of a later format','expected':'x','seen':'y'}", "x", "y", LANG_EN },
};

START_TEST(test_expect)
{
	json_t *ev = event(expects[_i].event);
	_cleanup_free_ char *expected = said(phrase_expected, ev, expects[_i].lang);
	_cleanup_free_ char *seen = said(phrase_seen, ev, expects[_i].lang);

	ck_assert_str_eq(expected, expects[_i].expected);
	ck_assert_str_eq(seen, expects[_i].seen);
	json_decref(ev);
}
END_TEST

START_TEST(test_packet)
{
	json_t *ev = event("{'flags':'SA','seq':0,'ack':1,'win':65160,'mss':1460,'sackok':true,"
			   "'ts':[0,0],'wscale':7,'rtx':true}");
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	phrase_packet(f, ev, 1);
	fputc('\n', f);
	phrase_packet(f, ev, 0);
	fclose(f);
	ck_assert_str_eq(text, "SYN, ACK seq 0 ack 1 win 65160 <mss 1460, sack, ts 0/0, wscale 7> "
			       "(retransmission)\n"
			       "SYN, ACK seq 0 ack 1 win 65160 (retransmission)");
	json_decref(ev);
}
END_TEST

START_TEST(test_sack_and_data)
{
	json_t *ev = event("{'flags':'PA','seq':1,'ack':1,'len':5,'win':502,"
			   "'sack':[[1449,2897],[4345,5793]],'tfo':8}");
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	phrase_packet(f, ev, 1);
	fclose(f);
	ck_assert_str_eq(text, "PSH, ACK seq 1 ack 1 len 5 win 502 "
			       "<sack 1449-2897, sack 4345-5793, tfo 8>");
	json_decref(ev);
}
END_TEST

/* Every event of every sample record is one line that says something, in each language. */
START_TEST(test_events)
{
	json_t *all = records_load(records_all[_i]);
	json_t *ev;
	size_t i;

	json_array_foreach (all, i, ev) {
		for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
			_cleanup_free_ char *text = said(phrase_event, ev, lang);

			ck_assert_msg(strlen(text) > 3, "event %zu: \"%s\"", i, text);
			ck_assert_ptr_null(strstr(text, "(null)"));
		}
	}
	json_decref(all);
}
END_TEST

/* Whatever type a field has, there is an answer. */
START_TEST(test_wrong_types)
{
	static const char *const values[] = { "null", "true", "'x'",
					      "-1",   "1.5",  "[]",
					      "[[]]", "{}",   "9223372036854775807" };
	static const char *const fields[] = {
		"kind", "host",   "conn", "port", "states", "packet", "min",
		"max",  "within", "at",   "mark", "seen_t", "seen_n", "seen_states",
		"text", "flags",  "ts",   "sack", "timer",  "a",      "tolerance",
		"icmp", "name",   "mtu",  "src",  "dst",    "addr",   "len"
	};
	static const char *const kinds[] = { "state",   "was",   "count", "packet",
					     "counter", "value", "icmp" };
	static const char *const evs[] = { "step",    "conn",    "packet", "lost",
					   "packets", "state",   "call",   "impair",
					   "expect",  "verdict", "icmp" };

	for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
		json_t *ev = json_object();
		_cleanup_free_ char *value = strdup(values[v]);
		json_t *any;

		for (char *p = value; *p; p++)
			if (*p == '\'')
				*p = '"';
		any = json_loads(value, JSON_DECODE_ANY, NULL);
		ck_assert_ptr_nonnull(any);
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			json_object_set(ev, fields[i], any);
		for (size_t i = 0; i < sizeof(evs) / sizeof(evs[0]); i++) {
			json_object_set_new(ev, "ev", json_string(evs[i]));
			free(said(phrase_event, ev, LANG_ZH));
		}
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			json_object_set_new(ev, "kind", json_string(kinds[i]));
			free(said(phrase_expected, ev, LANG_EN));
			free(said(phrase_seen, ev, LANG_EN));
		}
		json_decref(any);
		json_decref(ev);
	}
}
END_TEST

/* The conversions of a format, "%s%lld" and so on. */
static void conversions(const char *format, char *out, size_t size)
{
	size_t n = 0;

	for (const char *p = format; *p; p++) {
		if (*p != '%')
			continue;
		if (p[1] == '%') {
			p++;
			continue;
		}
		do {
			ck_assert_uint_lt(n + 1, size);
			out[n++] = *p++;
			ck_assert_msg(*p != '\0', "unfinished conversion: %s", format);
		} while (!strchr("sdiugfcx", *p));
		out[n++] = *p;
	}
	out[n] = '\0';
}

START_TEST(test_messages)
{
	for (enum msg m = 0; m < MSG_COUNT; m++) {
		char want[64], have[64];

		conversions(message(LANG_EN, m), want, sizeof(want));
		for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
			ck_assert_ptr_nonnull(message(lang, m));
			ck_assert_msg(*message(lang, m) != '\0', "message %u has no words", m);
			conversions(message(lang, m), have, sizeof(have));
			ck_assert_msg(strcmp(want, have) == 0, "\"%s\": %s, \"%s\": %s",
				      message(LANG_EN, m), want, message(lang, m), have);
		}
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("phrase");
	TCase *tc = tcase_create("phrase");

	tcase_add_test(tc, test_time);
	tcase_add_loop_test(tc, test_expect, 0, sizeof(expects) / sizeof(expects[0]));
	tcase_add_test(tc, test_packet);
	tcase_add_test(tc, test_sack_and_data);
	tcase_add_loop_test(tc, test_events, 0, RECORDS_COUNT);
	tcase_add_test(tc, test_wrong_types);
	tcase_add_test(tc, test_messages);
	suite_add_tcase(s, tc);
	return s;
}
