/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_ORIGIN_H
#define RUNNER_ORIGIN_H

#include <jansson.h>
#include <stdbool.h>

struct err;
struct options;

/*
 * A record, wherever it comes from: of a lab that is run for it, or of a file.
 */

/** origin_fn - one event. Return: 0, or -errno to end it. */
typedef int origin_fn(void *arg, json_t *ev, struct err *err);

/** origin_is_record() - does this name a record, and not a lab or its file? Of what is said without
 * a folder only origin_read() knows. */
bool origin_is_record(const char *what);

/**
 * origin_read() - hand every event of a record to @fn.
 * @what: id of a lab or its .lua file, which is run as the options say; else a record. Of a lab and
 *        a record of one name the lab is meant: write ./NAME for the other.
 * Return: the exit status of its verdict (front_status()); -ENODATA after all events of a record
 * that was cut off, or -errno. A signal to us ends the run and us.
 */
int origin_read(const struct options *o, const char *what, origin_fn *fn, void *arg,
		struct err *err);

/** origin_from_file() - would origin_read() take @what for a record's file, also without a folder?
 */
bool origin_from_file(const struct options *o, const char *what);

#endif
