/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_HTML_H
#define RUNNER_HTML_H

#include <jansson.h>
#include <stdio.h>

/*
 * Writing HTML and SVG. Everything that did not come out of this program's own source goes
 * through one of these: a record, a lesson, a path on the command line.
 */

/**
 * html_text() - @text as text, or as the value of an attribute in double quotes. What would be
 * markup is escaped; control characters, bidirectional overrides and what is no UTF-8 become
 * U+FFFD, as in a terminal. Valid in HTML and in XML.
 */
void html_text(FILE *out, const char *text);

/**
 * html_json() - @json for a <script type="application/json">: nothing in it can end that. Reals
 * keep nine digits.
 */
void html_json(FILE *out, const json_t *json);

/** html_hash() - the source expression "sha256-…" that lets a Content-Security-Policy allow this
 * inline style or script. */
void html_hash(FILE *out, const void *text, size_t len);

#endif
