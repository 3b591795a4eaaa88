/* SPDX-License-Identifier: MIT */
#ifndef LUA_SOURCE_H
#define LUA_SOURCE_H

#include <stddef.h>

struct err;

#define SOURCE_MAX ((size_t)1 << 20)

/*
 * The text of a lab.
 *
 * @block: what was read; @text is in it, after a byte order mark
 */
struct source {
	char *block;
	const char *text;
	size_t len;
};

/** source_read() - a regular file of at most SOURCE_MAX bytes that is no bytecode. Return: 0 or
 * -errno. */
int source_read(struct source *s, const char *path, struct err *err);
void source_free(struct source *s);

/**
 * source_syntax() - turn Lua's "file:line: message near 'x'" into that, the line and a marker.
 * Return: -EINVAL.
 */
int source_syntax(const struct source *s, const char *path, const char *message, struct err *err);

#endif
