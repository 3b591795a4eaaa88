/* SPDX-License-Identifier: MIT */
#include "linktable.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "../netns/err.h"
#include "../netns/impairment.h"
#include "../netns/rate.h"
#include "options.h"

enum { MAX_KEYS = 16, MAX_WHAT = 64 };

/* Push the value of @key. Return: false, and nothing pushed, when there is none. */
static bool said(lua_State *L, int index, const char *key)
{
	lua_pushstring(L, key);
	lua_rawget(L, index);
	if (!lua_isnil(L, -1))
		return true;
	lua_pop(L, 1);
	return false;
}

static bool says(lua_State *L, int index, const char *key)
{
	if (!said(L, index, key))
		return false;
	lua_pop(L, 1);
	return true;
}

/* 10mbit, or bits per second; 0 is no limit. */
static int64_t rate_at(lua_State *L, int arg, const char *what)
{
	struct err err = ERR_INIT;
	int64_t rate = 0;

	if (lua_isinteger(L, -1))
		return lua_tointeger(L, -1);
	if (lua_type(L, -1) != LUA_TSTRING)
		options_error(L, arg,
			      "%s has to be a rate such as \"10mbit\", or bits per second, not %s",
			      what, luaL_typename(L, -1));
	if (rate_parse(lua_tostring(L, -1), &rate, &err) < 0)
		options_error(L, arg, "%s: %s", what, err.msg);
	return rate;
}

static int64_t count_at(lua_State *L, int arg, const char *what)
{
	if (!lua_isinteger(L, -1))
		options_error(L, arg, "%s has to be an integer", what);
	return lua_tointeger(L, -1);
}

static enum distribution distribution_at(lua_State *L, int arg, const char *what)
{
	const char *names[8], *like, *name;
	size_t n = 0;

	if (lua_type(L, -1) != LUA_TSTRING)
		options_error(L, arg, "%s has to be a word, not %s", what, luaL_typename(L, -1));
	name = lua_tostring(L, -1);
	for (enum distribution d = 0; (names[n] = distribution_name(d)); d++, n++) {
		if (strcmp(names[n], name) == 0)
			return d;
	}
	like = nearest_name(name, names, n);
	options_error(L, arg, "%s: there is no distribution '%.40s'; did you mean '%s'?", what,
		      name, like ? like : names[0]);
}

/* The value on top of the stack, into its place. */
static void read_field(lua_State *L, int arg, const char *where, const struct impairment_field *f,
		       struct impairment *imp)
{
	char *place = (char *)imp + f->at;
	char what[MAX_WHAT];
	int64_t whole = 0;
	double chance;

	snprintf(what, sizeof(what), "%s.%s", where, f->name);
	switch (f->kind) {
	case IMPAIRMENT_CHANCE:
		chance = probability_at(L, -1, arg, what);
		memcpy(place, &chance, sizeof(chance));
		return;
	case IMPAIRMENT_WORD:
		imp->distribution = distribution_at(L, arg, what);
		return;
	case IMPAIRMENT_TIME:
		whole = duration_at(L, -1, arg, what);
		break;
	case IMPAIRMENT_COUNT:
		whole = count_at(L, arg, what);
		break;
	case IMPAIRMENT_RATE:
		whole = rate_at(L, arg, what);
		break;
	}
	memcpy(place, &whole, sizeof(whole));
}

/* The fields of @group, or those that stand in none, of the table at @index. */
static void read_group(lua_State *L, int index, int arg, const char *where, const char *group,
		       struct impairment *imp)
{
	const struct impairment_field *f;

	for (size_t i = 0; (f = impairment_field(i)); i++) {
		if (f->group != group && (!f->group || !group || strcmp(f->group, group) != 0))
			continue;
		if (!said(L, index, f->name))
			continue;
		read_field(L, arg, where, f, imp);
		lua_pop(L, 1);
	}
}

/* burst = { p =, r = [, good =, bad = ] }, or false for none. */
static void read_burst(lua_State *L, int index, int arg, const char *where, struct impairment *imp)
{
	static const char *const keys[] = { "p", "r", "good", "bad", NULL };
	char what[MAX_WHAT];

	if (!said(L, index, "burst"))
		return;
	snprintf(what, sizeof(what), "%s.burst", where);
	memset(&imp->burst, 0, sizeof(imp->burst));
	if (lua_type(L, -1) == LUA_TBOOLEAN && !lua_toboolean(L, -1)) {
		lua_pop(L, 1);
		return;
	}
	if (lua_type(L, -1) != LUA_TTABLE)
		options_error(L, arg, "%s is written { p = \"1%%\", r = \"20%%\" }, or false",
			      what);
	options_check(L, -1, arg, keys);
	if (!says(L, lua_gettop(L), "p") || !says(L, lua_gettop(L), "r"))
		options_error(L, arg, "%s needs both p, from good to bad, and r, back", what);
	imp->burst.bad = 1;
	read_group(L, lua_gettop(L), arg, what, "burst", imp);
	lua_pop(L, 1);
	/* What is not said stays, but a link loses by one of the two. */
	if (!says(L, index, "loss"))
		imp->loss = 0;
}

static void check_keys(lua_State *L, int index, int arg, bool toward)
{
	const char *keys[MAX_KEYS] = { NULL };
	const struct impairment_field *f;
	size_t n = 0;

	for (size_t i = 0; (f = impairment_field(i)); i++) {
		if (!f->group)
			keys[n++] = f->name;
	}
	keys[n++] = "burst";
	if (toward)
		keys[n++] = "toward";
	keys[n] = NULL;
	options_check(L, index, arg, keys);
}

void linktable_read(lua_State *L, int index, int arg, const char *where, bool toward,
		    struct impairment *imp)
{
	struct err err = ERR_INIT;

	index = lua_absindex(L, index);
	check_keys(L, index, arg, toward);
	if (says(L, index, "loss"))
		memset(&imp->burst, 0, sizeof(imp->burst));
	read_group(L, index, arg, where, NULL, imp);
	read_burst(L, index, arg, where, imp);
	/* A gap says nothing once nothing is reordered. */
	if (imp->reorder == 0 && !says(L, index, "gap"))
		imp->gap = 0;
	if (impairment_check(imp, &err) < 0)
		options_error(L, arg, "%s: %s", where, err.msg);
}
