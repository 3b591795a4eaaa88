/* SPDX-License-Identifier: MIT */
#include "checksum.h"

#include <linux/if_ether.h>
#include <netinet/in.h>

enum { IP4 = 20, IP6 = 40, TCP = 20, ICMP = 8, FRAGMENT = 0x3fff };

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

/* RFC 1071: the one's complement sum of 16-bit words; an odd byte is the upper half of one. */
static uint64_t sum(const uint8_t *p, size_t len, uint64_t total)
{
	for (; len > 1; p += 2, len -= 2)
		total += get16(p);
	return len ? total + ((uint64_t)p[0] << 8) : total;
}

/* A right sum, its checksum included, is all ones. */
static bool right(uint64_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return total == 0xffff;
}

void checksum_put(uint8_t *at, const uint8_t *data, size_t len, uint64_t more)
{
	uint64_t total = sum(data, len, more);

	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	at[0] = (uint8_t)(~total >> 8);
	at[1] = (uint8_t)~total;
}

uint64_t checksum_pseudo6(const uint8_t *addrs, size_t len)
{
	return sum(addrs, 32, IPPROTO_ICMPV6 + len);
}

/* @addrs: both, as they stand in the IP header. */
static bool tcp_ok(const uint8_t *addrs, size_t addrs_len, const uint8_t *tcp, size_t len)
{
	return len < TCP || right(sum(tcp, len, sum(addrs, addrs_len, IPPROTO_TCP + len)));
}

/* @pseudo: over IPv6 there is a pseudo-header too (RFC 4443 section 2.3) */
static bool icmp_ok(const uint8_t *icmp, size_t len, uint64_t pseudo)
{
	return len < ICMP || right(sum(icmp, len, pseudo));
}

static bool ip4_ok(const uint8_t *ip, size_t left)
{
	size_t header, len;

	if (left < IP4)
		return true;
	header = (ip[0] & 0x0fu) * 4u;
	len = get16(ip + 2);
	if (header < IP4 || header > left)
		return true;
	if (!right(sum(ip, header, 0)))
		return false;
	if (get16(ip + 6) & FRAGMENT || len < header || len > left)
		return true;
	if (ip[9] == IPPROTO_ICMP)
		return icmp_ok(ip + header, len - header, 0);
	return ip[9] != IPPROTO_TCP || tcp_ok(ip + 12, 8, ip + header, len - header);
}

static bool ip6_ok(const uint8_t *ip, size_t left)
{
	size_t len;

	if (left < IP6)
		return true;
	len = get16(ip + 4);
	if (len > left - IP6)
		return true;
	if (ip[6] == IPPROTO_ICMPV6)
		return icmp_ok(ip + IP6, len, checksum_pseudo6(ip + 8, len));
	return ip[6] != IPPROTO_TCP || tcp_ok(ip + 8, 32, ip + IP6, len);
}

bool checksum_ok(const uint8_t *frame, size_t len)
{
	if (len < ETH_HLEN)
		return true;
	switch (get16(frame + 12)) {
	case ETH_P_IP:
		return ip4_ok(frame + ETH_HLEN, len - ETH_HLEN);
	case ETH_P_IPV6:
		return ip6_ok(frame + ETH_HLEN, len - ETH_HLEN);
	}
	return true;
}
