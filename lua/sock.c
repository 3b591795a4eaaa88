/* SPDX-License-Identifier: MIT */
/*
 * Sockets of a lab
 * ================
 *
 * A socket is made inside its host's namespace and used from outside; it never
 * blocks the engine. A call that cannot finish yields, and is tried again when the
 * engine says that the socket is ready.
 *
 * Who owns what: the descriptor belongs to the userdata. An open socket is
 * also held by a registry table, because the collector would otherwise close a connection at
 * a moment that nobody wrote down, and a FIN would appear out of nowhere. So a
 * socket ends by close(), by the end of a <close> variable, or with the lab.
 *
 * Closing a socket for which another actor waits is misuse: that wait could never end.
 */
#include "sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../netns/netns.h"
#include "options.h"
#include "sockset.h"

static const char open_key;

/* Of all labs of this process: lab_open_sockets(NULL). */
static size_t n_open;

size_t lab_open_sockets(const struct lab *lab)
{
	return lab ? lab->n_sockets : n_open;
}

struct endpoint endpoint_from(const struct sockaddr_storage *ss)
{
	struct endpoint ep = { .port = 0 };

	if (ss->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)ss;

		ep.addr[10] = ep.addr[11] = 0xff;
		memcpy(ep.addr + 12, &in->sin_addr, 4);
		ep.port = ntohs(in->sin_port);
	} else if (ss->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;

		memcpy(ep.addr, &in6->sin6_addr, 16);
		ep.port = ntohs(in6->sin6_port);
	}
	return ep;
}

void sock_each(lua_State *L, void (*fn)(struct sock *s, void *arg), void *arg)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &open_key);
	lua_pushnil(L);
	while (lua_next(L, -2)) {
		fn(lua_touserdata(L, -1), arg);
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
}

void sock_ends(struct sock *s)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(ss);

	if (getsockname(s->fd, (struct sockaddr *)&ss, &len) == 0)
		s->local = endpoint_from(&ss);
	len = sizeof(ss);
	if (!s->listener && getpeername(s->fd, (struct sockaddr *)&ss, &len) == 0)
		s->remote = endpoint_from(&ss);
}

void sock_room(lua_State *L, size_t n)
{
	const size_t open = script_lab(L)->n_sockets;

	if (n > 1 && open + n > SCRIPT_MAX_SOCKETS)
		script_misuse(L, 0, "%zu open sockets more, and %zu there are: the limit is %d", n,
			      open, SCRIPT_MAX_SOCKETS);
	if (open >= SCRIPT_MAX_SOCKETS)
		script_misuse(L, 0,
			      "the lab holds %d open sockets, which is the limit; close() some",
			      SCRIPT_MAX_SOCKETS);
}

void sock_counted(lua_State *L, int more)
{
	script_lab(L)->n_sockets += (size_t)more;
	n_open += (size_t)more;
}

struct sock *sock_new(lua_State *L, unsigned host)
{
	struct sock *s;

	sock_room(L, 1);
	s = lua_newuserdatauv(L, sizeof(*s), 0);
	memset(s, 0, sizeof(*s));
	s->fd = -1;
	s->host = host;
	luaL_setmetatable(L, "socket");
	/* The slot is made now, so that sock_adopt() needs no memory. */
	lua_rawgetp(L, LUA_REGISTRYINDEX, &open_key);
	lua_pushvalue(L, -2);
	lua_rawsetp(L, -2, s);
	lua_pop(L, 1);
	return s;
}

/*
 * A socket that is closed by the end of its process, whatever ended that, would
 * go on sending its FIN to nobody until tcp_orphan_retries are over, and hold its
 * network namespace for these hundred seconds. It is to be aborted then. A close()
 * of the lab's own is an ordinary one: this is undone before it.
 */
void sock_abort_at_exit(const struct sock *s, bool on)
{
	const struct linger linger = { .l_onoff = on, .l_linger = 0 };

	if (!s->linger)
		setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

void sock_adopt(lua_State *L, int index, int fd)
{
	struct sock *s = lua_touserdata(L, index);

	s->fd = fd;
	s->actor = script_lab(L)->current;
	sock_abort_at_exit(s, true);
	script_lab(L)->n_sockets++;
	n_open++;
}

void sock_let_go(struct sock *s, struct lab *lab)
{
	close(s->fd);
	s->fd = -1;
	lab->n_sockets--;
	n_open--;
}

static void forget(lua_State *L, struct sock *s)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &open_key);
	lua_pushnil(L);
	lua_rawsetp(L, -2, s);
	lua_pop(L, 1);
}

void sock_shut(lua_State *L, int index)
{
	struct sock *s = lua_touserdata(L, index);

	if (s->fd >= 0)
		sock_let_go(s, script_lab(L));
	forget(L, s);
}

struct sock *sock_check(lua_State *L, const char *op)
{
	struct sock *s = luaL_checkudata(L, 1, "socket");

	if (s->fd < 0)
		script_misuse(L, 0, "%s() on a socket that is closed", op);
	host_alive(L, s->host, op);
	return s;
}

static int sock_close(lua_State *L)
{
	struct sock *s = luaL_checkudata(L, 1, "socket");

	if (s->fd < 0)
		return 0;
	if (s->waiters)
		return script_misuse(L, 0,
				     "close() of a socket for which another actor waits; "
				     "shutdown() wakes it");
	sock_abort_at_exit(s, false);
	call_begin(L, -1);
	/* The report comes after the system call but wants the open socket: a dump finds it by its
	 * ends. */
	close(s->fd);
	s->fd = -1;
	script_lab(L)->n_sockets--;
	n_open--;
	forget(L, s);
	call_end(L, s, "close", "", 0, 0);
	lua_pushboolean(L, 1);
	return 1;
}

static int tbc_go(lua_State *L, int status, lua_KContext ctx)
{
	(void)status;
	(void)ctx;
	return sock_close(L);
}

/* Not through script_push(), as it runs for a lab that was killed too. */
static int sock_tbc(lua_State *L)
{
	const struct sock *s = luaL_checkudata(L, 1, "socket");

	if (s->fd < 0)
		return 0;
	if (script_lab(L)->quota.killed[0]) {
		sock_shut(L, 1);
		return 0;
	}
	/* An expectation in the last line of a block is judged before the block closes its socket.
	 */
	if (lua_isyieldable(L) && expect_flush(L))
		return lua_yieldk(L, 0, 0, tbc_go);
	return sock_close(L);
}

static int sock_gc(lua_State *L)
{
	struct sock *s = luaL_checkudata(L, 1, "socket");

	if (s->fd >= 0)
		sock_let_go(s, script_lab(L));
	return 0;
}

static int connect_end(lua_State *L, struct sock *s, int error)
{
	call_end(L, s, "connect", "", 0, error);
	if (error) {
		sock_shut(L, 1);
		return call_failed(L, "connect", error);
	}
	sock_ends(s);
	lua_settop(L, 1);
	return 1;
}

/*
 * How far a connect() is. A wake-up is no proof, and SO_ERROR is given only once: what
 * counts is the state.
 * Return: 0 connected, EINPROGRESS, or what became of it.
 */
static int progress(const struct sock *s)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	int error = 0;

	memset(&info, 0, sizeof(info));
	if (getsockopt(s->fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return errno;
	len = sizeof(error);
	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return errno;
	if (error)
		return error;
	switch (info.tcpi_state) {
	case TCPSTATE_SYN_SENT:
	case TCPSTATE_SYN_RECV:
		return EINPROGRESS;
	case TCPSTATE_UNCONN:
		return ENOTCONN;
	default:
		return 0;
	}
}

/* The socket is at index 1. */
static int connect_go(lua_State *L, int status, lua_KContext ctx)
{
	struct sock *s = luaL_checkudata(L, 1, "socket");
	const struct actor *a = script_actor(script_lab(L));
	int error;

	(void)status;
	(void)ctx;
	call_woken(s);
	error = progress(s);
	if (error != EINPROGRESS)
		return connect_end(L, s, error);
	if (a->woken == LAB_WAKE_TIMEOUT) {
		call_end(L, s, "connect", "", 0, EINPROGRESS);
		sock_shut(L, 1);
		return call_timed_out(L);
	}
	return call_wait(L, s, "connect", EPOLLOUT, 0, connect_go);
}

int sock_connect_wait(lua_State *L, struct sock *s, const char *args)
{
	call_pend(L, s, "connect", args);
	return call_wait(L, s, "connect", EPOLLOUT, 0, connect_go);
}

static int connected_go(lua_State *L, int status, lua_KContext ctx)
{
	struct sock *s = luaL_checkudata(L, 1, "socket");
	const struct actor *a = script_actor(script_lab(L));
	int error;

	(void)status;
	if (ctx)
		call_woken(s);
	error = progress(s);
	if (error == 0) {
		lua_pushboolean(L, 1);
		return 1;
	}
	if (error != EINPROGRESS)
		return call_failed(L, "connect", error);
	if (a->woken == LAB_WAKE_TIMEOUT)
		return call_timed_out(L);
	return call_wait(L, s, "connected", EPOLLOUT, 1, connected_go);
}

static const char *const timeout_only[] = { "timeout", NULL };

int sock_connected(lua_State *L)
{
	const struct sock *s = sock_check(L, "connected");

	if (s->listener)
		return luaL_argerror(L, 1, "a listener is not connected to anything");
	lua_settop(L, 2);
	options_check(L, 2, 2, timeout_only);
	call_begin(L, options_duration(L, 2, 2, "timeout", -1));
	return connected_go(L, LUA_OK, 0);
}

/* At index 1 the listener, at 3 the socket to be. */
static int accept_go(lua_State *L, int status, lua_KContext ctx)
{
	struct sock *listener = luaL_checkudata(L, 1, "socket");
	struct sock *s = luaL_checkudata(L, 3, "socket");
	const struct actor *a = script_actor(script_lab(L));
	char args[ENDPOINT_MAX_TEXT + 8], text[ENDPOINT_MAX_TEXT];
	int fd, error;

	(void)status;
	if (ctx)
		call_woken(listener);
	do {
		fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	} while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	error = fd < 0 ? errno : 0;
	if (fd >= 0) {
		s->linger = listener->linger; /* a connection inherits it */
		sock_adopt(L, 3, fd);
		sock_ends(s);
		/* Its port is the client kernel's choice, and the record names the connection. */
		endpoint_format(&s->remote, text);
		*strrchr(text, ':') = '\0';
		snprintf(args, sizeof(args), "from %s", text);
		call_end(L, s, "accept", args, 0, 0);
		lua_settop(L, 3);
		return 1;
	}
	if (error == EAGAIN && a->woken != LAB_WAKE_TIMEOUT && a->deadline != a->t0) {
		call_pend(L, listener, "accept", "");
		return call_wait(L, listener, "accept", EPOLLIN, 1, accept_go);
	}
	sock_shut(L, 3);
	call_end(L, listener, "accept", "", 0, error);
	return error == EAGAIN ? call_timed_out(L) : call_failed(L, "accept", error);
}

int sock_accept(lua_State *L)
{
	const struct sock *s = sock_check(L, "accept");

	if (!s->listener)
		return luaL_argerror(L, 1, "accept() needs a socket made by listen()");
	lua_settop(L, 2);
	options_check(L, 2, 2, timeout_only);
	sock_new(L, s->host);
	call_begin(L, options_duration(L, 2, 2, "timeout", -1));
	return accept_go(L, LUA_OK, 0);
}

static int sock_packet(lua_State *L)
{
	const struct sock *s = luaL_checkudata(L, 1, "socket");

	return match_packet(L, s->host, &s->local, s->listener ? NULL : &s->remote, 2);
}

static int sock_fields(lua_State *L)
{
	const struct sock *s = luaL_checkudata(L, 1, "socket");
	const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";

	if (strcmp(key, "port") == 0)
		lua_pushinteger(L, s->local.port);
	else if (strcmp(key, "peer_port") == 0)
		lua_pushinteger(L, s->remote.port);
	else if (strcmp(key, "host") == 0)
		host_push(L, s->host);
	else if (strcmp(key, "closed") == 0)
		lua_pushboolean(L, s->fd < 0);
	else
		lua_pushnil(L);
	return 1;
}

static int sock_tostring(lua_State *L)
{
	const struct sock *s = luaL_checkudata(L, 1, "socket");
	char local[ENDPOINT_MAX_TEXT], remote[ENDPOINT_MAX_TEXT];
	const char *name = script_lab(L)->meta.hosts[s->host];

	endpoint_format(&s->local, local);
	endpoint_format(&s->remote, remote);
	if (s->listener)
		lua_pushfstring(L, "listener %s on %s", local, name);
	else
		lua_pushfstring(L, "socket %s to %s on %s", local, remote, name);
	return 1;
}

static const struct script_fn methods[] = {
	{ "accept", sock_accept, false },       { "close", sock_close, false },
	{ "connected", sock_connected, false }, { "error", sockopt_error, false },
	{ "get", sockopt_get, false },          { "info", sockinfo_table, false },
	{ "packet", sock_packet, false },       { "read", stream_read, false },
	{ "set", sockopt_set, false },          { "shutdown", stream_shutdown, false },
	{ "write", stream_write, false },
};

void sock_open(lua_State *L)
{
	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &open_key);
	script_type(L, "socket", methods, sizeof(methods) / sizeof(methods[0]), sock_fields,
		    sock_tostring);
	lua_pushcfunction(L, sock_gc);
	lua_setfield(L, -2, "__gc");
	lua_pushcfunction(L, sock_tbc);
	lua_setfield(L, -2, "__close");
	lua_pop(L, 1);
}
