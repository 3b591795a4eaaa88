/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PLAY_H
#define TESTS_PLAY_H

#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/netns.h"
#include "../netns/world.h"
#include "harness.h"

/*
 * Sockets in a world, driven by the test: the test is the engine. Everything
 * waits for a condition; PLAY_LIMIT only ends a test that would hang.
 */
#define PLAY_LIMIT (20 * NS_PER_S)
#define PLAY_PORT  7777

/** play_world() - client and server, with the same impairments both ways. */
static inline struct world *play_world(const char *backend, const struct impairment *imp,
				       uint64_t seed, impair_told_fn *drop, void *arg)
{
	const struct world_spec spec = {
		.n_hosts = 2,
		.names = { "client", "server" },
		.toward = { *imp, *imp },
		.backend = backend,
		.seed = seed,
	};
	struct err err = ERR_INIT;
	struct world *w = NULL;

	ck_ok(world_new(&spec, drop, arg, &w, &err));
	return w;
}

/** play_address() - where host @i is to be reached, at PLAY_PORT. Return: its length. */
static inline socklen_t play_address(const struct world *w, size_t i, int family,
				     struct sockaddr_storage *out)
{
	const struct host *h = world_host(w, i);

	memset(out, 0, sizeof(*out));
	if (family == AF_INET) {
		const struct sockaddr_in v4 = {
			.sin_family = AF_INET,
			.sin_port = htons(PLAY_PORT),
			.sin_addr = h->ipv4,
		};

		memcpy(out, &v4, sizeof(v4));
		return sizeof(v4);
	}
	const struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(PLAY_PORT),
		.sin6_addr = h->ipv6,
	};

	memcpy(out, &v6, sizeof(v6));
	return sizeof(v6);
}

/** play_socket() - a non-blocking socket in host @i; bound to its PLAY_PORT if @bound. */
static inline int play_socket(const struct world *w, size_t i, int family, int type, bool bound)
{
	struct sockaddr_storage addr;
	socklen_t len = play_address(w, i, family, &addr);
	struct err err = ERR_INIT;
	int fd = netns_socket(world_host(w, i)->ns, family, type | SOCK_NONBLOCK, 0, &err);

	ck_ok(fd);
	/* The port may still be in TIME-WAIT from the last connection. */
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)), 0);
	if (bound)
		ck_assert_msg(bind(fd, (struct sockaddr *)&addr, len) == 0, "bind: %s",
			      strerror(errno));
	return fd;
}

/**
 * play_turn() - let the world work once; wait for it, or for @events on @fd.
 * Return: true when @fd has any of @events, or an error.
 */
static inline bool play_turn(struct world *w, int fd, short events, int64_t deadline)
{
	struct pollfd fds[2] = {
		{ .fd = fd, .events = events },
		{ .fd = world_fd(w), .events = POLLIN },
	};
	int64_t left = deadline - clock_now();
	struct err err = ERR_INIT;

	if (left < 0)
		left = 0;
	ck_assert_int_ge(poll(fds, 2, (int)(left / NS_PER_MS) + 1), 0);
	if (fds[1].revents)
		ck_ok(world_work(w, &err));
	return fds[0].revents != 0;
}

/** play_until() - drive the world until @fd has @events. Return: false at @deadline. */
static inline bool play_until(struct world *w, int fd, short events, int64_t deadline)
{
	while (clock_now() < deadline) {
		if (play_turn(w, fd, events, deadline))
			return true;
	}
	return false;
}

/** play_connect() - the client begins to connect to the server. Return: its socket. */
static inline int play_connect(const struct world *w, int family)
{
	struct sockaddr_storage addr;
	socklen_t len = play_address(w, 1, family, &addr);
	int fd = play_socket(w, 0, family, SOCK_STREAM, false);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&addr, len), -1);
	ck_assert_int_eq(errno, EINPROGRESS);
	return fd;
}

/** play_listen() - Return: the server's listening socket. */
static inline int play_listen(const struct world *w, int family)
{
	int fd = play_socket(w, 1, family, SOCK_STREAM, true);

	ck_assert_int_eq(listen(fd, 5), 0);
	return fd;
}

static inline int play_socket_error(int fd)
{
	int code = -1;
	socklen_t len = sizeof(code);

	ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len), 0);
	return code;
}

#endif
