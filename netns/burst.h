/* SPDX-License-Identifier: MIT */
#ifndef NETNS_BURST_H
#define NETNS_BURST_H

#include <stdint.h>
#include <sys/socket.h>

struct err;
struct netns;

/* Connections that are on their way at once. */
#define BURST_WINDOW 64

/* Who closes first, and has the TIME-WAIT. */
enum burst_close { BURST_CLIENT, BURST_SERVER, BURST_NONE };

/**
 * burst_pump_fn - move packets that only we move, and take those that we watch.
 * Return: 0 or -errno, which ends the burst.
 */
typedef int burst_pump_fn(void *arg, struct err *err);

/*
 * Very many connections, one window after the other.
 *
 * @ns:       of the side that connects
 * @listener: where they are accepted; -1 when somebody else does that
 * @count:    rounds
 * @first:    bind to this port before the first connect, to the next before the second and so on;
 *            0: let connect() choose
 * @timeout:  ns that a window may take
 * @pump, @pump_fd: called at the beginning of each wait, and when the descriptor is readable
 * @kept:     with BURST_NONE: room for 2 * @count descriptors, which are the caller's then
 */
struct burst_spec {
	const struct netns *ns;
	const struct sockaddr *to;
	socklen_t to_len;
	int listener;
	unsigned count, first;
	enum burst_close close;
	int64_t timeout;
	burst_pump_fn *pump;
	void *arg;
	int pump_fd;
	int *kept;
};

/*
 * @done:  rounds that are complete
 * @n_kept: descriptors in @kept
 * @error: errno that stopped it, 0 when nothing did; @where: "socket", "bind", "connect", "accept"
 *         or "close", static
 */
struct burst_result {
	unsigned done, n_kept;
	int error;
	const char *where;
};

/**
 * burst_run() - that the network says no is a result, not an error.
 * Return: 0, or -errno (of the pump, or no way into the namespace).
 */
int burst_run(const struct burst_spec *spec, struct burst_result *out, struct err *err);

#endif
