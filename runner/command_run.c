/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "front.h"
#include "recfile.h"
#include "view.h"

/* Where the events of a run go. */
struct sinks {
	const struct view_ops *ops;
	struct view *view;
	struct recfile *record;
};

static int on_event(void *arg, json_t *ev, const char *line, size_t len, struct err *err)
{
	struct sinks *s = arg;
	int rc = s->record ? recfile_line(s->record, line, len, err) : 0;

	return rc == 0 ? s->ops->event(s->view, ev, err) : rc;
}

/* Play one lab. Return: its verdict, or -errno. */
static int run_one(const struct options *o, const char *arg, struct sinks *sinks, int *signal,
		   struct err *err)
{
	struct engine_spec spec = {
		.n_sets = o->n_sets, .sets = o->sets, .backend = o->backend, .seed = o->seed
	};
	struct lab *lab;
	struct outcome out;
	char path[4096];
	int rc = paths_lab(&o->paths, arg, path, err);

	if (rc == 0)
		rc = lab_load(path, o->params, o->n_params, &lab, err);
	if (rc != 0)
		return rc;
	spec.lab = lab;
	spec.file = path;
	rc = front_run(&spec, on_event, sinks, &out, err);
	if (rc == 0)
		rc = (int)out.verdict;
	*signal = out.signal;
	outcome_free(&out);
	lab_free(lab);
	return rc;
}

/*
 * The record is kept even of a run that was interrupted: it is whole. It is
 * not kept when it could not be written, or nobody listened to the end.
 */
static int finish_record(struct recfile *record, int rc, struct err *err)
{
	int rc2;

	if (!record)
		return rc;
	if (rc < 0) {
		recfile_abandon(record);
		return rc;
	}
	rc2 = recfile_commit(record, err);
	return rc2 < 0 ? rc2 : rc;
}

int command_run(const struct options *o, struct err *err)
{
	const struct view_options vo = { .paper = command_paper(o),
					 .verbosity = o->verbosity,
					 .content_dir = o->paths.content };
	struct sinks sinks = { .ops = o->format };
	enum verdict worst = VERDICT_PASS;
	int rc = 0, signal = 0, rc2;

	if (o->n_args == 0) {
		err_set(err, EINVAL, "run: which lab?");
		return err_remedy(
			err, "for instance `tcplab run handshake`; `tcplab list` shows them all");
	}
	if (o->record && o->n_args > 1) {
		err_set(err, EINVAL, "run: --record takes one lab, %d were given", o->n_args);
		return err_remedy(err, "run them one by one, each with a record of its own");
	}
	if (o->record)
		rc = recfile_create(o->record, &sinks.record, err);
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
	rc = finish_record(sinks.record, rc, err);
	rc2 = rc < 0 ? rc : command_stdout(err);
	if (rc2 < 0)
		return rc2;
	if (signal) {
		/* Die of it, so that a shell's loop around us ends too. */
		struct sigaction dfl = { .sa_handler = SIG_DFL };

		sigaction(signal, &dfl, NULL);
		raise(signal);
	}
	return front_status(worst);
}
