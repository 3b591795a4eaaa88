/* SPDX-License-Identifier: MIT */
/*
 * predict{ "Question?", zh = "…", options = { … }, answer = 2, why = "…" }: what will happen
 * next? It is asked before it happens; views show the answer when it has.
 */
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "script.h"
#include "text.h"

static const char *not_empty(lua_State *L, const char *text, const char *field)
{
	if (text && !text[0])
		options_error(L, 1, "%s is empty", field);
	return text;
}

/* The text under @key of the table at 1: a string, or in two languages. The table keeps it alive.
 */
static void read_field(lua_State *L, const char *key, struct lab_text *out)
{
	lua_getfield(L, 1, key);
	if (lua_isnil(L, -1))
		options_error(L, 1, "a prediction has %s = { \"…\", zh = \"…\" }", key);
	text_read(L, -1, key, TEXT_MAX_NOTE, true, out);
	not_empty(L, out->en, key);
	not_empty(L, out->zh, key);
	lua_pop(L, 1);
}

static void read_options(lua_State *L, struct lab_prediction *p)
{
	lua_getfield(L, 1, "options");
	if (lua_type(L, -1) != LUA_TTABLE)
		options_error(L, 1, "a prediction has options = { \"…\", \"…\" }, 2 to %d of them",
			      LAB_MAX_OPTIONS);
	p->n_options = (size_t)lua_rawlen(L, -1);
	if (p->n_options < 2 || p->n_options > LAB_MAX_OPTIONS)
		options_error(L, 1, "options has %d entries; 2 to %d are wanted", (int)p->n_options,
			      LAB_MAX_OPTIONS);
	for (size_t i = 0; i < p->n_options; i++) {
		char field[32];

		snprintf(field, sizeof(field), "option %zu", i + 1);
		lua_rawgeti(L, -1, (lua_Integer)i + 1);
		text_read(L, -1, field, TEXT_MAX_STEP, false, &p->option[i]);
		not_empty(L, p->option[i].en, field);
		not_empty(L, p->option[i].zh, field);
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
}

/* The question is the table itself: [1] and zh. Takes them out into one of its own. */
static void read_question(lua_State *L, struct lab_text *out)
{
	lua_createtable(L, 1, 1);
	lua_rawgeti(L, 1, 1);
	if (lua_isnil(L, -1))
		options_error(L, 1, "a prediction begins with its question: predict { \"…?\", … }");
	lua_rawseti(L, -2, 1);
	lua_getfield(L, 1, "zh");
	lua_setfield(L, -2, "zh");
	text_read(L, -1, "the question", TEXT_MAX_STEP, false, out);
	not_empty(L, out->en, "the question");
	not_empty(L, out->zh, "the question");
}

static void check_keys(lua_State *L)
{
	static const char *const keys[] = { "zh", "options", "answer", "why" };

	lua_pushnil(L);
	while (lua_next(L, 1)) {
		const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
		bool known = lua_isinteger(L, -2) && lua_tointeger(L, -2) == 1;
		const char *like;

		for (size_t i = 0; i < 4; i++)
			known |= strcmp(key, keys[i]) == 0;
		lua_pop(L, 1);
		if (known)
			continue;
		like = nearest_name(key, keys, 4);
		options_error(L, 1, "no '%.40s' in a prediction; did you mean '%s'?", key,
			      like ? like : "options");
	}
}

static int predict(lua_State *L)
{
	struct lab *lab = script_lab(L);
	struct lab_prediction p = { .n_options = 0 };

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	check_keys(L);
	read_question(L, &p.question);
	read_options(L, &p);
	read_field(L, "why", &p.why);
	p.answer = (unsigned)options_integer(L, 1, 1, "answer", 0, 1, (int64_t)p.n_options);
	if (!p.answer)
		options_error(L, 1, "which option is right? Write answer = 1");
	if (++lab->n_narration > SCRIPT_MAX_NARRATION)
		confine_kill(L, "a lab can show %d steps, notes and values", SCRIPT_MAX_NARRATION);
	lab->ops->predict(lab->engine, &p);
	return 0;
}

void predict_open(lua_State *L)
{
	static const struct script_fn fn = { "predict", predict, false };

	script_push(L, &fn);
	lua_setfield(L, -2, fn.name);
}
