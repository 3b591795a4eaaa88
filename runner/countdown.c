/* SPDX-License-Identifier: MIT */
#include "countdown.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "columns.h"
#include "field.h"
#include "messages.h"
#include "phrase.h"
#include "view_text.h"

bool countdown_possible(const struct paper *paper)
{
	const char *term = getenv("TERM");

	return isatty(fileno(paper->out)) && term && *term && strcmp(term, "dumb") != 0;
}

static void say_what(FILE *out, const json_t *wait, enum lang lang)
{
	if (field_has(wait, "op"))
		fputs(field_text(wait, "op"), out);
	else
		phrase_expected(out, wait, lang);
}

/* In whole seconds: it is looked at once a second. */
static void say_left(FILE *out, int64_t left, enum lang lang)
{
	const int64_t whole = (left + NS_PER_S - 1) / NS_PER_S * NS_PER_S;
	char text[DURATION_MAX_TEXT];

	if (left > 0)
		message_say(out, lang, WAIT_STILL, duration_format(whole, text));
	else
		message_say(out, lang, WAIT_NOW);
}

static void show(struct countdown *c)
{
	const struct paper *p = &c->paper;
	_cleanup_free_ char *what = text_words(p, c->wait, say_what);
	_cleanup_free_ char *line = NULL;
	size_t size;
	FILE *f = open_memstream(&line, &size);
	int width;

	if (!f)
		abort();
	fputs("  ", f);
	if (field_has(c->wait, "until"))
		say_left(f, field_int(c->wait, "until") + c->zero - clock_now(), p->lang);
	message_say(f, p->lang, WAIT_FOR, what);
	fclose(f);
	/* The last column stays free: writing there moves some terminals on to the next line. */
	width = columns_width(line);
	if (width > p->columns - 1)
		width = p->columns - 1;
	countdown_clear(c);
	fputs(ink(p, INK_DIM), p->out);
	columns_pad(p->out, line, width, p->utf8);
	fputs(ink_off(p), p->out);
	fflush(p->out);
	c->shown = width;
}

void countdown_aside(struct countdown *c, json_t *ev)
{
	if (field_is(ev, "ev", "wait")) {
		json_decref(c->wait);
		c->wait = json_incref(ev);
		c->zero = clock_now() - field_int(ev, "t");
	} else if (field_is(ev, "ev", "tick") && c->wait) {
		show(c);
	}
}

void countdown_clear(struct countdown *c)
{
	if (!c->shown)
		return;
	fputc('\r', c->paper.out);
	columns_repeat(c->paper.out, " ", c->shown);
	fputc('\r', c->paper.out);
	fflush(c->paper.out);
	c->shown = 0;
}

void countdown_over(struct countdown *c)
{
	countdown_clear(c);
	json_decref(c->wait);
	c->wait = NULL;
}
