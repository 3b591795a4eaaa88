/* SPDX-License-Identifier: MIT */
#include "paper.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_DEFAULT 80
#define COLUMNS_MIN     40
#define COLUMNS_MAX     250

/*
 * Only the eight basic colours and attributes: the reader's terminal theme says
 * what they look like, so they stay readable on light and dark ground. No ink sets blue,
 * which many themes make too dark to read on black.
 */
static const char *const inks[] = {
	[INK_PLAIN] = "",        [INK_TITLE] = "\x1b[1m",  [INK_STEP] = "\x1b[1;36m",
	[INK_DIM] = "\x1b[2m",   [INK_PASS] = "\x1b[32m",  [INK_FAIL] = "\x1b[1;31m",
	[INK_WARN] = "\x1b[33m", [INK_STATE] = "\x1b[35m", [INK_SEGMENT] = "",
	[INK_LOST] = "\x1b[31m", [INK_CODE] = "\x1b[36m",  [INK_STRONG] = "\x1b[1m",
	[INK_EMPH] = "\x1b[3m",  [INK_LINK] = "\x1b[4m",
};

static_assert(sizeof(inks) / sizeof(inks[0]) == INK_COUNT, "one sequence for each ink");

static int columns_of(FILE *out)
{
	const char *env = getenv("COLUMNS");
	struct winsize ws = { 0 };
	long columns = 0;

	if (env && *env) {
		char *end;

		columns = strtol(env, &end, 10);
		if (*end)
			columns = 0;
	}
	if (columns <= 0 && ioctl(fileno(out), TIOCGWINSZ, &ws) == 0)
		columns = ws.ws_col;
	if (columns <= 0)
		columns = COLUMNS_DEFAULT;
	if (columns < COLUMNS_MIN)
		columns = COLUMNS_MIN;
	if (columns > COLUMNS_MAX)
		columns = COLUMNS_MAX;
	return (int)columns;
}

/* The names of locales are the whole truth here: no locale needs to be installed. */
static bool locale_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

static bool color_wanted(FILE *out)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	/* no-color.org: set and not empty, whatever its value */
	if (no_color && *no_color)
		return false;
	if (!term || !*term || strcmp(term, "dumb") == 0)
		return false;
	return isatty(fileno(out));
}

struct paper paper_for(FILE *out, bool no_color, enum lang lang)
{
	return (struct paper){
		.out = out,
		.columns = columns_of(out),
		.color = !no_color && color_wanted(out),
		.utf8 = locale_is_utf8(),
		.lang = lang,
	};
}

const char *ink(const struct paper *paper, enum ink which)
{
	return paper->color ? inks[which] : "";
}

const char *ink_off(const struct paper *paper)
{
	return paper->color ? "\x1b[0m" : "";
}
