/* SPDX-License-Identifier: MIT */
#ifndef NETNS_TAPFILTER_H
#define NETNS_TAPFILTER_H

struct err;

/**
 * tapfilter_attach() - from now on packet socket @fd gets TCP and ICMP errors
 * only. Return: 0 or -errno.
 */
int tapfilter_attach(int fd, struct err *err);

#endif
