/* SPDX-License-Identifier: MIT */
#include "phrase_icmp.h"

#include "field.h"
#include "messages.h"
#include "phrase.h"

/* "SYN seq 0 len 5": as much as is known of the segment that it quotes. */
static void say_quoted(FILE *out, const json_t *ev, enum lang lang)
{
	if (!field_has(ev, "conn")) {
		message_say(out, lang, ICMP_ABOUT_OTHER,
			    field_text(json_object_get(ev, "src"), "addr"),
			    field_text(json_object_get(ev, "dst"), "addr"));
		return;
	}
	message_say(out, lang, ICMP_ABOUT);
	if (field_has(ev, "flags")) {
		phrase_flags(out, field_text(ev, "flags"));
		fputc(' ', out);
	}
	fprintf(out, "seq %lld", (long long)field_int(ev, "seq"));
	if (field_int(ev, "len"))
		fprintf(out, " len %lld", (long long)field_int(ev, "len"));
}

void phrase_icmp(FILE *out, const json_t *ev, int peer, enum lang lang)
{
	fprintf(out, "ICMP %s", field_text(ev, "name"));
	if (field_has(ev, "mtu"))
		message_say(out, lang, ICMP_MTU, (long long)field_int(ev, "mtu"));
	if (peer && field_is(ev, "dir", "out"))
		message_say(out, lang, ICMP_TO, field_text(ev, "addr"));
	else if (peer)
		message_say(out, lang, ICMP_FROM, field_text(ev, "addr"));
	say_quoted(out, ev, lang);
}

void phrase_icmp_event(FILE *out, const json_t *ev, enum lang lang)
{
	if (field_is(ev, "dir", "out"))
		message_say(out, lang, EV_SENDS, field_text(ev, "host"));
	else
		message_say(out, lang, EV_RECEIVES, field_text(ev, "host"));
	phrase_icmp(out, ev, 1, lang);
}
