/* SPDX-License-Identifier: MIT */
#include "duration.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "err.h"

#define NS_PER_MIN   (60 * NS_PER_S)
#define NS_PER_H     (60 * NS_PER_MIN)
#define DURATION_MAX (1000 * NS_PER_H)

/* More digits than any duration below the limit has, few enough not to overflow 128 bits. */
#define MAX_DIGITS 18

static const struct unit {
	const char *name;
	int64_t ns;
} units[] = {
	{ "ns", 1 },       { "us", NS_PER_US },   { "ms", NS_PER_MS },
	{ "s", NS_PER_S }, { "min", NS_PER_MIN }, { "h", NS_PER_H },
};

static int not_a_duration(struct err *err, const char *text, const char *problem)
{
	err_set(err, EINVAL, "'%.40s' is not a duration: %s", text, problem);
	return err_remedy(err, "write a number and a unit (ns, us, ms, s, min or h), "
			       "such as \"250us\", \"50ms\", \"1.5s\" or \"2min\"");
}

/* Return: how many digits there were, or -1 for too many; *@pos is moved past them. */
static int read_digits(const char **pos, uint64_t *value, uint64_t *scale)
{
	int n = 0;

	for (; **pos >= '0' && **pos <= '9'; (*pos)++, n++) {
		if (n == MAX_DIGITS)
			return -1;
		*value = *value * 10 + (uint64_t)(**pos - '0');
		*scale *= 10;
	}
	return n;
}

static const struct unit *find_unit(const char *name)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	}
	return NULL;
}

int duration_parse(const char *text, int64_t *ns, struct err *err)
{
	uint64_t whole = 0, part = 0, scale = 1, ignored = 1;
	const struct unit *unit;
	const char *pos = text;
	bool negative = *pos == '-';
	unsigned __int128 total;
	int n, m = 0;

	if (negative)
		pos++;
	n = read_digits(&pos, &whole, &ignored);
	if (n == 0)
		return not_a_duration(err, text, "it does not start with a number");
	if (n > 0 && *pos == '.') {
		pos++;
		m = read_digits(&pos, &part, &scale);
		if (m == 0)
			return not_a_duration(err, text, "no digit follows the point");
	}
	if (n < 0 || m < 0)
		return not_a_duration(err, text, "it has too many digits");
	/* One space may stand before the unit, so that what duration_format() wrote can be read. */
	if (*pos == ' ' && pos[1])
		pos++;
	unit = find_unit(pos);
	if (!unit && !*pos && whole == 0 && part == 0)
		unit = &units[0];
	if (!unit)
		return not_a_duration(err, text, *pos ? "unknown unit" : "the unit is missing");

	total = (unsigned __int128)part * (uint64_t)unit->ns;
	if (total % scale)
		return not_a_duration(err, text, "it is finer than a nanosecond");
	total = total / scale + (unsigned __int128)whole * (uint64_t)unit->ns;
	if (negative)
		return err_set(err, ERANGE, "'%.40s' is out of range: a duration is never negative",
			       text);
	if (total > (uint64_t)DURATION_MAX)
		return err_set(err, ERANGE,
			       "'%.40s' is out of range: the longest duration is 1000 h", text);
	*ns = (int64_t)total;
	return 0;
}

/*
 * Write @ns in @unit with three significant digits and no trailing zeros.
 * Return: false when rounding makes it 1000 or more, which is the next unit's.
 */
static bool format_in(uint64_t ns, const struct unit *unit, const char *sign,
		      char buf[static DURATION_MAX_TEXT])
{
	uint64_t scaled = (uint64_t)unit->ns;
	uint64_t step = ns >= 100 * scaled  ? scaled
			: ns >= 10 * scaled ? scaled / 10
					    : scaled / 100;
	int decimals = ns >= 100 * scaled ? 0 : ns >= 10 * scaled ? 1 : 2;
	uint64_t value;
	char digits[24];
	size_t len;

	if (step == 0) { /* nanoseconds have no parts */
		step = 1;
		decimals = 0;
	}
	value = (ns + step / 2) / step * step;
	if (value >= 1000 * scaled)
		return false;
	/* Rounding may have gained a digit before the point (9.999 -> 10.00); the zeros go below.
	 */
	len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, value / scaled);
	if (decimals > 0)
		len += (size_t)snprintf(digits + len, sizeof(digits) - len, ".%0*" PRIu64, decimals,
					value % scaled / step);
	while (decimals > 0 && digits[len - 1] == '0')
		digits[--len] = '\0';
	if (digits[len - 1] == '.')
		digits[--len] = '\0';
	snprintf(buf, DURATION_MAX_TEXT, "%s%s %s", sign, digits, unit->name);
	return true;
}

const char *duration_format(int64_t ns, char buf[static DURATION_MAX_TEXT])
{
	uint64_t abs = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	const char *sign = ns < 0 ? "-" : "";
	uint64_t s, min;

	if (abs == 0) {
		strcpy(buf, "0 s");
		return buf;
	}
	/* Half a step of three digits below a minute is where "60 s" would begin. */
	if (abs < (uint64_t)(NS_PER_MIN - NS_PER_S / 20)) {
		for (size_t i = 0; i < 4; i++) {
			if (abs < 1000 * (uint64_t)units[i].ns &&
			    format_in(abs, &units[i], sign, buf))
				return buf;
		}
	}
	s = (abs + NS_PER_S / 2) / NS_PER_S;
	min = s / 60;
	if (min < 60) {
		if (s % 60)
			snprintf(buf, DURATION_MAX_TEXT, "%s%" PRIu64 " min %" PRIu64 " s", sign,
				 min, s % 60);
		else
			snprintf(buf, DURATION_MAX_TEXT, "%s%" PRIu64 " min", sign, min);
		return buf;
	}
	min = (abs + NS_PER_MIN / 2) / NS_PER_MIN;
	if (min % 60)
		snprintf(buf, DURATION_MAX_TEXT, "%s%" PRIu64 " h %" PRIu64 " min", sign, min / 60,
			 min % 60);
	else
		snprintf(buf, DURATION_MAX_TEXT, "%s%" PRIu64 " h", sign, min / 60);
	return buf;
}
