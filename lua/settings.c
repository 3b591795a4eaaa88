/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "script.h"
#include "text.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct lab_setting *)a)->name, ((const struct lab_setting *)b)->name);
}

static const char *check_host(lua_State *L, const char *name, const char *field)
{
	const struct lab_meta *meta = &script_lab(L)->meta;
	size_t len = strcspn(name, ".");

	for (size_t i = 0; i < meta->n_hosts; i++) {
		if (strlen(meta->hosts[i]) == len && strncmp(meta->hosts[i], name, len) == 0)
			return name;
	}
	options_error(L, -1,
		      "%s: '%.80s' names no host of this lab; write it HOST.net.ipv4.…, such as "
		      "%s.net.ipv4.tcp_syncookies",
		      field, name, meta->hosts[0]);
}

/* The value on top, as it is written to the sysctl's file or typed after --param. */
static const char *value_text(lua_State *L, const char *field)
{
	const char *text;

	if (lua_type(L, -1) == LUA_TBOOLEAN) {
		options_error(L, -1, "%s: write 1 or 0 for a sysctl", field);
	} else if (lua_type(L, -1) != LUA_TNUMBER && lua_type(L, -1) != LUA_TSTRING) {
		options_error(L, -1, "%s: a value is a number or a string, not a %s", field,
			      luaL_typename(L, -1));
	}
	luaL_tolstring(L, -1, NULL);
	text = keep_string(L, text_check(L, -1, field, 200, false));
	lua_pop(L, 1);
	return text;
}

/*
 * Read { name = value } on top into @out, sorted. @prefix "HOST." or NULL.
 * Lua's own order differs from run to run.
 */
static size_t read_pairs(lua_State *L, const char *prefix, const char *field, bool booleans,
			 struct lab_setting *out, size_t n)
{
	if (lua_type(L, -1) != LUA_TTABLE)
		options_error(L, -1, "%s has to be a table { [\"name\"] = value }", field);
	lua_pushnil(L);
	while (lua_next(L, -2)) {
		char name[256];

		if (lua_type(L, -2) != LUA_TSTRING)
			options_error(L, -1, "%s has to be a table { [\"name\"] = value }", field);
		if (n == LAB_MAX_SETTINGS)
			options_error(L, -1, "%s: at most %d settings", field, LAB_MAX_SETTINGS);
		lua_pushvalue(L, -2);
		snprintf(name, sizeof(name), "%s%s%s", prefix ? prefix : "", prefix ? "." : "",
			 text_check(L, -1, field, 200, false));
		lua_pop(L, 1);
		out[n].name = keep_string(L, name);
		if (booleans && lua_type(L, -1) == LUA_TBOOLEAN)
			out[n].value = lua_toboolean(L, -1) ? "true" : "false";
		else
			out[n].value = value_text(L, field);
		n++;
		lua_pop(L, 1);
	}
	qsort(out, n, sizeof(*out), by_name);
	return n;
}

static void read_sysctls(lua_State *L, struct lab_meta *meta)
{
	struct lab_setting *sets = keep(L, LAB_MAX_SETTINGS * sizeof(*sets));

	if (lua_type(L, -1) != LUA_TTABLE)
		options_error(L, -1, "sysctl is written { HOST = { [\"net.ipv4.…\"] = value } }");
	lua_pushnil(L);
	while (lua_next(L, -2)) {
		if (lua_type(L, -2) != LUA_TSTRING)
			options_error(L, -1,
				      "sysctl is written { HOST = { [\"net.ipv4.…\"] = value } }");
		check_host(L, lua_tostring(L, -2), "sysctl");
		meta->n_sets =
			read_pairs(L, lua_tostring(L, -2), "sysctl", false, sets, meta->n_sets);
		lua_pop(L, 1);
	}
	meta->sets = sets;
}

static void read_counter_run(lua_State *L, struct lab_counter_run *run)
{
	static const char *const keys[] = { "name", "set", "param", "fails", NULL };
	const struct lab *lab = script_lab(L);
	struct err err = ERR_INIT;
	struct lab_text name;
	size_t n;

	if (lua_type(L, -1) != LUA_TTABLE)
		options_error(L, -1, "counter_runs is a list of { name = …, fails = { … } }");
	options_check(L, -1, -1, keys);
	lua_getfield(L, -1, "name");
	text_read(L, -1, "counter_runs: name", TEXT_MAX_TITLE, false, &name);
	run->name.en = keep_string(L, name.en);
	run->name.zh = keep_string(L, name.zh);
	lua_pop(L, 1);

	lua_getfield(L, -1, "set");
	if (!lua_isnil(L, -1))
		run->n_sets = read_pairs(L, NULL, "counter_runs: set", false, run->sets, 0);
	for (size_t i = 0; i < run->n_sets; i++)
		check_host(L, run->sets[i].name, "counter_runs: set");
	lua_pop(L, 1);

	lua_getfield(L, -1, "param");
	if (!lua_isnil(L, -1))
		run->n_params = read_pairs(L, NULL, "counter_runs: param", true, run->params, 0);
	for (size_t i = 0; i < run->n_params; i++) {
		const struct lab_param *p = param_find(lab, run->params[i].name);

		if (!p)
			options_error(L, -1, "counter_runs: there is no parameter '%.40s'",
				      run->params[i].name);
		if (param_check(p, run->params[i].value, &err) < 0)
			options_error(L, -1, "counter_runs: %s", err.msg);
	}
	lua_pop(L, 1);

	lua_getfield(L, -1, "fails");
	n = lua_type(L, -1) == LUA_TTABLE ? (size_t)lua_rawlen(L, -1) : 0;
	if (n < 1 || n > LAB_MAX_SETTINGS)
		options_error(L, -1, "counter_runs: fails lists the 1 to %d expectations that fail",
			      LAB_MAX_SETTINGS);
	for (size_t i = 0; i < n; i++) {
		lua_rawgeti(L, -1, (lua_Integer)i + 1);
		run->fails[i] = keep_string(
			L, text_check(L, -1, "counter_runs: fails", TEXT_MAX_TITLE, false));
		lua_pop(L, 1);
	}
	run->n_fails = n;
	lua_pop(L, 1);
	if (run->n_sets + run->n_params == 0)
		options_error(L, -1, "counter_runs: '%s' changes nothing; it needs set or param",
			      run->name.en);
}

static void read_counter_runs(lua_State *L, struct lab_meta *meta)
{
	struct lab_counter_run *runs;
	size_t n;

	if (lua_type(L, -1) != LUA_TTABLE)
		options_error(L, -1, "counter_runs is a list of { name = …, fails = { … } }");
	n = (size_t)lua_rawlen(L, -1);
	if (n < 1 || n > LAB_MAX_SETTINGS)
		options_error(L, -1, "counter_runs is a list of 1 to %d", LAB_MAX_SETTINGS);
	runs = keep(L, n * sizeof(*runs));
	for (size_t i = 0; i < n; i++) {
		lua_rawgeti(L, -1, (lua_Integer)i + 1);
		read_counter_run(L, &runs[i]);
		lua_pop(L, 1);
	}
	meta->counter_runs = runs;
	meta->n_counter_runs = n;
}

void settings_read(lua_State *L, int env)
{
	struct lab_meta *meta = &script_lab(L)->meta;

	lua_pushliteral(L, "sysctl");
	lua_rawget(L, env);
	if (!lua_isnil(L, -1))
		read_sysctls(L, meta);
	lua_pop(L, 1);
	lua_pushliteral(L, "counter_runs");
	lua_rawget(L, env);
	if (!lua_isnil(L, -1))
		read_counter_runs(L, meta);
	lua_pop(L, 1);
}
