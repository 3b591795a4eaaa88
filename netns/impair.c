/* SPDX-License-Identifier: MIT */
#include "impair.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "duration.h"
#include "err.h"
#include "netns.h"

/* Best first. The last one works wherever packet sockets do. */
static const struct impair_ops *const backends[] = { &impair_netem, &impair_wire };

enum { N_BACKENDS = sizeof(backends) / sizeof(backends[0]) };

/* Signals need 22 minutes to Mars at its farthest; what is longer is a slip of the unit. */
#define DELAY_MAX (3600 * NS_PER_S)

int impairment_check(const struct impairment *imp, struct err *err)
{
	char text[DURATION_MAX_TEXT];

	if (imp->delay < 0 || imp->delay > DELAY_MAX)
		return err_set(err, ERANGE, "delay: %" PRId64 " ns is outside 0 to %s", imp->delay,
			       duration_format(DELAY_MAX, text));
	/* Written so that NaN is refused too. */
	if (!(imp->loss >= 0 && imp->loss <= 1))
		return err_set(err, ERANGE, "loss: %g is outside 0 to 1", imp->loss);
	return 0;
}

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

const struct impair_ops *impair_choose(const char *wanted, const struct netns *net, char *why,
				       size_t why_size, struct err *err)
{
	struct err answer = ERR_INIT;

	if (wanted)
		return named(wanted, net, why, why_size, err);
	snprintf(why, why_size, "the kernel's own");
	for (size_t i = 0; i < N_BACKENDS; i++) {
		if (probe_in(backends[i], net, &answer) == 0)
			return backends[i];
		/* The reason for the next choice is what the better one said. */
		snprintf(why, why_size, "%s", answer.msg);
	}
	*err = answer;
	err_context(err, "impairments: neither netem nor wire");
	return NULL;
}
