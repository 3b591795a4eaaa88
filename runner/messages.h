/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_MESSAGES_H
#define RUNNER_MESSAGES_H

#include <stdio.h>

#include "lang.h"

/*
 * Everything tcplab says itself, in each language: one table in messages.c,
 * generated from the X-macro list in messages.def (id, English, Chinese).
 */
enum msg {
#define MSG(id, en, zh) MSG_##id,
#include "messages.def"
#undef MSG
	MSG_COUNT
};

/** message() - a static string; formats keep their conversions in the same order in all languages.
 */
const char *message(enum lang lang, enum msg which);

/** message_write() - the function behind message_say(), without its check. */
void message_write(FILE *out, enum lang lang, enum msg which, ...);

/* The English formats once more, where the compiler can hold calls against them. */
#define MSG(id, en, zh) static const char msg_check_##id[] __attribute__((unused)) = en;
#include "messages.def"
#undef MSG

/**
 * message_say() - write a message with its arguments to @out. @id without MSG_. The compiler checks
 * the arguments against the English format, tests/test_phrase.c the other languages against that.
 */
#define message_say(out, lang, id, ...)                                                            \
	do {                                                                                       \
		if (0)                                                                             \
			fprintf(out, msg_check_##id, ##__VA_ARGS__);                               \
		message_write(out, lang, MSG_##id, ##__VA_ARGS__);                                 \
	} while (0)

#endif
