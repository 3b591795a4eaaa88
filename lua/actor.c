/* SPDX-License-Identifier: MIT */
/*
 * Actors
 * ======
 *
 * An actor is a Lua coroutine that the engine resumes. It stops in three ways: it
 * waits (its struct lab_wait says for what), it ends, or it fails, which ends the lab.
 *
 *   NOTHING ──lab_resume()──> runs ──> FD | TIME | EXPECT | ACTOR | ENDED
 *
 * The coroutine's first function is actor_body(), which calls the author's function and,
 * when that has returned, judges an expectation that is still pending. A function
 * that waits yields with a continuation and leaves nothing on the C stack.
 *
 * Who owns what: a struct actor is a Lua userdata, kept from the collector by a
 * registry table until the lab is freed; its user value is the thread.
 *
 * Not handled: ending an actor from outside. A lab ends when all its actors have.
 */
#include <stdio.h>
#include <string.h>

#include "../netns/duration.h"
#include "options.h"
#include "script.h"

static const char actors_key;

static int actor_ended(lua_State *L, int status, lua_KContext ctx)
{
	(void)status;
	(void)ctx;
	if (expect_flush(L))
		return lua_yieldk(L, 0, 0, actor_ended);
	return lua_gettop(L);
}

static int actor_body(lua_State *L)
{
	lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, actor_ended);
	return actor_ended(L, LUA_OK, 0);
}

struct actor *actor_new(lua_State *L, int nargs)
{
	struct lab *lab = script_lab(L);
	struct actor *a;

	if (lab->n_actors == SCRIPT_MAX_ACTORS)
		script_misuse(L, 0, "a lab can have %d actors", SCRIPT_MAX_ACTORS);
	luaL_checkstack(L, 4, "an actor");
	a = lua_newuserdatauv(L, sizeof(*a), 1);
	memset(a, 0, sizeof(*a));
	a->wait = (struct lab_wait){ .kind = LAB_WAIT_NOTHING, .fd = -1, .deadline = -1 };
	a->wait.what = a->what;
	a->index = lab->n_actors;
	luaL_setmetatable(L, "actor");
	a->L = lua_newthread(L);
	confine_watch(a->L);
	lua_setiuservalue(L, -2, 1);

	if (lua_rawgetp(L, LUA_REGISTRYINDEX, &actors_key) != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_rawsetp(L, LUA_REGISTRYINDEX, &actors_key);
	}
	lua_pushvalue(L, -2);
	lua_rawseti(L, -2, (lua_Integer)a->index + 1);
	lua_pop(L, 1);

	lua_insert(L, -nargs - 2);
	if (!lua_checkstack(a->L, nargs + 2))
		confine_no_memory(L);
	lua_pushcfunction(a->L, actor_body);
	lua_xmove(L, a->L, nargs + 1);
	lab->actors[lab->n_actors++] = a;
	return a;
}

void actor_ended_with(struct lab *lab, struct actor *a, int results)
{
	a->results = results;
	a->wait.kind = LAB_WAIT_ENDED;
	a->what[0] = '\0';
	for (size_t i = 0; i < lab->n_actors; i++) {
		struct actor *other = lab->actors[i];

		if (other->wait.kind == LAB_WAIT_ACTOR && other->joins == a->index)
			other->wait.kind = LAB_WAIT_NOTHING;
	}
}

void actor_end_on(lua_State *L, unsigned host)
{
	struct lab *lab = script_lab(L);

	for (size_t i = 0; i < lab->n_actors; i++) {
		struct actor *a = lab->actors[i];

		if (a->wait.kind == LAB_WAIT_FD && a->there == host)
			actor_ended_with(lab, a, 0);
	}
}

static void describe(lua_State *L, struct actor *a, const char *op)
{
	char src[LUA_IDSIZE];
	int line = script_where(L, src);

	snprintf(a->what, sizeof(a->what), "%s() at %s:%d", op, src, line);
}

void actor_may_wait(lua_State *L, const char *op)
{
	if (!lua_isyieldable(L))
		script_misuse(L, 0,
			      "%s() waits, which is not possible inside a callback of "
			      "table.sort, string.gsub or a metamethod",
			      op);
}

int actor_wait_fd(lua_State *L, const char *op, int fd, uint32_t events, lua_KContext ctx,
		  lua_KFunction k)
{
	struct actor *a = script_actor(script_lab(L));

	actor_may_wait(L, op);
	describe(L, a, op);
	a->wait.kind = LAB_WAIT_FD;
	a->wait.fd = fd;
	a->wait.events = events;
	a->wait.deadline = a->deadline;
	return lua_yieldk(L, 0, ctx, k);
}

static int sleep_end(lua_State *L, int status, lua_KContext ctx)
{
	(void)L;
	(void)status;
	(void)ctx;
	return 0;
}

static int actor_sleep(lua_State *L)
{
	struct lab *lab = script_lab(L);
	struct actor *a = script_actor(lab);
	int64_t ns = duration_at(L, 1, 1, "the time to sleep");

	actor_may_wait(L, "sleep");
	describe(L, a, "sleep");
	a->wait.kind = LAB_WAIT_TIME;
	a->wait.deadline = lab->ops->now(lab->engine) + ns;
	return lua_yieldk(L, 0, 0, sleep_end);
}

static int actor_spawn(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TFUNCTION);
	actor_new(L, lua_gettop(L) - 1);
	return 1;
}

static int join_end(lua_State *L, int status, lua_KContext ctx)
{
	struct actor *other = luaL_checkudata(L, 1, "actor");

	(void)status;
	(void)ctx;
	luaL_checkstack(L, other->results, "the results of an actor");
	/* They stay with the actor, so that more than one can join it. */
	for (int i = 0; i < other->results; i++)
		lua_pushvalue(other->L, lua_gettop(other->L) - other->results + 1 + i),
			lua_xmove(other->L, L, 1);
	return other->results;
}

static int actor_join(lua_State *L)
{
	struct lab *lab = script_lab(L);
	struct actor *a = script_actor(lab);
	struct actor *other = luaL_checkudata(L, 1, "actor");

	if (other->wait.kind == LAB_WAIT_ENDED)
		return join_end(L, LUA_OK, 0);
	if (other == a)
		return luaL_argerror(L, 1, "an actor cannot wait for itself");
	actor_may_wait(L, "join");
	describe(L, a, "join");
	a->wait.kind = LAB_WAIT_ACTOR;
	a->joins = other->index;
	return lua_yieldk(L, 0, 0, join_end);
}

static int actor_tostring(lua_State *L)
{
	const struct actor *a = luaL_checkudata(L, 1, "actor");

	lua_pushfstring(L, "actor %d", (int)a->index);
	return 1;
}

static const struct script_fn methods[] = {
	{ "join", actor_join, false },
};

static const struct script_fn globals[] = {
	{ "sleep", actor_sleep, false },
	{ "spawn", actor_spawn, false },
};

void actor_open(lua_State *L)
{
	for (size_t i = 0; i < sizeof(globals) / sizeof(globals[0]); i++) {
		script_push(L, &globals[i]);
		lua_setfield(L, -2, globals[i].name);
	}
	script_type(L, "actor", methods, sizeof(methods) / sizeof(methods[0]), NULL,
		    actor_tostring);
	lua_pop(L, 1);
}
