/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "columns.h"
#include "engine.h"
#include "front.h"
#include "jobs.h"
#include "kernelchoice.h"
#include "view.h"

/*
 * `check` plays each lab as it stands, which must pass, and then each of its
 * counter-runs, in which exactly the stated expectations must fail. A lab
 * whose expectations hold whatever the kernel does proves nothing, and one
 * without any expectation, or any counter-run, is told so.
 *
 * A lab on one kernel, with its counter-runs, is one job (jobs.h), and -j plays several at
 * once. Those on a real clock come last and have the machine to
 * themselves: on a busy one they would have to be patient, and prove less. On a virtual
 * clock load changes nothing. The order is the same without -j.
 */

#define NAME_COLUMNS 34

/* What came of a job; in memory that its process shares with us. */
struct result {
	enum verdict worst;
	unsigned runs, right;
};

/* @name_kernel: say where it was, as it is played elsewhere too or not on the host */
struct play {
	char *path;
	struct kernelchoice where;
	bool name_kernel;
};

struct report {
	const struct options *o;
	struct paper paper;
	struct result *result;
	int signal;
	json_t *events;
	const struct kernelchoice *where;
};

struct course {
	const struct options *o;
	struct play *plays;
	struct result *results;
	size_t n;
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
	r->result->runs++;
	r->result->right += right;
}

static void worsen(struct report *r, enum verdict v)
{
	if (v > r->result->worst)
		r->result->worst = v;
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

static bool on_real_clock(void *arg, size_t i)
{
	const struct course *c = arg;

	return c->plays[i].where.host;
}

/* In a process of its own. */
static int check_job(void *arg, size_t i, FILE *out, struct err *err)
{
	const struct course *c = arg;
	const struct play *p = &c->plays[i];
	struct report r = { .o = c->o,
			    .paper = command_paper(c->o),
			    .result = &c->results[i],
			    .events = json_array(),
			    .where = &p->where };

	r.paper.out = out;
	return check_there(&r, p->path, p->name_kernel, err);
}

/* Where @arg has to be played. */
static int add_lab(struct course *c, const char *arg, struct err *err)
{
	const struct kernelchoice here = { .host = true };
	_cleanup_free_ struct kernelchoice *where = NULL;
	struct lab *lab = NULL;
	char path[4096];
	int n, rc = paths_lab(&c->o->paths, arg, path, err);

	if (rc == 0)
		rc = kernelchoice_load(&here, path, c->o->params, c->o->n_params, c->o->full, &lab,
				       err);
	if (rc != 0)
		return rc;
	n = kernelchoice_make(c->o->kernel, lab_meta(lab), &where, err);
	lab_free(lab);
	if (n < 0)
		return n;
	c->plays = reallocarray(c->plays, c->n + (size_t)n, sizeof(*c->plays));
	if (!c->plays)
		abort();
	for (int i = 0; i < n; i++) {
		c->plays[c->n] = (struct play){ .path = strdup(path),
						.where = where[i],
						.name_kernel = n > 1 || !where[i].host };
		if (!c->plays[c->n++].path)
			abort();
	}
	return 0;
}

/* Those on a real clock last, otherwise as they are. */
static void sort_plays(struct course *c)
{
	struct play *sorted = calloc(c->n + 1, sizeof(*sorted));
	size_t n = 0;

	if (!sorted)
		abort();
	for (int host = 0; host < 2; host++) {
		for (size_t i = 0; i < c->n; i++) {
			if (c->plays[i].where.host == host)
				sorted[n++] = c->plays[i];
		}
	}
	free(c->plays);
	c->plays = sorted;
}

static int play_all(struct course *c, int *signal, struct err *err)
{
	const struct jobs jobs = {
		.n = c->n, .at_once = c->o->jobs, .alone = on_real_clock, .run = check_job, .arg = c
	};
	const size_t shared = (c->n + 1) * sizeof(*c->results);
	struct result all = { .worst = VERDICT_PASS };
	int rc;

	c->results = mmap(NULL, shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (c->results == MAP_FAILED)
		abort();
	rc = jobs_run(&jobs, stdout, signal, err);
	for (size_t i = 0; i < c->n; i++) {
		const struct result *one = &c->results[i];

		all.runs += one->runs;
		all.right += one->right;
		all.worst = one->worst > all.worst ? one->worst : all.worst;
	}
	munmap(c->results, shared);
	if (rc < 0)
		return rc;
	printf(c->o->lang == LANG_ZH ? "%u 次运行，%u 次符合预期\n"
				     : "%u runs, %u as they must be\n",
	       all.runs, all.right);
	rc = command_stdout(err);
	return rc < 0 ? rc : front_status(all.worst);
}

int command_check(const struct options *o, struct err *err)
{
	struct course c = { .o = o };
	char **ids = NULL;
	size_t n = 0;
	int rc = 0, signal = 0;

	if (o->server) {
		err_set(err, EINVAL, "check: --server is not for it: a check plays what is known");
		return err_remedy(err, "`tcplab run LAB --server COMMAND` looks at your server");
	}

	if (o->n_args == 0)
		rc = paths_labs(&o->paths, &ids, &n, err);
	else
		n = (size_t)o->n_args;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add_lab(&c, ids ? ids[i] : o->args[i], err);
	for (size_t i = 0; ids && i < n; i++)
		free(ids[i]);
	free(ids);
	if (rc == 0) {
		sort_plays(&c);
		rc = play_all(&c, &signal, err);
	}
	for (size_t i = 0; i < c.n; i++)
		free(c.plays[i].path);
	free(c.plays);
	if (rc >= 0 && signal)
		front_die_of(signal);
	return rc;
}
