/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_FACTS_KEEP_H
#define RUNNER_FACTS_KEEP_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

struct err;
struct paper;

/* Shared by facts.c (what a run showed) and facts_block.c (drawing it), and nobody else. */

/*
 * @header:  NULL before it came
 * @events:  those that placeholders ask for, in the record's order
 * @counts:  "HOST\nSTATE": [now, most]
 * @dropped: events beyond what is kept
 */
struct facts {
	json_t *header, *events, *counts;
	size_t dropped;
};

/* Each writes lines that end in '\n'. Return: 0, or -ENOENT when there is nothing to draw. */
int facts_ladder(const struct facts *f, const struct paper *paper, FILE *out, struct err *err);
int facts_states(const struct facts *f, const struct paper *paper, FILE *out, struct err *err);
int facts_expectations(const struct facts *f, const struct paper *paper, FILE *out,
		       struct err *err);

#endif
