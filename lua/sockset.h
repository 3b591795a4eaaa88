/* SPDX-License-Identifier: MIT */
#ifndef LUA_SOCKSET_H
#define LUA_SOCKSET_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

struct lab;
struct sock;

/* All sockets that a lab holds, and what becomes of one whose process ends. In sock.c. */

/** sock_room() - raise when there is none for @n more. sock_counted() - so many more are open. */
void sock_room(lua_State *L, size_t n);
void sock_counted(lua_State *L, int more);

/** sock_each() - call @fn for each socket that the lab holds. */
void sock_each(lua_State *L, void (*fn)(struct sock *s, void *arg), void *arg);

/** sock_abort_at_exit() - is the end of the process to abort it? Not where the lab has set
 * SO_LINGER.
 */
void sock_abort_at_exit(const struct sock *s, bool on);

/** sock_let_go() - close it; the lab goes on holding what is left of it. */
void sock_let_go(struct sock *s, struct lab *lab);

#endif
