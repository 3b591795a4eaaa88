/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "options.h"
#include "sock.h"
#include "text.h"

#define READ_MAX     (1 << 20)
#define READ_DEFAULT 65536

/*
 * What was sent, for people: the beginning of a line of text, or only its
 * length. TEXT_SHOWN bytes do not cut a character when all of them are ASCII.
 */
#define TEXT_SHOWN 24

static void describe(char *args, size_t size, const char *data, size_t len)
{
	size_t shown = 0;

	while (shown < len && shown < TEXT_SHOWN && data[shown] >= ' ' && data[shown] < 0x7f)
		shown++;
	if (shown == len || shown == TEXT_SHOWN)
		snprintf(args, size, "%zu bytes \"%.*s\"%s", len, (int)shown, data,
			 shown < len ? "…" : "");
	else
		snprintf(args, size, "%zu bytes", len);
}

/* Stack: socket, "a" or a number, options, buffer, and for "a" what came so far, a string. */
enum { READ_SELF = 1, READ_WANT, READ_OPTS, READ_BUF, READ_ALL };

/* @ctx: 0 the first time. The end of input is an empty string. */
static int read_go(lua_State *L, int status, lua_KContext ctx)
{
	struct sock *s = luaL_checkudata(L, READ_SELF, "socket");
	const struct actor *a = script_actor(script_lab(L));
	bool all = lua_type(L, READ_WANT) == LUA_TSTRING;
	size_t max = all ? READ_DEFAULT : (size_t)lua_tointeger(L, READ_WANT);
	char *buf = lua_touserdata(L, READ_BUF), args[32];
	ssize_t n;
	int error;

	(void)status;
	if (ctx)
		call_woken(s);
	snprintf(args, sizeof(args), all ? "all" : "%zu bytes", max);
	for (;;) {
		n = recv(s->fd, buf, max, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || !all)
			break;
		lua_pushlstring(L, buf, (size_t)n);
		lua_rawseti(L, READ_ALL, (lua_Integer)lua_rawlen(L, READ_ALL) + 1);
	}
	error = n < 0 ? errno : 0;
	if (error == EAGAIN && a->woken != LAB_WAKE_TIMEOUT && a->deadline != a->t0) {
		call_pend(L, s, "read", args);
		return call_wait(L, s, "read", EPOLLIN, 1, read_go);
	}
	if (error) {
		call_end(L, s, "read", args, 0, error);
		return error == EAGAIN ? call_timed_out(L) : call_failed(L, "read", error);
	}
	if (!all) {
		lua_pushlstring(L, buf, (size_t)n);
	} else {
		luaL_Buffer b;
		size_t parts = (size_t)lua_rawlen(L, READ_ALL);

		luaL_buffinit(L, &b);
		for (size_t i = 1; i <= parts; i++) {
			lua_rawgeti(L, READ_ALL, (lua_Integer)i);
			luaL_addvalue(&b);
		}
		luaL_pushresult(&b);
	}
	call_end(L, s, "read", args, (int64_t)lua_rawlen(L, -1), 0);
	return 1;
}

/* socket:read([n | "a"] [, { timeout = }]) */
int stream_read(lua_State *L)
{
	static const char *const keys[] = { "timeout", NULL };
	const struct sock *s = sock_check(L, "read");
	size_t max = READ_DEFAULT;

	if (s->listener)
		return luaL_argerror(L, 1,
				     "a listener has nothing to read; accept() gives a socket");
	lua_settop(L, 3);
	if (lua_type(L, READ_WANT) == LUA_TTABLE && lua_isnil(L, READ_OPTS)) {
		lua_replace(L, READ_OPTS);
		lua_settop(L, 3);
		lua_pushvalue(L, READ_WANT);
		lua_replace(L, READ_OPTS);
		lua_pushnil(L);
		lua_replace(L, READ_WANT);
	}
	if (lua_isnil(L, READ_WANT)) {
		lua_pushinteger(L, READ_DEFAULT);
		lua_replace(L, READ_WANT);
	}
	if (lua_type(L, READ_WANT) == LUA_TSTRING) {
		if (strcmp(lua_tostring(L, READ_WANT), "a") != 0)
			return luaL_argerror(L, READ_WANT,
					     "how many bytes, or \"a\" for all until the end");
	} else {
		lua_Integer n = luaL_checkinteger(L, READ_WANT);

		if (n < 1 || n > READ_MAX)
			return luaL_argerror(L, READ_WANT, "1 to 1048576 bytes");
		max = (size_t)n;
	}
	options_check(L, READ_OPTS, READ_OPTS, keys);
	lua_newuserdatauv(L, max, 0);
	lua_newtable(L);
	call_begin(L, options_duration(L, READ_OPTS, READ_OPTS, "timeout", -1));
	return read_go(L, LUA_OK, 0);
}

/* @ctx: bytes sent so far, plus 1 when it waited. Stack: socket, string, options. */
static int write_go(lua_State *L, int status, lua_KContext ctx)
{
	struct sock *s = luaL_checkudata(L, 1, "socket");
	const struct actor *a = script_actor(script_lab(L));
	size_t len, sent = ctx ? (size_t)ctx - 1 : 0;
	const char *data = lua_tolstring(L, 2, &len);
	bool wait = options_bool(L, 3, 3, "wait", true);
	char args[96];
	int error = 0;
	ssize_t n;

	(void)status;
	if (ctx)
		call_woken(s);
	describe(args, sizeof(args), data, len);
	while (sent < len) {
		n = send(s->fd, data + sent, len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			error = errno;
			break;
		}
		sent += (size_t)n;
	}
	if (error == EAGAIN && wait && a->woken != LAB_WAKE_TIMEOUT && a->deadline != a->t0) {
		call_pend(L, s, "write", args);
		return call_wait(L, s, "write", EPOLLOUT, (lua_KContext)sent + 1, write_go);
	}
	/* A part was taken: that is a success, as for write(2). The error comes with the next call.
	 */
	if (sent > 0)
		error = 0;
	call_end(L, s, "write", args, (int64_t)sent, error);
	if (error == EAGAIN && wait)
		return call_timed_out(L);
	if (error)
		return call_failed(L, "write", error);
	lua_pushinteger(L, (lua_Integer)sent);
	return 1;
}

/* socket:write(data [, { wait =, timeout = }]) */
int stream_write(lua_State *L)
{
	static const char *const keys[] = { "wait", "timeout", NULL };
	const struct sock *s = sock_check(L, "write");

	if (s->listener)
		return luaL_argerror(L, 1,
				     "a listener cannot be written to; accept() gives a socket");
	if (lua_type(L, 2) != LUA_TSTRING)
		return luaL_typeerror(L, 2, "string");
	lua_settop(L, 3);
	options_check(L, 3, 3, keys);
	call_begin(L, options_duration(L, 3, 3, "timeout", -1));
	return write_go(L, LUA_OK, 0);
}

static const struct {
	const char *name;
	int how;
	const char *shown;
} directions[] = {
	{ "read", SHUT_RD, "SHUT_RD" },     { "rd", SHUT_RD, "SHUT_RD" },
	{ "write", SHUT_WR, "SHUT_WR" },    { "wr", SHUT_WR, "SHUT_WR" },
	{ "both", SHUT_RDWR, "SHUT_RDWR" }, { "rdwr", SHUT_RDWR, "SHUT_RDWR" },
};

int stream_shutdown(lua_State *L)
{
	const struct sock *s = sock_check(L, "shutdown");
	const char *which = luaL_checkstring(L, 2);
	int error;

	for (size_t i = 0; i < sizeof(directions) / sizeof(directions[0]); i++) {
		if (strcmp(directions[i].name, which) != 0)
			continue;
		call_begin(L, -1);
		error = shutdown(s->fd, directions[i].how) < 0 ? errno : 0;
		call_end(L, s, "shutdown", directions[i].shown, 0, error);
		if (error)
			return call_failed(L, "shutdown", error);
		lua_pushboolean(L, 1);
		return 1;
	}
	return luaL_argerror(L, 2, "one of \"read\", \"write\", \"both\"");
}
