/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_RECFILE_H
#define RUNNER_RECFILE_H

#include <jansson.h>

struct err;

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
