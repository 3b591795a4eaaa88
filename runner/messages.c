/* SPDX-License-Identifier: MIT */
#include "messages.h"

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>

struct texts {
	const char *text[LANG_COUNT];
};

static const struct texts table[] = {
#define MSG(id, en, zh) [MSG_##id] = { { [LANG_EN] = (en), [LANG_ZH] = (zh) } },
#include "messages.def"
#undef MSG
};

static_assert(sizeof(table) / sizeof(table[0]) == MSG_COUNT, "a message without a place");
static_assert(LANG_COUNT == 2, "messages.def has a column for each language");

const char *message(enum lang lang, enum msg which)
{
	return table[which].text[lang];
}

/*
 * The format comes out of the table, so no compiler can see it here: callers
 * come through message_say(), which checks their arguments.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

void message_write(FILE *out, enum lang lang, enum msg which, ...)
{
	va_list ap;

	va_start(ap, which);
	vfprintf(out, message(lang, which), ap);
	va_end(ap);
}

#pragma GCC diagnostic pop
