/* SPDX-License-Identifier: MIT */
#ifndef LUA_REFUSAL_H
#define LUA_REFUSAL_H

#include <stdbool.h>

/* Where the tests of lua/ make memory run out. */

/**
 * confine_fail() - for the tests: let the @nth allocation from now fail (from
 * 1; 0 for none), and with @all every later one too.
 */
void confine_fail(long nth, bool all);

/** confine_failed() - did that allocation come? */
bool confine_failed(void);

#endif
