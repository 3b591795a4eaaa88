/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_FRAME_H
#define RUNNER_FRAME_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../netns/craft.h"

/*
 * A frame as it stood on the wire, made again from what a record says of it. A record holds
 * headers only: the payload's length is known, its bytes are not. Numbers are the record's,
 * relative.
 *
 * @src, @dst: addresses in text
 * @host:      of the tapped interface, from 0, for the MAC addresses
 * @outgoing:  it leaves the host
 * @len:       of what @data holds
 * @wire_len:  with the payload
 */
struct frame {
	const char *src, *dst;
	uint16_t sport, dport;
	unsigned host;
	bool outgoing;
	size_t len, wire_len;
	uint8_t data[CRAFT_MAX_HEADERS];
};

/**
 * frame_make() - fill in @data from a `packet` event and the other fields.
 * Return: 0, or -EINVAL when it is no packet: addresses that are none or of two families.
 */
int frame_make(struct frame *f, const json_t *packet);

#endif
