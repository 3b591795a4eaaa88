/* SPDX-License-Identifier: MIT */
/*
 * The network between the hosts, as labs hold it: the global `net`, and the rules it gives back.
 *
 *	local r = net:hold { from = server, flags = "SA", nth = 1 }
 *	r:release()
 *
 * A rule is a number; the engine's wire has the rest. It stays in force when its variable is
 * forgotten: what a lab says of the network holds until it says otherwise.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "../netns/craft.h"
#include "options.h"
#include "sock.h"

struct ruleref {
	int id;
	enum rule_action action;
	bool over;
};

#define MATCH_KEYS "from", "to", "flags", "port", "len", "data", "rtx", "conn", "nth", "count"

static const struct lab_net_ops *ops(const struct lab *lab)
{
	return lab->ops->net;
}

/* The option @key of the table at @index: a host. Return: its number, or -1. */
static int host_option(lua_State *L, int index, int arg, const char *key)
{
	int host = -1;

	lua_pushstring(L, key);
	lua_rawget(L, index);
	if (luaL_testudata(L, -1, "host"))
		host = (int)host_at(L, -1);
	else if (!lua_isnil(L, -1))
		options_error(L, arg, "%s is a host, not %s", key, luaL_typename(L, -1));
	lua_pop(L, 1);
	return host;
}

static int flag_option(lua_State *L, int index, int arg, const char *key)
{
	int value = RULE_ANY;

	lua_pushstring(L, key);
	lua_rawget(L, index);
	if (!lua_isnil(L, -1))
		value = options_bool(L, index, arg, key, false);
	lua_pop(L, 1);
	return value;
}

static int flags_option(lua_State *L, int index, int arg, bool *psh)
{
	const char *text = options_string(L, index, arg, "flags");
	int flags;

	*psh = false;
	if (!text)
		return RULE_ANY;
	flags = segment_flags_parse(text);
	if (flags < 0 || !text[0])
		options_error(L, arg, "flags \"%.20s\": letters of S, F, R, P, A, U, E, C expected",
			      text);
	*psh = flags & SEG_PSH;
	return flags;
}

/* The option conn: a socket. Return: it, or NULL. */
static const struct sock *conn_option(lua_State *L, int index, int arg)
{
	const struct sock *s = NULL;

	lua_pushliteral(L, "conn");
	lua_rawget(L, index);
	if (!lua_isnil(L, -1)) {
		s = luaL_testudata(L, -1, "socket");
		if (!s)
			options_error(L, arg, "conn is a socket, not %s", luaL_typename(L, -1));
		if (s->listener || !s->remote.port)
			options_error(L, arg, "conn is a listener, which is no connection");
	}
	/* The table keeps it. */
	lua_pop(L, 1);
	return s;
}

static void read_match(lua_State *L, const char *const *keys, struct rule_spec *m)
{
	const struct sock *conn;

	lua_settop(L, 2);
	luaL_checktype(L, 2, LUA_TTABLE);
	options_check(L, 2, 2, keys);
	m->from = host_option(L, 2, 2, "from");
	m->to = host_option(L, 2, 2, "to");
	if (m->from >= 0 && m->from == m->to)
		options_error(L, 2, "from and to are the same host: such packets never leave it");
	m->flags = flags_option(L, 2, 2, &m->psh);
	m->port = (int)options_integer(L, 2, 2, "port", RULE_ANY, 1, 65535);
	m->len = options_integer(L, 2, 2, "len", RULE_ANY, 0, 65535);
	m->data = flag_option(L, 2, 2, "data");
	m->rtx = flag_option(L, 2, 2, "rtx");
	m->nth = (unsigned)options_integer(L, 2, 2, "nth", 0, 1, 1000000);
	m->count = (unsigned)options_integer(L, 2, 2, "count", 0, 1, 1000000);
	if (m->nth && m->count)
		options_error(L, 2, "nth names one packet already; count is for a rule without it");
	if ((m->data == 0 && m->len > 0) || (m->data == 1 && m->len == 0))
		options_error(L, 2, "len and data contradict each other");
	conn = conn_option(L, 2, 2);
	if (conn) {
		m->one_conn = true;
		m->ends[0] = conn->local;
		m->ends[1] = conn->remote;
	}
}

static int add_rule(lua_State *L, const struct rule_spec *spec)
{
	const struct lab *lab = script_lab(L);
	struct err err = ERR_INIT;
	struct ruleref *r = lua_newuserdatauv(L, sizeof(*r), 0);

	*r = (struct ruleref){ .action = spec->action };
	luaL_setmetatable(L, "rule");
	r->id = ops(lab)->rule(lab->engine, spec, &err);
	if (r->id < 0)
		return script_raise(L, &err);
	return 1;
}

static int net_drop(lua_State *L)
{
	static const char *const keys[] = { MATCH_KEYS, NULL };
	struct rule_spec spec = { .action = RULE_DROP };

	luaL_checkudata(L, 1, "network");
	read_match(L, keys, &spec);
	return add_rule(L, &spec);
}

static int net_hold(lua_State *L)
{
	static const char *const keys[] = { MATCH_KEYS, NULL };
	struct rule_spec spec = { .action = RULE_HOLD };

	luaL_checkudata(L, 1, "network");
	read_match(L, keys, &spec);
	return add_rule(L, &spec);
}

static int net_duplicate(lua_State *L)
{
	static const char *const keys[] = { MATCH_KEYS, "after", "copies", NULL };
	struct rule_spec spec = { .action = RULE_DUPLICATE };

	luaL_checkudata(L, 1, "network");
	read_match(L, keys, &spec);
	spec.by = options_duration(L, 2, 2, "after", 0);
	spec.copies = (unsigned)options_integer(L, 2, 2, "copies", 1, 1, 100);
	return add_rule(L, &spec);
}

static int net_delay(lua_State *L)
{
	static const char *const keys[] = { MATCH_KEYS, "by", NULL };
	struct rule_spec spec = { .action = RULE_DELAY };

	luaL_checkudata(L, 1, "network");
	read_match(L, keys, &spec);
	spec.by = options_duration(L, 2, 2, "by", -1);
	if (spec.by < 0)
		options_error(L, 2, "by how much? For instance by = \"300ms\"");
	return add_rule(L, &spec);
}

static struct ruleref *rule_check(lua_State *L)
{
	return luaL_checkudata(L, 1, "rule");
}

static int rule_off(lua_State *L)
{
	const struct lab *lab = script_lab(L);
	const struct ruleref *r = rule_check(L);

	ops(lab)->rule_off(lab->engine, r->id);
	return 0;
}

static int rule_release(lua_State *L)
{
	static const char *const keys[] = { "order", NULL };
	const struct lab *lab = script_lab(L);
	struct ruleref *r = rule_check(L);
	struct err err = ERR_INIT;
	const char *order;

	lua_settop(L, 2);
	options_check(L, 2, 2, keys);
	order = options_string(L, 2, 2, "order");
	if (order && strcmp(order, "reverse") != 0)
		options_error(L, 2, "order is \"reverse\" or not said, not \"%.20s\"", order);
	if (r->action != RULE_HOLD)
		return script_misuse(L, 0,
				     "release() of a rule that holds nothing back: it is a "
				     "rule of net:%s",
				     rule_action_name(r->action));
	if (r->over)
		return script_misuse(L, 0, "release() of a rule that was released before");
	r->over = true;
	if (ops(lab)->rule_release(lab->engine, r->id, order, &err) < 0)
		return script_raise(L, &err);
	return 0;
}

static struct rule_state state_of(lua_State *L)
{
	const struct lab *lab = script_lab(L);
	const struct ruleref *r = rule_check(L);
	struct rule_state state;

	ops(lab)->rule_state(lab->engine, r->id, &state);
	return state;
}

/* Methods, not fields: what is expected before them is judged first, and time passes. */
static int rule_seen(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)state_of(L).seen);
	return 1;
}

static int rule_acted(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)state_of(L).acted);
	return 1;
}

static int rule_held(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)state_of(L).held);
	return 1;
}

static int no_fields(lua_State *L)
{
	lua_pushnil(L);
	return 1;
}

static int rule_tostring(lua_State *L)
{
	const struct ruleref *r = rule_check(L);

	lua_pushfstring(L, "rule %d (%s)", r->id, rule_action_name(r->action));
	return 1;
}

/* ---- made-up segments ------------------------------------------------------- */

static struct endpoint host_end(const struct lab *lab, unsigned host, int port)
{
	const struct host *h = lab->ops->host(lab->engine, host);
	struct endpoint ep = { .addr = { [10] = 0xff, [11] = 0xff }, .port = (uint16_t)port };

	memcpy(ep.addr + 12, &h->ipv4, 4);
	return ep;
}

/* The option from: a host, or an address that no host has. */
static struct endpoint source(lua_State *L, int port)
{
	const struct lab *lab = script_lab(L);
	struct endpoint ep = { .addr = { [10] = 0xff, [11] = 0xff }, .port = (uint16_t)port };
	const char *text;

	lua_pushliteral(L, "from");
	lua_rawget(L, 2);
	if (luaL_testudata(L, -1, "host")) {
		ep = host_end(lab, host_at(L, -1), port);
	} else if (lua_type(L, -1) == LUA_TSTRING) {
		text = lua_tostring(L, -1);
		if (inet_pton(AF_INET, text, ep.addr + 12) != 1)
			options_error(L, 2,
				      "from: '%.60s' is no IPv4 address; give a host, or an "
				      "address such as \"198.19.0.9\"",
				      text);
	} else {
		options_error(L, 2, "who is it from? Say from = HOST, or conn = SOCKET");
	}
	lua_pop(L, 1);
	return ep;
}

/* Both ends: of the connection that is named, or as they are said. */
static void read_ends(lua_State *L, struct lab_made_up *m)
{
	const struct sock *conn = conn_option(L, 2, 2);
	const int to = host_option(L, 2, 2, "to");
	const int sport = (int)options_integer(L, 2, 2, "sport", 0, 1, 65535);
	const int dport = (int)options_integer(L, 2, 2, "dport", 0, 1, 65535);
	bool to_local;

	if (to < 0)
		options_error(L, 2, "where to? Say to = HOST");
	m->to = (unsigned)to;
	if (!conn) {
		if (!sport || !dport)
			options_error(L, 2, "sport and dport are wanted, or conn = SOCKET");
		m->seg.src = source(L, sport);
		m->seg.dst = host_end(script_lab(L), m->to, dport);
		return;
	}
	if (sport || dport)
		options_error(L, 2, "conn says both ports already");
	to_local = conn->host == m->to;
	m->one_conn = true;
	m->seg.src = to_local ? conn->remote : conn->local;
	m->seg.dst = to_local ? conn->local : conn->remote;
	if (!to_local) {
		const struct endpoint there = host_end(script_lab(L), m->to, m->seg.dst.port);

		if (endpoint_is_v4(&m->seg.dst) && !endpoint_equal(&there, &m->seg.dst))
			options_error(L, 2, "conn has no end on the host that `to` names");
	}
}

static uint32_t number(lua_State *L, const char *key, bool *has)
{
	lua_pushstring(L, key);
	lua_rawget(L, 2);
	*has = !lua_isnil(L, -1);
	lua_pop(L, 1);
	return (uint32_t)options_integer(L, 2, 2, key, 0, 0, UINT32_MAX);
}

static void read_options(lua_State *L, struct lab_made_up *m)
{
	struct segment *s = &m->seg;
	bool has_tsecr;

	s->seq = number(L, "seq", &m->has_seq);
	s->ack = number(L, "ack", &m->has_ack);
	s->window = (uint16_t)options_integer(L, 2, 2, "win", 0, 0, 65535);
	number(L, "win", &m->has_win);
	s->ttl = (uint8_t)options_integer(L, 2, 2, "ttl", 64, 1, 255);
	s->tsval = number(L, "tsval", &m->has_ts);
	s->tsecr = number(L, "tsecr", &has_tsecr);
	if (has_tsecr && !m->has_ts)
		options_error(L, 2, "tsecr goes with tsval");
	s->has_ts = m->has_ts;
	s->mss = (uint16_t)number(L, "mss", &s->has_mss);
	s->wscale = (uint8_t)options_integer(L, 2, 2, "wscale", 0, 0, 14);
	number(L, "wscale", &s->has_wscale);
	s->has_sackok = options_bool(L, 2, 2, "sackok", false);
}

/* net:inject{ to =, from | conn =, flags =, … } */
static int net_inject(lua_State *L)
{
	static const char *const keys[] = { "to",    "from", "conn",   "sport",  "dport", "flags",
					    "seq",   "ack",  "win",    "ttl",    "data",  "tsval",
					    "tsecr", "mss",  "wscale", "sackok", NULL };
	const struct lab *lab = script_lab(L);
	struct lab_made_up made = { .seg = { .fastopen_len = -1 } };
	struct err err = ERR_INIT;
	int flags;
	bool psh;

	luaL_checkudata(L, 1, "network");
	lua_settop(L, 2);
	luaL_checktype(L, 2, LUA_TTABLE);
	options_check(L, 2, 2, keys);
	flags = flags_option(L, 2, 2, &psh);
	if (flags == RULE_ANY)
		options_error(L, 2, "which flags? For instance flags = \"R\"");
	made.seg.flags = (uint8_t)flags;
	read_ends(L, &made);
	read_options(L, &made);
	made.payload = options_string(L, 2, 2, "data");
	if (made.payload) {
		size_t len;

		lua_pushliteral(L, "data");
		lua_rawget(L, 2);
		made.payload = lua_tolstring(L, -1, &len);
		if (len > CRAFT_MAX_PAYLOAD)
			options_error(L, 2, "data is longer than %d bytes", CRAFT_MAX_PAYLOAD);
		made.seg.len = (uint32_t)len;
	}
	if (ops(lab)->inject(lab->engine, &made, &err) < 0)
		return script_raise(L, &err);
	return 0;
}

static const struct script_fn net_methods[] = {
	{ "delay", net_delay, false },         { "drop", net_drop, false },
	{ "duplicate", net_duplicate, false }, { "hold", net_hold, false },
	{ "flood", flood_net, false },         { "inject", net_inject, false },
};

static const struct script_fn rule_methods[] = {
	{ "acted", rule_acted, false }, { "held", rule_held, false },
	{ "off", rule_off, false },     { "release", rule_release, false },
	{ "seen", rule_seen, false },
};

static int net_tostring(lua_State *L)
{
	lua_pushliteral(L, "the network");
	return 1;
}

void net_open(lua_State *L)
{
	script_type(L, "rule", rule_methods, sizeof(rule_methods) / sizeof(rule_methods[0]),
		    no_fields, rule_tostring);
	lua_pop(L, 1);
	script_type(L, "network", net_methods, sizeof(net_methods) / sizeof(net_methods[0]),
		    no_fields, net_tostring);
	lua_newuserdatauv(L, 0, 0);
	lua_insert(L, -2);
	lua_setmetatable(L, -2);
	lua_setfield(L, -2, "net");
}
