/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PHRASE_NET_H
#define RUNNER_PHRASE_NET_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "lang.h"

/** phrase_net() - phrase_event() for what a lab does to the network. Return: false when it is
 * another event. */
bool phrase_net(FILE *out, const json_t *ev, enum lang lang);

#endif
