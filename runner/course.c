/* SPDX-License-Identifier: MIT */
#include "course.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"

/* To place @to, from wherever behind it; the others keep their order. Return: is it there? */
static bool bring_to(size_t to, const char *id, char **ids, size_t n)
{
	for (size_t i = to; i < n; i++) {
		char *found = ids[i];

		if (strcmp(found, id) != 0)
			continue;
		memmove(&ids[to + 1], &ids[to], (i - to) * sizeof(*ids));
		ids[to] = found;
		return true;
	}
	return false;
}

int course_sort(const char *labs, char **ids, size_t n, struct err *err)
{
	_cleanup_free_ char *path = NULL, *line = NULL;
	_cleanup_fclose_ FILE *file = NULL;
	size_t room = 0, sorted = 0;

	if (asprintf(&path, "%s/course", labs) < 0)
		abort();
	file = fopen(path, "re");
	if (!file && errno == ENOENT)
		return 0;
	if (!file)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	while (getline(&line, &room, file) >= 0) {
		line[strcspn(line, "# \t\r\n")] = '\0';
		sorted += bring_to(sorted, line, ids, n);
	}
	if (ferror(file))
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	return 0;
}
