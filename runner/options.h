/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_OPTIONS_H
#define RUNNER_OPTIONS_H

#include <stddef.h>

#include "lang.h"

struct err;
struct lab_setting;
struct options;

/* What help says, in both languages. */
struct words {
	const char *en, *zh;
};

/** words_in() - Return: borrowed. */
static inline const char *words_in(struct words w, enum lang lang)
{
	return lang == LANG_ZH ? w.zh : w.en;
}

/*
 * One option, for those who list them.
 *
 * @id:  its letter, where it has one; else 256 or more
 * @arg: NULL for a switch; in brackets when it may be left out
 */
struct option_words {
	int id;
	const char *name, *arg;
	struct words what;
};

/** options_table() - every option, in the order of the help. */
const struct option_words *options_table(size_t *n);

/**
 * options_apply() - one setting of --a or --b: `kernel`, `backend`, `seed`, HOST.SYSCTL, else a
 * parameter. It stands for what was said of that name before.
 * Return: 0 or -errno.
 */
int options_apply(struct options *o, const struct lab_setting *s, struct err *err);

/**
 * options_parse() - read the command line; options may stand before and after the subcommand.
 * Return: 0, 'h' or 'V' when help or the version is asked for, or -errno with the remedy.
 */
int options_parse(struct options *o, int argc, char **argv, struct err *err);

#endif
