/* SPDX-License-Identifier: MIT */
#ifndef NETNS_CRAFT_H
#define NETNS_CRAFT_H

#include <stddef.h>
#include <stdint.h>

struct segment;

#define CRAFT_MAX_HEADERS (14 + 40 + 60)
#define CRAFT_MAX_PAYLOAD 1400

/**
 * craft_frame() - an Ethernet frame (its MAC addresses are zero) of a segment, with right
 * checksums: segment_parse() backwards. Cookies of TCP Fast Open are zeros.
 * @payload: its @seg->len bytes; NULL when nobody knows them: then the headers alone are written,
 *           which tell of them all the same, and there is no TCP checksum unless @seg->len is 0
 * @frame:   room for CRAFT_MAX_HEADERS and the payload
 * Return: how many bytes were written.
 */
size_t craft_frame(const struct segment *seg, const void *payload, uint8_t *frame);

#endif
