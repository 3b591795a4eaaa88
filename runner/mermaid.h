/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_MERMAID_H
#define RUNNER_MERMAID_H

#include <stdio.h>

#include "lang.h"

struct rungs;

/** mermaid_write() - the ladder as a Mermaid sequenceDiagram. */
void mermaid_write(FILE *out, const struct rungs *r, enum lang lang);

#endif
