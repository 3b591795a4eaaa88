/* SPDX-License-Identifier: MIT */
/*
 * What a dump is compared with.
 *
 * Entries are packed densely, in the order in which the kernel first listed
 * them; an open-addressing index (linear probing, at most half full) finds them
 * by endpoints. Since the kernel walks its own hash table in the same order
 * every time, the socket listed next is nearly always the entry that comes
 * next: that guess is tried first, and a repeated dump then reads memory from
 * one end to the other and hashes nothing.
 *
 * A dump moves through socktable_begin(), socktable_put() for each socket and
 * socktable_end(). Whoever was not put since begin is gone at end; when a dump
 * breaks off there is no end, so a lost message never reads as a closed socket.
 *
 * Which socket is which. Below the listeners, endpoints alone identify: the
 * kernel never has two sockets with one four-tuple (__inet_check_established()
 * replaces a TIME-WAIT in one step), only one after the other. So an entry with
 * the same endpoints is the same connection going on (the kernel lets request,
 * child and TIME-WAIT inherit the cookie), or another connection in its place;
 * either way the difference is from the old state to the new one. Only when
 * another connection stands there in the very same state would nothing be said:
 * then one is reported gone and the other new. Listeners can share an address
 * (SO_REUSEPORT) and do not turn into anything else: they are told apart by cookie.
 *
 * A socket that stays in its state is reported when its gauges (struct sock_gauge) are not those
 * that were told last. It is compared with what was told, not with the last dump: many small
 * steps would never be one that is large enough.
 *
 * Not handled: equal four-tuples on different devices (SO_BINDTODEVICE, VRF).
 */
#include "socktable.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"

#define FIRST_ROOM 64

void socktable_free(struct socktable *t)
{
	free(t->entries);
	free(t->stamps);
	free(t->hashes);
	free(t->slots);
	*t = (struct socktable){ .n = 0 };
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

static uint32_t hash_of(const struct endpoint *local, const struct endpoint *remote)
{
	uint64_t w[4];
	uint64_t h = (uint64_t)local->port << 16 | remote->port;

	memcpy(&w[0], local->addr, sizeof(local->addr));
	memcpy(&w[2], remote->addr, sizeof(remote->addr));
	for (size_t i = 0; i < 4; i++)
		h = mix(h, w[i]);
	return (uint32_t)h;
}

static bool same_endpoints(const struct sock_entry *e, const struct endpoint *local,
			   const struct endpoint *remote)
{
	return endpoint_equal(&e->local, local) && endpoint_equal(&e->remote, remote);
}

static bool same_socket(const struct sock_entry *a, const struct sock_entry *b)
{
	if (!same_endpoints(a, &b->local, &b->remote))
		return false;
	if (a->state == TCPSTATE_LISTEN || b->state == TCPSTATE_LISTEN)
		return a->state == b->state && a->cookie == b->cookie;
	return true;
}

static size_t next_slot(const struct socktable *t, size_t slot)
{
	return (slot + 1) & (t->n_slots - 1);
}

static size_t home_slot(const struct socktable *t, uint32_t hash)
{
	return hash & (t->n_slots - 1);
}

static void index_entry(struct socktable *t, size_t i)
{
	size_t slot = home_slot(t, t->hashes[i]);

	while (t->slots[slot])
		slot = next_slot(t, slot);
	t->slots[slot] = (uint32_t)i + 1;
}

/* The slot that holds entry @i, which is in the index. */
static size_t slot_of(const struct socktable *t, size_t i)
{
	size_t slot = home_slot(t, t->hashes[i]);

	while (t->slots[slot] != i + 1)
		slot = next_slot(t, slot);
	return slot;
}

/*
 * Free @hole and close the gap: an entry further on that a search would no
 * longer reach from its home is moved into it (Knuth, TAOCP 6.4, algorithm R).
 */
static void free_slot(struct socktable *t, size_t hole)
{
	const size_t mask = t->n_slots - 1;

	for (size_t slot = next_slot(t, hole); t->slots[slot]; slot = next_slot(t, slot)) {
		const size_t home = home_slot(t, t->hashes[t->slots[slot] - 1]);

		if (((slot - home) & mask) < ((slot - hole) & mask))
			continue;
		t->slots[hole] = t->slots[slot];
		hole = slot;
	}
	t->slots[hole] = 0;
}

/* Return: 0 or -ENOMEM; arrays that have grown are kept either way. */
static int grow(struct socktable *t)
{
	const size_t room = t->room ? 2 * t->room : FIRST_ROOM;
	struct sock_entry *entries;
	uint32_t *stamps, *hashes, *slots;

	entries = reallocarray(t->entries, room, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	t->entries = entries;
	stamps = reallocarray(t->stamps, room, sizeof(*stamps));
	if (!stamps)
		return -ENOMEM;
	t->stamps = stamps;
	hashes = reallocarray(t->hashes, room, sizeof(*hashes));
	if (!hashes)
		return -ENOMEM;
	t->hashes = hashes;
	slots = calloc(2 * room, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(t->slots);
	t->slots = slots;
	t->n_slots = 2 * room;
	t->room = room;
	for (size_t i = 0; i < t->n; i++)
		index_entry(t, i);
	return 0;
}

void socktable_begin(struct socktable *t, int64_t now)
{
	t->now = now;
	/* After 2^32 dumps a socket unseen for as long would seem fresh: it was dropped long ago.
	 */
	t->stamp++;
	t->guess = 0;
}

/* Return: the place of @seen, or t->n when it is new. */
static size_t place_of(const struct socktable *t, const struct sock_entry *seen, uint32_t hash)
{
	size_t slot;

	if (!t->n_slots)
		return t->n;
	for (slot = home_slot(t, hash); t->slots[slot]; slot = next_slot(t, slot)) {
		const size_t i = t->slots[slot] - 1;

		if (t->hashes[i] == hash && same_socket(&t->entries[i], seen))
			return i;
	}
	return t->n;
}

static struct sock_gauge gauge_of(const struct sock_entry *e, int64_t now)
{
	return (struct sock_gauge){
		.timer = e->timer,
		.retrans = e->retrans,
		.owned = e->inode != 0,
		.rqueue = e->rqueue,
		.wqueue = e->wqueue,
		.due = now + e->expires * NS_PER_MS,
	};
}

/* One that is overdue and has not run out says 0 again and again: that is the same timer. */
static bool another_timer(const struct sock_gauge *told, const struct sock_gauge *g, int64_t now)
{
	if (told->timer != g->timer || told->retrans != g->retrans)
		return true;
	if (g->timer == SOCK_TIMER_OFF || (g->due <= now && told->due <= now))
		return false;
	return g->due > told->due + SOCK_TICK || g->due < told->due - SOCK_TICK;
}

static bool to_tell(const struct sock_gauge *told, const struct sock_gauge *g, int64_t now)
{
	return told->owned != g->owned || told->rqueue != g->rqueue || told->wqueue != g->wqueue ||
	       another_timer(told, g, now);
}

static int add(struct socktable *t, const struct sock_entry *seen, uint32_t hash,
	       socktable_change_fn *fn, void *arg)
{
	const size_t i = t->n;

	if (i == t->room) {
		const int rc = grow(t);

		if (rc < 0)
			return rc;
	}
	t->entries[i] = *seen;
	t->entries[i].told = gauge_of(seen, t->now);
	t->stamps[i] = t->stamp;
	t->hashes[i] = hash;
	t->n++;
	index_entry(t, i);
	t->counts[seen->state]++;
	t->guess = t->n;
	fn(arg, TCPSTATE_CLOSED, &t->entries[i]);
	return 0;
}

static void report_gone(const struct sock_entry *e, socktable_change_fn *fn, void *arg)
{
	struct sock_entry gone = *e;

	gone.state = TCPSTATE_CLOSED;
	fn(arg, e->state, &gone);
}

int socktable_put(struct socktable *t, const struct sock_entry *seen, socktable_change_fn *fn,
		  void *arg)
{
	const struct sock_gauge gauge = gauge_of(seen, t->now);
	size_t i = t->guess;
	struct sock_gauge told;
	struct sock_entry *e;
	enum tcpstate from;
	bool tell;

	if (i >= t->n || !same_socket(&t->entries[i], seen)) {
		const uint32_t hash = hash_of(&seen->local, &seen->remote);

		i = place_of(t, seen, hash);
		if (i == t->n)
			return add(t, seen, hash, fn, arg);
	}
	e = &t->entries[i];
	from = e->state;
	if (from == seen->state && e->cookie != seen->cookie) {
		report_gone(e, fn, arg);
		from = TCPSTATE_CLOSED;
	}
	t->counts[e->state]--;
	t->counts[seen->state]++;
	told = e->told;
	tell = from != seen->state || to_tell(&told, &gauge, t->now);
	*e = *seen;
	e->told = tell ? gauge : told;
	t->stamps[i] = t->stamp;
	t->guess = i + 1;
	if (tell)
		fn(arg, from, e);
	return 0;
}

/* The last entry takes the place of entry @i. */
static void drop(struct socktable *t, size_t i)
{
	const size_t last = t->n - 1;

	t->counts[t->entries[i].state]--;
	free_slot(t, slot_of(t, i));
	if (i != last) {
		t->slots[slot_of(t, last)] = (uint32_t)i + 1;
		t->entries[i] = t->entries[last];
		t->stamps[i] = t->stamps[last];
		t->hashes[i] = t->hashes[last];
	}
	t->n--;
}

void socktable_end(struct socktable *t, socktable_change_fn *fn, void *arg)
{
	size_t i = 0;

	while (i < t->n) {
		struct sock_entry gone;

		if (t->stamps[i] == t->stamp) {
			i++;
			continue;
		}
		gone = t->entries[i];
		drop(t, i);
		report_gone(&gone, fn, arg);
	}
}

const struct sock_entry *socktable_find(const struct socktable *t, const struct endpoint *local,
					const struct endpoint *remote)
{
	const uint32_t hash = hash_of(local, remote);

	if (!t->n_slots)
		return NULL;
	for (size_t slot = home_slot(t, hash); t->slots[slot]; slot = next_slot(t, slot)) {
		const size_t i = t->slots[slot] - 1;

		if (t->hashes[i] == hash && same_endpoints(&t->entries[i], local, remote))
			return &t->entries[i];
	}
	return NULL;
}
