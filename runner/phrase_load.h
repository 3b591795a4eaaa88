/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PHRASE_LOAD_H
#define RUNNER_PHRASE_LOAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "lang.h"

/** phrase_load() - a flood or a crash, as phrase_event(). Return: is it one? */
bool phrase_load(FILE *out, const json_t *ev, enum lang lang);

#endif
