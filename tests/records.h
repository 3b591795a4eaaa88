/* SPDX-License-Identifier: MIT */
#ifndef TESTS_RECORDS_H
#define TESTS_RECORDS_H

#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"

/* The sample records in tests/records, beside this file whatever the working directory is built
 * from. */

/** records_path() - @name in @folder of tests/. Return: @buf. */
static inline const char *records_path(char buf[static 512], const char *folder, const char *name)
{
	const char *slash = strrchr(__FILE__, '/');

	snprintf(buf, 512, "%.*s/%s/%s", slash ? (int)(slash - __FILE__) : 1,
		 slash ? __FILE__ : ".", folder, name);
	return buf;
}

/** records_load() - a sample record as an array of events. */
static inline json_t *records_load(const char *name)
{
	char path[512], file[128];
	_cleanup_fclose_ FILE *f = NULL;
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	json_t *all = json_array();

	snprintf(file, sizeof(file), "%s.jsonl", name);
	f = fopen(records_path(path, "records", file), "re");
	ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
	while (getline(&line, &room, f) > 0) {
		json_error_t where;
		json_t *ev = json_loads(line, 0, &where);

		ck_assert_msg(ev != NULL, "%s: %s", path, where.text);
		json_array_append_new(all, ev);
	}
	ck_assert_uint_gt(json_array_size(all), 0);
	return all;
}

static const char *const records_all[] = { "handshake", "loss",    "close",  "finack",
					   "three",     "cookies", "broken", "skip",
					   "cut",       "hostile", "icmp" };
#define RECORDS_COUNT (sizeof(records_all) / sizeof(records_all[0]))

#endif
