/* SPDX-License-Identifier: MIT */
#include "origin.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "command.h"
#include "engine.h"
#include "field.h"
#include "front.h"
#include "kernelchoice.h"
#include "recfile.h"

/* Who gets the events, and what the verdict was. */
struct reader {
	origin_fn *fn;
	void *arg;
	enum verdict verdict;
};

static int on_record(void *arg, json_t *ev, struct err *err)
{
	struct reader *r = arg;

	if (field_is(ev, "ev", "verdict"))
		r->verdict = verdict_parse(field_text(ev, "verdict"));
	return r->fn(r->arg, ev, err);
}

static int on_run(void *arg, json_t *ev, const char *line, size_t len, struct err *err)
{
	struct reader *r = arg;

	(void)line;
	(void)len;
	return r->fn(r->arg, ev, err);
}

static void lab_clean(struct lab **lab)
{
	if (*lab)
		lab_free(*lab);
}

static int run_lab(const struct options *o, const char *path, struct reader *r, struct err *err)
{
	const struct kernelchoice here = { .host = true };
	_cleanup_free_ struct kernelchoice *where = NULL;
	_cleanup_(lab_clean) struct lab *asked = NULL, *lab = NULL;
	struct engine_spec spec = { .file = path,
				    .n_sets = o->n_sets,
				    .sets = o->sets,
				    .backend = o->backend,
				    .seed = o->seed,
				    .allow_exec = o->allow_exec || paths_own(&o->paths, path) };
	struct outcome out;
	int rc = kernelchoice_load(&here, path, o->params, o->n_params, o->full, &asked, err);

	if (rc != 0)
		return rc;
	rc = kernelchoice_make(o->kernel, lab_meta(asked), &where, err);
	if (rc < 0)
		return rc;
	if (rc > 1) {
		err_set(err, EINVAL, "--kernel all makes %d runs, and one is wanted here", rc);
		return err_remedy(err, "name one kernel; `tcplab kernels` lists them");
	}
	rc = kernelchoice_load(where, path, o->params, o->n_params, o->full, &lab, err);
	if (rc < 0)
		return rc;
	spec.lab = lab;
	spec.kernel = where->host ? NULL : &where->kernel;
	rc = front_run(&spec, on_run, r, &out, err);
	if (rc < 0)
		return rc;
	r->verdict = out.verdict;
	if (out.signal)
		front_die_of(out.signal);
	outcome_free(&out);
	return 0;
}

/* Something that looks like a path and is no lab's file is a record. */
bool origin_is_record(const char *what)
{
	size_t len = strlen(what);

	if (len > 4 && strcmp(what + len - 4, ".lua") == 0)
		return false;
	return strchr(what, '/') || (len > 6 && strcmp(what + len - 6, ".jsonl") == 0);
}

bool origin_from_file(const struct options *o, const char *what)
{
	struct err no_lab = ERR_INIT;
	char path[4096];

	return origin_is_record(what) ||
	       (paths_lab(&o->paths, what, path, &no_lab) < 0 && access(what, F_OK) == 0);
}

int origin_read(const struct options *o, const char *what, origin_fn *fn, void *arg,
		struct err *err)
{
	struct reader r = { .fn = fn, .arg = arg, .verdict = VERDICT_BROKEN };
	struct err no_lab = ERR_INIT;
	char path[4096];
	bool record = origin_is_record(what);
	bool lab = !record && paths_lab(&o->paths, what, path, &no_lab) == 0;
	int rc;

	if (!lab && !record && access(what, F_OK) != 0) {
		*err = no_lab;
		return -err->code;
	}
	rc = lab ? run_lab(o, path, &r, err) : recfile_read(what, on_record, &r, err);
	return rc < 0 ? rc : front_status(r.verdict);
}
