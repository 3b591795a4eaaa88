/* SPDX-License-Identifier: MIT */
/*
 * The threat model of lab scripts
 * ===============================
 *
 * A lab is a text that somebody else wrote. It runs inside the engine's process, so
 * what it can reach is what this directory hands to it:
 *
 *  - Text only: bytecode is refused, as the virtual machine does not verify it.
 *  - Names: the lab's global scope starts with the table that prelude.lua lists.
 *    Nothing in it opens a file, starts a program, loads code, sees the stack or makes
 *    coroutines of its own. Asking for a name that is left out on purpose says why.
 *  - Memory: one allocator, CONFINE_MEMORY bytes for the script's heap.
 *  - Time: a count hook ends a script that executes CONFINE_INSTRUCTIONS
 *    between two waits. The hook cannot see the inside of a C function (a hostile
 *    pattern, string.rep of nothing): a timer of the thread's processor time
 *    ends the whole process then, see lab_watchdog().
 *  - A limit cannot be caught: pcall() raises again once quota.killed is
 *    set. Finalizers of the lab's own are refused (prelude.lua), because Lua runs them
 *    with hooks off; a to-be-closed variable's __close runs with the hook and
 *    is ended by it like everything else.
 *  - Text that is shown is checked (text.c), sockets, actors, calls and
 *    narration are counted (script.h).
 *
 * Not handled: what a script can learn from addresses that tostring() prints, and the
 * time it takes; there is nobody it could tell.
 *
 * Who owns what: everything a script makes is on the Lua heap and goes with
 * lua_close(). A Lua error is a longjmp, so no function here that calls Lua holds
 * anything else.
 */
#include "confine.h"

#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "prelude.h"
#include "script.h"
#include "text.h"

#define HOOK_EVERY 10000

static struct {
	long nth;
	bool all, came;
} seam;

void confine_fail(long nth, bool all)
{
	seam.nth = nth;
	seam.all = all;
	seam.came = false;
}

bool confine_failed(void)
{
	return seam.came;
}

static bool refused(void)
{
	if (seam.nth <= 0 || (seam.came && !seam.all))
		return false;
	if (!seam.came && --seam.nth > 0)
		return false;
	seam.nth = 1;
	seam.came = true;
	return true;
}

void *confine_malloc(size_t size)
{
	return refused() ? NULL : calloc(1, size);
}

/* lua_Alloc: @old is a size only when @ptr is not NULL; making smaller must not fail. */
static void *allocate(void *ud, void *ptr, size_t old, size_t size)
{
	struct quota *quota = ud;
	void *moved;

	if (!ptr)
		old = 0;
	if (size == 0) {
		free(ptr);
		quota->used -= old;
		return NULL;
	}
	if (size > old && (size - old > CONFINE_MEMORY - quota->used || refused()))
		return NULL;
	moved = realloc(ptr, size);
	if (!moved)
		return size <= old ? ptr : NULL;
	quota->used += size - old;
	return moved;
}

int confine_kill(lua_State *L, const char *fmt, ...)
{
	struct lab *lab = script_lab(L);
	char text[200];
	va_list ap;
	char src[LUA_IDSIZE];
	int line;

	if (!lab->quota.killed[0]) {
		va_start(ap, fmt);
		vsnprintf(text, sizeof(text), fmt, ap);
		va_end(ap);
		line = script_where(L, src);
		snprintf(lab->quota.killed, sizeof(lab->quota.killed), "%s:%d: %s", src, line,
			 text);
	}
	lua_pushstring(L, lab->quota.killed);
	lua_error(L);
	__builtin_unreachable();
}

int confine_no_memory(lua_State *L)
{
	struct quota *quota = &script_lab(L)->quota;

	if (!quota->killed[0])
		quota->code = ENOMEM;
	confine_kill(L, "the lab wanted more than %zu MB of memory", CONFINE_MEMORY >> 20);
}

static void count(lua_State *L, lua_Debug *ar)
{
	struct lab *lab = script_lab(L);

	(void)ar;
	lab->quota.instructions += HOOK_EVERY;
	if (lab->quota.killed[0] || lab->quota.instructions >= CONFINE_INSTRUCTIONS)
		confine_kill(L, "the lab ran %lld million instructions without waiting",
			     (long long)(CONFINE_INSTRUCTIONS / 1000000));
}

void confine_watch(lua_State *L)
{
	lua_sethook(L, count, LUA_MASKCOUNT, HOOK_EVERY);
}

lua_State *confine_state(struct quota *quota)
{
	return lua_newstate(allocate, quota);
}

/*
 * What every pcall() ends with. Out of memory counts as a limit: a script that
 * goes on asking would otherwise be ended only by its instructions.
 */
static int protected_end(lua_State *L, int status, lua_KContext handler)
{
	struct lab *lab = script_lab(L);

	if (lab->quota.killed[0])
		confine_kill(L, "%s", "");
	if (status == LUA_ERRMEM)
		confine_no_memory(L);
	if (status != LUA_OK && status != LUA_YIELD) {
		lua_pushboolean(L, 0);
		lua_pushvalue(L, -2);
		return 2;
	}
	return lua_gettop(L) - (int)handler;
}

static int protected_call(lua_State *L)
{
	int status;

	luaL_checkany(L, 1);
	lua_pushboolean(L, 1);
	lua_insert(L, 1);
	status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, protected_end);
	return protected_end(L, status, 0);
}

static int protected_xcall(lua_State *L)
{
	int n = lua_gettop(L), status;

	luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_pushboolean(L, 1);
	lua_pushvalue(L, 1);
	lua_rotate(L, 3, 2);
	status = lua_pcallk(L, n - 2, LUA_MULTRET, 2, 2, protected_end);
	return protected_end(L, status, 2);
}

static const luaL_Reg libraries[] = {
	{ "_G", luaopen_base },   { "string", luaopen_string }, { "table", luaopen_table },
	{ "math", luaopen_math }, { "utf8", luaopen_utf8 },
};

static void api(lua_State *L)
{
	lua_newtable(L);
	lua_pushcfunction(L, protected_call);
	lua_setfield(L, -2, "pcall");
	lua_pushcfunction(L, protected_xcall);
	lua_setfield(L, -2, "xpcall");
	actor_open(L);
	burst_open(L);
	expect_open(L);
	flood_open_names(L);
	host_open(L);
	kernel_open(L);
	link_open(L);
	narrate_open(L);
	net_open(L);
	param_open(L);
	predict_open(L);
	program_open(L);
	sock_open(L);
}

void confine_globals(lua_State *L)
{
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
		lua_pop(L, 1);
	}
	if (luaL_loadbufferx(L, prelude_text, prelude_size(), "=prelude", "t") != LUA_OK)
		lua_error(L);
	lua_pushglobaltable(L);
	api(L);
	lua_call(L, 2, 2);
}

/* Upvalues 1 and 2: what there is, and what there is not. */
static int missing(lua_State *L)
{
	const char *names[128], *like, *name;
	size_t n = 0;

	lua_settop(L, 2);
	lua_pushvalue(L, 2);
	lua_rawget(L, lua_upvalueindex(1));
	if (!lua_isnil(L, -1))
		return 1;
	if (lua_type(L, 2) != LUA_TSTRING)
		return 1;
	name = lua_tostring(L, 2);
	lua_pushvalue(L, 2);
	lua_rawget(L, lua_upvalueindex(2));
	if (!lua_isnil(L, -1))
		return script_misuse(L, 0, "%.40s is not available in a lab: %s", name,
				     lua_tostring(L, -1));
	lua_pushnil(L);
	while (lua_next(L, lua_upvalueindex(1))) {
		lua_pop(L, 1);
		if (n < 128)
			names[n++] = lua_tostring(L, -1);
	}
	like = nearest_name(name, names, n);
	if (like)
		return script_misuse(L, 0, "'%.60s' is not defined; did you mean '%s'?", name,
				     like);
	return script_misuse(L, 0, "'%.60s' is not defined", name);
}

static int assign(lua_State *L)
{
	struct lab *lab = script_lab(L);
	char src[LUA_IDSIZE];

	if (lua_type(L, 2) == LUA_TSTRING) {
		const char *name = lua_tostring(L, 2);

		lua_pushvalue(L, 2);
		lua_rawget(L, lua_upvalueindex(1));
		lua_pushvalue(L, 2);
		lua_rawget(L, lua_upvalueindex(2));
		if (!lua_isnil(L, -1) || !lua_isnil(L, -2))
			return script_misuse(L, 0,
					     "'%.40s' is a name that tcplab itself uses; "
					     "choose another one",
					     name);
		lua_pop(L, 2);
		if (lab->playing)
			return script_misuse(L, 0,
					     "'%.60s' is a new global inside of run(); "
					     "write \"local %.60s = …\"",
					     name, name);
		/* What stands in it is looked at later. */
		if (strcmp(name, "link") == 0)
			lab->link_line = script_where(L, src);
	}
	lua_rawset(L, 1);
	return 0;
}

void confine_environment(lua_State *L)
{
	int absent = lua_gettop(L), builtin = absent - 1;

	lua_newtable(L);
	lua_createtable(L, 0, 3);
	lua_pushvalue(L, builtin);
	lua_pushvalue(L, absent);
	lua_pushcclosure(L, missing, 2);
	lua_setfield(L, -2, "__index");
	lua_pushvalue(L, builtin);
	lua_pushvalue(L, absent);
	lua_pushcclosure(L, assign, 2);
	lua_setfield(L, -2, "__newindex");
	lua_pushliteral(L, "the globals of a lab");
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_replace(L, builtin);
	lua_settop(L, builtin);
}
