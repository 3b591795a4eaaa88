/* SPDX-License-Identifier: MIT */
/*
 * The life of a lab
 * =================
 *
 *   lab_load()   reads the file, makes a Lua state in the sandbox and runs the chunk: that
 *                defines run() and the metadata, and reaches no engine
 *   lab_start()  makes the first actor, which is run(), ready
 *   lab_resume() lets one actor go on until it waits
 *   lab_free()   closes the state, and with it every socket
 *
 * Everything that can raise a Lua error runs under lua_pcall() or lua_resume(); what is
 * outside of them uses only calls that the manual marks as never raising.
 * After a failed lab_resume() the lab is dead: every actor has ended, and only
 * lab_free() is left.
 */
#include "lab.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "../netns/cleanup.h"
#include "script.h"
#include "source.h"
#include "text.h"

/* The lab's globals, in the registry. */
static const char environment_key;

/* Say in @err what ended the script; @L may be in the middle of anything, so nothing here may
 * allocate in it. */
static int failed(struct lab *lab, lua_State *L, int status, struct err *err)
{
	char src[LUA_IDSIZE];
	int line = script_where(L, src);

	lab->dead = true;
	if (lab->quota.killed[0])
		err_set(err, lab->quota.code ? lab->quota.code : EINVAL, "%s", lab->quota.killed);
	else if (status == LUA_ERRMEM && confine_failed())
		err_set(err, ENOMEM, "%s: out of memory", lab->meta.path);
	else if (status == LUA_ERRMEM)
		err_set(err, ENOMEM, "%s:%d: the lab wanted more than %zu MB of memory", src, line,
			CONFINE_MEMORY >> 20);
	else if (lua_type(L, -1) == LUA_TSTRING)
		err_set(err, EINVAL, "%s", lua_tostring(L, -1));
	else
		err_set(err, EINVAL, "%s:%d: error() was called with a %s, which is no message",
			src, line, luaL_typename(L, -1));
	text_clean(err->msg);
	return -err->code;
}

struct loading {
	struct lab *lab;
	const struct source *source;
	struct err err;
};

/* Under lua_pcall(): everything of lab_load() that can raise. */
static int load_chunk(lua_State *L)
{
	struct loading *l = lua_touserdata(L, 1);
	struct lab *lab = l->lab;
	int env;

	luaL_checkstack(L, 40, "loading");
	confine_watch(L);
	confine_globals(L);
	confine_environment(L);
	env = lua_gettop(L);
	lua_pushvalue(L, env);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &environment_key);

	lua_pushfstring(L, "@%s", lab->meta.path);
	if (luaL_loadbufferx(L, l->source->text, l->source->len, lua_tostring(L, -1), "t") !=
	    LUA_OK) {
		if (lua_type(L, -1) == LUA_TSTRING)
			source_syntax(l->source, lab->meta.path, lua_tostring(L, -1), &l->err);
		return lua_error(L);
	}
	lua_pushvalue(L, env);
	lua_setupvalue(L, -2, 1);
	lua_call(L, 0, 0);
	param_finish(L);
	metadata_read(L, env);
	return 0;
}

static int play_chunk(lua_State *L)
{
	struct lab *lab = script_lab(L);

	lua_rawgetp(L, LUA_REGISTRYINDEX, &environment_key);
	lua_pushliteral(L, "run");
	lua_rawget(L, -2);
	for (unsigned i = 0; i < lab->meta.n_hosts; i++)
		host_push(L, i);
	actor_new(L, (int)lab->meta.n_hosts);
	return 0;
}

static int load(struct lab *lab, const struct source *source, struct err *err)
{
	struct loading l = { .lab = lab, .source = source, .err = ERR_INIT };
	int status;

	lab->L = confine_state(&lab->quota);
	if (!lab->L)
		return err_set(err, ENOMEM, "%s: out of memory", lab->meta.path);
	*(struct lab **)lua_getextraspace(lab->L) = lab;
	lua_pushcfunction(lab->L, load_chunk);
	lua_pushlightuserdata(lab->L, &l);
	watchdog_arm();
	status = lua_pcall(lab->L, 1, 0, 0);
	watchdog_disarm();
	if (status == LUA_OK)
		return 0;
	if (l.err.code && status != LUA_ERRMEM) {
		*err = l.err;
		return -err->code;
	}
	return failed(lab, lab->L, status, err);
}

/* The kernel that the lab will see. */
static int name_kernel(struct lab *lab, const char *release, struct err *err)
{
	struct utsname un;
	char *copy;

	if (!release) {
		uname(&un);
		release = un.release;
	}
	copy = kept_new(lab, strlen(release) + 1);
	if (!copy)
		return err_set(err, ENOMEM, "%s: out of memory", lab->meta.path);
	lab->kernel_release = strcpy(copy, release);
	return 0;
}

/* The file's name without folder and ".lua". */
static int name_lab(struct lab *lab, const char *path, struct err *err)
{
	const char *base = strrchr(path, '/');
	char why[96], *id, *copy;
	size_t len;

	if (text_problem(path, strlen(path), 4096, false, why, sizeof(why)))
		return err_set(err, EINVAL, "the name of a lab's file %s", why);
	base = base ? base + 1 : path;
	len = strlen(base);
	if (len > 4 && strcmp(base + len - 4, ".lua") == 0)
		len -= 4;
	copy = kept_new(lab, strlen(path) + len + 2);
	if (!copy)
		return err_set(err, ENOMEM, "%s: out of memory", path);
	strcpy(copy, path);
	id = copy + strlen(path) + 1;
	memcpy(id, base, len);
	lab->meta.path = copy;
	lab->meta.id = id;
	return 0;
}

int lab_load(const char *path, const struct lab_load_options *options, struct lab **out,
	     struct err *err)
{
	static const struct lab_load_options none = { .n_params = 0 };
	_cleanup_(source_free) struct source source = { .text = NULL };
	struct lab *lab;
	int rc = source_read(&source, path, err);

	if (rc < 0)
		return rc;
	lab = confine_malloc(sizeof(*lab));
	if (!lab)
		return err_set(err, ENOMEM, "%s: out of memory", path);
	if (!options)
		options = &none;
	lab->given = options->params;
	lab->n_given = options->n_params;
	lab->full = options->full;
	lab->virtual_clock = options->virtual_clock;
	lab->server = options->server;
	rc = name_lab(lab, path, err);
	if (rc == 0)
		rc = name_kernel(lab, options->kernel_release, err);
	if (rc == 0)
		rc = load(lab, &source, err);
	if (rc < 0) {
		lab_free(lab);
		return rc;
	}
	lab->given = NULL;
	lab->server = NULL;
	memcpy(lab->toward, lab->meta.toward, sizeof(lab->toward));
	*out = lab;
	return 0;
}

void lab_free(struct lab *lab)
{
	if (!lab)
		return;
	if (lab->L)
		lua_close(lab->L);
	kept_free(lab);
	free(lab);
}

const struct lab_meta *lab_meta(const struct lab *lab)
{
	return &lab->meta;
}

int lab_start(struct lab *lab, const struct lab_ops *ops, void *engine, struct err *err)
{
	int status;

	if (lab->playing || lab->dead)
		return err_set(err, EALREADY, "%s is already being played", lab->meta.id);
	lab->ops = ops;
	lab->engine = engine;
	lab->playing = true;
	lua_pushcfunction(lab->L, play_chunk);
	status = lua_pcall(lab->L, 0, 0, 0);
	return status == LUA_OK ? 0 : failed(lab, lab->L, status, err);
}

size_t lab_actor_count(const struct lab *lab)
{
	return lab->n_actors;
}

const struct lab_wait *lab_actor_wait(const struct lab *lab, size_t actor)
{
	return &lab->actors[actor]->wait;
}

int lab_resume(struct lab *lab, size_t actor, enum lab_wake why, struct err *err)
{
	int status, results = 0, nargs = 0;
	struct actor *a;

	if (lab->dead || actor >= lab->n_actors ||
	    lab->actors[actor]->wait.kind == LAB_WAIT_ENDED ||
	    lab->actors[actor]->wait.kind == LAB_WAIT_ACTOR)
		return err_set(err, EINVAL, "actor %zu of %s cannot be resumed", actor,
			       lab->meta.id);
	a = lab->actors[actor];
	lab->current = actor;
	lab->quota.instructions = 0;
	/* The first time its function and arguments are on its stack. */
	if (lua_status(a->L) == LUA_OK)
		nargs = lua_gettop(a->L) - 1;
	a->woken = why;
	a->wait = (struct lab_wait){ .fd = -1, .deadline = -1, .what = a->what };
	watchdog_arm();
	status = lua_resume(a->L, lab->L, nargs, &results);
	watchdog_disarm();
	if (status == LUA_YIELD) {
		lua_pop(a->L, results);
		return 0;
	}
	if (status == LUA_OK) {
		actor_ended_with(lab, a, results);
		return 0;
	}
	failed(lab, a->L, status, err);
	for (size_t i = 0; i < lab->n_actors; i++)
		lab->actors[i]->wait.kind = LAB_WAIT_ENDED;
	return -err->code;
}
