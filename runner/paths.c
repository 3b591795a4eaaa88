/* SPDX-License-Identifier: MIT */
#include "paths.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "../netns/nearest.h"
#include "course.h"

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool try_root(struct paths *p, const char *root)
{
	char resolved[PATH_MAX];

	if (!realpath(root, resolved))
		return false;
	if (snprintf(p->labs, sizeof(p->labs), "%s/labs", resolved) >= (int)sizeof(p->labs) ||
	    snprintf(p->content, sizeof(p->content), "%s/content", resolved) >=
		    (int)sizeof(p->content))
		return false;
	return is_dir(p->labs);
}

int paths_find(struct paths *p, struct err *err)
{
	const char *env = getenv("TCPLAB_DATA");
	char exe[PATH_MAX], root[PATH_MAX + 32];
	ssize_t n;
	char *slash;

	if (env && *env) {
		if (try_root(p, env))
			return 0;
		err_set(err, ENOENT, "TCPLAB_DATA=%s: there is no folder labs in it", env);
		return err_remedy(
			err, "unset TCPLAB_DATA, or let it name a folder with labs/ and content/");
	}
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n < 0)
		return err_set(err, errno, "/proc/self/exe: %s", strerror(errno));
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	/* build/tcplab, build/asan/tcplab, PREFIX/bin/tcplab */
	static const char *const places[] = { "..", "../..", "../share/tcplab" };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(root, sizeof(root), "%s/%s", exe, places[i]);
		if (try_root(p, root))
			return 0;
	}
	err_set(err, ENOENT, "the labs are not where tcplab lies (%s)", exe);
	return err_remedy(err, "run it from its build tree, install it with `make install`, or "
			       "let TCPLAB_DATA name the folder that has labs/ and content/");
}

static int lua_file(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return d->d_name[0] != '.' && dot && strcmp(dot, ".lua") == 0;
}

int paths_labs(const struct paths *p, char ***ids, size_t *n, struct err *err)
{
	struct dirent **entry;
	int rc, count = scandir(p->labs, &entry, lua_file, alphasort);

	if (count < 0)
		return err_set(err, errno, "%s: %s", p->labs, strerror(errno));
	*ids = calloc((size_t)count + 1, sizeof(**ids));
	if (!*ids)
		abort();
	for (int i = 0; i < count; i++) {
		(*ids)[i] = strndup(entry[i]->d_name, strlen(entry[i]->d_name) - strlen(".lua"));
		if (!(*ids)[i])
			abort();
		free(entry[i]);
	}
	free(entry);
	*n = (size_t)count;
	rc = course_sort(p->labs, *ids, *n, err);
	for (size_t i = 0; rc != 0 && i < *n; i++)
		free((*ids)[i]);
	if (rc != 0) {
		free(*ids);
		*ids = NULL;
		*n = 0;
	}
	return rc;
}

bool paths_own(const struct paths *p, const char *path)
{
	char file[PATH_MAX], labs[PATH_MAX], *slash;

	if (!realpath(path, file) || !realpath(p->labs, labs))
		return false;
	slash = strrchr(file, '/');
	*slash = '\0';
	return strcmp(file, labs) == 0;
}

static int unknown_lab(const struct paths *p, const char *arg, struct err *err)
{
	char **ids = NULL;
	struct nearest search = nearest_to(arg);
	const char *near;
	size_t n = 0;
	int rc = paths_labs(p, &ids, &n, err);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		nearest_offer(&search, ids[i]);
	near = nearest_found(&search);
	err_set(err, ENOENT, "there is no lab \"%s\"", arg);
	if (near)
		err_remedy(err, "did you mean \"%s\"? `tcplab list` shows them all", near);
	else
		err_remedy(err,
			   "`tcplab list` shows them all; a lab of your own is named by its "
			   "path (./%s.lua)",
			   arg);
	for (size_t i = 0; i < n; i++)
		free(ids[i]);
	free(ids);
	return -ENOENT;
}

int paths_lab(const struct paths *p, const char *arg, char *path, struct err *err)
{
	const size_t len = strlen(arg);
	const bool is_path = strchr(arg, '/') || (len > 4 && strcmp(arg + len - 4, ".lua") == 0);

	if (is_path) {
		if (snprintf(path, 4096, "%s", arg) >= 4096)
			return err_set(err, ENAMETOOLONG, "%.64s…: the path is too long", arg);
		if (access(path, R_OK) == 0)
			return 0;
		err_set(err, errno, "%s: %s", arg, strerror(errno));
		return err_remedy(err, "name a lab of `tcplab list`, or a file that is there");
	}
	if (snprintf(path, 4096, "%s/%s.lua", p->labs, arg) < 4096 && access(path, R_OK) == 0)
		return 0;
	return unknown_lab(p, arg, err);
}
