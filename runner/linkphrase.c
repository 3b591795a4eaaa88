/* SPDX-License-Identifier: MIT */
#include "linkphrase.h"

#include "../netns/duration.h"
#include "../netns/rate.h"
#include "field.h"
#include "messages.h"

static double percent(const json_t *o, const char *key)
{
	return 100 * json_number_value(json_object_get(o, key));
}

void linkphrase_say(FILE *out, const json_t *link, enum lang lang)
{
	const json_t *burst = json_object_get(link, "burst");
	char text[RATE_MAX_TEXT + DURATION_MAX_TEXT]; /* either */

	if (field_has(link, "jitter"))
		message_say(out, lang, LINK_JITTER,
			    duration_format(field_int(link, "jitter"), text),
			    field_text(link, "distribution"));
	if (burst)
		message_say(out, lang, LINK_BURST, percent(burst, "p"), percent(burst, "r"),
			    percent(burst, "bad"), percent(burst, "good"));
	if (field_has(link, "duplicate"))
		message_say(out, lang, LINK_DUPLICATE, percent(link, "duplicate"));
	if (field_has(link, "reorder"))
		message_say(out, lang, LINK_REORDER, percent(link, "reorder"));
	if (field_has(link, "gap"))
		message_say(out, lang, LINK_GAP, (long long)field_int(link, "gap"));
	if (field_has(link, "corrupt"))
		message_say(out, lang, LINK_CORRUPT, percent(link, "corrupt"));
	if (field_has(link, "rate"))
		message_say(out, lang, LINK_RATE, rate_format(field_int(link, "rate"), text));
	if (field_has(link, "limit"))
		message_say(out, lang, LINK_LIMIT, (long long)field_int(link, "limit"));
}
