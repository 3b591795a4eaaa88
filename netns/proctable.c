/* SPDX-License-Identifier: MIT */
#include "proctable.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

/* Longer than any name of any kernel, short enough for a message. */
#define MAX_NAME 63

/* Some 450 columns exist; a file with more than this is not what it says. */
#define MAX_COLUMNS 4096

/* A piece of the text, not terminated. */
struct slice {
	const char *at;
	size_t len;
};

/* Where the reader is. */
struct reader {
	struct slice rest;
	unsigned line;
	size_t column; /* counted through the whole file */
};

static int malformed(const struct proctable *t, unsigned line, const char *problem, struct err *err)
{
	return err_set(err, EBADMSG, "%s:%u: %s", t->file, line, problem);
}

/* Cut off the next line, without its newline. Return: false at the end of the text. */
static bool next_line(struct reader *r, struct slice *line)
{
	const char *end;

	if (r->rest.len == 0)
		return false;
	end = memchr(r->rest.at, '\n', r->rest.len);
	line->at = r->rest.at;
	line->len = end ? (size_t)(end - r->rest.at) : r->rest.len;
	r->rest.at += line->len + (end != NULL);
	r->rest.len -= line->len + (end != NULL);
	r->line++;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cut off the next word. Return: false when only blanks are left. */
static bool next_word(struct slice *line, struct slice *word)
{
	while (line->len > 0 && is_blank(*line->at)) {
		line->at++;
		line->len--;
	}
	*word = (struct slice){ .at = line->at };
	while (line->len > 0 && !is_blank(*line->at)) {
		line->at++;
		line->len--;
		word->len++;
	}
	return word->len > 0;
}

/* Names are letters and digits, so that no counter can carry a terminal escape. */
static bool is_name(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_'))
			return false;
	}
	return s.len > 0;
}

/* A number as the kernel prints it: %lu, %llu, and %ld for Tcp MaxConn, which is -1. */
static bool read_number(struct slice s, uint64_t *value)
{
	bool negative = s.len > 0 && *s.at == '-';
	uint64_t v = 0;

	if (s.len == (size_t)negative)
		return false;
	for (size_t i = negative; i < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.at[i] - '0'), &v))
			return false;
	}
	*value = negative ? -v : v;
	return true;
}

/* By length first: what is compared with may hold a NUL, and then no name is equal to it. */
static bool is_called(const struct proctable_entry *e, struct slice prefix, struct slice name)
{
	return e->len == prefix.len + name.len && memcmp(e->name, prefix.at, prefix.len) == 0 &&
	       memcmp(e->name + prefix.len, name.at, name.len) == 0;
}

/* Make room for one more. Return: false when there is no memory. */
static bool grow(void **array, size_t *room, size_t used, size_t size)
{
	size_t more = *room ? 2 * *room : 128;
	void *bigger;

	if (used < *room)
		return true;
	bigger = reallocarray(*array, more, size);
	if (!bigger)
		return false;
	*array = bigger;
	*room = more;
	return true;
}

static int no_memory(const struct proctable *t, struct err *err)
{
	return err_set(err, ENOMEM, "no memory for the counters of %s", t->file);
}

static int add_entry(struct proctable *t, struct slice prefix, struct slice name, struct err *err)
{
	size_t len = prefix.len + name.len;
	char *full;

	if (!grow((void **)&t->entries, &t->room_entries, t->n_entries, sizeof(*t->entries)))
		return no_memory(t, err);
	full = malloc(len + 1);
	if (!full)
		return no_memory(t, err);
	memcpy(full, prefix.at, prefix.len);
	memcpy(full + prefix.len, name.at, name.len);
	full[len] = '\0';
	t->entries[t->n_entries++] = (struct proctable_entry){ .name = full, .len = len };
	return 0;
}

/*
 * The entry for the column that the reader is at: the same as last time in all
 * but a few cases, else found by name, else new. Return: NULL with @err when
 * there can be none.
 */
static struct proctable_entry *entry_at(struct proctable *t, const struct reader *r,
					struct slice prefix, struct slice name, struct err *err)
{
	size_t i = 0;

	if (r->column < t->n_order && is_called(&t->entries[t->order[r->column]], prefix, name))
		return &t->entries[t->order[r->column]];
	if (r->column >= MAX_COLUMNS || prefix.len + name.len > MAX_NAME || !is_name(name)) {
		malformed(t, r->line, "this is no table of counters", err);
		return NULL;
	}
	while (i < t->n_entries && !is_called(&t->entries[i], prefix, name))
		i++;
	if (i == t->n_entries && add_entry(t, prefix, name, err) < 0)
		return NULL;
	if (r->column == t->n_order) {
		if (!grow((void **)&t->order, &t->room_order, t->n_order, sizeof(*t->order))) {
			no_memory(t, err);
			return NULL;
		}
		t->n_order++;
	}
	t->order[r->column] = i;
	return &t->entries[i];
}

static int store(struct proctable *t, struct reader *r, struct slice prefix, struct slice name,
		 struct slice number, struct err *err)
{
	struct proctable_entry *e;
	uint64_t value;

	if (!read_number(number, &value))
		return malformed(t, r->line, "a value is not a number of 64 bits", err);
	e = entry_at(t, r, prefix, name, err);
	if (!e)
		return -err->code;
	r->column++;
	e->value = value;
	if (t->reads == 0)
		e->base = value;
	return 0;
}

static int read_pairs(struct proctable *t, struct reader *r, struct err *err)
{
	struct slice names, values, prefix, same, name, number;

	while (next_line(r, &names)) {
		if (!next_word(&names, &prefix) || prefix.at[prefix.len - 1] != ':')
			return malformed(t, r->line,
					 "a line does not begin with a name and a colon", err);
		if (!next_line(r, &values))
			return malformed(t, r->line, "the line of values is missing", err);
		if (!next_word(&values, &same) || same.len != prefix.len ||
		    memcmp(same.at, prefix.at, prefix.len) != 0)
			return malformed(t, r->line,
					 "the line of values belongs to other names than the line "
					 "above",
					 err);
		prefix.len--; /* the colon */
		if (!is_name(prefix))
			return malformed(t, r->line, "this is no table of counters", err);
		while (next_word(&names, &name)) {
			int rc;

			if (!next_word(&values, &number))
				return malformed(t, r->line, "there are fewer values than names",
						 err);
			rc = store(t, r, prefix, name, number, err);
			if (rc < 0)
				return rc;
		}
		if (next_word(&values, &number))
			return malformed(t, r->line, "there are more values than names", err);
	}
	return 0;
}

static int read_lines(struct proctable *t, struct reader *r, struct err *err)
{
	const struct slice no_prefix = { .at = "" };
	struct slice line, name, number, extra;

	while (next_line(r, &line)) {
		int rc;

		if (!next_word(&line, &name) || !next_word(&line, &number) ||
		    next_word(&line, &extra))
			return malformed(t, r->line, "a line is not a name and a value", err);
		rc = store(t, r, no_prefix, name, number, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int proctable_read(struct proctable *t, const char *text, size_t len, struct err *err)
{
	struct reader r = { .rest = { .at = text, .len = len } };
	int rc = -EINVAL;

	switch (t->layout) {
	case PROCTABLE_PAIRS:
		rc = read_pairs(t, &r, err);
		break;
	case PROCTABLE_LINES:
		rc = read_lines(t, &r, err);
		break;
	}
	if (rc < 0)
		return rc;
	if (r.column == 0)
		return malformed(t, r.line, "there are no counters in it", err);
	t->reads++;
	return 0;
}

const struct proctable_entry *proctable_find(const struct proctable *t, const char *prefix,
					     const char *name)
{
	const struct slice first = { .at = prefix, .len = strlen(prefix) };
	const struct slice second = { .at = name, .len = strlen(name) };

	for (size_t i = 0; i < t->n_entries; i++) {
		if (is_called(&t->entries[i], first, second))
			return &t->entries[i];
	}
	return NULL;
}

int64_t proctable_moved(const struct proctable_entry *e)
{
	return (int64_t)(e->value - e->base);
}

void proctable_free(struct proctable *t)
{
	for (size_t i = 0; i < t->n_entries; i++)
		free(t->entries[i].name);
	free(t->entries);
	free(t->order);
	t->entries = NULL;
	t->order = NULL;
	t->n_entries = t->n_order = t->room_entries = t->room_order = 0;
}
