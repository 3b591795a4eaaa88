/* SPDX-License-Identifier: MIT */
/*
 * The generator is xoshiro256** 1.0, its state filled by SplitMix64: both are
 * by David Blackman and Sebastiano Vigna, who dedicated them to the public
 * domain (CC0, prng.di.unimi.it). Written here from the published recurrences.
 * Chosen because it is 10 lines, passes the known batteries, and is defined in
 * integer arithmetic only, so that a record made on one machine can be made
 * again on another. libc's random(3) promises none of this.
 */
#include "dice.h"

static uint64_t rotate_left(uint64_t x, unsigned int k)
{
	return x << k | x >> (64 - k);
}

/* SplitMix64: a Weyl sequence put through a bijective mixer. */
static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void dice_seed(struct dice *d, uint64_t seed, uint64_t stream)
{
	uint64_t state = stream;

	/*
	 * Mixing the stream before the seed is added keeps (seed 1, stream 0)
	 * and (seed 0, stream 1) apart.
	 */
	state = splitmix(&state) ^ seed;
	for (int i = 0; i < 4; i++)
		d->s[i] = splitmix(&state);
}

uint64_t dice_roll(struct dice *d)
{
	uint64_t *s = d->s;
	const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	const uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

double dice_unit(struct dice *d)
{
	return (double)(dice_roll(d) >> 11) * 0x1.0p-53;
}

bool dice_chance(struct dice *d, double probability)
{
	return dice_unit(d) < probability;
}
