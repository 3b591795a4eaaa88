/* SPDX-License-Identifier: MIT */
/* Whatever a lesson says, what reaches the terminal is safe and fits. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/err.h"
#include "../runner/columns.h"
#include "../runner/markdown.h"
#include "../runner/paper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *line, int columns, bool color)
{
	if (columns_width(line) > columns)
		abort();
	for (; *line; line++) {
		if (*line == '\x1b' && color && line[1] == '[')
			continue;
		if ((*line & 0xff) < 0x20 || *line == 0x7f)
			abort();
	}
}

/* No element that loads or runs anything, whatever is written. */
static void check_html(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *html = NULL;
	struct err err = ERR_INIT;
	size_t html_size;
	FILE *f = open_memstream(&html, &html_size);

	if (!text || !f)
		abort();
	markdown_html(f, text, &err);
	fclose(f);
	if (strstr(html, "<script") || strstr(html, "<img") || strstr(html, "<!--") ||
	    strstr(html, "href=\"javascript:"))
		abort();
	free(html);
	free(text);
}

/* The first byte chooses the paper. A drawing (```verbatim) is as wide as it likes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	char *got = NULL, *rest, *line;
	size_t got_size;
	struct paper p = { .columns = 40 };
	bool verbatim;

	if (size < 1)
		return 0;
	p.color = data[0] & 1;
	p.utf8 = data[0] & 2;
	p.columns = data[0] & 4 ? 40 : 100;
	verbatim = memmem(data, size, "verbatim", 8) || memchr(data, '&', size);
	p.out = open_memstream(&got, &got_size);
	if (!p.out)
		abort();
	markdown_render((const char *)data + 1, size - 1, &p, data[0] & 8 ? 2 : 0, &err);
	fclose(p.out);
	rest = got;
	while ((line = strsep(&rest, "\n")))
		check(line, verbatim ? 1 << 30 : p.columns, p.color);
	free(got);
	check_html(data + 1, size - 1);
	return 0;
}
