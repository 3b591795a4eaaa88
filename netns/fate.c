/* SPDX-License-Identifier: MIT */
#include "fate.h"

#include <stdbool.h>

void fate_begin(struct fate *f, uint64_t seed, size_t port)
{
	*f = (struct fate){ .imp = { .delay = 0 } };
	dice_seed(&f->dice, seed, port);
}

void fate_set(struct fate *f, const struct impairment *imp)
{
	f->imp = *imp;
}

size_t fate_decide(struct fate *f, int64_t t, struct departure out[FATE_MAX])
{
	bool lost = dice_chance(&f->dice, f->imp.loss);

	out[0] = (struct departure){ .due = t + f->imp.delay };
	return lost ? 0 : 1;
}
