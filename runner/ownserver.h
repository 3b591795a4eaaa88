/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_OWNSERVER_H
#define RUNNER_OWNSERVER_H

#include <stdbool.h>

#include "../lua/lab.h"
#include "words.h"

struct err;
struct lab_exec;
struct options;

/*
 * The learner's own server: `--server 'python3 my_server.py 8080'`.
 *
 * @server: for lab_load(); it points into the rest
 */
struct ownserver {
	struct words_list words;
	char cwd[4096];
	struct lab_server server;
};

/** ownserver_read() - what --server says, from the folder we are in. Return: 0 or -errno. */
int ownserver_read(const char *command, struct ownserver *out, struct err *err);
void ownserver_free(struct ownserver *s);

/** ownserver_wanted() - has @m a use for one? Return: 0, or -EINVAL that names the labs that do. */
int ownserver_wanted(const struct options *o, const struct lab_meta *m, struct err *err);

/** ownserver_is() - is this that program, in that folder, and nothing added? */
bool ownserver_is(const struct lab_server *s, const struct lab_exec *x);

#endif
