/* SPDX-License-Identifier: MIT */
/*
 * How long a dump takes, beside `ss -tan` in the same namespace.
 *
 *	bench_sockdiag [SOCKETS]
 *
 * Fills a namespace of its own with TIME-WAIT sockets over lo: the connecting
 * side closes first. The kernel stays the same for both programs; what differs
 * is what they do with its answer. Prints medians of ROUNDS rounds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/netns.h"
#include "../netns/sockdiag.h"

#define ROUNDS     9
#define FIRST_PORT 1024
#define SOCKETS    28232
#define PORT       80

static void die(const char *what)
{
	fprintf(stderr, "bench_sockdiag: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void check(int rc, const struct err *err)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "bench_sockdiag: %s\n", err->msg);
	exit(EXIT_FAILURE);
}

static struct sockaddr_in lo_addr(unsigned port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int tcp_socket(unsigned port)
{
	const struct sockaddr_in addr = lo_addr(port);
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0)
		die("a socket");
	return fd;
}

/* Runs inside the namespace. */
static int fill(void *arg, struct err *err)
{
	const unsigned *n = arg;
	const struct sockaddr_in to = lo_addr(PORT);
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int listener;

	(void)err;
	listener = tcp_socket(PORT);
	if (ioctl(listener, SIOCSIFFLAGS, &ifr) < 0)
		die("lo up");
	if (listen(listener, 16) < 0)
		die("listen");
	for (unsigned i = 0; i < *n; i++) {
		int client = tcp_socket(FIRST_PORT + i);
		int server;

		if (connect(client, (const struct sockaddr *)&to, sizeof(to)) < 0)
			die("connect");
		server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (server < 0)
			die("accept");
		close(client);
		close(server);
	}
	close(listener);
	return 0;
}

static int ignore(void *arg, enum tcpstate from, const struct sock_entry *now, struct err *err)
{
	(void)arg;
	(void)from;
	(void)now;
	(void)err;
	return 0;
}

static int run_ss(void *arg, struct err *err)
{
	pid_t pid = fork();
	int status;

	(void)arg;
	(void)err;
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, STDOUT_FILENO);
		execlp("ss", "ss", "-tan", (char *)NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		die("waitpid");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int by_value(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a;
	const int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double median_ms(int64_t *t)
{
	const size_t middle = ROUNDS / 2;

	qsort(t, ROUNDS, sizeof(*t), by_value);
	return (double)t[middle] / (double)NS_PER_MS;
}

static int64_t time_dump(struct sockdiag *d, struct err *err)
{
	const int64_t start = clock_now();

	check(sockdiag_dump(d, ignore, NULL, err), err);
	return clock_now() - start;
}

/* One line of the table: a namespace with @n TIME-WAIT sockets. */
static void measure(const struct netns *home, unsigned n)
{
	int64_t first[ROUNDS], again[ROUNDS], ss[ROUNDS];
	struct netns ns = NETNS_CLOSED;
	struct err err = ERR_INIT;
	bool have_ss = true;
	size_t seen = 0;

	check(netns_new(home, &ns, &err), &err);
	check(netns_call(&ns, fill, &n, &err), &err);
	for (size_t i = 0; i < ROUNDS; i++) {
		struct sockdiag *d;
		int64_t start;

		check(sockdiag_open(&ns, &d, &err), &err);
		first[i] = time_dump(d, &err);
		again[i] = time_dump(d, &err);
		seen = sockdiag_count(d, TCPSTATE_TIME_WAIT);
		sockdiag_close(d);
		start = clock_now();
		have_ss = have_ss && netns_call(&ns, run_ss, NULL, &err) == 1;
		ss[i] = clock_now() - start;
	}
	netns_close(&ns);
	printf("%10zu  %12.3f  %12.3f", seen, median_ms(first), median_ms(again));
	if (have_ss)
		printf("  %12.3f  %5.2f\n", median_ms(ss), median_ms(first) / median_ms(ss));
	else
		printf("  %12s  %5s\n", "not here", "-");
}

int main(int argc, char **argv)
{
	const long most = argc > 1 ? strtol(argv[1], NULL, 10) : SOCKETS;
	struct netns home = NETNS_CLOSED;
	struct err err = ERR_INIT;
	struct rusage ru;

	if (most < 1 || most > 65535 - FIRST_PORT) {
		fprintf(stderr, "usage: bench_sockdiag [SOCKETS, 1 to %d]\n", 65535 - FIRST_PORT);
		return 2;
	}
	check(netns_home(&home, &err), &err);
	printf("medians of %d rounds, ms\n", ROUNDS);
	printf("%10s  %12s  %12s  %12s  %5s\n", "TIME-WAIT", "first dump", "repeated", "ss -tan",
	       "ratio");
	measure(&home, 1);
	measure(&home, (unsigned)most);
	getrusage(RUSAGE_SELF, &ru);
	printf("peak resident: %ld KB\n", ru.ru_maxrss);
	netns_close(&home);
	return 0;
}
