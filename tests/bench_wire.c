/* SPDX-License-Identifier: MIT */
/*
 * What the wire can carry, and what it costs, on this machine's kernel:
 *
 *	bench_wire [SEGMENTS]
 *
 * Two hosts and the network between them, no impairment. First as many datagrams of 100 bytes as
 * go: a child sends and receives, so many at most under way that no buffer overflows,
 * while this process is the engine and does nothing but world_work(). Then one at a time, ROUNDS
 * times: how long each is on its way, all in this process. Prints two numbers:
 * segments a second, and the median of the way in nanoseconds.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/netns.h"
#include "../netns/world.h"

enum { SEGMENTS = 500000, ROUNDS = 5001, BATCH = 64, WINDOW = 192, PORT = 7777, SIZE = 100 };

static void die(const char *what)
{
	fprintf(stderr, "bench_wire: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void check(int rc, const struct err *err)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "bench_wire: %s\n", err->msg);
	exit(EXIT_FAILURE);
}

static int open_socket(const struct world *w, size_t host, int flags)
{
	struct err err = ERR_INIT;
	int fd = netns_socket(world_host(w, host)->ns, AF_INET, SOCK_DGRAM | flags, 0, &err);

	check(fd, &err);
	return fd;
}

static struct sockaddr_in server_addr(const struct world *w)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr = world_host(w, 1)->ipv4,
	};
}

/* A batch in or out with one system call. */
struct batch {
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	char data[BATCH][SIZE];
};

static void prepare(struct batch *b)
{
	memset(b, 0, sizeof(*b));
	for (size_t i = 0; i < BATCH; i++) {
		b->iov[i] = (struct iovec){ b->data[i], SIZE };
		b->msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &b->iov[i], .msg_iovlen = 1 };
	}
}

/* In the child: keeps the window full until @count have arrived. */
static void pump(int from, int to, uint32_t count)
{
	static struct batch out, in;
	uint32_t sent = 0, got = 0;

	prepare(&out);
	prepare(&in);
	while (got < count) {
		struct pollfd p = { .fd = to, .events = POLLIN };
		int n;

		while (sent - got <= WINDOW - BATCH && sent < count + WINDOW) {
			if (sendmmsg(from, out.msgs, BATCH, 0) != BATCH)
				die("sendmmsg");
			sent += BATCH;
		}
		n = poll(&p, 1, 5000);
		if (n <= 0) {
			fprintf(stderr, "bench_wire: %u of %u arrived\n", got, sent);
			_exit(EXIT_FAILURE);
		}
		n = recvmmsg(to, in.msgs, BATCH, MSG_DONTWAIT, NULL);
		if (n > 0)
			got += (uint32_t)n;
	}
	_exit(EXIT_SUCCESS);
}

static double segments_a_second(struct world *w, int from, int to, uint32_t count)
{
	struct pollfd p = { .fd = world_fd(w), .events = POLLIN };
	struct err err = ERR_INIT;
	int64_t begun = clock_now();
	int status = -1;
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (child == 0)
		pump(from, to, count);
	while (waitpid(child, &status, WNOHANG) == 0) {
		if (poll(&p, 1, 10) > 0)
			check(world_work(w, &err), &err);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		exit(EXIT_FAILURE);
	if (world_lost(w) != 0)
		fprintf(stderr, "bench_wire: %llu frames found no room\n",
			(unsigned long long)world_lost(w));
	return (double)count / ((double)(clock_now() - begun) / NS_PER_S);
}

static int by_size(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int64_t median_way(struct world *w, int from, int to)
{
	struct pollfd p = { .fd = world_fd(w), .events = POLLIN };
	static int64_t ways[ROUNDS];
	char data[SIZE] = { 0 };
	struct err err = ERR_INIT;

	/* What the first measurement left behind. */
	while (poll(&p, 1, 20) > 0)
		check(world_work(w, &err), &err);
	while (recv(to, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	for (size_t i = 0; i < ROUNDS; i++) {
		int64_t begun = clock_now();

		if (send(from, data, sizeof(data), 0) != SIZE)
			die("send");
		while (recv(to, data, sizeof(data), MSG_DONTWAIT) < 0) {
			if (poll(&p, 1, 5000) <= 0)
				die("nothing arrives");
			check(world_work(w, &err), &err);
		}
		ways[i] = clock_now() - begun;
	}
	qsort(ways, ROUNDS, sizeof(ways[0]), by_size);
	return ways[ROUNDS / 2];
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		die(path);
}

/* Anybody may have namespaces of his own; root in them is enough. */
static void enter_namespaces(void)
{
	char map[64];
	unsigned uid = geteuid();

	if (uid == 0)
		return;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		die("a user namespace");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	put("/proc/self/uid_map", map);
}

int main(int argc, char **argv)
{
	const struct world_spec spec = {
		.n_hosts = 2,
		.names = { "client", "server" },
		.backend = "wire",
	};
	uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : SEGMENTS;
	struct sockaddr_in addr;
	struct err err = ERR_INIT;
	struct world *w = NULL;
	double rate;
	int from, to;

	enter_namespaces();
	check(world_new(&spec, NULL, NULL, &w, &err), &err);
	from = open_socket(w, 0, 0);
	to = open_socket(w, 1, 0);
	addr = server_addr(w);
	if (bind(to, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
	    connect(from, (struct sockaddr *)&addr, sizeof(addr)) != 0)
		die("bind or connect");
	rate = segments_a_second(w, from, to, count);
	printf("%.0f %lld\n", rate, (long long)median_way(w, from, to));
	close(from);
	close(to);
	world_free(w);
	return EXIT_SUCCESS;
}
