/* SPDX-License-Identifier: MIT */
/*
 * Sends many numbered datagrams over a link, or gets them and counts what became of them.
 * Run by tests/test_links.sh on the hosts of a lab:
 *
 *	prog_frames receive COUNT DELAY_US     prints one line when no more come
 *	prog_frames send ADDRESS COUNT         50 a millisecond
 *
 * Both ends read the same clock, so the way takes what the difference says. UDP checksums
 * are off: a corrupted payload arrives, and is seen.
 */
#include <arpa/inet.h>
#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 150, PACE = 3000000, PORT = 7777, FILL = 0x5a };

/* Everything twice: a flipped bit must not make another number, or another time. */
struct payload {
	uint32_t number, number_again;
	int64_t sent, sent_again;
	uint8_t fill[80];
};

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void until(int64_t t)
{
	const struct timespec ts = { t / 1000000000, t % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) != 0)
		;
}

static int open_socket(void)
{
	const int on = 1, size = 8 << 20;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_NO_CHECK, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return fd;
}

static void send_all(const char *address, uint32_t count)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	static struct payload data[BATCH];
	static struct mmsghdr msgs[BATCH];
	static struct iovec iov[BATCH];
	int64_t next = now();
	int fd = open_socket();
	uint32_t n;

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		err(1, "%s", address);
	for (uint32_t done = 0; done < count; done += BATCH) {
		const int64_t t = now();

		n = count - done < BATCH ? count - done : BATCH;
		for (uint32_t i = 0; i < n; i++) {
			data[i].number = data[i].number_again = done + i;
			data[i].sent = data[i].sent_again = t;
			memset(data[i].fill, FILL, sizeof(data[i].fill));
			iov[i] = (struct iovec){ &data[i], sizeof(data[i]) };
			msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
		}
		if (sendmmsg(fd, msgs, n, 0) != (int)n)
			err(1, "sendmmsg");
		until(next += PACE);
	}
}

/*
 * @copies: of each number
 * @flipped: datagrams with a wrong payload; their numbers are not looked at
 * @early:  those that took less than a tenth of the delay
 * @sum, @squares: of what the others took beyond it, microseconds
 */
struct counts {
	uint8_t *copies;
	uint32_t n, total, flipped, early;
	double sum, squares, delay;
	int64_t first, last;
};

static bool intact(const struct payload *p, uint32_t count)
{
	for (size_t i = 0; i < sizeof(p->fill); i++) {
		if (p->fill[i] != FILL)
			return false;
	}
	return p->number == p->number_again && p->number < count && p->sent == p->sent_again;
}

static void take(struct counts *c, const struct payload *p, int64_t t)
{
	const double way = (double)(t - p->sent) / 1000;

	c->total++;
	if (c->total == 1)
		c->first = t;
	c->last = t;
	if (!intact(p, c->n)) {
		c->flipped++;
		return;
	}
	if (c->copies[p->number] < 255)
		c->copies[p->number]++;
	if (way < c->delay / 10) {
		c->early++;
		return;
	}
	c->sum += way - c->delay;
	c->squares += (way - c->delay) * (way - c->delay);
}

static void report(const struct counts *c)
{
	uint32_t lost = 0, twice = 0, bursts = 0, timed = c->total - c->early - c->flipped;
	bool before = false;

	for (uint32_t i = 0; i < c->n; i++) {
		lost += c->copies[i] == 0;
		twice += c->copies[i] > 1;
		bursts += c->copies[i] == 0 && !before;
		before = c->copies[i] == 0;
	}
	printf("{\"total\":%u,\"lost\":%u,\"twice\":%u,\"bursts\":%u,\"early\":%u,\"flipped\":%u,"
	       "\"mean\":%.3f,\"deviation\":%.3f,\"span\":%.3f}\n",
	       c->total, lost, twice, bursts, c->early, c->flipped, timed ? c->sum / timed : 0,
	       timed ? sqrt(c->squares / timed - c->sum / timed * c->sum / timed) : 0,
	       (double)(c->last - c->first) / 1000);
}

static void receive_all(uint32_t count, double delay)
{
	const struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	const struct timeval patience = { .tv_sec = 5 };
	struct counts c = { .copies = calloc(count, 1), .n = count, .delay = delay };
	static struct payload data[BATCH];
	static struct mmsghdr msgs[BATCH];
	static struct iovec iov[BATCH];
	int fd = open_socket(), n;

	if (!c.copies || bind(fd, (const struct sockaddr *)&any, sizeof(any)) != 0)
		err(1, "bind");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	for (int i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ &data[i], sizeof(data[i]) };
		msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	puts("ready");
	fflush(stdout);
	while ((n = recvmmsg(fd, msgs, BATCH, MSG_WAITFORONE, NULL)) > 0) {
		const int64_t t = now();

		for (int i = 0; i < n; i++)
			take(&c, &data[i], t);
	}
	report(&c);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "send") == 0)
		send_all(argv[2], (uint32_t)strtoul(argv[3], NULL, 10));
	else if (argc == 4 && strcmp(argv[1], "receive") == 0)
		receive_all((uint32_t)strtoul(argv[2], NULL, 10), strtod(argv[3], NULL));
	else
		errx(2, "usage: prog_frames send ADDRESS COUNT | receive COUNT DELAY_US");
	return 0;
}
