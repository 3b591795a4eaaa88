/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "compare.h"
#include "compare_view.h"
#include "field.h"
#include "kernelchoice.h"
#include "messages.h"
#include "options.h"
#include "origin.h"
#include "outfile.h"

/*
 * One of the two.
 *
 * @o: the options, with what --a or --b change
 * @what: a lab or a record
 * @name: how to call it
 */
struct side {
	struct options o;
	const char *what;
	char *name;
	struct compare *c;
	int i;
};

static int on_event(void *arg, json_t *ev, struct err *err)
{
	const struct side *s = arg;

	(void)err;
	compare_event(s->c, s->i, ev);
	return 0;
}

static int usage(const char *why, struct err *err)
{
	err_set(err, EINVAL, "compare: %s", why);
	return err_remedy(err, "for instance `tcplab compare A.jsonl B.jsonl`, or "
			       "`tcplab compare syn-timeout --a kernel=6.1 --b kernel=6.12`");
}

static int check_usage(const struct options *o, struct err *err)
{
	const bool settings = o->n_sides[0] || o->n_sides[1];

	if (o->n_args == 1 && origin_is_record(o->args[0]))
		return usage(settings ? "a record cannot be run again, --a and --b are for a lab"
				      : "a second record is wanted",
			     err);
	if (o->n_args == 1 && !settings)
		return usage("one lab needs --a or --b, else there is nothing to compare it with",
			     err);
	if (o->n_args == 2 && settings)
		return usage("--a and --b are for one lab, and two things were named", err);
	if (o->n_args != 1 && o->n_args != 2)
		return usage("it takes two records, or one lab and --a or --b", err);
	return 0;
}

/* The host that a sysctl is of has to be there before anything runs. */
static int check_host(const struct lab_meta *m, const char *name, struct err *err)
{
	const size_t len = strcspn(name, ".");
	char hosts[512] = "";

	for (size_t i = 0; i < m->n_hosts; i++) {
		const size_t at = strlen(hosts);

		if (strlen(m->hosts[i]) == len && strncmp(m->hosts[i], name, len) == 0)
			return 0;
		snprintf(hosts + at, sizeof(hosts) - at, "%s%s", i ? ", " : "", m->hosts[i]);
	}
	return err_set(err, EINVAL, "%s has no host \"%.*s\"; it has: %s", m->id, (int)len, name,
		       hosts);
}

static int check_lab(const struct side *s, const struct lab_setting *list, size_t n,
		     struct err *err)
{
	const struct kernelchoice here = { .host = true };
	struct lab *lab = NULL;
	char path[4096];
	int rc = paths_lab(&s->o.paths, s->what, path, err);

	if (rc == 0)
		rc = kernelchoice_load(&here, path, s->o.params, s->o.n_params, s->o.full, &lab,
				       err);
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (strchr(list[i].name, '.'))
			rc = check_host(lab_meta(lab), list[i].name, err);
	if (lab)
		lab_free(lab);
	return rc;
}

/* "kernel=6.1, delay=10ms". */
static char *settings_name(const struct options *o, int i)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	for (size_t k = 0; k < o->n_sides[i]; k++)
		fprintf(f, "%s%s=%s", k ? ", " : "", o->sides[i][k].name, o->sides[i][k].value);
	if (!o->n_sides[i])
		fputs(message(o->lang, MSG_COMPARE_AS_IS), f);
	fclose(f);
	return text;
}

/* What is to be read, and under what name. Nothing has run yet when this fails. */
static int side_begin(struct side *s, const struct options *o, struct err *err)
{
	const struct lab_setting *list = o->sides[s->i];
	int rc = 0;

	s->o = *o;
	s->what = o->args[o->n_args - 1 ? s->i : 0];
	if (o->n_args == 2) {
		s->name = strdup(s->what);
		return 0;
	}
	s->name = settings_name(o, s->i);
	for (size_t k = 0; rc == 0 && k < o->n_sides[s->i]; k++)
		rc = options_apply(&s->o, &list[k], err);
	if (rc == 0)
		rc = check_lab(s, list, o->n_sides[s->i], err);
	if (rc == 0 || o->n_sides[s->i] == 0)
		return rc;
	if (!*err->remedy)
		err_remedy(err,
			   "a name is that of a parameter, HOST.SYSCTL, kernel, backend or seed");
	return err_context(err, s->i ? "--b" : "--a");
}

/* Is there nothing to be compared? A lab that was run for it and could not be. */
static int ran(const struct side *s, int status, struct err *err)
{
	const json_t *verdict = compare_verdict(s->c, s->i);

	if (status < 2 || origin_is_record(s->what))
		return status;
	err_set(err, ECANCELED, "%s (%s): %s: %s", s->i ? "B" : "A", s->name,
		field_text(verdict, "verdict"), field_text(verdict, "why"));
	if (*field_text(verdict, "remedy"))
		return err_remedy(err, "%s", field_text(verdict, "remedy"));
	return -err->code;
}

static int show(const struct options *o, const struct side s[2], const struct compare *c,
		struct err *err)
{
	const struct paper paper = command_paper(o);
	const struct compare_view v = { .paper = &paper,
					.name = { s[0].name, s[1].name },
					.verbosity = o->verbosity };

	struct outfile *file = NULL;
	int rc;

	if (!o->output) {
		compare_text(&v, c);
		return command_stdout(err);
	}
	rc = outfile_create(o->output, &file, err);
	if (rc < 0)
		return rc;
	compare_html(outfile_stream(file), &v, c);
	return outfile_commit(file, err);
}

static int compare(const struct options *o, struct side s[2], struct compare *c, struct err *err)
{
	struct err cut[2] = { ERR_INIT, ERR_INIT };
	int rc = check_usage(o, err), status[2];

	for (int i = 0; rc == 0 && i < 2; i++) {
		s[i].i = i;
		s[i].c = c;
		rc = side_begin(&s[i], o, err);
	}
	if (rc < 0)
		return rc;
	for (int i = 0; i < 2; i++) {
		status[i] = origin_read(&s[i].o, s[i].what, on_event, &s[i], &cut[i]);
		if (status[i] >= 0)
			status[i] = ran(&s[i], status[i], &cut[i]);
		/* of what was cut off or spoilt, what there is */
		if (status[i] < 0 && (!compare_header(c, i) || status[i] == -ECANCELED)) {
			*err = cut[i];
			return status[i];
		}
	}
	compare_end(c);
	rc = show(o, s, c, err);
	for (int i = 0; rc >= 0 && i < 2; i++) {
		if (status[i] >= 0)
			continue;
		*err = cut[i];
		return status[i];
	}
	return rc < 0 ? rc : compare_differs(c);
}

int command_compare(const struct options *o, struct err *err)
{
	const struct paper paper = command_paper(o);
	struct compare *c = compare_new(o->lang, paper.utf8 || o->output);
	struct side *s = calloc(2, sizeof(*s));
	int rc;

	if (!s)
		abort();
	rc = compare(o, s, c, err);
	free(s[0].name);
	free(s[1].name);
	free(s);
	compare_free(c);
	return rc;
}
