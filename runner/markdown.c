/* SPDX-License-Identifier: MIT */
/*
 * CommonMark for a terminal.
 *
 * cmark parses; this file walks its tree. Blocks are written by functions of
 * their own (block()), each on lines that begin with the page's prefix:
 * the left margin, quote bars, and blanks below a list item's marker. The first line
 * of a list item begins with a lead instead, which has the marker in it. What stands in
 * one block is first put together as one string (inlines()), then wrapped.
 *
 * Whatever a reader could take for something else without colour is marked
 * with characters too: _emphasis_, *strong*, `code`.
 *
 * Every literal passes columns_clean(), so no byte of a lesson can steer the
 * terminal. Nesting costs stack and columns: below MAX_DEPTH blocks are
 * flattened, and nothing is indented further once fewer than PAGE_LEAST are
 * left. Tables, footnotes and task lists are no CommonMark, and are not invented here.
 */
#include "markdown.h"

#include <cmark.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "columns.h"
#include "grow.h"
#include "markdown_page.h"
#include "paper.h"

#define MAX_DEPTH 64

/* A fenced block that is a drawing and not code: no bar, no wrapping (lesson.c makes them). */
#define VERBATIM_INFO "verbatim"

static void root_free(cmark_node **root)
{
	if (*root)
		cmark_node_free(*root);
}

static void iter_free(cmark_iter **iter)
{
	if (*iter)
		cmark_iter_free(*iter);
}

static const char *literal(cmark_node *node)
{
	const char *text = cmark_node_get_literal(node);

	return text ? text : "";
}

/* ---- inlines ----------------------------------------------------------- */

/* Text being put together: @emph, @strong, @link count how many are open. */
struct run {
	struct page *page;
	FILE *out;
	enum ink base;
	int emph, strong, link;
};

static void put_literal(const struct run *r, const char *text)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), r->page->paper->utf8, false);

	fputs(clean, r->out);
}

static void restore_inks(const struct run *r)
{
	const struct paper *paper = r->page->paper;

	fputs(ink_off(paper), r->out);
	fputs(ink(paper, r->base), r->out);
	if (r->strong)
		fputs(ink(paper, INK_STRONG), r->out);
	if (r->emph)
		fputs(ink(paper, INK_EMPH), r->out);
	if (r->link)
		fputs(ink(paper, INK_LINK), r->out);
}

/* Emphasis, strong and links: by ink, else by @sign. */
static void put_marked(const struct run *r, enum ink which, int *open, bool entering,
		       const char *sign)
{
	*open += entering ? 1 : -1;
	if (!r->page->paper->color)
		fputs(sign, r->out);
	else if (entering)
		fputs(ink(r->page->paper, which), r->out);
	else
		restore_inks(r);
}

static void put_code(const struct run *r, const char *text)
{
	const struct paper *paper = r->page->paper;

	fputs(paper->color ? ink(paper, INK_CODE) : "`", r->out);
	put_literal(r, text);
	if (paper->color)
		restore_inks(r);
	else
		fputc('`', r->out);
}

/* Return: the number under which @url is listed below, or 0 when there is no room for more. */
static size_t link_number(struct page *p, const char *url)
{
	for (size_t i = 0; i < p->n_links; i++)
		if (strcmp(p->links[i], url) == 0)
			return i + 1;
	if (p->n_links == PAGE_LINKS)
		return 0;
	p->links[p->n_links++] = url;
	return p->n_links;
}

/* <https://…> shows its address already. */
static bool shows_its_address(cmark_node *link, const char *url)
{
	cmark_node *text = cmark_node_first_child(link);

	if (strncmp(url, "mailto:", 7) == 0)
		url += 7;
	return text && !cmark_node_next(text) && cmark_node_get_type(text) == CMARK_NODE_TEXT &&
	       strcmp(literal(text), url) == 0;
}

static void put_address(const struct run *r, cmark_node *node)
{
	const char *url = cmark_node_get_url(node);
	size_t n;

	if (!url || !*url || shows_its_address(node, url))
		return;
	n = link_number(r->page, url);
	if (n)
		fprintf(r->out, "[%zu]", n);
	else {
		fputs(" (", r->out);
		put_literal(r, url);
		fputc(')', r->out);
	}
}

/* The literal nearest to @node on one side of it, NULL when there is none. */
static const char *neighbour(cmark_node *node, bool after)
{
	node = after ? cmark_node_next(node) : cmark_node_previous(node);
	while (node && cmark_node_first_child(node))
		node = after ? cmark_node_first_child(node) : cmark_node_last_child(node);
	return node ? cmark_node_get_literal(node) : NULL;
}

static bool softbreak_is_space(cmark_node *node)
{
	const char *before = neighbour(node, false), *after = neighbour(node, true);

	return page_spaced(before ? before : "", after ? after : "");
}

static void inline_event(struct run *r, cmark_node *node, bool entering)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
	case CMARK_NODE_HTML_INLINE:
	case CMARK_NODE_CODE_BLOCK:
	case CMARK_NODE_HTML_BLOCK:
		put_literal(r, literal(node));
		break;
	case CMARK_NODE_CODE:
		put_code(r, literal(node));
		break;
	case CMARK_NODE_SOFTBREAK:
		if (softbreak_is_space(node))
			fputc(' ', r->out);
		break;
	case CMARK_NODE_LINEBREAK:
		fputc('\n', r->out);
		break;
	case CMARK_NODE_EMPH:
		put_marked(r, INK_EMPH, &r->emph, entering, "_");
		break;
	case CMARK_NODE_STRONG:
		put_marked(r, INK_STRONG, &r->strong, entering, "*");
		break;
	case CMARK_NODE_LINK:
		put_marked(r, INK_LINK, &r->link, entering, "");
		if (!entering)
			put_address(r, node);
		break;
	case CMARK_NODE_IMAGE:
		fputc(entering ? '[' : ']', r->out);
		if (!entering)
			put_address(r, node);
		break;
	case CMARK_NODE_PARAGRAPH:
	case CMARK_NODE_HEADING:
		/* only where blocks are flattened is one met here */
		if (!entering)
			fputc('\n', r->out);
		break;
	case CMARK_NODE_NONE:
	case CMARK_NODE_DOCUMENT:
	case CMARK_NODE_BLOCK_QUOTE:
	case CMARK_NODE_LIST:
	case CMARK_NODE_ITEM:
	case CMARK_NODE_THEMATIC_BREAK:
	case CMARK_NODE_CUSTOM_BLOCK:
	case CMARK_NODE_CUSTOM_INLINE:
		break;
	}
}

/* All that is in @block, as one string. */
static char *inlines(struct page *p, cmark_node *block, enum ink base)
{
	_cleanup_(iter_free) cmark_iter *iter = cmark_iter_new(block);
	cmark_event_type event;
	char *text = NULL;
	size_t size;
	struct run r = { .page = p, .out = page_text(&text, &size), .base = base };

	fputs(ink(p->paper, base), r.out);
	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);

		if (node != block)
			inline_event(&r, node, event == CMARK_EVENT_ENTER);
	}
	if (base != INK_PLAIN)
		fputs(ink_off(p->paper), r.out);
	fclose(r.out);
	return text;
}

/* ---- blocks ------------------------------------------------------------ */

static void blocks(struct page *p, cmark_node *parent, bool tight);

static void heading(struct page *p, cmark_node *node)
{
	int level = cmark_node_get_heading_level(node), width;
	_cleanup_free_ char *text = inlines(p, node, level == 2 ? INK_STEP : INK_TITLE);

	if (level > 2) {
		size_t before = page_open(p, level == 3 ? p->signs->heading3 : p->signs->heading4,
					  level == 3 ? "   " : "  ");

		page_wrapped(p, text, "");
		page_close(p, before);
		return;
	}
	page_wrapped(p, text, "");
	width = columns_width(text) < page_room(p) ? columns_width(text) : page_room(p);
	if (!width)
		return;
	page_begin(p);
	columns_repeat(p->out, level == 1 ? p->signs->underline : p->signs->rule, width);
	fputc('\n', p->out);
}

static void code_block(struct page *p, cmark_node *node)
{
	const char *info = cmark_node_get_fence_info(node);
	char bar[64];
	size_t before;

	if (info && strcmp(info, VERBATIM_INFO) == 0) {
		page_code(p, literal(node), true);
		return;
	}
	snprintf(bar, sizeof(bar), "  %s%s%s ", ink(p->paper, INK_DIM), p->signs->bar,
		 ink_off(p->paper));
	before = page_open(p, bar, bar);
	page_code(p, literal(node), false);
	page_close(p, before);
}

static void quote(struct page *p, cmark_node *node)
{
	char bar[64];
	size_t before;

	snprintf(bar, sizeof(bar), "%s%s%s ", ink(p->paper, INK_DIM), p->signs->bar,
		 ink_off(p->paper));
	before = page_open(p, bar, bar);
	blocks(p, node, false);
	page_close(p, before);
}

/* Digits of the largest number in @list, for all its numbers to end in one column. */
static int number_width(cmark_node *list)
{
	long last = cmark_node_get_list_start(list) - 1L;
	cmark_node *item;

	for (item = cmark_node_first_child(list); item; item = cmark_node_next(item))
		last++;
	return snprintf(NULL, 0, "%ld", last);
}

static void list(struct page *p, cmark_node *node)
{
	bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
	bool tight = cmark_node_get_list_tight(node);
	char delimiter = cmark_node_get_list_delim(node) == CMARK_PAREN_DELIM ? ')' : '.';
	int digits = ordered ? number_width(node) : 0;
	long n = cmark_node_get_list_start(node);
	cmark_node *item;

	for (item = cmark_node_first_child(node); item; item = cmark_node_next(item), n++) {
		char mark[64], later[64];
		size_t before;

		if (ordered)
			snprintf(mark, sizeof(mark), "%*ld%c ", digits, n, delimiter);
		else
			snprintf(mark, sizeof(mark), "%s ", p->signs->bullet);
		snprintf(later, sizeof(later), "%*s", columns_width(mark), "");
		if (!tight && item != cmark_node_first_child(node))
			page_blank(p);
		before = page_open(p, mark, later);
		blocks(p, item, tight);
		page_close(p, before);
	}
}

static void put_text(struct page *p, cmark_node *node)
{
	_cleanup_free_ char *text = inlines(p, node, INK_PLAIN);

	page_wrapped(p, text, "");
}

static void html_block(struct page *p, cmark_node *node)
{
	const char *text = literal(node);
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), p->paper->utf8, true);

	page_wrapped(p, clean, "");
}

static void rule(struct page *p, cmark_node *node)
{
	(void)node;
	columns_repeat(p->out, p->signs->rule, p->width - page_begin(p));
	fputc('\n', p->out);
}

/* What is not here (a paragraph, or a block of a later cmark) is shown as text. */
static const struct {
	cmark_node_type type;
	void (*put)(struct page *p, cmark_node *node);
} block_kinds[] = {
	{ CMARK_NODE_HEADING, heading },       { CMARK_NODE_LIST, list },
	{ CMARK_NODE_BLOCK_QUOTE, quote },     { CMARK_NODE_CODE_BLOCK, code_block },
	{ CMARK_NODE_HTML_BLOCK, html_block }, { CMARK_NODE_THEMATIC_BREAK, rule },
};

static void block(struct page *p, cmark_node *node)
{
	for (size_t i = 0; i < sizeof(block_kinds) / sizeof(block_kinds[0]); i++) {
		if (block_kinds[i].type == cmark_node_get_type(node)) {
			block_kinds[i].put(p, node);
			return;
		}
	}
	put_text(p, node);
}

static void blocks(struct page *p, cmark_node *parent, bool tight)
{
	cmark_node *node = cmark_node_first_child(parent);

	if (node && p->depth >= MAX_DEPTH) {
		put_text(p, parent);
		return;
	}
	p->depth++;
	for (bool first = true; node; node = cmark_node_next(node), first = false) {
		if (!first && !tight)
			page_blank(p);
		block(p, node);
	}
	p->depth--;
}

static void link_list(struct page *p)
{
	if (p->n_links)
		page_blank(p);
	for (size_t i = 0; i < p->n_links; i++) {
		_cleanup_free_ char *url =
			columns_clean(p->links[i], strlen(p->links[i]), p->paper->utf8, false);
		_cleanup_free_ char *text = NULL;
		size_t size;
		FILE *f = page_text(&text, &size);

		fprintf(f, "%s[%zu] %s%s", ink(p->paper, INK_DIM), i + 1, url, ink_off(p->paper));
		fclose(f);
		page_wrapped(p, text, "    ");
	}
}

static int check_encoding(const char *text, size_t len, struct err *err)
{
	size_t valid = columns_valid(text, len), line = 1;

	if (valid == len)
		return 0;
	for (size_t i = 0; i < valid; i++)
		line += text[i] == '\n';
	err_set(err, EINVAL, "line %zu is not UTF-8", line);
	return err_remedy(err, "save the text as UTF-8");
}

int markdown_render(const char *text, size_t len, const struct paper *paper, int indent,
		    struct err *err)
{
	_cleanup_(root_free) cmark_node *root = NULL;
	struct page p = {
		.paper = paper,
		.signs = paper->utf8 ? &page_drawn : &page_ascii,
		.out = paper->out,
		.width = paper->columns < PAGE_WIDTH ? paper->columns : PAGE_WIDTH,
	};
	int rc = check_encoding(text, len, err);

	if (rc < 0)
		return rc;
	if (indent > 0 && indent <= p.width - PAGE_LEAST)
		memset(p.prefix, ' ', (size_t)indent);
	root = cmark_parse_document(text, len, CMARK_OPT_DEFAULT);
	if (!root)
		return err_set(err, ENOMEM, "out of memory while reading Markdown");
	blocks(&p, root, false);
	link_list(&p);
	return 0;
}

/* ---- HTML -------------------------------------------------------------- */

static bool in_link(cmark_node *node)
{
	while ((node = cmark_node_parent(node)))
		if (cmark_node_get_type(node) == CMARK_NODE_LINK)
			return true;
	return false;
}

/* What is put in place of a node that may not come out as it is; NULL when it may. */
static cmark_node *harmless(cmark_node *node)
{
	cmark_node *other, *child;

	switch ((int)cmark_node_get_type(node)) {
	case CMARK_NODE_HTML_BLOCK:
		other = cmark_node_new(CMARK_NODE_CODE_BLOCK);
		cmark_node_set_literal(other, literal(node));
		return other;
	case CMARK_NODE_HTML_INLINE:
		other = cmark_node_new(CMARK_NODE_TEXT);
		cmark_node_set_literal(other, literal(node));
		return other;
	case CMARK_NODE_IMAGE:
		/* HTML has no link in a link */
		other = cmark_node_new(in_link(node) ? CMARK_NODE_EMPH : CMARK_NODE_LINK);
		cmark_node_set_url(other, cmark_node_get_url(node));
		while ((child = cmark_node_first_child(node)))
			cmark_node_append_child(other, child);
		return other;
	default:
		return NULL;
	}
}

struct found {
	cmark_node *node;
};

/* Found first, replaced then: an iterator does not survive what happens to its own node. */
static void make_harmless(cmark_node *root)
{
	_cleanup_(iter_free) cmark_iter *iter = cmark_iter_new(root);
	_cleanup_free_ struct found *found = NULL;
	size_t n = 0, room = 0;
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		if (event != CMARK_EVENT_ENTER)
			continue;
		found = grow(found, n, &room, sizeof(*found));
		found[n++].node = cmark_iter_get_node(iter);
	}
	for (size_t i = 0; i < n; i++) {
		cmark_node *other = harmless(found[i].node);

		if (!other)
			continue;
		cmark_node_replace(found[i].node, other);
		cmark_node_free(found[i].node);
	}
}

int markdown_html(FILE *out, const char *text, struct err *err)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), 1, 1), *html = NULL;
	_cleanup_(root_free) cmark_node *root = NULL;
	int rc = check_encoding(text, strlen(text), err);

	if (rc < 0)
		return rc;
	root = cmark_parse_document(clean, strlen(clean), CMARK_OPT_DEFAULT);
	if (!root)
		return err_set(err, ENOMEM, "out of memory while reading Markdown");
	make_harmless(root);
	/* later versions are safe by themselves */
	html = cmark_render_html(root, CMARK_OPT_DEFAULT | CMARK_OPT_SAFE);
	if (!html)
		return err_set(err, ENOMEM, "out of memory while writing Markdown");
	fputs(html, out);
	return 0;
}
