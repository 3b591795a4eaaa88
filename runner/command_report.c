/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>

#include "origin.h"
#include "outfile.h"
#include "report.h"
#include "report_site.h"

static int on_event(void *arg, json_t *ev, struct err *err)
{
	(void)err;
	report_event(arg, ev);
	return 0;
}

static int write_to(const char *path, struct report *r, struct err *err)
{
	struct outfile *file = NULL;
	int rc;

	if (!path) {
		report_write(r, stdout);
		return command_stdout(err);
	}
	rc = outfile_create(path, &file, err);
	if (rc < 0)
		return rc;
	report_write(r, outfile_stream(file));
	return outfile_commit(file, err);
}

int command_report(const struct options *o, struct err *err)
{
	const struct report_options opt = { .lang = o->lang, .content_dir = o->paths.content };
	struct err cut = ERR_INIT;
	struct report *r;
	int rc, rc2 = 0;

	if (o->all) {
		if (o->n_args == 0 && o->output)
			return report_site(o, o->output, err);
		err_set(err, EINVAL, "report: --all takes a folder (-o), and no lab");
		return err_remedy(err, "for instance `tcplab report --all -o site`");
	}
	if (o->n_args != 1) {
		err_set(err, EINVAL, "report: it takes one lab or record, %d were given",
			o->n_args);
		return err_remedy(err, "for instance `tcplab report handshake -o handshake.html`");
	}
	r = report_new(&opt);
	rc = origin_read(o, o->args[0], on_event, r, &cut);
	/* of a record that was cut off, what there is */
	if (rc >= 0 || rc == -ENODATA)
		rc2 = write_to(o->output, r, err);
	report_free(r);
	if (rc2 < 0)
		return rc2;
	if (rc < 0)
		*err = cut;
	return rc;
}
