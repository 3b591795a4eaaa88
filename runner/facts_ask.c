/* SPDX-License-Identifier: MIT */
/* What each placeholder looks for in the events that facts.c kept. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/tcpstate.h"
#include "columns.h"
#include "facts_keep.h"
#include "field.h"
#include "paper.h"
#include "phrase.h"

static bool is(const json_t *ev, const char *kind)
{
	return field_is(ev, "ev", kind);
}

static int put(struct ask *a, const char *text)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), a->paper->utf8, false);

	if (!*clean)
		return err_set(a->err, ENOENT, "this run does not say");
	fputs(clean, a->out);
	return 0;
}

static int put_time(struct ask *a, json_int_t ns)
{
	char buf[PHRASE_TIME_MAX];

	fputs(phrase_time(ns, buf), a->out);
	return 0;
}

int ask_kernel(struct ask *a)
{
	return put(a, field_text(json_object_get(a->f->header, "kernel"), "release"));
}

int ask_clock(struct ask *a)
{
	static const struct {
		const char *kind, *in[LANG_COUNT];
	} clocks[] = {
		{ "real", { [LANG_EN] = "real", [LANG_ZH] = "真实时间" } },
		{ "virtual", { [LANG_EN] = "virtual", [LANG_ZH] = "虚拟时间" } },
	};

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
		if (field_is(a->f->header, "clock", clocks[i].kind))
			return put(a, clocks[i].in[a->paper->lang]);
	return put(a, field_text(a->f->header, "clock"));
}

int ask_backend(struct ask *a)
{
	return put(a, field_text(json_object_get(a->f->header, "impair"), "backend"));
}

int ask_lab(struct ask *a)
{
	return put(a, field_text(a->f->header, "lab"));
}

int ask_param(struct ask *a)
{
	const char *value = field_text(json_object_get(a->f->header, "params"), a->word[0]);
	char buf[DURATION_MAX_TEXT];
	struct err none = ERR_INIT;
	int64_t ns;

	/* "25ms" is how it is typed, "25 ms" how every other time is shown */
	if (strspn(value, "0123456789") < strlen(value) && duration_parse(value, &ns, &none) == 0)
		value = duration_format(ns, buf);
	return put(a, value);
}

int ask_value(struct ask *a)
{
	const json_t *ev = NULL, *e;
	size_t i;
	int rc;

	/* a lab may show a thing again when it knows better */
	json_array_foreach (a->f->events, i, e)
		if (is(e, "value") && field_is(e, "name", a->word[0]))
			ev = e;
	if (!ev)
		return err_set(a->err, ENOENT, "this run shows no value %s", a->word[0]);
	rc = put(a, field_text(ev, "value"));
	if (rc == 0 && *field_text(ev, "unit")) {
		fputc(' ', a->out);
		rc = put(a, field_text(ev, "unit"));
	}
	return rc;
}

/* A state as the record spells it; the word was checked. */
static const char *state_name(const char *word)
{
	return tcpstate_name((enum tcpstate)tcpstate_parse(word));
}

/* Return: index of the event with which @host's first socket entered @state, or -ENOENT. */
static int entered(struct ask *a, const char *host, const char *state)
{
	const json_t *ev;
	size_t i;

	json_array_foreach (a->f->events, i, ev)
		if (is(ev, "state") && field_is(ev, "host", host) && field_is(ev, "to", state))
			return (int)i;
	return err_set(a->err, ENOENT, "%s was never seen in %s", host, state);
}

int ask_time(struct ask *a)
{
	int at = entered(a, a->word[0], state_name(a->word[1]));

	return at < 0 ? at : put_time(a, field_int(json_array_get(a->f->events, (size_t)at), "t"));
}

static bool same_socket(const json_t *a, const json_t *b)
{
	return field_is(a, "host", field_text(b, "host")) &&
	       field_int(a, "conn") == field_int(b, "conn") &&
	       field_is(a, "end", field_text(b, "end")) &&
	       field_int(a, "port") == field_int(b, "port");
}

int ask_lasted(struct ask *a)
{
	const char *state = state_name(a->word[1]);
	int at = entered(a, a->word[0], state);
	const json_t *begin;

	if (at < 0)
		return at;
	begin = json_array_get(a->f->events, (size_t)at);
	for (size_t i = (size_t)at + 1; i < json_array_size(a->f->events); i++) {
		const json_t *ev = json_array_get(a->f->events, i);

		if (is(ev, "state") && same_socket(begin, ev) && field_is(ev, "from", state))
			return put_time(a, field_int(ev, "t") - field_int(begin, "t"));
	}
	return err_set(a->err, ENOENT, "%s was still in %s at the end", a->word[0], state);
}

int ask_count(struct ask *a)
{
	const char *state = state_name(a->word[1]);
	_cleanup_free_ char *key = NULL;
	const json_t *pair;

	if (asprintf(&key, "%s\n%s", a->word[0], state) < 0)
		abort();
	pair = json_object_get(a->f->counts, key);
	if (!pair)
		return err_set(a->err, ENOENT, "%s was never seen in %s", a->word[0], state);
	fprintf(a->out, "%" JSON_INTEGER_FORMAT, json_integer_value(json_array_get(pair, 1)));
	return 0;
}

int ask_counter(struct ask *a)
{
	bool reported = false;
	json_int_t delta = 0;
	const json_t *ev;
	size_t i;

	json_array_foreach (a->f->events, i, ev) {
		if (!is(ev, "counter") || !field_is(ev, "host", a->word[0]))
			continue;
		reported = true;
		if (field_is(ev, "name", a->word[1]))
			delta = field_int(ev, "delta");
	}
	/* the record lists those that moved: beside others that did, an absent one stood still */
	if (!reported)
		return err_set(a->err, ENOENT, "this run has no counters of %s", a->word[0]);
	fprintf(a->out, "%" JSON_INTEGER_FORMAT, delta);
	return 0;
}

/* ---- packets ----------------------------------------------------------- */

const char facts_letters[] = "SFRPAUEC";

/* "SA" or "SA#2": exactly these flags, in any order, the second such packet. */
static bool flags_match(const char *wanted, size_t len, const char *flags)
{
	for (const char *l = facts_letters; *l; l++)
		if ((memchr(wanted, *l, len) != NULL) != (strchr(flags, *l) != NULL))
			return false;
	return true;
}

static const json_t *find_packet(const struct ask *a, const char *host, const char *wanted)
{
	const char *hash = strchrnul(wanted, '#');
	long nth = *hash ? strtol(hash + 1, NULL, 10) : 1;
	const json_t *ev;
	size_t i;

	json_array_foreach (a->f->events, i, ev)
		if (is(ev, "packet") && field_is(ev, "host", host) &&
		    flags_match(wanted, (size_t)(hash - wanted), field_text(ev, "flags")) &&
		    --nth == 0)
			return ev;
	return NULL;
}

int ask_packet(struct ask *a)
{
	static const char *const yes[] = { [LANG_EN] = "yes", [LANG_ZH] = "是" };
	static const char *const no[] = { [LANG_EN] = "no", [LANG_ZH] = "否" };
	const json_t *ev = find_packet(a, a->word[0], a->word[1]), *value;
	const char *field = a->word[2];

	if (!ev)
		return err_set(a->err, ENOENT, "%s saw no packet %s", a->word[0], a->word[1]);
	if (strcmp(field, "t") == 0)
		return put_time(a, field_int(ev, "t"));
	if (strcmp(field, "sackok") == 0)
		return put(a, field_true(ev, field) ? yes[a->paper->lang] : no[a->paper->lang]);
	value = json_object_get(ev, field);
	if (json_is_array(value) && json_array_size(value) == 2) {
		fprintf(a->out, "%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT,
			json_integer_value(json_array_get(value, 0)),
			json_integer_value(json_array_get(value, 1)));
		return 0;
	}
	if (!json_is_integer(value))
		return err_set(a->err, ENOENT, "packet %s at %s has no %s", a->word[1], a->word[0],
			       field);
	fprintf(a->out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return 0;
}

/* From the first SYN that a host sent to the SYN-ACK that came back to it. */
int ask_rtt(struct ask *a)
{
	const json_t *syn = NULL, *ev;
	size_t i;

	json_array_foreach (a->f->events, i, ev) {
		const char *flags = field_text(ev, "flags");

		if (!is(ev, "packet") || !strchr(flags, 'S'))
			continue;
		if (!syn && !strchr(flags, 'A') && field_is(ev, "dir", "out"))
			syn = ev;
		else if (syn && strchr(flags, 'A') && field_is(ev, "dir", "in") &&
			 field_is(ev, "host", field_text(syn, "host")) &&
			 field_int(ev, "conn") == field_int(syn, "conn"))
			return put_time(a, field_int(ev, "t") - field_int(syn, "t"));
	}
	return err_set(a->err, ENOENT, "no SYN was answered in this run");
}

int ask_ladder(struct ask *a)
{
	return facts_ladder(a->f, a->paper, a->out, a->err);
}

int ask_states(struct ask *a)
{
	return facts_states(a->f, a->paper, a->out, a->err);
}

int ask_expectations(struct ask *a)
{
	return facts_expectations(a->f, a->paper, a->out, a->err);
}
