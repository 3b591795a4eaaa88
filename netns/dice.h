/* SPDX-License-Identifier: MIT */
#ifndef NETNS_DICE_H
#define NETNS_DICE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A seeded random generator: the same seed and stream give the same numbers on
 * every machine, which is what makes a lossy run repeatable. Not for secrets.
 *
 * @s: state; never all zero after dice_seed()
 */
struct dice {
	uint64_t s[4];
};

/** dice_seed() - begin @stream of @seed; streams of one seed have nothing to do with each other. */
void dice_seed(struct dice *d, uint64_t seed, uint64_t stream);

/** dice_roll() - Return: the next 64 bits. */
uint64_t dice_roll(struct dice *d);

/** dice_unit() - Return: the next number in [0, 1), all 53 bits of it random. */
double dice_unit(struct dice *d);

/**
 * dice_chance() - does something of @probability happen now? Takes one number
 * from the stream whatever the probability is: changing it in mid-run does not shift what follows.
 * Return: never true for 0, always true for 1.
 */
bool dice_chance(struct dice *d, double probability);

#endif
