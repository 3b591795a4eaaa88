/* SPDX-License-Identifier: MIT */
#ifndef LUA_SOCK_H
#define LUA_SOCK_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "../netns/segment.h"
#include "script.h"

/*
 * A socket as a lab holds it; a Lua userdata, born closed.
 *
 * @fd:      -1 when closed; the ends stay, so that what becomes of the
 *           connection can still be expected
 * @linger:  the lab has set SO_LINGER
 * @waiters: actors that wait for it
 * @actor:   who opened or accepted it
 * @local, @remote: @remote is all zero for a listener
 */
struct sock {
	int fd;
	unsigned host;
	bool listener, linger;
	unsigned waiters;
	size_t actor;
	struct endpoint local, remote;
};

/** sock_check() - argument 1, which must be open for @op. */
struct sock *sock_check(lua_State *L, const char *op);

/** sock_new() - push a socket of @host, closed. */
struct sock *sock_new(lua_State *L, unsigned host);

/** sock_adopt() - the socket at @index now holds @fd: it stays open until it is closed or the lab
 * is freed. */
void sock_adopt(lua_State *L, int index, int fd);

/** sock_shut() - close without telling anybody. */
void sock_shut(lua_State *L, int index);

/** sock_ends() - ask the kernel for both ends. */
void sock_ends(struct sock *s);
struct endpoint endpoint_from(const struct sockaddr_storage *ss);

/** sock_connected() - conn:connected([opts]): the end of a connect() that did not wait. */
int sock_connected(lua_State *L);
int sock_connect_wait(lua_State *L, struct sock *s, const char *args);
int sock_accept(lua_State *L);

int stream_read(lua_State *L);
int stream_write(lua_State *L);
int stream_shutdown(lua_State *L);

int sockopt_set(lua_State *L);
int sockopt_get(lua_State *L);
int sockopt_error(lua_State *L);

/** sockopt_apply() - every option of the table { NAME = value } at @index. Return: 0 or a positive
 * errno. */
int sockopt_apply(lua_State *L, struct sock *s, int index);

int sockinfo_table(lua_State *L);
int match_packet(lua_State *L, unsigned host, const struct endpoint *local,
		 const struct endpoint *remote, int index);

/* Reporting one call: begin, perhaps pend, end. */
void call_begin(lua_State *L, int64_t timeout);
void call_pend(lua_State *L, struct sock *s, const char *op, const char *args);
void call_end(lua_State *L, const struct sock *s, const char *op, const char *args, int64_t result,
	      int error);

/** call_failed() - push what the network answers: nil, message, name. Return: 3. */
int call_failed(lua_State *L, const char *op, int error);

/** call_timed_out() - the same for the lab's own deadline, "TIMEOUT". Return: 3. */
int call_timed_out(lua_State *L);

/** call_wait() - wait for the socket at index 1 and go on in @k. */
int call_wait(lua_State *L, struct sock *s, const char *op, uint32_t events, lua_KContext ctx,
	      lua_KFunction k);

/** call_woken() - first thing in every such @k. */
void call_woken(struct sock *s);

#endif
