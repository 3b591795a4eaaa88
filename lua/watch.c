/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "../netns/sockdiag.h"
#include "options.h"
#include "sock.h"

static uint32_t one_state(lua_State *L, int index, int arg)
{
	int state;

	if (lua_type(L, index) != LUA_TSTRING)
		options_error(L, arg, "a state such as \"ESTAB\" expected, got %s",
			      luaL_typename(L, index));
	state = tcpstate_parse(lua_tostring(L, index));
	if (state < 0)
		options_error(L, arg,
			      "'%.40s' is no TCP state; the states are LISTEN, SYN-SENT, SYN-RECV, "
			      "ESTAB, FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING, LAST-ACK, "
			      "TIME-WAIT and CLOSED",
			      lua_tostring(L, index));
	return UINT32_C(1) << state;
}

uint32_t watch_states(lua_State *L, int index, int arg)
{
	uint32_t states = 0;
	size_t n;

	if (lua_type(L, index) != LUA_TTABLE)
		return one_state(L, index, arg);
	n = (size_t)lua_rawlen(L, index);
	if (n == 0)
		options_error(L, arg, "a list of states expected, got an empty table");
	for (size_t i = 1; i <= n; i++) {
		lua_rawgeti(L, index, (lua_Integer)i);
		states |= one_state(L, -1, arg);
		lua_pop(L, 1);
	}
	return states;
}

/* "in" or "out" in the table at @index. Return: 1 for out, 0 for in, PACKET_ANY when not said. */
static int read_dir(lua_State *L, int index, int arg)
{
	const char *dir = options_string(L, index, arg, "dir");

	if (!dir)
		return PACKET_ANY;
	if (strcmp(dir, "in") != 0 && strcmp(dir, "out") != 0)
		options_error(L, arg, "dir is \"in\" or \"out\", not \"%.20s\"", dir);
	return strcmp(dir, "out") == 0;
}

static const char *read_icmp_name(lua_State *L, int index)
{
	const char *name = luaL_checkstring(L, index), *known = icmp_name_find(name);
	const char *near = icmp_name_near(name);

	if (!known && near)
		options_error(L, index, "'%.40s' is no ICMP error about TCP; did you mean '%s'?",
			      name, near);
	if (!known)
		options_error(
			L, index,
			"'%.40s' is no ICMP error about TCP; there are 'host unreachable', "
			"'port unreachable', 'fragmentation needed', 'time exceeded' and others",
			name);
	return known;
}

void watch_icmp(lua_State *L, int index, struct icmp_match *out)
{
	static const char *const keys[] = { "dir", "nth", "port", NULL };
	const int more = index + 1;

	*out = (struct icmp_match){ .outgoing = PACKET_ANY, .port = PACKET_ANY, .nth = 1 };
	if (!lua_isnoneornil(L, index))
		out->name = read_icmp_name(L, index);
	options_check(L, more, more, keys);
	if (lua_type(L, more) != LUA_TTABLE)
		return;
	out->outgoing = read_dir(L, more, more);
	out->nth = (unsigned)options_integer(L, more, more, "nth", 1, 1, 1000000);
	out->port = (int)options_integer(L, more, more, "port", PACKET_ANY, 1, 65535);
}

void watch_match(lua_State *L, int index, int arg, struct packet_match *out)
{
	static const char *const keys[] = { "flags", "dir", "len", "nth", "port", "rtx", NULL };
	const char *flags;

	*out = (struct packet_match){
		.outgoing = PACKET_ANY,
		.flags = PACKET_ANY,
		.retransmission = PACKET_ANY,
		.port = PACKET_ANY,
		.len = PACKET_ANY,
		.nth = 1,
	};
	options_check(L, index, arg, keys);
	if (lua_type(L, index) != LUA_TTABLE)
		return;
	flags = options_string(L, index, arg, "flags");
	if (flags) {
		out->flags = segment_flags_parse(flags);
		if (out->flags < 0 || !flags[0])
			options_error(L, arg,
				      "flags \"%.20s\": letters of S, F, R, P, A, U, E, C expected",
				      flags);
		out->psh = out->flags & SEG_PSH;
	}
	out->outgoing = read_dir(L, index, arg);
	out->len = options_integer(L, index, arg, "len", PACKET_ANY, 0, 65535);
	out->nth = (unsigned)options_integer(L, index, arg, "nth", 1, 1, 1000000);
	out->port = (int)options_integer(L, index, arg, "port", PACKET_ANY, 1, 65535);
	lua_pushliteral(L, "rtx");
	lua_rawget(L, index);
	if (!lua_isnil(L, -1))
		out->retransmission = options_bool(L, index, arg, "rtx", false);
	lua_pop(L, 1);
}

static void set_integer(lua_State *L, const char *key, int64_t value)
{
	lua_pushinteger(L, value);
	lua_setfield(L, -2, key);
}

static void set_bool(lua_State *L, const char *key, bool value)
{
	lua_pushboolean(L, value);
	lua_setfield(L, -2, key);
}

static void set_string(lua_State *L, const char *key, const char *value)
{
	lua_pushstring(L, value);
	lua_setfield(L, -2, key);
}

static void push_packet(lua_State *L, const struct packet_seen *p)
{
	const struct segment *seg = &p->segment;
	char flags[SEG_FLAGS_MAX_TEXT];

	lua_createtable(L, 0, 18);
	set_integer(L, "t", p->t);
	set_string(L, "dir", p->outgoing ? "out" : "in");
	set_string(L, "flags", segment_flags(seg->flags, flags));
	set_integer(L, "seq", p->seq);
	set_integer(L, "raw_seq", seg->seq);
	if (seg->flags & SEG_ACK) {
		set_integer(L, "ack", p->ack);
		set_integer(L, "raw_ack", seg->ack);
	}
	set_integer(L, "len", seg->len);
	set_integer(L, "window", seg->window);
	set_integer(L, "ttl", seg->ttl);
	set_integer(L, "sport", seg->src.port);
	set_integer(L, "dport", seg->dst.port);
	set_bool(L, "rtx", p->retransmission);
	set_bool(L, "sackok", seg->has_sackok);
	if (seg->has_mss)
		set_integer(L, "mss", seg->mss);
	if (seg->has_wscale)
		set_integer(L, "wscale", seg->wscale);
	if (seg->has_ts) {
		set_integer(L, "tsval", seg->tsval);
		set_integer(L, "tsecr", seg->tsecr);
	}
}

int match_packet(lua_State *L, unsigned host, const struct endpoint *local,
		 const struct endpoint *remote, int index)
{
	const struct lab *lab = script_lab(L);
	struct packet_match match;
	struct packet_seen seen;

	lua_settop(L, index);
	watch_match(L, index, index, &match);
	if (lab->ops->packet(lab->engine, host, &match, local, remote, &seen))
		push_packet(L, &seen);
	else
		lua_pushnil(L);
	return 1;
}

static const char *const timers[] = { NULL, "retrans", "keepalive", "timewait", "probe" };

static void push_entry(lua_State *L, const struct sock_entry *e)
{
	char text[ENDPOINT_MAX_TEXT];
	size_t timer = (size_t)e->timer;

	lua_createtable(L, 0, 14);
	set_string(L, "state", tcpstate_name(e->state));
	set_string(L, "local_addr", endpoint_format(&e->local, text));
	set_string(L, "remote_addr", endpoint_format(&e->remote, text));
	set_integer(L, "port", e->local.port);
	set_integer(L, "peer_port", e->remote.port);
	set_integer(L, "rq", e->rqueue);
	set_integer(L, "wq", e->wqueue);
	set_integer(L, "tries", e->retrans);
	set_bool(L, "owner", e->inode != 0);
	if (timer > 0 && timer < sizeof(timers) / sizeof(timers[0])) {
		set_string(L, "timer", timers[timer]);
		set_integer(L, "expires_ms", e->expires);
	}
	if (!e->has_info)
		return;
	set_integer(L, "rto_us", e->info.rto);
	set_integer(L, "rtt_us", e->info.rtt);
	set_integer(L, "cwnd", e->info.snd_cwnd);
	set_integer(L, "mss", e->info.snd_mss);
	set_integer(L, "unacked", e->info.unacked);
}

int match_sockets(lua_State *L)
{
	static const char *const keys[] = { "state", "port", NULL };
	const struct lab *lab = script_lab(L);
	unsigned host = host_at(L, 1);
	const struct sock_entry *e;
	uint32_t states = UINT32_MAX;
	size_t cursor = 0;
	lua_Integer n = 0;
	int64_t port;

	lua_settop(L, 2);
	options_check(L, 2, 2, keys);
	port = options_integer(L, 2, 2, "port", 0, 1, 65535);
	if (lua_type(L, 2) == LUA_TTABLE) {
		lua_pushliteral(L, "state");
		lua_rawget(L, 2);
		if (!lua_isnil(L, -1))
			states = watch_states(L, lua_gettop(L), 2);
		lua_pop(L, 1);
	}
	lua_newtable(L);
	while ((e = lab->ops->socket(lab->engine, host, &cursor))) {
		if (!(states & UINT32_C(1) << e->state))
			continue;
		if (port && e->local.port != port && e->remote.port != port)
			continue;
		push_entry(L, e);
		lua_rawseti(L, -2, ++n);
	}
	return 1;
}

/* Fields of tcp_info that have been there since Linux 2.6: every kernel fills them. */
static const struct {
	const char *name;
	size_t offset, size;
} fields[] = {
#define FIELD(name, member)                                                                        \
	{                                                                                          \
		name, offsetof(struct tcp_info, member), sizeof(((struct tcp_info *)0)->member)    \
	}
	FIELD("ca_state", tcpi_ca_state),
	FIELD("retransmits", tcpi_retransmits),
	FIELD("probes", tcpi_probes),
	FIELD("backoff", tcpi_backoff),
	FIELD("rto_us", tcpi_rto),
	FIELD("ato_us", tcpi_ato),
	FIELD("snd_mss", tcpi_snd_mss),
	FIELD("rcv_mss", tcpi_rcv_mss),
	FIELD("unacked", tcpi_unacked),
	FIELD("sacked", tcpi_sacked),
	FIELD("lost", tcpi_lost),
	FIELD("retrans", tcpi_retrans),
	FIELD("pmtu", tcpi_pmtu),
	FIELD("rcv_ssthresh", tcpi_rcv_ssthresh),
	FIELD("rtt_us", tcpi_rtt),
	FIELD("rttvar_us", tcpi_rttvar),
	FIELD("snd_ssthresh", tcpi_snd_ssthresh),
	FIELD("cwnd", tcpi_snd_cwnd),
	FIELD("advmss", tcpi_advmss),
	FIELD("reordering", tcpi_reordering),
	FIELD("rcv_space", tcpi_rcv_space),
	FIELD("total_retrans", tcpi_total_retrans),
#undef FIELD
};

/* socket:info() */
int sockinfo_table(lua_State *L)
{
	const struct sock *s = sock_check(L, "info");
	struct tcp_info info;
	socklen_t len = sizeof(info);
	int error;

	memset(&info, 0, sizeof(info));
	call_begin(L, -1);
	error = getsockopt(s->fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0 ? errno : 0;
	call_end(L, s, "getsockopt", "TCP_INFO", 0, error);
	if (error)
		return call_failed(L, "TCP_INFO", error);
	lua_createtable(L, 0, 32);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *at = (const char *)&info + fields[i].offset;
		uint32_t value = 0;

		if (fields[i].size == 1)
			value = *(const uint8_t *)at;
		else
			memcpy(&value, at, sizeof(value));
		set_integer(L, fields[i].name, value);
	}
	set_string(L, "state",
		   info.tcpi_state == TCPSTATE_UNCONN
			   ? "CLOSED"
			   : tcpstate_name((enum tcpstate)info.tcpi_state));
	set_bool(L, "timestamps", info.tcpi_options & TCPI_OPT_TIMESTAMPS);
	set_bool(L, "sack", info.tcpi_options & TCPI_OPT_SACK);
	set_bool(L, "ecn", info.tcpi_options & TCPI_OPT_ECN);
	if (info.tcpi_options & TCPI_OPT_WSCALE) {
		set_integer(L, "snd_wscale", info.tcpi_snd_wscale);
		set_integer(L, "rcv_wscale", info.tcpi_rcv_wscale);
	}
	return 1;
}
