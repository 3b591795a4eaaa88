/* SPDX-License-Identifier: MIT */
#ifndef NETNS_DURATION_H
#define NETNS_DURATION_H

#include <stddef.h>
#include <stdint.h>

#include "clock.h"

struct err;

/*
 * Every time in tcplab is an int64_t in nanoseconds of CLOCK_MONOTONIC (clock.h).
 * Strings that people write ("50ms", "1.5s", "2min") are read here and
 * nowhere else.
 */
#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

/**
 * duration_parse() - read "250us", "50ms", "1.5s", "2min", "2h", "0".
 * @ns: the result, nanoseconds; a unit is required except for 0
 * Return: 0, or -EINVAL with a message that names the spelling and the remedy,
 * or -ERANGE beyond 1000 h. A negative duration is -ERANGE.
 */
int duration_parse(const char *text, int64_t *ns, struct err *err);

#define DURATION_MAX_TEXT 32

/**
 * duration_format() - the shortest of "250 us", "50 ms", "1.5 s", "2 min 5 s"
 * that keeps three significant digits below a minute.
 * Return: @buf.
 */
const char *duration_format(int64_t ns, char buf[static DURATION_MAX_TEXT]);

#endif
