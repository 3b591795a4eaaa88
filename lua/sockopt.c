/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "options.h"
#include "sock.h"
#include "text.h"

enum kind { INTEGER, FLAG, LINGER, WORD, ERRNO };

/*
 * Socket options by the names that programmers know. Values go to the kernel as
 * they are: what it thinks of them is part of the lesson.
 */
static const struct option {
	const char *name;
	int level, option;
	enum kind kind;
} table[] = {
	{ "IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY, FLAG },
	{ "IPV6_UNICAST_HOPS", IPPROTO_IPV6, IPV6_UNICAST_HOPS, INTEGER },
	{ "IP_BIND_ADDRESS_NO_PORT", IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, FLAG },
	{ "IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER, INTEGER },
	{ "IP_TOS", IPPROTO_IP, IP_TOS, INTEGER },
	{ "IP_TTL", IPPROTO_IP, IP_TTL, INTEGER },
	{ "SO_ERROR", SOL_SOCKET, SO_ERROR, ERRNO },
	{ "SO_INCOMING_CPU", SOL_SOCKET, SO_INCOMING_CPU, INTEGER },
	{ "SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, FLAG },
	{ "SO_LINGER", SOL_SOCKET, SO_LINGER, LINGER },
	{ "SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE, FLAG },
	{ "SO_RCVBUF", SOL_SOCKET, SO_RCVBUF, INTEGER },
	{ "SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT, INTEGER },
	{ "SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, FLAG },
	{ "SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT, FLAG },
	{ "SO_SNDBUF", SOL_SOCKET, SO_SNDBUF, INTEGER },
	{ "TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, WORD },
	{ "TCP_CORK", IPPROTO_TCP, TCP_CORK, FLAG },
	{ "TCP_DEFER_ACCEPT", IPPROTO_TCP, TCP_DEFER_ACCEPT, INTEGER },
	{ "TCP_FASTOPEN", IPPROTO_TCP, TCP_FASTOPEN, INTEGER },
	{ "TCP_FASTOPEN_CONNECT", IPPROTO_TCP, TCP_FASTOPEN_CONNECT, FLAG },
	{ "TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, INTEGER },
	{ "TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, INTEGER },
	{ "TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, INTEGER },
	{ "TCP_LINGER2", IPPROTO_TCP, TCP_LINGER2, INTEGER },
	{ "TCP_MAXSEG", IPPROTO_TCP, TCP_MAXSEG, INTEGER },
	{ "TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, FLAG },
	{ "TCP_NOTSENT_LOWAT", IPPROTO_TCP, TCP_NOTSENT_LOWAT, INTEGER },
	{ "TCP_QUICKACK", IPPROTO_TCP, TCP_QUICKACK, FLAG },
	{ "TCP_SAVE_SYN", IPPROTO_TCP, TCP_SAVE_SYN, FLAG },
	{ "TCP_SYNCNT", IPPROTO_TCP, TCP_SYNCNT, INTEGER },
	{ "TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, INTEGER },
	{ "TCP_WINDOW_CLAMP", IPPROTO_TCP, TCP_WINDOW_CLAMP, INTEGER },
};

#define N_OPTIONS (sizeof(table) / sizeof(table[0]))

static const struct option *find(lua_State *L, int arg, const char *name)
{
	const char *names[N_OPTIONS], *like;

	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
		names[i] = table[i].name;
	}
	like = nearest_name(name, names, N_OPTIONS);
	options_error(L, arg, "no socket option '%.40s'%s%s%s", name, like ? "; did you mean " : "",
		      like ? like : "", like ? "?" : "");
}

static int integer_at(lua_State *L, int index, int arg, const struct option *o)
{
	int64_t value;
	int is;

	value = lua_type(L, index) == LUA_TNUMBER ? lua_tointegerx(L, index, &is) : (is = 0);
	if (!is || value < INT_MIN || value > INT_MAX)
		options_error(L, arg, "%s takes an integer%s", o->name,
			      o->kind == LINGER ? " number of seconds, or false" : "");
	return (int)value;
}

/* Set @o to the value at @index, and report it. Return: 0 or a positive errno. */
static int apply(lua_State *L, struct sock *s, const struct option *o, int index, int arg)
{
	struct linger linger = { .l_onoff = 1 };
	const void *value = NULL;
	char args[96];
	socklen_t len = 0;
	int integer, error;

	switch (o->kind) {
	case WORD:
		if (lua_type(L, index) != LUA_TSTRING)
			options_error(L, arg, "%s takes a string", o->name);
		value = text_check(L, index, o->name, 40, false);
		len = (socklen_t)strlen(value);
		snprintf(args, sizeof(args), "%s = %s", o->name, (const char *)value);
		break;
	case LINGER:
		if (lua_isboolean(L, index) && !lua_toboolean(L, index))
			linger.l_onoff = 0;
		else
			linger.l_linger = integer_at(L, index, arg, o);
		value = &linger;
		len = sizeof(linger);
		if (linger.l_onoff)
			snprintf(args, sizeof(args), "%s = %d s", o->name, linger.l_linger);
		else
			snprintf(args, sizeof(args), "%s = off", o->name);
		break;
	case FLAG:
	case INTEGER:
		if (o->kind == FLAG && lua_isboolean(L, index))
			integer = lua_toboolean(L, index);
		else
			integer = integer_at(L, index, arg, o);
		value = &integer;
		len = sizeof(integer);
		snprintf(args, sizeof(args), "%s = %d", o->name, integer);
		break;
	case ERRNO:
		options_error(L, arg, "%s can only be read", o->name);
	}
	call_begin(L, -1);
	error = setsockopt(s->fd, o->level, o->option, value, len) < 0 ? errno : 0;
	s->linger |= o->kind == LINGER && !error;
	call_end(L, s, "setsockopt", args, 0, error);
	return error;
}

int sockopt_set(lua_State *L)
{
	struct sock *s = sock_check(L, "set");
	const struct option *o = find(L, 2, luaL_checkstring(L, 2));
	int error;

	luaL_checkany(L, 3);
	error = apply(L, s, o, 3, 3);
	if (error)
		return call_failed(L, o->name, error);
	lua_pushboolean(L, 1);
	return 1;
}

int sockopt_apply(lua_State *L, struct sock *s, int index)
{
	/* In the table's order: Lua's own differs from run to run. */
	if (lua_isnoneornil(L, index))
		return 0;
	if (lua_type(L, index) != LUA_TTABLE)
		options_error(L, 3, "set is written { TCP_NODELAY = true }");
	index = lua_absindex(L, index);
	lua_pushnil(L);
	while (lua_next(L, index)) {
		lua_pop(L, 1);
		if (lua_type(L, -1) != LUA_TSTRING)
			options_error(L, 3, "set is written { TCP_NODELAY = true }");
		find(L, 3, lua_tostring(L, -1));
	}
	for (size_t i = 0; i < N_OPTIONS; i++) {
		int error;

		lua_pushstring(L, table[i].name);
		lua_rawget(L, index);
		error = lua_isnil(L, -1) ? 0 : apply(L, s, &table[i], lua_gettop(L), 3);
		lua_pop(L, 1);
		if (error)
			return error;
	}
	return 0;
}

static int push_errno(lua_State *L, int error)
{
	if (error)
		lua_pushstring(L, err_name(error));
	else
		lua_pushnil(L);
	return 1;
}

int sockopt_get(lua_State *L)
{
	const struct sock *s = sock_check(L, "get");
	const struct option *o = find(L, 2, luaL_checkstring(L, 2));
	union {
		int integer;
		struct linger linger;
		char word[64];
	} value = { .integer = 0 };
	socklen_t len = o->kind == WORD     ? sizeof(value.word) - 1
			: o->kind == LINGER ? sizeof(value.linger)
					    : sizeof(value.integer);
	int error;

	call_begin(L, -1);
	error = getsockopt(s->fd, o->level, o->option, &value, &len) < 0 ? errno : 0;
	call_end(L, s, "getsockopt", o->name, 0, error);
	if (error)
		return call_failed(L, o->name, error);
	switch (o->kind) {
	case INTEGER:
		lua_pushinteger(L, value.integer);
		break;
	case FLAG:
		lua_pushboolean(L, value.integer != 0);
		break;
	case LINGER:
		if (s->linger && value.linger.l_onoff)
			lua_pushinteger(L, value.linger.l_linger);
		else
			lua_pushboolean(L, 0);
		break;
	case WORD:
		lua_pushstring(L, value.word);
		break;
	case ERRNO:
		return push_errno(L, value.integer);
	}
	return 1;
}

int sockopt_error(lua_State *L)
{
	const struct sock *s = sock_check(L, "error");
	int value = 0, error;
	socklen_t len = sizeof(value);

	call_begin(L, -1);
	error = getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &value, &len) < 0 ? errno : 0;
	call_end(L, s, "getsockopt", "SO_ERROR", 0, error);
	return push_errno(L, error ? error : value);
}
