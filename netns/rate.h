/* SPDX-License-Identifier: MIT */
#ifndef NETNS_RATE_H
#define NETNS_RATE_H

#include <stdint.h>

struct err;

/* Rates are an int64_t in bits per second. One byte a second is the least; netem's rate is 32 bits
 * of bytes a second. */
enum { RATE_MIN = 8 };
#define RATE_MAX (INT64_C(32) * 1000 * 1000 * 1000)

/**
 * rate_parse() - read "10mbit", "64kbit", "1.5gbit", "9600bit"; units count in thousands.
 * Return: 0, -EINVAL naming the spelling, or -ERANGE outside RATE_MIN to RATE_MAX.
 */
int rate_parse(const char *text, int64_t *rate, struct err *err);

#define RATE_MAX_TEXT 32
/** rate_format() - "10 Mbit/s". Return: @buf. */
const char *rate_format(int64_t rate, char buf[static RATE_MAX_TEXT]);

#endif
