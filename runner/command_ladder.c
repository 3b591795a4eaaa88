/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>

#include "ladderfile.h"
#include "origin.h"
#include "outfile.h"
#include "rungs.h"

static int on_event(void *arg, json_t *ev, struct err *err)
{
	(void)err;
	rungs_event(arg, ev);
	return 0;
}

static int write_to(const char *path, const struct options *o, const struct rungs *r,
		    struct paper paper, struct err *err)
{
	struct outfile *file = NULL;
	int rc = outfile_create(path, &file, err);

	if (rc < 0)
		return rc;
	paper.out = outfile_stream(file);
	paper.color = false;
	o->picture->write(r, &paper);
	return outfile_commit(file, err);
}

int command_ladder(const struct options *o, struct err *err)
{
	const struct paper paper = command_paper(o);
	/* Only a terminal can be unable to show more than ASCII. */
	struct rungs *r = rungs_new(o->lang, paper.utf8 || o->picture != &ladderfile_text);
	struct err cut = ERR_INIT;
	int rc, rc2 = 0;

	if (o->n_args != 1) {
		rungs_free(r);
		err_set(err, EINVAL, "ladder: it takes one lab or record, %d were given",
			o->n_args);
		return err_remedy(err, "for instance `tcplab ladder handshake --format svg`");
	}
	if (o->picture != &ladderfile_text)
		rungs_patiently(r);
	rc = origin_read(o, o->args[0], on_event, r, &cut);
	/* of a record that was cut off, what there is */
	if (rc >= 0 || rc == -ENODATA) {
		rungs_end(r);
		rungs_fold(r, o->picture->most);
		if (o->output)
			rc2 = write_to(o->output, o, r, paper, err);
		else
			o->picture->write(r, &paper);
		if (rc2 == 0)
			rc2 = command_stdout(err);
	}
	rungs_free(r);
	if (rc2 < 0)
		return rc2;
	if (rc < 0)
		*err = cut;
	return rc;
}
