/* SPDX-License-Identifier: MIT */
#include "unreachable.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#include "checksum.h"
#include "impair.h"

/*
 * The TTL is one more than Linux's default, because hop_rewrite() takes one off, and the router's
 * own packet has not been forwarded. QUOTED: bytes of the payload that go back, the ports and the
 * sequence number of TCP (RFC 792).
 */
enum { HEADER = 20, ICMP_HEADER = 8, QUOTED = 8, TTL = 64 + 1, PRECEDENCE = 0xc0 };

const uint8_t unreachable_net[4] = { 203, 0, 113, 0 };

bool unreachable_is(const uint8_t *addr)
{
	return memcmp(addr, unreachable_net, UNREACHABLE_PREFIX / 8) == 0;
}

static bool may_be_answered(const uint8_t *ip, size_t header)
{
	if ((ip[6] & 0x1f) || ip[7])
		return false;
	/* Of ICMP only an echo request is surely no error. */
	return ip[9] != IPPROTO_ICMP || ip[header] == ICMP_ECHO;
}

size_t unreachable_answer(const struct port *back, const uint8_t *frame, size_t len,
			  uint8_t out[static UNREACHABLE_FRAME_MAX])
{
	const uint8_t *was = frame + ETH_HLEN;
	const size_t header = (size_t)(was[0] & 0x0f) * 4, quoted = header + QUOTED;
	const size_t total = HEADER + ICMP_HEADER + quoted;
	uint8_t *ip = out + ETH_HLEN, *icmp = ip + HEADER;

	if (len < ETH_HLEN + quoted || memcmp(was + 12, back->ipv4, 4) != 0 ||
	    !may_be_answered(was, header))
		return 0;
	memset(out, 0, ETH_HLEN + total);
	out[12] = ETH_P_IP >> 8;
	ip[0] = 0x45;
	ip[1] = PRECEDENCE; /* internetwork control, as RFC 1812 section 4.3.2.5 has it */
	ip[2] = (uint8_t)(total >> 8);
	ip[3] = (uint8_t)total;
	ip[8] = TTL;
	ip[9] = IPPROTO_ICMP;
	memcpy(ip + 12, back->router4, 4);
	memcpy(ip + 16, back->ipv4, 4);
	checksum_put(ip + 10, ip, HEADER, 0);
	icmp[0] = ICMP_DEST_UNREACH;
	icmp[1] = ICMP_HOST_UNREACH;
	memcpy(icmp + ICMP_HEADER, was, quoted);
	checksum_put(icmp + 2, icmp, ICMP_HEADER + quoted, 0);
	return ETH_HLEN + total;
}
