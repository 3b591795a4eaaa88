/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_OUTFILE_H
#define RUNNER_OUTFILE_H

#include <stdio.h>

struct err;
struct outfile;

/*
 * Writing a file, all or nothing: it has no name until it is complete, so that a full disk or a
 * kill leaves no half of it behind and an older file of that name is not lost.
 */

/**
 * outfile_create() - begin; @path may be a device or a pipe, which is written to directly.
 * Return: 0 or -errno.
 */
int outfile_create(const char *path, struct outfile **out, struct err *err);

/** outfile_line() - add @line and a newline. Return: 0 or -errno. */
int outfile_line(struct outfile *r, const char *line, size_t len, struct err *err);

/** outfile_stream() - where to write. What fails there is told by outfile_commit(). */
FILE *outfile_stream(struct outfile *r);

/**
 * outfile_commit() - give the file its name and close it.
 * Return: 0 or -errno (disk full: with the remedy); @r is gone either way.
 */
int outfile_commit(struct outfile *r, struct err *err);

/** outfile_abandon() - close it; nothing is left. NULL is allowed. */
void outfile_abandon(struct outfile *r);

#endif
