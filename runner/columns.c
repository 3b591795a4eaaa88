/* SPDX-License-Identifier: MIT */
/*
 * Text by terminal columns.
 *
 * Everything here walks a text glyph by glyph (glyph_next()): a code point, an
 * SGR sequence, or one byte that is not UTF-8. The width of a glyph is
 * utf8proc's (East Asian Width W and F are two, marks and format characters
 * none); ambiguous characters are one, as terminals outside of legacy East Asian
 * locales have them.
 *
 * columns_wrap() collects glyphs into words: runs without a place to break.
 * A place to break is a space, and the seam between a wide character and its
 * neighbour unless that would start a line with closing or end one with opening
 * punctuation (the core of the kinsoku rules, enough for running Chinese and Japanese text).
 * A word goes on the line that has room for it; only a word wider than a line
 * is cut. Spaces, new lines and the indent of a line are owed
 * until a word comes, so no line ends in a space.
 *
 * Not handled: emoji sequences (each code point counts by itself), hyphenation,
 * right-to-left text.
 */
#include "columns.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define ESC            0x1b
#define NO_BREAK_SPACE 0xa0

/*
 * @cp:    code point, or -1 for an SGR sequence or a bad byte
 * @width: columns
 */
struct glyph {
	const char *at;
	size_t len;
	int32_t cp;
	int width;
	bool sgr;
};

/* Length of the SGR sequence at @p, 0 when there is none. */
static size_t sgr_length(const char *p, const char *end)
{
	const char *q = p + 2;

	if (end - p < 3 || p[0] != ESC || p[1] != '[')
		return 0;
	while (q < end && ((*q >= '0' && *q <= '9') || *q == ';' || *q == ':'))
		q++;
	return q < end && *q == 'm' ? (size_t)(q + 1 - p) : 0;
}

/* Return: false at @end. */
static bool glyph_next(const char **p, const char *end, struct glyph *g)
{
	utf8proc_ssize_t n;
	utf8proc_int32_t cp;

	if (*p >= end)
		return false;
	*g = (struct glyph){ .at = *p, .len = sgr_length(*p, end), .cp = -1 };
	if (g->len) {
		g->sgr = true;
		*p += g->len;
		return true;
	}
	n = utf8proc_iterate((const utf8proc_uint8_t *)*p, end - *p, &cp);
	if (n > 0) {
		g->len = (size_t)n;
		g->cp = cp;
		g->width = utf8proc_charwidth(cp);
	} else {
		g->len = 1;
		g->width = 1;
	}
	*p += g->len;
	return true;
}

int columns_width(const char *text)
{
	const char *end = strchrnul(text, '\n');
	struct glyph g;
	int width = 0;

	while (glyph_next(&text, end, &g))
		width += g.width;
	return width;
}

void columns_repeat(FILE *out, const char *piece, int n)
{
	while (n-- > 0)
		fputs(piece, out);
}

void columns_pad(FILE *out, const char *text, int width, int utf8)
{
	const char *end = strchrnul(text, '\n');
	int total = columns_width(text), used = 0;
	bool cut = false;
	struct glyph g;

	while (glyph_next(&text, end, &g)) {
		/* past the cut, colours still have to end */
		if (g.sgr) {
			fwrite(g.at, 1, g.len, out);
			continue;
		}
		if (!cut && total > width && used + g.width > width - 1) {
			cut = true;
			if (width > 0) {
				fputs(utf8 ? "…" : "~", out);
				used++;
			}
		}
		if (cut)
			continue;
		fwrite(g.at, 1, g.len, out);
		used += g.width;
	}
	columns_repeat(out, " ", width - used);
}

/*
 * Characters that never start a line, and those that never end one. The ASCII
 * signs for emphasis and code may be at either end of what they enclose, and a
 * link's number stays with its text, so they are in both or the first.
 */
static const char closing[] = "，。！？：；、）」』”’》】〉〕］｝％…・ー々～—"
			      ",.!?:;)]}%[*_`";
static const char opening[] = "（「『“‘《【〈〔［｛([{*_`";

static bool listed(const char *list, int32_t cp)
{
	const char *end = list + strlen(list);
	struct glyph g;

	while (glyph_next(&list, end, &g))
		if (g.cp == cp)
			return true;
	return false;
}

static bool may_break(const struct glyph *before, const struct glyph *after)
{
	if (before->width < 2 && after->width < 2)
		return false;
	/* before the first glyph there is nothing to break after */
	return before->width > 0 && before->cp != ' ' && !listed(closing, after->cp) &&
	       !listed(opening, before->cp);
}

/*
 * A paragraph on its way out.
 *
 * @col:    columns used on this line
 * @start:  columns at which this line's text began
 * @spaces: owed before the next word
 * @lines:  line ends owed before the next word
 * @word:   the run being collected, @word_len bytes and @word_width columns
 * @force:  SGR sequences in force, back to the last reset
 */
struct wrap {
	FILE *out;
	const char *indent;
	int width, indent_width;
	int col, start, spaces, lines;
	const char *word;
	size_t word_len;
	int word_width;
	char force[256];
	size_t force_len;
};

static bool is_reset(const struct glyph *g)
{
	return g->len == 3 || (g->len == 4 && g->at[2] == '0');
}

static void put_sgr(struct wrap *w, const struct glyph *g)
{
	fwrite(g->at, 1, g->len, w->out);
	if (is_reset(g)) {
		w->force_len = 0;
		return;
	}
	if (g->len > sizeof(w->force))
		return;
	/* more than anybody nests: the oldest go */
	while (w->force_len + g->len > sizeof(w->force)) {
		size_t first = sgr_length(w->force, w->force + w->force_len);

		w->force_len -= first;
		memmove(w->force, w->force + first, w->force_len);
	}
	memcpy(w->force + w->force_len, g->at, g->len);
	w->force_len += g->len;
}

static void put_lines(struct wrap *w)
{
	size_t bare = strlen(w->indent);

	if (w->lines == 0)
		return;
	while (bare && w->indent[bare - 1] == ' ')
		bare--;
	if (w->force_len)
		fputs("\x1b[0m", w->out);
	for (; w->lines > 1; w->lines--) {
		fputc('\n', w->out);
		fwrite(w->indent, 1, bare, w->out);
	}
	w->lines = 0;
	fputc('\n', w->out);
	fputs(w->indent, w->out);
	fwrite(w->force, 1, w->force_len, w->out);
}

static void new_line(struct wrap *w)
{
	w->lines++;
	w->col = w->start = w->indent_width;
	w->spaces = 0;
}

/* Write the collected word where there is room for it. */
static void put_word(struct wrap *w)
{
	const char *p = w->word, *end = w->word + w->word_len;
	bool fits = w->col + w->spaces + w->word_width <= w->width;
	struct glyph g;

	if (w->word_width && !fits && (w->col > w->start || w->start > w->indent_width))
		new_line(w);
	if (w->word_width) {
		put_lines(w);
		/* An indentation that is wider than the line: keep room for a wide character. */
		if (!fits && w->spaces > w->width - w->col - 2)
			w->spaces = w->width - w->col > 2 ? w->width - w->col - 2 : 0;
		columns_repeat(w->out, " ", w->spaces);
		w->col += w->spaces;
		w->spaces = 0;
	}
	while (glyph_next(&p, end, &g)) {
		if (g.sgr) {
			put_sgr(w, &g);
			continue;
		}
		if (w->col + g.width > w->width && w->col > w->start) {
			new_line(w);
			put_lines(w);
		}
		/* held words together so far; a terminal without UTF-8 has no such character */
		if (g.cp == NO_BREAK_SPACE)
			fputc(' ', w->out);
		else
			fwrite(g.at, 1, g.len, w->out);
		w->col += g.width;
	}
	w->word = end;
	w->word_len = 0;
	w->word_width = 0;
}

void columns_wrap(FILE *out, const char *text, int width, const char *indent, int first_used)
{
	const char *end = text + strlen(text);
	struct wrap w = {
		.out = out,
		.indent = indent,
		.width = width,
		.indent_width = columns_width(indent),
		.col = first_used,
		.start = first_used,
		.word = text,
	};
	struct glyph before = { .cp = -1 }, g;

	while (glyph_next(&text, end, &g)) {
		if (g.cp == ' ' || g.cp == '\n') {
			put_word(&w);
			w.word = text;
			if (g.cp == '\n')
				new_line(&w);
			else
				w.spaces++;
			before = (struct glyph){ .cp = -1 };
			continue;
		}
		if (may_break(&before, &g))
			put_word(&w);
		w.word_len += g.len;
		w.word_width += g.width;
		if (g.width)
			before = g;
	}
	put_word(&w);
}

/*
 * What must not reach a terminal: C0, C1 and DEL can steer it; bidirectional
 * controls make a line read otherwise than it is (UTR 36); the line and
 * paragraph separators may break it. What is no character at all is negative.
 */
static bool harmful(int32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0x061c || cp == 0x200e ||
	       cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

/* The one letter beyond ASCII that an expectation puts into English text (about()). */
enum { PLUS_MINUS = 0xb1 };

char *columns_clean(const char *text, size_t len, int utf8, int newlines)
{
	const char *end = text + len;
	char *clean = NULL;
	size_t size;
	FILE *out = open_memstream(&clean, &size);

	if (!out)
		abort();
	while (text < end) {
		utf8proc_int32_t cp;
		utf8proc_ssize_t n =
			utf8proc_iterate((const utf8proc_uint8_t *)text, end - text, &cp);

		if (n <= 0) {
			n = 1;
			cp = -1;
		}
		if (cp == '\t' || (cp == '\n' && !newlines))
			fputc(' ', out);
		else if (cp != '\n' && harmful(cp))
			fputs(utf8 ? "\xef\xbf\xbd" : "?", out);
		else if (cp == PLUS_MINUS && !utf8)
			fputs("+-", out);
		else
			fwrite(text, 1, (size_t)n, out);
		text += n;
	}
	if (fclose(out) != 0)
		abort();
	return clean;
}

size_t columns_valid(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		utf8proc_int32_t cp;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
						      (utf8proc_ssize_t)(len - at), &cp);

		if (n <= 0)
			break;
		at += (size_t)n;
	}
	return at;
}
