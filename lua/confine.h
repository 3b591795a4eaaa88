/* SPDX-License-Identifier: MIT */
#ifndef LUA_CONFINE_H
#define LUA_CONFINE_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

#include "refusal.h"

#define CONFINE_MEMORY       ((size_t)32 << 20)
#define CONFINE_INSTRUCTIONS INT64_C(50000000)
#define CONFINE_CPU_SECONDS  5

/*
 * What a script may use.
 *
 * @used:         bytes of Lua memory now
 * @instructions: of the virtual machine since the script last waited
 * @killed:       why the script must end; empty while it may run. Nothing in the
 *                script can catch this
 * @code:         ENOMEM when that was memory, else 0
 */
struct quota {
	size_t used;
	int64_t instructions;
	char killed[320];
	int code;
};

/** confine_state() - a Lua state under @quota with nothing in it. Return: it, or NULL without
 * memory. */
lua_State *confine_state(struct quota *quota);

/** confine_globals() - push the table of everything a lab may name and the table of absent names
 * with their reasons. */
void confine_globals(lua_State *L);

/** confine_environment() - pop those two and push the table that is the global scope of a lab. */
void confine_environment(lua_State *L);

/** confine_watch() - count instructions on this thread. */
void confine_watch(lua_State *L);

/** confine_kill() - end the script for good, with "file:line: message". Does not return. */
int confine_kill(lua_State *L, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/** confine_no_memory() - the same, for memory. Does not return. */
int confine_no_memory(lua_State *L) __attribute__((noreturn));

/** watchdog_arm() / watchdog_disarm() - around everything that runs a script. */
void watchdog_arm(void);
void watchdog_disarm(void);

/** confine_malloc() - calloc(1, @size) that the tests can make fail. */
void *confine_malloc(size_t size);

#endif
