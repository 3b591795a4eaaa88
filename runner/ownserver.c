/* SPDX-License-Identifier: MIT */
#include "ownserver.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lua/labops.h"
#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "command.h"

int ownserver_read(const char *command, struct ownserver *out, struct err *err)
{
	json_t *text = json_string(command);
	int rc;

	/* The record could not say it. */
	if (!text)
		return err_set(err, EILSEQ, "--server: the command is not valid UTF-8");
	json_decref(text);
	rc = words_split(command, &out->words, err);
	if (rc < 0)
		return err_context(err, "--server");
	if (!getcwd(out->cwd, sizeof(out->cwd))) {
		rc = err_set(err, errno, "--server: the folder that we are in: %s",
			     strerror(errno));
		ownserver_free(out);
		return rc;
	}
	out->server =
		(struct lab_server){ .n = out->words.n, .words = out->words.word, .cwd = out->cwd };
	return 0;
}

void ownserver_free(struct ownserver *s)
{
	words_free(&s->words);
	s->server.n = 0;
}

static void name_takers(const struct options *o, FILE *out)
{
	const char *between = "";
	struct err ignored = ERR_INIT;
	char **ids = NULL;
	size_t n = 0;

	/* Without a list of labs there is nothing to add to the error that is told. */
	if (paths_labs(&o->paths, &ids, &n, &ignored) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct lab *lab = NULL;
		char path[4096];

		if (paths_lab(&o->paths, ids[i], path, &ignored) == 0 &&
		    lab_load(path, NULL, &lab, &ignored) == 0) {
			if (lab_meta(lab)->takes_server) {
				fprintf(out, "%s%s", between, ids[i]);
				between = ", ";
			}
			lab_free(lab);
		}
		free(ids[i]);
	}
	free(ids);
}

int ownserver_wanted(const struct options *o, const struct lab_meta *m, struct err *err)
{
	_cleanup_free_ char *takers = NULL;
	size_t size;
	FILE *f;

	if (m->takes_server)
		return 0;
	err_set(err, EINVAL, "--server: the lab %s has no use for a server of yours", m->id);
	f = open_memstream(&takers, &size);
	if (!f)
		abort();
	name_takers(o, f);
	fclose(f);
	if (*takers)
		return err_remedy(err, "these have: %s", takers);
	return err_remedy(err, "a lab that has one says takes_server = true");
}

bool ownserver_is(const struct lab_server *s, const struct lab_exec *x)
{
	size_t n = 0;

	if (!s)
		return false;
	for (; x->argv[n]; n++) {
		if (n == s->n || strcmp(x->argv[n], s->words[n]) != 0)
			return false;
	}
	return n == s->n && strcmp(x->cwd, s->cwd) == 0 && x->env[0] &&
	       strcmp(x->env[0], LAB_SERVER_ENV) == 0 && !x->env[1];
}
