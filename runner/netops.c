/* SPDX-License-Identifier: MIT */
#include "netops.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/craft.h"
#include "../netns/err.h"
#include "../netns/world.h"
#include "conn.h"
#include "conn_net.h"
#include "enginestate.h"
#include "record.h"
#include "watch.h"

static const char *host_name(const struct engine *e, int host)
{
	return world_host(e->world, (size_t)host)->name;
}

static void set(json_t *o, const char *key, json_int_t value)
{
	json_object_set_new(o, key, json_integer(value));
}

/* What the record says of a rule: what was asked for, and no more. */
static json_t *rule_json(const struct engine *e, int id, const struct rule_spec *r)
{
	json_t *o = json_pack("{s:i, s:s}", "id", id, "action", rule_action_name(r->action));
	char flags[SEG_FLAGS_MAX_TEXT];
	struct conn_numbers n;

	if (r->from >= 0)
		json_object_set_new(o, "from", json_string(host_name(e, r->from)));
	if (r->to >= 0)
		json_object_set_new(o, "to", json_string(host_name(e, r->to)));
	if (r->flags != RULE_ANY)
		json_object_set_new(o, "flags",
				    json_string(segment_flags((uint8_t)r->flags, flags)));
	if (r->port != RULE_ANY)
		set(o, "port", r->port);
	if (r->len != RULE_ANY)
		set(o, "len", r->len);
	if (r->data != RULE_ANY)
		json_object_set_new(o, "data", json_boolean(r->data));
	if (r->rtx != RULE_ANY)
		json_object_set_new(o, "rtx", json_boolean(r->rtx));
	if (r->one_conn && conn_numbers(watch_conns(e->watch), &r->ends[0], &r->ends[1], &n))
		set(o, "conn", n.id);
	if (r->nth)
		set(o, "nth", r->nth);
	if (r->count)
		set(o, "count", r->count);
	if (r->by)
		set(o, "by", r->by);
	if (r->action == RULE_DUPLICATE)
		set(o, "copies", r->copies);
	return o;
}

static int op_rule(void *engine, const struct rule_spec *spec, struct err *err)
{
	struct engine *e = engine;
	int id = world_rule(e->world, spec, err);

	if (id > 0)
		record_event(e->rec, "rule", engine_now(e), rule_json(e, id, spec));
	return id;
}

static int op_rule_release(void *engine, int rule, bool reverse, struct err *err)
{
	struct engine *e = engine;
	struct rule_state state;
	int rc;

	world_rule_state(e->world, rule, &state);
	rc = world_rule_release(e->world, rule, reverse, err);
	if (rc == 0)
		record_event(
			e->rec, "released", engine_now(e),
			json_pack("{s:i, s:I}", "rule", rule, "count", (json_int_t)state.held));
	return rc;
}

static void op_rule_off(void *engine, int rule)
{
	struct engine *e = engine;

	world_rule_off(e->world, rule);
	record_event(e->rec, "rule", engine_now(e),
		     json_pack("{s:i, s:s}", "id", rule, "action", "off"));
}

static void op_rule_state(void *engine, int rule, struct rule_state *out)
{
	struct engine *e = engine;

	world_rule_state(e->world, rule, out);
}

/* What the lab did not say is what the sender would send next. */
static int fill_in(const struct engine *e, const struct lab_made_up *m, struct segment *s,
		   struct conn_numbers *n, struct err *err)
{
	if (!conn_numbers(watch_conns(e->watch), &s->src, &s->dst, n)) {
		err_set(err, ENOENT, "inject(): nothing has been seen of this connection yet");
		return err_remedy(err,
				  "wait for its first segment, or say sport, dport, seq and ack");
	}
	s->seq = m->has_seq ? s->seq + n->isn : n->next;
	s->ack = m->has_ack ? s->ack + n->peer_isn : n->peer_next;
	if (m->has_ts) {
		s->tsval += n->ts0;
		s->tsecr = s->tsecr ? s->tsecr + n->peer_ts0 : n->tsecr;
	} else if (n->timestamps && !(s->flags & SEG_RST)) {
		s->has_ts = true;
		s->tsval = n->tsval;
		s->tsecr = n->tsecr;
	}
	if (!m->has_win)
		s->window = s->flags & SEG_RST ? 0 : n->win;
	return 0;
}

static int op_inject(void *engine, const struct lab_made_up *m, struct err *err)
{
	struct engine *e = engine;
	_cleanup_free_ uint8_t *frame = malloc(CRAFT_MAX_HEADERS + CRAFT_MAX_PAYLOAD);
	struct conn_numbers n = { .id = 0 };
	struct segment s = m->seg, parsed;
	char flags[SEG_FLAGS_MAX_TEXT];
	json_t *ev;
	size_t len;
	int rc;

	if (!frame)
		abort();
	/* What has been sent up to now counts. */
	rc = watch_packets(e->watch, err);
	if (rc >= 0)
		rc = m->one_conn ? fill_in(e, m, &s, &n, err) : 0;
	if (rc < 0)
		return rc;
	if (!(s.flags & SEG_ACK))
		s.ack = 0;
	len = craft_frame(&s, m->payload ? m->payload : "", frame);
	if (segment_parse(frame, len, &parsed) != 0)
		return err_set(err, EPROTO, "inject(): this is no segment that can be made");
	conns_made(watch_conns(e->watch), parsed.digest);
	ev = json_pack("{s:s, s:s, s:I}", "host", host_name(e, (int)m->to), "flags",
		       segment_flags(s.flags, flags), "len", (json_int_t)s.len);
	if (n.id) {
		set(ev, "conn", n.id);
		set(ev, "seq", (uint32_t)(s.seq - n.isn));
		if (s.flags & SEG_ACK)
			set(ev, "ack", (uint32_t)(s.ack - n.peer_isn));
	}
	record_event(e->rec, "inject", engine_now(e), ev);
	return world_inject(e->world, m->to, frame, len, err);
}

static int op_plug(void *engine, unsigned host, bool in, struct err *err)
{
	struct engine *e = engine;
	int rc = world_plug(e->world, host, in, err);

	if (rc == 0)
		record_event(e->rec, "link", engine_now(e),
			     json_pack("{s:s, s:b}", "host", host_name(e, (int)host), "up", in));
	return rc;
}

/* What it sent before is still on its way; nothing follows. */
static int op_vanish(void *engine, unsigned host, struct err *err)
{
	struct engine *e = engine;
	int rc = world_plug(e->world, host, false, err);

	if (rc == 0)
		rc = watch_vanish(e->watch, host, err);
	if (rc == 0)
		record_event(e->rec, "vanish", engine_now(e),
			     json_pack("{s:s}", "host", host_name(e, (int)host)));
	return rc;
}

const struct lab_net_ops engine_net_ops = {
	.rule = op_rule,
	.rule_release = op_rule_release,
	.rule_off = op_rule_off,
	.rule_state = op_rule_state,
	.inject = op_inject,
	.plug = op_plug,
	.vanish = op_vanish,
};
