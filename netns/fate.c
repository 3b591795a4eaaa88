/* SPDX-License-Identifier: MIT */
/*
 * What chance and a full queue make of a frame. The model is sch_netem's
 * (netem_enqueue(), Linux 6.1 to 6.18), so that a lab means the same by its
 * link whoever plays it. A frame goes through these in this order:
 *
 *   lose()      by chance, or by the state of the Gilbert-Elliott chain: one step of
 *               the chain for each frame, the loss by the state before the step
 *   duplicate   a frame that is not lost comes twice; the second copy has a fate of
 *               its own, but is not duplicated again. A frame that is both duplicated and
 *               lost comes once
 *   corrupt     one bit flips
 *   queue       @limit frames under way: it is dropped
 *   schedule()  the delay, with jitter, or none for one that is let past the others
 *               (reordering); with a rate, not before the one ahead is
 *               sent, and then the time that its own bytes take
 *
 * Chance: struct rolls is the whole of what a frame draws, in the order of its members, and a
 * frame draws all of it whatever the impairments are. So the n-th frame towards a port
 * has the same luck when another impairment, or another number, is set: what is
 * lost at 10 % is lost at 20 % too. Second copies draw from a generator of their own, for the
 * same reason.
 *
 * Where netem differs: it flips any bit of the frame, Ethernet and IP headers
 * included, so that not every corrupted packet reaches TCP (or is hurt at all: the
 * sender's MAC address is not looked at); fate_flip() spares the headers, as a link
 * does whose frames have a checksum and whose routers have bad memory.
 *
 * Not handled: correlations, slots, ECN marks instead of losses.
 */
#include "fate.h"

#include <linux/if_ether.h>

#include "duration.h"

/* Numbers in [0, 1), and two that pick. */
struct rolls {
	double step, loss, duplicate, corrupt;
	uint64_t flip;
	double reorder;
	uint64_t jitter;
};

static struct rolls roll(struct dice *d)
{
	struct rolls r;

	r.step = dice_unit(d);
	r.loss = dice_unit(d);
	r.duplicate = dice_unit(d);
	r.corrupt = dice_unit(d);
	r.flip = dice_roll(d);
	r.reorder = dice_unit(d);
	r.jitter = dice_roll(d);
	return r;
}

void fate_begin(struct fate *f, uint64_t seed, size_t port)
{
	*f = (struct fate){ .latest = INT64_MIN };
	for (size_t i = 0; i < FATE_MAX; i++)
		dice_seed(&f->dice[i], seed, port | i << 32);
}

/* netem begins in the good state with each change too, and counts the gap anew. */
void fate_set(struct fate *f, const struct impairment *imp)
{
	f->imp = *imp;
	f->bad = false;
	f->since = 0;
}

static bool lose(struct fate *f, const struct rolls *r)
{
	const struct impairment *imp = &f->imp;
	bool bad = f->bad;

	if (!impairment_bursts(imp))
		return r->loss < imp->loss;
	if (r->step < (bad ? imp->burst.r : imp->burst.p))
		f->bad = !bad;
	return r->loss < (bad ? imp->burst.bad : imp->burst.good);
}

/* The time that @len bytes take at @rate, which counts whole bytes as netem does. */
static int64_t sending_time(size_t len, int64_t rate)
{
	return (int64_t)len * NS_PER_S / (rate / 8);
}

static int64_t schedule(struct fate *f, int64_t t, size_t len, const struct rolls *r)
{
	const struct impairment *imp = &f->imp;
	int64_t due = t;

	if (imp->reorder > 0 && f->since >= imp->gap - 1 && r->reorder < imp->reorder) {
		f->since = 0;
		return due;
	}
	f->since++;
	due += imp->delay;
	if (imp->jitter > 0)
		due += jitter_offset(imp->distribution, imp->jitter, r->jitter);
	/* The early end of the normal distribution may be before the frame was sent. */
	if (due < t)
		due = t;
	if (imp->rate > 0)
		due = (due > f->latest ? due : f->latest) + sending_time(len, imp->rate);
	if (due > f->latest)
		f->latest = due;
	return due;
}

size_t fate_decide(struct fate *f, int64_t t, size_t len, struct departure out[FATE_MAX],
		   const char **why)
{
	const size_t limit = (size_t)(f->imp.limit > 0 ? f->imp.limit : IMPAIRMENT_LIMIT);
	struct rolls luck[FATE_MAX];
	size_t copies, n = 0;
	bool twice, lost;

	luck[0] = roll(&f->dice[0]);
	lost = lose(f, &luck[0]);
	twice = luck[0].duplicate < f->imp.duplicate;
	*why = "loss";
	if (lost && !twice)
		return 0;
	copies = 1;
	if (twice && !lost) {
		luck[1] = roll(&f->dice[1]);
		copies += !lose(f, &luck[1]);
	}
	for (size_t i = 0; i < copies; i++) {
		if (f->held + n >= limit) {
			*why = "queue";
			break;
		}
		out[n++] = (struct departure){
			.due = schedule(f, t, len, &luck[i]),
			.flip = luck[i].corrupt < f->imp.corrupt ? luck[i].flip | 1 : 0,
		};
	}
	return n;
}

void fate_flip(uint8_t *frame, size_t len, uint64_t flip)
{
	const uint8_t *ip = frame + ETH_HLEN;
	size_t from = ETH_HLEN + (ip[0] >> 4 == 6 ? 40u : (ip[0] & 0x0fu) * 4u);
	size_t bit;

	/* No more than a header: there is nothing behind it to flip. */
	if (from >= len)
		return;
	bit = (size_t)((flip >> 1) % ((len - from) * 8));
	frame[from + bit / 8] ^= (uint8_t)(1u << bit % 8);
}
