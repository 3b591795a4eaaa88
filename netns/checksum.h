/* SPDX-License-Identifier: MIT */
#ifndef NETNS_CHECKSUM_H
#define NETNS_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * checksum_ok() - would its host take this Ethernet frame? Looks at the IPv4 header's
 * checksum and at TCP's (RFC 9293 section 3.1).
 * Return: false when one of them is wrong; true for all else, also for what is
 * no TCP, is a fragment, or has been cut off.
 */
bool checksum_ok(const uint8_t *frame, size_t len);

#endif
