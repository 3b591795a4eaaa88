/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_FACTS_KEEP_H
#define RUNNER_FACTS_KEEP_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

struct err;
struct paper;

/* Shared by facts.c (what a run showed), facts_ask.c (looking), facts_block.c (drawing); nobody
 * else. */

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

/*
 * One question.
 * @word: the words of the placeholder after its name, already checked
 */
struct ask {
	const struct facts *f;
	const struct paper *paper;
	const char *word[4];
	FILE *out;
	struct err *err;
};

/* Each writes its answer to @a->out. Return: 0, or -ENOENT when the run does not say. */
int ask_kernel(struct ask *a);
int ask_clock(struct ask *a);
int ask_backend(struct ask *a);
int ask_lab(struct ask *a);
int ask_param(struct ask *a);
int ask_value(struct ask *a);
int ask_time(struct ask *a);
int ask_lasted(struct ask *a);
int ask_count(struct ask *a);
int ask_counter(struct ask *a);
int ask_packet(struct ask *a);
int ask_rtt(struct ask *a);
int ask_ladder(struct ask *a);
int ask_states(struct ask *a);
int ask_expectations(struct ask *a);

/* Flags as the record spells them, in its order. */
extern const char facts_letters[];

#endif
