/* SPDX-License-Identifier: MIT */
/* The words that every view of a comparison has. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "compare_view.h"
#include "field.h"
#include "messages.h"

const char *compare_part_word(enum compare_part part, enum lang lang)
{
	switch (part) {
	case COMPARE_SETTINGS:
		return message(lang, MSG_COMPARE_SETTINGS);
	case COMPARE_VERDICT:
		return message(lang, MSG_COMPARE_VERDICT);
	case COMPARE_EXPECTS:
		return message(lang, MSG_COMPARE_EXPECTS);
	case COMPARE_STATES:
		return message(lang, MSG_COMPARE_STATES);
	case COMPARE_COUNTERS:
		return message(lang, MSG_COMPARE_COUNTERS);
	case COMPARE_VALUES:
		return message(lang, MSG_COMPARE_VALUES);
	case COMPARE_TIMES:
		return message(lang, MSG_COMPARE_TIMES);
	case COMPARE_PARTS:
		break;
	}
	return "";
}

static void say_count(FILE *out, enum compare_kind kind, size_t n, enum lang lang)
{
	switch (kind) {
	case COMPARE_SAME:
		message_say(out, lang, COMPARE_SUM_SAME, n);
		break;
	case COMPARE_ONLY_A:
		message_say(out, lang, COMPARE_SUM_ONLY_A, n);
		break;
	case COMPARE_ONLY_B:
		message_say(out, lang, COMPARE_SUM_ONLY_B, n);
		break;
	case COMPARE_TIME:
		message_say(out, lang, COMPARE_SUM_TIME, n);
		break;
	case COMPARE_OTHER:
		message_say(out, lang, COMPARE_SUM_OTHER, n);
		break;
	case COMPARE_KINDS:
		break;
	}
}

static FILE *text_open(char **text, size_t *size)
{
	FILE *f = open_memstream(text, size);

	if (!f)
		abort();
	return f;
}

char *compare_sum(const struct compare *c, enum lang lang)
{
	size_t count[COMPARE_KINDS], size;
	bool told = false;
	char *text = NULL;
	FILE *f = text_open(&text, &size);

	compare_count(c, count);
	for (size_t kind = 0; kind < COMPARE_KINDS; kind++) {
		if (!count[kind])
			continue;
		if (told)
			message_say(f, lang, COMPARE_SUM_BETWEEN);
		say_count(f, (enum compare_kind)kind, count[kind], lang);
		told = true;
	}
	fclose(f);
	return text;
}

char *compare_title(const struct compare *c, enum lang lang)
{
	const char *a = field_text(compare_header(c, 0), "lab"),
		   *b = field_text(compare_header(c, 1), "lab");
	char *text = NULL;
	size_t size;
	FILE *f = text_open(&text, &size);

	if (compare_other_labs(c))
		message_say(f, lang, COMPARE_TITLE_TWO, a, b);
	else
		message_say(f, lang, COMPARE_TITLE, *a ? a : b);
	fclose(f);
	return text;
}
