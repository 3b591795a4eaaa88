/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LANG_H
#define RUNNER_LANG_H

#include <jansson.h>

struct err;

/* The languages of the course. English is the one that is always complete. */
enum lang { LANG_EN, LANG_ZH, LANG_COUNT };

/** lang_code() - "en", "zh": folder under content/ and key of a text in the record. */
const char *lang_code(enum lang lang);

/**
 * lang_parse() - "en", "zh", "zh_CN", "zh-Hans", …
 * Return: the language, or -EINVAL naming the known ones.
 */
int lang_parse(const char *text, struct err *err);

/**
 * lang_from_env() - from LC_ALL, LC_MESSAGES, LANG, in that order.
 * Return: a language; English by default.
 */
enum lang lang_from_env(void);

/**
 * lang_text() - the text in @lang, else English.
 * @text: a text object of the record
 * Return: borrowed, "" for NULL.
 */
const char *lang_text(const json_t *text, enum lang lang);

#endif
