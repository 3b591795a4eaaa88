/* SPDX-License-Identifier: MIT */
#ifndef NETNS_RULE_H
#define NETNS_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "segment.h"

struct err;
struct rules;

enum rule_action {
	RULE_DROP,
	RULE_HOLD,      /* until it is released */
	RULE_DUPLICATE, /* @copies more, @by later */
	RULE_DELAY,     /* by @by more than the link does */
	RULE_ACTION_COUNT
};

#define RULE_ANY      (-1)
#define RULES_MAX     64
#define RULE_MAX_HELD 4096

/*
 * Which segments, and what becomes of them. Fields at RULE_ANY match all.
 *
 * @from, @to: numbers of hosts
 * @flags:     all of these and none else, but PSH is ignored unless @psh
 * @port:      at either end
 * @len:       payload bytes
 * @data:      1 with payload, 0 without
 * @rtx:       1 only what its sender had sent before, 0 only what it had not
 * @one_conn:  only between @ends, either way
 * @nth:       only the nth that matches, from 1; 0 every one
 * @count:     act so often, then never again; 0 no limit
 * @by:        of RULE_DUPLICATE and RULE_DELAY, ns
 */
struct rule_spec {
	enum rule_action action;
	int from, to, flags, port, data, rtx;
	int64_t len;
	bool psh, one_conn;
	struct endpoint ends[2];
	unsigned nth, count, copies;
	int64_t by;
};

/*
 * @seen:  segments that matched, whether it acted on them or not
 * @acted: on so many
 * @held:  of those, still held
 */
struct rule_state {
	bool active;
	uint64_t seen, acted;
	size_t held;
};

struct rules *rules_new(void);
void rules_free(struct rules *r);

/** rules_add() - Return: its number, from 1; -ENOSPC beyond RULES_MAX that are in force. */
int rules_add(struct rules *r, const struct rule_spec *spec, struct err *err);

/** rules_off() - it acts no more; what it holds stays held until it is released. */
void rules_off(struct rules *r, int id);
void rules_state(const struct rules *r, int id, struct rule_state *out);

/**
 * rules_match() - a segment on its way from host @from (RULE_ANY: of none of them) to host @to.
 * Every rule counts what it sees; of those that would act, the oldest does.
 * Return: its number, and @spec; 0 when none acts.
 */
int rules_match(struct rules *r, const struct segment *s, int from, int to,
		const struct rule_spec **spec);

/* A frame that a rule holds. */
struct rule_held {
	struct rule_held *next;
	int to;
	size_t len;
	uint8_t frame[];
};

/** rules_hold() - keep a copy. Return: false when there is no room. */
bool rules_hold(struct rules *r, int id, int to, const uint8_t *frame, size_t len);

/**
 * rules_release() - give up what is held, and end the rule.
 * @reverse: the last first
 * Return: a list for the caller to free; NULL when nothing is.
 */
struct rule_held *rules_release(struct rules *r, int id, bool reverse);

/** rule_action_name() - "drop". */
const char *rule_action_name(enum rule_action action);

#endif
