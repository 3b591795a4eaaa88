/* SPDX-License-Identifier: MIT */
#include "markdown_page.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "paper.h"

const struct page_signs page_drawn = { "│", "•", "─", "═", "── ", "─ " };
const struct page_signs page_ascii = { "|", "-", "-", "=", "-- ", "- " };

FILE *page_text(char **text, size_t *size)
{
	FILE *f = open_memstream(text, size);

	if (!f)
		abort();
	return f;
}

int page_room(const struct page *p)
{
	return p->width - columns_width(p->prefix);
}

/* Without the blanks at its end; for lines that nothing follows on. */
static void put_bare(struct page *p, const char *begin)
{
	size_t len = strlen(begin);

	while (len && begin[len - 1] == ' ')
		len--;
	fwrite(begin, 1, len, p->out);
	fputc('\n', p->out);
}

void page_blank(struct page *p)
{
	put_bare(p, p->prefix);
}

/* An empty line of a block: its marker still has to come. */
static void put_empty(struct page *p)
{
	put_bare(p, *p->lead ? p->lead : p->prefix);
	p->lead[0] = '\0';
}

int page_begin(struct page *p)
{
	const char *begin = *p->lead ? p->lead : p->prefix;
	int used = columns_width(begin);

	fputs(begin, p->out);
	p->lead[0] = '\0';
	return used;
}

/* Only blanks and colours? */
static bool is_empty(const char *text)
{
	while (*text) {
		if (strncmp(text, "\x1b[", 2) == 0)
			text += strcspn(text, "m");
		else if (*text != ' ' && *text != '\n')
			return false;
		text++;
	}
	return true;
}

void page_wrapped(struct page *p, const char *text, const char *more)
{
	_cleanup_free_ char *indent = NULL;
	size_t size;
	FILE *f;

	if (is_empty(text)) {
		put_empty(p);
		return;
	}
	f = page_text(&indent, &size);
	fprintf(f, "%s%s", p->prefix, more);
	fclose(f);
	columns_wrap(p->out, text, p->width, indent, page_begin(p));
	fputc('\n', p->out);
}

static void code_line(struct page *p, const char *line, bool verbatim)
{
	_cleanup_free_ char *text = NULL;
	size_t size, len = strlen(line);
	FILE *f;

	while (len && line[len - 1] == ' ')
		len--;
	if (!len) {
		put_empty(p);
		return;
	}
	if (verbatim) {
		page_begin(p);
		fwrite(line, 1, len, p->out);
		fputc('\n', p->out);
		return;
	}
	f = page_text(&text, &size);
	fprintf(f, "%s%s%s", ink(p->paper, INK_CODE), line, ink_off(p->paper));
	fclose(f);
	page_wrapped(p, text, "  ");
}

/* Code is indented by tabs: a terminal's stop is 8, but half of that leaves more room. */
#define TAB 4

static char *expand_tabs(const char *text)
{
	char *expanded = NULL;
	size_t size;
	FILE *f = page_text(&expanded, &size);
	int col = 0;

	for (; *text; text++) {
		if (*text == '\t') {
			columns_repeat(f, " ", TAB - col % TAB);
			col = 0;
			continue;
		}
		fputc(*text, f);
		/* bytes that continue a character take no column */
		col = *text == '\n' ? 0 : col + ((*text & 0xc0) != 0x80);
	}
	fclose(f);
	return expanded;
}

void page_code(struct page *p, const char *text, bool verbatim)
{
	_cleanup_free_ char *spaced = expand_tabs(text);
	_cleanup_free_ char *clean = columns_clean(spaced, strlen(spaced), p->paper->utf8, true);
	char *rest = clean;

	if (!*clean)
		put_empty(p);
	/* the last line ends in '\n' too: nothing is left behind it */
	while (rest && *rest)
		code_line(p, strsep(&rest, "\n"), verbatim);
}

size_t page_open(struct page *p, const char *mark, const char *later)
{
	size_t before = strlen(p->prefix), lead = strlen(p->lead);
	bool marked = strcmp(mark, later) != 0;

	/* in bytes: a coloured bar takes 12 for its two columns */
	if (page_room(p) - columns_width(later) < PAGE_LEAST ||
	    before + strlen(later) >= sizeof(p->prefix) ||
	    before + lead + strlen(mark) >= sizeof(p->lead))
		return before;
	if (!lead && marked)
		memcpy(p->lead, p->prefix, before + 1);
	if (lead || marked)
		strcat(p->lead, mark);
	strcat(p->prefix, later);
	return before;
}

void page_close(struct page *p, size_t before)
{
	if (*p->lead)
		put_empty(p);
	p->prefix[before] = '\0';
}

static size_t char_bytes(const char *s)
{
	size_t n = 1;

	while ((s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* How a character takes part in a text without spaces. */
enum script {
	SCRIPT_SPACED,  /* Latin and the like */
	SCRIPT_NEUTRAL, /* U+2010 to U+2027: dashes, quotes, ellipses belong to what is around them
			 */
	SCRIPT_DENSE,   /* takes two columns */
	SCRIPT_STOP,    /* 、。，：（ and the like have their white space in themselves */
};

static enum script script_of(const char *s)
{
	char one[8] = "";
	size_t n = char_bytes(s);

	if (n >= sizeof(one))
		return SCRIPT_SPACED;
	memcpy(one, s, n);
	if (columns_width(one) == 2) {
		bool cjk = memcmp(one, "\xe3\x80", 2) == 0;
		bool fullwidth = memcmp(one, "\xef\xbc", 2) == 0;

		return cjk || fullwidth ? SCRIPT_STOP : SCRIPT_DENSE;
	}
	if (memcmp(one, "\xe2\x80", 2) == 0 && (one[2] & 0xff) >= 0x90 && (one[2] & 0xff) <= 0xa7)
		return SCRIPT_NEUTRAL;
	return SCRIPT_SPACED;
}

bool page_spaced(const char *before, const char *after)
{
	const char *last = before + strlen(before);
	enum script one, other;

	if (!*before || !*after)
		return true;
	do
		last--;
	while (last > before && (*last & 0xc0) == 0x80);
	one = script_of(last);
	other = script_of(after);
	if (one == SCRIPT_STOP || other == SCRIPT_STOP)
		return false;
	return one == SCRIPT_SPACED || other == SCRIPT_SPACED ||
	       (one == SCRIPT_NEUTRAL && other == SCRIPT_NEUTRAL);
}
