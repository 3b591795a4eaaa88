/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "../netns/release.h"
#include "../netns/sysctl.h"
#include "script.h"
#include "text.h"

/* since(version): data that differs between kernels, also before run(). */
static int kernel_since(lua_State *L)
{
	const char *version;

	/* 6.10 would be 6.1. */
	if (lua_type(L, 1) != LUA_TSTRING)
		return luaL_typeerror(L, 1, "version such as \"6.5\"");
	version = lua_tostring(L, 1);
	if (!release_ok(version))
		return luaL_argerror(L, 1, "a kernel's version is written \"6.5\"");
	lua_pushboolean(L, release_since(script_lab(L)->kernel_release, version));
	return 1;
}

/* kernel_sysctl(name [, value]): of the whole kernel. */
static int kernel_sysctl(lua_State *L)
{
	const struct lab *lab = script_lab(L);
	const char *name = luaL_checkstring(L, 1), *text = NULL;
	char value[SYSCTL_MAX_VALUE];
	struct err err = ERR_INIT;

	lua_settop(L, 2);
	if (!lua_isnil(L, 2)) {
		if (lua_type(L, 2) != LUA_TNUMBER && lua_type(L, 2) != LUA_TSTRING)
			return luaL_argerror(L, 2, "the value of a sysctl is a number or a string");
		lua_tostring(L, 2);
		text = text_check(L, 2, "the value of a sysctl", SYSCTL_MAX_VALUE - 1, false);
	}
	if (lab->ops->kernel_sysctl(lab->engine, name, text, value, &err) < 0)
		return script_raise(L, &err);
	if (text)
		return 0;
	if (lua_stringtonumber(L, value) == 0)
		lua_pushstring(L, value);
	return 1;
}

static const struct script_fn globals[] = {
	{ "kernel_sysctl", kernel_sysctl, false },
	{ "since", kernel_since, true },
};

void kernel_open(lua_State *L)
{
	for (size_t i = 0; i < sizeof(globals) / sizeof(globals[0]); i++) {
		script_push(L, &globals[i]);
		lua_setfield(L, -2, globals[i].name);
	}
	lua_pushboolean(L, script_lab(L)->full);
	lua_setfield(L, -2, "full");
	lua_pushboolean(L, script_lab(L)->virtual_clock);
	lua_setfield(L, -2, "virtual_clock");
}
