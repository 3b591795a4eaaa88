/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_RECFILE_H
#define RUNNER_RECFILE_H

#include <jansson.h>
#include <stddef.h>

struct err;
struct recfile;

/*
 * Writing a record to a file, all or nothing: the file has no name until it is
 * complete, so that a full disk or a kill leaves no half of it behind and an
 * older file of that name is not lost.
 */

/** recfile_create() - begin; @path may be a device or a pipe, which is written to directly. Return:
 * 0 or -errno. */
int recfile_create(const char *path, struct recfile **out, struct err *err);

/** recfile_line() - add one line, without its newline. Return: 0 or -errno (disk full: named). */
int recfile_line(struct recfile *r, const char *line, size_t len, struct err *err);

/** recfile_commit() - give the file its name and close it. Return: 0 or -errno; @r is gone either
 * way. */
int recfile_commit(struct recfile *r, struct err *err);

/** recfile_abandon() - close it; nothing is left. NULL is allowed. */
void recfile_abandon(struct recfile *r);

typedef int recfile_fn(void *arg, json_t *ev, struct err *err);

/**
 * recfile_read() - hand every event of a record to @fn.
 * Errors name file:line. A record of a newer format, and a file that is none, are
 * refused before @fn is called. One that was cut off is handed over as far
 * as it goes, and is then -ENODATA.
 * Return: 0 or -errno (also what @fn returned, if negative).
 */
int recfile_read(const char *path, recfile_fn *fn, void *arg, struct err *err);

#endif
