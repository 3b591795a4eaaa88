/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_FRAME_H
#define RUNNER_FRAME_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../netns/craft.h"

/* An ICMP error around the headers that it quotes is the largest. */
enum { FRAME_ICMP_MAX = 14 + 40 + 8, FRAME_MAX = FRAME_ICMP_MAX + CRAFT_MAX_HEADERS };

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
	uint8_t data[FRAME_MAX];
};

/**
 * frame_make() - fill in @data from a `packet` event and the other fields.
 * Return: 0, or -EINVAL when it is no packet: addresses that are none or of two families.
 */
int frame_make(struct frame *f, const json_t *packet);

/**
 * frame_make_icmp() - the same from an `icmp` event. It quotes an IP header and 8 bytes more, ports
 * and number, of the segment @f->src and so on: that much a record knows for certain.
 * @from, @to: addresses of the message itself
 * Return: as frame_make().
 */
int frame_make_icmp(struct frame *f, const json_t *icmp, const char *from, const char *to);

#endif
