/* SPDX-License-Identifier: MIT */
#include "phrase.h"

#include <stdlib.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "field.h"
#include "linkphrase.h"
#include "messages.h"
#include "phrase_icmp.h"
#include "phrase_load.h"
#include "phrase_net.h"

const char *phrase_time(json_int_t ns, char buf[static PHRASE_TIME_MAX])
{
	/* the negative of the smallest integer does not exist; a double holds all that is printed
	 */
	double t = ns < 0 ? -(double)ns : (double)ns;
	const char *sign = ns < 0 ? "-" : "";

	/* each bound is where the shorter form would round up into the next unit */
	if (t < 0.995 * NS_PER_MS)
		snprintf(buf, PHRASE_TIME_MAX, "%s%.2f ms", sign, t / NS_PER_MS);
	else if (t < 999.95 * NS_PER_MS)
		snprintf(buf, PHRASE_TIME_MAX, "%s%.1f ms", sign, t / NS_PER_MS);
	else if (t < 59.9995 * NS_PER_S)
		snprintf(buf, PHRASE_TIME_MAX, "%s%.3f s", sign, t / NS_PER_S);
	else {
		uint64_t tenths = (uint64_t)(t / (NS_PER_S / 10) + 0.5);
		unsigned rest = tenths % 600;

		snprintf(buf, PHRASE_TIME_MAX, "%s%llu min %u.%u s", sign,
			 (unsigned long long)(tenths / 600), rest / 10, rest % 10);
	}
	return buf;
}

/* Letters of a packet's flags, as they stand in the record, and their names. */
static const struct {
	char letter;
	const char *name;
} flag_names[] = {
	{ 'S', "SYN" }, { 'F', "FIN" }, { 'R', "RST" }, { 'P', "PSH" },
	{ 'A', "ACK" }, { 'U', "URG" }, { 'E', "ECE" }, { 'C', "CWR" },
};

void phrase_flags(FILE *out, const char *letters)
{
	const char *between = "";

	for (size_t i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++) {
		if (!strchr(letters, flag_names[i].letter))
			continue;
		fprintf(out, "%s%s", between, flag_names[i].name);
		between = ", ";
	}
	if (!*between)
		fputs("no flags", out);
}

void phrase_options(FILE *out, const json_t *packet, const char *between)
{
	const json_t *ts = json_object_get(packet, "ts");
	const json_t *sack = json_object_get(packet, "sack");
	const char *sep = "";

	if (field_has(packet, "mss")) {
		fprintf(out, "%smss %lld", sep, (long long)field_int(packet, "mss"));
		sep = between;
	}
	if (field_true(packet, "sackok")) {
		fprintf(out, "%ssack", sep);
		sep = between;
	}
	if (json_is_array(ts)) {
		fprintf(out, "%sts %lld/%lld", sep,
			(long long)json_integer_value(json_array_get(ts, 0)),
			(long long)json_integer_value(json_array_get(ts, 1)));
		sep = between;
	}
	if (field_has(packet, "wscale")) {
		fprintf(out, "%swscale %lld", sep, (long long)field_int(packet, "wscale"));
		sep = between;
	}
	for (size_t i = 0; i < json_array_size(sack); i++) {
		const json_t *block = json_array_get(sack, i);

		fprintf(out, "%ssack %lld-%lld", sep,
			(long long)json_integer_value(json_array_get(block, 0)),
			(long long)json_integer_value(json_array_get(block, 1)));
		sep = between;
	}
	if (field_has(packet, "tfo"))
		fprintf(out, "%stfo %lld", sep, (long long)field_int(packet, "tfo"));
}

void phrase_segment(FILE *out, const json_t *packet)
{
	phrase_flags(out, field_text(packet, "flags"));
	fprintf(out, " seq %lld", (long long)field_int(packet, "seq"));
	if (field_has(packet, "ack"))
		fprintf(out, " ack %lld", (long long)field_int(packet, "ack"));
	if (field_int(packet, "len"))
		fprintf(out, " len %lld", (long long)field_int(packet, "len"));
	fprintf(out, " win %lld", (long long)field_int(packet, "win"));
}

void phrase_packet(FILE *out, const json_t *packet, int options)
{
	phrase_segment(out, packet);
	if (options) {
		_cleanup_free_ char *text = NULL;
		size_t size;
		FILE *piece = open_memstream(&text, &size);

		if (!piece)
			abort();
		phrase_options(piece, packet, ", ");
		fclose(piece);
		if (*text)
			fprintf(out, " <%s>", text);
	}
	if (field_true(packet, "rtx"))
		fputs(" (retransmission)", out);
}

static void scope(FILE *out, const json_t *ev, enum lang lang)
{
	if (field_has(ev, "conn"))
		message_say(out, lang, EV_WHICH, (long long)field_int(ev, "conn"));
	else if (field_has(ev, "port"))
		message_say(out, lang, SCOPE_PORT, (long long)field_int(ev, "port"));
}

static void say_header(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_HEADER, field_text(ev, "lab"),
		    field_text(json_object_get(ev, "kernel"), "release"));
}

static void say_step(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_STEP, (long long)field_int(ev, "n"),
		    lang_text(json_object_get(ev, "text"), lang));
}

static void say_predict(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_PREDICT, lang_text(json_object_get(ev, "text"), lang));
}

static void say_note(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_NOTE, lang_text(json_object_get(ev, "text"), lang));
}

static void say_value(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_VALUE, field_text(ev, "name"), field_text(ev, "value"),
		    field_text(ev, "unit"));
}

static void endpoint(FILE *out, const json_t *end)
{
	const char *addr = field_text(end, "addr");

	fprintf(out, strchr(addr, ':') ? "%s [%s]" : "%s %s", field_text(end, "host"), addr);
	if (field_has(end, "port"))
		fprintf(out, ":%lld", (long long)field_int(end, "port"));
}

static void say_conn(FILE *out, const json_t *ev, enum lang lang)
{
	_cleanup_free_ char *a = NULL, *b = NULL;
	size_t size;
	FILE *piece = open_memstream(&a, &size);

	if (!piece)
		abort();
	endpoint(piece, json_object_get(ev, "a"));
	fclose(piece);
	piece = open_memstream(&b, &size);
	if (!piece)
		abort();
	endpoint(piece, json_object_get(ev, "b"));
	fclose(piece);
	message_say(out, lang, EV_CONN, (long long)field_int(ev, "id"), a, b);
}

static void outcome(FILE *out, const json_t *ev, enum lang lang)
{
	if (field_has(ev, "errno"))
		message_say(out, lang, EV_CALL_ERRNO, field_text(ev, "errno"));
	else if (field_has(ev, "result"))
		message_say(out, lang, EV_CALL_RESULT, (long long)field_int(ev, "result"));
}

static void say_call(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_CALL, field_text(ev, "host"), field_text(ev, "op"),
		    field_text(ev, "args"));
	if (field_true(ev, "pending"))
		message_say(out, lang, EV_CALL_WAITS);
	else
		outcome(out, ev, lang);
}

static void say_return(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_RETURN, (long long)field_int(ev, "id"));
	outcome(out, ev, lang);
}

static void say_packet(FILE *out, const json_t *ev, enum lang lang)
{
	if (field_is(ev, "dir", "out"))
		message_say(out, lang, EV_SENDS, field_text(ev, "host"));
	else
		message_say(out, lang, EV_RECEIVES, field_text(ev, "host"));
	phrase_packet(out, ev, 0);
}

static void say_lost(FILE *out, const json_t *ev, enum lang lang)
{
	const char *host = field_text(ev, "host");

	if (*host)
		message_say(out, lang, EV_LOST, host, field_text(ev, "why"));
	else
		message_say(out, lang, EV_LOST_NOWHERE, field_text(ev, "why"));
}

static void say_packets(FILE *out, const json_t *ev, enum lang lang)
{
	_cleanup_free_ char *flags = NULL;
	char since[PHRASE_TIME_MAX];
	size_t size;
	FILE *piece = open_memstream(&flags, &size);

	if (!piece)
		abort();
	if (field_has(ev, "flags"))
		phrase_flags(piece, field_text(ev, "flags"));
	else
		message_say(piece, lang, ALL_KINDS);
	fclose(piece);
	phrase_time(field_int(ev, "since"), since);
	if (field_is(ev, "dir", "out"))
		message_say(out, lang, EV_PACKETS_OUT, field_text(ev, "host"),
			    (long long)field_int(ev, "count"), flags,
			    (long long)field_int(ev, "bytes"), since);
	else
		message_say(out, lang, EV_PACKETS_IN, field_text(ev, "host"),
			    (long long)field_int(ev, "count"), flags,
			    (long long)field_int(ev, "bytes"), since);
}

/* Return: malloc'ed */
static char *scope_text(const json_t *ev, enum lang lang)
{
	char *where = NULL;
	size_t size;
	FILE *piece = open_memstream(&where, &size);

	if (!piece)
		abort();
	scope(piece, ev, lang);
	fclose(piece);
	return where;
}

static void say_timer(FILE *out, const json_t *ev, enum lang lang)
{
	const json_t *timer = json_object_get(ev, "timer");
	char in[PHRASE_TIME_MAX];

	if (timer)
		message_say(out, lang, EV_TIMER, field_text(timer, "kind"),
			    phrase_time(field_int(timer, "in"), in));
	if (field_int(timer, "tries"))
		message_say(out, lang, EV_TRIES, (long long)field_int(timer, "tries"));
}

static void say_state(FILE *out, const json_t *ev, enum lang lang)
{
	_cleanup_free_ char *where = scope_text(ev, lang);

	message_say(out, lang, EV_STATE, field_text(ev, "host"), where, field_text(ev, "from"),
		    field_text(ev, "to"));
	if (field_true(ev, "inferred"))
		message_say(out, lang, EV_INFERRED);
	if (json_is_false(json_object_get(ev, "owner")) && !field_is(ev, "to", "CLOSED"))
		message_say(out, lang, EV_ORPHAN);
	say_timer(out, ev, lang);
}

char *phrase_gauges(const json_t *ev, enum lang lang)
{
	long long rq = (long long)field_int(ev, "rq"), wq = (long long)field_int(ev, "wq");
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	if (field_has(ev, "conn"))
		message_say(out, lang, EV_QUEUES, rq, wq);
	else
		message_say(out, lang, EV_BACKLOG, rq, wq);
	if (json_is_false(json_object_get(ev, "owner")))
		message_say(out, lang, EV_ORPHAN);
	say_timer(out, ev, lang);
	fclose(out);
	return text;
}

static void say_socket(FILE *out, const json_t *ev, enum lang lang)
{
	_cleanup_free_ char *where = scope_text(ev, lang), *gauges = phrase_gauges(ev, lang);

	message_say(out, lang, EV_SOCKET, field_text(ev, "host"), where, gauges);
}

static void say_states(FILE *out, const json_t *ev, enum lang lang)
{
	char since[PHRASE_TIME_MAX];

	message_say(out, lang, EV_STATES, field_text(ev, "host"), (long long)field_int(ev, "count"),
		    field_text(ev, "from"), field_text(ev, "to"),
		    phrase_time(field_int(ev, "since"), since));
}

static void say_counter(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_COUNTER, field_text(ev, "host"), field_text(ev, "name"),
		    (long long)field_int(ev, "delta"));
}

static void say_sysctl(FILE *out, const json_t *ev, enum lang lang)
{
	if (field_has(ev, "wanted"))
		message_say(out, lang, EV_SYSCTL_KEPT, field_text(ev, "host"),
			    field_text(ev, "name"), field_text(ev, "wanted"), field_text(ev, "to"));
	else if (field_has(ev, "host"))
		message_say(out, lang, EV_SYSCTL, field_text(ev, "host"), field_text(ev, "name"),
			    field_text(ev, "from"), field_text(ev, "to"), field_text(ev, "by"));
	else
		message_say(out, lang, EV_KERNEL_SYSCTL, field_text(ev, "name"),
			    field_text(ev, "from"), field_text(ev, "to"), field_text(ev, "by"));
}

/* As it could be typed, but not for a shell: nothing is quoted. */
static void say_program(FILE *out, const json_t *ev, enum lang lang)
{
	const json_t *argv = json_object_get(ev, "argv");
	_cleanup_free_ char *line = NULL;
	size_t size;
	FILE *piece = open_memstream(&line, &size);

	if (!piece)
		abort();
	for (size_t i = 0; i < json_array_size(argv); i++) {
		const char *word = json_string_value(json_array_get(argv, i));

		fprintf(piece, "%s%s", i ? " " : "", word ? word : "?");
	}
	fclose(piece);
	message_say(out, lang, EV_PROGRAM, field_text(ev, "host"), (long long)field_int(ev, "id"),
		    line);
}

static void say_output(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_OUTPUT, field_text(ev, "host"), field_text(ev, "text"));
}

static void say_ended(FILE *out, const json_t *ev, enum lang lang)
{
	if (field_has(ev, "signal"))
		message_say(out, lang, EV_ENDED_SIGNAL, (long long)field_int(ev, "id"),
			    field_text(ev, "signal"));
	else
		message_say(out, lang, EV_ENDED, (long long)field_int(ev, "id"),
			    (long long)field_int(ev, "status"));
	if (field_int(ev, "unrecorded"))
		message_say(out, lang, EV_UNRECORDED, (long long)field_int(ev, "unrecorded"));
}

static void say_unready(FILE *out, const json_t *ev, enum lang lang)
{
	char text[DURATION_MAX_TEXT];

	message_say(out, lang, EV_UNREADY, field_text(ev, "host"),
		    duration_format(field_int(ev, "after"), text));
	if (field_has(ev, "port"))
		message_say(out, lang, UNREADY_PORT, (long long)field_int(ev, "port"));
	else
		message_say(out, lang, UNREADY_ANY);
	if (field_has(ev, "within"))
		message_say(out, lang, UNREADY_WITHIN,
			    duration_format(field_int(ev, "within"), text));
	if (*field_text(ev, "said"))
		message_say(out, lang, UNREADY_SAID, field_text(ev, "said"));
	else
		message_say(out, lang, UNREADY_SILENT);
}

static void say_impair(FILE *out, const json_t *ev, enum lang lang)
{
	char delay[DURATION_MAX_TEXT];

	message_say(out, lang, EV_IMPAIR, field_text(ev, "host"),
		    duration_format(field_int(ev, "delay"), delay),
		    100 * json_number_value(json_object_get(ev, "loss")));
	linkphrase_say(out, ev, lang);
}

static void say_expect(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_EXPECT, (long long)field_int(ev, "n"), field_text(ev, "verdict"));
	fputs(": ", out);
	phrase_expected(out, ev, lang);
}

static void say_verdict(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_VERDICT, field_text(ev, "verdict"));
}

static const struct {
	const char *ev;
	void (*say)(FILE *out, const json_t *ev, enum lang lang);
} sayings[] = {
	{ "header", say_header },   { "step", say_step },       { "note", say_note },
	{ "value", say_value },     { "conn", say_conn },       { "call", say_call },
	{ "return", say_return },   { "packet", say_packet },   { "lost", say_lost },
	{ "packets", say_packets }, { "state", say_state },     { "states", say_states },
	{ "socket", say_socket },   { "counter", say_counter }, { "sysctl", say_sysctl },
	{ "impair", say_impair },   { "expect", say_expect },   { "verdict", say_verdict },
	{ "program", say_program }, { "output", say_output },   { "ended", say_ended },
	{ "predict", say_predict }, { "unready", say_unready }, { "icmp", phrase_icmp_event },
};

void phrase_event(FILE *out, const json_t *ev, enum lang lang)
{
	for (size_t i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++) {
		if (field_is(ev, "ev", sayings[i].ev)) {
			sayings[i].say(out, ev, lang);
			return;
		}
	}
	if (!phrase_net(out, ev, lang) && !phrase_load(out, ev, lang))
		message_say(out, lang, EV_OTHER, field_text(ev, "ev"));
}
