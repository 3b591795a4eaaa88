/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "text.h"

/*
 * Metadata lives as long as the lab, outside of Lua's heap.
 */
struct kept {
	struct kept *next;
	max_align_t data[];
};

void *kept_new(struct lab *lab, size_t size)
{
	struct kept *k = confine_malloc(sizeof(*k) + size);

	if (!k)
		return NULL;
	k->next = lab->kept;
	lab->kept = k;
	return k->data;
}

void kept_free(struct lab *lab)
{
	while (lab->kept) {
		struct kept *next = lab->kept->next;

		free(lab->kept);
		lab->kept = next;
	}
}

void *keep(lua_State *L, size_t size)
{
	void *block = kept_new(script_lab(L), size);

	if (!block)
		confine_no_memory(L);
	return block;
}

const char *keep_string(lua_State *L, const char *text)
{
	char *copy;

	if (!text)
		return NULL;
	copy = keep(L, strlen(text) + 1);
	return strcpy(copy, text);
}

int script_where(lua_State *L, char src[static LUA_IDSIZE])
{
	lua_Debug ar;

	const struct lab *lab = script_lab(L);

	snprintf(src, LUA_IDSIZE, "%s%s", lab->meta.id, lab->about_line > 0 ? ".lua" : "");
	for (int level = 0; lua_getstack(L, level, &ar); level++) {
		lua_getinfo(L, "Sl", &ar);
		/* '@' is the lab's own file; "=prelude" and "=[C]" are ours. */
		if (ar.source[0] != '@' || ar.currentline <= 0)
			continue;
		snprintf(src, LUA_IDSIZE, "%s", ar.short_src);
		return ar.currentline;
	}
	return lab->about_line;
}

int script_misuse(lua_State *L, int line, const char *fmt, ...)
{
	char text[640], src[LUA_IDSIZE];
	int here = script_where(L, src);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (line == 0)
		line = here;
	if (line > 0)
		lua_pushfstring(L, "%s:%d: %s", src, line, text);
	else
		lua_pushfstring(L, "%s: %s", src, text);
	lua_error(L);
	__builtin_unreachable();
}

int script_raise(lua_State *L, const struct err *err)
{
	if (err->remedy[0])
		script_misuse(L, 0, "%s (%s)", err->msg, err->remedy);
	script_misuse(L, 0, "%s", err->msg);
}

/* Upvalue 1: the struct script_fn. */
static int enter(lua_State *L)
{
	const struct script_fn *fn = lua_touserdata(L, lua_upvalueindex(1));

	return fn->fn(L);
}

static int entered(lua_State *L, int status, lua_KContext ctx)
{
	(void)status;
	(void)ctx;
	return enter(L);
}

static int script_enter(lua_State *L)
{
	const struct script_fn *fn = lua_touserdata(L, lua_upvalueindex(1));
	struct lab *lab = script_lab(L);

	if (lab->quota.killed[0])
		return confine_kill(L, "%s", "");
	if (!lab->playing && !fn->anywhere)
		return script_misuse(L, 0, "%s() works only while run() plays", fn->name);
	if (lab->playing && expect_flush(L))
		return lua_yieldk(L, 0, 0, entered);
	return enter(L);
}

void script_push(lua_State *L, const struct script_fn *fn)
{
	lua_pushlightuserdata(L, (void *)(uintptr_t)fn);
	lua_pushcclosure(L, script_enter, 1);
}

/* __index: upvalue 1 the methods, upvalue 2 the fields function or nil, upvalue 3 the type's name.
 */
static int member(lua_State *L)
{
	const char *names[64], *like;
	size_t n = 0;

	lua_settop(L, 2);
	lua_pushvalue(L, 2);
	lua_rawget(L, lua_upvalueindex(1));
	if (!lua_isnil(L, -1))
		return 1;
	lua_pop(L, 1);
	if (!lua_isnil(L, lua_upvalueindex(2))) {
		lua_pushvalue(L, lua_upvalueindex(2));
		lua_pushvalue(L, 1);
		lua_pushvalue(L, 2);
		lua_call(L, 2, 1);
		if (!lua_isnil(L, -1))
			return 1;
	}
	if (lua_type(L, 2) != LUA_TSTRING)
		return script_misuse(L, 0, "a %s is no table",
				     lua_tostring(L, lua_upvalueindex(3)));
	lua_pushnil(L);
	while (lua_next(L, lua_upvalueindex(1))) {
		lua_pop(L, 1);
		if (n < 64)
			names[n++] = lua_tostring(L, -1);
	}
	like = nearest_name(lua_tostring(L, 2), names, n);
	return script_misuse(L, 0, "a %s has no '%.40s'%s%s%s",
			     lua_tostring(L, lua_upvalueindex(3)), lua_tostring(L, 2),
			     like ? "; did you mean '" : "", like ? like : "", like ? "'?" : "");
}

static int sealed(lua_State *L)
{
	return script_misuse(L, 0, "a %s cannot be given a field",
			     lua_tostring(L, lua_upvalueindex(1)));
}

/* The table of methods is on top; makes it the metatable @name. */
static void finish_type(lua_State *L, const char *name, lua_CFunction fields,
			lua_CFunction tostring)
{
	luaL_newmetatable(L, name);
	lua_insert(L, -2);
	if (fields)
		lua_pushcfunction(L, fields);
	else
		lua_pushnil(L);
	lua_pushstring(L, name);
	lua_pushcclosure(L, member, 3);
	lua_setfield(L, -2, "__index");
	lua_pushstring(L, name);
	lua_pushcclosure(L, sealed, 1);
	lua_setfield(L, -2, "__newindex");
	lua_pushstring(L, name);
	lua_setfield(L, -2, "__metatable");
	lua_pushcfunction(L, tostring);
	lua_setfield(L, -2, "__tostring");
}

void script_type(lua_State *L, const char *name, const struct script_fn *methods, size_t n,
		 lua_CFunction fields, lua_CFunction tostring)
{
	lua_createtable(L, 0, (int)n);
	for (size_t i = 0; i < n; i++) {
		script_push(L, &methods[i]);
		lua_setfield(L, -2, methods[i].name);
	}
	finish_type(L, name, fields, tostring);
}

void script_plain_type(lua_State *L, const char *name, const luaL_Reg *methods, size_t n,
		       lua_CFunction tostring)
{
	lua_createtable(L, 0, (int)n);
	for (size_t i = 0; i < n; i++) {
		lua_pushcfunction(L, methods[i].func);
		lua_setfield(L, -2, methods[i].name);
	}
	finish_type(L, name, NULL, tostring);
}
