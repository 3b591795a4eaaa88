/* SPDX-License-Identifier: MIT */
#ifndef LUA_LABOPS_H
#define LUA_LABOPS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../netns/icmp.h"
#include "../netns/segment.h"
#include "../netns/sysctl.h"
#include "../netns/tcpstate.h"
#include "lab.h"
#include "netops.h"

/*
 * The one table through which lab scripts reach the engine that plays them.
 */

/*
 * A socket operation, reported after the system call was made.
 *
 * @t0:     run clock just before the system call
 * @host:   index
 * @actor:  index
 * @op:     "connect", "listen", "accept", "read", "write", "shutdown", "close", "setsockopt", …
 * @args:   for people, one line
 * @fd:     the socket, still open if it was not the close(); -1 when there is none
 * @result: what the call returned when @error is 0 (bytes, 0, …)
 * @error:  errno, positive, or 0
 * @pending: it did not finish: the actor waits now, op->returned() follows
 */
struct lab_call {
	int64_t t0;
	unsigned host, actor;
	const char *op, *args;
	int fd;
	int64_t result;
	int error;
	bool pending;
};

enum expect_kind {
	EXPECT_STATE,   /* a socket is in one of @states */
	EXPECT_WAS,     /* ... has been in one of @states since the run began */
	EXPECT_COUNT,   /* the number of sockets in @states is @min to @max */
	EXPECT_PACKET,  /* a packet like @packet has been seen at @host */
	EXPECT_ICMP,    /* an ICMP error like @icmp has been seen at @host */
	EXPECT_COUNTER, /* counter @counter has moved by @min to @max since the run began */
	EXPECT_VALUE,   /* decided by the script: @holds */
	EXPECT_COUNT_
};

#define PACKET_ANY (-1)

/*
 * Which packets. Fields at PACKET_ANY match all.
 *
 * @outgoing: 1 sent by the host, 0 reached it
 * @flags:    all of these and none else, but PSH is ignored unless @psh
 * @len:      payload length
 * @retransmission: 1 only retransmissions, 0 only first transmissions
 * @port:     either end's port
 * @nth:      the nth that matches, from 1
 */
struct packet_match {
	int outgoing, flags, retransmission, port;
	int64_t len;
	bool psh;
	unsigned nth;
};

/*
 * Which ICMP errors about TCP. Fields at PACKET_ANY match all.
 *
 * @name:     as icmp_name() gives it, static; NULL: any
 * @outgoing: 1 sent by the host, 0 reached it
 * @port:     at either end of the segment that it quotes
 * @nth:      the nth that matches, from 1
 */
struct icmp_match {
	const char *name;
	int outgoing, port;
	unsigned nth;
};

/*
 * One expectation, as written in the lab.
 *
 * @name:   the author's own (:as "…") or NULL
 * @file, @line: where it stands
 * @host:   index; -1 for EXPECT_VALUE
 * @one_socket: only the socket with @local and @remote
 * @port:   only sockets with this port at either end; 0 any
 * @states: bit 1 << enum tcpstate; CLOSED matches when no socket is in any state
 * @min, @max: bounds, both included
 * @expected, @seen, @holds: for EXPECT_VALUE, in words
 * @within: deadline from now, ns; -1 not said (then: at once)
 * @hold:   must go on holding so long, ns; -1 not said
 * @at:     must have become true at this time since mark(), ns; -1 not said
 * @mark:   run clock at the last mark(), the zero of @at
 */
struct expectation {
	enum expect_kind kind;
	const char *name, *file;
	int line;
	int host;
	bool one_socket;
	struct endpoint local, remote;
	uint16_t port;
	uint32_t states;
	struct packet_match packet;
	struct icmp_match icmp;
	const char *counter;
	int64_t min, max;
	const char *expected, *seen;
	bool holds;
	int64_t within, hold, at, mark;
};

/* A packet that the engine remembers. @t run clock ns; @seq, @ack relative to the ISNs. */
struct packet_seen {
	int64_t t;
	bool outgoing, retransmission;
	uint32_t seq, ack;
	struct segment segment;
};

/* An ICMP error that it remembers. */
struct icmp_seen {
	int64_t t;
	bool outgoing;
	struct icmp_error icmp;
};

/*
 * A program of the machine, to be run on @host; @argv, @env ("NAME=value") end with NULL.
 */
struct lab_exec {
	unsigned host;
	const char *const *argv, *const *env;
	const char *cwd;
};

/* The environment of own_server, and all of it. */
#define LAB_SERVER_ENV "PYTHONUNBUFFERED=1"

/*
 * How a program is.
 *
 * @fd: readable when it has ended; -1 when that is known
 * @status, @signal: when it has: its exit status, or the signal when that is not 0
 * @said: the last lines that it wrote, "" when none; valid until the next turn
 */
struct lab_program {
	bool ended;
	int fd, status, signal;
	const char *said;
};

/*
 * A SYN flood at @port of host @to, from made-up senders of @from/@prefix.
 *
 * @count:    SYNs, at most FLOOD_MAX
 * @rate:     SYNs a second; 0: as fast as it goes
 * @duration: ns after which it ends anyway; 0: never
 */
struct lab_flood {
	unsigned to;
	uint16_t port;
	struct in_addr from;
	unsigned prefix;
	uint64_t count, rate;
	int64_t duration;
};

/* @fd: readable when it is over */
struct lab_flood_state {
	uint64_t sent;
	bool over;
	int fd;
};

#define LAB_MAX_OPTIONS 9

/*
 * A question about what will happen; option number @answer, from 1, is right.
 */
struct lab_prediction {
	struct lab_text question, option[LAB_MAX_OPTIONS], why;
	size_t n_options;
	unsigned answer;
};

struct burst_result;
struct burst_spec;
struct sock_entry;

struct lab_ops {
	/* run clock, ns since the run began; set once per turn of the loop unless @fresh */
	int64_t (*now)(void *engine);

	/* the host's namespace */
	const struct netns *(*netns)(void *engine, unsigned host);
	const struct host *(*host)(void *engine, unsigned host);

	/* a call was made: record it and look at the sockets. Return: an id for returned() */
	uint64_t (*called)(void *engine, const struct lab_call *call);
	void (*returned)(void *engine, uint64_t id, int64_t result, int error, int fd);

	/* narration and values for the lesson; @unit may be NULL ("ms", "bytes", …) */
	void (*step)(void *engine, const struct lab_text *text);
	void (*note)(void *engine, const struct lab_text *text);
	void (*value)(void *engine, const char *name, const char *value, const char *unit);
	void (*predict)(void *engine, const struct lab_prediction *p);

	/* the process of an actor is about to die, with @sockets open */
	void (*crashed)(void *engine, unsigned host, unsigned actor, unsigned sockets);

	/* begin to judge: the actor then waits with LAB_WAIT_EXPECT. @e is copied. */
	int (*expect)(void *engine, unsigned actor, const struct expectation *e, struct err *err);

	/* counters since the run began; sysctls are recorded; both as netns/ returns them */
	int (*counter)(void *engine, unsigned host, const char *name, int64_t *delta,
		       struct err *err);
	int (*sysctl_set)(void *engine, unsigned host, const char *name, const char *value,
			  struct err *err);

	/* of the whole kernel: write @text unless it is NULL, recorded, and read it back; -EPERM on
	 * a machine's own kernel */
	int (*kernel_sysctl)(void *engine, const char *name, const char *text,
			     char value[static SYSCTL_MAX_VALUE], struct err *err);

	/* named packets, made-up ones, cables */
	const struct lab_net_ops *net;

	/* change a link in mid-run; recorded */
	int (*impair)(void *engine, unsigned host, const struct impairment *imp, struct err *err);

	/* the nth packet so far that matches; false when there is none */
	bool (*packet)(void *engine, unsigned host, const struct packet_match *match,
		       const struct endpoint *local, const struct endpoint *remote,
		       struct packet_seen *out);

	/* sockets of a host as of now; *@cursor from 0; NULL at the end */
	const struct sock_entry *(*socket)(void *engine, unsigned host, size_t *cursor);

	/* look at them anew, although no call of the lab can have changed them */
	void (*look)(void *engine, unsigned host);

	/* may this lab start this program? 0, or -errno with the remedy */
	int (*may_exec)(void *engine, const struct lab_exec *x, struct err *err);

	/* what was asked for on the command line cannot be: the run is broken, with this message */
	void (*broken)(void *engine, const struct err *err);

	/* start one, @id from 1; all of it is recorded. -errno of execve(2) when it cannot be */
	int (*exec)(void *engine, const struct lab_exec *x, unsigned *id, struct err *err);
	void (*program)(void *engine, unsigned id, struct lab_program *out);

	/* 0, or -ESRCH when it has ended */
	int (*program_signal)(void *engine, unsigned id, int signal);

	/* it runs and does not listen yet, on @port or with 0 on any, @after so long of @within;
	 * recorded */
	void (*unready)(void *engine, unsigned id, uint16_t port, int64_t after, int64_t within);

	/* begin one, @id from 1; it goes on while actors wait, and ends with the run */
	int (*flood)(void *engine, const struct lab_flood *x, unsigned *id, struct err *err);
	void (*flood_state)(void *engine, unsigned id, struct lab_flood_state *out);
	void (*flood_stop)(void *engine, unsigned id);

	/* very many connections from @host to @to come now, or are over */
	void (*crowd)(void *engine, unsigned host, const struct endpoint *to, bool on);

	/* they are so many now that their segments are only counted; @away false: look again */
	int (*look_away)(void *engine, unsigned host, const struct endpoint *to, bool away,
			 struct err *err);

	/* make some: @spec without its pump, which is the engine's */
	int (*burst)(void *engine, const struct burst_spec *spec, struct burst_result *out,
		     struct err *err);
};

#endif
