/* SPDX-License-Identifier: MIT */
#ifndef LUA_LINKTABLE_H
#define LUA_LINKTABLE_H

#include <lua.h>
#include <stdbool.h>

struct impairment;

/**
 * linktable_read() - { delay = "10ms", burst = { p = "1%", r = "20%" } }: what a table says of a
 * link, over what @imp has already; raises what cannot be.
 * @arg:    number of the argument, -1 outside of a call
 * @where:  how messages begin: "link"
 * @toward: a key "toward" is allowed, which is the caller's to read
 */
void linktable_read(lua_State *L, int index, int arg, const char *where, bool toward,
		    struct impairment *imp);

#endif
