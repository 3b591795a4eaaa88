/* SPDX-License-Identifier: MIT */
#include "prediction.h"

#include <stdio.h>
#include <stdlib.h>

#include "../netns/cleanup.h"
#include "field.h"
#include "messages.h"
#include "view_text.h"

/*
 * A prediction is asked before something happens and answered after it has: when the next step
 * begins, the next question is asked or the run ends, and something has been seen meanwhile. A lab
 * may ask before the step or in it.
 */

static void put_option(const struct paper *paper, enum ink as, const char *lead, size_t n,
		       const json_t *option)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "%s%zu) %s", lead, n, lang_text(option, paper->lang)) < 0)
		abort();
	fputs("    ", paper->out);
	text_put(paper, as, text, "       ", 4);
}

void prediction_ask(struct prediction *p, json_t *ev, const struct paper *paper)
{
	_cleanup_free_ char *text = NULL;
	const json_t *options = json_object_get(ev, "options");

	prediction_free(p);
	p->ev = json_incref(ev);
	if (asprintf(&text, "? %s", lang_text(json_object_get(ev, "text"), paper->lang)) < 0)
		abort();
	fputs("  ", paper->out);
	text_put(paper, INK_STRONG, text, "    ", 2);
	for (size_t i = 0; i < json_array_size(options); i++)
		put_option(paper, INK_PLAIN, "", i + 1, json_array_get(options, i));
}

bool prediction_event(struct prediction *p, const json_t *ev)
{
	static const char *const happens[] = { "packet", "packets", "lost", "icmp", "expect" };
	const bool ends = field_is(ev, "ev", "step") || field_is(ev, "ev", "predict") ||
			  field_is(ev, "ev", "verdict");

	for (size_t i = 0; p->ev && i < sizeof(happens) / sizeof(happens[0]); i++)
		p->seen |= field_is(ev, "ev", happens[i]);
	return p->ev && ends && (p->seen || !field_is(ev, "ev", "step"));
}

void prediction_answer(struct prediction *p, const struct paper *paper)
{
	const json_t *options = json_object_get(p->ev, "options");
	const json_int_t n = p->ev ? field_int(p->ev, "answer") : 0;

	if (!p->ev)
		return;
	if (n >= 1)
		put_option(paper, INK_PASS, paper->utf8 ? "→ " : "> ", (size_t)n,
			   json_array_get(options, (size_t)n - 1));
	fputs("      ", paper->out);
	text_put(paper, INK_EMPH, lang_text(json_object_get(p->ev, "why"), paper->lang), "      ",
		 6);
	prediction_free(p);
}

void prediction_free(struct prediction *p)
{
	json_decref(p->ev);
	*p = (struct prediction){ .ev = NULL };
}
