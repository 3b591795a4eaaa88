/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/duration.h"
#include "../netns/release.h"
#include "linktable.h"
#include "options.h"
#include "script.h"
#include "text.h"

/* Every global that tcplab looks at. A global that is almost one of them is a slip. */
static const char *const known[] = {
	"title",       "summary", "hosts",  "link",         "lesson", "limit",        "length",
	"full_length", "needs",   "sysctl", "counter_runs", "run",    "takes_server",
};

#define DEFAULT_LIMIT (60 * NS_PER_S)

static bool among(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

/* Push global @name. Return: false, and nothing pushed, when the lab does not say it. */
static bool global(lua_State *L, int env, const char *name)
{
	lua_pushstring(L, name);
	lua_rawget(L, env);
	if (!lua_isnil(L, -1))
		return true;
	lua_pop(L, 1);
	return false;
}

static void keep_text(lua_State *L, int index, const char *field, size_t max, struct lab_text *out)
{
	struct lab_text text;

	text_read(L, index, field, max, false, &text);
	if (!text.en[0])
		options_error(L, -1, "%s is empty", field);
	out->en = keep_string(L, text.en);
	out->zh = keep_string(L, text.zh);
}

static void check_table(lua_State *L, const char *field, const char *how)
{
	if (lua_type(L, -1) != LUA_TTABLE)
		options_error(L, -1, "%s is a %s; write it %s = %s", field, luaL_typename(L, -1),
			      field, how);
}

/* The chunk is over, so a slip is named by the global and not by a line. */
static void check_names(lua_State *L, int env)
{
	size_t n = sizeof(known) / sizeof(known[0]);

	lua_pushnil(L);
	while (lua_next(L, env)) {
		const char *name, *like;
		bool mine;

		mine = lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) == LUA_TFUNCTION;
		lua_pop(L, 1);
		if (mine)
			continue;
		name = lua_tostring(L, -1);
		if (among(known, n, name) || strlen(name) < 3)
			continue;
		like = nearest_name(name, known, n);
		if (like && strcmp(like, "run") != 0)
			options_error(L, -1,
				      "a lab says nothing with the global '%.40s'; did you mean "
				      "'%s'? (a variable of your own is local)",
				      name, like);
	}
}

static void read_run(lua_State *L, int env)
{
	if (global(L, env, "run")) {
		if (lua_type(L, -1) != LUA_TFUNCTION)
			options_error(L, -1, "run is a %s; a lab has a function run(…)",
				      luaL_typename(L, -1));
		lua_pop(L, 1);
		return;
	}
	options_error(L, -1,
		      "this lab has no function run(); write \"function run(client, server) "
		      "… end\", one argument for each host");
}

static bool host_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len <= 12 && name[0] >= 'a' && name[0] <= 'z' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static void read_hosts(lua_State *L, int env, struct lab_meta *meta)
{
	size_t n;

	if (!global(L, env, "hosts"))
		options_error(L, -1,
			      "this lab has no hosts; write hosts = { \"client\", \"server\" }");
	check_table(L, "hosts", "{ \"client\", \"server\" }");
	n = (size_t)lua_rawlen(L, -1);
	if (n < 1 || n > WORLD_MAX_HOSTS)
		options_error(L, -1, "hosts has %zu names; a lab has 1 to %d", n, WORLD_MAX_HOSTS);
	for (size_t i = 0; i < n; i++) {
		const char *name;

		lua_rawgeti(L, -1, (lua_Integer)i + 1);
		name = text_check(L, -1, "the name of a host", TEXT_MAX_NAME, false);
		if (!host_name_ok(name))
			options_error(L, -1,
				      "'%s' cannot be the name of a host: at most 12 of a-z, 0-9 "
				      "and -, the first a letter",
				      name);
		if (among(meta->hosts, i, name))
			options_error(L, -1, "two hosts are called '%s'", name);
		meta->hosts[i] = keep_string(L, name);
		meta->n_hosts = i + 1;
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
}

static int host_index(lua_State *L, const struct lab_meta *meta, const char *name,
		      const char *where)
{
	const char *like;

	for (size_t i = 0; i < meta->n_hosts; i++) {
		if (strcmp(meta->hosts[i], name) == 0)
			return (int)i;
	}
	like = nearest_name(name, meta->hosts, meta->n_hosts);
	return options_error(L, -1, "%s: there is no host '%.40s'; did you mean '%s'?", where, name,
			     like ? like : meta->hosts[0]);
}

static void read_toward(lua_State *L, struct lab_meta *meta)
{
	check_table(L, "toward", "{ server = { delay = \"10ms\" } }");
	lua_pushnil(L);
	while (lua_next(L, -2)) {
		int host;

		if (lua_type(L, -2) != LUA_TSTRING)
			options_error(L, -1, "link.toward is written { HOST = { … } }");
		host = host_index(L, meta, lua_tostring(L, -2), "link.toward");
		check_table(L, "a link", "{ delay = \"10ms\" }");
		linktable_read(L, -1, -1, "link.toward", false, &meta->toward[host]);
		lua_pop(L, 1);
	}
}

static void read_link(lua_State *L, int env, struct lab_meta *meta)
{
	struct lab *lab = script_lab(L);
	struct impairment all = { .delay = 0 };

	if (!global(L, env, "link"))
		return;
	lab->about_line = lab->link_line;
	check_table(L, "link", "{ delay = \"10ms\", loss = \"1%\" }");
	linktable_read(L, -1, -1, "link", true, &all);
	for (size_t i = 0; i < meta->n_hosts; i++)
		meta->toward[i] = all;
	lua_getfield(L, -1, "toward");
	if (!lua_isnil(L, -1))
		read_toward(L, meta);
	lua_pop(L, 2);
	lab->about_line = 0;
}

static const char *const need_words[] = { "netem", "virtual clock", "lab kernel" };

/* One of these, or the first kernel version that has what the lab shows. */
static bool need_ok(const char *need)
{
	return among(need_words, sizeof(need_words) / sizeof(need_words[0]), need) ||
	       release_ok(need);
}

static void read_needs(lua_State *L, int env, struct lab_meta *meta)
{
	const size_t max = sizeof(meta->needs) / sizeof(meta->needs[0]);
	size_t n;

	if (!global(L, env, "needs"))
		return;
	check_table(L, "needs", "{ \"netem\" }");
	n = (size_t)lua_rawlen(L, -1);
	if (n > max)
		options_error(L, -1, "needs has %zu entries; at most %zu", n, max);
	for (size_t i = 0; i < n; i++) {
		const char *need;

		lua_rawgeti(L, -1, (lua_Integer)i + 1);
		need = text_check(L, -1, "needs", TEXT_MAX_NAME, false);
		if (!need_ok(need))
			options_error(L, -1,
				      "needs: '%s' is not \"netem\", \"virtual clock\", \"lab "
				      "kernel\" or a kernel version such as \"6.5\"",
				      need);
		meta->needs[meta->n_needs++] = keep_string(L, need);
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
}

static void read_plain(lua_State *L, int env, struct lab_meta *meta)
{
	meta->title.en = meta->id;
	if (global(L, env, "title")) {
		keep_text(L, -1, "title", TEXT_MAX_TITLE, &meta->title);
		lua_pop(L, 1);
	}
	if (global(L, env, "summary")) {
		keep_text(L, -1, "summary", TEXT_MAX_TITLE, &meta->summary);
		lua_pop(L, 1);
	}
	if (global(L, env, "lesson")) {
		const char *lesson = text_check(L, -1, "lesson", TEXT_MAX_NAME, false);

		if (!lesson[0] ||
		    strspn(lesson, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(lesson))
			options_error(L, -1,
				      "lesson '%s': the name of a lesson is of a-z, 0-9 and -",
				      lesson);
		meta->lesson = keep_string(L, lesson);
		lua_pop(L, 1);
	}
	if (global(L, env, "takes_server")) {
		if (lua_type(L, -1) != LUA_TBOOLEAN)
			options_error(L, -1, "takes_server is true or false, not a %s",
				      luaL_typename(L, -1));
		meta->takes_server = lua_toboolean(L, -1);
		lua_pop(L, 1);
	}
	meta->limit = DEFAULT_LIMIT;
	if (global(L, env, "limit")) {
		meta->limit = duration_at(L, -1, -1, "limit");
		if (meta->limit == 0)
			options_error(L, -1, "limit is 0: no lab could end in time");
		lua_pop(L, 1);
	}
	if (global(L, env, "length")) {
		meta->length = duration_at(L, -1, -1, "length");
		lua_pop(L, 1);
	}
	if (global(L, env, "full_length")) {
		meta->full_length = duration_at(L, -1, -1, "full_length");
		lua_pop(L, 1);
	}
}

void metadata_read(lua_State *L, int env)
{
	struct lab_meta *meta = &script_lab(L)->meta;

	check_names(L, env);
	read_hosts(L, env, meta);
	read_run(L, env);
	read_plain(L, env, meta);
	read_link(L, env, meta);
	read_needs(L, env, meta);
	settings_read(L, env);
}
