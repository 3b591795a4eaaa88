/* SPDX-License-Identifier: MIT */
#ifndef NETNS_USERNS_H
#define NETNS_USERNS_H

struct err;

/**
 * userns_explain() - add to @err why this machine refuses namespaces to us, and
 * the one remedy, as far as it can be found out.
 * @code:     the errno of the refused call, positive, as in @err
 * @proc_sys: "/proc/sys"; a test has one of its own
 * Return: -@code; @err keeps its message, with the cause added.
 */
int userns_explain(int code, const char *proc_sys, struct err *err);

#endif
