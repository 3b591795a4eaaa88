/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../netns/counter.h"
#include "../netns/netns.h"

static struct netns home, host;

static int loopback_up(void *arg, struct err *err)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc;

	(void)arg;
	rc = ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return rc == 0 ? 0 : err_set(err, EIO, "lo does not come up");
}

static void enter(void)
{
	struct err err = ERR_INIT;

	harness_namespaces();
	ck_ok(netns_home(&home, &err));
	ck_ok(netns_new(&home, &host, &err));
	ck_ok(netns_call(&host, loopback_up, NULL, &err));
}

/* Connect to a port of the host's own loopback that nobody listens on. */
static void knock(int type)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct err err = ERR_INIT;
	int fd;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = netns_socket(&host, AF_INET, type, 0, &err);
	ck_ok(fd);
	if (type == SOCK_STREAM) {
		ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), -1);
		ck_assert_int_eq(errno, ECONNREFUSED);
	} else {
		ck_assert_int_eq(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)), 1);
	}
	close(fd);
}

static int64_t get(const struct counters *c, const char *name)
{
	struct err err = ERR_INIT;
	int64_t delta = -1;

	ck_ok(counters_get(c, name, &delta, &err));
	return delta;
}

START_TEST(test_counts_from_open)
{
	struct counters *c = NULL;
	struct err err = ERR_INIT;

	knock(SOCK_STREAM); /* before the zero point */
	ck_ok(counters_open(&host, &c, &err));
	ck_assert_int_eq(get(c, "TcpActiveOpens"), 0);
	knock(SOCK_STREAM);
	knock(SOCK_STREAM);
	ck_assert_int_eq(get(c, "TcpActiveOpens"), 0);
	ck_ok(counters_read(c, &err));
	ck_assert_int_eq(get(c, "TcpActiveOpens"), 2);
	ck_assert_int_eq(get(c, "ActiveOpens"), 2);
	ck_assert_int_eq(get(c, "TcpAttemptFails"), 2);
	ck_assert_int_eq(get(c, "ListenDrops"), 0);
	ck_assert_int_eq(get(c, "TcpExtListenDrops"), 0);
	ck_ok(counters_read(c, &err));
	ck_assert_int_eq(get(c, "TcpActiveOpens"), 2);
	counters_close(c);
}
END_TEST

START_TEST(test_is_of_one_namespace)
{
	struct counters *ours = NULL, *theirs = NULL;
	struct err err = ERR_INIT;

	ck_ok(counters_open(&home, &ours, &err));
	ck_ok(counters_open(&host, &theirs, &err));
	knock(SOCK_STREAM);
	ck_ok(counters_read(ours, &err));
	ck_ok(counters_read(theirs, &err));
	ck_assert_int_eq(get(ours, "TcpActiveOpens"), 0);
	ck_assert_int_eq(get(theirs, "TcpActiveOpens"), 1);
	counters_close(ours);
	counters_close(theirs);
}
END_TEST

/* IcmpMsgOutType3 gets a column of its own with the first such message. */
START_TEST(test_column_that_appears)
{
	struct counters *c = NULL;
	struct err err = ERR_INIT;
	int64_t delta;

	ck_ok(counters_open(&host, &c, &err));
	ck_assert_int_eq(counters_get(c, "IcmpMsgOutType3", &delta, &err), -ENOENT);
	knock(SOCK_DGRAM);
	ck_ok(counters_read(c, &err));
	ck_assert_int_eq(get(c, "IcmpMsgOutType3"), 1);
	counters_close(c);
}
END_TEST

START_TEST(test_unknown_name)
{
	struct counters *c = NULL;
	struct err err = ERR_INIT;
	int64_t delta = 42;

	ck_ok(counters_open(&host, &c, &err));
	ck_assert_int_eq(counters_get(c, "TcpPasiveOpens", &delta, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.msg, "'TcpPasiveOpens'"));
	ck_assert_str_eq(err.remedy, "did you mean TcpPassiveOpens?");
	ck_assert_int_eq(counters_get(c, "ListenDrop", &delta, &err), -ENOENT);
	ck_assert_str_eq(err.remedy, "did you mean ListenDrops?");
	ck_assert_int_eq(counters_get(c, "", &delta, &err), -ENOENT);
	ck_assert_str_eq(err.remedy, "");
	ck_assert_int_eq(counters_get(c, "zebra crossing", &delta, &err), -ENOENT);
	ck_assert_str_eq(err.remedy, "");
	ck_assert_int_eq(delta, 42);
	counters_close(c);
}
END_TEST

START_TEST(test_each_names_every_one_once)
{
	struct counters *c = NULL;
	struct err err = ERR_INIT;
	size_t cursor = 0, n = 0;
	int opens = 0, drops = 0, v6 = 0;
	const char *name;
	int64_t delta;

	ck_ok(counters_open(&host, &c, &err));
	knock(SOCK_STREAM);
	ck_ok(counters_read(c, &err));
	while ((name = counters_each(c, &cursor, &delta))) {
		n++;
		if (strcmp(name, "TcpActiveOpens") == 0 && delta == 1)
			opens++;
		drops += strcmp(name, "TcpExtListenDrops") == 0;
		v6 += strcmp(name, "Ip6InReceives") == 0;
	}
	ck_assert_int_eq(opens, 1);
	ck_assert_int_eq(drops, 1);
	ck_assert_int_le(v6, 1);
	ck_assert_uint_gt(n, 100);
	ck_assert_ptr_null(counters_each(c, &cursor, &delta));
	counters_close(c);
}
END_TEST

START_TEST(test_no_descriptor_is_left)
{
	struct counters *c = NULL;
	struct err err = ERR_INIT;
	int before = dup(0), after;

	close(before);
	ck_ok(counters_open(&host, &c, &err));
	counters_close(c);
	counters_close(NULL);
	after = dup(0);
	ck_assert_int_eq(after, before);
	ck_assert_int_eq(counters_open(&NETNS_CLOSED, &c, &err), -EBADF);
	close(after);
	ck_assert_int_eq(dup(0), before);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("counter");
	TCase *tc = tcase_create("counter");

	tcase_add_checked_fixture(tc, enter, NULL);
	tcase_add_test(tc, test_counts_from_open);
	tcase_add_test(tc, test_is_of_one_namespace);
	tcase_add_test(tc, test_column_that_appears);
	tcase_add_test(tc, test_unknown_name);
	tcase_add_test(tc, test_each_names_every_one_once);
	tcase_add_test(tc, test_no_descriptor_is_left);
	suite_add_tcase(s, tc);
	return s;
}
