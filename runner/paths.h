/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PATHS_H
#define RUNNER_PATHS_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/*
 * Where the course lies. A tcplab in a build tree uses that tree's labs and
 * lessons, an installed one those installed with it: both are found from where the
 * executable is, so an installation can be moved as a whole.
 *
 * @labs, @content: directories
 */
struct paths {
	char labs[4096], content[4096];
};

/** paths_find() - TCPLAB_DATA, else DIR/../labs, else DIR/../share/tcplab. Return: 0 or -ENOENT. */
int paths_find(struct paths *p, struct err *err);

/**
 * paths_lab() - a lab by id, or a file by path (it has a '/' or ends in ".lua").
 * @path: at least 4096 bytes
 * Return: 0, or -ENOENT with the nearest lab's name.
 */
int paths_lab(const struct paths *p, const char *arg, char *path, struct err *err);

/** paths_own() - does the file @path lie among the labs of the course, through whatever links? */
bool paths_own(const struct paths *p, const char *path);

/** paths_labs() - ids of all labs, in the order of the course (course.h); free each and the
 * array. Return: 0 or -errno. */
int paths_labs(const struct paths *p, char ***ids, size_t *n, struct err *err);

#endif
