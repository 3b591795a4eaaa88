/* SPDX-License-Identifier: MIT */
#include "words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/err.h"

/* What a shell does something about, and we do not. */
#define SPECIAL "$`|&;<>()*?{}\n"

static int no_shell(char c, const char *text, struct err *err)
{
	if (c == '\n')
		err_set(err, EINVAL, "'%s' has more than one line", text);
	else
		err_set(err, EINVAL, "'%s': %c means nothing here, no shell reads the command",
			text, c);
	return err_remedy(err, "quote it, or let a shell do it: sh -c '…'");
}

/* One quoted part that begins after @quote. Return: where it ends, or NULL. */
static const char *quoted(const char *at, char quote, char **to)
{
	for (; *at && *at != quote; at++) {
		/* POSIX XCU 2.2.3: in double quotes a backslash is one unless it quotes these. */
		if (quote == '"' && *at == '\\' && at[1] && strchr("$`\"\\", at[1]))
			at++;
		*(*to)++ = *at;
	}
	return *at ? at + 1 : NULL;
}

/* One word. Return: 0 with @at behind it, or -EINVAL. */
static int word(const char **at, char **to, const char *text, struct err *err)
{
	const char *p = *at;

	if (*p == '~')
		return no_shell('~', text, err);
	while (*p && !strchr(" \t", *p)) {
		if (*p == '\'' || *p == '"') {
			const char quote = *p;

			p = quoted(p + 1, quote, to);
			if (!p)
				return err_set(err, EINVAL, "'%s': a %c without its second one",
					       text, quote);
		} else if (*p == '\\') {
			if (!p[1])
				return err_set(err, EINVAL, "'%s': a backslash at the end", text);
			*(*to)++ = p[1];
			p += 2;
		} else if (strchr(SPECIAL, *p)) {
			return no_shell(*p, text, err);
		} else {
			*(*to)++ = *p++;
		}
	}
	*(*to)++ = '\0';
	*at = p;
	return 0;
}

int words_split(const char *text, struct words_list *out, struct err *err)
{
	const char *at = text;
	char *to;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	/* No word becomes longer than it is written, its end included. */
	out->block = to = malloc(strlen(text) + 2);
	if (!to)
		abort();
	for (at += strspn(at, " \t"); rc == 0 && *at; at += strspn(at, " \t")) {
		if (out->n == WORDS_MAX) {
			rc = err_set(err, EINVAL, "a command of more than %d words", WORDS_MAX);
			break;
		}
		out->word[out->n++] = to;
		rc = word(&at, &to, text, err);
	}
	if (rc == 0 && (out->n == 0 || !out->word[0][0]))
		rc = err_set(err, EINVAL, "'%s' is no command", text);
	if (rc < 0)
		words_free(out);
	return rc;
}

void words_free(struct words_list *w)
{
	free(w->block);
	memset(w, 0, sizeof(*w));
}
