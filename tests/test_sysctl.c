/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../netns/netns.h"
#include "../netns/sysctl.h"

static struct netns home, host;

static void enter(void)
{
	struct err err = ERR_INIT;

	harness_namespaces();
	ck_ok(netns_home(&home, &err));
	ck_ok(netns_new(&home, &host, &err));
}

static const char *get(const struct netns *ns, const char *name)
{
	static char value[SYSCTL_MAX_VALUE];
	struct err err = ERR_INIT;

	ck_ok(sysctl_get(ns, name, value, &err));
	return value;
}

START_TEST(test_set_and_get)
{
	struct err err = ERR_INIT;

	ck_ok(sysctl_set(&host, "net.ipv4.tcp_syncookies", "2", &err));
	ck_assert_str_eq(get(&host, "net.ipv4.tcp_syncookies"), "2");
	ck_assert_str_eq(get(&host, "net/ipv4/tcp_syncookies"), "2");
	ck_assert_str_ne(get(&home, "net.ipv4.tcp_syncookies"), "2");
	ck_ok(sysctl_set(&host, "net/ipv4/tcp_syncookies", "0", &err));
	ck_assert_str_eq(get(&host, "net.ipv4.tcp_syncookies"), "0");
	ck_ok(sysctl_set(&host, "net.ipv4.ip_local_port_range", "40000\t40003", &err));
	ck_assert_str_eq(get(&host, "net.ipv4.ip_local_port_range"), "40000 40003");
	ck_ok(sysctl_set(&host, "net.ipv4.conf.lo.rp_filter", "1", &err));
	ck_assert_str_eq(get(&host, "net/ipv4/conf/lo/rp_filter"), "1");
	ck_assert_int_eq(err.code, 0);
}
END_TEST

START_TEST(test_empty_value_clears_a_list)
{
	struct err err = ERR_INIT;

	ck_ok(sysctl_set(&host, "net.ipv4.ip_local_reserved_ports", "8080,9148", &err));
	ck_assert_str_eq(get(&host, "net.ipv4.ip_local_reserved_ports"), "8080,9148");
	ck_ok(sysctl_set(&host, "net.ipv4.ip_local_reserved_ports", "", &err));
	ck_assert_str_eq(get(&host, "net.ipv4.ip_local_reserved_ports"), "");
}
END_TEST

/* 400 characters, which is more than any name or value may have. */
#define LONG40 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define LONG   LONG40 LONG40 LONG40 LONG40 LONG40 LONG40 LONG40 LONG40 LONG40 LONG40

static const struct {
	const char *name;
	int code;
	const char *says, *remedy;
} names[] = {
	{ "kernel.hostname", EPERM, "outside net.", "below net." },
	{ "vm/swappiness", EPERM, "outside net.", "below net." },
	{ "network.ipv4", EPERM, "outside net.", "below net." },
	{ "net", EPERM, "outside net.", "below net." },
	{ "", ENOENT, "part of the name is empty", "" },
	{ "net.", ENOENT, "part of the name is empty", "" },
	{ "/net/ipv4/tcp_sack", ENOENT, "part of the name is empty", "" },
	{ "/proc/sys/net/ipv4/tcp_sack", ENOENT, "part of the name is empty", "" },
	{ ".net.ipv4.tcp_sack", ENOENT, "part of the name is empty", "" },
	{ "net..ipv4.tcp_sack", ENOENT, "part of the name is empty", "" },
	{ "net/../kernel/hostname", ENOENT, "part of the name is empty", "" },
	{ "net.//.kernel.hostname", ENOENT, "part of the name is empty", "" },
	{ "net/./ipv4/tcp_sack", ENOENT, "part of the name is empty", "" },
	{ "net/ipv4/..", ENOENT, "part of the name is empty", "" },
	{ "net.ipv4.tcp sack", ENOENT, "space or control character", "" },
	{ "net.ipv4.tcp_sack\n", ENOENT, "space or control character", "" },
	{ "net.ipv4.\x1b[2J", ENOENT, "space or control character", "" },
	{ "net.ipv4." LONG, ENOENT, "409 characters", "" },
	{ "net.ipv4", ENOENT, "is a group of sysctls", "" },
	{ "net.ipv4.conf.lo", ENOENT, "is a group of sysctls", "" },
	{ "net.ipv4.tcp_syncookie", ENOENT, "has no sysctl net.ipv4.tcp_syncookie",
	  "did you mean net.ipv4.tcp_syncookies?" },
	{ "net.ipv4.TCP_FIN_TIMEOUT", ENOENT, "has no sysctl",
	  "did you mean net.ipv4.tcp_fin_timeout?" },
	{ "net.ipv5.tcp_sack", ENOENT, "has no sysctl", "did you mean net.ipv" },
	{ "net.ipv4.conf.lo0.rp_filter", ENOENT, "has no sysctl",
	  "did you mean net.ipv4.conf.lo?" },
	{ "net.ipv4.tcp_sack.on", ENOENT, "has no sysctl", "did you mean net.ipv4.tcp_sack?" },
	{ "net.ipv4.something_quite_else", ENOENT, "has no sysctl", "" },
	{ "net.ipv4.tcp_mem", EACCES, "belongs to the whole machine", "lab kernel" },
	{ "net.ipv4.tcp_max_orphans", EACCES, "belongs to the whole machine", "lab kernel" },
};

START_TEST(test_bad_names)
{
	char value[SYSCTL_MAX_VALUE] = "untouched";
	struct err err = ERR_INIT;

	ck_assert_int_eq(sysctl_set(&host, names[_i].name, "1", &err), -names[_i].code);
	ck_assert_msg(strstr(err.msg, names[_i].says) != NULL, "%s", err.msg);
	ck_assert_msg(strstr(err.remedy, names[_i].remedy) != NULL, "%s", err.remedy);
	if (!names[_i].remedy[0])
		ck_assert_str_eq(err.remedy, "");
	err = ERR_INIT;
	ck_assert_int_eq(sysctl_get(&host, names[_i].name, value, &err), -names[_i].code);
	ck_assert_msg(strstr(err.msg, names[_i].says) != NULL, "%s", err.msg);
	ck_assert_str_eq(value, "untouched");
}
END_TEST

static const struct {
	const char *name, *value, *says;
} values[] = {
	{ "net.ipv4.tcp_syn_retries", "0", "the kernel refuses value '0'" },
	{ "net.ipv4.tcp_syn_retries", "128", "the kernel refuses value '128'" },
	{ "net.ipv4.tcp_syn_retries", "six", "the kernel refuses value 'six'" },
	{ "net.ipv4.tcp_syn_retries", "", "the kernel refuses value ''" },
	{ "net.ipv4.tcp_rmem", "1 2 3 4", "takes only a part of '1 2 3 4'" },
	{ "net.ipv4.tcp_syn_retries", "3\n", "line break or control character" },
	{ "net.ipv4.tcp_syn_retries", "3\n4", "line break or control character" },
	{ "net.ipv4.tcp_syn_retries", "\x1b[2J", "line break or control character" },
	{ "net.ipv4.tcp_syn_retries", LONG, "longer than 255 bytes" },
	{ "net.ipv4.tcp_congestion_control", "vegetables", "(ENOENT)" },
	{ "net.ipv4.ip_local_port_range", "50000 40000", "the kernel refuses value" },
};

START_TEST(test_bad_values)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(sysctl_set(&host, values[_i].name, values[_i].value, &err), -EINVAL);
	ck_assert_msg(strstr(err.msg, values[_i].says) != NULL, "%s", err.msg);
	ck_assert_ptr_nonnull(strstr(err.msg, values[_i].name));
}
END_TEST

START_TEST(test_read_only)
{
	struct err err = ERR_INIT;
	char value[SYSCTL_MAX_VALUE];

	ck_assert_int_eq(
		sysctl_set(&host, "net.ipv4.tcp_available_congestion_control", "reno", &err),
		-EACCES);
	ck_assert_ptr_nonnull(strstr(err.remedy, "read-only"));
	ck_ok(sysctl_get(&host, "net.ipv4.tcp_available_congestion_control", value, &err));
	ck_assert_ptr_nonnull(strstr(value, "reno"));
}
END_TEST

/* Is @value one of the alternatives of @wanted? */
static bool is_choice(const char *wanted, const char *value)
{
	size_t len = strlen(value);

	for (const char *p = wanted; *p; p += strcspn(p, "|"), p += *p == '|') {
		if (strcspn(p, "|") == len && strncmp(p, value, len) == 0)
			return true;
	}
	return false;
}

static void has_all_pins(const struct netns *ns)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sysctl_n_pins; i++) {
		const struct sysctl_pin *pin = &sysctl_pins[i];
		char value[SYSCTL_MAX_VALUE];
		int rc = sysctl_get(ns, pin->name, value, &err);

		if (rc == -ENOENT && pin->optional)
			continue;
		ck_assert_msg(rc == 0, "%s: %s", pin->name, err.msg);
		ck_assert_msg(is_choice(pin->value, value), "%s is %s, not %s", pin->name, value,
			      pin->value);
	}
}

START_TEST(test_pins_are_what_a_host_has)
{
	const struct netns *only = &host;
	struct err err = ERR_INIT;

	/* What somebody may have tuned. */
	ck_ok(sysctl_set(&host, "net.ipv4.tcp_syncookies", "0", &err));
	ck_ok(sysctl_set(&host, "net.ipv4.tcp_congestion_control", "reno", &err));
	ck_ok(sysctl_set(&host, "net.ipv4.tcp_rmem", "8192 8192 8192", &err));
	ck_ok(sysctl_set(&host, "net.ipv4.conf.all.rp_filter", "2", &err));
	ck_ok(sysctl_pin_all(&only, 1, &err));
	ck_assert_int_eq(err.code, 0);
	has_all_pins(&host);
	ck_assert_str_ne(get(&home, "net.ipv4.ip_unprivileged_port_start"), "0");
}
END_TEST

/* What the first one has already is not written in the others; what it has not, is. */
START_TEST(test_pins_of_several_hosts)
{
	struct netns fresh[3] = { NETNS_CLOSED, NETNS_CLOSED, NETNS_CLOSED };
	const struct netns *spaces[] = { &fresh[0], &fresh[1], &fresh[2] };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < 3; i++) {
		ck_ok(netns_new(&home, &fresh[i], &err));
		ck_ok(sysctl_set(&fresh[i], "net.ipv4.tcp_syncookies", "0", &err));
	}
	ck_ok(sysctl_pin_all(spaces, 3, &err));
	for (size_t i = 0; i < 3; i++) {
		has_all_pins(&fresh[i]);
		netns_close(&fresh[i]);
	}
}
END_TEST

START_TEST(test_pin_table_is_sound)
{
	for (size_t i = 0; i < sysctl_n_pins; i++) {
		ck_assert_int_eq(strncmp(sysctl_pins[i].name, "net.", 4), 0);
		ck_assert_str_ne(sysctl_pins[i].why, "");
		ck_assert_uint_lt(strlen(sysctl_pins[i].value), SYSCTL_MAX_VALUE);
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(sysctl_pins[i].name, sysctl_pins[k].name);
	}
}
END_TEST

START_TEST(test_same_name)
{
	ck_assert(sysctl_same("net.ipv4.tcp_sack", "net.ipv4.tcp_sack"));
	ck_assert(sysctl_same("net.ipv4.tcp_sack", "net/ipv4/tcp_sack"));
	ck_assert(sysctl_same("net.ipv4.conf.a/1.forwarding", "net/ipv4/conf/a.1/forwarding"));
	ck_assert(!sysctl_same("net.ipv4.tcp_sack", "net.ipv4.tcp_fack"));
	ck_assert(!sysctl_same("kernel.hostname", "kernel.hostname"));
}
END_TEST

START_TEST(test_no_descriptor_is_left)
{
	const struct netns *only = &host;
	char value[SYSCTL_MAX_VALUE];
	struct err err = ERR_INIT;
	int before = dup(0);

	close(before);
	ck_ok(sysctl_pin_all(&only, 1, &err));
	sysctl_get(&host, "net.ipv4.tcp_sack", value, &err);
	sysctl_get(&host, "net.ipv4.conf.lo0.rp_filter", value, &err);
	sysctl_set(&host, "net.ipv4.tcp_syncookie", "1", &err);
	sysctl_set(&host, "net.ipv4.tcp_sack", "many", &err);
	sysctl_set(&host, "net.ipv4", "1", &err);
	sysctl_get(&host, "net.ipv4", value, &err);
	ck_assert_int_eq(sysctl_get(&NETNS_CLOSED, "net.ipv4.tcp_sack", value, &err), -EBADF);
	ck_assert_int_eq(dup(0), before);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sysctl");
	TCase *tc = tcase_create("sysctl");

	tcase_add_checked_fixture(tc, enter, NULL);
	tcase_add_test(tc, test_set_and_get);
	tcase_add_test(tc, test_empty_value_clears_a_list);
	tcase_add_loop_test(tc, test_bad_names, 0, sizeof(names) / sizeof(names[0]));
	tcase_add_loop_test(tc, test_bad_values, 0, sizeof(values) / sizeof(values[0]));
	tcase_add_test(tc, test_read_only);
	tcase_add_test(tc, test_pins_are_what_a_host_has);
	tcase_add_test(tc, test_pins_of_several_hosts);
	tcase_add_test(tc, test_pin_table_is_sound);
	tcase_add_test(tc, test_same_name);
	tcase_add_test(tc, test_no_descriptor_is_left);
	suite_add_tcase(s, tc);
	return s;
}
