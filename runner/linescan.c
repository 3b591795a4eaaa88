/* SPDX-License-Identifier: MIT */
#include "linescan.h"

#include <stdlib.h>
#include <string.h>

#include "field.h"

struct scan {
	const char *at, *end;
};

static void blanks(struct scan *s)
{
	while (s->at < s->end &&
	       (*s->at == ' ' || *s->at == '\t' || *s->at == '\r' || *s->at == '\n'))
		s->at++;
}

static bool take(struct scan *s, char c)
{
	blanks(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

/* From the opening quote to behind the closing one. */
static bool string(struct scan *s, struct slice *out)
{
	const char *p = s->at;

	if (p == s->end || *p != '"')
		return false;
	for (p++; p < s->end && *p != '"'; p++) {
		if ((unsigned char)*p < ' ')
			return false;
		if (*p == '\\')
			p++;
	}
	if (p >= s->end)
		return false;
	*out = (struct slice){ s->at, (size_t)(p + 1 - s->at) };
	s->at = p + 1;
	return true;
}

/* An object or an array: to the bracket that closes it. */
static bool nested(struct scan *s)
{
	size_t depth = 0;
	struct slice skipped;

	while (s->at < s->end) {
		switch (*s->at) {
		case '"':
			if (!string(s, &skipped))
				return false;
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			if (--depth == 0) {
				s->at++;
				return true;
			}
			break;
		default:
			break;
		}
		s->at++;
	}
	return false;
}

static bool value(struct scan *s, struct slice *out)
{
	const char *from;

	blanks(s);
	from = s->at;
	if (from == s->end)
		return false;
	if (*from == '"')
		return string(s, out);
	if (*from == '{' || *from == '[') {
		if (!nested(s))
			return false;
	} else {
		while (s->at < s->end && *s->at && strchr("+-.0123456789truefalsn E", *s->at) &&
		       *s->at != ' ')
			s->at++;
	}
	*out = (struct slice){ from, (size_t)(s->at - from) };
	return s->at > from;
}

bool linescan(const char *text, size_t len, const char *const *names, size_t n, struct slice *out)
{
	struct scan s = { text, text + len };
	bool first = true;

	memset(out, 0, n * sizeof(*out));
	if (!take(&s, '{'))
		return false;
	while (!take(&s, '}')) {
		struct slice name, it;

		if (!first && !take(&s, ','))
			return false;
		first = false;
		blanks(&s);
		if (!string(&s, &name) || !take(&s, ':') || !value(&s, &it))
			return false;
		for (size_t i = 0; i < n; i++)
			if (name.at[1] == names[i][0] && slice_is(name, names[i]))
				out[i] = it;
	}
	blanks(&s);
	return s.at == s.end;
}

bool slice_is(struct slice s, const char *text)
{
	size_t len = strlen(text);

	return s.len == len + 2 && *s.at == '"' && memcmp(s.at + 1, text, len) == 0;
}

json_int_t slice_int(struct slice s)
{
	bool minus = s.len && *s.at == '-';
	json_int_t n = 0;

	if (s.len == minus)
		return 0;
	for (size_t i = minus; i < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return 0;
		n = n > FIELD_INT_MAX / 10 ? FIELD_INT_MAX : 10 * n + (s.at[i] - '0');
	}
	if (n > FIELD_INT_MAX)
		n = FIELD_INT_MAX;
	return minus ? -n : n;
}

char *slice_text(struct slice s)
{
	json_t *value = s.len ? json_loadb(s.at, s.len, JSON_DECODE_ANY, NULL) : NULL;
	char *text = strdup(json_is_string(value) ? json_string_value(value) : "");

	json_decref(value);
	if (!text)
		abort();
	return text;
}
