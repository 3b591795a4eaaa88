/* SPDX-License-Identifier: MIT */
#ifndef LUA_SCRIPT_H
#define LUA_SCRIPT_H

/*
 * What the files of lua/ share: the state behind a struct lab. Callers outside
 * see lab.h and labops.h only.
 */
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "../netns/err.h"
#include "claim.h"
#include "confine.h"
#include "lab.h"
#include "labops.h"

#define SCRIPT_MAX_ACTORS    256
#define SCRIPT_MAX_SOCKETS   4096
#define SCRIPT_MAX_NARRATION 10000
#define SCRIPT_MAX_CALLS     1000000

/*
 * An actor, which is a Lua userdata; its one user value is its thread.
 *
 * @woken:    why it was resumed last
 * @joins:    the actor it waits for, with LAB_WAIT_ACTOR
 * @there:    the host of the socket it waits for, with LAB_WAIT_FD
 * @results:  values that its function returned, on its own stack
 * @reported: the call it is in was reported as pending, under @call_id
 * @t0, @deadline, @timeout: of that call; -1 when it may wait for ever
 */
struct actor {
	lua_State *L;
	size_t index, joins;
	unsigned there;
	int results;
	struct lab_wait wait;
	char what[192];
	enum lab_wake woken;
	bool reported;
	uint64_t call_id;
	int64_t t0, deadline, timeout;
	struct claim claim;
};

/*
 * @quota:   memory, instructions, the message of a limit that was passed
 * @ops:     NULL until lab_start(): the top chunk cannot reach the engine
 * @current: the actor that runs
 * @mark:    zero of at(), run clock
 * @vanished: bit by host
 * @kept:    blocks of metadata, freed with the lab
 * @toward:  impairments on the way to each host
 * @link_line:  where the file sets `link`
 * @about_line: what script_where() says while the file's globals are looked at, and no line runs
 * @server: NULL once the chunk has run
 * @full, @virtual_clock, @kernel_release: what is played, and on which kernel
 */
struct lab {
	lua_State *L;
	struct quota quota;
	struct lab_meta meta;
	struct lab_param params[LAB_MAX_SETTINGS];
	const struct lab_setting *given;
	size_t n_given;
	const char *kernel_release;
	const struct lab_server *server;
	const struct lab_ops *ops;
	void *engine;
	bool playing, dead, full, virtual_clock;
	size_t n_actors, current, n_sockets, n_narration, n_calls;
	struct actor *actors[SCRIPT_MAX_ACTORS];
	struct impairment toward[WORLD_MAX_HOSTS];
	unsigned vanished;
	int link_line, about_line;
	int64_t mark;
	struct kept *kept;
};

/*
 * A function that labs can call. Every one begins in script_enter(), which
 * judges a pending expectation first.
 *
 * @anywhere: also outside of run()
 */
struct script_fn {
	const char *name;
	lua_CFunction fn;
	bool anywhere;
};

/** script_lab() - the lab of a Lua state or of any of its threads. */
static inline struct lab *script_lab(lua_State *L)
{
	return *(struct lab **)lua_getextraspace(L);
}

static inline struct actor *script_actor(const struct lab *lab)
{
	return lab->actors[lab->current];
}

/** script_push() - push @fn as labs call it. */
void script_push(lua_State *L, const struct script_fn *fn);

/** script_type() - make the metatable of a userdata: methods, locked, with suggestions for a
 * misspelt one. Leaves it on the stack. */
void script_type(lua_State *L, const char *name, const struct script_fn *methods, size_t n,
		 lua_CFunction fields, lua_CFunction tostring);

/** script_plain_type() - the same, with methods that leave a pending expectation alone. */
void script_plain_type(lua_State *L, const char *name, const luaL_Reg *methods, size_t n,
		       lua_CFunction tostring);

/** script_where() - the innermost line of the lab's own text that is running, and the file's short
 * name. Return: the line, or 0. */
int script_where(lua_State *L, char src[static LUA_IDSIZE]);

/** script_misuse() - raise "file:line: message"; @line 0 for the line that runs. Does not return.
 */
int script_misuse(lua_State *L, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), noreturn));

/** script_raise() - raise what the engine or netns/ said. Does not return. */
int script_raise(lua_State *L, const struct err *err) __attribute__((noreturn));

/** kept_new() - zeroed memory that lives as long as the lab. Return: it, or NULL. */
void *kept_new(struct lab *lab, size_t size);
void kept_free(struct lab *lab);

/** keep() / keep_string() - the same, from under Lua; raises without memory. */
void *keep(lua_State *L, size_t size);
const char *keep_string(lua_State *L, const char *text);

/* Each file's own names, put into the table on top of the stack. */
void actor_open(lua_State *L);
void burst_open(lua_State *L);
void expect_open(lua_State *L);
void flood_open_names(lua_State *L);
void host_open(lua_State *L);
void kernel_open(lua_State *L);
void link_open(lua_State *L);
void narrate_open(lua_State *L);
void net_open(lua_State *L);
void param_open(lua_State *L);
void predict_open(lua_State *L);
void program_open(lua_State *L);
void sock_open(lua_State *L);

/** host_push() - push host @index as labs see it. host_at() - its index, from an argument. */
void host_push(lua_State *L, unsigned index);
unsigned host_at(lua_State *L, int arg);

/** host_alive() - raise when @host has vanished. */
void host_alive(lua_State *L, unsigned host, const char *op);

/** link_push() - push the link of a host. link_vanish() - host:vanish(). */
void link_push(lua_State *L, unsigned host);
int link_vanish(lua_State *L);

/** crash_host() - host:crash(actor). */
int crash_host(lua_State *L);

/** flood_net() - net:flood{ … }. */
int flood_net(lua_State *L);

/** program_exec() - host:exec{ … }. */
int program_exec(lua_State *L);

/** metadata_read() - fill lab->meta from the globals table at @env; raises. */
void metadata_read(lua_State *L, int env);

/** settings_read() - the same for sysctl and counter_runs. */
void settings_read(lua_State *L, int env);

/** param_finish() - raise when a value was given for a parameter that the lab does not have. */
void param_finish(lua_State *L);

/** param_check() - may parameter @p have @value? Return: 0 or -EINVAL. */
int param_check(const struct lab_param *p, const char *value, struct err *err);
const struct lab_param *param_find(const struct lab *lab, const char *name);

/** actor_new() - an actor for the function and @nargs arguments on top of @L's stack; leaves the
 * actor there. */
struct actor *actor_new(lua_State *L, int nargs);

/** actor_wait_fd() - wait, then go on in @k. Used as `return actor_wait_fd(…)`. */
int actor_wait_fd(lua_State *L, const char *op, int fd, uint32_t events, lua_KContext ctx,
		  lua_KFunction k);

/** actor_ended_with() - it is over; @results of them are on its stack. Who joins it goes on. */
void actor_ended_with(struct lab *lab, struct actor *a, int results);

/** actor_end_on() - those that wait for a socket of @host wait for ever: they have ended. */
void actor_end_on(lua_State *L, unsigned host);

/** actor_may_wait() - raise when @op is called where waiting is impossible. */
void actor_may_wait(lua_State *L, const char *op);

/** expect_flush() - hand the actor's pending expectation to the engine. Return: true when the actor
 * has to wait for it. */
bool expect_flush(lua_State *L);

#endif
