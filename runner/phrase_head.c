/* SPDX-License-Identifier: MIT */
#include "phrase_head.h"

#include "../netns/duration.h"
#include "field.h"
#include "linkphrase.h"
#include "messages.h"

void phrase_kernel(FILE *out, const json_t *header, enum lang lang)
{
	const json_t *kernel = json_object_get(header, "kernel");

	fputs(field_text(kernel, "release"), out);
	if (field_is(kernel, "kind", "host"))
		message_say(out, lang, HEAD_HOST_KERNEL, field_text(kernel, "arch"));
	else
		message_say(out, lang, HEAD_LAB_KERNEL, field_text(kernel, "arch"));
}

void phrase_clock(FILE *out, const json_t *header, enum lang lang)
{
	if (field_is(header, "clock", "virtual"))
		message_say(out, lang, HEAD_CLOCK_VIRTUAL);
	else
		message_say(out, lang, HEAD_CLOCK_REAL);
}

void phrase_network(FILE *out, const json_t *header, enum lang lang)
{
	const json_t *impair = json_object_get(header, "impair");

	message_say(out, lang, HEAD_IMPAIR, field_text(impair, "backend"),
		    field_text(impair, "why"));
}

void phrase_host(FILE *out, const json_t *host, enum lang lang)
{
	char delay[DURATION_MAX_TEXT];
	double loss = json_number_value(json_object_get(host, "loss"));

	message_say(out, lang, HEAD_HOST, field_text(host, "name"), field_text(host, "ipv4"));
	if (field_int(host, "delay"))
		message_say(out, lang, HEAD_DELAY,
			    duration_format(field_int(host, "delay"), delay));
	if (loss > 0)
		message_say(out, lang, HEAD_LOSS, 100 * loss);
	linkphrase_say(out, host, lang);
}

void phrase_counter_run(FILE *out, const json_t *header, enum lang lang)
{
	message_say(out, lang, HEAD_COUNTER_RUN_IS,
		    lang_text(json_object_get(header, "counter_run"), lang));
}
