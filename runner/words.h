/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_WORDS_H
#define RUNNER_WORDS_H

#include <stddef.h>

struct err;

#define WORDS_MAX 64

/*
 * A command in words.
 *
 * @word: NULL at the end; they lie in @block
 */
struct words_list {
	char *block;
	size_t n;
	const char *word[WORDS_MAX + 1];
};

/**
 * words_split() - as a shell splits words: blanks, quotes and backslashes, and nothing else. What
 * a shell would do something about ($HOME, *, |) is refused unless it is quoted.
 * Return: 0, or -EINVAL.
 */
int words_split(const char *text, struct words_list *out, struct err *err);
void words_free(struct words_list *w);

#endif
