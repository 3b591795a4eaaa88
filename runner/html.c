/* SPDX-License-Identifier: MIT */
#include "html.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "sha256.h"

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_text(FILE *out, const char *text)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), 1, 1);

	for (const char *p = clean; *p; p++) {
		const char *e = entity(*p);

		if (e)
			fputs(e, out);
		else if (strncmp(p, "\xef\xbf\xbe", 3) == 0 || strncmp(p, "\xef\xbf\xbf", 3) == 0)
			/* U+FFFE and U+FFFF are no characters of XML 1.0 (2.2) */
			fputs("\xef\xbf\xbd", out), p += 2;
		else
			fputc(*p, out);
	}
}

void html_json(FILE *out, const json_t *json)
{
	_cleanup_free_ char *text =
		json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(9));

	if (!text)
		abort();
	/* "</script", "<!--" and "]]>" all need one of these; in JSON they stand in strings only */
	for (const char *p = text; *p; p++) {
		if (*p == '<' || *p == '>' || *p == '&')
			fprintf(out, "\\u%04x", (unsigned)*p);
		else
			fputc(*p, out);
	}
}

void html_hash(FILE *out, const void *text, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t hash[SHA256_SIZE + 1] = { 0 };

	sha256(text, len, hash);
	fputs("'sha256-", out);
	/* 32 bytes: ten groups of three, and two over */
	for (size_t i = 0; i < SHA256_SIZE; i += 3) {
		unsigned three = (unsigned)hash[i] << 16 | (unsigned)hash[i + 1] << 8 |
				 (i + 2 < SHA256_SIZE ? hash[i + 2] : 0U);

		fputc(digits[three >> 18], out);
		fputc(digits[three >> 12 & 63], out);
		fputc(digits[three >> 6 & 63], out);
		fputc(i + 2 < SHA256_SIZE ? digits[three & 63] : '=', out);
	}
	fputc('\'', out);
}
