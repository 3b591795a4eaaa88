/* SPDX-License-Identifier: MIT */
#ifndef NETNS_WIRE_H
#define NETNS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "impair.h"
#include "rule.h"

struct wire;

/*
 * The relay in user space. By itself it is a back end for impairments (impair_wire). It also does
 * what acts on named packets, for every back end: in front of netem it hands on at once what it
 * does not keep, through the interfaces' queueing disciplines.
 */

/**
 * wire_open() - take over forwarding between the ports. What reached the network before is not
 * touched: somebody else forwarded it.
 * @qdisc: leave delay, loss and the like to the interfaces' queueing disciplines
 * Return: 0 or -errno.
 */
int wire_open(const struct netns *net, const struct port *ports, size_t n_ports, uint64_t seed,
	      bool qdisc, impair_told_fn *told, void *told_arg, struct wire **out, struct err *err);
void wire_close(struct wire *w);
int wire_fd(const struct wire *w);
int wire_work(struct wire *w, struct err *err);

/** wire_rules() - its rules, to be added to and asked about. */
struct rules *wire_rules(struct wire *w);

/** wire_release() - what a rule holds goes on its way now; the rule is over. Return: 0 or -errno.
 */
int wire_release(struct wire *w, int rule, bool reverse, struct err *err);

/**
 * wire_inject() - a frame of craft_frame() begins its way to port @to, as if it had just reached
 * the network. Rules do not see it. Return: 0 or -errno.
 */
int wire_inject(struct wire *w, size_t to, uint8_t *frame, size_t len, struct err *err);

/** wire_plug() - plug a port's cable in, or pull it out: nothing passes, either way. */
void wire_plug(struct wire *w, size_t port, bool in);

#endif
