/* SPDX-License-Identifier: MIT */
#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "grow.h"

#define HISTORY_MAX 65536

struct host_packet {
	unsigned host;
	struct packet_seen p;
};

struct host_icmp {
	unsigned host;
	struct icmp_seen seen;
};

struct history {
	struct host_packet *packet;
	size_t n_packets, room_packets;
	struct host_icmp *icmp;
	size_t n_icmp, room_icmp;
	struct history_entry *entry;
	size_t n_entries, room_entries;
};

struct history *history_new(void)
{
	struct history *h = calloc(1, sizeof(*h));

	if (!h)
		abort();
	return h;
}

void history_free(struct history *h)
{
	if (!h)
		return;
	free(h->packet);
	free(h->icmp);
	free(h->entry);
	free(h);
}

/* Make room for one more; at the cap the older half goes. */
static void *room_for(void *array, size_t *n, size_t *room, size_t size)
{
	if (*n < *room)
		return array;
	if (*n == HISTORY_MAX) {
		*n = HISTORY_MAX / 2;
		memmove(array, (char *)array + (HISTORY_MAX - *n) * size, *n * size);
		return array;
	}
	return grow(array, *n, room, size);
}

void history_packet(struct history *h, unsigned host, const struct packet_seen *p)
{
	h->packet = room_for(h->packet, &h->n_packets, &h->room_packets, sizeof(*h->packet));
	h->packet[h->n_packets++] = (struct host_packet){ .host = host, .p = *p };
}

void history_icmp(struct history *h, unsigned host, const struct icmp_seen *seen)
{
	h->icmp = room_for(h->icmp, &h->n_icmp, &h->room_icmp, sizeof(*h->icmp));
	h->icmp[h->n_icmp++] = (struct host_icmp){ .host = host, .seen = *seen };
}

void history_entered(struct history *h, const struct history_entry *e)
{
	h->entry = room_for(h->entry, &h->n_entries, &h->room_entries, sizeof(*h->entry));
	h->entry[h->n_entries++] = *e;
}

const struct history_entry *history_entries(const struct history *h, size_t *n)
{
	*n = h->n_entries;
	return h->entry;
}

static bool matches(const struct packet_seen *p, const struct packet_match *m,
		    const struct endpoint *local, const struct endpoint *remote)
{
	const struct segment *s = &p->segment;

	if (m->outgoing != PACKET_ANY && m->outgoing != p->outgoing)
		return false;
	if (m->retransmission != PACKET_ANY && m->retransmission != p->retransmission)
		return false;
	if (m->port != PACKET_ANY && m->port != s->src.port && m->port != s->dst.port)
		return false;
	if (m->len != PACKET_ANY && m->len != s->len)
		return false;
	if (m->flags != PACKET_ANY) {
		const int mask = m->psh ? 0xff : 0xff & ~SEG_PSH;

		if ((m->flags & mask) != (s->flags & mask))
			return false;
	}
	if (local && !endpoint_equal(local, p->outgoing ? &s->src : &s->dst))
		return false;
	if (remote && !endpoint_equal(remote, p->outgoing ? &s->dst : &s->src))
		return false;
	return true;
}

const struct packet_seen *history_find_packet(const struct history *h, unsigned host,
					      const struct packet_match *match,
					      const struct endpoint *local,
					      const struct endpoint *remote)
{
	unsigned nth = match->nth ? match->nth : 1;

	for (size_t i = 0; i < h->n_packets; i++) {
		if (h->packet[i].host == host && matches(&h->packet[i].p, match, local, remote) &&
		    --nth == 0)
			return &h->packet[i].p;
	}
	return NULL;
}

/* Who got it is the one who sent the segment that it quotes. */
static bool icmp_matches(const struct icmp_seen *seen, const struct icmp_match *m,
			 const struct endpoint *local, const struct endpoint *remote)
{
	const struct icmp_error *i = &seen->icmp;

	if (m->outgoing != PACKET_ANY && m->outgoing != seen->outgoing)
		return false;
	if (m->port != PACKET_ANY && m->port != i->src.port && m->port != i->dst.port)
		return false;
	if (m->name && strcmp(m->name, icmp_name(i)) != 0)
		return false;
	if (local && !endpoint_equal(local, seen->outgoing ? &i->dst : &i->src))
		return false;
	return !remote || endpoint_equal(remote, seen->outgoing ? &i->src : &i->dst);
}

const struct icmp_seen *history_find_icmp(const struct history *h, unsigned host,
					  const struct icmp_match *match,
					  const struct endpoint *local,
					  const struct endpoint *remote)
{
	unsigned nth = match->nth ? match->nth : 1;

	for (size_t i = 0; i < h->n_icmp; i++) {
		if (h->icmp[i].host == host &&
		    icmp_matches(&h->icmp[i].seen, match, local, remote) && --nth == 0)
			return &h->icmp[i].seen;
	}
	return NULL;
}

const struct packet_seen *history_last_packet(const struct history *h, unsigned host, uint16_t port)
{
	for (size_t i = h->n_packets; i-- > 0;) {
		const struct segment *s = &h->packet[i].p.segment;

		if (h->packet[i].host == host &&
		    (!port || s->src.port == port || s->dst.port == port))
			return &h->packet[i].p;
	}
	return NULL;
}
