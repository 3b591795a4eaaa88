/* SPDX-License-Identifier: MIT */
#include "phrase.h"

#include <stdlib.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "field.h"
#include "messages.h"

/*
 * Expectations in words. A sentence is made of pieces, each a message; where
 * the languages order the pieces differently (English ends in "within 60 ms",
 * Chinese would begin with it), Chinese puts the piece into brackets at
 * the end, so that one order serves both.
 */

static FILE *piece_open(char **text, size_t *size)
{
	FILE *f = open_memstream(text, size);

	if (!f)
		abort();
	return f;
}

/* " #1", " (port 80)" or "": which sockets of the host. */
static char *scope(const json_t *ex, enum lang lang)
{
	char *text = NULL;
	size_t size;
	FILE *f = piece_open(&text, &size);
	const json_t *packet = json_object_get(ex, "packet");
	json_int_t port = field_int(ex, "port");

	if (!port)
		port = field_int(packet, "port");
	if (!port)
		port = field_int(json_object_get(ex, "icmp"), "port");
	if (field_has(ex, "conn"))
		message_say(f, lang, SCOPE_CONN, (long long)field_int(ex, "conn"));
	else if (port)
		message_say(f, lang, SCOPE_PORT, (long long)port);
	fclose(f);
	return text;
}

/* "SYN-RECV or ESTAB" */
static char *states(const json_t *list, enum lang lang)
{
	char *text = NULL;
	size_t size;
	FILE *f = piece_open(&text, &size);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (i)
			message_say(f, lang, OR);
		fputs(name ? name : "?", f);
	}
	if (!json_array_size(list))
		message_say(f, lang, ANY_STATE);
	fclose(f);
	return text;
}

/* "2 to 4", "at least 1", "3" */
static char *bounds(const json_t *ex, enum lang lang)
{
	char *text = NULL;
	size_t size;
	FILE *f = piece_open(&text, &size);
	long long min = field_int(ex, "min"), max = field_int(ex, "max");

	if (field_has(ex, "min") && field_has(ex, "max") && min == max)
		fprintf(f, "%lld", min);
	else if (field_has(ex, "min") && field_has(ex, "max"))
		message_say(f, lang, FROM_TO, min, max);
	else if (field_has(ex, "min"))
		message_say(f, lang, AT_LEAST, min);
	else if (field_has(ex, "max"))
		message_say(f, lang, AT_MOST, max);
	else
		message_say(f, lang, ANY_NUMBER);
	fclose(f);
	return text;
}

/* "SYN, ACK with 5 bytes, retransmitted (no. 2)" */
static char *segment(const json_t *packet, enum lang lang)
{
	char *text = NULL;
	size_t size;
	FILE *f = piece_open(&text, &size);

	if (field_has(packet, "flags"))
		phrase_flags(f, field_text(packet, "flags"));
	else
		message_say(f, lang, ANY_SEGMENT);
	if (field_int(packet, "len"))
		message_say(f, lang, WITH_BYTES, (long long)field_int(packet, "len"));
	else if (field_has(packet, "len"))
		message_say(f, lang, WITH_NO_DATA);
	if (field_true(packet, "rtx"))
		message_say(f, lang, RETRANSMITTED);
	else if (field_has(packet, "rtx"))
		message_say(f, lang, NOT_RETRANSMITTED);
	if (field_int(packet, "nth") > 1)
		message_say(f, lang, NTH, (long long)field_int(packet, "nth"));
	fclose(f);
	return text;
}

/* Does it ask for no socket at all? */
static bool asks_none(const json_t *ex)
{
	const json_t *list = json_object_get(ex, "states");
	const char *only = json_string_value(json_array_get(list, 0));

	return json_array_size(list) == 1 && only && strcmp(only, "CLOSED") == 0;
}

static void ask_state(FILE *out, const json_t *ex, enum lang lang)
{
	_cleanup_free_ char *which = scope(ex, lang);
	_cleanup_free_ char *in = states(json_object_get(ex, "states"), lang);
	const char *host = field_text(ex, "host");
	bool one = field_has(ex, "conn"), was = field_is(ex, "kind", "was");

	if (!was && asks_none(ex)) {
		if (one)
			message_say(out, lang, ASK_NONE_ONE, host, which);
		else
			message_say(out, lang, ASK_NONE, host, which);
	} else if (was) {
		if (one)
			message_say(out, lang, ASK_WAS_ONE, host, which, in);
		else
			message_say(out, lang, ASK_WAS, host, which, in);
	} else {
		if (one)
			message_say(out, lang, ASK_STATE_ONE, host, which, in);
		else
			message_say(out, lang, ASK_STATE, host, which, in);
	}
}

static void ask_count(FILE *out, const json_t *ex, enum lang lang)
{
	_cleanup_free_ char *which = scope(ex, lang);
	_cleanup_free_ char *in = states(json_object_get(ex, "states"), lang);
	_cleanup_free_ char *number = bounds(ex, lang);

	/* "1 socket", "at least 1 socket", "at most 1 socket"; only English minds */
	if (field_int(ex, field_has(ex, "max") ? "max" : "min") == 1)
		message_say(out, lang, ASK_COUNT_ONE, field_text(ex, "host"), which, number, in);
	else
		message_say(out, lang, ASK_COUNT, field_text(ex, "host"), which, number, in);
}

/* Is @what sent or received? */
static void ask_traffic(FILE *out, const json_t *ex, const json_t *wanted, const char *which,
			const char *what, enum lang lang)
{
	const char *host = field_text(ex, "host");

	if (field_is(wanted, "dir", "out"))
		message_say(out, lang, ASK_SENDS, host, which, what);
	else if (field_is(wanted, "dir", "in"))
		message_say(out, lang, ASK_RECEIVES, host, which, what);
	else
		message_say(out, lang, ASK_SEES, host, which, what);
}

static void ask_packet(FILE *out, const json_t *ex, enum lang lang)
{
	const json_t *packet = json_object_get(ex, "packet");
	_cleanup_free_ char *which = scope(ex, lang);
	_cleanup_free_ char *what = segment(packet, lang);

	ask_traffic(out, ex, packet, which, what, lang);
}

/* "ICMP host unreachable (no. 2)" */
static char *icmp(const json_t *wanted, enum lang lang)
{
	char *text = NULL;
	size_t size;
	FILE *f = piece_open(&text, &size);

	if (field_has(wanted, "name"))
		fprintf(f, "ICMP %s", field_text(wanted, "name"));
	else
		message_say(f, lang, ANY_ICMP);
	if (field_int(wanted, "nth") > 1)
		message_say(f, lang, NTH, (long long)field_int(wanted, "nth"));
	fclose(f);
	return text;
}

static void ask_icmp(FILE *out, const json_t *ex, enum lang lang)
{
	const json_t *wanted = json_object_get(ex, "icmp");
	_cleanup_free_ char *which = scope(ex, lang);
	_cleanup_free_ char *what = icmp(wanted, lang);

	ask_traffic(out, ex, wanted, which, what, lang);
}

static void ask_counter(FILE *out, const json_t *ex, enum lang lang)
{
	_cleanup_free_ char *by = bounds(ex, lang);

	message_say(out, lang, ASK_COUNTER, field_text(ex, "host"), field_text(ex, "counter"), by);
}

/* Decided by the script, in its own words. */
static void ask_value(FILE *out, const json_t *ex, enum lang lang)
{
	(void)lang;
	fputs(field_text(ex, "expected"), out);
}

static void seen_tolerance(FILE *out, const json_t *ex, enum lang lang)
{
	char text[DURATION_MAX_TEXT];

	if (field_int(ex, "tolerance"))
		message_say(out, lang, SEEN_TOLERANCE,
			    duration_format(field_int(ex, "tolerance"), text));
}

/* When it was seen; what is asked for at a time after a mark is told from that mark on. */
static void seen_when(FILE *out, const json_t *ex, enum lang lang)
{
	char text[PHRASE_TIME_MAX];
	json_int_t mark = field_has(ex, "at") ? field_int(ex, "mark") : 0;

	if (!field_has(ex, "seen_t"))
		return;
	phrase_time(field_int(ex, "seen_t") - mark, text);
	if (mark)
		message_say(out, lang, SEEN_AT_MARK, text);
	else
		message_say(out, lang, SEEN_AT, text);
}

/* How far a fail was off the time that `at` named. */
static void seen_off(FILE *out, const json_t *ex, enum lang lang)
{
	json_int_t off = field_int(ex, "seen_t") - field_int(ex, "mark") - field_int(ex, "at");
	char text[PHRASE_TIME_MAX];

	if (!field_has(ex, "at") || !field_has(ex, "seen_t") || !field_is(ex, "verdict", "fail"))
		return;
	phrase_time(off < 0 ? -off : off, text);
	if (off > field_int(ex, "tolerance"))
		message_say(out, lang, SEEN_LATE, text);
	else if (off < 0)
		message_say(out, lang, SEEN_EARLY, text);
}

static void seen_state(FILE *out, const json_t *ex, enum lang lang)
{
	_cleanup_free_ char *asked = states(json_object_get(ex, "states"), lang);
	_cleanup_free_ char *seen = states(json_object_get(ex, "seen_states"), lang);
	bool any = json_array_size(json_object_get(ex, "seen_states")) > 0;
	bool fail = field_is(ex, "verdict", "fail");
	bool waited = field_has(ex, "within") || field_has(ex, "at");
	char until[PHRASE_TIME_MAX];

	if (!fail || field_has(ex, "seen_t")) {
		if (!fail && asks_none(ex))
			message_say(out, lang, SEEN_NO_SOCKET);
		else
			fputs(fail || !any ? asked : seen, out);
		seen_when(out, ex, lang);
		seen_off(out, ex, lang);
		if (fail && field_has(ex, "hold") && any)
			message_say(out, lang, SEEN_THEN, seen);
		else if (fail && field_has(ex, "hold"))
			message_say(out, lang, SEEN_THEN_GONE);
		return;
	}
	if (any)
		message_say(out, lang, SEEN_ONLY, seen);
	else
		message_say(out, lang, SEEN_NO_SOCKET_AT_ALL);
	if (!asks_none(ex) && field_is(ex, "kind", "was"))
		message_say(out, lang, SEEN_NONE_EVER, asked);
	else if (!asks_none(ex))
		message_say(out, lang, SEEN_NONE_IN, asked);
	phrase_time(field_int(ex, "t"), until);
	if (field_has(ex, "t") && waited)
		message_say(out, lang, SEEN_UNTIL, until);
	else if (field_has(ex, "t"))
		message_say(out, lang, SEEN_AT, until);
}

static void seen_count(FILE *out, const json_t *ex, enum lang lang)
{
	message_say(out, lang, SEEN_NUMBER, (long long)field_int(ex, "seen_n"));
	seen_when(out, ex, lang);
	seen_off(out, ex, lang);
}

static void seen_packet(FILE *out, const json_t *ex, enum lang lang)
{
	_cleanup_free_ char *what = segment(json_object_get(ex, "packet"), lang);
	json_int_t n = field_int(ex, "seen_n");
	char until[PHRASE_TIME_MAX];

	if (field_has(ex, "seen_t")) {
		fputs(what, out);
		seen_when(out, ex, lang);
		seen_off(out, ex, lang);
		return;
	}
	if (n)
		message_say(out, lang, SEEN_PACKETS, (long long)n);
	else
		message_say(out, lang, SEEN_PACKETS_NONE);
	if (field_has(ex, "t"))
		message_say(out, lang, SEEN_UNTIL, phrase_time(field_int(ex, "t"), until));
}

static void seen_icmp(FILE *out, const json_t *ex, enum lang lang)
{
	_cleanup_free_ char *what = icmp(json_object_get(ex, "icmp"), lang);
	char until[PHRASE_TIME_MAX];

	if (field_has(ex, "seen_t")) {
		fputs(what, out);
		seen_when(out, ex, lang);
		seen_off(out, ex, lang);
		return;
	}
	message_say(out, lang, SEEN_NO_ICMP);
	if (field_has(ex, "t"))
		message_say(out, lang, SEEN_UNTIL, phrase_time(field_int(ex, "t"), until));
}

static void seen_counter(FILE *out, const json_t *ex, enum lang lang)
{
	message_say(out, lang, SEEN_CHANGE, (long long)field_int(ex, "seen_n"));
	seen_when(out, ex, lang);
	seen_off(out, ex, lang);
}

static void seen_value(FILE *out, const json_t *ex, enum lang lang)
{
	if (*field_text(ex, "seen"))
		fputs(field_text(ex, "seen"), out);
	else
		message_say(out, lang, SEEN_NOTHING);
}

static const struct {
	const char *kind;
	void (*ask)(FILE *out, const json_t *ex, enum lang lang);
	void (*seen)(FILE *out, const json_t *ex, enum lang lang);
} kinds[] = {
	{ "state", ask_state, seen_state },       { "was", ask_state, seen_state },
	{ "count", ask_count, seen_count },       { "packet", ask_packet, seen_packet },
	{ "counter", ask_counter, seen_counter }, { "value", ask_value, seen_value },
	{ "icmp", ask_icmp, seen_icmp },
};

void phrase_expected(FILE *out, const json_t *expect, enum lang lang)
{
	char text[DURATION_MAX_TEXT];
	size_t i = 0;

	while (i < sizeof(kinds) / sizeof(kinds[0]) && !field_is(expect, "kind", kinds[i].kind))
		i++;
	if (i == sizeof(kinds) / sizeof(kinds[0])) {
		/* of a later format: what the engine wrote is in words already */
		fputs(field_text(expect, "expected"), out);
		return;
	}
	kinds[i].ask(out, expect, lang);
	if (field_has(expect, "within"))
		message_say(out, lang, WITHIN, duration_format(field_int(expect, "within"), text));
	if (field_has(expect, "at")) {
		duration_format(field_int(expect, "at"), text);
		if (field_int(expect, "mark"))
			message_say(out, lang, AT_MARK, text);
		else
			message_say(out, lang, AT, text);
	}
	if (field_has(expect, "hold"))
		message_say(out, lang, HOLD, duration_format(field_int(expect, "hold"), text));
}

void phrase_seen(FILE *out, const json_t *expect, enum lang lang)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!field_is(expect, "kind", kinds[i].kind))
			continue;
		kinds[i].seen(out, expect, lang);
		seen_tolerance(out, expect, lang);
		return;
	}
	fputs(field_text(expect, "seen"), out);
}
