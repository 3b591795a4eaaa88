/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FAKE_ENGINE_H
#define TESTS_FAKE_ENGINE_H

/*
 * An engine for tests of lua/: it writes down what a lab asks of it, and resumes
 * actors on real descriptors. All hosts share one namespace, whose loopback they
 * are: 127.0.0.1 and ::1. Expectations about hosts are not judged, only written down.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lua/lab.h"
#include "../lua/labops.h"
#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/netns.h"
#include "../netns/sockdiag.h"

#define FAKE_UNUSED __attribute__((unused))

/*
 * @log:    one line for each thing that the lab did
 * @held, @failed: value expectations
 * @last:   the last expectation, of any kind
 * @program: how every program is; a signal ends it, which makes @program_fd readable
 * @listens_after: so many looks someone listens at port 80; 0 never
 * @no_exec, @exec_errno: why no program can be started
 */
struct fake {
	struct netns home;
	struct host host;
	char log[1 << 16];
	size_t len;
	int64_t t0;
	unsigned calls, held, failed, n_expected;
	struct expectation last;
	char last_counter[64], last_name[128], last_expected[400], last_seen[300];
	bool have_packet;
	struct packet_seen packet;
	struct packet_match asked;
	struct sock_entry entry;
	size_t n_entries;
	unsigned programs, looks, listens_after;
	bool no_exec;
	int exec_errno, program_fd, rules;
	struct lab_program program;
};

static void FAKE_UNUSED __attribute__((format(printf, 2, 3)))
fake_log(struct fake *f, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(f->log + f->len, sizeof(f->log) - f->len, fmt, ap);
	va_end(ap);
	if (n > 0 && f->len + (size_t)n < sizeof(f->log))
		f->len += (size_t)n;
}

static int64_t fake_now(void *engine)
{
	const struct fake *f = engine;

	return clock_now() - f->t0;
}

static const struct netns *fake_netns(void *engine, unsigned host)
{
	struct fake *f = engine;

	(void)host;
	return &f->home;
}

static const struct host *fake_host(void *engine, unsigned host)
{
	struct fake *f = engine;

	(void)host;
	return &f->host;
}

static uint64_t fake_called(void *engine, const struct lab_call *call)
{
	struct fake *f = engine;

	fake_log(f, "call %u host %u actor %u %s(%s)", f->calls, call->host, call->actor, call->op,
		 call->args);
	if (call->pending)
		fake_log(f, " pending\n");
	else if (call->error)
		fake_log(f, " %s\n", err_name(call->error));
	else
		fake_log(f, " = %lld\n", (long long)call->result);
	return f->calls++;
}

static void fake_returned(void *engine, uint64_t id, int64_t result, int error, int fd)
{
	struct fake *f = engine;

	(void)fd;
	if (error)
		fake_log(f, "return %llu %s\n", (unsigned long long)id, err_name(error));
	else
		fake_log(f, "return %llu = %lld\n", (unsigned long long)id, (long long)result);
}

static void fake_step(void *engine, const struct lab_text *text)
{
	fake_log(engine, "step %s|%s\n", text->en, text->zh ? text->zh : "-");
}

static void fake_predict(void *engine, const struct lab_prediction *p)
{
	fake_log(engine, "predict %s|%s %zu %u\n", p->question.en,
		 p->question.zh ? p->question.zh : "-", p->n_options, p->answer);
}

static void fake_crashed(void *engine, unsigned host, unsigned actor, unsigned sockets)
{
	fake_log(engine, "crash %u actor %u with %u\n", host, actor, sockets);
}

static void fake_note(void *engine, const struct lab_text *text)
{
	fake_log(engine, "note %s|%s\n", text->en, text->zh ? text->zh : "-");
}

static void fake_value(void *engine, const char *name, const char *value, const char *unit)
{
	fake_log(engine, "value %s = %s %s\n", name, value, unit ? unit : "-");
}

static int fake_expect(void *engine, unsigned actor, const struct expectation *e, struct err *err)
{
	struct fake *f = engine;

	(void)actor;
	(void)err;
	f->n_expected++;
	f->last = *e;
	snprintf(f->last_name, sizeof(f->last_name), "%s", e->name ? e->name : "");
	snprintf(f->last_counter, sizeof(f->last_counter), "%s", e->counter ? e->counter : "");
	snprintf(f->last_expected, sizeof(f->last_expected), "%s", e->expected ? e->expected : "");
	snprintf(f->last_seen, sizeof(f->last_seen), "%s", e->seen ? e->seen : "");
	if (e->kind == EXPECT_VALUE && e->holds)
		f->held++;
	if (e->kind == EXPECT_VALUE && !e->holds)
		f->failed++;
	fake_log(f, "expect kind %d host %d states %x line %d", (int)e->kind, e->host, e->states,
		 e->line);
	if (e->kind == EXPECT_VALUE)
		fake_log(f, " %s: %s, seen %s", e->holds ? "holds" : "FAILS", e->expected, e->seen);
	fake_log(f, "\n");
	return 0;
}

static int fake_counter(void *engine, unsigned host, const char *name, int64_t *delta,
			struct err *err)
{
	(void)engine;
	(void)host;
	if (strcmp(name, "TcpPassiveOpens") != 0)
		return err_set(err, ENOENT, "no counter '%.40s'; did you mean TcpPassiveOpens?",
			       name);
	*delta = 7;
	return 0;
}

static int fake_sysctl_set(void *engine, unsigned host, const char *name, const char *value,
			   struct err *err)
{
	if (strncmp(name, "net.", 4) != 0)
		return err_set(err, EPERM, "%.60s is not below net.", name);
	fake_log(engine, "sysctl host %u %s = %s\n", host, name, value);
	return 0;
}

static int fake_kernel_sysctl(void *engine, const char *name, const char *text,
			      char value[static SYSCTL_MAX_VALUE], struct err *err)
{
	if (strcmp(name, "net.ipv4.tcp_max_orphans") != 0) {
		err_set(err, EPERM, "%.60s belongs to the whole machine", name);
		return err_remedy(err, "say needs");
	}
	if (text)
		fake_log(engine, "kernel sysctl %s = %s\n", name, text);
	strcpy(value, text ? text : "4096");
	return 0;
}

static int fake_impair(void *engine, unsigned host, const struct impairment *imp, struct err *err)
{
	(void)err;
	fake_log(engine, "impair host %u delay %lld loss %g\n", host, (long long)imp->delay,
		 imp->loss);
	return 0;
}

static int fake_rule(void *engine, const struct rule_spec *spec, struct err *err)
{
	struct fake *f = engine;

	if (f->rules == RULES_MAX)
		return err_set(err, ENOSPC, "%d rules are in force already", RULES_MAX);
	fake_log(f, "%s from %d to %d flags %d nth %u\n", rule_action_name(spec->action),
		 spec->from, spec->to, spec->flags, spec->nth);
	return ++f->rules;
}

static int fake_rule_release(void *engine, int rule, bool reverse, struct err *err)
{
	(void)err;
	fake_log(engine, "release %d%s\n", rule, reverse ? " reverse" : "");
	return 0;
}

static void fake_rule_off(void *engine, int rule)
{
	fake_log(engine, "off %d\n", rule);
}

static void fake_rule_state(void *engine, int rule, struct rule_state *out)
{
	(void)engine;
	*out = (struct rule_state){ .seen = 3, .acted = 2, .held = (size_t)rule };
}

static int fake_inject(void *engine, const struct lab_made_up *m, struct err *err)
{
	(void)err;
	fake_log(engine, "inject to %u flags %u len %u\n", m->to, m->seg.flags, m->seg.len);
	return 0;
}

static int fake_plug(void *engine, unsigned host, bool in, struct err *err)
{
	(void)err;
	fake_log(engine, "plug %u %d\n", host, in);
	return 0;
}

static int fake_vanish(void *engine, unsigned host, struct err *err)
{
	(void)err;
	fake_log(engine, "vanish %u\n", host);
	return 0;
}

static const struct lab_net_ops fake_net_ops = {
	.rule = fake_rule,
	.rule_release = fake_rule_release,
	.rule_off = fake_rule_off,
	.rule_state = fake_rule_state,
	.inject = fake_inject,
	.plug = fake_plug,
	.vanish = fake_vanish,
};

static bool fake_packet(void *engine, unsigned host, const struct packet_match *match,
			const struct endpoint *local, const struct endpoint *remote,
			struct packet_seen *out)
{
	struct fake *f = engine;

	(void)host;
	(void)local;
	(void)remote;
	f->asked = *match;
	*out = f->packet;
	return f->have_packet;
}

static const struct sock_entry *fake_socket(void *engine, unsigned host, size_t *cursor)
{
	struct fake *f = engine;

	(void)host;
	return (*cursor)++ < f->n_entries ? &f->entry : NULL;
}

static void fake_look(void *engine, unsigned host)
{
	struct fake *f = engine;

	(void)host;
	if (++f->looks == f->listens_after) {
		f->entry = (struct sock_entry){ .state = TCPSTATE_LISTEN, .local.port = 80 };
		f->n_entries = 1;
	}
}

static int fake_may_exec(void *engine, const struct lab_exec *x, struct err *err)
{
	const struct fake *f = engine;

	(void)x;
	if (!f->no_exec)
		return 0;
	err_set(err, EPERM, "this lab wants to start a program");
	return err_remedy(err, "--allow-exec lets it");
}

static int fake_exec(void *engine, const struct lab_exec *x, unsigned *id, struct err *err)
{
	struct fake *f = engine;

	if (f->exec_errno)
		return err_set(err, f->exec_errno, "%s: %s", x->argv[0], strerror(f->exec_errno));
	fake_log(f, "exec host %u in %s:", x->host, x->cwd);
	for (size_t i = 0; x->argv[i]; i++)
		fake_log(f, " [%s]", x->argv[i]);
	for (size_t i = 0; x->env[i]; i++)
		fake_log(f, " {%s}", x->env[i]);
	fake_log(f, "\n");
	*id = ++f->programs;
	return 0;
}

static void fake_program(void *engine, unsigned id, struct lab_program *out)
{
	const struct fake *f = engine;

	(void)id;
	*out = f->program;
	out->said = "";
	out->fd = f->program.ended ? -1 : f->program_fd;
}

static void fake_unready(void *engine, unsigned id, uint16_t port, int64_t after, int64_t within)
{
	struct fake *f = engine;

	(void)id;
	fake_log(f, "unready port %u after %lld of %lld\n", port, (long long)after,
		 (long long)within);
}

static int fake_program_signal(void *engine, unsigned id, int signal)
{
	struct fake *f = engine;

	(void)id;
	if (f->program.ended)
		return -ESRCH;
	f->program = (struct lab_program){ .ended = true, .signal = signal };
	return eventfd_write(f->program_fd, 1) == 0 ? 0 : -errno;
}

static const struct lab_ops fake_ops FAKE_UNUSED = {
	.now = fake_now,
	.netns = fake_netns,
	.host = fake_host,
	.called = fake_called,
	.returned = fake_returned,
	.step = fake_step,
	.note = fake_note,
	.value = fake_value,
	.predict = fake_predict,
	.crashed = fake_crashed,
	.expect = fake_expect,
	.counter = fake_counter,
	.sysctl_set = fake_sysctl_set,
	.kernel_sysctl = fake_kernel_sysctl,
	.net = &fake_net_ops,
	.impair = fake_impair,
	.packet = fake_packet,
	.socket = fake_socket,
	.look = fake_look,
	.may_exec = fake_may_exec,
	.exec = fake_exec,
	.program = fake_program,
	.program_signal = fake_program_signal,
	.unready = fake_unready,
};

/* Take the present namespace as the world, with lo up. Return: 0 or -errno. */
static int FAKE_UNUSED fake_open(struct fake *f, struct err *err)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd, rc;

	memset(f, 0, sizeof(*f));
	f->home = NETNS_CLOSED;
	f->t0 = clock_now();
	f->host.name = "lo";
	f->host.ns = &f->home;
	f->host.ipv4.s_addr = htonl(INADDR_LOOPBACK);
	f->host.ipv6 = in6addr_loopback;
	f->program_fd = eventfd(0, EFD_CLOEXEC);
	if (f->program_fd < 0)
		return err_set(err, errno, "eventfd: %s", strerror(errno));
	rc = netns_home(&f->home, err);
	if (rc < 0)
		return rc;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set(err, errno, "socket: %s", strerror(errno));
	rc = ioctl(fd, SIOCGIFFLAGS, &ifr);
	ifr.ifr_flags |= IFF_UP;
	if (rc == 0)
		rc = ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return rc == 0 ? 0 : err_set(err, errno, "lo: %s", strerror(errno));
}

static void FAKE_UNUSED fake_close(struct fake *f)
{
	netns_close(&f->home);
	close(f->program_fd);
}

static bool fake_due(struct fake *f, const struct lab_wait *w, int64_t *next, short *events)
{
	int64_t left = w->deadline < 0 ? INT64_MAX : w->deadline - fake_now(f);

	*events = 0;
	switch (w->kind) {
	case LAB_WAIT_NOTHING:
	case LAB_WAIT_EXPECT:
		return true;
	case LAB_WAIT_FD:
		*events = (short)w->events;
		break;
	case LAB_WAIT_TIME:
		break;
	case LAB_WAIT_ACTOR:
	case LAB_WAIT_ENDED:
		return false;
	}
	if (left < *next)
		*next = left;
	return left <= 0;
}

/* Play @lab to its end. Return: 0, -errno of the script, or -EDEADLK when all wait for nothing. */
static int FAKE_UNUSED fake_play(struct fake *f, struct lab *lab, struct err *err)
{
	int rc = lab_start(lab, &fake_ops, f, err);

	f->rules = 0;
	while (rc == 0) {
		struct pollfd fds[300];
		size_t who[300], n = 0, alive = 0, count = lab_actor_count(lab);
		int64_t next = INT64_MAX;
		bool moved = false;

		for (size_t i = 0; i < count && rc == 0; i++) {
			const struct lab_wait *w = lab_actor_wait(lab, i);
			short events;

			alive += w->kind != LAB_WAIT_ENDED;
			if (fake_due(f, w, &next, &events)) {
				bool late = w->kind == LAB_WAIT_FD || w->kind == LAB_WAIT_TIME;

				rc = lab_resume(lab, i, late ? LAB_WAKE_TIMEOUT : LAB_WAKE_READY,
						err);
				moved = true;
			} else if (events) {
				fds[n] = (struct pollfd){ .fd = w->fd, .events = events };
				who[n++] = i;
			}
		}
		if (rc < 0 || moved)
			continue;
		if (alive == 0)
			return 0;
		if (n == 0 && next == INT64_MAX)
			return err_set(err, EDEADLK, "every actor waits for nothing");
		if (poll(fds, n, next == INT64_MAX ? -1 : (int)(next / NS_PER_MS) + 1) <= 0)
			continue;
		for (size_t i = 0; i < n && rc == 0; i++) {
			if (fds[i].revents && lab_actor_wait(lab, who[i])->kind == LAB_WAIT_FD)
				rc = lab_resume(lab, who[i], LAB_WAKE_READY, err);
		}
	}
	return rc;
}

/* A lab from a string, by way of a file without a name. Return: 0 or -errno. */
static int FAKE_UNUSED fake_load(const char *text, const struct lab_setting *params, size_t n,
				 struct lab **lab, struct err *err)
{
	char path[64];
	int fd = memfd_create("lab", MFD_CLOEXEC), rc;

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
		rc = err_set(err, errno, "memfd: %s", strerror(errno));
	} else {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		rc = lab_load(path, &(struct lab_load_options){ .params = params, .n_params = n },
			      lab, err);
	}
	close(fd);
	return rc;
}

#endif
