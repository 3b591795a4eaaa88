/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_NETOPS_H
#define RUNNER_NETOPS_H

#include "../lua/netops.h"

/* What a lab can ask of the network, done by the engine (enginestate.h) and recorded. */
extern const struct lab_net_ops engine_net_ops;

#endif
