/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/duration.h"
#include "options.h"
#include "script.h"
#include "text.h"

const struct lab_param *param_find(const struct lab *lab, const char *name)
{
	for (size_t i = 0; i < lab->meta.n_params; i++) {
		if (strcmp(lab->params[i].name, name) == 0)
			return &lab->params[i];
	}
	return NULL;
}

static int to_integer(const char *text, int64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoll(text, &end, 10);
	return errno || end == text || *end ? -EINVAL : 0;
}

static int to_number(const char *text, double *value)
{
	char *end;

	errno = 0;
	*value = strtod(text, &end);
	return errno || end == text || *end || !isfinite(*value) ? -EINVAL : 0;
}

/* Bounds are compared as what they are: -1, 0 or 1; -2 when @a is no such value. */
static int compare(enum lab_param_kind kind, const char *a, const char *b)
{
	struct err ignored = ERR_INIT;
	double x = 0, y = 0;
	int64_t i, j;

	switch (kind) {
	case LAB_PARAM_INTEGER:
		if (to_integer(a, &i) < 0 || to_integer(b, &j) < 0)
			return -2;
		return (i > j) - (i < j);
	case LAB_PARAM_DURATION:
		if (duration_parse(a, &i, &ignored) < 0 || duration_parse(b, &j, &ignored) < 0)
			return -2;
		return (i > j) - (i < j);
	case LAB_PARAM_NUMBER:
		if (to_number(a, &x) < 0 || to_number(b, &y) < 0)
			return -2;
		return (x > y) - (x < y);
	case LAB_PARAM_BOOLEAN:
	case LAB_PARAM_CHOICE:
		break;
	}
	return -2;
}

static bool chosen(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (const char *c = choices; c; c = strchr(c, '|') ? strchr(c, '|') + 1 : NULL) {
		if (strcspn(c, "|") == len && strncmp(c, value, len) == 0)
			return true;
	}
	return false;
}

int param_check(const struct lab_param *p, const char *value, struct err *err)
{
	struct err inner = ERR_INIT;
	int64_t integer;
	double number;

	switch (p->kind) {
	case LAB_PARAM_INTEGER:
		if (to_integer(value, &integer) < 0)
			return err_set(err, EINVAL,
				       "parameter %s has to be an integer such as %s, not '%.60s'",
				       p->name, p->fallback, value);
		break;
	case LAB_PARAM_NUMBER:
		if (to_number(value, &number) < 0)
			return err_set(err, EINVAL,
				       "parameter %s has to be a number such as %s, not '%.60s'",
				       p->name, p->fallback, value);
		break;
	case LAB_PARAM_DURATION:
		if (duration_parse(value, &integer, &inner) < 0)
			return err_set(err, EINVAL, "parameter %s: %s", p->name, inner.msg);
		break;
	case LAB_PARAM_BOOLEAN:
		if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
			return err_set(err, EINVAL,
				       "parameter %s has to be true or false, not '%.60s'", p->name,
				       value);
		return 0;
	case LAB_PARAM_CHOICE:
		if (!chosen(p->choices, value))
			return err_set(err, EINVAL, "parameter %s has to be one of %s, not '%.60s'",
				       p->name, p->choices, value);
		return 0;
	}
	if ((p->min && compare(p->kind, value, p->min) < 0) ||
	    (p->max && compare(p->kind, value, p->max) > 0))
		return err_set(err, EINVAL, "parameter %s = %.60s is out of range: %s to %s",
			       p->name, value, p->min ? p->min : "any", p->max ? p->max : "any");
	return 0;
}

/* The value at @index as people type it; NULL when there is none. */
static const char *spelt(lua_State *L, int index, const char *what)
{
	const char *text = NULL;

	if (lua_isnil(L, index))
		return NULL;
	if (lua_type(L, index) == LUA_TNUMBER || lua_type(L, index) == LUA_TBOOLEAN ||
	    lua_type(L, index) == LUA_TSTRING) {
		luaL_tolstring(L, index, NULL);
		text = keep_string(L, text_check(L, -1, what, TEXT_MAX_NAME, false));
		lua_pop(L, 1);
		return text;
	}
	return options_error(L, 3, "%s cannot be a %s", what, luaL_typename(L, index)), NULL;
}

static const char *join_choices(lua_State *L, int index)
{
	size_t n = (size_t)luaL_len(L, index);
	luaL_Buffer b;
	const char *all;

	if (n < 2 || n > 20)
		options_error(L, 2, "oneof needs 2 to 20 choices");
	luaL_buffinit(L, &b);
	for (size_t i = 1; i <= n; i++) {
		lua_rawgeti(L, index, (lua_Integer)i);
		text_check(L, -1, "a choice", 40, false);
		if (!*lua_tostring(L, -1) || strchr(lua_tostring(L, -1), '|'))
			options_error(L, 2, "a choice is not empty and has no '|'");
		luaL_addvalue(&b);
		if (i < n)
			luaL_addchar(&b, '|');
	}
	luaL_pushresult(&b);
	all = keep_string(L, lua_tostring(L, -1));
	lua_pop(L, 1);
	return all;
}

/* { oneof = { … } } at @index: its choices, else nothing. */
static void read_choices(lua_State *L, struct lab_param *p, int index)
{
	if (lua_type(L, index) != LUA_TTABLE)
		return;
	lua_getfield(L, index, "oneof");
	if (!lua_isnil(L, -1)) {
		if (lua_type(L, -1) != LUA_TTABLE)
			options_error(L, index, "oneof is a list of strings");
		p->kind = LAB_PARAM_CHOICE;
		p->choices = join_choices(L, lua_gettop(L));
	}
	lua_pop(L, 1);
}

static void read_default(lua_State *L, struct lab_param *p)
{
	struct err ignored = ERR_INIT;
	int64_t ns;

	if (p->kind == LAB_PARAM_CHOICE && lua_type(L, 2) == LUA_TTABLE) {
		char first[64];

		snprintf(first, sizeof(first), "%.*s", (int)strcspn(p->choices, "|"), p->choices);
		p->fallback = keep_string(L, first);
		return;
	}
	p->fallback = spelt(L, 2, "the default");
	if (p->kind == LAB_PARAM_CHOICE)
		return;
	switch (lua_type(L, 2)) {
	case LUA_TBOOLEAN:
		p->kind = LAB_PARAM_BOOLEAN;
		return;
	case LUA_TNUMBER:
		p->kind = lua_isinteger(L, 2) ? LAB_PARAM_INTEGER : LAB_PARAM_NUMBER;
		return;
	case LUA_TSTRING:
		p->kind = LAB_PARAM_DURATION;
		if (duration_parse(p->fallback, &ns, &ignored) == 0)
			return;
		break;
	}
	options_error(L, 2,
		      "the default is a number, true or false, a duration such as \"20ms\", "
		      "or { oneof = { \"a\", \"b\" } }");
}

static void read_bounds(lua_State *L, struct lab_param *p)
{
	static const char *const names[] = { "min", "max", "help", "oneof", NULL };
	struct lab_text help;

	if (p->kind == LAB_PARAM_DURATION) {
		p->min = "0";
		p->max = "1000h";
	}
	options_check(L, 3, 3, names);
	if (lua_type(L, 3) != LUA_TTABLE)
		return;
	lua_getfield(L, 3, "min");
	if (!lua_isnil(L, -1))
		p->min = spelt(L, -1, "min");
	lua_getfield(L, 3, "max");
	if (!lua_isnil(L, -1))
		p->max = spelt(L, -1, "max");
	lua_getfield(L, 3, "help");
	if (!lua_isnil(L, -1)) {
		text_read(L, -1, "help", TEXT_MAX_TITLE, false, &help);
		p->help.en = keep_string(L, help.en);
		p->help.zh = keep_string(L, help.zh);
	}
	lua_pop(L, 3);
	if ((p->min && compare(p->kind, p->min, p->min) != 0) ||
	    (p->max && compare(p->kind, p->max, p->max) != 0))
		options_error(L, 3, "min and max have to be of the default's kind");
}

static void push_value(lua_State *L, const struct lab_param *p)
{
	int64_t integer = 0;
	double number = 0;

	switch (p->kind) {
	case LAB_PARAM_INTEGER:
		to_integer(p->value, &integer);
		lua_pushinteger(L, integer);
		return;
	case LAB_PARAM_NUMBER:
		to_number(p->value, &number);
		lua_pushnumber(L, number);
		return;
	case LAB_PARAM_BOOLEAN:
		lua_pushboolean(L, strcmp(p->value, "true") == 0);
		return;
	case LAB_PARAM_DURATION: {
		/* Checked when it was given. As ns, so that a lab can compute with it. */
		struct err ignored = ERR_INIT;

		duration_parse(p->value, &integer, &ignored);
		lua_pushinteger(L, integer);
		return;
	}
	case LAB_PARAM_CHOICE:
		lua_pushstring(L, p->value);
		return;
	}
}

/* param(name, default [, { min, max, help, oneof }]) */
static int declare(lua_State *L)
{
	struct lab *lab = script_lab(L);
	const char *name = luaL_checkstring(L, 1);
	struct err err = ERR_INIT;
	struct lab_param *p;

	lua_settop(L, 3);
	if (lab->playing)
		return script_misuse(L, 0, "param() belongs at the top of the file, before run()");
	if (!name[0] || strlen(name) > 30 ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(name))
		return luaL_argerror(L, 1, "a parameter's name is of a-z, 0-9 and _");
	if (param_find(lab, name))
		return luaL_argerror(L, 1, "there is a parameter of that name already");
	if (lab->meta.n_params == LAB_MAX_SETTINGS)
		return script_misuse(L, 0, "a lab can have %d parameters", LAB_MAX_SETTINGS);

	p = &lab->params[lab->meta.n_params];
	*p = (struct lab_param){ .name = keep_string(L, name), .help.en = "" };
	read_choices(L, p, 2);
	read_choices(L, p, 3);
	read_default(L, p);
	read_bounds(L, p);
	if (param_check(p, p->fallback, &err) < 0)
		return luaL_argerror(L, 2, lua_pushfstring(L, "the default: %s", err.msg));
	p->value = p->fallback;
	for (size_t i = 0; i < lab->n_given; i++) {
		if (strcmp(lab->given[i].name, name) != 0)
			continue;
		if (param_check(p, lab->given[i].value, &err) < 0)
			return lua_pushstring(L, err.msg), lua_error(L);
		p->value = keep_string(L, lab->given[i].value);
	}
	lab->meta.params = lab->params;
	lab->meta.n_params++;
	push_value(L, p);
	return 1;
}

void param_finish(lua_State *L)
{
	const struct lab *lab = script_lab(L);
	const char *names[LAB_MAX_SETTINGS], *like;
	luaL_Buffer b;

	for (size_t i = 0; i < lab->meta.n_params; i++)
		names[i] = lab->params[i].name;
	for (size_t i = 0; i < lab->n_given; i++) {
		if (param_find(lab, lab->given[i].name))
			continue;
		like = nearest_name(lab->given[i].name, names, lab->meta.n_params);
		luaL_buffinit(L, &b);
		luaL_addstring(&b, lab->meta.id);
		luaL_addstring(&b, " has no parameter '");
		luaL_addlstring(&b, lab->given[i].name, strnlen(lab->given[i].name, 60));
		luaL_addstring(&b, "'");
		if (like) {
			luaL_addstring(&b, "; did you mean '");
			luaL_addstring(&b, like);
			luaL_addstring(&b, "'?");
		}
		luaL_addstring(&b, lab->meta.n_params ? "; it has: " : "; it has none");
		for (size_t j = 0; j < lab->meta.n_params; j++) {
			luaL_addstring(&b, j ? ", " : "");
			luaL_addstring(&b, names[j]);
		}
		luaL_pushresult(&b);
		lua_error(L);
	}
}

static const struct script_fn function = { "param", declare, true };

void param_open(lua_State *L)
{
	script_push(L, &function);
	lua_setfield(L, -2, function.name);
}
