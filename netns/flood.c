/* SPDX-License-Identifier: MIT */
/*
 * A SYN flood
 * ===========
 *
 * What a flood is made of: SYNs whose senders do not exist, from as many addresses
 * and ports as there are. The victim answers each of them and waits for an ACK that
 * nobody will send. Here the senders are addresses of the benchmarking range (RFC 2544,
 * 198.18.0.0/15) that no host has, so every SYN-ACK ends in the network's blackhole
 * route and no RST ever comes back to free the victim, which is the worst case and the
 * one that attackers choose.
 *
 * Where it stands. The packet socket is in the network's namespace and sends out of the
 * network's end of the victim's link: the SYNs reach the victim as everything from other hosts
 * does, by its interface, where its tap sees them. They pass the queueing discipline by
 * (PACKET_QDISC_BYPASS), so neither the link's delay and loss nor a rule acts on them:
 * who floods does not stand behind the honest client's slow line.
 *
 * Why nothing can leave. A world has no uplink, the frames carry the victim's own MAC
 * address, and flood_open() refuses a namespace that the caller came from. There is no
 * function that takes an address to flood: callers name a link of a world.
 *
 * How it is fast. All that differs between two SYNs is sender, source port, sequence number
 * and, after them, two checksums; each is written over a prepared frame, with the
 * sum of everything else added up once (RFC 1624 has the arithmetic). One sendmmsg(2)
 * takes FLOOD_BATCH of them past routing, neighbour table and queues.
 *
 * The numbers come from netns/dice.h: the same seed is the same flood, SYN by SYN.
 */
#include "flood.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "dice.h"
#include "err.h"
#include "netns.h"
#include "slowclose.h"

#define RANGE      (198u << 24 | 18u << 16)
#define RANGE_MASK 0xfffe0000u
/* 198.18.0.0/20 holds the links of all hosts (world.h): an address of it would be asked for. */
#define LINKS_MASK 0xfffff000u
#define FIRST_PORT 1024u

/* One frame, as it is on the wire. */
struct syn {
	struct ether_header eth;
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

/*
 * @ip_sum, @tcp_sum: of all that does not change, not folded
 */
struct flood {
	int fd;
	uint32_t from, host_mask;
	uint32_t ip_sum, tcp_sum;
	uint64_t lost;
	struct dice dice;
	struct sockaddr_ll to;
	struct syn frame[FLOOD_BATCH];
	struct iovec iov[FLOOD_BATCH];
	struct mmsghdr msgs[FLOOD_BATCH];
};

static bool among_links(uint32_t addr)
{
	return (addr & LINKS_MASK) == RANGE;
}

int flood_from(const char *text, struct in_addr *from, unsigned *prefix, struct err *err)
{
	char addr[INET_ADDRSTRLEN] = "", more;
	unsigned bits;

	if (sscanf(text, "%15[0-9.]/%2u%c", addr, &bits, &more) != 2 || bits > 32 ||
	    inet_pton(AF_INET, addr, from) != 1) {
		err_set(err, EINVAL, "from = '%.40s' is no network", text);
		return err_remedy(err, "write it as \"198.19.0.0/16\"");
	}
	if (bits < 15 || (ntohl(from->s_addr) & RANGE_MASK) != RANGE) {
		err_set(err, EINVAL,
			"from = '%.40s': made-up senders are of 198.18.0.0/15, the range for "
			"benchmarks (RFC 2544)",
			text);
		return err_remedy(err, "\"198.19.0.0/16\" is the largest part without hosts");
	}
	if (bits >= 20 && among_links(ntohl(from->s_addr))) {
		err_set(err, EINVAL, "from = '%.40s': the hosts of the lab live there", text);
		return err_remedy(err, "\"198.19.0.0/16\" is free of them");
	}
	*prefix = bits;
	return 0;
}

/* The ones' complement sum of RFC 1071, not yet folded; @len is even. */
static uint32_t sum_words(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static uint32_t halves(uint32_t v)
{
	return (v >> 16) + (v & 0xffff);
}

static void prepare(struct flood *f, const struct flood_spec *spec)
{
	struct syn s = {
		.eth.ether_type = htons(ETHERTYPE_IP),
		.ip = { .version = 4,
			.ihl = sizeof(struct iphdr) / 4,
			.tot_len = htons(sizeof(struct iphdr) + sizeof(struct tcphdr)),
			.ttl = 64,
			.protocol = IPPROTO_TCP,
			.daddr = spec->to.s_addr },
		.tcp = { .dest = htons(spec->port), .doff = 5, .syn = 1, .window = htons(512) },
	};

	memcpy(s.eth.ether_dhost, spec->dst, sizeof(spec->dst));
	memcpy(s.eth.ether_shost, spec->src, sizeof(spec->src));
	f->ip_sum = sum_words(&s.ip, sizeof(s.ip));
	/* The pseudo header of RFC 9293, 3.1: addresses, protocol, length. */
	f->tcp_sum = sum_words(&s.tcp, sizeof(s.tcp)) + halves(ntohl(spec->to.s_addr)) +
		     IPPROTO_TCP + sizeof(s.tcp);
	f->to = (struct sockaddr_ll){ .sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_IP),
				      .sll_ifindex = spec->ifindex };
	for (size_t i = 0; i < FLOOD_BATCH; i++) {
		f->frame[i] = s;
		f->iov[i] = (struct iovec){ &f->frame[i], sizeof(s) };
		f->msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &f->iov[i], .msg_iovlen = 1 };
	}
}

/* Is it not the one that we live in? */
static int check_apart(const struct netns *net, struct err *err)
{
	struct stat there, home;

	if (fstat(net->fd, &there) != 0 || fstat(net->home, &home) != 0)
		return err_set(err, errno, "flood: whose network is this? %s", strerror(errno));
	if (there.st_ino != home.st_ino || there.st_dev != home.st_dev)
		return 0;
	err_set(err, EPERM,
		"a flood has to stay inside a world, and this is the machine's network");
	return err_remedy(err, "name a host of a world");
}

static int failed(const char *what, struct err *err)
{
	const int code = errno;

	return err_set(err, code, "flood: %s: %s", what, strerror(code));
}

int flood_open(const struct flood_spec *spec, struct flood **out, struct err *err)
{
	_cleanup_close_ int fd = -1;
	const int on = 1;
	struct flood *f;
	int rc = check_apart(spec->net, err);

	if (rc < 0)
		return rc;
	/* Protocol 0: it hears nothing. */
	fd = netns_socket(spec->net, AF_PACKET, SOCK_RAW, 0, err);
	if (fd < 0)
		return err_context(err, "flood");
	if (setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) != 0)
		return failed("PACKET_QDISC_BYPASS", err);
	f = calloc(1, sizeof(*f));
	if (!f)
		return err_set(err, ENOMEM, "flood: out of memory");
	prepare(f, spec);
	if (bind(fd, (const struct sockaddr *)&f->to, sizeof(f->to)) != 0) {
		free(f);
		return failed("bind", err);
	}
	f->fd = steal_fd(&fd);
	f->host_mask = spec->prefix ? (uint32_t)(0xffffffffull >> spec->prefix) : 0xffffffffu;
	f->from = ntohl(spec->from.s_addr) & ~f->host_mask;
	dice_seed(&f->dice, spec->seed, spec->stream);
	*out = f;
	return 0;
}

void flood_close(struct flood *f)
{
	if (!f)
		return;
	slow_close(f->fd);
	free(f);
}

/* Another sender, port and sequence number. */
static void make_up(struct flood *f, struct syn *s)
{
	uint64_t r;
	uint32_t addr, port, seq;

	do {
		r = dice_roll(&f->dice);
		addr = f->from | ((uint32_t)r & f->host_mask);
	} while (among_links(addr));
	port = FIRST_PORT + (uint32_t)(r >> 32) % (65536 - FIRST_PORT);
	seq = (uint32_t)dice_roll(&f->dice);
	s->ip.saddr = htonl(addr);
	s->ip.check = fold(f->ip_sum + halves(addr));
	s->tcp.source = htons((uint16_t)port);
	s->tcp.seq = htonl(seq);
	s->tcp.check = fold(f->tcp_sum + halves(addr) + halves(seq) + port);
}

/* A full queue or a link that is down loses a frame, as it would anywhere. */
static bool is_loss(int code)
{
	return code == EAGAIN || code == ENOBUFS || code == ENETDOWN || code == ENXIO;
}

int flood_send(struct flood *f, size_t n, struct err *err)
{
	size_t done = 0, lost = 0;

	if (n > FLOOD_BATCH)
		n = FLOOD_BATCH;
	for (size_t i = 0; i < n; i++)
		make_up(f, &f->frame[i]);
	while (done < n) {
		int sent = sendmmsg(f->fd, f->msgs + done, (unsigned)(n - done), MSG_DONTWAIT);

		if (sent > 0) {
			done += (size_t)sent;
		} else if (is_loss(errno)) {
			lost++;
			done++;
		} else if (errno != EINTR) {
			return failed("send", err);
		}
	}
	f->lost += lost;
	return (int)(n - lost);
}

uint64_t flood_lost(const struct flood *f)
{
	return f->lost;
}
