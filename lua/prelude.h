/* SPDX-License-Identifier: MIT */
#ifndef LUA_PRELUDE_H
#define LUA_PRELUDE_H

#include <stddef.h>

/* prelude.lua, as it was when tcplab was built. */
extern const char prelude_text[];

/** prelude_size() - its length in bytes. */
size_t prelude_size(void);

#endif
