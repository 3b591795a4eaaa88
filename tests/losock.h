/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LOSOCK_H
#define TESTS_LOSOCK_H

/* TCP sockets over lo, of either family. */
#include <arpa/inet.h>
#include <check.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../netns/segment.h"

static inline void lo_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

/* 127.0.0.1 or ::1 */
static inline socklen_t lo_addr(int family, unsigned port, struct sockaddr_storage *ss)
{
	memset(ss, 0, sizeof(*ss));
	if (family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)ss;

		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(*in);
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		in6->sin6_addr = in6addr_loopback;
		return sizeof(*in6);
	}
}

static inline struct endpoint lo_endpoint(int family, uint16_t port)
{
	static const uint8_t v4[16] = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 };
	struct endpoint ep = { .port = port };

	if (family == AF_INET)
		memcpy(ep.addr, v4, sizeof(v4));
	else
		memcpy(ep.addr, &in6addr_loopback, sizeof(ep.addr));
	return ep;
}

static inline int bound(int family, unsigned port)
{
	struct sockaddr_storage ss;
	socklen_t len = lo_addr(family, port, &ss);
	const int on = 1;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)), 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&ss, len), 0);
	return fd;
}

static inline int listening(int family, unsigned port, int backlog)
{
	int fd = bound(family, port);

	ck_assert_int_eq(listen(fd, backlog), 0);
	return fd;
}

static inline void connect_to(int fd, int family, unsigned port)
{
	struct sockaddr_storage ss;
	socklen_t len = lo_addr(family, port, &ss);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&ss, len), 0);
}

#endif
