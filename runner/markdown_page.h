/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_MARKDOWN_PAGE_H
#define RUNNER_MARKDOWN_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct paper;

/* Lines of a rendered Markdown text; shared by markdown.c and markdown_page.c, and nobody else. */

#define PAGE_WIDTH 100
#define PAGE_LEAST 20
#define PAGE_LINKS 512

struct page_signs {
	const char *bar, *bullet, *rule, *underline, *heading3, *heading4;
};

extern const struct page_signs page_drawn, page_ascii;

/*
 * @depth:  blocks around this one
 * @prefix: what a line begins with
 * @lead:   instead of it, on the next line only; empty when there is none
 * @links:  addresses so far, borrowed
 */
struct page {
	const struct paper *paper;
	const struct page_signs *signs;
	FILE *out;
	int width, depth;
	char prefix[1024], lead[1024];
	size_t n_links;
	const char *links[PAGE_LINKS];
};

/** page_text() - begin a string in memory. Return: never NULL. */
FILE *page_text(char **text, size_t *size);

/** page_room() - columns that a line has beside its prefix. */
int page_room(const struct page *p);

void page_blank(struct page *p);

/** page_begin() - write what the line begins with. Return: columns used. */
int page_begin(struct page *p);

/** page_wrapped() - one block's text. @more: put before its second and later lines */
void page_wrapped(struct page *p, const char *text, const char *more);

/** page_code() - lines as they are, each wrapped by itself, or not at all if @verbatim. */
void page_code(struct page *p, const char *text, bool verbatim);

/**
 * page_open() - put something before each line from here on; nothing when fewer than PAGE_LEAST
 * columns would be left.
 * @mark: on the first line, @later: on the others; equally wide
 * Return: what page_close() has to be given.
 */
size_t page_open(struct page *p, const char *mark, const char *later);
void page_close(struct page *p, size_t before);

/**
 * page_spaced() - does a line end between these two stand for a space? In Chinese it stands for
 * nothing.
 */
bool page_spaced(const char *before, const char *after);

#endif
