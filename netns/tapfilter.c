/* SPDX-License-Identifier: MIT */
/*
 * What a tap sees: a classic BPF program, run by the kernel for every frame, lets
 * through TCP and the ICMP messages that report errors, over IPv4 and IPv6.
 * Neighbour discovery, router solicitations and whatever else an interface
 * says by itself never reach us.
 */
#include "tapfilter.h"

#include <errno.h>
#include <linux/filter.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "err.h"
#include "tap.h"

/*
 * Numbers in brackets are places in the program, jumps name them.
 * IPv6: one extension header is looked behind; a packet with more of them
 * passes, because a program without loops cannot say what it is. A load beyond
 * the end of the packet rejects it.
 */
enum {
	IP4 = 3,
	IP4_ICMP = 6,
	IP6 = 13,
	IP6_ICMP = 20,
	EXT = 22,
	EXT_ICMP = 28,
	ACCEPT = 34,
	REJECT = 35,
};

#define LOAD(size, mode, k) BPF_STMT(BPF_LD | (size) | (mode), (k))
#define JUMP(at, test, k, yes, no)                                                                 \
	BPF_JUMP(BPF_JMP | (test) | BPF_K, (k), (yes) - (at)-1, (no) - (at)-1)

/* Offsets: EtherType 12; IPv4 header 14, its protocol 23; IPv6 next header 20, what follows 54. */
static struct sock_filter program[] = {
	[0] = LOAD(BPF_H, BPF_ABS, 12),
	[1] = JUMP(1, BPF_JEQ, ETHERTYPE_IP, IP4, 2),
	[2] = JUMP(2, BPF_JEQ, ETHERTYPE_IPV6, IP6, REJECT),

	[IP4] = LOAD(BPF_B, BPF_ABS, 23),
	[4] = JUMP(4, BPF_JEQ, IPPROTO_TCP, ACCEPT, 5),
	[5] = JUMP(5, BPF_JEQ, IPPROTO_ICMP, IP4_ICMP, REJECT),

	/* RFC 792: unreachable, source quench, redirect, time exceeded, parameter problem */
	[IP4_ICMP] = BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
	[7] = LOAD(BPF_B, BPF_IND, 14),
	[8] = JUMP(8, BPF_JEQ, 3, ACCEPT, 9),
	[9] = JUMP(9, BPF_JEQ, 4, ACCEPT, 10),
	[10] = JUMP(10, BPF_JEQ, 5, ACCEPT, 11),
	[11] = JUMP(11, BPF_JEQ, 11, ACCEPT, 12),
	[12] = JUMP(12, BPF_JEQ, 12, ACCEPT, REJECT),

	[IP6] = LOAD(BPF_B, BPF_ABS, 20),
	[14] = JUMP(14, BPF_JEQ, IPPROTO_TCP, ACCEPT, 15),
	[15] = JUMP(15, BPF_JEQ, IPPROTO_ICMPV6, IP6_ICMP, 16),
	[16] = JUMP(16, BPF_JEQ, IPPROTO_HOPOPTS, EXT, 17),
	[17] = JUMP(17, BPF_JEQ, IPPROTO_ROUTING, EXT, 18),
	[18] = JUMP(18, BPF_JEQ, IPPROTO_FRAGMENT, EXT, 19),
	[19] = JUMP(19, BPF_JEQ, IPPROTO_DSTOPTS, EXT, REJECT),

	/* RFC 4443 section 2.1: errors are the types below 128 */
	[IP6_ICMP] = LOAD(BPF_B, BPF_ABS, 54),
	[21] = JUMP(21, BPF_JGE, 128, REJECT, ACCEPT),

	[EXT] = LOAD(BPF_B, BPF_ABS, 54),
	[23] = JUMP(23, BPF_JEQ, IPPROTO_TCP, ACCEPT, 24),
	[24] = JUMP(24, BPF_JEQ, IPPROTO_ICMPV6, EXT_ICMP, 25),
	[25] = JUMP(25, BPF_JEQ, IPPROTO_ROUTING, ACCEPT, 26),
	[26] = JUMP(26, BPF_JEQ, IPPROTO_FRAGMENT, ACCEPT, 27),
	[27] = JUMP(27, BPF_JEQ, IPPROTO_DSTOPTS, ACCEPT, REJECT),

	/* The header is 8 + 8 * [55] long; in a fragment header that byte is 0. */
	[EXT_ICMP] = LOAD(BPF_B, BPF_ABS, 55),
	[29] = BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 3),
	[30] = BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 54 + 8),
	[31] = BPF_STMT(BPF_MISC | BPF_TAX, 0),
	[32] = LOAD(BPF_B, BPF_IND, 0),
	[33] = JUMP(33, BPF_JGE, 128, REJECT, ACCEPT),

	/* Not a number of bytes: cut here, the frame's real length would be forgotten
	   (packet_rcv()). */
	[ACCEPT] = BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	[REJECT] = BPF_STMT(BPF_RET | BPF_K, 0),
};

#define PROGRAM_LEN (sizeof(program) / sizeof(program[0]))

static int attach(int fd, struct sock_filter *code_of, size_t len, struct err *err)
{
	const struct sock_fprog filter = { .len = (unsigned short)len, .filter = code_of };
	int code;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0)
		return 0;
	code = errno;
	return err_set(err, code, "packet socket: SO_ATTACH_FILTER: %s", strerror(code));
}

int tapfilter_attach(int fd, struct err *err)
{
	return attach(fd, program, PROGRAM_LEN, err);
}

int tapfilter_attach_all(int fd, struct err *err)
{
	struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, UINT32_MAX) };

	return attach(fd, all, 1, err);
}

int tapfilter_attach_but(int fd, const struct tap_flow *flow, struct err *err)
{
	enum { FROM_SERVER = 12, FLOW = 18, OTHER = 19 };
	const uint32_t client = ntohl(flow->client), server = ntohl(flow->server);
	struct sock_filter but[] = {
		[0] = LOAD(BPF_H, BPF_ABS, 12),
		[1] = JUMP(1, BPF_JEQ, ETHERTYPE_IP, 2, OTHER),
		[2] = LOAD(BPF_B, BPF_ABS, 23),
		[3] = JUMP(3, BPF_JEQ, IPPROTO_TCP, 4, OTHER),
		/* Version 4, and no options: the ports are at 34 and 36. */
		[4] = LOAD(BPF_B, BPF_ABS, 14),
		[5] = JUMP(5, BPF_JEQ, 0x45, 6, OTHER),
		[6] = LOAD(BPF_W, BPF_ABS, 26),
		[7] = JUMP(7, BPF_JEQ, client, 8, FROM_SERVER),
		[8] = LOAD(BPF_W, BPF_ABS, 30),
		[9] = JUMP(9, BPF_JEQ, server, 10, OTHER),
		[10] = LOAD(BPF_H, BPF_ABS, 36),
		[11] = JUMP(11, BPF_JEQ, flow->port, FLOW, FROM_SERVER),
		[FROM_SERVER] = LOAD(BPF_W, BPF_ABS, 26),
		[13] = JUMP(13, BPF_JEQ, server, 14, OTHER),
		[14] = LOAD(BPF_W, BPF_ABS, 30),
		[15] = JUMP(15, BPF_JEQ, client, 16, OTHER),
		[16] = LOAD(BPF_H, BPF_ABS, 34),
		[17] = JUMP(17, BPF_JEQ, flow->port, FLOW, OTHER),
		[FLOW] = BPF_STMT(BPF_RET | BPF_K, 0),
		[OTHER] = BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};

	return attach(fd, but, sizeof(but) / sizeof(but[0]), err);
}
