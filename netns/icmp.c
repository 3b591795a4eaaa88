/* SPDX-License-Identifier: MIT */
/*
 * ICMP errors about TCP.
 *
 * A router or host that throws a segment away may say so to its sender, and quotes the beginning of
 * what it threw away: its IP header and at least eight bytes more (RFC 792), nowadays as much as
 * fits (RFC 1812 section 4.3.2.3, RFC 4443 section 2.4). By the quote the receiver knows which
 * socket it is about, and so do we.
 *
 * So there are two packets in one, and neither may be believed: the lengths of the outer one bound
 * what is read of the quote; those of the quote are about a packet of which most is not there, and
 * are compared with its own headers only. Of the quoted TCP header the ports and the sequence
 * number have to be there; flags and length are known when all 20 bytes are.
 *
 * What is understood: destination unreachable, time exceeded and parameter problem of both
 * versions, and packet too big of IPv6. Source quench and redirects say of no segment that it is
 * gone. Extensions (RFC 4884) come after the quote and are not looked at.
 */
#include "icmp.h"

#include <errno.h>
#include <linux/icmp.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "nearest.h"
#include "view.h"

enum { ICMP_HEADER = 8, PORTS_AND_NUMBER = 8, TCP_HEADER = 20, ANY_CODE = -1 };

/* In the words of the RFCs; each type ends with the row for the codes that have no name. */
static const struct {
	bool v6;
	uint8_t type;
	int code;
	const char *name;
} names[] = {
	{ false, ICMP_DEST_UNREACH, ICMP_NET_UNREACH, "network unreachable" },
	{ false, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, "host unreachable" },
	{ false, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, "protocol unreachable" },
	{ false, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, "port unreachable" },
	{ false, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, "fragmentation needed" },
	{ false, ICMP_DEST_UNREACH, ICMP_SR_FAILED, "source route failed" },
	{ false, ICMP_DEST_UNREACH, ICMP_NET_UNKNOWN, "network unknown" },
	{ false, ICMP_DEST_UNREACH, ICMP_HOST_UNKNOWN, "host unknown" },
	{ false, ICMP_DEST_UNREACH, ICMP_HOST_ISOLATED, "source host isolated" },
	{ false, ICMP_DEST_UNREACH, ICMP_NET_ANO, "network prohibited" },
	{ false, ICMP_DEST_UNREACH, ICMP_HOST_ANO, "host prohibited" },
	{ false, ICMP_DEST_UNREACH, ICMP_NET_UNR_TOS, "network unreachable for this service" },
	{ false, ICMP_DEST_UNREACH, ICMP_HOST_UNR_TOS, "host unreachable for this service" },
	{ false, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, "communication prohibited" },
	{ false, ICMP_DEST_UNREACH, ICMP_PREC_VIOLATION, "precedence violation" },
	{ false, ICMP_DEST_UNREACH, ICMP_PREC_CUTOFF, "precedence cutoff" },
	{ false, ICMP_DEST_UNREACH, ANY_CODE, "destination unreachable" },
	{ false, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, "reassembly time exceeded" },
	{ false, ICMP_TIME_EXCEEDED, ANY_CODE, "time exceeded" },
	{ false, ICMP_PARAMETERPROB, ANY_CODE, "parameter problem" },
	{ true, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE, "no route" },
	{ true, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADMIN, "communication prohibited" },
	{ true, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_BEYONDSCOPE, "beyond scope" },
	{ true, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADDR, "address unreachable" },
	{ true, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT, "port unreachable" },
	{ true, ICMP6_DST_UNREACH, ANY_CODE, "destination unreachable" },
	{ true, ICMP6_PACKET_TOO_BIG, ANY_CODE, "packet too big" },
	{ true, ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_REASSEMBLY, "reassembly time exceeded" },
	{ true, ICMP6_TIME_EXCEEDED, ANY_CODE, "time exceeded" },
	{ true, ICMP6_PARAM_PROB, ANY_CODE, "parameter problem" },
};

#define N_NAMES (sizeof(names) / sizeof(names[0]))

/* Return: NULL when it is no error that we understand. */
static const char *name_of(bool v6, uint8_t type, uint8_t code)
{
	for (size_t i = 0; i < N_NAMES; i++) {
		if (names[i].v6 == v6 && names[i].type == type &&
		    (names[i].code == code || names[i].code == ANY_CODE))
			return names[i].name;
	}
	return NULL;
}

const char *icmp_name(const struct icmp_error *icmp)
{
	const char *name = name_of(icmp->v6, icmp->type, icmp->code);

	return name ? name : "unknown";
}

const char *icmp_name_find(const char *name)
{
	for (size_t i = 0; i < N_NAMES; i++) {
		if (strcasecmp(names[i].name, name) == 0)
			return names[i].name;
	}
	return NULL;
}

const char *icmp_name_near(const char *name)
{
	struct nearest n = nearest_to(name);

	for (size_t i = 0; i < N_NAMES; i++)
		nearest_offer(&n, names[i].name);
	return nearest_found(&n) ? icmp_name_find(n.best) : NULL;
}

static bool is_too_large(const struct icmp_error *icmp)
{
	return icmp->v6 ? icmp->type == ICMP6_PACKET_TOO_BIG
			: icmp->type == ICMP_DEST_UNREACH && icmp->code == ICMP_FRAG_NEEDED;
}

bool icmp_aborts(const struct icmp_error *icmp)
{
	return !is_too_large(icmp);
}

static void set_ends(bool v6, const struct view_ip *ip, struct endpoint *src, struct endpoint *dst)
{
	if (v6) {
		view_endpoint6(src, ip->src);
		view_endpoint6(dst, ip->dst);
	} else {
		view_endpoint4(src, ip->src);
		view_endpoint4(dst, ip->dst);
	}
}

/* @len: bytes that the quoted IP header says the segment had */
static int parse_quoted_tcp(struct view v, size_t len, struct icmp_error *icmp)
{
	const uint8_t *th = view_take(&v, PORTS_AND_NUMBER);
	const uint8_t *rest = view_take(&v, TCP_HEADER - PORTS_AND_NUMBER);
	size_t doff;

	if (!th || len < TCP_HEADER)
		return -EBADMSG;
	icmp->src.port = view_get16(th);
	icmp->dst.port = view_get16(th + 2);
	icmp->seq = view_get32(th + 4);
	if (!rest)
		return 0;
	doff = (size_t)(th[12] >> 4) * 4;
	if (doff < TCP_HEADER || doff > len)
		return -EBADMSG;
	icmp->has_header = true;
	icmp->flags = th[13];
	icmp->len = (uint32_t)(len - doff);
	return 0;
}

static int parse_quote(struct view v, struct icmp_error *icmp)
{
	struct view_ip ip;
	int rc = icmp->v6 ? view_ipv6(&v, &ip) : view_ipv4(&v, &ip);

	if (rc < 0)
		return rc;
	if (ip.proto != IPPROTO_TCP)
		return -EPROTONOSUPPORT;
	icmp->ip_id = ip.id;
	set_ends(icmp->v6, &ip, &icmp->src, &icmp->dst);
	return parse_quoted_tcp(v, ip.len, icmp);
}

/* @ip: the message's own header */
static int parse_message(struct view v, const struct view_ip *ip, struct icmp_error *icmp)
{
	const uint8_t *head;

	if (ip->proto != (icmp->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return -EPROTONOSUPPORT;
	/* After the packet an Ethernet frame may be padded. */
	view_limit(&v, ip->len);
	head = view_take(&v, ICMP_HEADER);
	if (!head)
		return -EBADMSG;
	icmp->ttl = ip->ttl;
	icmp->type = head[0];
	icmp->code = head[1];
	if (!name_of(icmp->v6, icmp->type, icmp->code))
		return -EPROTONOSUPPORT;
	if (is_too_large(icmp))
		icmp->mtu = icmp->v6 ? view_get32(head + 4) : view_get16(head + 6);
	return parse_quote(v, icmp);
}

int icmp_parse(const uint8_t *frame, size_t caplen, struct icmp_error *icmp)
{
	struct view v = { .p = frame, .left = caplen };
	const int type = view_ethernet(&v);
	struct view_ip ip;
	int rc;

	*icmp = (struct icmp_error){ .v6 = type == ETHERTYPE_IPV6 };
	if (type != ETHERTYPE_IP && type != ETHERTYPE_IPV6)
		return -EPROTONOSUPPORT;
	rc = icmp->v6 ? view_ipv6(&v, &ip) : view_ipv4(&v, &ip);
	if (rc < 0)
		return rc;
	set_ends(icmp->v6, &ip, &icmp->from, &icmp->to);
	return parse_message(v, &ip, icmp);
}
