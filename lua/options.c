/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/nearest.h"
#include "script.h"

const char *nearest_name(const char *word, const char *const *names, size_t n)
{
	struct nearest search = nearest_to(word);
	const char *found;

	for (size_t i = 0; i < n; i++)
		nearest_offer(&search, names[i]);
	found = nearest_found(&search);
	for (size_t i = 0; found && i < n; i++) {
		if (strcmp(found, names[i]) == 0)
			return names[i];
	}
	return NULL;
}

int options_error(lua_State *L, int arg, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (arg > 0)
		luaL_argerror(L, arg, text);
	script_misuse(L, 0, "%s", text);
}

void options_check(lua_State *L, int index, int arg, const char *const *names)
{
	index = lua_absindex(L, index);
	if (lua_isnoneornil(L, index))
		return;
	if (lua_type(L, index) != LUA_TTABLE)
		options_error(L, arg, "a table of options expected, got %s",
			      luaL_typename(L, index));
	lua_pushnil(L);
	while (lua_next(L, index)) {
		size_t n = 0, i = 0;
		const char *key, *like;

		lua_pop(L, 1);
		if (lua_type(L, -1) != LUA_TSTRING)
			options_error(L, arg,
				      "options are written { name = value }, not by position");
		key = lua_tostring(L, -1);
		while (names[n])
			n++;
		while (i < n && strcmp(key, names[i]) != 0)
			i++;
		if (i < n)
			continue;
		like = nearest_name(key, names, n);
		if (!like && n > 0)
			like = names[0];
		options_error(L, arg, "no option '%.40s' here; did you mean '%s'?", key,
			      like ? like : "");
	}
}

/* Push the value of @key. Return: false, and nothing pushed, when there is none. */
static bool option(lua_State *L, int index, const char *key)
{
	if (lua_type(L, index) != LUA_TTABLE)
		return false;
	index = lua_absindex(L, index);
	lua_pushstring(L, key);
	lua_rawget(L, index);
	if (!lua_isnil(L, -1))
		return true;
	lua_pop(L, 1);
	return false;
}

int64_t options_integer(lua_State *L, int index, int arg, const char *key, int64_t fallback,
			int64_t min, int64_t max)
{
	int64_t value;
	int is;

	if (!option(L, index, key))
		return fallback;
	if (lua_type(L, -1) != LUA_TNUMBER)
		options_error(L, arg, "%s has to be an integer, not %s", key, luaL_typename(L, -1));
	value = lua_tointegerx(L, -1, &is);
	if (!is)
		options_error(L, arg, "%s has to be an integer", key);
	if (value < min || value > max)
		options_error(L, arg, "%s = %lld is not between %lld and %lld", key,
			      (long long)value, (long long)min, (long long)max);
	lua_pop(L, 1);
	return value;
}

bool options_bool(lua_State *L, int index, int arg, const char *key, bool fallback)
{
	bool value;

	if (!option(L, index, key))
		return fallback;
	if (lua_type(L, -1) != LUA_TBOOLEAN)
		options_error(L, arg, "%s has to be true or false, not %s", key,
			      luaL_typename(L, -1));
	value = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return value;
}

int64_t options_duration(lua_State *L, int index, int arg, const char *key, int64_t fallback)
{
	int64_t value;

	if (!option(L, index, key))
		return fallback;
	value = duration_at(L, -1, arg, key);
	lua_pop(L, 1);
	return value;
}

const char *options_string(lua_State *L, int index, int arg, const char *key)
{
	const char *value;

	if (!option(L, index, key))
		return NULL;
	if (lua_type(L, -1) != LUA_TSTRING)
		options_error(L, arg, "%s has to be a string, not %s", key, luaL_typename(L, -1));
	value = lua_tostring(L, -1);
	/* The table, which is an argument, keeps it alive. */
	lua_pop(L, 1);
	return value;
}

int64_t duration_at(lua_State *L, int index, int arg, const char *what)
{
	struct err err = ERR_INIT;
	int64_t ns = 0;

	if (lua_isinteger(L, index)) {
		ns = lua_tointeger(L, index);
		if (ns < 0)
			options_error(L, arg, "%s is negative", what);
		/* Integers are nanoseconds, from now(); sleep(5) is a slip. */
		if (ns > 0 && ns < NS_PER_US)
			options_error(
				L, arg,
				"%s: %lld what? A plain integer is nanoseconds; write \"%llds\" "
				"or \"%lldms\"",
				what, (long long)ns, (long long)ns, (long long)ns);
		return ns;
	}
	if (lua_type(L, index) != LUA_TSTRING)
		options_error(L, arg, "%s has to be a duration such as \"50ms\", not %s", what,
			      luaL_typename(L, index));
	if (duration_parse(lua_tostring(L, index), &ns, &err) < 0)
		options_error(L, arg, "%s: %s", what, err.msg);
	return ns;
}

double probability_at(lua_State *L, int index, int arg, const char *what)
{
	double p = -1;

	if (lua_type(L, index) == LUA_TNUMBER) {
		p = lua_tonumber(L, index);
	} else if (lua_type(L, index) == LUA_TSTRING) {
		char *end;

		p = strtod(lua_tostring(L, index), &end) / 100;
		if (end == lua_tostring(L, index) || strcmp(end, "%") != 0)
			p = -1;
	}
	if (!(p >= 0 && p <= 1))
		options_error(L, arg, "%s has to be a number from 0 to 1, or \"0%%\" to \"100%%\"",
			      what);
	return p;
}
