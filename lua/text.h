/* SPDX-License-Identifier: MIT */
#ifndef LUA_TEXT_H
#define LUA_TEXT_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

struct lab_text;

#define TEXT_MAX_TITLE 200
#define TEXT_MAX_STEP  1000
#define TEXT_MAX_NOTE  4000
#define TEXT_MAX_NAME  100

/**
 * text_problem() - may this be shown? It has to be UTF-8 without control
 * characters (escape sequences) and direction overrides.
 * @newlines: '\n' is allowed
 * Return: true when it may not, with the reason in @why.
 */
bool text_problem(const char *text, size_t len, size_t max, bool newlines, char *why, size_t size);

/** text_clean() - replace in place by '?' whatever text_problem() refuses; '\n' stays. */
void text_clean(char *text);

/**
 * text_check() - the string at @index as a checked text; raises naming @field.
 * Return: it, owned by Lua.
 */
const char *text_check(lua_State *L, int index, const char *field, size_t max, bool newlines);

/** text_read() - a string or { "…", zh = "…" } at @index; raises naming @field. Owned by Lua. */
void text_read(lua_State *L, int index, const char *field, size_t max, bool newlines,
	       struct lab_text *out);

#endif
