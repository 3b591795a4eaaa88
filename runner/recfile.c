/* SPDX-License-Identifier: MIT */
#include "recfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "field.h"
#include "record.h"

/*
 * @path: the name it is to get; @temp: its present one where the file system
 *        has no O_TMPFILE, else empty
 * @direct: @path is no regular file, or one that this process has open under
 *          another name (/dev/stderr): there is nothing to rename
 */
struct recfile {
	FILE *f;
	char *path;
	char temp[PATH_MAX];
	bool direct;
};

static int say(struct err *err, const char *path, int code)
{
	err_set(err, code, "%s: %s", path, strerror(code));
	if (code == ENOSPC || code == EDQUOT)
		err_remedy(err, "make room, or let --record name a file on another disk; no part "
				"of this record was kept");
	return -code;
}

/* A file without a name in the directory where @path is to be. Return: descriptor or -errno. */
static int open_unnamed(struct recfile *r)
{
	_cleanup_free_ char *copy = strdup(r->path);
	const char *dir;
	int fd;

	if (!copy)
		abort();
	dir = dirname(copy);
	fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd >= 0 ? fd : -errno;
	/* This file system has no unnamed files. */
	if (snprintf(r->temp, sizeof(r->temp), "%s/.tcplab-XXXXXX", dir) >= (int)sizeof(r->temp))
		return -ENAMETOOLONG;
	fd = mkostemp(r->temp, O_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}

int recfile_create(const char *path, struct recfile **out, struct err *err)
{
	struct recfile *r = calloc(1, sizeof(*r));
	struct stat st;
	bool exists = stat(path, &st) == 0;
	int fd;

	if (!r)
		abort();
	r->direct = exists && (!S_ISREG(st.st_mode) || strncmp(path, "/dev/", 5) == 0 ||
			       strncmp(path, "/proc/", 6) == 0);
	/* What a symbolic link names is replaced, not the link. */
	if (exists && !r->direct)
		r->path = realpath(path, NULL);
	if (!r->path)
		r->path = strdup(path);
	if (r->direct) {
		fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			fd = -errno;
	} else {
		fd = open_unnamed(r);
	}
	if (fd < 0) {
		recfile_abandon(r);
		return say(err, path, -fd);
	}
	r->f = fdopen(fd, "w");
	if (!r->f)
		abort();
	*out = r;
	return 0;
}

int recfile_line(struct recfile *r, const char *line, size_t len, struct err *err)
{
	if (fwrite(line, 1, len, r->f) != len || fputc('\n', r->f) == EOF)
		return say(err, r->path, errno);
	return 0;
}

/* linkat(2) does not replace: link under a name of our own, then rename over the old file. */
static int name_it(struct recfile *r)
{
	char proc[64];

	if (!r->temp[0]) {
		_cleanup_free_ char *copy = strdup(r->path);

		if (!copy)
			abort();
		snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fileno(r->f));
		if (linkat(AT_FDCWD, proc, AT_FDCWD, r->path, AT_SYMLINK_FOLLOW) == 0)
			return 0;
		if (errno != EEXIST)
			return -errno;
		if (snprintf(r->temp, sizeof(r->temp), "%s/.tcplab-%ld", dirname(copy),
			     (long)getpid()) >= (int)sizeof(r->temp))
			return -ENAMETOOLONG;
		if (linkat(AT_FDCWD, proc, AT_FDCWD, r->temp, AT_SYMLINK_FOLLOW) != 0)
			return -errno;
	}
	if (rename(r->temp, r->path) != 0)
		return -errno;
	r->temp[0] = '\0';
	return 0;
}

int recfile_commit(struct recfile *r, struct err *err)
{
	int rc = 0;

	if (fflush(r->f) != 0)
		rc = say(err, r->path, errno);
	if (rc == 0 && !r->direct) {
		rc = name_it(r);
		if (rc != 0)
			say(err, r->path, -rc);
	}
	recfile_abandon(r);
	return rc;
}

void recfile_abandon(struct recfile *r)
{
	if (!r)
		return;
	if (r->f)
		fclose(r->f);
	if (r->temp[0])
		unlink(r->temp);
	free(r->path);
	free(r);
}

static int check_header(const char *path, const json_t *ev, struct err *err)
{
	const json_t *format = json_object_get(ev, "format");

	if (!field_is(ev, "ev", "header") || !json_is_integer(format)) {
		err_set(err, EINVAL,
			"%s:1: this is not a tcplab record: it does not begin with a header", path);
		return err_remedy(err, "make one with `tcplab run LAB --record FILE`");
	}
	if (json_integer_value(format) > RECORD_FORMAT || json_integer_value(format) < 1) {
		err_set(err, EINVAL,
			"%s:1: the record has format %lld, and this tcplab reads up to %d", path,
			(long long)json_integer_value(format), RECORD_FORMAT);
		return err_remedy(err, "use the tcplab that made it (%s) or a newer one",
				  field_text(ev, "tcplab"));
	}
	return 0;
}

int recfile_read(const char *path, recfile_fn *fn, void *arg, struct err *err)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	_cleanup_free_ char *line = NULL;
	bool verdict = false;
	size_t room = 0, n = 0;
	ssize_t len;

	if (!f)
		return say(err, path, errno);
	while ((len = getline(&line, &room, f)) > 0) {
		json_error_t je;
		json_t *ev = json_loadb(line, (size_t)len, 0, &je);
		int rc = 0;

		n++;
		if (!json_is_object(ev) && n > 1 && line[len - 1] != '\n') {
			json_decref(ev);
			break; /* cut off in the middle of a line */
		}
		if (!json_is_object(ev))
			rc = n == 1 ? check_header(path, NULL, err)
				    : err_set(err, EINVAL, "%s:%zu: not an event: %s", path, n,
					      je.text);
		else if (n == 1)
			rc = check_header(path, ev, err);
		verdict = field_is(ev, "ev", "verdict");
		if (rc == 0)
			rc = fn(arg, ev, err);
		json_decref(ev);
		if (rc < 0)
			return rc;
	}
	if (ferror(f))
		return say(err, path, errno);
	if (n == 0)
		return check_header(path, NULL, err);
	if (!verdict) {
		err_set(err, ENODATA, "%s:%zu: the record was cut off: it has no verdict", path, n);
		return err_remedy(err, "what there is was shown; run the lab again for the rest");
	}
	return 0;
}
