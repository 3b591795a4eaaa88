/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_INFER_H
#define RUNNER_INFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../netns/tcpstate.h"

/*
 * What a packet meant for one end of a connection.
 *
 * @t:         run clock, ns
 * @order:     in which packets were read, which tells those of one nanosecond apart
 * @outgoing:  sent by this end
 * @flags:     of its header
 * @acks_fin:  it arrived and acknowledges this end's FIN
 * @aborts:    no segment, but an ICMP error about one that this end sent, which ends an attempt to
 *             connect
 */
struct infer_packet {
	int64_t t;
	uint64_t order;
	bool outgoing;
	uint8_t flags;
	bool acks_fin, aborts;
};

/*
 * One transition. @t is the packet that explains it, or -1 when none does.
 * @inferred: no dump showed @to
 */
struct infer_step {
	enum tcpstate from, to;
	int64_t t;
	bool inferred;
};

#define INFER_MAX_STEPS 8

/**
 * infer_path() - how a socket came from one state to another between two dumps.
 * Plays the packets that its host saw in between through the state diagram of
 * RFC 9293 section 3.3.2 as Linux walks it. When that ends in @to, its steps are the answer, and
 * all but the last are inferred. When it does not (a timer, a call, a lost tap) the answer is the
 * one step that the dumps themselves show. Return: the number of steps, at least 1.
 */
size_t infer_path(enum tcpstate from, enum tcpstate to, const struct infer_packet *packets,
		  size_t n, struct infer_step steps[static INFER_MAX_STEPS]);

#endif
