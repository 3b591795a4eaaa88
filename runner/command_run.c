/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "columns.h"
#include "countdown.h"
#include "engine.h"
#include "field.h"
#include "front.h"
#include "keep.h"
#include "kernelchoice.h"
#include "ownserver.h"
#include "view.h"

/* Where the events of a run go. */
struct sinks {
	const struct view_ops *ops;
	struct view *view;
	struct keep keep;
	struct countdown countdown;
	bool announce;
};

static int on_event(void *arg, json_t *ev, const char *line, size_t len, struct err *err)
{
	struct sinks *s = arg;
	int rc;

	if (!line) {
		countdown_aside(&s->countdown, ev);
		return 0;
	}
	if (field_is(ev, "ev", "expect") || field_is(ev, "ev", "return"))
		countdown_over(&s->countdown);
	countdown_clear(&s->countdown);
	rc = keep_event(&s->keep, ev, line, len, err);
	return rc == 0 ? s->ops->event(s->view, ev, err) : rc;
}

/* How a run ended, for the table of --kernel all. */
struct row {
	char kernel[32];
	enum verdict verdict;
	size_t passed, failed;
	int64_t wall;
};

#define MAX_ROWS 32

static int run_there(const struct options *o, const char *path, const struct kernelchoice *where,
		     struct sinks *sinks, int *signal, struct row *row, struct err *err)
{
	struct engine_spec spec = { .file = path,
				    .n_sets = o->n_sets,
				    .sets = o->sets,
				    .backend = o->backend,
				    .seed = o->seed,
				    .allow_exec = o->allow_exec || paths_own(&o->paths, path),
				    .announce = sinks->announce && where->host,
				    .server = where->server,
				    .kernel = where->host ? NULL : &where->kernel };
	struct outcome out;
	int rc = kernelchoice_load(where, path, o->params, o->n_params, o->full, &spec.lab, err);

	if (rc < 0)
		return rc;
	rc = front_run(&spec, on_event, sinks, &out, err);
	countdown_over(&sinks->countdown);
	*signal = out.signal;
	snprintf(row->kernel, sizeof(row->kernel), "%s", kernelchoice_name(where));
	row->verdict = out.verdict;
	row->wall = out.wall;
	row->passed = out.passed;
	row->failed = json_array_size(out.failed);
	outcome_free(&out);
	lab_free(spec.lab);
	return rc;
}

static void print_rows(const struct options *o, const struct row *rows, int n)
{
	const struct paper p = command_paper(o);
	static const enum ink inks[] = { [VERDICT_PASS] = INK_PASS,
					 [VERDICT_SKIP] = INK_WARN,
					 [VERDICT_FAIL] = INK_FAIL,
					 [VERDICT_BROKEN] = INK_FAIL };

	fputc('\n', p.out);
	for (int i = 0; i < n; i++) {
		char wall[DURATION_MAX_TEXT];

		fputs("  ", p.out);
		columns_pad(p.out, rows[i].kernel, 10, p.utf8);
		fputs(ink(&p, inks[rows[i].verdict]), p.out);
		columns_pad(p.out, verdict_word(rows[i].verdict), 8, p.utf8);
		fprintf(p.out, "%s%3zu/%-3zu  %s\n", ink_off(&p), rows[i].passed,
			rows[i].passed + rows[i].failed, duration_format(rows[i].wall, wall));
	}
}

/* Play one lab, on every kernel that was asked for. Return: its worst verdict, or -errno. */
static int run_one(const struct options *o, const char *arg, struct sinks *sinks, int *signal,
		   struct err *err)
{
	_cleanup_(ownserver_free) struct ownserver own = { .cwd = "" };
	const struct kernelchoice here = { .host = true };
	_cleanup_free_ struct kernelchoice *where = NULL;
	enum verdict worst = VERDICT_PASS;
	struct row rows[MAX_ROWS];
	struct lab *lab = NULL;
	char path[4096];
	int n, rc = paths_lab(&o->paths, arg, path, err);

	if (rc == 0)
		rc = kernelchoice_load(&here, path, o->params, o->n_params, o->full, &lab, err);
	if (rc != 0)
		return rc;
	if (o->server) {
		rc = ownserver_wanted(o, lab_meta(lab), err);
		if (rc == 0)
			rc = ownserver_read(o->server, &own, err);
	}
	n = rc < 0 ? rc : kernelchoice_make(o->kernel, lab_meta(lab), &where, err);
	lab_free(lab);
	if (n < 0)
		return n;
	for (int i = 0; o->server && i < n; i++)
		where[i].server = &own.server;
	if (n > MAX_ROWS)
		return err_set(err, E2BIG, "--kernel all: more than %d kernels; name one",
			       MAX_ROWS);
	if (n > 1 && (o->record || o->pcap)) {
		err_set(err, EINVAL, "run: %s takes one run, --kernel all makes %d",
			o->record ? "--record" : "--pcap", n);
		return err_remedy(err, "name one kernel");
	}
	for (int i = 0; i < n && !*signal; i++) {
		rc = run_there(o, path, &where[i], sinks, signal, &rows[i], err);
		if (rc < 0)
			return rc;
		worst = rows[i].verdict > worst ? rows[i].verdict : worst;
	}
	if (n > 1 && !*signal && o->format == &view_text)
		print_rows(o, rows, n);
	return (int)worst;
}

int command_run(const struct options *o, struct err *err)
{
	const struct view_options vo = { .paper = command_paper(o),
					 .verbosity = o->verbosity,
					 .content_dir = o->paths.content };
	struct sinks sinks = { .ops = o->format,
			       .countdown = { .paper = vo.paper },
			       .announce = o->format == &view_text && o->verbosity >= 0 &&
					   countdown_possible(&vo.paper) };
	enum verdict worst = VERDICT_PASS;
	int rc = 0, signal = 0, rc2;

	if (o->n_args == 0) {
		err_set(err, EINVAL, "run: which lab?");
		return err_remedy(
			err, "for instance `tcplab run handshake`; `tcplab list` shows them all");
	}
	if ((o->record || o->pcap) && o->n_args > 1) {
		err_set(err, EINVAL, "run: %s takes one lab, %d were given",
			o->record ? "--record" : "--pcap", o->n_args);
		return err_remedy(err, "run them one by one, each with a file of its own");
	}
	rc = keep_begin(&sinks.keep, o, err);
	if (rc != 0)
		return rc;
	sinks.view = o->format->open(&vo);
	for (int i = 0; i < o->n_args && rc >= 0 && !signal; i++) {
		rc = run_one(o, o->args[i], &sinks, &signal, err);
		if (rc >= 0 && (enum verdict)rc > worst)
			worst = (enum verdict)rc;
	}
	if (rc >= 0) {
		rc = o->format->close(sinks.view, err);
	} else {
		struct err second = ERR_INIT; /* the first error is the one to tell */

		(void)o->format->close(sinks.view, &second);
	}
	/* Kept even of a run that was interrupted: it is whole. Not when nobody listened to the
	 * end. */
	rc = keep_end(&sinks.keep, rc, err);
	rc2 = rc < 0 ? rc : command_stdout(err);
	if (rc2 < 0)
		return rc2;
	if (signal)
		front_die_of(signal);
	return front_status(worst);
}
