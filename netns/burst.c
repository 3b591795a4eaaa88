/* SPDX-License-Identifier: MIT */
/*
 * Very many connections
 * =====================
 *
 * A lesson about 28,232 ports needs 28,232 connections, and each of them is the same. A round is
 * connect, accept, close at one end, close at the other. Rounds are made a window at a time:
 *
 *   begin()   sockets, bound if that was asked for, and connect() of each
 *   settle()  until all of the window are connected
 *   take()    accept() as many
 *   part()    one side closes all; when the other side has heard of all, it closes too
 *
 * A window and not one after the other, because packets travel in batches: through the
 * wire (its relay takes 64 frames a system call) and past the taps. Windows are never mixed, so the
 * rounds before the one that failed are complete, and `done` says exactly how many.
 *
 * bind() before connect() is what makes exhausting all ports quick: a connect() that has to choose
 * tries the ports of the range one by one, and the more of them are in TIME-WAIT the longer
 * (__inet_hash_connect(): quadratic in all; a range nearly full costs thousands of tries for one
 * port). bind() to a named port looks at one bucket.
 *
 * The passive side must not close before the FIN of the active one is there: both would be active
 * then (CLOSING), and both would have a TIME-WAIT.
 *
 * Who owns what: every descriptor is closed here, but for those of BURST_NONE, which the caller has
 * got in `kept`, also when an error is returned.
 */
#include "burst.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "duration.h"
#include "err.h"
#include "netns.h"

/*
 * @client, @server: -1 where there is none
 * @n: rounds of this window, those behind it have failed
 */
struct window {
	const struct burst_spec *spec;
	struct burst_result *result;
	int client[BURST_WINDOW], server[BURST_WINDOW];
	unsigned n, size;
	int64_t deadline;
};

/* Round @i of the window is where it stops. */
static void stop(struct window *w, unsigned i, int error, const char *where)
{
	w->n = i;
	w->result->error = error;
	w->result->where = where;
}

static struct sockaddr_storage local_port(const struct burst_spec *spec, unsigned port)
{
	struct sockaddr_storage ss = { .ss_family = spec->to->sa_family };

	if (spec->to->sa_family == AF_INET6)
		((struct sockaddr_in6 *)&ss)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)&ss)->sin_port = htons((uint16_t)port);
	return ss;
}

/* Return: 0, or a positive errno with @where. */
static int begin_one(const struct burst_spec *spec, unsigned round, int *fd, const char **where)
{
	const unsigned port = spec->first + round;

	*where = "socket";
	*fd = socket(spec->to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (*fd < 0)
		return errno;
	*where = "bind";
	if (spec->first) {
		const struct sockaddr_storage ss = local_port(spec, port);

		if (port > 65535)
			return EADDRNOTAVAIL;
		if (bind(*fd, (const struct sockaddr *)&ss, spec->to_len) < 0)
			return errno;
	}
	*where = "connect";
	if (connect(*fd, spec->to, spec->to_len) < 0 && errno != EINPROGRESS)
		return errno;
	return 0;
}

/* Runs inside the namespace. */
static int begin(void *arg, struct err *err)
{
	struct window *w = arg;

	(void)err;
	for (unsigned i = 0; i < w->n; i++) {
		const char *where;
		int error = begin_one(w->spec, w->result->done + i, &w->client[i], &where);

		if (error)
			stop(w, i, error, where);
	}
	return 0;
}

/* Packets move, then something of @fds happens, or the deadline. Return: 1, 0 at the deadline,
 * -errno. */
static int wait_for(const struct window *w, struct pollfd *fds, nfds_t n, struct err *err)
{
	int64_t left;
	int rc = w->spec->pump ? w->spec->pump(w->spec->arg, err) : 0;

	if (rc < 0)
		return rc;
	fds[n] = (struct pollfd){ .fd = w->spec->pump_fd, .events = POLLIN };
	left = w->deadline - clock_now();
	if (left <= 0)
		return 0;
	rc = poll(fds, n + 1, (int)(left / NS_PER_MS) + 1);
	if (rc < 0 && errno != EINTR)
		return err_set(err, errno, "burst: poll: %s", strerror(errno));
	return 1;
}

static int socket_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 ? errno : error;
}

/*
 * Until each of @fd has one of @events.
 * Return: 0 or -errno; the round that failed, or has nothing at the deadline, stops the window.
 */
static int settle(struct window *w, const int *fd, short events, const char *where, bool errors,
		  struct err *err)
{
	struct pollfd p[BURST_WINDOW + 1];
	unsigned from = 0;

	while (from < w->n) {
		const unsigned n = w->n - from;
		int rc;

		/* For the first of them alone: the others may be ready already. */
		p[0] = (struct pollfd){ .fd = fd[from], .events = events };
		rc = wait_for(w, p, 1, err);
		if (rc < 0)
			return rc;
		if (rc == 0) {
			stop(w, from, ETIMEDOUT, where);
			return 0;
		}
		for (unsigned i = 0; i < n; i++)
			p[i] = (struct pollfd){ .fd = fd[from + i], .events = events };
		if (poll(p, n, 0) < 0)
			continue;
		for (unsigned i = 0; i < n && (p[i].revents & (events | POLLERR | POLLHUP)); i++) {
			const int error = errors ? socket_error(p[i].fd) : 0;

			if (error) {
				stop(w, from, error, where);
				return 0;
			}
			from++;
		}
	}
	return 0;
}

static int take(struct window *w, struct err *err)
{
	struct pollfd p[2];
	unsigned i = 0;

	while (i < w->n) {
		int rc;

		w->server[i] = accept4(w->spec->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (w->server[i] >= 0) {
			i++;
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno != EAGAIN) {
			stop(w, i, errno, "accept");
			return 0;
		}
		p[0] = (struct pollfd){ .fd = w->spec->listener, .events = POLLIN };
		rc = wait_for(w, p, 1, err);
		if (rc < 0)
			return rc;
		if (rc == 0)
			stop(w, i, ETIMEDOUT, "accept");
	}
	return 0;
}

static void close_all(int *fd, unsigned from, unsigned n)
{
	for (unsigned i = from; i < n; i++) {
		if (fd[i] >= 0)
			close(fd[i]);
		fd[i] = -1;
	}
}

static void keep(struct window *w)
{
	struct burst_result *r = w->result;

	for (unsigned i = 0; i < w->n; i++) {
		w->spec->kept[r->n_kept++] = w->client[i];
		if (w->server[i] >= 0)
			w->spec->kept[r->n_kept++] = w->server[i];
		w->client[i] = w->server[i] = -1;
	}
}

static int part(struct window *w, struct err *err)
{
	const bool accepted = w->spec->listener >= 0;
	int rc = 0;

	switch (w->spec->close) {
	case BURST_CLIENT:
		close_all(w->client, 0, w->n);
		if (accepted)
			rc = settle(w, w->server, POLLRDHUP, "close", false, err);
		close_all(w->server, 0, w->n);
		break;
	case BURST_SERVER:
		close_all(w->server, 0, w->n);
		rc = settle(w, w->client, POLLRDHUP, "close", false, err);
		close_all(w->client, 0, w->n);
		break;
	case BURST_NONE:
		keep(w);
		break;
	}
	return rc;
}

/* No more than the listener has room for: a SYN that finds none comes again a second later. */
static unsigned window_size(const struct burst_spec *spec)
{
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t len = sizeof(info);
	unsigned room;

	if (spec->listener < 0 ||
	    getsockopt(spec->listener, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return BURST_WINDOW;
	/* Of a listener these are its queue and its backlog (tcp_get_info()). */
	room = info.tcpi_sacked > info.tcpi_unacked ? info.tcpi_sacked - info.tcpi_unacked : 1;
	return room < BURST_WINDOW ? room : BURST_WINDOW;
}

static int run_window(struct window *w, struct err *err)
{
	const struct burst_spec *spec = w->spec;
	int rc;

	memset(w->client, -1, sizeof(w->client));
	memset(w->server, -1, sizeof(w->server));
	w->deadline = clock_now() + spec->timeout;
	rc = netns_call(spec->ns, begin, w, err);
	if (rc == 0)
		rc = settle(w, w->client, POLLOUT, "connect", true, err);
	if (rc == 0 && spec->listener >= 0)
		rc = take(w, err);
	if (rc == 0)
		rc = part(w, err);
	if (rc == 0)
		w->result->done += w->n;
	close_all(w->client, 0, BURST_WINDOW);
	close_all(w->server, 0, BURST_WINDOW);
	return rc;
}

int burst_run(const struct burst_spec *spec, struct burst_result *out, struct err *err)
{
	struct window w = { .spec = spec, .result = out, .size = window_size(spec) };
	int rc = 0;

	*out = (struct burst_result){ .done = 0 };
	while (rc == 0 && out->done < spec->count && !out->error) {
		w.n = spec->count - out->done < w.size ? spec->count - out->done : w.size;
		rc = run_window(&w, err);
	}
	return rc;
}
