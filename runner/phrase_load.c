/* SPDX-License-Identifier: MIT */
#include "phrase_load.h"

#include <stdlib.h>

#include "../netns/duration.h"
#include "field.h"
#include "messages.h"

static void say_flood(FILE *out, const json_t *ev, enum lang lang)
{
	char length[DURATION_MAX_TEXT];

	message_say(out, lang, EV_FLOOD, field_text(ev, "from"), field_text(ev, "host"),
		    (long long)field_int(ev, "port"), (long long)field_int(ev, "count"));
	if (field_has(ev, "rate"))
		message_say(out, lang, FLOOD_RATE, (long long)field_int(ev, "rate"));
	else
		message_say(out, lang, FLOOD_NO_RATE);
	if (field_has(ev, "duration"))
		message_say(out, lang, FLOOD_DURATION,
			    duration_format(field_int(ev, "duration"), length));
}

static void say_flooded(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_FLOODED, field_text(ev, "host"),
		    (long long)field_int(ev, "sent"));
	if (field_has(ev, "lost"))
		message_say(out, lang, FLOOD_LOST, (long long)field_int(ev, "lost"));
}

static void say_crash(FILE *out, const json_t *ev, enum lang lang)
{
	message_say(out, lang, EV_CRASH, field_text(ev, "host"),
		    (long long)field_int(ev, "sockets"));
}

static const struct {
	const char *ev;
	void (*say)(FILE *out, const json_t *ev, enum lang lang);
} sayings[] = {
	{ "flood", say_flood },
	{ "flooded", say_flooded },
	{ "crash", say_crash },
};

bool phrase_load(FILE *out, const json_t *ev, enum lang lang)
{
	for (size_t i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++) {
		if (field_is(ev, "ev", sayings[i].ev)) {
			sayings[i].say(out, ev, lang);
			return true;
		}
	}
	return false;
}
