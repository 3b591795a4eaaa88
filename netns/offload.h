/* SPDX-License-Identifier: MIT */
#ifndef NETNS_OFFLOAD_H
#define NETNS_OFFLOAD_H

struct err;

/**
 * offload_off() - make @ifname carry what a wire would: every segment cut to
 * the MSS, every checksum filled in, nothing merged.
 * @fd: any socket of the namespace that has the interface
 * Return: 0 or -errno.
 */
int offload_off(int fd, const char *ifname, struct err *err);

#endif
