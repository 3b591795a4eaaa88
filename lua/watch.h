/* SPDX-License-Identifier: MIT */
#ifndef LUA_WATCH_H
#define LUA_WATCH_H

#include <lua.h>
#include <stdint.h>

struct icmp_match;
struct packet_match;

/** watch_states() - a state or a list of them at @index. Return: bits, 1 << enum tcpstate. */
uint32_t watch_states(lua_State *L, int index, int arg);

/** watch_match() - { flags, dir, len, nth, port, rtx } at @index. */
void watch_match(lua_State *L, int index, int arg, struct packet_match *out);

/** watch_icmp() - a name, or nothing for any, at @index, and { dir, nth, port } after it. */
void watch_icmp(lua_State *L, int index, struct icmp_match *out);

/** match_sockets() - host:sockets([{ state =, port = }]). */
int match_sockets(lua_State *L);

#endif
