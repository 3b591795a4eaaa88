/* SPDX-License-Identifier: MIT */
#include "impairment.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "duration.h"
#include "err.h"
#include "rate.h"

/* Signals need 22 minutes to Mars at its farthest; what is longer is a slip of the unit. */
#define DELAY_MAX (3600 * NS_PER_S)

#define FIELD(group, member, name, kind, max)                                                      \
	{                                                                                          \
		group, name, kind, offsetof(struct impairment, member), max                        \
	}

/* In the order in which they are told. */
static const struct impairment_field fields[] = {
	FIELD(NULL, delay, "delay", IMPAIRMENT_TIME, DELAY_MAX),
	FIELD(NULL, jitter, "jitter", IMPAIRMENT_TIME, JITTER_MAX),
	FIELD(NULL, distribution, "distribution", IMPAIRMENT_WORD, 0),
	FIELD(NULL, loss, "loss", IMPAIRMENT_CHANCE, 1),
	FIELD("burst", burst.p, "p", IMPAIRMENT_CHANCE, 1),
	FIELD("burst", burst.r, "r", IMPAIRMENT_CHANCE, 1),
	FIELD("burst", burst.good, "good", IMPAIRMENT_CHANCE, 1),
	FIELD("burst", burst.bad, "bad", IMPAIRMENT_CHANCE, 1),
	FIELD(NULL, duplicate, "duplicate", IMPAIRMENT_CHANCE, 1),
	FIELD(NULL, reorder, "reorder", IMPAIRMENT_CHANCE, 1),
	FIELD(NULL, gap, "gap", IMPAIRMENT_COUNT, 1000000),
	FIELD(NULL, corrupt, "corrupt", IMPAIRMENT_CHANCE, 1),
	FIELD(NULL, rate, "rate", IMPAIRMENT_RATE, RATE_MAX),
	FIELD(NULL, limit, "limit", IMPAIRMENT_COUNT, IMPAIRMENT_LIMIT),
};

const struct impairment_field *impairment_field(size_t i)
{
	return i < sizeof(fields) / sizeof(fields[0]) ? &fields[i] : NULL;
}

static const void *member(const struct impairment *imp, const struct impairment_field *f)
{
	return (const char *)imp + f->at;
}

int64_t impairment_integer(const struct impairment *imp, const struct impairment_field *f)
{
	int64_t value;

	memcpy(&value, member(imp, f), sizeof(value));
	return value;
}

double impairment_chance(const struct impairment *imp, const struct impairment_field *f)
{
	double value;

	memcpy(&value, member(imp, f), sizeof(value));
	return value;
}

static int outside(const struct impairment_field *f, const struct impairment *imp, struct err *err)
{
	const char *group = f->group ? f->group : "", *dot = f->group ? "." : "";
	char text[DURATION_MAX_TEXT];

	switch (f->kind) {
	case IMPAIRMENT_TIME:
		return err_set(err, ERANGE, "%s: %" PRId64 " ns is outside 0 to %s", f->name,
			       impairment_integer(imp, f), duration_format(f->max, text));
	case IMPAIRMENT_CHANCE:
		return err_set(err, ERANGE, "%s%s%s: %g is outside 0 to 1", group, dot, f->name,
			       impairment_chance(imp, f));
	case IMPAIRMENT_COUNT:
		return err_set(err, ERANGE, "%s: %" PRId64 " is outside 0 to %" PRId64, f->name,
			       impairment_integer(imp, f), f->max);
	case IMPAIRMENT_RATE:
		return err_set(err, ERANGE, "%s: %" PRId64 " bit/s is outside %d to %" PRId64,
			       f->name, impairment_integer(imp, f), RATE_MIN, f->max);
	case IMPAIRMENT_WORD:
		return err_set(err, ERANGE, "%s: there is no number %d", f->name,
			       (int)imp->distribution);
	}
	return err_set(err, ERANGE, "%s: impossible", f->name);
}

static bool field_ok(const struct impairment_field *f, const struct impairment *imp)
{
	switch (f->kind) {
	case IMPAIRMENT_CHANCE: {
		double p = impairment_chance(imp, f);

		/* Written so that NaN is refused too. */
		return p >= 0 && p <= 1;
	}
	case IMPAIRMENT_RATE:
		if (impairment_integer(imp, f) != 0 && impairment_integer(imp, f) < RATE_MIN)
			return false;
		/* fall through */
	case IMPAIRMENT_TIME:
	case IMPAIRMENT_COUNT:
		return impairment_integer(imp, f) >= 0 && impairment_integer(imp, f) <= f->max;
	case IMPAIRMENT_WORD:
		return distribution_name(imp->distribution);
	}
	return false;
}

bool impairment_bursts(const struct impairment *imp)
{
	return imp->burst.p > 0 || imp->burst.good > 0;
}

/* Each field may be fine, and still not fit beside another one. */
static int check_together(const struct impairment *imp, struct err *err)
{
	char jitter[DURATION_MAX_TEXT], delay[DURATION_MAX_TEXT];

	if (imp->jitter > imp->delay)
		return err_set(err, ERANGE,
			       "jitter: %s is more than the delay of %s, and no packet can arrive "
			       "before it was sent",
			       duration_format(imp->jitter, jitter),
			       duration_format(imp->delay, delay));
	if (imp->loss > 0 && impairment_bursts(imp))
		return err_set(err, ERANGE,
			       "loss: %g together with burst: a link loses by one or the other",
			       imp->loss);
	if (imp->reorder > 0 && imp->delay == 0)
		return err_set(err, ERANGE,
			       "reorder: %g without a delay: there is nothing to overtake",
			       imp->reorder);
	if (imp->gap > 0 && imp->reorder == 0)
		return err_set(err, ERANGE, "gap: %" PRId64 " without reorder: it says which",
			       imp->gap);
	return 0;
}

int impairment_check(const struct impairment *imp, struct err *err)
{
	const struct impairment_field *f;

	for (size_t i = 0; (f = impairment_field(i)); i++) {
		if (!field_ok(f, imp))
			return outside(f, imp, err);
	}
	return check_together(imp, err);
}

bool impairment_none(const struct impairment *imp)
{
	return imp->delay == 0 && imp->loss == 0 && !impairment_bursts(imp) &&
	       imp->duplicate == 0 && imp->corrupt == 0 && imp->rate == 0 && imp->limit == 0;
}

static bool undecided(double p)
{
	return p > 0 && p < 1;
}

bool impairment_random(const struct impairment *imp)
{
	return undecided(imp->loss) || impairment_bursts(imp) || imp->jitter > 0 ||
	       undecided(imp->duplicate) || undecided(imp->reorder) || imp->corrupt > 0;
}
