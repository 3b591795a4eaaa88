/* SPDX-License-Identifier: MIT */
#include "rate.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "err.h"

/* Largest first, for rate_format(). */
static const struct {
	const char *name, *shown;
	int64_t bits;
} units[] = {
	{ "gbit", "Gbit/s", 1000000000 },
	{ "mbit", "Mbit/s", 1000000 },
	{ "kbit", "kbit/s", 1000 },
	{ "bit", "bit/s", 1 },
};

enum { N_UNITS = sizeof(units) / sizeof(units[0]) };

int rate_parse(const char *text, int64_t *rate, struct err *err)
{
	char *end;
	double value = strtod(text, &end);
	size_t i = 0;

	/* strtod() also takes signs, blanks, hexadecimal, and "infinity". */
	while (i < N_UNITS && strcasecmp(end, units[i].name) != 0)
		i++;
	if (!isdigit((unsigned char)text[0]) || text[1] == 'x' || text[1] == 'X' || i == N_UNITS)
		return err_set(err, EINVAL, "'%.40s' is no rate; write it \"10mbit\" or \"64kbit\"",
			       text);
	value *= (double)units[i].bits;
	if (!(value >= RATE_MIN && value <= (double)RATE_MAX))
		return err_set(err, ERANGE, "'%.40s' is out of range: 8bit to 32gbit", text);
	*rate = (int64_t)(value + 0.5);
	return 0;
}

const char *rate_format(int64_t rate, char buf[static RATE_MAX_TEXT])
{
	size_t i = 0;

	while (i < N_UNITS - 1 && rate < units[i].bits)
		i++;
	snprintf(buf, RATE_MAX_TEXT, "%.6g %s", (double)rate / (double)units[i].bits,
		 units[i].shown);
	return buf;
}
