/* SPDX-License-Identifier: MIT */
/*
 * Lessons: a Markdown file with a title, seven sections, and placeholders.
 *
 * lesson_open() reads the file and holds it against the rules, so that what is
 * wrong with a lesson is said with its line before any run: that it is UTF-8, that a
 * level-1 heading comes first, that the level-2 headings are the seven of its language in
 * order, that every placeholder is known. lesson_show() expands the placeholders of
 * what is to be shown (lesson_text.c) and gives the result to markdown_render().
 *
 * Headings are the "## Heading" ones of column 0 outside of code fences;
 * underlined headings are not looked for.
 */
#include "lesson.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "columns.h"
#include "lesson_text.h"
#include "markdown.h"
#include "paper.h"

#define LESSON_MAX (1 << 20)

static const char *const headings[][LANG_COUNT] = {
	[LESSON_SEE] = { "What you will see", "会看到什么" },
	[LESSON_PREDICT] = { "Predict", "先猜一猜" },
	[LESSON_HAPPENED] = { "What happened", "发生了什么" },
	[LESSON_WHY] = { "Why", "为什么" },
	[LESSON_WRONG] = { "What people get wrong", "常见误解" },
	[LESSON_PRACTICE] = { "In production", "生产环境怎么做" },
	[LESSON_INTERVIEW] = { "Interview questions", "面试题" },
};

static_assert(sizeof(headings) / sizeof(headings[0]) == LESSON_SECTION_COUNT,
	      "one heading for each section");

/*
 * @path:     as errors name it
 * @sections: where each section's heading begins in @text; the last is the end
 */
struct lesson {
	enum lang lang;
	char *path, *text;
	size_t len;
	size_t sections[LESSON_SECTION_COUNT + 1];
};

void lesson_free(struct lesson *l)
{
	if (!l)
		return;
	free(l->path);
	free(l->text);
	free(l);
}

static void lesson_clean(struct lesson **l)
{
	lesson_free(*l);
}

enum lang lesson_lang(const struct lesson *l)
{
	return l->lang;
}

/* ---- reading ----------------------------------------------------------- */

/* The id of a lesson becomes part of a path: it must not be able to leave its folder. */
static int check_id(const char *id, struct err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	if (*id && strlen(id) <= 64 && id[strspn(id, allowed)] == '\0')
		return 0;
	err_set(err, EINVAL, "\"%.64s\" cannot be the name of a lesson", id);
	return err_remedy(err, "use small letters, digits and '-', at most 64");
}

/* Return: 0, or -errno with @l->path set. */
static int read_file(struct lesson *l, struct err *err)
{
	_cleanup_close_ int fd = open(l->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return err_set(err, errno, "%s: %s", l->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "%s is no file", l->path);
	if (st.st_size > LESSON_MAX) {
		err_set(err, EFBIG, "%s has %lld bytes", l->path, (long long)st.st_size);
		return err_remedy(err, "a lesson has at most %d", LESSON_MAX);
	}
	l->text = calloc(1, (size_t)st.st_size + 1);
	if (!l->text)
		abort();
	while (l->len < (size_t)st.st_size) {
		ssize_t n = read(fd, l->text + l->len, (size_t)st.st_size - l->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, errno, "%s: %s", l->path, strerror(errno));
		if (n == 0)
			break;
		l->len += (size_t)n;
	}
	return 0;
}

static int find_file(struct lesson *l, const char *content_dir, const char *id, enum lang lang,
		     struct err *err)
{
	int rc;

	free(l->path);
	if (asprintf(&l->path, "%s/%s/%s.md", content_dir, lang_code(lang), id) < 0)
		abort();
	l->lang = lang;
	/* of a missing file nothing is said while English is left to try */
	if (lang != LANG_EN && access(l->path, F_OK) != 0)
		return find_file(l, content_dir, id, LANG_EN, err);
	rc = read_file(l, err);
	if (rc == -ENOENT)
		err_remedy(err, "lessons stand in content/LANGUAGE/NAME.md, English ones always; "
				"docs/writing-a-lesson.md says what is in them");
	return rc;
}

/* ---- checking ---------------------------------------------------------- */

static int check_encoding(const struct lesson *l, struct err *err)
{
	size_t valid = columns_valid(l->text, l->len), line = 1;

	/* a NUL would end the text for everybody else */
	if (valid == l->len && strlen(l->text) == l->len)
		return 0;
	if (strlen(l->text) < valid)
		valid = strlen(l->text);
	for (size_t i = 0; i < valid; i++)
		line += l->text[i] == '\n';
	err_set(err, EINVAL, "%s:%zu: not UTF-8 text", l->path, line);
	return err_remedy(err, "save the file as UTF-8");
}

/* Return: the title of a level-@level heading, without blanks around it, or NULL. */
static char *heading_text(const struct lesson_line *line, size_t level)
{
	const char *p = line->at, *end = p + line->len;

	if (line->len <= level || strspn(p, "#") != level || (p[level] != ' ' && p[level] != '\t'))
		return NULL;
	p += level;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (end > p && strchr(" \t\r\n", end[-1]))
		end--;
	return strndup(p, (size_t)(end - p));
}

static int wrong_heading(const struct lesson *l, size_t line, const char *found, size_t next,
			 struct err *err)
{
	if (next == LESSON_SECTION_COUNT) {
		err_set(err, EINVAL, "%s:%zu: one section too many: \"%.60s\"", l->path, line,
			found);
		return err_remedy(err, "use ### for headings inside of a section");
	}
	err_set(err, EINVAL, "%s:%zu: the section \"%.60s\" where \"%s\" is due", l->path, line,
		found, headings[next][l->lang]);
	return err_remedy(err, "a lesson has its seven sections in order, as ## headings; use ### "
			       "inside of them");
}

static bool is_blank(const struct lesson_line *line)
{
	size_t n = strspn(line->at, " \t\r\n");

	return n >= line->len;
}

static int no_title(const struct lesson *l, size_t line, struct err *err)
{
	err_set(err, EINVAL, "%s:%zu: the lesson has no title", l->path, line);
	return err_remedy(err, "begin it with \"# Title\"");
}

static int check_sections(struct lesson *l, struct err *err)
{
	struct lesson_line line = LESSON_LINE_FIRST(l->text);
	bool title = false;
	size_t next = 0;

	while (lesson_line_next(&line)) {
		_cleanup_free_ char *h1 = heading_text(&line, 1);
		_cleanup_free_ char *h2 = heading_text(&line, 2);

		if (!title && !is_blank(&line)) {
			if (!h1 || !*h1)
				return no_title(l, line.number, err);
			title = true;
		}
		if (line.fenced || !h2)
			continue;
		if (next == LESSON_SECTION_COUNT || strcmp(h2, headings[next][l->lang]) != 0)
			return wrong_heading(l, line.number, h2, next, err);
		l->sections[next++] = (size_t)(line.at - l->text);
	}
	l->sections[LESSON_SECTION_COUNT] = l->len;
	if (!title)
		return no_title(l, 1, err);
	if (next == LESSON_SECTION_COUNT)
		return 0;
	err_set(err, EINVAL, "%s:%zu: the section \"%s\" is missing", l->path, line.number,
		headings[next][l->lang]);
	return err_remedy(err, "add a line \"## %s\"", headings[next][l->lang]);
}

/* Expanding all of it without a run finds whatever is wrong with a placeholder. */
static int check_placeholders(const struct lesson *l, struct err *err)
{
	const struct paper nowhere = { .columns = 80, .utf8 = true, .lang = l->lang };
	_cleanup_free_ char *text = NULL;

	return lesson_expand(l->path, l->text, 1, NULL, &nowhere, &text, err);
}

int lesson_open(const char *content_dir, const char *id, enum lang lang, struct lesson **out,
		struct err *err)
{
	_cleanup_(lesson_clean) struct lesson *l = calloc(1, sizeof(*l));
	int rc;

	if (!l)
		abort();
	rc = check_id(id, err);
	if (rc == 0)
		rc = find_file(l, content_dir, id, lang, err);
	if (rc == 0)
		rc = check_encoding(l, err);
	if (rc == 0)
		rc = check_sections(l, err);
	if (rc == 0)
		rc = check_placeholders(l, err);
	if (rc < 0)
		return rc;
	*out = steal_ptr(&l);
	return 0;
}

/* One section, or all, with its placeholders replaced. @paper: in the lesson's language. */
static int expand(const struct lesson *l, enum lesson_section which, const struct facts *facts,
		  const struct paper *paper, char **text, struct err *err)
{
	bool all = which == LESSON_SECTION_COUNT;
	size_t begin = all ? 0 : l->sections[which];
	size_t end = all ? l->len : l->sections[which + 1], line = 1;
	_cleanup_free_ char *part = strndup(l->text + begin, end - begin);

	if (!part)
		abort();
	for (size_t i = 0; i < begin; i++)
		line += l->text[i] == '\n';
	return lesson_expand(l->path, part, line, facts, paper, text, err);
}

int lesson_show(const struct lesson *l, enum lesson_section which, const struct facts *facts,
		const struct paper *paper, struct err *err)
{
	_cleanup_free_ char *text = NULL;
	struct paper own = *paper;
	int rc;

	/* words that the run puts into an English text are English */
	own.lang = l->lang;
	rc = expand(l, which, facts, &own, &text, err);
	if (rc < 0)
		return rc;
	rc = markdown_render(text, strlen(text), &own, 0, err);
	return rc < 0 ? err_context(err, "%s", l->path) : 0;
}

int lesson_html(const struct lesson *l, enum lesson_section which, const struct facts *facts,
		FILE *out, struct err *err)
{
	const struct paper own = { .columns = 80, .utf8 = true, .lang = l->lang };
	_cleanup_free_ char *text = NULL;
	int rc = expand(l, which, facts, &own, &text, err);

	if (rc < 0)
		return rc;
	rc = markdown_html(out, text, err);
	return rc < 0 ? err_context(err, "%s", l->path) : 0;
}
