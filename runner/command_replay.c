/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <string.h>

#include "field.h"
#include "front.h"
#include "keep.h"
#include "recfile.h"
#include "view.h"

struct replay {
	const struct view_ops *ops;
	struct view *view;
	enum verdict verdict;
	struct keep keep;
};

static int on_event(void *arg, json_t *ev, struct err *err)
{
	struct replay *r = arg;
	int rc;

	if (field_is(ev, "ev", "verdict"))
		r->verdict = verdict_parse(field_text(ev, "verdict"));
	rc = keep_event(&r->keep, ev, NULL, 0, err);
	return rc == 0 ? r->ops->event(r->view, ev, err) : rc;
}

int command_replay(const struct options *o, struct err *err)
{
	const struct view_options vo = { .paper = command_paper(o),
					 .verbosity = o->verbosity,
					 .content_dir = o->paths.content };
	struct replay r = { .ops = o->format, .verdict = VERDICT_BROKEN };
	struct err second = ERR_INIT;
	int rc, rc2;

	if (o->n_args != 1) {
		err_set(err, EINVAL, "replay: it takes one record, %d were given", o->n_args);
		return err_remedy(err, "make one with `tcplab run handshake --record FILE`, then "
				       "`tcplab replay FILE`");
	}
	rc = keep_begin(&r.keep, o, err);
	if (rc != 0)
		return rc;
	r.view = o->format->open(&vo);
	rc = recfile_read(o->args[0], on_event, &r, err);
	rc2 = o->format->close(r.view, rc < 0 ? &second : err);
	if (rc >= 0)
		rc = rc2;
	/* Of a record that was cut off, what there is: a capture has no end that could be missing.
	 */
	if (rc == -ENODATA)
		(void)keep_end(&r.keep, 0, &second);
	else
		rc = keep_end(&r.keep, rc, err);
	if (rc >= 0)
		rc = command_stdout(err);
	else
		(void)command_stdout(&second); /* the first error is the one to tell */
	return rc < 0 ? rc : front_status(r.verdict);
}
