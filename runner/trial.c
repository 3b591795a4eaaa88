/* SPDX-License-Identifier: MIT */
#include "trial.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../netns/impair.h"
#include "../netns/netns.h"
#include "../netns/sandbox.h"
#include "../netns/sockdiag.h"
#include "../netns/sysctl.h"
#include "../netns/world.h"

/*
 * The sandbox cannot hand anything back but an exit status, so each result is
 * a message on a pipe, written as soon as it is known: should a trial kill the
 * sandbox, those before it are told and those after it are TRIAL_UNTOLD.
 */
struct told {
	enum trial which;
	struct trial_result result;
};

/* All trials together take some 20 ms; a kernel that is stuck must not hang the doctor. */
#define TRIAL_LIMIT (20 * NS_PER_S)

static int try_hosts(const struct netns *home, struct err *err)
{
	const struct world_spec spec = {
		.n_hosts = 2,
		.names = { "client", "server" },
		.backend = "wire",
		.seed = 1,
	};
	struct world *world = NULL;
	int rc;

	(void)home;
	rc = world_new(&spec, NULL, NULL, &world, err);
	if (rc < 0)
		return rc;
	world_free(world);
	return 0;
}

static int try_packet(const struct netns *home, struct err *err)
{
	_cleanup_close_ int fd = netns_socket(home, AF_PACKET, SOCK_RAW, 0, err);

	return fd < 0 ? fd : 0;
}

static int ignore_change(void *arg, enum tcpstate from, const struct sock_entry *now,
			 struct err *err)
{
	(void)arg;
	(void)from;
	(void)now;
	(void)err;
	return 0;
}

static int try_diag(const struct netns *home, struct err *err)
{
	struct sockdiag *diag = NULL;
	int rc = sockdiag_open(home, &diag, err);

	if (rc < 0)
		return rc;
	rc = sockdiag_dump(diag, ignore_change, NULL, err);
	sockdiag_close(diag);
	return rc;
}

static int try_netem(const struct netns *home, struct err *err)
{
	(void)home;
	return impair_netem.probe(err);
}

/* net/ipv4/tcp_ipv4.c:tcp_set_hashinfo(), Linux 6.1: the parent's knob sizes the child's table. */
static int try_ehash(const struct netns *home, struct err *err)
{
	static const char wanted[] = "1024";
	char got[SYSCTL_MAX_VALUE];
	struct netns child = NETNS_CLOSED;
	int rc;

	rc = sysctl_set(home, "net.ipv4.tcp_child_ehash_entries", wanted, err);
	if (rc < 0)
		return rc;
	rc = netns_new(home, &child, err);
	if (rc < 0)
		return rc;
	rc = sysctl_get(&child, "net.ipv4.tcp_ehash_entries", got, err);
	netns_close(&child);
	if (rc < 0)
		return rc;
	if (strcmp(got, wanted) != 0)
		return err_set(err, ENOMEM, "asked for %s entries, got %s", wanted, got);
	return 0;
}

static int (*const trials[])(const struct netns *home, struct err *err) = {
	[TRIAL_HOSTS] = try_hosts, [TRIAL_PACKET] = try_packet, [TRIAL_DIAG] = try_diag,
	[TRIAL_NETEM] = try_netem, [TRIAL_EHASH] = try_ehash,
};
static_assert(sizeof(trials) / sizeof(trials[0]) == TRIAL_COUNT, "a function for each trial");

/* Inside the sandbox. */
static int try_all(void *arg, int life_fd)
{
	const int *out = arg;
	struct netns home = NETNS_CLOSED;
	struct err no_home = ERR_INIT;
	int home_rc = netns_home(&home, &no_home);

	(void)life_fd;
	for (enum trial i = 0; i < TRIAL_COUNT; i++) {
		struct told told = { .which = i };

		if (home_rc < 0)
			told.result = (struct trial_result){ .rc = home_rc, .err = no_home };
		else
			told.result.rc = trials[i](&home, &told.result.err);
		if (write(*out, &told, sizeof(told)) != (ssize_t)sizeof(told))
			return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* Messages are shorter than PIPE_BUF, so that each arrives whole (pipe(7)). */
static_assert(sizeof(struct told) <= 4096, "a result is one atomic write");

static void listen_to(int fd, struct trial_result out[static TRIAL_COUNT])
{
	const int64_t deadline = clock_now() + TRIAL_LIMIT;

	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - clock_now();
		struct told told;
		int n;

		if (left <= 0)
			return;
		n = poll(&pfd, 1, (int)(left / NS_PER_MS) + 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || read(fd, &told, sizeof(told)) != (ssize_t)sizeof(told))
			return;
		out[told.which] = told.result;
	}
}

int trial_all(struct trial_result out[static TRIAL_COUNT], struct err *err)
{
	_cleanup_close_ int here = -1, there = -1;
	struct sandbox box;
	int ends[2];
	int rc;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(err, errno, "pipe for the sandbox: %s", strerror(errno));
	here = ends[0];
	there = ends[1];

	rc = sandbox_spawn(&box, try_all, &there, err);
	if (rc < 0)
		return rc;
	/* Ours goes, so that the end of the sandbox is the end of the pipe. */
	close(steal_fd(&there));

	for (enum trial i = 0; i < TRIAL_COUNT; i++) {
		out[i] = (struct trial_result){ .rc = TRIAL_UNTOLD };
		err_set(&out[i].err, EPIPE, "the sandbox died before it could answer");
	}
	listen_to(here, out);
	sandbox_kill(&box);
	return 0;
}
