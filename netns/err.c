/* SPDX-License-Identifier: MIT */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	err->code = code;
	err->remedy[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return -code;
}

/* Return: where the text in @msg now ends; what does not fit is cut. */
static size_t append(char *msg, size_t size, size_t at, const char *text)
{
	const size_t len = strnlen(text, size - 1 - at);

	memcpy(msg + at, text, len);
	msg[at + len] = '\0';
	return at + len;
}

int err_context(struct err *err, const char *fmt, ...)
{
	const size_t size = sizeof(err->msg);
	char inner[sizeof(err->msg)];
	va_list ap;
	int n;

	memcpy(inner, err->msg, sizeof(inner));
	va_start(ap, fmt);
	n = vsnprintf(err->msg, size, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < size)
		append(err->msg, size, append(err->msg, size, (size_t)n, ": "), inner);
	return -err->code;
}

int err_remedy(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->remedy, sizeof(err->remedy), fmt, ap);
	va_end(ap);
	return -err->code;
}

const char *err_name(int code)
{
	const char *name = strerrorname_np(code);

	return name ? name : "E?";
}
