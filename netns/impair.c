/* SPDX-License-Identifier: MIT */
#include "impair.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "netns.h"

/* Best first. The last one works wherever packet sockets do. */
static const struct impair_ops *const backends[] = { &impair_netem, &impair_wire };

enum { N_BACKENDS = sizeof(backends) / sizeof(backends[0]) };

static int run_probe(void *arg, struct err *err)
{
	const struct impair_ops *ops = arg;

	return ops->probe(err);
}

static int probe_in(const struct impair_ops *ops, const struct netns *net, struct err *err)
{
	return netns_call(net, run_probe, (void *)ops, err);
}

static const struct impair_ops *named(const char *wanted, const struct netns *net, char *why,
				      size_t why_size, struct err *err)
{
	for (size_t i = 0; i < N_BACKENDS; i++) {
		if (strcmp(backends[i]->name, wanted) != 0)
			continue;
		if (probe_in(backends[i], net, err) < 0) {
			err_context(err, "impairments by %s", wanted);
			return NULL;
		}
		snprintf(why, why_size, "asked for");
		return backends[i];
	}
	err_set(err, EINVAL, "impairments: no back end \"%s\"", wanted);
	err_remedy(err, "use netem or wire");
	return NULL;
}

/* Return: why not, or NULL. */
static const char *unfit(const struct impair_ops *ops, const struct impairment *toward, size_t n)
{
	const char *why = NULL;

	for (size_t i = 0; i < n && ops->unfit && !why; i++)
		why = ops->unfit(&toward[i]);
	return why;
}

const struct impair_ops *impair_choose(const char *wanted, const struct impairment *toward,
				       size_t n, const struct netns *net, char *why,
				       size_t why_size, struct err *err)
{
	struct err answer = ERR_INIT;

	if (wanted)
		return named(wanted, net, why, why_size, err);
	snprintf(why, why_size, "the kernel's own");
	for (size_t i = 0; i < N_BACKENDS; i++) {
		const char *worse = NULL;
		int rc = probe_in(backends[i], net, &answer);

		if (rc == 0)
			worse = unfit(backends[i], toward, n);
		if (rc == 0 && !worse)
			return backends[i];
		/* The reason for the next choice is what the better one said. */
		snprintf(why, why_size, "%s", worse ? worse : answer.msg);
	}
	*err = answer;
	err_context(err, "impairments: neither netem nor wire");
	return NULL;
}
