/* SPDX-License-Identifier: MIT */
#ifndef NETNS_CHECKSUM_H
#define NETNS_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * checksum_ok() - would its host take this Ethernet frame? Looks at the IPv4 header's
 * checksum, at TCP's (RFC 9293 section 3.1) and at ICMP's.
 * Return: false when one of them is wrong; true for all else, also for what is
 * neither, is a fragment, or has been cut off.
 */
bool checksum_ok(const uint8_t *frame, size_t len);

/** checksum_put() - write at @at the checksum (RFC 1071) of @len bytes and of what @more is the sum
 * of; the field itself is 0 before. */
void checksum_put(uint8_t *at, const uint8_t *data, size_t len, uint64_t more);

/** checksum_pseudo6() - sum of the pseudo-header of @len bytes of ICMP, whose IPv6 @addrs stand one
 * after the other. */
uint64_t checksum_pseudo6(const uint8_t *addrs, size_t len);

#endif
