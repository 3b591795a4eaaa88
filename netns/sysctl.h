/* SPDX-License-Identifier: MIT */
#ifndef NETNS_SYSCTL_H
#define NETNS_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct netns;

#define SYSCTL_MAX_VALUE 256

/*
 * A sysctl that every host starts with, so that a distribution's defaults
 * cannot change a lesson.
 *
 * @name:     dotted
 * @value:    what the file takes; of alternatives ("cubic|reno") the first that
 *            the kernel accepts
 * @optional: absent on some kernels that labs run on; missing is not an error
 * @why:      what depends on it
 */
struct sysctl_pin {
	const char *name;
	const char *value;
	bool optional;
	const char *why;
};

extern const struct sysctl_pin sysctl_pins[];
extern const size_t sysctl_n_pins;

/**
 * sysctl_get() / sysctl_set() - read or write a sysctl of a namespace.
 * @name: "net.ipv4.tcp_syncookies"; '/' is taken for '.' and the other way
 *        round as sysctl(8) does. Only names below net. are let through.
 * @value: read without its newline, tabs turned into spaces
 * Return: 0, or -errno: -EPERM outside net., -ENOENT unknown (the message
 * suggests the nearest name), -EINVAL a value the kernel refuses, -EACCES
 * read-only here (a global knob).
 */
int sysctl_get(const struct netns *ns, const char *name, char value[static SYSCTL_MAX_VALUE],
	       struct err *err);
int sysctl_set(const struct netns *ns, const char *name, const char *value, struct err *err);

/** sysctl_same() - do both names name the same one? False when one of them names none. */
bool sysctl_same(const char *a, const char *b);

/**
 * sysctl_pin_all() - see to it that @n namespaces have all that the table says.
 * @spaces: new ones, made one after the other, in which nothing was changed yet
 * Return: 0 or -errno.
 */
int sysctl_pin_all(const struct netns *const spaces[], size_t n, struct err *err);

#endif
