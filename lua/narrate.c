/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "script.h"
#include "text.h"

static void one_more(lua_State *L)
{
	struct lab *lab = script_lab(L);

	if (++lab->n_narration > SCRIPT_MAX_NARRATION)
		confine_kill(L, "a lab can show %d steps, notes and values", SCRIPT_MAX_NARRATION);
}

static int narrate_step(lua_State *L)
{
	const struct lab *lab = script_lab(L);
	struct lab_text text;

	text_read(L, 1, "step", TEXT_MAX_STEP, false, &text);
	one_more(L);
	lab->ops->step(lab->engine, &text);
	return 0;
}

static int narrate_note(lua_State *L)
{
	const struct lab *lab = script_lab(L);
	struct lab_text text;

	text_read(L, 1, "note", TEXT_MAX_NOTE, true, &text);
	one_more(L);
	lab->ops->note(lab->engine, &text);
	return 0;
}

static int narrate_value(lua_State *L)
{
	const struct lab *lab = script_lab(L);
	const char *name = luaL_checkstring(L, 1), *value, *unit = NULL;

	lua_settop(L, 3);
	if (!name[0] || strlen(name) > 40 ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(name))
		return luaL_argerror(L, 1, "the name of a value is of a-z, 0-9, _ and -");
	if (lua_type(L, 2) != LUA_TSTRING && lua_type(L, 2) != LUA_TNUMBER &&
	    lua_type(L, 2) != LUA_TBOOLEAN)
		return luaL_argerror(L, 2, "a value is a number, a string or a boolean");
	luaL_tolstring(L, 2, NULL);
	value = text_check(L, -1, "the value", TEXT_MAX_TITLE, false);
	if (!lua_isnoneornil(L, 3))
		unit = text_check(L, 3, "the unit", 20, false);
	one_more(L);
	lab->ops->value(lab->engine, name, value, unit);
	return 0;
}

static int narrate_now(lua_State *L)
{
	const struct lab *lab = script_lab(L);

	lua_pushinteger(L, lab->ops->now(lab->engine));
	return 1;
}

static int narrate_mark(lua_State *L)
{
	struct lab *lab = script_lab(L);

	lab->mark = lab->ops->now(lab->engine);
	lua_pushinteger(L, lab->mark);
	return 1;
}

static const struct script_fn globals[] = {
	{ "step", narrate_step, false },   { "note", narrate_note, false },
	{ "value", narrate_value, false }, { "now", narrate_now, false },
	{ "mark", narrate_mark, false },
};

void narrate_open(lua_State *L)
{
	for (size_t i = 0; i < sizeof(globals) / sizeof(globals[0]); i++) {
		script_push(L, &globals[i]);
		lua_setfield(L, -2, globals[i].name);
	}
}
