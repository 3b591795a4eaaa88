/* SPDX-License-Identifier: MIT */
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"

/*
 * @path: the name it is to get; @temp: its present one where the file system
 *        has no O_TMPFILE, else empty
 * @direct: @path is no regular file, or one that this process has open under
 *          another name (/dev/stderr): there is nothing to rename
 */
struct outfile {
	FILE *f;
	char *path;
	char temp[PATH_MAX];
	bool direct;
};

static int say(struct err *err, const char *path, int code)
{
	err_set(err, code, "%s: %s", path, strerror(code));
	if (code == ENOSPC || code == EDQUOT)
		err_remedy(err, "make room, or name a file on another disk; no part of this one "
				"was kept");
	return -code;
}

/* A file without a name in the directory where @path is to be. Return: descriptor or -errno. */
static int open_unnamed(struct outfile *r)
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

int outfile_create(const char *path, struct outfile **out, struct err *err)
{
	struct outfile *r = calloc(1, sizeof(*r));
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
		outfile_abandon(r);
		return say(err, path, -fd);
	}
	r->f = fdopen(fd, "w");
	if (!r->f)
		abort();
	*out = r;
	return 0;
}

int outfile_line(struct outfile *r, const char *line, size_t len, struct err *err)
{
	if (fwrite(line, 1, len, r->f) != len || fputc('\n', r->f) == EOF)
		return say(err, r->path, errno);
	return 0;
}

FILE *outfile_stream(struct outfile *r)
{
	return r->f;
}

/* linkat(2) does not replace: link under a name of our own, then rename over the old file. */
static int name_it(struct outfile *r)
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

int outfile_commit(struct outfile *r, struct err *err)
{
	int rc = 0;

	errno = 0;
	if (fflush(r->f) != 0 || ferror(r->f))
		rc = say(err, r->path, errno ? errno : EIO);
	if (rc == 0 && !r->direct) {
		rc = name_it(r);
		if (rc != 0)
			say(err, r->path, -rc);
	}
	outfile_abandon(r);
	return rc;
}

void outfile_abandon(struct outfile *r)
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
