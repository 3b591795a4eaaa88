/* SPDX-License-Identifier: MIT */
#include "recfile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "field.h"
#include "record.h"

static int check_header(const char *path, const json_t *ev, struct err *err)
{
	const json_t *format = json_object_get(ev, "format");

	if (!field_is(ev, "ev", "header") || !json_is_integer(format)) {
		err_set(err, EINVAL,
			"%s:1: this is not a tcplab record: it does not begin with a header", path);
		return err_remedy(err, "make one with `tcplab run LAB --record FILE`");
	}
	if (json_integer_value(format) > RECORD_FORMAT || json_integer_value(format) < 1) {
		err_set(err, EINVAL,
			"%s:1: the record has format %lld, and this tcplab reads up to %d", path,
			(long long)json_integer_value(format), RECORD_FORMAT);
		return err_remedy(err, "use the tcplab that made it (%s) or a newer one",
				  field_text(ev, "tcplab"));
	}
	return 0;
}

int recfile_read(const char *path, recfile_fn *fn, void *arg, struct err *err)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	_cleanup_free_ char *line = NULL;
	bool verdict = false;
	size_t room = 0, n = 0;
	ssize_t len;

	if (!f)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	while ((len = getline(&line, &room, f)) > 0) {
		json_error_t je;
		json_t *ev = json_loadb(line, (size_t)len, 0, &je);
		int rc = 0;

		n++;
		if (!json_is_object(ev) && n > 1 && line[len - 1] != '\n') {
			json_decref(ev);
			break; /* cut off in the middle of a line */
		}
		if (!json_is_object(ev))
			rc = n == 1 ? check_header(path, NULL, err)
				    : err_set(err, EINVAL, "%s:%zu: not an event: %s", path, n,
					      je.text);
		else if (n == 1)
			rc = check_header(path, ev, err);
		verdict = field_is(ev, "ev", "verdict");
		if (rc == 0)
			rc = fn(arg, ev, err);
		json_decref(ev);
		if (rc < 0)
			return rc;
	}
	if (ferror(f))
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	if (n == 0)
		return check_header(path, NULL, err);
	if (!verdict) {
		err_set(err, ENODATA, "%s:%zu: the record was cut off: it has no verdict", path, n);
		return err_remedy(err, "what there is was shown; run the lab again for the rest");
	}
	return 0;
}
