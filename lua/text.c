/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <lauxlib.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lab.h"
#include "options.h"

/* Shortest forms only, no surrogates: RFC 3629 section 4. Return: bytes used, 0 when it is not
 * UTF-8. */
static size_t decode(const unsigned char *s, size_t len, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n;

	if (s[0] < 0x80) {
		*cp = s[0];
		return 1;
	}
	if (s[0] >= 0xc2 && s[0] < 0xe0)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] < 0xf0)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] < 0xf5)
		n = 4;
	else
		return 0;
	if (n > len)
		return 0;
	*cp = s[0] & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (s[i] & 0x3fU);
	}
	if (*cp < least[n] || *cp > 0x10ffff || (*cp >= 0xd800 && *cp < 0xe000))
		return 0;
	return n;
}

/* C0, DEL and C1 can move a cursor; the others change the direction or the line of what is read. */
static const char *forbidden(uint32_t cp)
{
	if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
		return "a control character";
	if ((cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069))
		return "a direction override";
	if (cp == 0x2028 || cp == 0x2029)
		return "a line separator";
	return NULL;
}

bool text_problem(const char *text, size_t len, size_t max, bool newlines, char *why, size_t size)
{
	const unsigned char *s = (const unsigned char *)text;
	uint32_t cp;

	if (len > max) {
		snprintf(why, size, "is %zu bytes long; at most %zu are allowed", len, max);
		return true;
	}
	for (size_t i = 0, n; i < len; i += n) {
		const char *what;

		n = decode(s + i, len - i, &cp);
		if (n == 0) {
			snprintf(why, size, "is not UTF-8 (byte %u at position %zu)", s[i], i + 1);
			return true;
		}
		what = cp == '\n' && newlines ? NULL : forbidden(cp);
		if (what && cp < 0x80) {
			snprintf(why, size, "contains %s (byte %u at position %zu)", what,
				 (unsigned)cp, i + 1);
			return true;
		}
		if (what) {
			snprintf(why, size, "contains %s (U+%04X at position %zu)", what,
				 (unsigned)cp, i + 1);
			return true;
		}
	}
	return false;
}

void text_clean(char *text)
{
	unsigned char *s = (unsigned char *)text;
	size_t len = strlen(text), out = 0;
	uint32_t cp;

	for (size_t i = 0; i < len;) {
		size_t n = decode(s + i, len - i, &cp);

		if (n == 0 || (cp != '\n' && forbidden(cp))) {
			text[out++] = '?';
			i += n ? n : 1;
			continue;
		}
		memmove(text + out, text + i, n);
		out += n;
		i += n;
	}
	text[out] = '\0';
}

const char *text_check(lua_State *L, int index, const char *field, size_t max, bool newlines)
{
	char why[128];
	const char *s;
	size_t len;

	if (lua_type(L, index) != LUA_TSTRING)
		options_error(L, -1, "%s has to be a string, not %s", field,
			      luaL_typename(L, index));
	s = lua_tolstring(L, index, &len);
	if (text_problem(s, len, max, newlines, why, sizeof(why)))
		options_error(L, -1, "%s %s", field, why);
	return s;
}

void text_read(lua_State *L, int index, const char *field, size_t max, bool newlines,
	       struct lab_text *out)
{
	char name[96];

	index = lua_absindex(L, index);
	out->zh = NULL;
	if (lua_type(L, index) != LUA_TTABLE) {
		out->en = text_check(L, index, field, max, newlines);
		return;
	}
	lua_pushnil(L);
	while (lua_next(L, index)) {
		bool first = lua_isinteger(L, -2) && lua_tointeger(L, -2) == 1;
		bool zh = lua_type(L, -2) == LUA_TSTRING && strcmp(lua_tostring(L, -2), "zh") == 0;

		if (!first && !zh)
			options_error(L, -1, "%s: write { \"English\", zh = \"中文\" }", field);
		lua_pop(L, 1);
	}
	/* The table keeps the strings alive after they are popped. */
	lua_rawgeti(L, index, 1);
	out->en = text_check(L, -1, field, max, newlines);
	lua_pop(L, 1);
	lua_pushliteral(L, "zh");
	lua_rawget(L, index);
	snprintf(name, sizeof(name), "%s (zh)", field);
	if (!lua_isnil(L, -1))
		out->zh = text_check(L, -1, name, max, newlines);
	lua_pop(L, 1);
}
