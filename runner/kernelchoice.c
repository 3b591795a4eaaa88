/* SPDX-License-Identifier: MIT */
#include "kernelchoice.h"

#include <stdlib.h>
#include <string.h>

#include "../lua/lab.h"
#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/sandbox.h"

/* Longer than this, a person would rather have it on a virtual clock. */
#define LONG (15 * NS_PER_S)

static bool wants_lab_kernel(const struct lab_meta *m)
{
	for (size_t i = 0; i < m->n_needs; i++) {
		if (strcmp(m->needs[i], "lab kernel") == 0 ||
		    strcmp(m->needs[i], "virtual clock") == 0)
			return true;
	}
	return m->full_length > LONG || m->length > LONG;
}

static struct kernelchoice *choices(size_t n)
{
	struct kernelchoice *list = calloc(n, sizeof(*list));

	if (!list)
		abort();
	return list;
}

int kernelchoice_make(const char *wanted, const struct lab_meta *m, struct kernelchoice **list,
		      struct err *err)
{
	_cleanup_free_ struct kernel *kernels = NULL;
	size_t n = kernels_find(&kernels);
	int rc;

	if (strcmp(wanted, "all") == 0) {
		*list = choices(n + 1);
		(*list)[0].host = true;
		for (size_t i = 0; i < n; i++)
			(*list)[i + 1].kernel = kernels[i];
		return (int)n + 1;
	}
	*list = choices(1);
	if (strcmp(wanted, "host") == 0) {
		(*list)->host = true;
		return 1;
	}
	if (strcmp(wanted, "auto") == 0) {
		(*list)->host = n == 0 || (!wants_lab_kernel(m) && !sandbox_refused());
		if (!(*list)->host)
			(*list)->kernel = kernels[n - 1];
		return 1;
	}
	rc = kernels_get(wanted, &(*list)->kernel, err);
	return rc < 0 ? rc : 1;
}

const char *kernelchoice_name(const struct kernelchoice *c)
{
	return c->host ? "host" : c->kernel.version;
}

int kernelchoice_load(const struct kernelchoice *c, const char *path,
		      const struct lab_setting *params, size_t n_params, bool full,
		      struct lab **lab, struct err *err)
{
	const struct lab_load_options load = { .params = params,
					       .n_params = n_params,
					       .full = full || !c->host,
					       .virtual_clock = !c->host,
					       .server = c->server,
					       .kernel_release =
						       c->host ? NULL : c->kernel.version };

	return lab_load(path, &load, lab, err);
}
