/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "lesson.h"

static const char *text_of(const struct lab_text *t, enum lang lang)
{
	return lang == LANG_ZH && t->zh ? t->zh : t->en ? t->en : "";
}

static int list_one(const struct options *o, const struct paper *p, const char *id, int width,
		    struct err *err)
{
	struct lab *lab;
	const struct lab_meta *m;
	char path[4096];
	int rc = paths_lab(&o->paths, id, path, err);

	if (rc == 0)
		rc = lab_load(path, NULL, &lab, err);
	if (rc != 0)
		return rc;
	m = lab_meta(lab);
	fputs("  ", p->out);
	fputs(ink(p, INK_STRONG), p->out);
	columns_pad(p->out, m->id, width, p->utf8);
	fputs(ink_off(p), p->out);
	fputs("  ", p->out);
	{
		char indent[64];
		const char *title = text_of(&m->title, o->lang);
		const char *summary = text_of(&m->summary, o->lang);
		char *line = NULL;

		snprintf(indent, sizeof(indent), "%*s", width + 4, "");
		if (asprintf(&line, "%s%s%s", title,
			     *summary ? (o->lang == LANG_ZH ? "：" : ". ") : "", summary) < 0)
			abort();
		columns_wrap(p->out, line, p->columns < 100 ? p->columns : 100, indent, width + 4);
		free(line);
	}
	fputc('\n', p->out);
	lab_free(lab);
	return 0;
}

int command_list(const struct options *o, struct err *err)
{
	const struct paper p = command_paper(o);
	char **ids;
	size_t n;
	int width = 0;
	int rc = paths_labs(&o->paths, &ids, &n, err);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		int w = columns_width(ids[i]);

		width = w > width ? w : width;
	}
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = list_one(o, &p, ids[i], width, err);
	for (size_t i = 0; i < n; i++)
		free(ids[i]);
	free(ids);
	return rc < 0 ? rc : command_stdout(err);
}

static void show_params(const struct lab_meta *m, const struct options *o, const struct paper *p)
{
	if (m->n_params == 0)
		return;
	fprintf(p->out, "\n%s%s%s\n", ink(p, INK_STRONG),
		o->lang == LANG_ZH ? "可调参数（--param 名=值）"
				   : "What you can turn (--param NAME=VALUE)",
		ink_off(p));
	for (size_t i = 0; i < m->n_params; i++) {
		const struct lab_param *q = &m->params[i];
		_cleanup_free_ char *line = NULL;
		size_t size;
		FILE *f = open_memstream(&line, &size);

		if (!f)
			abort();
		fprintf(f, "%s=%s", q->name, q->value);
		if (q->choices)
			fprintf(f, "  (%s)", q->choices);
		else if (q->min || q->max)
			fprintf(f, "  (%s %s %s)", q->min ? q->min : "", p->utf8 ? "…" : "...",
				q->max ? q->max : "");
		fprintf(f, "  %s", text_of(&q->help, o->lang));
		fclose(f);
		fputs("  ", p->out);
		columns_wrap(p->out, line, p->columns, "    ", 2);
		fputc('\n', p->out);
	}
}

static void show_counter_runs(const struct lab_meta *m, const struct options *o,
			      const struct paper *p)
{
	if (m->n_counter_runs == 0)
		return;
	fprintf(p->out, "\n%s%s%s\n", ink(p, INK_STRONG),
		o->lang == LANG_ZH ? "改一处，看它失败" : "Change one thing and see it fail",
		ink_off(p));
	for (size_t i = 0; i < m->n_counter_runs; i++) {
		const struct lab_counter_run *c = &m->counter_runs[i];

		_cleanup_free_ char *command = NULL;
		size_t size;
		FILE *f = open_memstream(&command, &size);

		if (!f)
			abort();
		fprintf(f, "tcplab run %s", m->id);
		for (size_t k = 0; k < c->n_params; k++)
			fprintf(f, " --param %s=%s", c->params[k].name, c->params[k].value);
		for (size_t k = 0; k < c->n_sets; k++)
			fprintf(f, " --set %s=%s", c->sets[k].name, c->sets[k].value);
		fclose(f);
		fputs("  ", p->out);
		columns_wrap(p->out, text_of(&c->name, o->lang), p->columns, "  ", 2);
		fputs("\n    ", p->out);
		columns_wrap(p->out, command, p->columns, "      ", 4);
		fputc('\n', p->out);
	}
}

int command_show(const struct options *o, struct err *err)
{
	const struct lab_load_options load = { .params = o->params,
					       .n_params = o->n_params,
					       .full = o->full };
	const struct paper p = command_paper(o);
	const struct lab_meta *m;
	struct lesson *lesson = NULL;
	struct lab *lab;
	char path[4096];
	int rc;

	if (o->n_args != 1) {
		err_set(err, EINVAL, "show: it takes one lab, %d were given", o->n_args);
		return err_remedy(err, "for instance `tcplab show handshake`");
	}
	rc = paths_lab(&o->paths, o->args[0], path, err);
	if (rc == 0)
		rc = lab_load(path, &load, &lab, err);
	if (rc != 0)
		return rc;
	m = lab_meta(lab);
	if (m->lesson) {
		rc = lesson_open(o->paths.content, m->lesson, o->lang, &lesson, err);
		if (rc == 0)
			rc = lesson_show(lesson, LESSON_SECTION_COUNT, NULL, &p, err);
		lesson_free(lesson);
	} else {
		fprintf(p.out, "%s%s%s\n", ink(&p, INK_TITLE), text_of(&m->title, o->lang),
			ink_off(&p));
	}
	if (rc == 0) {
		show_params(m, o, &p);
		show_counter_runs(m, o, &p);
		fprintf(p.out, "\n%s tcplab run %s\n",
			o->lang == LANG_ZH ? "运行：" : "Run it:", m->id);
	}
	lab_free(lab);
	return rc < 0 ? rc : command_stdout(err);
}
