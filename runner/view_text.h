/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_VIEW_TEXT_H
#define RUNNER_VIEW_TEXT_H

#include <jansson.h>
#include <stdio.h>

#include "lang.h"
#include "paper.h"

/*
 * The pieces that the text view is made of. All text of the record goes
 * through them to the paper, cleaned.
 */

/** text_width() - columns that text may take. */
int text_width(const struct paper *paper);

/** text_put() - write @text wrapped, all of it in @as, after @used columns; further lines indented.
 */
void text_put(const struct paper *paper, enum ink as, const char *text, const char *indent,
	      int used);

/** text_labelled() - "label   text", the text wrapped beside its label. */
void text_labelled(const struct paper *paper, enum ink as, const char *label, const char *text);

/** text_words() - what @say writes about @ev, clean. Return: malloc'ed, never NULL. */
char *text_words(const struct paper *paper, const json_t *ev,
		 void (*say)(FILE *out, const json_t *ev, enum lang lang));

/** text_head() - a header event. */
void text_head(const struct paper *paper, const json_t *header);

/** text_expect() - a decided expectation. */
void text_expect(const struct paper *paper, const json_t *expect);

/**
 * text_end() - the verdict, why, and what to type next.
 * @failed: array of the failed expectations
 * @brief:  without what to type next
 */
void text_end(const struct paper *paper, const json_t *header, const json_t *verdict,
	      const json_t *failed, bool brief);

#endif
