/* SPDX-License-Identifier: MIT */
#ifndef LUA_OPTIONS_H
#define LUA_OPTIONS_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reading tables that authors write: { timeout = "5s", family = 6 }. A key that
 * is not known is misuse, with the nearest known one. @arg is the number of the argument
 * for messages; -1 outside of a call, where the message stands alone.
 */

/** nearest_name() - the one of @names that is most like @word. Return: it, or NULL when none is
 * near. */
const char *nearest_name(const char *word, const char *const *names, size_t n);

/** options_check() - @index holds a table (or nothing) with no other keys than @names, a
 * NULL-terminated list. */
void options_check(lua_State *L, int index, int arg, const char *const *names);

/* Each returns @fallback when the key or the whole table is missing. */
int64_t options_integer(lua_State *L, int index, int arg, const char *key, int64_t fallback,
			int64_t min, int64_t max);
bool options_bool(lua_State *L, int index, int arg, const char *key, bool fallback);
int64_t options_duration(lua_State *L, int index, int arg, const char *key, int64_t fallback);
const char *options_string(lua_State *L, int index, int arg, const char *key);

/** duration_at() - "50ms" or integer nanoseconds at @index. Return: nanoseconds. */
int64_t duration_at(lua_State *L, int index, int arg, const char *what);

/** probability_at() - 0 to 1, or "1%". */
double probability_at(lua_State *L, int index, int arg, const char *what);

/** options_error() - raise about argument @arg. Does not return. */
int options_error(lua_State *L, int arg, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), noreturn));

#endif
