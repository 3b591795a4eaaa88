/* SPDX-License-Identifier: MIT */
/*
 * Programs of the machine, on a host: host:exec{ "python3", "server.py" }.
 *
 * The engine owns the process and records what it writes; what a lab holds is its number.
 * A program acts without the engine seeing a call. Its packets are seen like
 * any other, and so are the timers of its sockets. Only listen(2) makes nothing happen that
 * could be seen from outside: no packet, no timer. So listening() is the one place that
 * looks again and again, from 1 ms to every 50 ms, and only while a lab waits in it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "../netns/duration.h"
#include "../netns/sockdiag.h"
#include "options.h"
#include "sock.h"
#include "sockset.h"
#include "text.h"

#define MAX_ARGS       64
#define MAX_ENV        32
#define MAX_ARG_BYTES  32768
#define LOOK_AGAIN     (1 * NS_PER_MS)
#define LOOK_AGAIN_MAX (50 * NS_PER_MS)

/* How long the learner's own server may take until it listens. */
#define OWN_PATIENCE (10 * NS_PER_S)
/* ... and go on listening where nobody can reach it. */
#define LOCAL_PATIENCE (1 * NS_PER_S)
/* A virtual machine needs seconds to start, but whoever waits wants to know that it is waited. */
#define TOLD_AFTER (1 * NS_PER_S)

/*
 * @name: argv[0], cut
 * @own:  it is own_server: what goes wrong with it is told to who typed the command
 * @told: also that it does not listen yet
 */
struct progref {
	unsigned id, host;
	bool own, told;
	char name[64];
};

static const char own_key;

/* own_server: the words of --server, with all that exec() wants to know; false without. */
static void push_own(lua_State *L)
{
	const struct lab_server *s = script_lab(L)->server;

	if (!s) {
		lua_pushboolean(L, 0);
		return;
	}
	lua_createtable(L, (int)s->n, 2);
	for (size_t i = 0; i < s->n; i++) {
		lua_pushstring(L, s->words[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_pushstring(L, s->cwd);
	lua_setfield(L, -2, "cwd");
	lua_createtable(L, 0, 1);
	lua_pushliteral(L, "1");
	lua_setfield(L, -2, "PYTHONUNBUFFERED");
	lua_setfield(L, -2, "env");
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &own_key);
}

/* Is the table at @index own_server? */
static bool is_own(lua_State *L, int index)
{
	bool own;

	lua_rawgetp(L, LUA_REGISTRYINDEX, &own_key);
	own = lua_rawequal(L, -1, index) && lua_istable(L, -1);
	lua_pop(L, 1);
	return own;
}

/* The learner's server is no good: the run ends as broken, with what it said. */
static void blame(lua_State *L, const struct progref *p, const char *said, const char *remedy,
		  const char *what)
{
	const struct lab *lab = script_lab(L);
	struct err err = ERR_INIT;

	if (!p->own)
		return;
	err_set(&err, ECHILD, "--server: %s %s%s%s", p->name, what,
		*said ? "; it wrote: " : ", and wrote nothing", said);
	text_clean(err.msg);
	err_remedy(&err, "%s", remedy);
	lab->ops->broken(lab->engine, &err);
}

static const char *argument(lua_State *L, int index, const char *what)
{
	size_t len;
	const char *text;

	if (lua_type(L, index) != LUA_TSTRING && lua_type(L, index) != LUA_TNUMBER)
		options_error(L, 2, "%s is a string, not a %s", what, luaL_typename(L, index));
	text = lua_tolstring(L, index, &len);
	if (strlen(text) != len)
		options_error(L, 2, "%s has a zero byte in it", what);
	if (len > MAX_ARG_BYTES)
		options_error(L, 2, "%s is longer than %d bytes", what, MAX_ARG_BYTES);
	return text;
}

/* Only 1 to n, env and cwd. Return: n. */
static size_t check_keys(lua_State *L)
{
	static const char *const names[] = { "env", "cwd" };
	const size_t n = (size_t)lua_rawlen(L, 2);

	lua_pushnil(L);
	while (lua_next(L, 2)) {
		const char *key, *like;

		lua_pop(L, 1);
		if (lua_isinteger(L, -1) && lua_tointeger(L, -1) >= 1 &&
		    (size_t)lua_tointeger(L, -1) <= n)
			continue;
		key = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
		if (strcmp(key, "env") == 0 || strcmp(key, "cwd") == 0)
			continue;
		like = nearest_name(key, names, 2);
		options_error(L, 2, "there is no '%.40s'; exec takes arguments, env and cwd%s%s%s",
			      key, like ? "; did you mean '" : "", like ? like : "",
			      like ? "'?" : "");
	}
	return n;
}

/* The new strings stay on the stack, in a list at @list. */
static void read_args(lua_State *L, size_t n, const char **argv, int list)
{
	if (n < 1 || n > MAX_ARGS)
		options_error(L, 2, "exec takes a program and its arguments, %d at most", MAX_ARGS);
	for (size_t i = 0; i < n; i++) {
		lua_rawgeti(L, 2, (lua_Integer)i + 1);
		argv[i] = argument(L, -1, "an argument");
		lua_rawseti(L, list, (lua_Integer)i + 1);
	}
	if (!argv[0][0])
		options_error(L, 2, "the name of the program is empty");
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void read_env(lua_State *L, const char **env, int list)
{
	size_t n = 0;

	lua_getfield(L, 2, "env");
	if (lua_isnil(L, -1))
		return;
	if (lua_type(L, -1) != LUA_TTABLE)
		options_error(L, 2, "env is written { NAME = \"value\" }");
	lua_pushnil(L);
	while (lua_next(L, -2)) {
		const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
		const char *value = argument(L, -1, "a variable of env");

		if (!name[0] || strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					     "0123456789_") != strlen(name))
			options_error(L, 2, "env is written { NAME = \"value\" }");
		if (n == MAX_ENV)
			options_error(L, 2, "env has more than %d variables", MAX_ENV);
		env[n++] = lua_pushfstring(L, "%s=%s", name, value);
		lua_rawseti(L, list, (lua_Integer)(MAX_ARGS + n));
		lua_pop(L, 1);
	}
	/* Lua's own order differs from run to run. */
	qsort(env, n, sizeof(*env), by_text);
}

/* Where to start: beside the lab's file; a relative cwd counts from there. */
static const char *read_cwd(lua_State *L, int list)
{
	const char *file = script_lab(L)->meta.path, *slash = strrchr(file, '/'), *cwd;

	lua_getfield(L, 2, "cwd");
	cwd = lua_isnil(L, -1) ? "" : argument(L, -1, "cwd");
	if (cwd[0] == '/')
		return cwd;
	lua_pushlstring(L, file, slash ? (size_t)(slash - file) + 1 : 0);
	cwd = lua_pushfstring(L, "%s%s", lua_tostring(L, -1), cwd);
	lua_rawseti(L, list, MAX_ARGS + MAX_ENV + 1);
	return cwd[0] ? cwd : ".";
}

int program_exec(lua_State *L)
{
	struct lab *lab = script_lab(L);
	const char *argv[MAX_ARGS + 1] = { NULL }, *env[MAX_ENV + 1] = { NULL };
	struct lab_exec x = { .host = host_at(L, 1), .argv = argv, .env = env };
	struct err err = ERR_INIT;
	struct progref *p;

	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	lua_newtable(L);
	read_args(L, check_keys(L), argv, 3);
	read_env(L, env, 3);
	x.cwd = read_cwd(L, 3);
	if (lab->ops->may_exec(lab->engine, &x, &err) < 0)
		return script_raise(L, &err);
	call_begin(L, -1);
	p = lua_newuserdatauv(L, sizeof(*p), 0);
	memset(p, 0, sizeof(*p));
	p->host = x.host;
	snprintf(p->name, sizeof(p->name), "%s", argv[0]);
	text_clean(p->name);
	luaL_setmetatable(L, "program");
	p->own = is_own(L, 2);
	if (lab->ops->exec(lab->engine, &x, &p->id, &err) < 0) {
		text_clean(err.msg);
		if (p->own) {
			err_context(&err, "--server");
			err_remedy(&err, "the command is looked for in PATH, or by its path from "
					 "the folder that you are in; no shell reads it");
			lab->ops->broken(lab->engine, &err);
		}
		lua_pushnil(L);
		lua_pushstring(L, err.msg);
		lua_pushstring(L, err_name(err.code));
		return 3;
	}
	return 1;
}

static struct lab_program look_at(const struct lab *lab, const struct progref *p)
{
	struct lab_program now;

	lab->ops->program(lab->engine, p->id, &now);
	return now;
}

static const char *const timeout_only[] = { "timeout", NULL };

/* Its exit status; or nil, and the signal that ended it. */
static int wait_go(lua_State *L, int status, lua_KContext ctx)
{
	const struct progref *p = luaL_checkudata(L, 1, "program");
	const struct lab *lab = script_lab(L);
	const struct lab_program now = look_at(lab, p);

	(void)status;
	(void)ctx;
	if (now.ended && now.signal == 0) {
		lua_pushinteger(L, now.status);
		return 1;
	}
	if (now.ended) {
		const char *name = sigabbrev_np(now.signal);

		lua_pushnil(L);
		lua_pushfstring(L, "%s was ended by SIG%s", p->name, name ? name : "?");
		lua_pushfstring(L, "SIG%s", name ? name : "?");
		return 3;
	}
	if (script_actor(lab)->woken == LAB_WAKE_TIMEOUT)
		return call_timed_out(L);
	return actor_wait_fd(L, "wait", now.fd, EPOLLIN, 0, wait_go);
}

static int program_wait(lua_State *L)
{
	luaL_checkudata(L, 1, "program");
	lua_settop(L, 2);
	options_check(L, 2, 2, timeout_only);
	call_begin(L, options_duration(L, 2, 2, "timeout", -1));
	return wait_go(L, LUA_OK, 0);
}

static int signal_number(const char *name)
{
	if (strncmp(name, "SIG", 3) == 0)
		name += 3;
	for (int sig = 1; sig < 32; sig++) {
		const char *is = sigabbrev_np(sig);

		if (is && strcmp(is, name) == 0)
			return sig;
	}
	return 0;
}

static int program_kill(lua_State *L)
{
	const struct progref *p = luaL_checkudata(L, 1, "program");
	struct lab *lab = script_lab(L);
	const char *name = luaL_optstring(L, 2, "TERM");
	int sig = signal_number(name), rc;
	struct lab_call call = {
		.host = p->host, .actor = (unsigned)lab->current, .op = "kill", .fd = -1
	};
	char args[128];

	if (!sig)
		return luaL_argerror(L, 2, "a signal's name such as \"TERM\", \"INT\" or \"KILL\"");
	call_begin(L, -1);
	call.t0 = script_actor(lab)->t0;
	rc = lab->ops->program_signal(lab->engine, p->id, sig);
	snprintf(args, sizeof(args), "%s, SIG%s", p->name, sigabbrev_np(sig));
	call.args = args;
	call.error = rc < 0 ? -rc : 0;
	lab->ops->called(lab->engine, &call);
	if (rc < 0)
		return call_failed(L, "kill", -rc);
	lua_pushboolean(L, 1);
	return 1;
}

/* Only for the host itself? */
static bool is_loopback(const struct endpoint *ep)
{
	static const uint8_t six[16] = { [15] = 1 };

	return endpoint_is_v4(ep) ? ep->addr[12] == 127 : memcmp(ep->addr, six, sizeof(six)) == 0;
}

struct search {
	unsigned host;
	uint16_t port;
	bool found;
};

static void is_there(struct sock *s, void *arg)
{
	struct search *search = arg;

	search->found |= s->listener && s->host == search->host && s->local.port == search->port;
}

/* Does the lab itself listen there? */
static bool labs_own(lua_State *L, unsigned host, uint16_t port)
{
	struct search search = { .host = host, .port = port };

	sock_each(L, is_there, &search);
	return search.found;
}

/*
 * A listener on @port, or with 0 on any port that others can reach and that is not the lab's own.
 * @local: the address of one that nobody else can reach, when there is no other
 * Return: its port, or 0.
 */
static uint16_t find_listener(lua_State *L, unsigned host, uint16_t port, struct endpoint *local)
{
	const struct lab *lab = script_lab(L);
	const struct sock_entry *s;
	uint16_t found = 0;
	size_t cursor = 0;

	lab->ops->look(lab->engine, host);
	while ((s = lab->ops->socket(lab->engine, host, &cursor))) {
		if (s->state != TCPSTATE_LISTEN)
			continue;
		if (port ? s->local.port != port : labs_own(L, host, s->local.port))
			continue;
		if (!port && is_loopback(&s->local))
			*local = s->local;
		else if (!found || s->local.port < found)
			found = s->local.port;
	}
	return found;
}

static int ended_first(lua_State *L, const struct progref *p, const struct lab_program *now)
{
	const char *signal = now->signal ? sigabbrev_np(now->signal) : NULL;
	const int port = (int)lua_tointeger(L, 2);

	if (now->signal)
		lua_pushfstring(L, "was ended by SIG%s before it listened", signal ? signal : "?");
	else
		lua_pushfstring(L, "ended with status %d before it listened", now->status);
	blame(L, p, now->said,
	      "try the command by itself; it has to stay in the foreground and listen",
	      lua_tostring(L, -1));
	lua_pushnil(L);
	if (port)
		lua_pushfstring(L, "%s has ended, and nobody listens on port %d", p->name, port);
	else
		lua_pushfstring(L, "%s %s", p->name, lua_tostring(L, -2));
	lua_pushliteral(L, "ENDED");
	return 3;
}

static int never_listened(lua_State *L, const struct progref *p, const struct lab_program *now,
			  const struct endpoint *local)
{
	char waited[DURATION_MAX_TEXT], addr[ENDPOINT_MAX_TEXT];

	duration_format(script_actor(script_lab(L))->timeout, waited);
	if (local->port) {
		lua_pushfstring(L, "listens on %s only, where no other host can reach it",
				endpoint_format(local, addr));
		blame(L, p, now->said, "let it listen on 0.0.0.0", lua_tostring(L, -1));
	} else {
		lua_pushfstring(L, "runs, and after %s it listens on no port", waited);
		blame(L, p, now->said, "give a command that listens on a TCP port",
		      lua_tostring(L, -1));
	}
	return call_timed_out(L);
}

/*
 * It may be slow, or of another kind than its owner thinks: told once.
 * Return: when to look again, @next or sooner.
 */
static int64_t not_yet(const struct lab *lab, struct progref *p, uint16_t port, int64_t next)
{
	const struct actor *a = script_actor(lab);
	const int64_t when = a->t0 + TOLD_AFTER, t = lab->ops->now(lab->engine);

	if (!p->own || p->told)
		return next;
	if (t < when)
		return next < when ? next : when;
	p->told = true;
	lab->ops->unready(lab->engine, p->id, port, t - a->t0, a->timeout);
	return next;
}

/* Index 1 the program, 2 the port, 4 the deadline or -1, 5 the time to the next look. */
static int listening_go(lua_State *L, int status, lua_KContext ctx)
{
	struct progref *p = luaL_checkudata(L, 1, "program");
	const struct lab *lab = script_lab(L);
	const int64_t deadline = lua_tointeger(L, 4), pause = lua_tointeger(L, 5);
	/* First how the program is: it may have ended right after it began to listen. */
	const struct lab_program now = look_at(lab, p);
	const int64_t t = lab->ops->now(lab->engine);
	const uint16_t wanted = (uint16_t)lua_tointeger(L, 2);
	struct endpoint local = { .port = 0 };
	struct actor *a = script_actor(lab);
	uint16_t port;

	(void)status;
	(void)ctx;
	port = find_listener(L, p->host, wanted, &local);
	if (port) {
		if (wanted)
			lua_pushboolean(L, 1);
		else
			lua_pushinteger(L, port);
		return 1;
	}
	if (now.ended)
		return ended_first(L, p, &now);
	if ((deadline >= 0 && t >= deadline) ||
	    (p->own && local.port && t >= a->t0 + LOCAL_PATIENCE))
		return never_listened(L, p, &now, &local);
	lua_pushinteger(L, 2 * pause < LOOK_AGAIN_MAX ? 2 * pause : LOOK_AGAIN_MAX);
	lua_replace(L, 5);
	a->deadline = not_yet(lab, p, wanted, t + pause);
	if (deadline >= 0 && deadline < a->deadline)
		a->deadline = deadline;
	return actor_wait_fd(L, "listening", now.fd, EPOLLIN, 0, listening_go);
}

static int program_listening(lua_State *L)
{
	const struct progref *p = luaL_checkudata(L, 1, "program");
	lua_Integer port = 0;

	/* listening({ timeout = … }): on any port */
	if (lua_istable(L, 2)) {
		lua_pushnil(L);
		lua_insert(L, 2);
	}
	if (!lua_isnoneornil(L, 2)) {
		port = luaL_checkinteger(L, 2);
		if (port < 1 || port > 65535)
			return luaL_argerror(L, 2, "a port is 1 to 65535");
	}
	lua_settop(L, 3);
	lua_pushinteger(L, port);
	lua_replace(L, 2);
	options_check(L, 3, 3, timeout_only);
	actor_may_wait(L, "listening");
	call_begin(L, options_duration(L, 3, 3, "timeout", p->own ? OWN_PATIENCE : -1));
	lua_pushinteger(L, script_actor(script_lab(L))->deadline);
	lua_pushinteger(L, LOOK_AGAIN);
	return listening_go(L, LUA_OK, 0);
}

static int program_fields(lua_State *L)
{
	const struct progref *p = luaL_checkudata(L, 1, "program");
	const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";

	if (strcmp(key, "host") == 0)
		host_push(L, p->host);
	else
		lua_pushnil(L);
	return 1;
}

static int program_tostring(lua_State *L)
{
	const struct progref *p = luaL_checkudata(L, 1, "program");

	lua_pushfstring(L, "program %d (%s) on %s", (int)p->id, p->name,
			script_lab(L)->meta.hosts[p->host]);
	return 1;
}

static const struct script_fn methods[] = {
	{ "kill", program_kill, false },
	{ "listening", program_listening, false },
	{ "wait", program_wait, false },
};

void program_open(lua_State *L)
{
	push_own(L);
	lua_setfield(L, -2, "own_server");
	script_type(L, "program", methods, sizeof(methods) / sizeof(methods[0]), program_fields,
		    program_tostring);
	lua_pop(L, 1);
}
