/* SPDX-License-Identifier: MIT */
/*
 * Rules about named packets: "the first SYN-ACK of the server", "every retransmission with data".
 *
 * A rule is asked about each segment when it reaches the network, before the link delays or loses
 * it. It counts every segment that it matches, and acts on the @nth of them, or on all, at most
 * @count times.
 *
 * What is a retransmission? The wire sees segments only, so it remembers for each direction of each
 * connection the highest sequence number after what was sent so far (as conn.c does): a segment
 * that takes up numbers, all of which lie below, was sent before. A SYN with another number begins
 * anew. The table has FLOWS slots, one for a hash: a flood can push a flow out, whose next
 * retransmission is then taken for the first. Nothing is remembered before there is a rule.
 *
 * Who owns what: struct rules owns the held frames until rules_release(), which gives them to its
 * caller. Rules are never forgotten, so that their numbers stay valid; RULES_MAX may be in force.
 *
 * Not handled: fragments, anything but TCP.
 */
#include "rule.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

enum { FLOWS = 4096 };

struct flow {
	bool used;
	struct endpoint src, dst;
	uint32_t isn, sent;
};

struct rule {
	struct rule_spec spec;
	struct rule_state state;
	struct rule_held *first, **last;
};

struct rules {
	struct rule **rule;
	size_t n;
	struct flow flow[FLOWS];
};

static const char *const names[] = { "drop", "hold", "duplicate", "delay" };

static_assert(sizeof(names) / sizeof(names[0]) == RULE_ACTION_COUNT, "a name for each action");

const char *rule_action_name(enum rule_action action)
{
	return names[action];
}

struct rules *rules_new(void)
{
	struct rules *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	return r;
}

void rules_free(struct rules *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++) {
		for (struct rule_held *h = r->rule[i]->first, *next; h; h = next) {
			next = h->next;
			free(h);
		}
		free(r->rule[i]);
	}
	free(r->rule);
	free(r);
}

int rules_add(struct rules *r, const struct rule_spec *spec, struct err *err)
{
	struct rule *rule;
	size_t active = 0;

	for (size_t i = 0; i < r->n; i++)
		active += r->rule[i]->state.active;
	if (active >= RULES_MAX) {
		err_set(err, ENOSPC, "%d rules are in force already", RULES_MAX);
		return err_remedy(err, "end some with off(), or let them say how often they act "
				       "(count)");
	}
	rule = calloc(1, sizeof(*rule));
	r->rule = reallocarray(r->rule, r->n + 1, sizeof(struct rule *));
	if (!rule || !r->rule)
		abort();
	rule->spec = *spec;
	rule->state.active = true;
	rule->last = &rule->first;
	r->rule[r->n++] = rule;
	return (int)r->n;
}

static struct rule *rule_at(const struct rules *r, int id)
{
	return r->rule[id - 1];
}

void rules_off(struct rules *r, int id)
{
	rule_at(r, id)->state.active = false;
}

void rules_state(const struct rules *r, int id, struct rule_state *out)
{
	*out = rule_at(r, id)->state;
}

static bool before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static struct flow *flow_of(struct rules *r, const struct segment *s)
{
	uint64_t h = UINT64_C(14695981039346656037);
	const struct endpoint *ep[] = { &s->src, &s->dst };

	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < sizeof(ep[i]->addr); j++)
			h = (h ^ ep[i]->addr[j]) * UINT64_C(1099511628211);
		h = (h ^ ep[i]->port) * UINT64_C(1099511628211);
	}
	return &r->flow[(h ^ h >> 32) % FLOWS];
}

/* Had its sender sent it before? */
static bool sent_before(struct rules *r, const struct segment *s)
{
	struct flow *f = flow_of(r, s);
	const uint32_t end = segment_end(s);
	const bool same =
		f->used && endpoint_equal(&f->src, &s->src) && endpoint_equal(&f->dst, &s->dst);

	if (end == s->seq || (s->flags & SEG_RST))
		return false;
	if (!same || ((s->flags & SEG_SYN) && f->isn != s->seq)) {
		*f = (struct flow){
			.used = true, .src = s->src, .dst = s->dst, .isn = s->seq, .sent = end
		};
		return false;
	}
	if (!before(f->sent, end))
		return true;
	f->sent = end;
	return false;
}

static bool between(const struct segment *s, const struct endpoint ends[2])
{
	return (endpoint_equal(&s->src, &ends[0]) && endpoint_equal(&s->dst, &ends[1])) ||
	       (endpoint_equal(&s->src, &ends[1]) && endpoint_equal(&s->dst, &ends[0]));
}

static bool is(int wanted, int value)
{
	return wanted == RULE_ANY || wanted == value;
}

static bool matches(const struct rule_spec *m, const struct segment *s, int from, int to, bool rtx)
{
	const int flags = m->psh ? s->flags : s->flags & ~SEG_PSH;

	return is(m->from, from) && is(m->to, to) && is(m->flags, flags) &&
	       (m->port == RULE_ANY || s->src.port == m->port || s->dst.port == m->port) &&
	       (m->len == RULE_ANY || (int64_t)s->len == m->len) && is(m->data, s->len > 0) &&
	       is(m->rtx, rtx) && (!m->one_conn || between(s, m->ends));
}

int rules_match(struct rules *r, const struct segment *s, int from, int to,
		const struct rule_spec **spec)
{
	const bool rtx = sent_before(r, s);
	int acting = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct rule *rule = r->rule[i];
		struct rule_state *st = &rule->state;

		if (!st->active || !matches(&rule->spec, s, from, to, rtx))
			continue;
		st->seen++;
		if (acting || (rule->spec.nth && st->seen != rule->spec.nth))
			continue;
		st->acted++;
		if (rule->spec.nth || st->acted == rule->spec.count)
			st->active = false;
		acting = (int)i + 1;
		*spec = &rule->spec;
	}
	return acting;
}

bool rules_hold(struct rules *r, int id, int to, const uint8_t *frame, size_t len)
{
	struct rule *rule = rule_at(r, id);
	struct rule_held *h;

	if (rule->state.held >= RULE_MAX_HELD)
		return false;
	h = malloc(sizeof(*h) + len);
	if (!h)
		return false;
	*h = (struct rule_held){ .to = to, .len = len };
	memcpy(h->frame, frame, len);
	*rule->last = h;
	rule->last = &h->next;
	rule->state.held++;
	return true;
}

struct rule_held *rules_release(struct rules *r, int id, bool reverse)
{
	struct rule *rule = rule_at(r, id);
	struct rule_held *list = rule->first, *turned = NULL;

	rule->state.active = false;
	rule->state.held = 0;
	rule->first = NULL;
	rule->last = &rule->first;
	while (reverse && list) {
		struct rule_held *next = list->next;

		list->next = turned;
		turned = list;
		list = next;
	}
	return reverse ? turned : list;
}
