/* SPDX-License-Identifier: MIT */
/*
 * SYN floods: net:flood{ to = server, port = 80, count = 10000, rate = 5000 }.
 *
 * The engine sends; what a lab holds is the flood's number. A flood goes on while actors wait,
 * also when its variable is forgotten, and ends by its count, its duration, stop(), or the run.
 */
#include <string.h>
#include <sys/epoll.h>

#include "../netns/flood.h"
#include "options.h"
#include "sock.h"

struct floodref {
	unsigned id, to;
};

#define FLOOD_FROM "198.19.0.0/16"

/* Whom to flood: a host of the lab and nobody else. */
static unsigned victim(lua_State *L)
{
	unsigned host;

	lua_getfield(L, 2, "to");
	if (lua_isnil(L, -1))
		options_error(L, 2, "flood whom? Write to = HOST");
	if (lua_type(L, -1) == LUA_TSTRING)
		options_error(
			L, 2,
			"to = '%.60s' is no host of this lab, and nothing else can be flooded",
			lua_tostring(L, -1));
	if (!luaL_testudata(L, -1, "host"))
		options_error(L, 2, "to has to be a host, not %s", luaL_typename(L, -1));
	host = host_at(L, -1);
	lua_pop(L, 1);
	return host;
}

int flood_net(lua_State *L)
{
	static const char *const keys[] = {
		"to", "port", "count", "rate", "from", "duration", NULL
	};
	struct lab *lab = script_lab(L);
	struct lab_flood x = { .count = FLOOD_MAX };
	struct err err = ERR_INIT;
	struct floodref *f;
	const char *from;

	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	options_check(L, 2, 2, keys);
	x.to = victim(L);
	host_alive(L, x.to, "flood");
	x.port = (uint16_t)options_integer(L, 2, 2, "port", 0, 1, 65535);
	if (!x.port)
		options_error(L, 2, "which port? Write port = 80");
	x.rate = (uint64_t)options_integer(L, 2, 2, "rate", 0, 1, FLOOD_MAX);
	x.duration = options_duration(L, 2, 2, "duration", 0);
	x.count = (uint64_t)options_integer(L, 2, 2, "count", 0, 1, FLOOD_MAX);
	if (!x.count && !x.duration)
		options_error(L, 2, "how much of it? Write count = 1000, or duration = \"2s\"");
	if (!x.count)
		x.count = FLOOD_MAX;
	from = options_string(L, 2, 2, "from");
	if (flood_from(from ? from : FLOOD_FROM, &x.from, &x.prefix, &err) < 0)
		options_error(L, 2, "%s; %s", err.msg, err.remedy);
	f = lua_newuserdatauv(L, sizeof(*f), 0);
	memset(f, 0, sizeof(*f));
	f->to = x.to;
	luaL_setmetatable(L, "flood");
	if (lab->ops->flood(lab->engine, &x, &f->id, &err) < 0)
		return script_raise(L, &err);
	return 1;
}

static struct lab_flood_state look_at(lua_State *L)
{
	const struct floodref *f = luaL_checkudata(L, 1, "flood");
	const struct lab *lab = script_lab(L);
	struct lab_flood_state now;

	lab->ops->flood_state(lab->engine, f->id, &now);
	return now;
}

static int join_go(lua_State *L, int status, lua_KContext ctx)
{
	const struct lab_flood_state now = look_at(L);

	(void)status;
	(void)ctx;
	if (!now.over)
		return actor_wait_fd(L, "join", now.fd, EPOLLIN, 0, join_go);
	lua_pushinteger(L, (lua_Integer)now.sent);
	return 1;
}

static int flood_join(lua_State *L)
{
	const struct floodref *f = luaL_checkudata(L, 1, "flood");

	lua_settop(L, 1);
	call_begin(L, -1);
	script_actor(script_lab(L))->there = f->to;
	return join_go(L, LUA_OK, 0);
}

static int flood_stop(lua_State *L)
{
	const struct floodref *f = luaL_checkudata(L, 1, "flood");
	const struct lab *lab = script_lab(L);

	lab->ops->flood_stop(lab->engine, f->id);
	lua_pushinteger(L, (lua_Integer)look_at(L).sent);
	return 1;
}

static int flood_fields(lua_State *L)
{
	const struct lab_flood_state now = look_at(L);
	const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";

	if (strcmp(key, "sent") == 0)
		lua_pushinteger(L, (lua_Integer)now.sent);
	else
		lua_pushnil(L);
	return 1;
}

static int flood_tostring(lua_State *L)
{
	const struct floodref *f = luaL_checkudata(L, 1, "flood");

	lua_pushfstring(L, "flood %d of %s", (int)f->id, script_lab(L)->meta.hosts[f->to]);
	return 1;
}

static const struct script_fn methods[] = {
	{ "join", flood_join, false },
	{ "stop", flood_stop, false },
};

void flood_open_names(lua_State *L)
{
	script_type(L, "flood", methods, sizeof(methods) / sizeof(methods[0]), flood_fields,
		    flood_tostring);
	lua_pop(L, 1);
}
