/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_FIELD_H
#define RUNNER_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * Reading the fields of a record's events. A record may come from anywhere,
 * so a field that is missing or of another type reads as "" or 0: a view shows less then,
 * and never fails. Text that is read here is not yet safe to print (columns_clean()).
 */

/** field_text() - Return: borrowed, "" when it is not a string. */
static inline const char *field_text(const json_t *ev, const char *name)
{
	const char *s = json_string_value(json_object_get(ev, name));

	return s ? s : "";
}

/* No time or number of a run comes near it, and three of them can be added without overflow. */
#define FIELD_INT_MAX (INT64_C(1) << 60)

/** field_int() - Return: the integer, at most FIELD_INT_MAX in size; 0 when it is none. */
static inline json_int_t field_int(const json_t *ev, const char *name)
{
	json_int_t n = json_integer_value(json_object_get(ev, name));

	if (n > FIELD_INT_MAX)
		return FIELD_INT_MAX;
	return n < -FIELD_INT_MAX ? -FIELD_INT_MAX : n;
}

/** field_has() - is it there? */
static inline bool field_has(const json_t *ev, const char *name)
{
	return json_object_get(ev, name) != NULL;
}

/** field_true() - is it the value true? */
static inline bool field_true(const json_t *ev, const char *name)
{
	return json_is_true(json_object_get(ev, name));
}

/** field_is() - is it this text? */
static inline bool field_is(const json_t *ev, const char *name, const char *text)
{
	return strcmp(field_text(ev, name), text) == 0;
}

#endif
