/* SPDX-License-Identifier: MIT */
/*
 * What a run showed, for its lesson.
 *
 * facts_event() keeps the events that placeholders can ask for; facts_expand()
 * splits a placeholder into words, finds it in the table `asks`, checks its
 * arguments even when there is no run, and lets the table's function look.
 * docs/writing-a-lesson.md is the author's view of the same table.
 *
 * Bounded: of a flood the first KEEP_MAX events are kept, and a block says that
 * there were more. The counts of sockets in a state are kept up to date over all events.
 *
 * What a record says is not trusted: words from it are cleaned before they
 * leave. Drawing the blocks is facts_block.c's.
 */
#include "facts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "../netns/tcpstate.h"
#include "columns.h"
#include "facts_keep.h"
#include "field.h"
#include "lang.h"
#include "paper.h"
#include "phrase.h"

#define KEEP_MAX  4000
#define WORDS_MAX 5

static json_t *fresh(json_t *value)
{
	if (!value)
		abort();
	return value;
}

struct facts *facts_new(void)
{
	struct facts *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->events = fresh(json_array());
	f->counts = fresh(json_object());
	return f;
}

void facts_free(struct facts *f)
{
	if (!f)
		return;
	json_decref(f->header);
	json_decref(f->events);
	json_decref(f->counts);
	free(f);
}

/* HOST STATE -> how many sockets are in it now and were at most. */
static void count(struct facts *f, const char *host, const char *state, json_int_t change)
{
	_cleanup_free_ char *key = NULL;
	json_t *pair;
	json_int_t now, most;

	/* no host's name has a newline in it */
	if (asprintf(&key, "%s\n%s", host, state) < 0)
		abort();
	pair = json_object_get(f->counts, key);
	now = json_integer_value(json_array_get(pair, 0)) + change;
	most = json_integer_value(json_array_get(pair, 1));
	if (now > most)
		most = now;
	if (json_object_set_new(f->counts, key, json_pack("[I,I]", now, most)) != 0)
		abort();
}

static bool is(const json_t *ev, const char *kind)
{
	return field_is(ev, "ev", kind);
}

void facts_event(struct facts *f, json_t *ev)
{
	static const char *const kept[] = { "conn",   "packet",  "packets", "lost",  "state",
					    "states", "counter", "value",   "expect" };

	if (is(ev, "header")) {
		json_decref(f->header);
		f->header = json_incref(ev);
		return;
	}
	if (is(ev, "state") || is(ev, "states")) {
		json_int_t n = is(ev, "states") ? field_int(ev, "count") : 1;

		count(f, field_text(ev, "host"), field_text(ev, "from"), -n);
		count(f, field_text(ev, "host"), field_text(ev, "to"), n);
	}
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (!is(ev, kept[i]))
			continue;
		if (json_array_size(f->events) >= KEEP_MAX && !is(ev, "expect") &&
		    !is(ev, "value") && !is(ev, "counter"))
			f->dropped++;
		else if (json_array_append(f->events, ev) != 0)
			abort();
		return;
	}
}

/* ---- looking ----------------------------------------------------------- */

/*
 * One question: the words of the placeholder after its name, already checked.
 */
struct ask {
	const struct facts *f;
	const struct paper *paper;
	char *word[WORDS_MAX];
	FILE *out;
	struct err *err;
};

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

static int ask_kernel(struct ask *a)
{
	return put(a, field_text(json_object_get(a->f->header, "kernel"), "release"));
}

static int ask_clock(struct ask *a)
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

static int ask_backend(struct ask *a)
{
	return put(a, field_text(json_object_get(a->f->header, "impair"), "backend"));
}

static int ask_lab(struct ask *a)
{
	return put(a, field_text(a->f->header, "lab"));
}

static int ask_param(struct ask *a)
{
	return put(a, field_text(json_object_get(a->f->header, "params"), a->word[0]));
}

static int ask_value(struct ask *a)
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

static int ask_time(struct ask *a)
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

static int ask_lasted(struct ask *a)
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

static int ask_count(struct ask *a)
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

static int ask_counter(struct ask *a)
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

static const char letters[] = "SFRPAUEC";

/* "SA" or "SA#2": exactly these flags, in any order, the second such packet. */
static bool flags_match(const char *wanted, size_t len, const char *flags)
{
	for (const char *l = letters; *l; l++)
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

static const char *const packet_fields[] = { "t",   "seq",    "ack", "len",    "win",
					     "mss", "wscale", "ttl", "sackok", "ts" };

static int ask_packet(struct ask *a)
{
	static const char *const yes[] = { [LANG_EN] = "yes", [LANG_ZH] = "有" };
	static const char *const no[] = { [LANG_EN] = "no", [LANG_ZH] = "没有" };
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
static int ask_rtt(struct ask *a)
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

static int ask_ladder(struct ask *a)
{
	return facts_ladder(a->f, a->paper, a->out, a->err);
}

static int ask_states(struct ask *a)
{
	return facts_states(a->f, a->paper, a->out, a->err);
}

static int ask_expectations(struct ask *a)
{
	return facts_expectations(a->f, a->paper, a->out, a->err);
}

/* ---- placeholders ------------------------------------------------------ */

/* What a word of a placeholder has to be. */
enum word { WORD_NONE, WORD_NAME, WORD_STATE, WORD_FLAGS, WORD_FIELD };

static const struct {
	const char *name, *usage;
	enum word words[3];
	int block;
	int (*look)(struct ask *a);
} asks[] = {
	{ "kernel", "kernel", { 0 }, 0, ask_kernel },
	{ "clock", "clock", { 0 }, 0, ask_clock },
	{ "backend", "backend", { 0 }, 0, ask_backend },
	{ "lab", "lab", { 0 }, 0, ask_lab },
	{ "param", "param NAME", { WORD_NAME }, 0, ask_param },
	{ "value", "value NAME", { WORD_NAME }, 0, ask_value },
	{ "time", "time HOST STATE", { WORD_NAME, WORD_STATE }, 0, ask_time },
	{ "lasted", "lasted HOST STATE", { WORD_NAME, WORD_STATE }, 0, ask_lasted },
	{ "count", "count HOST STATE", { WORD_NAME, WORD_STATE }, 0, ask_count },
	{ "counter", "counter HOST NAME", { WORD_NAME, WORD_NAME }, 0, ask_counter },
	{ "packet",
	  "packet HOST FLAGS[#N] FIELD",
	  { WORD_NAME, WORD_FLAGS, WORD_FIELD },
	  0,
	  ask_packet },
	{ "rtt", "rtt", { 0 }, 0, ask_rtt },
	{ "ladder", "ladder", { 0 }, 1, ask_ladder },
	{ "states", "states", { 0 }, 1, ask_states },
	{ "expectations", "expectations", { 0 }, 1, ask_expectations },
};

#define N_ASKS (sizeof(asks) / sizeof(asks[0]))

static int unknown(const char *placeholder, struct err *err)
{
	char list[sizeof(err->remedy)] = "";
	size_t used = 0;

	for (size_t i = 0; i < N_ASKS; i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
					 asks[i].usage);
	err_set(err, EINVAL, "there is no placeholder {{%.60s}}", placeholder);
	return err_remedy(err, "there are: %s", list);
}

static int check_flags(const char *word, struct err *err)
{
	size_t n = strspn(word, letters);
	const char *rest = word + n;

	if (n &&
	    (!*rest || (*rest == '#' && rest[1] >= '1' && rest[1] <= '9' && strlen(rest) <= 7 &&
			rest[1 + strspn(rest + 1, "0123456789")] == '\0')))
		return 0;
	err_set(err, EINVAL, "\"%.40s\" are no TCP flags", word);
	return err_remedy(
		err,
		"write letters of %s, such as SA, and #2 behind them for the second such packet",
		letters);
}

static int check_field(const char *word, struct err *err)
{
	for (size_t i = 0; i < sizeof(packet_fields) / sizeof(packet_fields[0]); i++)
		if (strcmp(word, packet_fields[i]) == 0)
			return 0;
	err_set(err, EINVAL, "a packet has no field \"%.40s\"", word);
	return err_remedy(err, "there are: t, seq, ack, len, win, mss, wscale, ttl, sackok, ts");
}

static int check_word(enum word kind, const char *word, struct err *err)
{
	switch (kind) {
	case WORD_NONE:
	case WORD_NAME:
		return 0;
	case WORD_STATE:
		if (tcpstate_parse(word) >= 0)
			return 0;
		err_set(err, EINVAL, "\"%.40s\" is no TCP state", word);
		return err_remedy(err, "write it as ss does: SYN-SENT, SYN-RECV, ESTAB, …");
	case WORD_FLAGS:
		return check_flags(word, err);
	case WORD_FIELD:
		return check_field(word, err);
	}
	return 0;
}

/* Return: the row of asks for which @words, of which the first is the name, are right. */
static int find_ask(const char *placeholder, char *words[], size_t n, struct err *err)
{
	size_t row = 0, wanted = 0;

	while (row < N_ASKS && (n == 0 || strcmp(words[0], asks[row].name) != 0))
		row++;
	if (row == N_ASKS)
		return unknown(placeholder, err);
	while (wanted < 3 && asks[row].words[wanted])
		wanted++;
	if (n - 1 != wanted) {
		err_set(err, EINVAL, "placeholder {{%.60s}} has %zu words where {{%s}} is wanted",
			placeholder, n, asks[row].usage);
		return err_remedy(err, "write {{%s}}", asks[row].usage);
	}
	for (size_t i = 0; i < wanted; i++) {
		int rc = check_word(asks[row].words[i], words[i + 1], err);

		if (rc < 0)
			return err_context(err, "placeholder {{%.60s}}", placeholder);
	}
	return (int)row;
}

int facts_expand(const struct facts *f, const char *placeholder, const struct paper *paper,
		 char **out, int *block, struct err *err)
{
	_cleanup_free_ char *copy = strdup(placeholder), *text = NULL;
	struct ask a = { .f = f, .paper = paper, .err = err };
	char *words[WORDS_MAX], *rest = copy, *word;
	size_t n = 0, size;
	int row, rc = 0;

	if (!copy)
		abort();
	while (n < WORDS_MAX && (word = strsep(&rest, " \t")))
		if (*word)
			words[n++] = word;
	row = find_ask(placeholder, words, n, err);
	if (row < 0)
		return row;
	*block = asks[row].block;
	a.out = open_memstream(&text, &size);
	if (!a.out)
		abort();
	for (size_t i = 1; i < n; i++)
		a.word[i - 1] = words[i];
	if (f)
		rc = asks[row].look(&a);
	else
		fputs(paper->utf8 ? "…" : "...", a.out);
	if (fclose(a.out) != 0)
		abort();
	if (rc < 0)
		return err_context(err, "{{%.60s}}", placeholder);
	*out = steal_ptr(&text);
	return 0;
}
