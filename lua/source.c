/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "confine.h"
#include "text.h"

#define SHOWN 100

void source_free(struct source *s)
{
	free(s->block);
	s->block = NULL;
}

int source_read(struct source *s, const char *path, struct err *err)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	size_t have = 0;
	ssize_t n;

	if (fd < 0)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(err, EISDIR, "%s is a directory, not a lab", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "%s is not a regular file", path);
	if ((size_t)st.st_size > SOURCE_MAX)
		return err_set(err, EFBIG, "%s has %lld bytes; a lab has at most %zu", path,
			       (long long)st.st_size, SOURCE_MAX);
	s->block = confine_malloc((size_t)st.st_size + 1);
	if (!s->block)
		return err_set(err, ENOMEM, "%s: out of memory", path);
	while (have < (size_t)st.st_size) {
		n = read(fd, s->block + have, (size_t)st.st_size - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, errno, "reading %s: %s", path, strerror(errno));
		if (n == 0)
			break;
		have += (size_t)n;
	}
	s->text = s->block;
	s->len = have;
	if (s->len >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0) {
		s->text += 3;
		s->len -= 3;
	}
	if (s->len > 0 && s->text[0] == '\x1b') {
		err_set(err, EINVAL, "%s is compiled Lua, which tcplab does not load", path);
		return err_remedy(err, "give the text of the lab");
	}
	return 0;
}

int source_syntax(const struct source *s, const char *path, const char *message, struct err *err)
{
	const char *line = s->text, *end = s->text + s->len, *eol, *at = NULL, *near;
	char number[24], shown[SHOWN + 1], token[SHOWN + 1] = "";
	size_t column = 0, len, width = 1;
	long n;

	/* The message begins with a short form of the path, which may contain colons. */
	near = strstr(message, ".lua:");
	near = near ? near + 5 : strchr(message, ':');
	while (near && *near == ':')
		near++;
	n = near ? strtol(near, (char **)&at, 10) : 0;
	if (n <= 0 || !at || *at != ':')
		return err_set(err, EINVAL, "%s", message);
	for (long i = 1; i < n && line < end; i++) {
		eol = memchr(line, '\n', (size_t)(end - line));
		line = eol ? eol + 1 : end;
	}
	eol = memchr(line, '\n', (size_t)(end - line));
	len = (size_t)((eol ? eol : end) - line);
	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	snprintf(shown, sizeof(shown), "%.*s", (int)(len > SHOWN ? SHOWN : len), line);
	near = strstr(message, " near '");
	if (near) {
		snprintf(token, sizeof(token), "%s", near + 7);
		if (strrchr(token, '\''))
			*strrchr(token, '\'') = '\0';
		near = token[0] ? strstr(shown, token) : NULL;
		column = near ? (size_t)(near - shown) : 0;
		width = near ? strlen(token) : 1;
	} else {
		/* "near <eof>": the end of the line. */
		column = strlen(shown);
	}
	text_clean(shown);
	snprintf(number, sizeof(number), "%5ld", n);
	err_set(err, EINVAL, "%s:%ld%s\n%s | %s\n%*s | %*s%.*s", path, n, at, number, shown,
		(int)strlen(number), "", (int)column, "", (int)(width > 60 ? 60 : width),
		"^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~");
	text_clean(err->msg);
	return -EINVAL;
}
