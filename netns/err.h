/* SPDX-License-Identifier: MIT */
#ifndef NETNS_ERR_H
#define NETNS_ERR_H

/*
 * The one error convention (CONTRIBUTING.md, "Failing"): a function that can
 * fail returns 0 or a negative errno and takes a caller-owned struct err as
 * its last argument, which it leaves untouched on success.
 *
 * @code:   the errno, positive
 * @msg:    what went wrong and where, innermost cause last
 * @remedy: what the reader can do about it; empty when unknown
 */
struct err {
	int code;
	char msg[768];
	char remedy[384];
};

#define ERR_INIT ((struct err){ .code = 0 })

/**
 * err_set() - state a failure.
 * Return: -@code, so that a caller can write `return err_set(...)`.
 */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/**
 * err_context() - put "what we were doing: " before the message, while unwinding.
 * Return: the negative errno that @err already carries.
 */
int err_context(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * err_remedy() - say what the reader can do.
 * Return: the negative errno that @err already carries.
 */
int err_remedy(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * err_name() - the symbol of an errno, as programmers write it ("EPIPE").
 * Return: a static string; "E?" for a number that libc does not know.
 */
const char *err_name(int code);

#endif
