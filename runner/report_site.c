/* SPDX-License-Identifier: MIT */
#include "report_site.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../netns/cleanup.h"
#include "command.h"
#include "field.h"
#include "front.h"
#include "html.h"
#include "messages.h"
#include "origin.h"
#include "outfile.h"
#include "report.h"

/*
 * The course as a site. English pages have plain names, those of other languages the language in
 * theirs: index.html and index.zh.html, handshake.html and handshake.zh.html.
 *
 * @labs: what the index says of each: id, title, summary, verdict
 */
struct site {
	const struct options *o;
	const char *folder;
	json_t *labs;
	enum verdict worst;
};

static char *page_name(const char *name, enum lang lang)
{
	char *page = NULL;

	if (asprintf(&page, lang == LANG_EN ? "%s.html" : "%s.%s.html", name, lang_code(lang)) < 0)
		abort();
	return page;
}

static int page_create(const struct site *s, const char *page, struct outfile **file,
		       struct err *err)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/%s", s->folder, page) < 0)
		abort();
	return outfile_create(path, file, err);
}

static int keep(void *arg, json_t *ev, struct err *err)
{
	(void)err;
	json_array_append(arg, ev);
	return 0;
}

static int write_page(const struct site *s, const char *id, enum lang lang, json_t *record,
		      struct err *err)
{
	enum lang second = lang == LANG_EN ? LANG_ZH : LANG_EN;
	_cleanup_free_ char *page = page_name(id, lang), *other = page_name(id, second);
	_cleanup_free_ char *index = page_name("index", lang);
	const struct report_options opt = {
		.lang = lang, .content_dir = s->o->paths.content, .index = index, .other = other
	};
	struct outfile *file = NULL;
	struct report *r;
	json_t *ev;
	size_t i;
	int rc = page_create(s, page, &file, err);

	if (rc < 0)
		return rc;
	r = report_new(&opt);
	json_array_foreach (record, i, ev)
		report_event(r, ev);
	report_write(r, outfile_stream(file));
	report_free(r);
	return outfile_commit(file, err);
}

/* A text of a lab's own as a text of a record. */
static json_t *text_json(const struct lab_text *t)
{
	json_t *text = json_pack("{s:s}", "en", t->en ? t->en : "");

	if (t->zh)
		json_object_set_new(text, "zh", json_string(t->zh));
	return text;
}

static int describe(struct site *s, const char *id, const char *verdict, struct err *err)
{
	struct lab *lab;
	char path[4096];
	int rc = paths_lab(&s->o->paths, id, path, err);

	if (rc == 0)
		rc = lab_load(path, NULL, &lab, err);
	if (rc != 0)
		return rc;
	json_array_append_new(s->labs,
			      json_pack("{s:s, s:o, s:o, s:s}", "id", id, "title",
					text_json(&lab_meta(lab)->title), "summary",
					text_json(&lab_meta(lab)->summary), "verdict", verdict));
	lab_free(lab);
	return 0;
}

static int add_lab(struct site *s, const char *id, struct err *err)
{
	json_t *record = json_array();
	const char *word;
	enum verdict verdict;
	int rc = origin_read(s->o, id, keep, record, err);

	for (int lang = 0; rc >= 0 && lang < LANG_COUNT; lang++)
		rc = write_page(s, id, (enum lang)lang, record, err);
	if (rc >= 0) {
		word = field_text(json_array_get(record, json_array_size(record) - 1), "verdict");
		verdict = verdict_parse(word);
		if (verdict > s->worst)
			s->worst = verdict;
		printf("%-7s %s/%s.html\n", verdict_word(verdict), s->folder, id);
		rc = describe(s, id, verdict_word(verdict), err);
	}
	json_decref(record);
	return rc < 0 ? rc : command_stdout(err);
}

static void put_lab(FILE *out, const json_t *lab, enum lang lang)
{
	_cleanup_free_ char *page = page_name(field_text(lab, "id"), lang);
	_cleanup_free_ char *other =
		page_name(field_text(lab, "id"), lang == LANG_EN ? LANG_ZH : LANG_EN);

	fputs("<li>\n<h2><a href=\"", out);
	html_text(out, page);
	fputs("\">", out);
	html_text(out, lang_text(json_object_get(lab, "title"), lang));
	fputs("</a> ", out);
	report_badge(out, field_text(lab, "verdict"));
	fputs("</h2>\n<p>", out);
	html_text(out, lang_text(json_object_get(lab, "summary"), lang));
	fprintf(out, "</p>\n<p><a href=\"");
	html_text(out, other);
	fprintf(out, "\" lang=\"%s\">%s</a></p>\n</li>\n", lang == LANG_EN ? "zh-Hans" : "en",
		message(lang, MSG_REPORT_OTHER));
}

static int write_index(const struct site *s, enum lang lang, struct err *err)
{
	_cleanup_free_ char *page = page_name("index", lang);
	_cleanup_free_ char *other = page_name("index", lang == LANG_EN ? LANG_ZH : LANG_EN);
	struct outfile *file = NULL;
	const json_t *lab;
	size_t i;
	FILE *out;
	int rc = page_create(s, page, &file, err);

	if (rc < 0)
		return rc;
	out = outfile_stream(file);
	report_head(out, lang, message(lang, MSG_REPORT_COURSE));
	fprintf(out,
		"<body>\n<header class=\"top\">\n<div class=\"bar\"><span "
		"class=\"kicker\">tcplab</span>\n"
		"<nav><a href=\"%s\" "
		"lang=\"%s\">%s</a></nav></div>\n<h1>%s</h1>\n<p>%s</p>\n</header>\n"
		"<main>\n<ul class=\"labs\">\n",
		other, lang == LANG_EN ? "zh-Hans" : "en", message(lang, MSG_REPORT_OTHER),
		message(lang, MSG_REPORT_COURSE), message(lang, MSG_REPORT_COURSE_SAY));
	json_array_foreach (s->labs, i, lab)
		put_lab(out, lab, lang);
	fputs("</ul>\n</main>\n</body>\n</html>\n", out);
	return outfile_commit(file, err);
}

int report_site(const struct options *o, const char *folder, struct err *err)
{
	struct site s = { .o = o, .folder = folder, .worst = VERDICT_PASS };
	char **ids;
	size_t n;
	int rc = paths_labs(&o->paths, &ids, &n, err);

	if (rc != 0)
		return rc;
	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		rc = err_set(err, errno, "%s: %s", folder, strerror(errno));
	s.labs = json_array();
	for (size_t i = 0; rc >= 0 && i < n; i++)
		rc = add_lab(&s, ids[i], err);
	for (int lang = 0; rc >= 0 && lang < LANG_COUNT; lang++)
		rc = write_index(&s, (enum lang)lang, err);
	json_decref(s.labs);
	for (size_t i = 0; i < n; i++)
		free(ids[i]);
	free(ids);
	return rc < 0 ? rc : front_status(s.worst);
}
