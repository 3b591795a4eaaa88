/* SPDX-License-Identifier: MIT */
/*
 * Expectations
 * ============
 *
 *   expect(subject [, "what it is"]) : predicate(…) [: modifier(…)]…
 *
 * The modifiers come after the predicate, so a chain cannot be judged while it
 * is being written. It is collected in the actor's struct claim, and judged when the
 * actor next calls anything of the interface, closes a <close> socket or ends: expect_flush().
 * From the lab's view nothing happened in between, because nothing but a wait lets time pass.
 *
 * What is said about a plain value is decided here at once; everything about hosts
 * and sockets is decided by the engine, which alone judges time.
 *
 * The object that a chain passes along carries only the number of its claim, so that one
 * that is kept and used later is found out.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../netns/duration.h"
#include "options.h"
#include "sock.h"
#include "text.h"
#include "watch.h"

struct claim_ref {
	uint64_t serial;
	size_t actor;
};

bool expect_flush(lua_State *L)
{
	struct lab *lab = script_lab(L);
	struct actor *a = script_actor(lab);
	struct claim *c = &a->claim;
	struct err err = ERR_INIT;

	if (!c->open)
		return false;
	c->open = false;
	if (!c->predicate)
		script_misuse(L, c->e.line,
			      "expect() without saying what: add :state(), :is() or the like");
	if (!lua_isyieldable(L))
		script_misuse(L, c->e.line,
			      "expect() cannot be judged inside a callback of "
			      "table.sort, string.gsub or a metamethod");
	c->e.name = c->name[0] ? c->name : NULL;
	c->e.mark = lab->mark;
	if (lab->ops->expect(lab->engine, (unsigned)lab->current, &c->e, &err) < 0)
		script_misuse(L, c->e.line, "%s", err.msg);
	snprintf(a->what, sizeof(a->what), "expect() at %s:%d", c->e.file, c->e.line);
	a->wait.kind = LAB_WAIT_EXPECT;
	return true;
}

static int begin(lua_State *L)
{
	struct lab *lab = script_lab(L);
	struct claim *c = &script_actor(lab)->claim;
	uint64_t serial = c->serial + 1;
	const struct sock *s;
	struct claim_ref *ref;
	char src[LUA_IDSIZE];

	luaL_checkany(L, 1);
	lua_settop(L, 2);
	memset(c, 0, sizeof(*c));
	c->serial = serial;
	if (!lua_isnil(L, 2))
		snprintf(c->what, sizeof(c->what), "%s",
			 text_check(L, 2, "what the value is", sizeof(c->what) - 1, false));
	c->e = (struct expectation){
		.file = lab->meta.path,
		.line = script_where(L, src),
		.host = -1,
		.min = INT64_MIN,
		.max = INT64_MAX,
		.within = -1,
		.hold = -1,
		.at = -1,
	};
	s = luaL_testudata(L, 1, "socket");
	if (s) {
		c->subject = CLAIM_SOCKET;
		c->e.host = (int)s->host;
		c->e.one_socket = true;
		c->e.local = s->local;
		c->e.remote = s->remote;
	} else if (luaL_testudata(L, 1, "host")) {
		c->subject = CLAIM_HOST;
		c->e.host = (int)host_at(L, 1);
	} else {
		c->subject = CLAIM_VALUE;
		c->e.kind = EXPECT_VALUE;
	}
	if (c->what[0] && c->subject != CLAIM_VALUE)
		return luaL_argerror(L, 2, "only a plain value is given a name here; use :as()");
	ref = lua_newuserdatauv(L, sizeof(*ref), 1);
	ref->serial = serial;
	ref->actor = lab->current;
	luaL_setmetatable(L, "expectation");
	lua_pushvalue(L, 1);
	lua_setiuservalue(L, -2, 1);
	c->open = true;
	return 1;
}

static struct claim *claim_check(lua_State *L)
{
	const struct claim_ref *ref = luaL_checkudata(L, 1, "expectation");
	struct lab *lab = script_lab(L);
	struct claim *c = &script_actor(lab)->claim;

	if (ref->actor != lab->current || ref->serial != c->serial || !c->open)
		script_misuse(L, 0,
			      "this expectation was judged already; an expectation is one chain: "
			      "expect(…):state(…):within(…)");
	return c;
}

/* The claim at argument 1, which from now on says @predicate about a @value or about a host or
 * socket. */
static struct claim *predicate(lua_State *L, const char *name, bool value)
{
	struct claim *c = claim_check(L);

	if (c->predicate)
		script_misuse(L, 0,
			      ":%s() after :%s(): an expectation says one thing; begin another "
			      "one with expect()",
			      name, c->predicate);
	if (value != (c->subject == CLAIM_VALUE)) {
		lua_getiuservalue(L, 1, 1);
		script_misuse(L, 0,
			      value ? ":%s() is for plain values, and this is a %s"
				    : ":%s() is for hosts and sockets, and this is a %s",
			      name,
			      luaL_typename(L, -1)[0] == 'u'
				      ? (c->subject == CLAIM_HOST ? "host" : "socket")
				      : luaL_typename(L, -1));
	}
	c->predicate = name;
	return c;
}

static int chain(lua_State *L)
{
	lua_settop(L, 1);
	return 1;
}

static void port_option(lua_State *L, int index, struct claim *c)
{
	static const char *const keys[] = { "port", NULL };

	options_check(L, index, index, keys);
	c->e.port = (uint16_t)options_integer(L, index, index, "port", 0, 1, 65535);
	if (c->e.port && c->subject == CLAIM_SOCKET)
		options_error(L, index, "port: a socket is one connection already");
}

static int expect_state(lua_State *L)
{
	struct claim *c = predicate(L, "state", false);

	lua_settop(L, 3);
	c->e.kind = EXPECT_STATE;
	c->e.states = watch_states(L, 2, 2);
	port_option(L, 3, c);
	return chain(L);
}

static int expect_was(lua_State *L)
{
	struct claim *c = predicate(L, "was", false);

	lua_settop(L, 3);
	c->e.kind = EXPECT_WAS;
	c->e.states = watch_states(L, 2, 2);
	port_option(L, 3, c);
	return chain(L);
}

/* n, or { min =, max = } */
static void read_range(lua_State *L, int index, struct claim *c, int64_t least)
{
	static const char *const keys[] = { "min", "max", NULL };

	if (lua_type(L, index) == LUA_TTABLE) {
		options_check(L, index, index, keys);
		c->e.min = options_integer(L, index, index, "min", INT64_MIN, INT64_MIN, INT64_MAX);
		c->e.max = options_integer(L, index, index, "max", INT64_MAX, INT64_MIN, INT64_MAX);
		if (c->e.min == INT64_MIN && c->e.max == INT64_MAX)
			options_error(L, index, "a number, or { min = …, max = … }");
		if (c->e.min > c->e.max)
			options_error(L, index, "min is greater than max");
	} else {
		c->e.min = c->e.max = luaL_checkinteger(L, index);
	}
	if (c->e.min == INT64_MIN && least == 0)
		c->e.min = 0;
	if (c->e.max < least)
		options_error(L, index, "a count is never negative");
}

static int expect_count(lua_State *L)
{
	struct claim *c = predicate(L, "count", false);

	lua_settop(L, 4);
	if (c->subject != CLAIM_HOST)
		return luaL_argerror(L, 1, "sockets are counted on a host");
	c->e.kind = EXPECT_COUNT;
	c->e.states = watch_states(L, 2, 2);
	if (c->e.states & UINT32_C(1) << TCPSTATE_CLOSED)
		return luaL_argerror(L, 2, "closed sockets cannot be counted: there are none");
	read_range(L, 3, c, 0);
	port_option(L, 4, c);
	return chain(L);
}

static int expect_packet(lua_State *L)
{
	struct claim *c = predicate(L, "packet", false);

	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	c->e.kind = EXPECT_PACKET;
	watch_match(L, 2, 2, &c->e.packet);
	return chain(L);
}

static int expect_icmp(lua_State *L)
{
	struct claim *c = predicate(L, "icmp", false);

	lua_settop(L, 3);
	c->e.kind = EXPECT_ICMP;
	watch_icmp(L, 2, &c->e.icmp);
	return chain(L);
}

static int expect_counter(lua_State *L)
{
	struct claim *c = predicate(L, "counter", false);
	const char *name = luaL_checkstring(L, 2);
	const struct lab *lab = script_lab(L);
	struct err err = ERR_INIT;
	int64_t delta;

	if (c->subject != CLAIM_HOST)
		return luaL_argerror(L, 1, "counters belong to a host");
	/* A name that the kernel does not have is found here, at the author's line. */
	if (lab->ops->counter(lab->engine, (unsigned)c->e.host, name, &delta, &err) < 0)
		return luaL_argerror(L, 2, lua_pushstring(L, err.msg));
	c->e.kind = EXPECT_COUNTER;
	snprintf(c->counter, sizeof(c->counter), "%s", name);
	c->e.counter = c->counter;
	read_range(L, 3, c, INT64_MIN);
	return chain(L);
}

/* The value at @index in words, for the record. */
static void words(lua_State *L, int index, char *out, size_t size)
{
	const char *text;

	index = lua_absindex(L, index);
	text = luaL_tolstring(L, index, NULL);
	snprintf(out, size, lua_type(L, index) == LUA_TSTRING ? "\"%.200s\"" : "%.200s", text);
	lua_pop(L, 1);
	text_clean(out);
	for (char *p = out; (p = strchr(p, '\n')); p++)
		*p = ' ';
}

static void decide(struct claim *c, bool holds)
{
	c->e.holds = holds;
	c->e.expected = c->expected;
	c->e.seen = c->seen;
}

static const char *what(const struct claim *c)
{
	return c->what[0] ? c->what : "the value";
}

static int expect_is(lua_State *L)
{
	struct claim *c = predicate(L, "is", true);
	char wanted[208];

	luaL_checkany(L, 2);
	lua_getiuservalue(L, 1, 1);
	words(L, 2, wanted, sizeof(wanted));
	words(L, -1, c->seen, sizeof(c->seen));
	snprintf(c->expected, sizeof(c->expected), "%.100s is %s", what(c), wanted);
	decide(c, lua_rawequal(L, 2, -1));
	return chain(L);
}

static int expect_between(lua_State *L)
{
	struct claim *c = predicate(L, "between", true);
	char low[64], high[64];
	bool holds;

	luaL_checknumber(L, 2);
	luaL_checknumber(L, 3);
	if (lua_compare(L, 3, 2, LUA_OPLT))
		return luaL_argerror(L, 3, "the upper bound is below the lower one");
	lua_getiuservalue(L, 1, 1);
	snprintf(low, sizeof(low), "%.60s", luaL_tolstring(L, 2, NULL));
	snprintf(high, sizeof(high), "%.60s", luaL_tolstring(L, 3, NULL));
	lua_pop(L, 2);
	words(L, -1, c->seen, sizeof(c->seen));
	snprintf(c->expected, sizeof(c->expected), "%.100s is %s to %s", what(c), low, high);
	holds = lua_type(L, -1) == LUA_TNUMBER && lua_compare(L, 2, -1, LUA_OPLE) &&
		lua_compare(L, -1, 3, LUA_OPLE);
	decide(c, holds);
	return chain(L);
}

/* What a loaded machine adds to a measured duration, besides the 12.5 % of the timer wheel. */
#define ABOUT_SLACK (25 * NS_PER_MS)

/* :about("1s") about nanoseconds, or :about(100) about any number; [, tolerance] */
static int expect_about(lua_State *L)
{
	struct claim *c = predicate(L, "about", true);
	bool is_time = lua_type(L, 2) == LUA_TSTRING;
	char wanted[64], slack[64], seen[64];
	double want, tolerance, got = 0;

	want = is_time ? (double)duration_at(L, 2, 2, "the duration") : luaL_checknumber(L, 2);
	if (lua_isnoneornil(L, 3))
		tolerance = fabs(want) / 8 + (is_time ? (double)ABOUT_SLACK : 0);
	else if (is_time)
		tolerance = (double)duration_at(L, 3, 3, "the tolerance");
	else
		tolerance = luaL_checknumber(L, 3);
	if (!(tolerance >= 0))
		return luaL_argerror(L, 3, "a tolerance is not negative");
	lua_getiuservalue(L, 1, 1);
	words(L, -1, c->seen, sizeof(c->seen));
	if (is_time) {
		duration_format((int64_t)want, wanted);
		duration_format((int64_t)tolerance, slack);
	} else {
		snprintf(wanted, sizeof(wanted), "%.14g", want);
		snprintf(slack, sizeof(slack), "%.14g", tolerance);
	}
	snprintf(c->expected, sizeof(c->expected), "%.100s is about %s (± %s)", what(c), wanted,
		 slack);
	if (lua_type(L, -1) == LUA_TNUMBER) {
		got = lua_tonumber(L, -1);
		if (is_time && got >= 0 && got < 9e18)
			snprintf(c->seen, sizeof(c->seen), "%s",
				 duration_format((int64_t)got, seen));
	}
	decide(c, lua_type(L, -1) == LUA_TNUMBER && fabs(got - want) <= tolerance);
	return chain(L);
}

static struct claim *modifier(lua_State *L, const char *name, int64_t old)
{
	struct claim *c = claim_check(L);

	if (!c->predicate)
		script_misuse(L, 0, ":%s() before saying what is expected", name);
	if (c->subject == CLAIM_VALUE)
		script_misuse(L, 0, ":%s() is for hosts and sockets; a plain value is what it is",
			      name);
	if (old >= 0)
		script_misuse(L, 0, ":%s() twice", name);
	return c;
}

static int expect_within(lua_State *L)
{
	struct claim *c = modifier(L, "within", claim_check(L)->e.within);

	if (c->e.at >= 0)
		return script_misuse(L, 0, ":within() and :at() cannot both be said");
	c->e.within = duration_at(L, 2, 2, "the deadline");
	return chain(L);
}

static int expect_at(lua_State *L)
{
	struct claim *c = modifier(L, "at", claim_check(L)->e.at);

	if (c->e.within >= 0)
		return script_misuse(L, 0, ":within() and :at() cannot both be said");
	c->e.at = duration_at(L, 2, 2, "the moment");
	return chain(L);
}

static int expect_hold(lua_State *L)
{
	struct claim *c = modifier(L, "hold", claim_check(L)->e.hold);

	if (c->e.kind == EXPECT_WAS || c->e.kind == EXPECT_PACKET || c->e.kind == EXPECT_ICMP)
		return script_misuse(L, 0,
				     ":hold(): what has happened cannot stop having happened");
	c->e.hold = duration_at(L, 2, 2, "the time to hold");
	return chain(L);
}

static int expect_as(lua_State *L)
{
	struct claim *c = claim_check(L);
	const char *name =
		text_check(L, 2, "the name of an expectation", sizeof(c->name) - 1, false);

	if (!name[0])
		return luaL_argerror(L, 2, "a name is not empty");
	if (c->name[0])
		return script_misuse(L, 0, ":as() twice");
	snprintf(c->name, sizeof(c->name), "%s", name);
	return chain(L);
}

static int expect_tostring(lua_State *L)
{
	luaL_checkudata(L, 1, "expectation");
	lua_pushliteral(L, "expectation");
	return 1;
}

/* These must not flush, so they do not go through script_push(). */
static const luaL_Reg methods[] = {
	{ "about", expect_about },     { "as", expect_as },       { "at", expect_at },
	{ "between", expect_between }, { "count", expect_count }, { "counter", expect_counter },
	{ "hold", expect_hold },       { "icmp", expect_icmp },   { "is", expect_is },
	{ "packet", expect_packet },   { "state", expect_state }, { "was", expect_was },
	{ "within", expect_within },
};

static const struct script_fn function = { "expect", begin, false };

void expect_open(lua_State *L)
{
	script_push(L, &function);
	lua_setfield(L, -2, function.name);
	script_plain_type(L, "expectation", methods, sizeof(methods) / sizeof(methods[0]),
			  expect_tostring);
	lua_pop(L, 1);
}
