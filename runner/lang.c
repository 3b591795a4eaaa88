/* SPDX-License-Identifier: MIT */
#include "lang.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../netns/err.h"

static const char *const codes[] = { [LANG_EN] = "en", [LANG_ZH] = "zh" };

static_assert(sizeof(codes) / sizeof(codes[0]) == LANG_COUNT, "one code for each language");

const char *lang_code(enum lang lang)
{
	return codes[lang];
}

/* The language of a locale name or BCP 47 tag is what stands before its first separator. */
static int find(const char *text)
{
	size_t len = strcspn(text, "_-.@");

	for (int i = 0; i < LANG_COUNT; i++)
		if (strlen(codes[i]) == len && strncasecmp(codes[i], text, len) == 0)
			return i;
	return -EINVAL;
}

int lang_parse(const char *text, struct err *err)
{
	int lang = find(text);

	if (lang >= 0)
		return lang;
	err_set(err, EINVAL, "unknown language \"%.40s\"", text);
	return err_remedy(err, "known are: en (English), zh (Simplified Chinese)");
}

enum lang lang_from_env(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		int lang;

		/* POSIX: an empty variable counts as unset; the first one that is set decides */
		if (!value || !*value)
			continue;
		lang = find(value);
		return lang >= 0 ? (enum lang)lang : LANG_EN;
	}
	return LANG_EN;
}

const char *lang_text(const json_t *text, enum lang lang)
{
	const char *s = json_string_value(json_object_get(text, codes[lang]));

	if (!s || !*s)
		s = json_string_value(json_object_get(text, codes[LANG_EN]));
	return s ? s : "";
}
