/* SPDX-License-Identifier: MIT */
#ifndef LUA_BURST_H
#define LUA_BURST_H

#include <lua.h>
#include <stddef.h>
#include <sys/socket.h>

/** host_target() - the address that argument 2 (a host or an address) and argument 3 (a port)
 * mean; family is an option at 4. Return: its length. */
socklen_t host_target(lua_State *L, struct sockaddr_storage *out);

/** burst_host() - host:burst(target, port, { … }). */
int burst_host(lua_State *L);

/** burst_kept() - how many sockets bursts of @actor keep open on @host. */
unsigned burst_kept(lua_State *L, size_t actor, unsigned host);

/** burst_crash() - close them. */
void burst_crash(lua_State *L, size_t actor, unsigned host);

#endif
