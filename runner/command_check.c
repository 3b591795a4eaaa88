/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "columns.h"
#include "engine.h"
#include "front.h"
#include "kernelchoice.h"
#include "view.h"

/*
 * `check` plays each lab as it stands, which must pass, and then each of its
 * counter-runs, in which exactly the stated expectations must fail. A lab
 * whose expectations hold whatever the kernel does proves nothing, and one
 * without any expectation, or any counter-run, is told so.
 */

#define NAME_COLUMNS 34

struct report {
	const struct options *o;
	struct paper paper;
	enum verdict worst;
	unsigned runs, right;
	int signal;
	json_t *events;
	const struct kernelchoice *where;
};

static int keep_event(void *arg, json_t *ev, const char *line, size_t len, struct err *err)
{
	struct report *r = arg;

	(void)line;
	(void)len;
	(void)err;
	json_array_append(r->events, ev);
	return 0;
}

/* Show what went wrong, as `run -q` would. */
static int show_kept(const struct report *r, struct err *err)
{
	const struct view_options vo = { .paper = r->paper, .verbosity = -1 };
	struct view *v = view_text.open(&vo);
	int rc = 0, rc2;
	size_t i;
	json_t *ev;

	json_array_foreach (r->events, i, ev) {
		if (rc == 0)
			rc = view_text.event(v, ev, err);
	}
	rc2 = view_text.close(v, err);
	return rc < 0 ? rc : rc2;
}

static bool has_name(const json_t *list, const char *name)
{
	size_t i;
	json_t *item;

	json_array_foreach (list, i, item) {
		if (strcmp(json_string_value(item), name) == 0)
			return true;
	}
	return false;
}

/* Did exactly the stated expectations fail? Else say in @what which did not, or did. */
static bool failed_as_stated(const struct lab_counter_run *cr, const struct outcome *out,
			     FILE *what)
{
	bool right = out->verdict == VERDICT_FAIL;
	size_t i;
	json_t *name;

	for (size_t k = 0; k < cr->n_fails; k++) {
		if (!has_name(out->failed, cr->fails[k])) {
			fprintf(what, "%s\"%s\" held", right ? "" : "; ", cr->fails[k]);
			right = false;
		}
	}
	json_array_foreach (out->failed, i, name) {
		bool stated = false;

		for (size_t k = 0; k < cr->n_fails; k++)
			stated = stated || strcmp(cr->fails[k], json_string_value(name)) == 0;
		if (!stated) {
			fprintf(what, "%s\"%s\" failed too", right ? "" : "; ",
				json_string_value(name));
			right = false;
		}
	}
	return right;
}

static void print_row(struct report *r, bool right, const char *name, const struct outcome *out,
		      const char *what)
{
	const struct paper *p = &r->paper;
	const char *mark = right ? (p->utf8 ? "✓" : "ok  ") : (p->utf8 ? "✗" : "FAIL");
	char wall[DURATION_MAX_TEXT];
	int name_columns = p->columns < 80 ? 24 : NAME_COLUMNS;

	fprintf(p->out, "%s%s%s ", ink(p, right ? INK_PASS : INK_FAIL), mark, ink_off(p));
	columns_pad(p->out, name, name_columns, p->utf8);
	fprintf(p->out, " %s%8s%s  %s\n", ink(p, INK_DIM), duration_format(out->wall, wall),
		ink_off(p), what);
	r->runs++;
	r->right += right;
}

static void worsen(struct report *r, enum verdict v)
{
	if (v > r->worst)
		r->worst = v;
}

static int play(struct report *r, struct engine_spec *spec, const struct lab_setting *params,
		size_t n_params, struct outcome *out, struct lab **lab, struct err *err)
{
	int rc = kernelchoice_load(r->where, spec->file, params, n_params, r->o->full, lab, err);

	if (rc != 0)
		return rc;
	spec->lab = *lab;
	spec->kernel = r->where->host ? NULL : &r->where->kernel;
	json_array_clear(r->events);
	rc = front_run(spec, keep_event, r, out, err);
	r->signal = out->signal;
	return rc;
}

static int check_counter_run(struct report *r, const char *path, const struct lab_counter_run *cr,
			     struct err *err)
{
	struct engine_spec spec = { .file = path,
				    .n_sets = cr->n_sets,
				    .sets = cr->sets,
				    .counter_run = &cr->name,
				    .backend = r->o->backend,
				    .seed = r->o->seed,
				    .allow_exec =
					    r->o->allow_exec || paths_own(&r->o->paths, path) };
	const char *title = r->o->lang == LANG_ZH && cr->name.zh ? cr->name.zh : cr->name.en;
	_cleanup_free_ char *what = NULL, *name = NULL;
	struct lab *lab = NULL;
	struct outcome out = { .verdict = VERDICT_BROKEN };
	size_t size;
	FILE *f;
	bool right;
	int rc = play(r, &spec, cr->params, cr->n_params, &out, &lab, err);

	lab_free(lab);
	if (rc < 0) {
		outcome_free(&out);
		return rc;
	}
	f = open_memstream(&what, &size);
	if (!f || asprintf(&name, "  %s", title) < 0)
		abort();
	right = failed_as_stated(cr, &out, f);
	fclose(f);
	if (right) {
		free(what);
		what = strdup(r->o->lang == LANG_ZH ? "如所声明地失败" : "fails as stated");
	}
	if (!what)
		abort();
	print_row(r, right, name, &out, *what ? what : verdict_word(out.verdict));
	if (!right) {
		worsen(r, out.verdict == VERDICT_PASS || out.verdict == VERDICT_FAIL ? VERDICT_FAIL
										     : out.verdict);
		rc = show_kept(r, err);
	}
	outcome_free(&out);
	return rc;
}

/* On the kernel r->where. */
static int check_there(struct report *r, const char *path, bool name_kernel, struct err *err)
{
	struct engine_spec spec = { .n_sets = r->o->n_sets,
				    .sets = r->o->sets,
				    .backend = r->o->backend,
				    .seed = r->o->seed };
	struct lab *lab = NULL;
	struct outcome out = { .verdict = VERDICT_BROKEN };
	char what[128], name[128];
	const struct lab_meta *m;
	int rc;

	spec.file = path;
	spec.allow_exec = r->o->allow_exec || paths_own(&r->o->paths, path);
	rc = play(r, &spec, r->o->params, r->o->n_params, &out, &lab, err);
	if (rc < 0) {
		outcome_free(&out);
		lab_free(lab);
		return rc;
	}
	m = lab_meta(lab);
	snprintf(what, sizeof(what), "%s, %zu/%zu", verdict_word(out.verdict), out.passed,
		 out.passed + json_array_size(out.failed));
	if (out.verdict == VERDICT_PASS && (out.passed == 0 || m->n_counter_runs == 0)) {
		out.verdict = VERDICT_BROKEN;
		snprintf(what, sizeof(what), "broken: a lab without %s proves nothing",
			 out.passed == 0 ? "expectations" : "counter_runs");
	}
	snprintf(name, sizeof(name), name_kernel ? "%s, %s" : "%s", m->id,
		 kernelchoice_name(r->where));
	print_row(r, out.verdict == VERDICT_PASS || out.verdict == VERDICT_SKIP, name, &out, what);
	worsen(r, out.verdict);
	if (out.verdict != VERDICT_PASS)
		rc = show_kept(r, err);
	for (size_t i = 0;
	     rc == 0 && !r->signal && out.verdict == VERDICT_PASS && i < m->n_counter_runs; i++)
		rc = check_counter_run(r, path, &m->counter_runs[i], err);
	outcome_free(&out);
	lab_free(lab);
	return rc;
}

static int check_lab(struct report *r, const char *arg, struct err *err)
{
	const struct kernelchoice here = { .host = true };
	_cleanup_free_ struct kernelchoice *where = NULL;
	struct lab *lab = NULL;
	char path[4096];
	int n, rc = paths_lab(&r->o->paths, arg, path, err);

	if (rc == 0)
		rc = kernelchoice_load(&here, path, r->o->params, r->o->n_params, r->o->full, &lab,
				       err);
	if (rc != 0)
		return rc;
	n = kernelchoice_make(r->o->kernel, lab_meta(lab), &where, err);
	lab_free(lab);
	for (int i = 0; n > 0 && rc == 0 && !r->signal && i < n; i++) {
		r->where = &where[i];
		rc = check_there(r, path, n > 1 || !where[i].host, err);
		fflush(stdout);
	}
	return n < 0 ? n : rc;
}

int command_check(const struct options *o, struct err *err)
{
	struct report r = { .o = o, .paper = command_paper(o), .events = json_array() };
	char **ids = NULL;
	size_t n = 0;
	int rc = 0;

	if (o->n_args == 0)
		rc = paths_labs(&o->paths, &ids, &n, err);
	else
		n = (size_t)o->n_args;
	for (size_t i = 0; rc == 0 && !r.signal && i < n; i++) {
		rc = check_lab(&r, ids ? ids[i] : o->args[i], err);
		fflush(stdout);
	}
	for (size_t i = 0; ids && i < n; i++)
		free(ids[i]);
	free(ids);
	json_decref(r.events);
	if (rc < 0)
		return rc;
	printf(o->lang == LANG_ZH ? "%u 次运行，%u 次符合预期\n" : "%u runs, %u as they must be\n",
	       r.runs, r.right);
	rc = command_stdout(err);
	if (rc == 0 && r.signal)
		front_die_of(r.signal);
	return rc < 0 ? rc : front_status(r.worst);
}
