/* SPDX-License-Identifier: MIT */
#include "eventjson.h"

#include <arpa/inet.h>
#include <assert.h>

#include "../lua/labops.h"
#include "../netns/duration.h"
#include "../netns/impairment.h"
#include "../netns/sockdiag.h"
#include "conn.h"
#include "conn_net.h"

static void set(json_t *o, const char *key, json_int_t value)
{
	json_object_set_new(o, key, json_integer(value));
}

json_t *eventjson_packet(const char *host, unsigned conn, const struct packet_seen *p,
			 const struct conn_segment *cs)
{
	const struct segment *s = &p->segment;
	char flags[SEG_FLAGS_MAX_TEXT];
	json_t *o =
		json_pack("{s:s, s:s, s:I, s:i, s:s, s:I}", "host", host, "dir",
			  p->outgoing ? "out" : "in", "seg", (json_int_t)cs->seg, "conn", (int)conn,
			  "flags", segment_flags(s->flags, flags), "seq", (json_int_t)cs->seq);

	if (s->flags & SEG_ACK)
		set(o, "ack", cs->ack);
	set(o, "len", s->len);
	set(o, "win", s->window);
	set(o, "ttl", s->ttl);
	if (cs->rtx)
		json_object_set_new(o, "rtx", json_true());
	if (cs->made)
		json_object_set_new(o, "made", json_true());
	if (s->has_mss)
		set(o, "mss", s->mss);
	if (s->has_wscale)
		set(o, "wscale", s->wscale);
	if (s->has_sackok)
		json_object_set_new(o, "sackok", json_true());
	if (s->has_ts)
		json_object_set_new(
			o, "ts", json_pack("[I, I]", (json_int_t)cs->tsval, (json_int_t)cs->tsecr));
	if (s->n_sack > 0) {
		/* Relative as the ack is: both count the peer's bytes. */
		const uint32_t base = s->ack - cs->ack;
		json_t *blocks = json_array();

		for (unsigned i = 0; i < s->n_sack; i++)
			json_array_append_new(
				blocks,
				json_pack("[I, I]", (json_int_t)(uint32_t)(s->sack[i][0] - base),
					  (json_int_t)(uint32_t)(s->sack[i][1] - base)));
		json_object_set_new(o, "sack", blocks);
	}
	if (s->fastopen_len >= 0)
		set(o, "tfo", s->fastopen_len);
	return o;
}

/* Who the host has heard it from, or to whom it says it. */
static void set_addr(json_t *o, const struct endpoint *ep)
{
	const bool v4 = endpoint_is_v4(ep);
	char text[INET6_ADDRSTRLEN];

	inet_ntop(v4 ? AF_INET : AF_INET6, ep->addr + (v4 ? 12 : 0), text, sizeof(text));
	json_object_set_new(o, "addr", json_string(text));
}

json_t *eventjson_icmp(const char *host, const struct icmp_seen *seen, const struct conn_quoted *q)
{
	const struct icmp_error *i = &seen->icmp;
	char flags[SEG_FLAGS_MAX_TEXT];
	json_t *o = json_pack("{s:s, s:s}", "host", host, "dir", seen->outgoing ? "out" : "in");

	set_addr(o, seen->outgoing ? &i->to : &i->from);
	set(o, "type", i->type);
	set(o, "code", i->code);
	json_object_set_new(o, "name", json_string(icmp_name(i)));
	if (i->mtu)
		set(o, "mtu", i->mtu);
	set(o, "ttl", i->ttl);
	if (q->end.conn) {
		set(o, "conn", conn_id(q->end.conn));
		json_object_set_new(o, "end", json_string(q->end.end == 0 ? "a" : "b"));
		if (q->seg)
			set(o, "seg", (json_int_t)q->seg);
		set(o, "seq", q->seq);
	}
	if (q->known) {
		json_object_set_new(o, "flags", json_string(segment_flags(q->flags, flags)));
		set(o, "len", q->len);
	}
	return o;
}

static const char *const timer_name[] = {
	[SOCK_TIMER_OFF] = NULL,
	[SOCK_TIMER_RETRANS] = "retrans",
	[SOCK_TIMER_KEEPALIVE] = "keepalive",
	[SOCK_TIMER_TIMEWAIT] = "timewait",
	[SOCK_TIMER_PROBE] = "probe",
};
static_assert(sizeof(timer_name) / sizeof(*timer_name) == SOCK_TIMER_PROBE + 1,
	      "a name for each timer");

static json_t *info_json(const struct sock_info *i)
{
	json_t *o = json_object();

	set(o, "rto_us", i->rto);
	set(o, "rtt_us", i->rtt);
	set(o, "rttvar_us", i->rttvar);
	set(o, "mss", i->snd_mss);
	set(o, "rcv_mss", i->rcv_mss);
	set(o, "cwnd", i->snd_cwnd);
	set(o, "ssthresh", i->ssthresh);
	set(o, "unacked", i->unacked);
	set(o, "retrans", i->retrans);
	set(o, "total_retrans", i->total_retrans);
	set(o, "lost", i->lost);
	set(o, "ca", i->ca_state);
	set(o, "backoff", i->backoff);
	set(o, "probes", i->probes);
	if (i->wscale) {
		set(o, "snd_wscale", i->snd_wscale);
		set(o, "rcv_wscale", i->rcv_wscale);
	}
	json_object_set_new(o, "timestamps", json_boolean(i->timestamps));
	json_object_set_new(o, "sack", json_boolean(i->sack));
	json_object_set_new(o, "ecn", json_boolean(i->ecn));
	return o;
}

/* The socket that @s is: an end of a connection, or a listener. */
static json_t *socket_json(const char *host, const struct conn_ref *ref, const struct sock_entry *s)
{
	json_t *o = json_pack("{s:s}", "host", host);

	if (ref) {
		set(o, "conn", ref->id);
		json_object_set_new(o, "end", json_string(ref->end == 0 ? "a" : "b"));
	} else if (s) {
		set(o, "port", s->local.port);
	}
	return o;
}

static void set_gauges(json_t *o, const struct sock_entry *s)
{
	if (s->timer != SOCK_TIMER_OFF)
		json_object_set_new(o, "timer",
				    json_pack("{s:s, s:I, s:i}", "kind", timer_name[s->timer], "in",
					      (json_int_t)s->expires * NS_PER_MS, "tries",
					      (int)s->retrans));
	set(o, "rq", s->rqueue);
	set(o, "wq", s->wqueue);
	if (s->inode == 0)
		json_object_set_new(o, "owner", json_false());
	if (s->has_info)
		json_object_set_new(o, "info", info_json(&s->info));
}

json_t *eventjson_state(const char *host, const struct conn_ref *ref, enum tcpstate from,
			enum tcpstate to, bool inferred, const struct sock_entry *s)
{
	json_t *o = socket_json(host, ref, s);

	json_object_set_new(o, "from", json_string(tcpstate_name(from)));
	json_object_set_new(o, "to", json_string(tcpstate_name(to)));
	if (inferred)
		json_object_set_new(o, "inferred", json_true());
	if (s && to != TCPSTATE_CLOSED)
		set_gauges(o, s);
	return o;
}

json_t *eventjson_socket(const char *host, const struct conn_ref *ref, const struct sock_entry *s)
{
	json_t *o = socket_json(host, ref, s);

	set_gauges(o, s);
	return o;
}

json_t *eventjson_text(const struct lab_text *text)
{
	json_t *o = json_pack("{s:s}", "en", text->en);

	if (text->zh)
		json_object_set_new(o, "zh", json_string(text->zh));
	return o;
}

void eventjson_addresses(json_t *o, const struct host *h)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET, &h->ipv4, text, sizeof(text));
	json_object_set_new(o, "ipv4", json_string(text));
	inet_ntop(AF_INET6, &h->ipv6, text, sizeof(text));
	json_object_set_new(o, "ipv6", json_string(text));
}

static json_t *field_json(const struct impairment *imp, const struct impairment_field *f)
{
	switch (f->kind) {
	case IMPAIRMENT_CHANCE:
		return json_real(impairment_chance(imp, f));
	case IMPAIRMENT_WORD:
		return json_string(distribution_name(imp->distribution));
	case IMPAIRMENT_TIME:
	case IMPAIRMENT_COUNT:
	case IMPAIRMENT_RATE:
		return json_integer(impairment_integer(imp, f));
	}
	return NULL;
}

/* Does the field say anything? */
static bool field_applies(const struct impairment *imp, const struct impairment_field *f)
{
	if (f->group)
		return impairment_bursts(imp);
	switch (f->kind) {
	case IMPAIRMENT_CHANCE:
		return impairment_chance(imp, f) > 0;
	case IMPAIRMENT_WORD:
		return imp->jitter > 0;
	case IMPAIRMENT_TIME:
	case IMPAIRMENT_COUNT:
	case IMPAIRMENT_RATE:
		return impairment_integer(imp, f) > 0;
	}
	return false;
}

void eventjson_impairment(json_t *o, const struct impairment *imp)
{
	const struct impairment_field *f;

	json_object_set_new(o, "delay", json_integer(imp->delay));
	json_object_set_new(o, "loss", json_real(imp->loss));
	for (size_t i = 0; (f = impairment_field(i)); i++) {
		json_t *in = o;

		if (!field_applies(imp, f))
			continue;
		if (f->group && !json_object_get(o, f->group))
			json_object_set_new(o, f->group, json_object());
		if (f->group)
			in = json_object_get(o, f->group);
		json_object_set_new(in, f->name, field_json(imp, f));
	}
}
