/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../netns/netns.h"
#include "../netns/sysctl.h"
#include "burst.h"
#include "options.h"
#include "sock.h"
#include "text.h"
#include "watch.h"

/* A host as a lab holds it. */
struct hostref {
	unsigned index;
};

static const char hosts_key;

void host_push(lua_State *L, unsigned index)
{
	struct hostref *h;

	lua_rawgetp(L, LUA_REGISTRYINDEX, &hosts_key);
	if (lua_rawgeti(L, -1, (lua_Integer)index + 1) == LUA_TNIL) {
		lua_pop(L, 1);
		h = lua_newuserdatauv(L, sizeof(*h), 0);
		h->index = index;
		luaL_setmetatable(L, "host");
		lua_pushvalue(L, -1);
		lua_rawseti(L, -3, (lua_Integer)index + 1);
	}
	lua_remove(L, -2);
}

unsigned host_at(lua_State *L, int arg)
{
	const struct hostref *h = luaL_checkudata(L, arg, "host");

	return h->index;
}

void host_alive(lua_State *L, unsigned host, const char *op)
{
	const struct lab *lab = script_lab(L);

	if (lab->vanished & 1u << host)
		script_misuse(L, 0,
			      "%s() on %s, which has vanished: nothing can be done there any more",
			      op, lab->meta.hosts[host]);
}

struct address {
	struct sockaddr_storage ss;
	socklen_t len;
};

static struct address address_of(int family, const void *addr, int port)
{
	struct address a = { .ss.ss_family = (sa_family_t)family };

	if (family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)&a.ss;

		memcpy(&in->sin_addr, addr, sizeof(in->sin_addr));
		in->sin_port = htons((uint16_t)port);
		a.len = sizeof(*in);
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a.ss;

		memcpy(&in6->sin6_addr, addr, sizeof(in6->sin6_addr));
		in6->sin6_port = htons((uint16_t)port);
		a.len = sizeof(*in6);
	}
	return a;
}

static int family_option(lua_State *L, int index, int arg)
{
	int64_t family = options_integer(L, index, arg, "family", 4, 4, 6);

	if (family == 5)
		options_error(L, arg, "family is 4 or 6");
	return family == 4 ? AF_INET : AF_INET6;
}

static struct address parse(lua_State *L, int arg, const char *text, int port)
{
	uint8_t raw[16];

	for (int i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET;

		if (inet_pton(family, text, raw) == 1)
			return address_of(family, raw, port);
	}
	options_error(L, arg, "'%.60s' is no address; give a host, or an address such as %s", text,
		      "\"198.18.1.1\"");
}

static int port_at(lua_State *L, int arg)
{
	lua_Integer port = luaL_checkinteger(L, arg);

	if (port < 0 || port > 65535)
		luaL_argerror(L, arg, "a port is 0 to 65535");
	return (int)port;
}

static const char *shown(const struct address *a, char buf[static ENDPOINT_MAX_TEXT])
{
	struct endpoint ep = endpoint_from(&a->ss);

	return endpoint_format(&ep, buf);
}

/* A socket of the host at index 1 pushed, and bound to @local if that is not NULL. Return: 0 or a
 * positive errno. */
static int open_socket(lua_State *L, int family, const struct address *local, int set, bool reuse)
{
	struct lab *lab = script_lab(L);
	unsigned host = host_at(L, 1);
	struct sock *s = sock_new(L, host);
	struct err err = ERR_INIT;
	char args[ENDPOINT_MAX_TEXT];
	int at = lua_gettop(L), fd, one = 1, error;

	fd = netns_socket(lab->ops->netns(lab->engine, host), family, SOCK_STREAM | SOCK_NONBLOCK,
			  IPPROTO_TCP, &err);
	if (fd < 0)
		return err.code;
	sock_adopt(L, at, fd);
	if (reuse) {
		call_begin(L, -1);
		error = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ? errno : 0;
		call_end(L, s, "setsockopt", "SO_REUSEADDR = 1", 0, error);
		if (error)
			return error;
	}
	/* What a V6ONLY socket does is the same whatever net.ipv6.bindv6only says. */
	if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) < 0)
		return errno;
	if (set) {
		error = sockopt_apply(L, s, set);
		if (error)
			return error;
	}
	if (!local)
		return 0;
	call_begin(L, -1);
	error = bind(fd, (const struct sockaddr *)&local->ss, local->len) < 0 ? errno : 0;
	call_end(L, s, "bind", shown(local, args), 0, error);
	return error;
}

/* Push the option @key of the table at @index, or nil. Return: its stack index. */
static int push_option(lua_State *L, int index, const char *key)
{
	if (lua_type(L, index) == LUA_TTABLE) {
		lua_pushstring(L, key);
		lua_rawget(L, index);
	} else {
		lua_pushnil(L);
	}
	return lua_gettop(L);
}

/* host:listen(port [, { backlog, family, addr, reuse, set }]) */
static int host_listen(lua_State *L)
{
	static const char *const keys[] = { "backlog", "family", "addr", "reuse", "set", NULL };
	static const uint8_t any[16];
	int port, family, error, backlog;
	const char *addr;
	struct address local;
	struct sock *s;
	char args[64];

	lua_settop(L, 3);
	host_alive(L, host_at(L, 1), "listen");
	port = port_at(L, 2);
	options_check(L, 3, 3, keys);
	family = family_option(L, 3, 3);
	addr = options_string(L, 3, 3, "addr");
	local = addr ? parse(L, 3, addr, port) : address_of(family, any, port);
	backlog = (int)options_integer(L, 3, 3, "backlog", SOMAXCONN, 0, INT32_MAX);
	push_option(L, 3, "set");
	error = open_socket(L, local.ss.ss_family, &local, 4,
			    options_bool(L, 3, 3, "reuse", false));
	if (error) {
		sock_shut(L, 5);
		return call_failed(L, "listen", error);
	}
	s = lua_touserdata(L, 5);
	s->listener = true;
	call_begin(L, -1);
	error = listen(s->fd, backlog) < 0 ? errno : 0;
	sock_ends(s);
	snprintf(args, sizeof(args), "port %u, backlog %d", s->local.port, backlog);
	call_end(L, s, "listen", args, 0, error);
	if (error) {
		sock_shut(L, 5);
		return call_failed(L, "listen", error);
	}
	lua_settop(L, 5);
	return 1;
}

static struct address target(lua_State *L, int port)
{
	const struct lab *lab = script_lab(L);
	const struct host *host;

	if (lua_type(L, 2) == LUA_TSTRING)
		return parse(L, 2, lua_tostring(L, 2), port);
	if (!luaL_testudata(L, 2, "host"))
		luaL_typeerror(L, 2, "host or an address");
	host = lab->ops->host(lab->engine, host_at(L, 2));
	if (family_option(L, 4, 4) == AF_INET)
		return address_of(AF_INET, &host->ipv4, port);
	return address_of(AF_INET6, &host->ipv6, port);
}

socklen_t host_target(lua_State *L, struct sockaddr_storage *out)
{
	const struct address a = target(L, port_at(L, 3));

	*out = a.ss;
	return a.len;
}

/* host:connect(target, port [, { wait, family, port, addr, timeout, set, reuse }]) */
static int host_connect(lua_State *L)
{
	static const char *const keys[] = { "wait",    "family", "port",  "addr",
					    "timeout", "set",    "reuse", NULL };
	static const uint8_t any[16];
	int port, error, bind_port;
	struct address to, local;
	const char *addr;
	int64_t timeout;
	struct sock *s;
	char args[ENDPOINT_MAX_TEXT];
	bool wait;

	lua_settop(L, 4);
	host_alive(L, host_at(L, 1), "connect");
	port = port_at(L, 3);
	options_check(L, 4, 4, keys);
	to = target(L, port);
	wait = options_bool(L, 4, 4, "wait", true);
	timeout = options_duration(L, 4, 4, "timeout", -1);
	bind_port = (int)options_integer(L, 4, 4, "port", 0, 0, 65535);
	addr = options_string(L, 4, 4, "addr");
	local = addr ? parse(L, 4, addr, bind_port) : address_of(to.ss.ss_family, any, bind_port);
	if (wait)
		actor_may_wait(L, "connect");
	push_option(L, 4, "set");
	error = open_socket(L, to.ss.ss_family, addr || bind_port ? &local : NULL, 5,
			    options_bool(L, 4, 4, "reuse", false));
	s = lua_touserdata(L, 6);
	if (error) {
		sock_shut(L, 6);
		return call_failed(L, "connect", error);
	}
	lua_replace(L, 1);
	lua_settop(L, 1);
	s->remote = endpoint_from(&to.ss);
	call_begin(L, timeout);
	error = connect(s->fd, (const struct sockaddr *)&to.ss, to.len) < 0 ? errno : 0;
	sock_ends(s);
	shown(&to, args);
	if (error == EINPROGRESS && wait)
		return sock_connect_wait(L, s, args);
	call_end(L, s, "connect", args, 0, error);
	/* TCP_FASTOPEN_CONNECT: 0 at once, and the SYN goes out with the first write. */
	if (error && error != EINPROGRESS) {
		sock_shut(L, 1);
		return call_failed(L, "connect", error);
	}
	return 1;
}

/* host:sysctl(name [, value]) */
static int host_sysctl(lua_State *L)
{
	const struct lab *lab = script_lab(L);
	unsigned host = host_at(L, 1);
	const char *name = luaL_checkstring(L, 2);
	char value[SYSCTL_MAX_VALUE];
	struct err err = ERR_INIT;
	const char *text;

	if (lua_isnoneornil(L, 3)) {
		if (sysctl_get(lab->ops->netns(lab->engine, host), name, value, &err) < 0)
			return script_raise(L, &err);
		if (lua_stringtonumber(L, value) == 0)
			lua_pushstring(L, value);
		return 1;
	}
	if (lua_type(L, 3) != LUA_TNUMBER && lua_type(L, 3) != LUA_TSTRING)
		return luaL_argerror(L, 3, "the value of a sysctl is a number or a string");
	lua_pushvalue(L, 3);
	lua_tostring(L, -1);
	text = text_check(L, -1, "the value of a sysctl", SYSCTL_MAX_VALUE - 1, false);
	if (lab->ops->sysctl_set(lab->engine, host, name, text, &err) < 0)
		return script_raise(L, &err);
	return 0;
}

static int host_counter(lua_State *L)
{
	const struct lab *lab = script_lab(L);
	const char *name = luaL_checkstring(L, 2);
	struct err err = ERR_INIT;
	int64_t delta = 0;

	if (lab->ops->counter(lab->engine, host_at(L, 1), name, &delta, &err) < 0)
		return script_raise(L, &err);
	lua_pushinteger(L, delta);
	return 1;
}

static int host_packet(lua_State *L)
{
	return match_packet(L, host_at(L, 1), NULL, NULL, 2);
}

static int host_fields(lua_State *L)
{
	const struct lab *lab = script_lab(L);
	unsigned host = host_at(L, 1);
	const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
	char text[INET6_ADDRSTRLEN];

	if (strcmp(key, "name") == 0)
		lua_pushstring(L, lab->meta.hosts[host]);
	else if (strcmp(key, "addr") == 0)
		lua_pushstring(L, inet_ntop(AF_INET, &lab->ops->host(lab->engine, host)->ipv4, text,
					    sizeof(text)));
	else if (strcmp(key, "link") == 0)
		link_push(L, host);
	else if (strcmp(key, "addr6") == 0)
		lua_pushstring(L, inet_ntop(AF_INET6, &lab->ops->host(lab->engine, host)->ipv6,
					    text, sizeof(text)));
	else
		lua_pushnil(L);
	return 1;
}

static int host_tostring(lua_State *L)
{
	lua_pushstring(L, script_lab(L)->meta.hosts[host_at(L, 1)]);
	return 1;
}

static const struct script_fn methods[] = {
	{ "burst", burst_host, false },   { "connect", host_connect, false },
	{ "crash", crash_host, false },   { "counter", host_counter, false },
	{ "exec", program_exec, false },  { "listen", host_listen, false },
	{ "packet", host_packet, false }, { "sockets", match_sockets, false },
	{ "sysctl", host_sysctl, false }, { "vanish", link_vanish, false },
};

void host_open(lua_State *L)
{
	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &hosts_key);
	script_type(L, "host", methods, sizeof(methods) / sizeof(methods[0]), host_fields,
		    host_tostring);
	lua_pop(L, 1);
}
