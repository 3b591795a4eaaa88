/* SPDX-License-Identifier: MIT */
#include "../netns/ifcount.h"

#include <errno.h>
#include <string.h>

#include "harness.h"
#include "play.h"

static const struct impairment nothing;

/* One datagram: what the client has sent, and nothing that it has not. */
START_TEST(counts_one_frame)
{
	struct world *w = play_world("wire", &nothing, 1, NULL, NULL);
	const struct netns *ns = world_host(w, 0)->ns;
	struct sockaddr_storage to;
	socklen_t len = play_address(w, 1, AF_INET, &to);
	int fd = play_socket(w, 0, AF_INET, SOCK_DGRAM, false);
	struct ifcount before, after;
	struct err err = ERR_INIT;

	ck_ok(ifcount_read(ns, "eth0", &before, &err));
	ck_assert_int_eq(sendto(fd, "0123456789", 10, 0, (struct sockaddr *)&to, len), 10);
	ck_ok(ifcount_read(ns, "eth0", &after, &err));
	/* A kernel may say a word of its own about IPv6 meanwhile. */
	ck_assert_uint_ge(after.packets[1] - before.packets[1], 1);
	ck_assert_uint_le(after.packets[1] - before.packets[1], 3);
	ck_assert_uint_ge(after.bytes[1] - before.bytes[1], 14 + 20 + 8 + 10);
	ck_assert_uint_le(after.packets[0] - before.packets[0], 2);
	close(fd);
	world_free(w);
}
END_TEST

START_TEST(no_such_interface)
{
	struct world *w = play_world("wire", &nothing, 1, NULL, NULL);
	struct err err = ERR_INIT;
	struct ifcount c;

	ck_assert_int_eq(ifcount_read(world_host(w, 0)->ns, "eth", &c, &err), -ENODEV);
	ck_assert_ptr_nonnull(strstr(err.msg, "there is no eth in it"));
	world_free(w);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ifcount");
	TCase *tc = tcase_create("world");

	tcase_add_checked_fixture(tc, harness_namespaces, NULL);
	tcase_add_test(tc, counts_one_frame);
	tcase_add_test(tc, no_such_interface);
	suite_add_tcase(s, tc);
	return s;
}
