/* SPDX-License-Identifier: MIT */
/*
 * A section with one interface a host, the hosts' addresses by name, and a packet for each
 * `packet` and each `icmp` event, at the interface where it was seen. What happened between two
 * packets (steps, expectations, losses, links that change) becomes comments of the next one; at the
 * end, of the last: so one packet is always held back.
 *
 * Times: a pcapng file counts from 1970. The run's 0 is taken to be the header's date, to the
 * second; differences are the run's own, in nanoseconds.
 *
 * All numbers are the record's own, relative to the first of each side; frame.c says what is made
 * up. A port that the kernel dealt out on a virtual clock is not in the record: there the
 * connection's number stands, from MADE_UP_PORT on.
 *
 * Limits: a comment is cut at COMMENT_MAX bytes. Folded packets (`packets` events) are one comment.
 * A reader that does not tell interfaces apart (Wireshark before 4.2) takes the second sight of a
 * segment for a retransmission: for those, write one host.
 */
#include "pcapng.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/world.h"
#include "columns.h"
#include "field.h"
#include "frame.h"
#include "lang.h"
#include "phrase.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_NAMES = 4,
	BLOCK_PACKET = 6,
	OPT_END = 0,
	OPT_COMMENT = 1,
	SECTION_OS = 3,
	SECTION_APPLICATION = 4,
	INTERFACE_NAME = 2,
	INTERFACE_DESCRIPTION = 3,
	INTERFACE_RESOLUTION = 9,
	PACKET_FLAGS = 2,
	NAMES_IPV4 = 1,
	NAMES_IPV6 = 2,
	LINK_ETHERNET = 1,
	COMMENT_MAX = 2000,
	MADE_UP_PORT = 32768,
};

/* What a connection's two ends are called. */
struct ends {
	char host[2][32], addr[2][INET6_ADDRSTRLEN];
	uint16_t port[2];
};

/* A growing run of bytes. */
struct bytes {
	uint8_t *data;
	size_t len, room;
};

/*
 * @addrs:    of each host, IPv4 and IPv6
 * @only:     interface that is written, -1 for all
 * @block:    the packet that is held back, without its options' end
 * @comments: of the next packet, as options
 */
struct pcapng {
	FILE *out;
	char *want;
	int only;
	int64_t epoch;
	unsigned n_hosts;
	char hosts[WORLD_MAX_HOSTS][32], addrs[WORLD_MAX_HOSTS][2][INET6_ADDRSTRLEN];
	struct ends *conns;
	size_t n_conns;
	struct bytes block, comments;
};

static void put(struct bytes *b, const void *data, size_t len)
{
	if (b->len + len > b->room) {
		b->room = 2 * (b->len + len) + 256;
		b->data = realloc(b->data, b->room);
		if (!b->data)
			abort();
	}
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void put16(struct bytes *b, uint16_t v)
{
	put(b, &v, sizeof(v));
}

static void put32(struct bytes *b, uint32_t v)
{
	put(b, &v, sizeof(v));
}

/* Everything is padded to words of 32 bits. */
static void put_padded(struct bytes *b, const void *data, size_t len)
{
	static const uint8_t zeros[4];

	put(b, data, len);
	put(b, zeros, -len % 4);
}

static void put_option(struct bytes *b, uint16_t code, const void *data, size_t len)
{
	put16(b, code);
	put16(b, (uint16_t)len);
	put_padded(b, data, len);
}

static void put_text(struct bytes *b, uint16_t code, const char *text)
{
	size_t len = strlen(text);

	if (len > COMMENT_MAX)
		for (len = COMMENT_MAX; len && ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	put_option(b, code, text, len);
}

static void write_block(FILE *out, uint32_t type, const struct bytes *body)
{
	const uint32_t total = (uint32_t)body->len + 12;

	fwrite(&type, sizeof(type), 1, out);
	fwrite(&total, sizeof(total), 1, out);
	fwrite(body->data, 1, body->len, out);
	fwrite(&total, sizeof(total), 1, out);
}

/* What is held back is complete now. */
static void write_held(struct pcapng *p)
{
	if (p->block.len) {
		put32(&p->block, OPT_END);
		write_block(p->out, BLOCK_PACKET, &p->block);
	}
	p->block.len = 0;
}

__attribute__((format(printf, 2, 3))) static void comment(struct pcapng *p, const char *format, ...)
{
	_cleanup_free_ char *text = NULL, *clean = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	clean = columns_clean(text, strlen(text), 1, 1);
	put_text(&p->comments, OPT_COMMENT, clean);
}

struct pcapng *pcapng_new(FILE *out, const char *host)
{
	struct pcapng *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->out = out;
	p->only = -1;
	p->want = host ? strdup(host) : NULL;
	return p;
}

void pcapng_free(struct pcapng *p)
{
	if (p->block.len)
		put(&p->block, p->comments.data, p->comments.len);
	write_held(p);
	free(p->want);
	free(p->conns);
	free(p->block.data);
	free(p->comments.data);
	free(p);
}

static int host_index(const struct pcapng *p, const char *name)
{
	for (unsigned i = 0; i < p->n_hosts; i++) {
		if (strcmp(p->hosts[i], name) == 0)
			return (int)i;
	}
	return -1;
}

static void write_section(struct pcapng *p, const json_t *header)
{
	const json_t *kernel = json_object_get(header, "kernel");
	struct bytes b = { 0 };
	char text[512];
	int64_t unknown = -1;

	put32(&b, 0x1a2b3c4d); /* in this machine's byte order, which says which one it is */
	put16(&b, 1);
	put16(&b, 0);
	put(&b, &unknown, sizeof(unknown));
	snprintf(text, sizeof(text),
		 "%s (%s), played by tcplab: headers only, all numbers relative",
		 lang_text(json_object_get(header, "title"), LANG_EN), field_text(header, "lab"));
	put_text(&b, OPT_COMMENT, text);
	snprintf(text, sizeof(text), "Linux %s (%s)", field_text(kernel, "release"),
		 field_is(kernel, "kind", "lab") ? "lab kernel" : "this machine's own");
	put_text(&b, SECTION_OS, text);
	snprintf(text, sizeof(text), "tcplab %s", field_text(header, "tcplab"));
	put_text(&b, SECTION_APPLICATION, text);
	put32(&b, OPT_END);
	write_block(p->out, BLOCK_SECTION, &b);
	free(b.data);
}

static void write_interface(struct pcapng *p, const char *host)
{
	const uint8_t nanoseconds = 9;
	struct bytes b = { 0 };
	char text[80];

	put16(&b, LINK_ETHERNET);
	put16(&b, 0);
	put32(&b, 0); /* no limit: what is missing is said packet by packet */
	put_text(&b, INTERFACE_NAME, host);
	snprintf(text, sizeof(text), "the interface of %s", host);
	put_text(&b, INTERFACE_DESCRIPTION, text);
	put_option(&b, INTERFACE_RESOLUTION, &nanoseconds, 1);
	put32(&b, OPT_END);
	write_block(p->out, BLOCK_INTERFACE, &b);
	free(b.data);
}

static void put_name(struct bytes *b, const char *addr, const char *name)
{
	const bool v6 = strchr(addr, ':');
	uint8_t record[16 + 64];
	size_t n = v6 ? 16 : 4, len = strlen(name) + 1;

	if (len > 64 || inet_pton(v6 ? AF_INET6 : AF_INET, addr, record) != 1)
		return;
	memcpy(record + n, name, len);
	put_option(b, v6 ? NAMES_IPV6 : NAMES_IPV4, record, n + len);
}

static void write_names(struct pcapng *p, const json_t *hosts)
{
	struct bytes b = { 0 };

	for (unsigned i = 0; i < p->n_hosts; i++) {
		const json_t *h = json_array_get(hosts, i);

		put_name(&b, field_text(h, "ipv4"), p->hosts[i]);
		put_name(&b, field_text(h, "ipv6"), p->hosts[i]);
	}
	put32(&b, OPT_END);
	write_block(p->out, BLOCK_NAMES, &b);
	free(b.data);
}

static int take_header(struct pcapng *p, const json_t *ev, struct err *err)
{
	const json_t *hosts = json_object_get(ev, "hosts");
	char names[WORLD_MAX_HOSTS * 34] = "";
	struct tm tm = { 0 };

	for (size_t i = 0; i < json_array_size(hosts) && p->n_hosts < WORLD_MAX_HOSTS; i++) {
		const json_t *host = json_array_get(hosts, i);
		const char *name = field_text(host, "name");
		char *to = p->hosts[p->n_hosts];
		_cleanup_free_ char *clean = NULL;

		snprintf(p->addrs[p->n_hosts][0], INET6_ADDRSTRLEN, "%.45s",
			 field_text(host, "ipv4"));
		snprintf(p->addrs[p->n_hosts++][1], INET6_ADDRSTRLEN, "%.45s",
			 field_text(host, "ipv6"));

		clean = columns_clean(name, strlen(name), 1, 0);
		snprintf(to, sizeof(p->hosts[0]), "%.31s", clean);
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
			 *names ? ", " : "", to);
	}
	if (p->want) {
		p->only = host_index(p, p->want);
		if (p->only < 0) {
			err_set(err, ENOENT, "--pcap-host %s: this lab has no such host", p->want);
			return err_remedy(err, "its hosts are %s", names);
		}
	}
	if (strptime(field_text(ev, "date"), "%Y-%m-%dT%H:%M:%SZ", &tm))
		p->epoch = timegm(&tm) * NS_PER_S;
	write_section(p, ev);
	for (unsigned i = 0; i < p->n_hosts; i++)
		write_interface(p, p->hosts[i]);
	write_names(p, hosts);
	return 0;
}

static void take_conn(struct pcapng *p, const json_t *ev)
{
	static const char *const sides[] = { "a", "b" };
	const json_int_t id = field_int(ev, "id");
	struct ends *e;

	/* They are numbered from 1 without gaps. */
	if (id != (json_int_t)p->n_conns + 1)
		return;
	p->conns = reallocarray(p->conns, p->n_conns + 1, sizeof(*p->conns));
	if (!p->conns)
		abort();
	e = &p->conns[p->n_conns++];
	memset(e, 0, sizeof(*e));
	for (int i = 0; i < 2; i++) {
		const json_t *end = json_object_get(ev, sides[i]);

		snprintf(e->host[i], sizeof(e->host[i]), "%.31s", field_text(end, "host"));
		snprintf(e->addr[i], sizeof(e->addr[i]), "%.45s", field_text(end, "addr"));
		e->port[i] = (uint16_t)(field_has(end, "port") ? field_int(end, "port")
							       : MADE_UP_PORT + id);
	}
}

/* Which end of its connection has sent it? A host seldom talks to itself. */
static int sender(const struct ends *e, const json_t *ev)
{
	const int here = strcmp(e->host[1], field_text(ev, "host")) == 0;

	return field_is(ev, "dir", "out") ? here : !here;
}

/* Hold @f back; the one before it is complete. */
static void put_frame(struct pcapng *p, const json_t *ev, const struct frame *f)
{
	const uint64_t t = (uint64_t)(p->epoch + field_int(ev, "t"));
	const uint32_t flags = f->outgoing ? 2 : 1;

	write_held(p);
	put32(&p->block, f->host);
	put32(&p->block, (uint32_t)(t >> 32));
	put32(&p->block, (uint32_t)t);
	put32(&p->block, (uint32_t)f->len);
	put32(&p->block, (uint32_t)f->wire_len);
	put_padded(&p->block, f->data, f->len);
	put_option(&p->block, PACKET_FLAGS, &flags, sizeof(flags));
	put(&p->block, p->comments.data, p->comments.len);
	p->comments.len = 0;
}

/* The interface where an event was seen. Return: -1 when that is not written. */
static int interface_of(const struct pcapng *p, const json_t *ev)
{
	const int host = host_index(p, field_text(ev, "host"));

	return p->only >= 0 && host != p->only ? -1 : host;
}

static const struct ends *ends_of(const struct pcapng *p, const json_t *ev)
{
	const json_int_t id = field_int(ev, "conn");

	return id < 1 || id > (json_int_t)p->n_conns ? NULL : &p->conns[id - 1];
}

static void take_packet(struct pcapng *p, const json_t *ev)
{
	const int host = interface_of(p, ev);
	const struct ends *e = ends_of(p, ev);
	struct frame f;
	int from;

	if (host < 0 || !e)
		return;
	from = sender(e, ev);
	f = (struct frame){ .src = e->addr[from],
			    .dst = e->addr[!from],
			    .sport = e->port[from],
			    .dport = e->port[!from],
			    .host = (unsigned)host,
			    .outgoing = field_is(ev, "dir", "out") };
	if (frame_make(&f, ev) != 0)
		return;
	if (field_true(ev, "made"))
		comment(p, "no host sent this: the lab made it up");
	put_frame(p, ev, &f);
}

/* The segment that an ICMP error quotes: of its connection, or as the event itself has it. */
static void quote(struct frame *f, const struct ends *e, const json_t *ev)
{
	const json_t *src = json_object_get(ev, "src"), *dst = json_object_get(ev, "dst");
	const int from = field_is(ev, "end", "b");

	f->src = e ? e->addr[from] : field_text(src, "addr");
	f->dst = e ? e->addr[!from] : field_text(dst, "addr");
	f->sport = e ? e->port[from] : (uint16_t)field_int(src, "port");
	f->dport = e ? e->port[!from] : (uint16_t)field_int(dst, "port");
}

static void take_icmp(struct pcapng *p, const json_t *ev)
{
	const char *there = field_text(ev, "addr"), *here;
	const int host = interface_of(p, ev);
	struct frame f;

	if (host < 0)
		return;
	here = p->addrs[host][strchr(there, ':') != NULL];
	f = (struct frame){ .host = (unsigned)host, .outgoing = field_is(ev, "dir", "out") };
	quote(&f, ends_of(p, ev), ev);
	if (frame_make_icmp(&f, ev, f.outgoing ? here : there, f.outgoing ? there : here) == 0)
		put_frame(p, ev, &f);
}

static char *words(const json_t *ev, void (*say)(FILE *out, const json_t *ev, enum lang lang))
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	say(f, ev, LANG_EN);
	fclose(f);
	return text;
}

static void take_expect(struct pcapng *p, const json_t *ev)
{
	_cleanup_free_ char *seen = words(ev, phrase_seen);

	comment(p, "%s: %s (seen: %s)", field_is(ev, "verdict", "pass") ? "holds" : "FAILS",
		field_text(ev, "name"), seen);
}

int pcapng_event(struct pcapng *p, const json_t *ev, struct err *err)
{
	if (field_is(ev, "ev", "header"))
		return take_header(p, ev, err);
	if (field_is(ev, "ev", "conn"))
		take_conn(p, ev);
	else if (field_is(ev, "ev", "packet"))
		take_packet(p, ev);
	else if (field_is(ev, "ev", "icmp"))
		take_icmp(p, ev);
	else if (field_is(ev, "ev", "step"))
		comment(p, "step %lld: %s", (long long)field_int(ev, "n"),
			lang_text(json_object_get(ev, "text"), LANG_EN));
	else if (field_is(ev, "ev", "note"))
		comment(p, "%s", lang_text(json_object_get(ev, "text"), LANG_EN));
	else if (field_is(ev, "ev", "expect"))
		take_expect(p, ev);
	else if (field_is(ev, "ev", "lost"))
		comment(p, "a segment on the way to %s was lost (%s)",
			*field_text(ev, "host") ? field_text(ev, "host") : "nobody",
			field_text(ev, "why"));
	else if (field_is(ev, "ev", "packets"))
		comment(p, "%lld packets like this are not shown: %s, %s, %s",
			(long long)field_int(ev, "count"), field_text(ev, "host"),
			field_text(ev, "dir"), field_text(ev, "flags"));
	else if (field_is(ev, "ev", "verdict"))
		comment(p, "verdict: %s", field_text(ev, "verdict"));
	return 0;
}
