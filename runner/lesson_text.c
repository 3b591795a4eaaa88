/* SPDX-License-Identifier: MIT */
/*
 * Placeholders are replaced before cmark sees the text, so what replaces them
 * has to be written as Markdown that says exactly that: every punctuation
 * character of a word is escaped, except in code, where Markdown has no escapes and
 * backticks are turned into apostrophes. Therefore this file has to know what is code: fenced
 * blocks (CommonMark 4.5) and code spans (6.1), which may go on over lines of a paragraph. Code by
 * indentation is not known here; lessons use fences.
 *
 * A literal "{{" is written \{\{.
 */
#include "lesson_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "facts.h"
#include "paper.h"

#define PLACEHOLDER_MAX 120
#define KEPT_TOGETHER   16 /* "50.3 ms" does not end a line in its middle; a sentence may */

static const char *const not_seen[] = {
	[LANG_EN] = "(not seen in this run)",
	[LANG_ZH] = "(这次运行中没有出现)",
};

/* ---- lines ------------------------------------------------------------- */

/* Length of the fence that @line begins with, 0 when there is none. */
static size_t fence_at(const struct lesson_line *line, char *mark, bool *bare)
{
	const char *p = line->at, *end = p + line->len;
	size_t n = 0;

	while (p < end && p - line->at < 3 && *p == ' ')
		p++;
	if (p == end || (*p != '`' && *p != '~'))
		return 0;
	*mark = *p;
	while (p < end && *p == *mark) {
		p++;
		n++;
	}
	/* an info string of a backtick fence has no backtick: that would be a code span */
	if (n < 3 || (*mark == '`' && memchr(p, '`', (size_t)(end - p))))
		return 0;
	*bare = true;
	while (p < end)
		if (!isspace((unsigned char)*p++))
			*bare = false;
	return n;
}

bool lesson_line_next(struct lesson_line *line)
{
	size_t n;
	char mark = 0;
	bool bare = false;

	if (!*line->rest)
		return false;
	line->at = line->rest;
	line->len = strcspn(line->at, "\n");
	line->len += line->at[line->len] == '\n';
	line->rest = line->at + line->len;
	line->number++;
	line->fenced = line->fence_len > 0;
	n = fence_at(line, &mark, &bare);
	if (!n)
		return true;
	if (!line->fence_len) {
		line->fence = mark;
		line->fence_len = n;
		line->fenced = true;
	} else if (mark == line->fence && n >= line->fence_len && bare) {
		line->fence_len = 0;
	}
	return true;
}

/* ---- expanding --------------------------------------------------------- */

/*
 * @line:  being expanded; its numbers count from @base
 * @span:  length of the backticks that opened the code span we are in, 0 for none
 */
struct expansion {
	const char *path;
	size_t base;
	const struct facts *facts;
	const struct paper *paper;
	struct lesson_line line;
	size_t span;
	FILE *out;
	struct err *err;
};

static int fail_at(struct expansion *x)
{
	return err_context(x->err, "%s:%zu", x->path, x->base + x->line.number - 1);
}

/* ASCII punctuation may be escaped everywhere, and means nothing then (CommonMark 2.4). */
static void put_word(const struct expansion *x, const char *text, bool code)
{
	bool short_word = strlen(text) <= KEPT_TOGETHER;

	for (; *text; text++) {
		if (code && *text == '`')
			fputc('\'', x->out);
		else if (*text == '\n')
			fputc(' ', x->out);
		else if (*text == ' ' && !code && short_word)
			fputs("\xc2\xa0", x->out);
		else if (*text == '`')
			/* escaped, it could still close what an author's backtick opened */
			fputs("&#96;", x->out);
		else {
			if (!code && ispunct((unsigned char)*text))
				fputc('\\', x->out);
			fputc(*text, x->out);
		}
	}
}

/* Longer than any run of tildes in @text, so that nothing in there ends the block. */
static size_t fence_for(const char *text)
{
	size_t longest = 2;

	while (*text) {
		size_t n = strspn(text, "~");

		if (n > longest)
			longest = n;
		text += n ? n : 1;
	}
	return longest + 1;
}

static void put_fence(FILE *out, size_t n)
{
	while (n--)
		fputc('~', out);
}

/* markdown.c draws a block with this info string as it stands. */
static void put_block(const struct expansion *x, const char *text)
{
	size_t n = fence_for(text), len = strlen(text);

	put_fence(x->out, n);
	fprintf(x->out, " verbatim\n%s%s", text, len && text[len - 1] == '\n' ? "" : "\n");
	put_fence(x->out, n);
	fputc('\n', x->out);
}

/* The author's fence is there already, and the line has its own end. */
static void put_inside_fence(const struct expansion *x, const char *text)
{
	size_t len = strlen(text);

	if (len && text[len - 1] == '\n')
		len--;
	fwrite(text, 1, len, x->out);
}

/* Nothing but blanks in the line beside the @len bytes at @at, which begin it? */
static bool alone_in_line(const struct lesson_line *line, const char *at, size_t len)
{
	const char *p = at + len, *end = line->at + line->len;

	while (p < end && isspace((unsigned char)*p))
		p++;
	return at == line->at && p == end;
}

/* The placeholder at @p, "{{…}}". Return: its length, or -EINVAL. */
static int put_placeholder(struct expansion *x, const char *p)
{
	char name[PLACEHOLDER_MAX + 1];
	_cleanup_free_ char *text = NULL;
	struct err why = ERR_INIT;
	const char *end = memmem(p, (size_t)(x->line.at + x->line.len - p), "}}", 2);
	bool code = x->line.fenced || x->span;
	size_t len;
	int block = 0, rc;

	if (!end) {
		err_set(x->err, EINVAL, "\"{{\" is not closed by \"}}\" on the same line");
		err_remedy(x->err, "close it, or write \\{\\{ for the braces themselves");
		return fail_at(x);
	}
	len = (size_t)(end - p) - 2;
	if (len > PLACEHOLDER_MAX) {
		err_set(x->err, EINVAL, "a placeholder of %zu bytes", len);
		err_remedy(x->err, "close its braces; names in it may be shorter");
		return fail_at(x);
	}
	memcpy(name, p + 2, len);
	name[len] = '\0';
	rc = facts_expand(x->facts, name, x->paper, &text, &block, &why);
	if (rc < 0 && rc != -ENOENT) {
		*x->err = why;
		return fail_at(x);
	}
	if (block && !x->line.fenced && !alone_in_line(&x->line, p, len + 4)) {
		err_set(x->err, EINVAL, "{{%s}} is a block, and stands in a line of text", name);
		err_remedy(x->err, "give it a line of its own, which begins with it");
		return fail_at(x);
	}
	if (rc == -ENOENT || !block || !x->facts)
		put_word(x, rc == -ENOENT ? not_seen[x->paper->lang] : text, code);
	else if (x->line.fenced)
		put_inside_fence(x, text);
	else
		put_block(x, text);
	return (int)len + 4;
}

/* Is there a run of exactly @n backticks before this paragraph ends? */
static bool span_closes(const char *p, size_t n)
{
	while (*p) {
		size_t run = strspn(p, "`");

		if (run == n)
			return true;
		if (*p == '\n' && (p[1 + strspn(p + 1, " \t\r")] == '\n' || !p[1]))
			return false;
		p += run ? run : 1;
	}
	return false;
}

static size_t put_backticks(struct expansion *x, const char *p)
{
	size_t n = strspn(p, "`");

	fwrite(p, 1, n, x->out);
	if (x->span == n)
		x->span = 0;
	else if (!x->span && span_closes(p + n, n))
		x->span = n;
	return n;
}

static int expand_line(struct expansion *x)
{
	const char *p = x->line.at, *end = p + x->line.len;

	/* an empty line ends the paragraph, and with it what was not closed */
	if (p[strspn(p, " \t\r")] == '\n')
		x->span = 0;
	while (p < end) {
		bool code = x->line.fenced || x->span;

		if (!code && *p == '\\' && end - p > 1) {
			fwrite(p, 1, 2, x->out);
			p += 2;
		} else if (*p == '`' && !x->line.fenced) {
			p += put_backticks(x, p);
		} else if (p[0] == '{' && p[1] == '{') {
			int n = put_placeholder(x, p);

			if (n < 0)
				return n;
			p += n;
		} else {
			fputc(*p++, x->out);
		}
	}
	return 0;
}

int lesson_expand(const char *path, const char *text, size_t line, const struct facts *facts,
		  const struct paper *paper, char **out, struct err *err)
{
	_cleanup_free_ char *expanded = NULL;
	size_t size;
	struct expansion x = {
		.path = path,
		.base = line,
		.facts = facts,
		.paper = paper,
		.line = LESSON_LINE_FIRST(text),
		.out = open_memstream(&expanded, &size),
		.err = err,
	};
	int rc = 0;

	if (!x.out)
		abort();
	while (rc == 0 && lesson_line_next(&x.line))
		rc = expand_line(&x);
	if (fclose(x.out) != 0)
		abort();
	if (rc < 0)
		return rc;
	*out = steal_ptr(&expanded);
	return 0;
}
