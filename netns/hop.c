/* SPDX-License-Identifier: MIT */
#include "hop.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <stdbool.h>
#include <string.h>

#include "impair.h"
#include "unreachable.h"

static uint16_t ethertype(const uint8_t *frame)
{
	return (uint16_t)(frame[12] << 8 | frame[13]);
}

/* Frames are not aligned for the headers in them, hence offsets and memcmp(). */
static bool find(const struct port *ports, size_t n, const uint8_t *addr, bool v6, size_t *to)
{
	for (size_t i = 0; i < n; i++) {
		const uint8_t *mine = v6 ? ports[i].ipv6 : ports[i].ipv4;

		if (memcmp(addr, mine, v6 ? 16 : 4) == 0) {
			*to = i;
			return true;
		}
	}
	return false;
}

enum hop hop_decide(const struct port *ports, size_t n_ports, const uint8_t *frame, size_t len,
		    size_t *to)
{
	const uint8_t *ip = frame + ETH_HLEN;
	uint8_t ttl;
	bool v6;

	if (len < ETH_HLEN + sizeof(struct iphdr))
		return HOP_IGNORE;
	v6 = ethertype(frame) == ETH_P_IPV6;
	if (v6) {
		if (len < ETH_HLEN + sizeof(struct ip6_hdr) || ip[0] >> 4 != 6)
			return HOP_IGNORE;
	} else if (ethertype(frame) != ETH_P_IP || ip[0] >> 4 != 4 || (ip[0] & 0x0f) < 5) {
		return HOP_IGNORE;
	}
	if (!find(ports, n_ports, ip + (v6 ? 24 : 16), v6, to))
		return !v6 && unreachable_is(ip + 16) ? HOP_UNREACHABLE : HOP_IGNORE;
	ttl = ip[v6 ? 7 : 8];
	return ttl <= 1 ? HOP_EXPIRED : HOP_FORWARD;
}

/*
 * RFC 1624 equation 3, HC' = ~(~HC + ~m + m'), for the 16-bit word that has
 * the TTL in its upper half. Equation 2, without the complements, can give
 * 0xffff for a header whose right checksum is 0.
 */
static void decrease_ttl(uint8_t *ip)
{
	uint16_t before = (uint16_t)(ip[8] << 8 | ip[9]);
	uint16_t check = (uint16_t)(ip[10] << 8 | ip[11]);
	uint32_t sum = (uint16_t)~check + (uint32_t)(uint16_t)~before + (before - 0x0100u);

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	check = (uint16_t)~sum;
	ip[8]--;
	ip[10] = (uint8_t)(check >> 8);
	ip[11] = (uint8_t)check;
}

void hop_rewrite(const struct port *out, uint8_t *frame)
{
	memcpy(frame, out->peer_mac, ETH_ALEN);
	memcpy(frame + ETH_ALEN, out->mac, ETH_ALEN);
	if (ethertype(frame) == ETH_P_IPV6)
		frame[ETH_HLEN + 7]--;
	else
		decrease_ttl(frame + ETH_HLEN);
}
