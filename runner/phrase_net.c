/* SPDX-License-Identifier: MIT */
#include "phrase_net.h"

#include <stdlib.h>

#include "../netns/duration.h"
#include "field.h"
#include "messages.h"
#include "phrase.h"

/* Events about what a lab does to the network between its hosts. */

static void say_action(FILE *out, const json_t *ev, enum lang lang)
{
	static const struct {
		const char *action;
		enum msg words;
	} actions[] = {
		{ "drop", MSG_RULE_DROPS },
		{ "hold", MSG_RULE_HOLDS },
		{ "duplicate", MSG_RULE_DUPLICATES },
		{ "delay", MSG_RULE_DELAYS },
	};

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (field_is(ev, "action", actions[i].action))
			fputs(message(lang, actions[i].words), out);
	}
}

static void say_flags(FILE *out, const json_t *ev, enum lang lang)
{
	const long long nth = field_int(ev, "nth");
	char *names = NULL;
	size_t size;
	FILE *f;

	if (!field_has(ev, "flags") && nth)
		message_say(out, lang, RULE_NTH, nth);
	else if (!field_has(ev, "flags"))
		message_say(out, lang, RULE_EVERY);
	if (!field_has(ev, "flags"))
		return;
	f = open_memstream(&names, &size);
	if (!f)
		abort();
	phrase_flags(f, field_text(ev, "flags"));
	fclose(f);
	if (nth)
		message_say(out, lang, RULE_NTH_FLAGS, names, nth);
	else
		message_say(out, lang, RULE_FLAGS, names);
	free(names);
}

static void say_rule(FILE *out, const json_t *ev, enum lang lang)
{
	char by[DURATION_MAX_TEXT];

	if (field_is(ev, "action", "off")) {
		message_say(out, lang, EV_RULE_OFF, (long long)field_int(ev, "id"));
		return;
	}
	message_say(out, lang, EV_RULE, (long long)field_int(ev, "id"));
	say_action(out, ev, lang);
	say_flags(out, ev, lang);
	if (field_has(ev, "from"))
		message_say(out, lang, RULE_FROM, field_text(ev, "from"));
	if (field_has(ev, "to"))
		message_say(out, lang, RULE_TO, field_text(ev, "to"));
	if (field_has(ev, "port"))
		message_say(out, lang, RULE_PORT, (long long)field_int(ev, "port"));
	if (field_has(ev, "conn"))
		message_say(out, lang, RULE_CONN, (long long)field_int(ev, "conn"));
	if (field_has(ev, "len"))
		message_say(out, lang, RULE_LEN, (long long)field_int(ev, "len"));
	if (field_has(ev, "data"))
		fputs(message(lang, field_true(ev, "data") ? MSG_RULE_DATA : MSG_RULE_NO_DATA),
		      out);
	if (field_has(ev, "rtx"))
		fputs(message(lang,
			      field_true(ev, "rtx") ? MSG_RETRANSMITTED : MSG_NOT_RETRANSMITTED),
		      out);
	if (field_has(ev, "count"))
		message_say(out, lang, RULE_COUNT, (long long)field_int(ev, "count"));
	if (field_int(ev, "copies") > 1)
		message_say(out, lang, RULE_COPIES, (long long)field_int(ev, "copies"));
	if (field_has(ev, "by"))
		message_say(out, lang, RULE_BY, duration_format(field_int(ev, "by"), by));
}

static void say_released(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_RELEASED, (long long)field_int(ev, "rule"),
		    (long long)field_int(ev, "count"));
}

static void say_held(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_HELD, field_text(ev, "host"), (long long)field_int(ev, "rule"));
}

static void say_duplicated(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_DUPLICATED, field_text(ev, "host"),
		    (long long)field_int(ev, "rule"));
}

static void say_delayed(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_DELAYED, field_text(ev, "host"),
		    (long long)field_int(ev, "rule"));
}

static void say_inject(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_INJECT, field_text(ev, "host"));
	phrase_flags(out, field_text(ev, "flags"));
	if (field_has(ev, "seq"))
		fprintf(out, " seq %lld", (long long)field_int(ev, "seq"));
	if (field_has(ev, "ack"))
		fprintf(out, " ack %lld", (long long)field_int(ev, "ack"));
	if (field_int(ev, "len"))
		fprintf(out, " len %lld", (long long)field_int(ev, "len"));
}

static void say_link(FILE *out, const json_t *ev, enum lang lang)
{
	if (field_true(ev, "up"))
		message_say(out, lang, EV_LINK_UP, field_text(ev, "host"));
	else
		message_say(out, lang, EV_LINK_DOWN, field_text(ev, "host"));
}

static void say_vanish(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_VANISH, field_text(ev, "host"));
}

static const struct {
	const char *ev;
	void (*say)(FILE *out, const json_t *ev, enum lang lang);
} sayings[] = {
	{ "rule", say_rule },       { "released", say_released },
	{ "held", say_held },       { "duplicated", say_duplicated },
	{ "delayed", say_delayed }, { "inject", say_inject },
	{ "link", say_link },       { "vanish", say_vanish },
};

bool phrase_net(FILE *out, const json_t *ev, enum lang lang)
{
	for (size_t i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++) {
		if (field_is(ev, "ev", sayings[i].ev)) {
			sayings[i].say(out, ev, lang);
			return true;
		}
	}
	return false;
}
