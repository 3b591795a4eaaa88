/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LINKPHRASE_H
#define RUNNER_LINKPHRASE_H

#include <jansson.h>
#include <stdio.h>

#include "lang.h"

/** linkphrase_say() - what an `impair` event, or a host of the header, says of the way to a host
 * besides delay and loss; each begins with a comma. */
void linkphrase_say(FILE *out, const json_t *link, enum lang lang);

#endif
