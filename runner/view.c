/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"

static const struct view_ops *const views[] = { &view_text, &view_json, &view_tap, &view_junit };

const struct view_ops *view_find(const char *name)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (strcmp(views[i]->name, name) == 0)
			return views[i];
	return NULL;
}

void view_put_json(FILE *out, const json_t *json)
{
	_cleanup_free_ char *text = json_dumps(
		json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15));

	if (!text)
		abort();
	/* DEL is ASCII to jansson; it only ever stands inside a string */
	for (const char *p = text; *p; p++) {
		if (*p == 127)
			fputs("\\u007F", out);
		else
			fputc(*p, out);
	}
}

int view_written(FILE *out, struct err *err)
{
	int code;

	/* what failed before, with its errno lost, still counts: the stream remembers that much */
	errno = 0;
	if (fflush(out) == 0 && !ferror(out))
		return 0;
	code = errno ? errno : EIO;
	return err_set(err, code, "writing the output: %s", strerror(code));
}
