/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../runner/columns.h"
#include "../runner/markdown.h"
#include "../runner/paper.h"

static char *rendered(const char *text, size_t len, int columns, bool color, bool utf8, int indent)
{
	struct err err = ERR_INIT;
	char *got = NULL;
	size_t size;
	struct paper p = { .columns = columns, .color = color, .utf8 = utf8 };

	p.out = open_memstream(&got, &size);
	ck_assert_ptr_nonnull(p.out);
	ck_ok(markdown_render(text, len, &p, indent, &err));
	fclose(p.out);
	ck_assert_uint_eq(strlen(got), size);
	return got;
}

static void renders(const char *text, int columns, bool utf8, const char *wanted)
{
	char *got = rendered(text, strlen(text), columns, false, utf8, 0);

	ck_assert_str_eq(got, wanted);
	free(got);
}

START_TEST(paragraphs)
{
	renders("", 40, true, "");
	renders("one\n\ntwo\n", 40, true, "one\n\ntwo\n");
	renders("a soft\nbreak", 40, true, "a soft break\n");
	renders("a hard\\\nbreak", 40, true, "a hard\nbreak\n");
	renders("a hard  \nbreak", 40, true, "a hard\nbreak\n");
	renders("This paragraph is longer than one line of forty columns.", 40, true,
		"This paragraph is longer than one line\nof forty columns.\n");
}
END_TEST

/* Found by the fuzzer: code that is indented by more than the line has. */
START_TEST(code_indented_beyond_the_line)
{
	char text[80];

	memset(text, ' ', 60);
	strcpy(text + 60, "x");
	renders(text, 40, true, "  │                                   x\n");
}
END_TEST

START_TEST(chinese_soft_breaks)
{
	renders("三次\n握手", 40, true, "三次握手\n");
	renders("三次，\n握手", 40, true, "三次，握手\n");
	renders("他说“好”\n然后", 40, true, "他说“好”然后\n");
	renders("收到，\nSYN", 40, true, "收到，SYN\n");
	/* between Chinese and Latin there is a space in the source too */
	renders("收到\nSYN", 40, true, "收到 SYN\n");
	renders("SYN\n收到", 40, true, "SYN 收到\n");
	renders("*三次*\n**握手**", 40, true, "_三次_*握手*\n");
	renders("“quoted”\n“again”", 40, true, "“quoted” “again”\n");
}
END_TEST

START_TEST(inlines)
{
	renders("*em* **strong** `code` ***both***", 40, true, "_em_ *strong* `code` _*both*_\n");
	renders("`` a ` b ``", 40, true, "`a ` b`\n");
	renders("\\*not em\\* &lt; &amp; &copy;", 40, true, "*not em* < & ©\n");
	renders("a <b>tag</b> b", 40, true, "a <b>tag</b> b\n");
	renders("![a picture](p.png)", 40, true, "[a picture][1]\n\n[1] p.png\n");
	renders("[text](http://a.b/c \"title\")", 40, true, "text[1]\n\n[1] http://a.b/c\n");
	renders("<http://a.b/c> <me@a.b>", 40, true, "http://a.b/c me@a.b\n");
	renders("[a](x) [b](y) [c](x) [d]()", 40, true, "a[1] b[2] c[1] d\n\n[1] x\n[2] y\n");
	renders("[r]\n\n[r]: http://r.r", 40, true, "r[1]\n\n[1] http://r.r\n");
}
END_TEST

START_TEST(headings)
{
	renders("# One\n\ntext\n\n## Two\n\n### Three\n\n#### Four\n", 40, true,
		"One\n═══\n\ntext\n\nTwo\n───\n\n── Three\n\n─ Four\n");
	renders("# One\n\n## Two\n\n### Three\n\n#### Four\n", 40, false,
		"One\n===\n\nTwo\n---\n\n-- Three\n\n- Four\n");
	renders("## 三次握手\n", 40, true, "三次握手\n────────\n");
	renders("Under\n===\n", 40, true, "Under\n═════\n");
	renders("### A heading that is longer than a line can be here\n", 40, true,
		"── A heading that is longer than a line\n   can be here\n");
	renders("#\n", 40, true, "\n");
}
END_TEST

START_TEST(lists)
{
	renders("- a\n- b\n", 40, true, "• a\n• b\n");
	renders("- a\n- b\n", 40, false, "- a\n- b\n");
	renders("- a\n\n- b\n", 40, true, "• a\n\n• b\n");
	renders("- a\n  - b\n    - c\n- d\n", 40, true, "• a\n  • b\n    • c\n• d\n");
	renders("- - a\n", 40, true, "• • a\n");
	renders("-\n- a\n", 40, true, "•\n• a\n");
	renders("9. a\n10. b\n", 40, true, " 9. a\n10. b\n");
	renders("3) a\n", 40, true, "3) a\n");
	renders("1. a\n\n   b\n", 40, true, "1. a\n\n   b\n");
	renders("- An item that is longer than one line of forty columns.\n", 40, true,
		"• An item that is longer than one line\n  of forty columns.\n");
	renders("- ```\n  x\n  ```\n", 40, true, "•   │ x\n");
	renders("- > q\n", 40, true, "• │ q\n");
	renders("- # H\n", 40, true, "• H\n  ═\n");
}
END_TEST

START_TEST(quotes)
{
	renders("> a\n>\n> b\n", 40, true, "│ a\n│\n│ b\n");
	renders("> a\n> > b\n", 40, false, "| a\n|\n| | b\n");
	renders("> - a\n>   b\n", 40, true, "│ • a b\n");
	renders("> A quotation that is longer than one line of forty columns.\n", 40, true,
		"│ A quotation that is longer than one\n│ line of forty columns.\n");
}
END_TEST

START_TEST(code)
{
	renders("```c\nint a;\n\n\tif (b)\n```\n", 40, true, "  │ int a;\n  │\n  │     if (b)\n");
	renders("    indented\n      more\n", 40, false, "  | indented\n  |   more\n");
	renders("```\n```\n", 40, true, "  │\n");
	/* a long line goes on below, further to the right */
	renders("```\nss -tn state syn-recv sport = :80 and dst 10\n```\n", 40, true,
		"  │ ss -tn state syn-recv sport = :80\n  │   and dst 10\n");
	/* a drawing is left as it is */
	renders("~~~ verbatim\nclient                                       server\n~~~\n", 40,
		true, "client                                       server\n");
}
END_TEST

START_TEST(others)
{
	renders("a\n\n***\n\nb\n", 40, false,
		"a\n\n----------------------------------------\n\nb\n");
	renders("<div>\n *raw*\n</div>\n", 40, true, "<div>\n *raw*\n</div>\n");
	renders("<!-- comment -->\n", 40, true, "<!-- comment -->\n");
	/* no tables in CommonMark: they stay text */
	renders("| a | b |\n|---|---|\n", 40, true, "| a | b | |---|---|\n");
}
END_TEST

START_TEST(colour)
{
	char *got = rendered("a *b **c** d* `e`", 17, 40, true, true, 0);

	ck_assert_str_eq(got, "a \x1b[3mb \x1b[1mc\x1b[0m\x1b[3m d\x1b[0m \x1b[36me\x1b[0m\n");
	free(got);
	got = rendered("## A *b* c", 10, 40, true, true, 0);
	ck_assert_str_eq(got, "\x1b[1;36mA \x1b[3mb\x1b[0m\x1b[1;36m c\x1b[0m\n─────\n");
	free(got);
}
END_TEST

START_TEST(indent)
{
	char *got = rendered("a\n\n- b\n", 7, 40, false, true, 4);

	ck_assert_str_eq(got, "    a\n\n    • b\n");
	free(got);
}
END_TEST

START_TEST(not_utf8)
{
	struct err err = ERR_INIT;
	struct paper p = { .out = stdout, .columns = 40 };

	ck_assert_int_eq(markdown_render("a\nb\xff\n", 5, &p, 0, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.msg, "line 2"));
	ck_assert_ptr_nonnull(strstr(err.remedy, "UTF-8"));
}
END_TEST

/* Every construct that there is, and things that try to reach the terminal. */
static const char everything[] =
	"# Title 标题\n\nA paragraph with *emphasis*, **strong**, `code`, a [link](http://h/x), "
	"an\n"
	"![image](i.png), <b>HTML</b>, &#27;[31m an escape, \x1b[31m another, \xc2\x9b"
	"31m a third.\n"
	"中文软换行\n没有空格，“引号”也（一样）。Hard\\\nbreak.\n\n"
	"Setext\n------\n\n### Three\n\n- tight\n- list\n  1. nested\n     > quote\n     >\n"
	"     > ```\n     > code in a quote in a list, which is too long for narrow lines\n"
	"     > ```\n\n10) loose\n\n11) list with "
	"averyveryverylongwordthatfitsnowhereatallinforty\n\n"
	"> > > deep quote\n\n    indented code \x07\n\n<div>\x1b]0;title\x07</div>\n\n***\n\n"
	"<http://auto.link/> https://bare.link \xe2\x80\xae"
	"right to left\n";

static void check_lines(char *text, int columns, bool color)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		size_t len = strlen(line);

		ck_assert_msg(columns_width(line) <= columns, "%d: too wide: %s", columns, line);
		ck_assert_msg(!len || line[len - 1] != ' ', "blank at the end: \"%s\"", line);
		for (const char *p = line; *p; p++) {
			/* what may steer a terminal: only colours, and only when they are wanted */
			if (*p == '\x1b') {
				ck_assert(color && p[1] == '[');
				ck_assert_int_eq(p[2 + strspn(p + 2, "0123456789;")], 'm');
			} else {
				ck_assert_msg((*p & 0xff) >= 0x20 && *p != 0x7f, "%02x", *p & 0xff);
			}
			ck_assert(strncmp(p, "\xc2\x9b", 2) != 0);
			/* NOLINTNEXTLINE(misc-misleading-bidirectional): looked for */
			ck_assert(strncmp(p, "\xe2\x80\xae", 3) != 0);
		}
	}
}

START_TEST(everything_everywhere)
{
	static const int widths[] = { 40, 60, 100, 250 };
	int columns = widths[_i / 4];
	bool color = _i & 1, utf8 = _i & 2;
	char *got = rendered(everything, sizeof(everything) - 1, columns, color, utf8, 0);

	for (size_t i = 0; !utf8 && i < 8; i++) {
		static const char *const drawn[] = { "│", "•", "─", "═",
						     "…", "┃", "→", "\xef\xbf\xbd" };

		ck_assert_ptr_null(strstr(got, drawn[i]));
	}
	ck_assert_ptr_nonnull(strstr(got, "deep quote"));
	ck_assert_ptr_nonnull(strstr(got, "中文"));
	check_lines(got, columns < 100 ? columns : 100, color);
	free(got);
}
END_TEST

/* Nesting without end takes neither the stack nor all the columns. */
START_TEST(nesting)
{
	static const char *const openers[] = { "> ", "- ", "*", "[", "1. ", "> - " };
	size_t size = 200000;
	char *text = calloc(1, size + 16), *got;

	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		size_t n = strlen(openers[i]), len = 0;

		/* cmark's own work on lists grows with the square of the depth */
		while (len + n < (i == 2 || i == 3 ? size : 3000)) {
			memcpy(text + len, openers[i], n);
			len += n;
		}
		memcpy(text + len, "word\n", 6);
		got = rendered(text, len + 5, 40, true, true, 0);
		/* one long word is cut anywhere */
		ck_assert_ptr_nonnull(strchr(got, 'w'));
		check_lines(got, 40, true);
		free(got);
	}
	free(text);
}
END_TEST

/* As HTML: nothing that loads or runs, and no byte that is not text. */
static const struct {
	const char *text, *html;
} pages[] = {
	{ "## A *b* `c`", "<h2>A <em>b</em> <code>c</code></h2>\n" },
	{ "a <b onclick=\"x()\">b</b> & c",
	  "<p>a &lt;b onclick=&quot;x()&quot;&gt;b&lt;/b&gt; &amp; c</p>\n" },
	{ "<script>\nalert(1)\n</script>",
	  "<pre><code>&lt;script&gt;\nalert(1)\n&lt;/script&gt;\n</code></pre>\n" },
	{ "<!-- no -->", "<pre><code>&lt;!-- no --&gt;\n</code></pre>\n" },
	{ "![a *picture*](http://x/y.png)",
	  "<p><a href=\"http://x/y.png\">a <em>picture</em></a></p>\n" },
	{ "![a](u1 \"t\") ![b ![c](u3)](u2)",
	  "<p><a href=\"u1\">a</a> <a href=\"u2\">b <em>c</em></a></p>\n" },
	{ "[run](javascript:alert(1))", "<p><a href=\"\">run</a></p>\n" },
	{ "[rfc](https://example.org/a?b&c)",
	  "<p><a href=\"https://example.org/a?b&amp;c\">rfc</a></p>\n" },
	{ "a\x1b[31mb\x07", "<p>a\xef\xbf\xbd[31mb\xef\xbf\xbd</p>\n" },
};

START_TEST(html)
{
	struct err err = ERR_INIT;
	_cleanup_free_ char *got = NULL;
	size_t size;
	FILE *f = open_memstream(&got, &size);

	ck_ok(markdown_html(f, pages[_i].text, &err));
	fclose(f);
	ck_assert_str_eq(got, pages[_i].html);
}
END_TEST

START_TEST(html_not_utf8)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(markdown_html(stdout, "a\nb\n\xff", &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.msg, "line 3"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("markdown");
	TCase *tc = tcase_create("markdown");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, paragraphs);
	tcase_add_test(tc, code_indented_beyond_the_line);
	tcase_add_test(tc, chinese_soft_breaks);
	tcase_add_test(tc, inlines);
	tcase_add_test(tc, headings);
	tcase_add_test(tc, lists);
	tcase_add_test(tc, quotes);
	tcase_add_test(tc, code);
	tcase_add_test(tc, others);
	tcase_add_test(tc, colour);
	tcase_add_test(tc, indent);
	tcase_add_test(tc, not_utf8);
	tcase_add_loop_test(tc, everything_everywhere, 0, 16);
	tcase_add_test(tc, nesting);
	tcase_add_test(tc, html_not_utf8);
	tcase_add_loop_test(tc, html, 0, sizeof(pages) / sizeof(pages[0]));
	suite_add_tcase(s, tc);
	return s;
}
