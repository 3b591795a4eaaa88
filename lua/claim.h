/* SPDX-License-Identifier: MIT */
#ifndef LUA_CLAIM_H
#define LUA_CLAIM_H

#include "labops.h"

enum claim_subject { CLAIM_HOST, CLAIM_SOCKET, CLAIM_VALUE };

/*
 * An expectation while its chain of calls is still going on. It belongs to the
 * actor, not to Lua's heap, so that its texts live until the engine copied them.
 *
 * @open:      begun and not yet judged
 * @serial:    which one: a kept reference to an older one is misuse
 * @predicate: name of the method that said what is expected, NULL so far
 */
struct claim {
	bool open;
	uint64_t serial;
	enum claim_subject subject;
	const char *predicate;
	struct expectation e;
	char what[128], name[128], counter[64], expected[320], seen[256];
};

#endif
