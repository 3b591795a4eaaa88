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
 * leave. Looking is facts_ask.c's, drawing the blocks facts_block.c's.
 */
#include "facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "../netns/tcpstate.h"
#include "columns.h"
#include "facts_keep.h"
#include "field.h"
#include "paper.h"

#define KEEP_MAX  4000
#define WORDS_MAX 5 /* one more than any placeholder has: too many are noticed */

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
	static const char *const kept[] = { "conn",   "packet",  "packets", "lost",   "state",
					    "states", "counter", "value",   "expect", "icmp" };

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

static const char *const packet_fields[] = { "t",   "seq",    "ack", "len",    "win",
					     "mss", "wscale", "ttl", "sackok", "ts" };

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
	size_t n = strspn(word, facts_letters);
	const char *rest = word + n;

	if (n &&
	    (!*rest || (*rest == '#' && rest[1] >= '1' && rest[1] <= '9' && strlen(rest) <= 7 &&
			rest[1 + strspn(rest + 1, "0123456789")] == '\0')))
		return 0;
	err_set(err, EINVAL, "\"%.40s\" are no TCP flags", word);
	return err_remedy(
		err,
		"write letters of %s, such as SA, and #2 behind them for the second such packet",
		facts_letters);
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
