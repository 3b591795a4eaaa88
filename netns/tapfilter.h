/* SPDX-License-Identifier: MIT */
#ifndef NETNS_TAPFILTER_H
#define NETNS_TAPFILTER_H

struct err;
struct tap_flow;

/**
 * tapfilter_attach() - from now on packet socket @fd gets TCP and ICMP errors
 * only. Return: 0 or -errno.
 */
int tapfilter_attach(int fd, struct err *err);

/** tapfilter_attach_all() - all frames whatever. tapfilter_attach_but() - all but the segments of
 * one flow. Return: 0 or -errno. */
int tapfilter_attach_all(int fd, struct err *err);
int tapfilter_attach_but(int fd, const struct tap_flow *flow, struct err *err);

#endif
