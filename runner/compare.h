/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_COMPARE_H
#define RUNNER_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "compare_row.h"
#include "lang.h"

/*
 * Two records side by side: which events of one are those of the other, and what differs. A pure
 * function of the records; compare.c has the theory.
 */

struct compare;

/** compare_new() - @utf8: words may use more than ASCII. */
struct compare *compare_new(enum lang lang, bool utf8);
void compare_free(struct compare *c);

/** compare_event() - take the next event of a record, beginning with its header. @side: 0 for A, 1
 * for B. */
void compare_event(struct compare *c, int side, const json_t *ev);

/** compare_end() - both records have ended, or were cut off: work it out. */
void compare_end(struct compare *c);

/** compare_rows() - both stories, in order. */
const struct compare_row *compare_rows(const struct compare *c, size_t *n);

/** compare_items() - the table of what differs, by part. */
const struct compare_item *compare_items(const struct compare *c, size_t *n);

/** compare_count() - how many rows there are of each kind, steps apart. */
void compare_count(const struct compare *c, size_t count[static COMPARE_KINDS]);

/** compare_first() - the first row that differs. Return: its number, -1 for none. */
long compare_first(const struct compare *c);

/** compare_differs() - does anything differ but the settings? */
bool compare_differs(const struct compare *c);

/** compare_other_labs() - are these records of two labs? */
bool compare_other_labs(const struct compare *c);

/** compare_header() - of one record. Return: borrowed, NULL when it had none. */
const json_t *compare_header(const struct compare *c, int side);

/** compare_verdict() - of one record. Return: borrowed, NULL when it was cut off. */
const json_t *compare_verdict(const struct compare *c, int side);

#endif
