/* SPDX-License-Identifier: MIT */
#ifndef NETNS_TCPSTATE_H
#define NETNS_TCPSTATE_H

#include <stdint.h>

/*
 * TCP states (RFC 9293 section 3.3.2) with the kernel's numbers
 * (include/net/tcp_states.h), plus 0 for "no such socket". The kernel's own
 * TCP_CLOSE is folded into it: sock_diag never lists a closed socket.
 */
enum tcpstate {
	TCPSTATE_CLOSED = 0,
	TCPSTATE_ESTAB = 1,
	TCPSTATE_SYN_SENT = 2,
	TCPSTATE_SYN_RECV = 3,
	TCPSTATE_FIN_WAIT_1 = 4,
	TCPSTATE_FIN_WAIT_2 = 5,
	TCPSTATE_TIME_WAIT = 6,
	TCPSTATE_UNCONN = 7, /* kernel's TCP_CLOSE; only ever seen in tcp_info */
	TCPSTATE_CLOSE_WAIT = 8,
	TCPSTATE_LAST_ACK = 9,
	TCPSTATE_LISTEN = 10,
	TCPSTATE_CLOSING = 11,
	TCPSTATE_COUNT
};

/** tcpstate_name() - as ss(8) prints it, and "CLOSED". Return: a static string. */
const char *tcpstate_name(enum tcpstate state);

/**
 * tcpstate_parse() - accept every common spelling, in any case: SYN-RECV,
 * SYN_RECV, SYN-RECEIVED, TCP_SYN_RECV, SYN_RCVD, ESTABLISHED, FIN_WAIT1, …
 * Return: the state, or -EINVAL.
 */
int tcpstate_parse(const char *text);

#endif
