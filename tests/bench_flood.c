/* SPDX-License-Identifier: MIT */
/*
 * How many SYNs a second netns/flood.c brings to a host, and hping3 in its place:
 *
 *	bench_flood [ROUNDS]
 *
 * A server listens on port 80 with SYN cookies, so that every SYN is answered. Both floods come out
 * of the network's end of the server's link, in turns of TURN. What counts is what the server's own
 * interface has received (its rx packets), whoever sent it and whatever its stack then thinks of
 *it. Prints one line for each round: SYNs a second of ours and of hping3, 0 where that is not here.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../netns/duration.h"
#include "../netns/err.h"
#include "../netns/flood.h"
#include "../netns/netns.h"
#include "../netns/world.h"
#include "../netns/world_door.h"

#define ROUNDS 5
#define TURN   (1 * NS_PER_S)
#define PORT   80

static void die(const char *what)
{
	fprintf(stderr, "bench_flood: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void check(int rc, const struct err *err)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "bench_flood: %s\n", err->msg);
	exit(EXIT_FAILURE);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(path);
	close(fd);
}

/* An ordinary user needs a user namespace to be anything in; root stays what it is. */
static void enter_namespaces(void)
{
	const unsigned uid = getuid(), gid = getgid();
	char map[64];

	if (uid == 0) {
		if (unshare(CLONE_NEWNET) != 0)
			die("unshare");
		return;
	}
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		die("unshare");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	write_file("/proc/self/uid_map", map);
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", gid);
	write_file("/proc/self/gid_map", map);
}

/* Runs inside the server. @arg: where to put it */
static int read_received(void *arg, struct err *err)
{
	uint64_t *packets = arg;
	char line[512];
	FILE *f = fopen("/proc/thread-self/net/dev", "re");

	if (!f)
		return err_set(err, errno, "/proc/thread-self/net/dev: %s", strerror(errno));
	*packets = 0;
	while (fgets(line, sizeof(line), f))
		(void)sscanf(line, " eth0: %*u %" SCNu64, packets);
	fclose(f);
	return 0;
}

static uint64_t received(const struct world *w)
{
	struct err err = ERR_INIT;
	uint64_t n;

	check(netns_call(world_host(w, 0)->ns, read_received, &n, &err), &err);
	return n;
}

static int serve(const struct world *w)
{
	const struct sockaddr_in addr = { .sin_family = AF_INET,
					  .sin_port = htons(PORT),
					  .sin_addr = world_host(w, 0)->ipv4 };
	struct err err = ERR_INIT;
	int fd = netns_socket(world_host(w, 0)->ns, AF_INET, SOCK_STREAM, 0, &err);

	check(fd, &err);
	if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0 || listen(fd, 128) != 0)
		die("listen");
	return fd;
}

static double ours(const struct world *w, uint64_t seed)
{
	const struct host *h = world_host(w, 0);
	struct flood_spec spec = { .to = h->ipv4, .port = PORT, .seed = seed };
	const uint64_t before = received(w);
	struct flood *f = NULL;
	struct world_door door;
	struct err err = ERR_INIT;
	int64_t begun, now;

	world_door(w, 0, &door);
	spec.net = door.net;
	spec.ifindex = door.ifindex;
	memcpy(spec.src, door.mac, sizeof(spec.src));
	memcpy(spec.dst, h->mac, sizeof(spec.dst));
	check(flood_from("198.19.0.0/16", &spec.from, &spec.prefix, &err), &err);
	check(flood_open(&spec, &f, &err), &err);
	begun = clock_now();
	do {
		check(flood_send(f, FLOOD_BATCH, &err), &err);
		now = clock_now();
	} while (now - begun < TURN);
	flood_close(f);
	return (double)(received(w) - before) * NS_PER_S / (double)(now - begun);
}

/* Runs inside the network. @arg: the server's address. Return: the child. */
static int start_hping(void *arg, struct err *err)
{
	pid_t pid = fork();

	if (pid < 0)
		return err_set(err, errno, "fork: %s", strerror(errno));
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execlp("hping3", "hping3", "--flood", "--rand-source", "-S", "-p", "80",
		       (const char *)arg, (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* From its first SYN on, so that its start does not count. */
static double hping(const struct world *w)
{
	char address[] = "198.18.1.1";
	struct world_door door;
	struct err err = ERR_INIT;
	uint64_t first, last;
	int64_t begun, now;
	pid_t pid;
	int status;

	world_door(w, 0, &door);
	first = received(w);
	pid = netns_call(door.net, start_hping, address, &err);
	check(pid, &err);
	begun = clock_now();
	while ((last = received(w)) == first) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return 0;
		if (clock_now() - begun > 10 * NS_PER_S)
			break;
		sched_yield();
	}
	first = last;
	begun = clock_now();
	nanosleep(&(struct timespec){ .tv_sec = TURN / NS_PER_S }, NULL);
	last = received(w);
	now = clock_now();
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) < 0)
		die("waitpid");
	return (double)(last - first) * NS_PER_S / (double)(now - begun);
}

int main(int argc, char **argv)
{
	const struct world_spec spec = { .n_hosts = 1, .names = { "server" }, .backend = "wire" };
	const int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;
	struct err err = ERR_INIT;
	struct world *w = NULL;
	int listener;

	enter_namespaces();
	check(world_new(&spec, NULL, NULL, &w, &err), &err);
	listener = serve(w);
	for (int i = 0; i < rounds; i++) {
		const double a = ours(w, (uint64_t)i), b = hping(w);

		printf("%.0f %.0f\n", a, b);
		fflush(stdout);
	}
	close(listener);
	world_free(w);
	return EXIT_SUCCESS;
}
