/* SPDX-License-Identifier: MIT */
#include "../netns/world.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <linux/capability.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <math.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "../netns/slowclose.h"
#include "harness.h"
#include "play.h"

static const struct impairment nothing;

static size_t open_fds(void)
{
	size_t n = 0;
	DIR *dir;

	/* Packet sockets are closed in the background. */
	slow_close_wait();
	dir = opendir("/proc/self/fd");

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void expect_refused(const struct world_spec *spec, int rc, const char *text)
{
	size_t before = open_fds();
	struct err err = ERR_INIT;
	struct world *w = NULL;

	ck_assert_int_eq(world_new(spec, NULL, NULL, &w, &err), rc);
	ck_assert_ptr_null(w);
	ck_assert_int_eq(err.code, -rc);
	ck_assert_msg(strstr(err.msg, text) != NULL, "\"%s\" is not in: %s", text, err.msg);
	ck_assert_uint_eq(open_fds(), before);
}

START_TEST(refuses_bad_names)
{
	static const char *const bad[] = { NULL,  "",     "lo",  "Client",        "-a", "1a",
					   "a_b", "a\nb", "a/b", "abcdefghijklm", "é" };
	const struct world_spec twice = { .n_hosts = 2, .names = { "twin", "twin" } };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct world_spec spec = { .n_hosts = 1, .names = { bad[i] } };

		expect_refused(&spec, -EINVAL, "host name");
	}
	expect_refused(&twice, -EEXIST, "twin");
}
END_TEST

START_TEST(refuses_bad_numbers)
{
	struct world_spec spec = { .n_hosts = 0, .names = { "a" } };

	expect_refused(&spec, -EINVAL, "0 hosts");
	spec.n_hosts = WORLD_MAX_HOSTS + 1;
	expect_refused(&spec, -EINVAL, "9 hosts");
	spec.n_hosts = 1;
	spec.toward[0].delay = -1;
	expect_refused(&spec, -ERANGE, "link to a: delay");
	spec.toward[0].delay = 0;
	spec.toward[0].loss = 1.5;
	expect_refused(&spec, -ERANGE, "link to a: loss");
	spec.toward[0].loss = (double)NAN;
	expect_refused(&spec, -ERANGE, "loss");
}
END_TEST

START_TEST(refuses_unknown_backend)
{
	const struct world_spec spec = { .n_hosts = 1, .names = { "a" }, .backend = "pigeon" };

	expect_refused(&spec, -EINVAL, "pigeon");
}
END_TEST

START_TEST(says_which_right_is_missing)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };
	const struct world_spec spec = { .n_hosts = 1, .names = { "a" } };
	struct err err = ERR_INIT;
	struct world *w = NULL;

	ck_assert_int_eq(syscall(SYS_capset, &header, none), 0);
	ck_assert_int_lt(world_new(&spec, NULL, NULL, &w, &err), 0);
	ck_assert_msg(err.code == EPERM || err.code == EACCES, "%s", err.msg);
	ck_assert_str_ne(err.msg, "");
}
END_TEST

/* A handshake, some bytes, and the time it took. */
static int64_t say_hello(struct world *w, int family)
{
	int64_t begin = clock_now(), took;
	int listener = play_listen(w, family);
	int fd = play_connect(w, family);
	char buf[8] = { 0 };
	int conn;

	ck_assert(play_until(w, fd, POLLOUT, begin + PLAY_LIMIT));
	took = clock_now() - begin;
	ck_assert_int_eq(play_socket_error(fd), 0);
	ck_assert(play_until(w, listener, POLLIN, begin + PLAY_LIMIT));
	conn = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	ck_assert_int_ge(conn, 0);
	ck_assert_int_eq(write(fd, "hello", 5), 5);
	ck_assert(play_until(w, conn, POLLIN, begin + PLAY_LIMIT));
	ck_assert_int_eq(read(conn, buf, sizeof(buf)), 5);
	ck_assert_str_eq(buf, "hello");
	close(conn);
	close(fd);
	close(listener);
	return took;
}

static const int families[] = { AF_INET, AF_INET6 };

START_TEST(connects_hosts)
{
	struct world *w = play_world(NULL, &nothing, 0, NULL, NULL);

	say_hello(w, families[_i]);
	world_free(w);
}
END_TEST

START_TEST(delays_both_ways)
{
	const struct impairment slow = { .delay = 20 * NS_PER_MS };
	struct world *w = play_world(NULL, &slow, 0, NULL, NULL);

	ck_assert_int_ge(say_hello(w, families[_i]), 40 * NS_PER_MS);
	world_free(w);
}
END_TEST

START_TEST(changes_delay_in_mid_run)
{
	const struct impairment slow = { .delay = 30 * NS_PER_MS };
	struct world *w = play_world(NULL, &nothing, 0, NULL, NULL);
	struct err err = ERR_INIT;

	ck_ok(world_impair(w, 0, &slow, &err));
	ck_assert_int_ge(say_hello(w, AF_INET), 30 * NS_PER_MS);
	ck_ok(world_impair(w, 1, &slow, &err));
	ck_assert_int_ge(say_hello(w, AF_INET), 60 * NS_PER_MS);
	ck_ok(world_impair(w, 0, &nothing, &err));
	ck_ok(world_impair(w, 1, &nothing, &err));
	say_hello(w, AF_INET);
	ck_assert_int_eq(world_impair(w, 2, &slow, &err), -EINVAL);
	world_free(w);
}
END_TEST

/* What was promised of a host is what its namespace says. */
START_TEST(hosts_are_as_told)
{
	static const char *const names[WORLD_MAX_HOSTS] = { "a", "b", "c", "d",
							    "e", "f", "g", "abcdefghijkl" };
	struct world_spec spec = { .n_hosts = WORLD_MAX_HOSTS };
	struct err err = ERR_INIT;
	struct world *w = NULL;

	memcpy(spec.names, names, sizeof(names));
	ck_ok(world_new(&spec, NULL, NULL, &w, &err));
	ck_assert_uint_eq(world_host_count(w), WORLD_MAX_HOSTS);
	ck_assert_ptr_null(world_host(w, WORLD_MAX_HOSTS));
	for (size_t i = 0; i < WORLD_MAX_HOSTS; i++) {
		const struct host *h = world_host(w, i);
		struct ifreq ifr = { .ifr_name = "eth0" };
		char want[INET6_ADDRSTRLEN], got[INET6_ADDRSTRLEN];
		int fd = netns_socket(h->ns, AF_INET, SOCK_DGRAM, 0, &err);

		ck_ok(fd);
		ck_assert_str_eq(h->name, names[i]);
		ck_assert_int_eq(ioctl(fd, SIOCGIFHWADDR, &ifr), 0);
		ck_assert_mem_eq(ifr.ifr_hwaddr.sa_data, h->mac, 6);
		ck_assert_int_eq(ioctl(fd, SIOCGIFINDEX, &ifr), 0);
		ck_assert_int_eq(ifr.ifr_ifindex, h->ifindex);
		ck_assert_int_eq(ioctl(fd, SIOCGIFADDR, &ifr), 0);
		snprintf(want, sizeof(want), "198.18.%zu.1", i + 1);
		inet_ntop(AF_INET, &h->ipv4, got, sizeof(got));
		ck_assert_str_eq(got, want);
		ck_assert_mem_eq(&((struct sockaddr_in *)(void *)&ifr.ifr_addr)->sin_addr, &h->ipv4,
				 4);
		snprintf(want, sizeof(want), "2001:db8:%zu::1", i + 1);
		inet_ntop(AF_INET6, &h->ipv6, got, sizeof(got));
		ck_assert_str_eq(got, want);
		close(fd);
	}
	world_free(w);
}
END_TEST

static uint32_t sum16(const uint8_t *p, size_t len, uint32_t sum)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (len % 2)
		sum += (uint32_t)p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* An IPv4 frame with TCP: do both checksums come out right? */
static void check_frame(const uint8_t *frame, size_t len)
{
	const uint8_t *ip = frame + ETH_HLEN;
	size_t total = (size_t)(ip[2] << 8 | ip[3]);
	size_t header = (size_t)(ip[0] & 0x0f) * 4;

	ck_assert_uint_le(len, ETH_FRAME_LEN);
	ck_assert_uint_le(ETH_HLEN + total, len);
	ck_assert_uint_eq(sum16(ip, header, 0), 0xffff);
	ck_assert_uint_eq(sum16(ip + header, total - header,
				sum16(ip + 12, 8, IPPROTO_TCP + (uint32_t)(total - header))),
			  0xffff);
}

/*
 * 64 kB in one write leave as frames of at most an MTU, each with its checksum
 * filled in: as the client's own interface sends them, and as they reach the server.
 */
START_TEST(offloads_are_off)
{
	static uint8_t data[65536];
	const struct sockaddr_ll all = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP) };
	struct world *w = play_world(NULL, &nothing, 0, NULL, NULL);
	int64_t limit = clock_now() + PLAY_LIMIT;
	struct err err = ERR_INIT;
	int tap[2], listener, fd, conn;
	size_t got = 0, frames = 0, sent = 0;

	/* ETH_P_IP hears what arrives; the server's half is ACKs, so both sides listen. */
	for (size_t i = 0; i < 2; i++) {
		const int size = 1 << 20;

		tap[i] = netns_socket(world_host(w, i)->ns, AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0,
				      &err);
		ck_ok(tap[i]);
		setsockopt(tap[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
		ck_assert_int_eq(bind(tap[i], (const struct sockaddr *)&all, sizeof(all)), 0);
	}
	listener = play_listen(w, AF_INET);
	fd = play_connect(w, AF_INET);
	ck_assert(play_until(w, fd, POLLOUT, limit));
	ck_assert(play_until(w, listener, POLLIN, limit));
	conn = accept(listener, NULL, NULL);
	ck_assert_int_ge(conn, 0);
	while (got < sizeof(data)) {
		uint8_t frame[70000];
		ssize_t n = 0;

		if (sent < sizeof(data)) {
			n = write(fd, data + sent, sizeof(data) - sent);
			ck_assert(n > 0 || errno == EAGAIN);
			sent += n > 0 ? (size_t)n : 0;
		}
		ck_assert(play_until(w, conn, POLLIN, limit));
		n = recv(conn, data, sizeof(data), MSG_DONTWAIT);
		ck_assert_int_gt(n, 0);
		got += (size_t)n;
		for (size_t i = 0; i < 2; i++) {
			while ((n = recv(tap[i], frame, sizeof(frame), 0)) > 0) {
				check_frame(frame, (size_t)n);
				frames++;
			}
		}
	}
	ck_assert_uint_ge(frames, sizeof(data) / 1460);
	ck_assert_uint_eq(world_lost(w), 0);
	for (size_t i = 0; i < 2; i++)
		close(tap[i]);
	close(conn);
	close(fd);
	close(listener);
	world_free(w);
}
END_TEST

START_TEST(leaves_nothing)
{
	size_t before = open_fds();
	struct world *w = play_world(NULL, &nothing, 0, NULL, NULL);

	ck_assert_uint_gt(open_fds(), before);
	world_free(w);
	ck_assert_uint_eq(open_fds(), before);
	world_free(NULL);
}
END_TEST

/* A connected datagram socket of host 0 for @text, of which any ICMP error becomes the error. */
static int datagram_to(const struct world *w, const char *text)
{
	struct sockaddr_storage addr;
	socklen_t len = play_address(w, 1, AF_INET, &addr);
	int fd = play_socket(w, 0, AF_INET, SOCK_DGRAM, false);

	ck_assert_int_eq(setsockopt(fd, IPPROTO_IP, IP_RECVERR, &(int){ 1 }, sizeof(int)), 0);
	inet_pton(AF_INET, text, &((struct sockaddr_in *)(void *)&addr)->sin_addr);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&addr, len), 0);
	ck_assert_int_eq(send(fd, "x", 1, 0), 1);
	return fd;
}

/* The network has no host for it: nobody answers, not even with an ICMP error. */
START_TEST(unknown_address_is_silence)
{
	struct world *w = play_world(NULL, &nothing, 0, NULL, NULL);
	int fd = datagram_to(w, "192.0.2.1");

	/* An answer would be there with the one to this connection. */
	say_hello(w, AF_INET);
	ck_assert_int_eq(play_socket_error(fd), 0);
	close(fd);
	world_free(w);
}
END_TEST

/* But for the one network of which it says that it has no way to it. */
START_TEST(unreachable_address_is_answered)
{
	struct world *w = play_world(NULL, &nothing, 0, NULL, NULL);
	int fd = datagram_to(w, "203.0.113.1");

	say_hello(w, AF_INET);
	ck_assert_int_eq(play_socket_error(fd), EHOSTUNREACH);
	close(fd);
	world_free(w);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("world");
	TCase *plain = tcase_create("specification");
	TCase *real = tcase_create("real");

	tcase_add_test(plain, refuses_bad_names);
	tcase_add_test(plain, refuses_bad_numbers);
	suite_add_tcase(s, plain);

	tcase_set_timeout(real, 60);
	tcase_add_checked_fixture(real, harness_namespaces, NULL);
	tcase_add_test(real, refuses_unknown_backend);
	tcase_add_test(real, says_which_right_is_missing);
	tcase_add_loop_test(real, connects_hosts, 0, 2);
	tcase_add_loop_test(real, delays_both_ways, 0, 2);
	tcase_add_test(real, changes_delay_in_mid_run);
	tcase_add_test(real, hosts_are_as_told);
	tcase_add_test(real, offloads_are_off);
	tcase_add_test(real, leaves_nothing);
	tcase_add_test(real, unknown_address_is_silence);
	tcase_add_test(real, unreachable_address_is_answered);
	suite_add_tcase(s, real);
	return s;
}
