/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LADDER_CAUSE_H
#define RUNNER_LADDER_CAUSE_H

#include <stdbool.h>

/*
 * Which packets can change which states: the arrows of RFC 9293 figure 5, as
 * Linux walks them.
 */

/*
 * What one end knows of a packet.
 *
 * @outgoing: it sent it
 * @acks_fin: it acknowledges the FIN of this end
 * @flags:    letters as in the record; "I" for an ICMP error about a segment of this end
 */
struct cause {
	bool outgoing, acks_fin;
	char flags[16];
};

/** cause_possible() - can @c change anything for an end in @state? */
bool cause_possible(const struct cause *c, const char *state);

/** cause_explains() - can @c have taken an end from @from to @to? */
bool cause_explains(const struct cause *c, const char *from, const char *to);

#endif
