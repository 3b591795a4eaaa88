/* SPDX-License-Identifier: MIT */
/*
 * A host's link to the network. `host.link` is an object that can be called, so that both of these
 * read as they should:
 *
 *	client:link { delay = "100ms" }
 *	client.link:down()
 */
#include "linktable.h"
#include "script.h"

struct linkref {
	unsigned host;
};

static const char links_key;

void link_push(lua_State *L, unsigned host)
{
	struct linkref *l;

	lua_rawgetp(L, LUA_REGISTRYINDEX, &links_key);
	if (lua_rawgeti(L, -1, (lua_Integer)host + 1) == LUA_TNIL) {
		lua_pop(L, 1);
		l = lua_newuserdatauv(L, sizeof(*l), 0);
		l->host = host;
		luaL_setmetatable(L, "link");
		lua_pushvalue(L, -1);
		lua_rawseti(L, -3, (lua_Integer)host + 1);
	}
	lua_remove(L, -2);
}

static unsigned link_at(lua_State *L, int arg)
{
	const struct linkref *l = luaL_checkudata(L, arg, "link");

	return l->host;
}

/* host:link{ delay =, loss =, … }: the way to this host; what is not said stays. */
static int link_change(lua_State *L)
{
	struct lab *lab = script_lab(L);
	unsigned host;
	struct impairment imp;
	struct err err = ERR_INIT;

	/* It is called as a method: the link, the host, what to change. */
	lua_remove(L, 1);
	host = host_at(L, 1);
	imp = lab->toward[host];
	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	linktable_read(L, 2, 2, "link", false, &imp);
	if (lab->ops->impair(lab->engine, host, &imp, &err) < 0)
		return script_raise(L, &err);
	lab->toward[host] = imp;
	return 0;
}

static int plug(lua_State *L, bool in)
{
	const struct lab *lab = script_lab(L);
	const unsigned host = link_at(L, 1);
	struct err err = ERR_INIT;

	if (lab->ops->net->plug(lab->engine, host, in, &err) < 0)
		return script_raise(L, &err);
	return 0;
}

static int link_down(lua_State *L)
{
	return plug(L, false);
}

static int link_up(lua_State *L)
{
	host_alive(L, link_at(L, 1), "up");
	return plug(L, true);
}

/* host:vanish(): a power cut. Actors that wait for a socket there never come back. */
int link_vanish(lua_State *L)
{
	struct lab *lab = script_lab(L);
	const unsigned host = host_at(L, 1);
	struct err err = ERR_INIT;

	host_alive(L, host, "vanish");
	if (lab->ops->net->vanish(lab->engine, host, &err) < 0)
		return script_raise(L, &err);
	lab->vanished |= 1u << host;
	actor_end_on(L, host);
	return 0;
}

static const struct script_fn methods[] = {
	{ "down", link_down, false },
	{ "up", link_up, false },
};

static int link_fields(lua_State *L)
{
	lua_pushnil(L);
	return 1;
}

static int link_tostring(lua_State *L)
{
	lua_pushfstring(L, "the link of %s", script_lab(L)->meta.hosts[link_at(L, 1)]);
	return 1;
}

void link_open(lua_State *L)
{
	static const struct script_fn call = { "link", link_change, false };

	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &links_key);
	script_type(L, "link", methods, sizeof(methods) / sizeof(methods[0]), link_fields,
		    link_tostring);
	script_push(L, &call);
	lua_setfield(L, -2, "__call");
	lua_pop(L, 1);
}
