/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include <string.h>

void crowd_announce(struct crowds *c, const struct endpoint *to, int from, bool on)
{
	size_t i = 0;

	while (i < c->n && (!endpoint_equal(&c->crowd[i].to, to) || c->crowd[i].from != from))
		i++;
	if (i == CROWD_MAX)
		memmove(c->crowd, c->crowd + 1, --i * sizeof(*c->crowd));
	else if (i == c->n)
		c->n++;
	c->crowd[i] = (struct crowd){ .to = *to, .from = from, .on = on };
}

bool crowd_has(struct crowds *c, const struct endpoint *a, int host_a, const struct endpoint *b,
	       int host_b, bool opens)
{
	for (size_t i = 0; i < c->n; i++) {
		struct crowd *k = &c->crowd[i];

		if (!(endpoint_equal(a, &k->to) && host_b == k->from) &&
		    !(endpoint_equal(b, &k->to) && host_a == k->from))
			continue;
		if (!k->on)
			return !opens;
		return k->shown++ >= CROWD_SHOWN;
	}
	return false;
}
