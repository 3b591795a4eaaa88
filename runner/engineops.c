/* SPDX-License-Identifier: MIT */
#include "enginestate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "../netns/burst.h"
#include "../netns/cleanup.h"
#include "../netns/clock.h"
#include "../netns/counter.h"
#include "../netns/duration.h"
#include "../netns/sockdiag.h"
#include "../netns/tap.h"
#include "engine.h"
#include "enginesysctl.h"
#include "eventjson.h"
#include "floods.h"
#include "history.h"
#include "judge.h"
#include "netops.h"
#include "ownserver.h"
#include "programs.h"
#include "record.h"
#include "watch.h"

#define VIRTUAL_NUDGE (7 * NS_PER_US)

/* With more sockets than this on a host, its dumps wait for the end of the turn. */
#define DUMP_AT_ONCE_MAX 256

int64_t engine_now(const struct engine *e)
{
	return clock_now() - e->zero;
}

static int64_t op_now(void *engine)
{
	return engine_now(engine);
}

static const struct host *op_host(void *engine, unsigned host)
{
	const struct engine *e = engine;

	return world_host(e->world, host);
}

static const struct netns *op_netns(void *engine, unsigned host)
{
	return op_host(engine, host)->ns;
}

static bool endpoint_from(const struct sockaddr_storage *ss, struct endpoint *ep)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)ss;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (ss->ss_family == AF_INET) {
		memcpy(ep->addr, mapped, sizeof(mapped));
		memcpy(ep->addr + 12, &in->sin_addr, 4);
		ep->port = ntohs(in->sin_port);
		return true;
	}
	if (ss->ss_family == AF_INET6) {
		memcpy(ep->addr, &in6->sin6_addr, 16);
		ep->port = ntohs(in6->sin6_port);
		return true;
	}
	return false;
}

/* The number of the connection that @fd is an end of; 0 when it is none (yet). */
static unsigned conn_of(struct engine *e, unsigned host, int fd)
{
	struct sockaddr_storage a = { .ss_family = AF_UNSPEC }, b = a;
	socklen_t la = sizeof(a), lb = sizeof(b);
	struct endpoint local, remote;
	const struct sock_entry *s;
	struct conn *c;
	size_t cursor = 0;

	if (fd < 0 || getsockname(fd, (struct sockaddr *)&a, &la) != 0 ||
	    !endpoint_from(&a, &local))
		return 0;
	if (getpeername(fd, (struct sockaddr *)&b, &lb) == 0 && endpoint_from(&b, &remote))
		return watch_conn(e->watch, &local, &remote, &c);
	/* In SYN-SENT there is a peer, but getpeername(2) does not say so. */
	while ((s = sockdiag_next(watch_sockdiag(e->watch, host), &cursor))) {
		if (s->state == TCPSTATE_SYN_SENT && s->local.port == local.port &&
		    memcmp(s->local.addr, local.addr, sizeof(local.addr)) == 0)
			return watch_conn(e->watch, &s->local, &s->remote, &c);
	}
	return 0;
}

/* A call was made on @host: look at once, or at the end of the turn where that would be much work.
 */
static void look(struct engine *e, unsigned host)
{
	size_t sockets = 0;
	int rc;

	watch_touch(e->watch, host);
	for (int s = 0; s < TCPSTATE_COUNT; s++)
		sockets += sockdiag_count(watch_sockdiag(e->watch, host), (enum tcpstate)s);
	if (sockets > DUMP_AT_ONCE_MAX || e->broken.code)
		return;
	rc = watch_packets(e->watch, &e->broken);
	if (rc >= 0)
		(void)watch_sockets(e->watch, &e->broken); /* e->broken says it */
}

static void add_outcome(json_t *o, int64_t result, int error)
{
	if (error)
		json_object_set_new(o, "errno", json_string(err_name(error)));
	else
		json_object_set_new(o, "result", json_integer(result));
}

static uint64_t op_called(void *engine, const struct lab_call *call)
{
	struct engine *e = engine;
	/* What the call made happen comes after it, also where both are of the same moment. */
	const uint64_t place = record_place(e->rec);
	unsigned conn;
	json_t *o;

	look(e, call->host);
	conn = conn_of(e, call->host, call->fd);
	o = json_pack("{s:I, s:s, s:i, s:s, s:s}", "id", (json_int_t)++e->calls, "host",
		      world_host(e->world, call->host)->name, "actor", (int)call->actor, "op",
		      call->op, "args", call->args);
	if (conn)
		json_object_set_new(o, "conn", json_integer(conn));
	if (call->pending)
		json_object_set_new(o, "pending", json_true());
	else
		add_outcome(o, call->result, call->error);
	record_event_in(e->rec, place, "call", call->t0, o);
	return e->calls;
}

static void op_returned(void *engine, uint64_t id, int64_t result, int error, int fd)
{
	struct engine *e = engine;
	json_t *o = json_pack("{s:I}", "id", (json_int_t)id);
	unsigned conn = 0;

	for (unsigned h = 0; h < world_host_count(e->world) && !conn; h++)
		conn = conn_of(e, h, fd);
	if (conn)
		json_object_set_new(o, "conn", json_integer(conn));
	add_outcome(o, result, error);
	record_event(e->rec, "return", engine_now(e), o);
}

static void op_step(void *engine, const struct lab_text *text)
{
	struct engine *e = engine;

	if (!e->broken.code)
		(void)watch_report_counters(e->watch, &e->broken); /* e->broken says it */
	record_event(
		e->rec, "step", engine_now(e),
		json_pack("{s:I, s:o}", "n", (json_int_t)++e->steps, "text", eventjson_text(text)));
}

static void op_note(void *engine, const struct lab_text *text)
{
	struct engine *e = engine;

	record_event(e->rec, "note", engine_now(e),
		     json_pack("{s:o}", "text", eventjson_text(text)));
}

static void op_value(void *engine, const char *name, const char *value, const char *unit)
{
	struct engine *e = engine;
	json_t *o = json_pack("{s:s, s:s}", "name", name, "value", value);

	if (unit)
		json_object_set_new(o, "unit", json_string(unit));
	record_event(e->rec, "value", engine_now(e), o);
}

static void op_predict(void *engine, const struct lab_prediction *p)
{
	struct engine *e = engine;
	json_t *options = json_array();

	for (size_t i = 0; i < p->n_options; i++)
		json_array_append_new(options, eventjson_text(&p->option[i]));
	record_event(e->rec, "predict", engine_now(e),
		     json_pack("{s:I, s:o, s:o, s:i, s:o}", "n", (json_int_t)++e->predictions,
			       "text", eventjson_text(&p->question), "options", options, "answer",
			       (int)p->answer, "why", eventjson_text(&p->why)));
}

static void op_crashed(void *engine, unsigned host, unsigned actor, unsigned sockets)
{
	struct engine *e = engine;

	record_event(e->rec, "crash", engine_now(e),
		     json_pack("{s:s, s:i, s:i}", "host", world_host(e->world, host)->name, "actor",
			       (int)actor, "sockets", (int)sockets));
}

static int op_expect(void *engine, unsigned actor, const struct expectation *x, struct err *err)
{
	struct engine *e = engine;
	struct counters *c;
	int64_t delta;

	/* A counter that this kernel does not have is the lab's mistake, told where it stands. */
	if (x->kind == EXPECT_COUNTER) {
		int rc = watch_counters(e->watch, (size_t)x->host, &c, err);

		if (rc == 0)
			rc = counters_get(c, x->counter, &delta, err);
		if (rc != 0)
			return rc;
	}
	judge_begin(e->judge, actor, x, engine_now(e));
	return 0;
}

static void op_look(void *engine, unsigned host)
{
	look(engine, host);
}

static int op_may_exec(void *engine, const struct lab_exec *x, struct err *err)
{
	const struct engine *e = engine;

	if (!e->spec->allow_exec && !ownserver_is(e->spec->server, x)) {
		err_set(err, EPERM, "exec(): this lab wants to start a program of your machine");
		return err_remedy(err, "--allow-exec lets it, if you trust the lab");
	}
	return programs_room(e->programs, err);
}

static int op_exec(void *engine, const struct lab_exec *x, unsigned *id, struct err *err)
{
	struct engine *e = engine;

	return programs_start(e->programs, x, id, err);
}

static void op_broken(void *engine, const struct err *err)
{
	struct engine *e = engine;

	if (!e->broken.code)
		e->broken = *err;
}

static void op_program(void *engine, unsigned id, struct lab_program *out)
{
	struct engine *e = engine;

	programs_get(e->programs, id, out);
}

static int op_program_signal(void *engine, unsigned id, int signal)
{
	struct engine *e = engine;

	return programs_signal(e->programs, id, signal);
}

static void op_unready(void *engine, unsigned id, uint16_t port, int64_t after, int64_t within)
{
	struct engine *e = engine;

	programs_unready(e->programs, id, port, after, within);
}

static int op_flood(void *engine, const struct lab_flood *x, unsigned *id, struct err *err)
{
	struct engine *e = engine;

	return floods_start(e->floods, x, id, err);
}

static void op_flood_state(void *engine, unsigned id, struct lab_flood_state *out)
{
	const struct engine *e = engine;

	floods_get(e->floods, id, out);
}

static void op_flood_stop(void *engine, unsigned id)
{
	struct engine *e = engine;

	floods_stop(e->floods, id);
}

static void op_crowd(void *engine, unsigned host, const struct endpoint *to, bool on)
{
	struct engine *e = engine;

	watch_crowd(e->watch, to, (int)host, on);
	if (!on)
		watch_report_folds(e->watch);
}

static int op_look_away(void *engine, unsigned host, const struct endpoint *to, bool away,
			struct err *err)
{
	struct engine *e = engine;
	struct tap_flow flow = { .client = world_host(e->world, host)->ipv4.s_addr,
				 .port = to->port };
	int rc = 0;

	/* Over IPv6 they are looked at. */
	if (!endpoint_is_v4(to))
		return 0;
	memcpy(&flow.server, to->addr + 12, sizeof(flow.server));
	for (unsigned i = 0; rc == 0 && i < world_host_count(e->world); i++) {
		if (i == host || world_host(e->world, i)->ipv4.s_addr == flow.server)
			rc = watch_look_away(e->watch, i, away ? &flow : NULL, err);
	}
	return rc;
}

/* Between two waits of a burst: what a turn does with packets, and no more. */
static int pump(void *arg, struct err *err)
{
	struct engine *e = arg;
	int rc;

	/* Time has passed since the last one. */
	if (e->spec->virtual_clock)
		clock_hold();
	rc = world_work(e->world, err);
	if (rc >= 0)
		rc = watch_packets(e->watch, err);
	if (rc >= 0 && engine_now(e) > e->meta->limit)
		rc = err_set(err, ETIME, "burst(): the lab did not end within its limit");
	return rc < 0 ? rc : 0;
}

static int op_burst(void *engine, const struct burst_spec *spec, struct burst_result *out,
		    struct err *err)
{
	struct engine *e = engine;
	struct burst_spec ours = *spec;

	ours.pump = pump;
	ours.arg = e;
	ours.pump_fd = world_fd(e->world);
	return burst_run(&ours, out, err);
}

static int op_counter(void *engine, unsigned host, const char *name, int64_t *delta,
		      struct err *err)
{
	struct engine *e = engine;
	struct counters *c;
	int rc = watch_counters(e->watch, host, &c, err);

	return rc == 0 ? counters_get(c, name, delta, err) : rc;
}

struct impairment engine_impairment(const struct engine *e, const struct impairment *imp)
{
	struct impairment longer = *imp;

	if (e->spec->virtual_clock)
		longer.delay += VIRTUAL_NUDGE;
	return longer;
}

static int op_impair(void *engine, unsigned host, const struct impairment *imp, struct err *err)
{
	struct engine *e = engine;
	const struct impairment longer = engine_impairment(e, imp);
	int rc = world_impair(e->world, host, &longer, err);
	json_t *ev;

	if (rc != 0)
		return rc;
	ev = json_pack("{s:s}", "host", world_host(e->world, host)->name);
	eventjson_impairment(ev, imp);
	record_event(e->rec, "impair", engine_now(e), ev);
	return 0;
}

static bool op_packet(void *engine, unsigned host, const struct packet_match *match,
		      const struct endpoint *local, const struct endpoint *remote,
		      struct packet_seen *out)
{
	struct engine *e = engine;
	const struct packet_seen *p = history_find_packet(e->hist, host, match, local, remote);

	if (p)
		*out = *p;
	return p;
}

static const struct sock_entry *op_socket(void *engine, unsigned host, size_t *cursor)
{
	struct engine *e = engine;

	return sockdiag_next(watch_sockdiag(e->watch, host), cursor);
}

const struct lab_ops engine_ops = {
	.now = op_now,
	.netns = op_netns,
	.host = op_host,
	.called = op_called,
	.returned = op_returned,
	.step = op_step,
	.note = op_note,
	.value = op_value,
	.predict = op_predict,
	.crashed = op_crashed,
	.expect = op_expect,
	.counter = op_counter,
	.sysctl_set = enginesysctl_host,
	.kernel_sysctl = enginesysctl_kernel,
	.net = &engine_net_ops,
	.impair = op_impair,
	.packet = op_packet,
	.socket = op_socket,
	.look = op_look,
	.may_exec = op_may_exec,
	.broken = op_broken,
	.exec = op_exec,
	.program = op_program,
	.program_signal = op_program_signal,
	.unready = op_unready,
	.flood = op_flood,
	.flood_state = op_flood_state,
	.flood_stop = op_flood_stop,
	.crowd = op_crowd,
	.look_away = op_look_away,
	.burst = op_burst,
};
