/* SPDX-License-Identifier: MIT */
#include "../netns/netem.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <string.h>

#include "../netns/impair.h"
#include "harness.h"
#include "play.h"

/* The kernel's numbers, not ours: sch_netem.c reads these (pkt_sched.h, enum after
 * TCA_NETEM_UNSPEC). */
enum {
	KIND = 1,
	OPTIONS = 2,
	DELAY_DIST = 2,
	REORDER = 3,
	CORRUPT = 4,
	LOSS = 5,
	RATE = 6,
	LATENCY64 = 10,
	JITTER64 = 11,
	PRNG_SEED = 14,
	OPT_BYTES = 24,
};

static uint32_t u32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t u64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint16_t u16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* From the options' struct on, which is behind nlmsghdr 16, tcmsg 20, "netem" 12, attribute 4. */
static const uint8_t *options(struct nl_msg *msg)
{
	return (const uint8_t *)nlmsg_hdr(msg) + 16 + 20 + 12 + 4;
}

/* Attribute @type behind the struct. Return: its payload, @len its length; NULL: not there. */
static const uint8_t *attribute(struct nl_msg *msg, uint16_t type, size_t *len)
{
	const uint8_t *end = (const uint8_t *)nlmsg_hdr(msg) + u32((uint8_t *)nlmsg_hdr(msg));

	for (const uint8_t *p = options(msg) + OPT_BYTES; p < end; p += (u16(p) + 3) & ~3) {
		*len = u16(p) - 4u;
		/* The upper bits are flags: NLA_F_NESTED. */
		if ((u16(p + 2) & 0x3fff) == type)
			return p + 4;
	}
	return NULL;
}

/* The message byte by byte: nlmsghdr 16, tcmsg 20, "netem", struct tc_netem_qopt, attributes. */
START_TEST(message_has_the_documented_layout)
{
	const struct impairment imp = { .delay = 50 * NS_PER_MS + 1, .loss = 0.25 };
	static const uint8_t zeros[16];
	struct err err = ERR_INIT;
	struct nl_msg *msg = NULL;
	const uint8_t *p;
	size_t len = 0;

	ck_ok(netem_build(33, &imp, 0x1122334455667788, &msg, &err));
	p = (const uint8_t *)nlmsg_hdr(msg);
	ck_assert_uint_eq(u16(p + 4), 36);              /* RTM_NEWQDISC */
	ck_assert_uint_eq(u16(p + 6) & 0x0f00, 0x0500); /* create, replace, not exclusive */
	p += 16;
	ck_assert_uint_eq(p[0], 0);
	ck_assert_uint_eq(u32(p + 4), 33);          /* ifindex */
	ck_assert_uint_eq(u32(p + 8), 0);           /* handle: the kernel's choice */
	ck_assert_uint_eq(u32(p + 12), 0xffffffff); /* parent: root */
	p += 20;
	ck_assert_uint_eq(u16(p), 4 + 6);
	ck_assert_uint_eq(u16(p + 2), KIND);
	ck_assert_str_eq((const char *)p + 4, "netem");
	p += 12;
	ck_assert_uint_eq(u16(p), u32((const uint8_t *)nlmsg_hdr(msg)) - 16 - 20 - 12);
	ck_assert_uint_eq(u16(p + 2), OPTIONS); /* no NLA_F_NESTED */
	p += 4;
	ck_assert_ptr_eq(p, options(msg));
	ck_assert_uint_eq(u32(p), 0);              /* latency in ticks: LATENCY64 has it */
	ck_assert_uint_ge(u32(p + 4), 1000);       /* limit */
	ck_assert_uint_eq(u32(p + 8), 0x40000000); /* loss */
	for (size_t i = 12; i < OPT_BYTES; i += 4)
		ck_assert_uint_eq(u32(p + i), 0); /* gap, duplicate, jitter */
	p = attribute(msg, LATENCY64, &len);
	ck_assert_uint_eq(len, 8);
	ck_assert_uint_eq(u64(p), 50000001);
	p = attribute(msg, PRNG_SEED, &len);
	ck_assert_uint_eq(len, 8);
	ck_assert_uint_eq(u64(p), 0x1122334455667788);
	/* What a message leaves out the kernel keeps, so nothing is left out. */
	ck_assert_mem_eq(attribute(msg, JITTER64, &len), zeros, 8);
	ck_assert_mem_eq(attribute(msg, REORDER, &len), zeros, 8);
	ck_assert_mem_eq(attribute(msg, CORRUPT, &len), zeros, 8);
	ck_assert_mem_eq(attribute(msg, RATE, &len), zeros, 16);
	ck_assert_ptr_null(attribute(msg, LOSS, &len));
	ck_assert_ptr_null(attribute(msg, DELAY_DIST, &len));
	nlmsg_free(msg);
}
END_TEST

START_TEST(message_says_everything)
{
	const struct impairment imp = {
		.delay = 50 * NS_PER_MS,
		.jitter = 10 * NS_PER_MS,
		.distribution = DISTRIBUTION_PARETO,
		.burst = { .p = 0.25, .r = 0.5, .good = 0.125, .bad = 0.75 },
		.duplicate = 0.5,
		.reorder = 0.25,
		.gap = 7,
		.corrupt = 0.125,
		.rate = 8000000,
		.limit = 99,
	};
	struct err err = ERR_INIT;
	struct nl_msg *msg = NULL;
	const uint8_t *p;
	size_t len = 0;

	ck_ok(netem_build(2, &imp, 1, &msg, &err));
	p = options(msg);
	ck_assert_uint_eq(u32(p + 4), 99);
	ck_assert_uint_eq(u32(p + 8), 0); /* plain loss */
	ck_assert_uint_eq(u32(p + 12), 7);
	ck_assert_uint_eq(u32(p + 16), 0x80000000);
	ck_assert_uint_eq(u64(attribute(msg, JITTER64, &len)), 10 * NS_PER_MS);
	p = attribute(msg, DELAY_DIST, &len);
	ck_assert_uint_eq(len, sizeof(int16_t) * JITTER_TABLE);
	ck_assert_mem_eq(p, jitter_table(DISTRIBUTION_PARETO), len);
	ck_assert_uint_eq(u32(attribute(msg, REORDER, &len)), 0x40000000);
	ck_assert_uint_eq(u32(attribute(msg, CORRUPT, &len)), 0x20000000);
	ck_assert_uint_eq(u32(attribute(msg, RATE, &len)), 1000000);
	p = attribute(msg, LOSS, &len);
	ck_assert_uint_eq(u16(p), 4 + 16);
	ck_assert_uint_eq(u16(p + 2), 2);           /* NETEM_LOSS_GE */
	ck_assert_uint_eq(u32(p + 4), 0x40000000);  /* p */
	ck_assert_uint_eq(u32(p + 8), 0x80000000);  /* r */
	ck_assert_uint_eq(u32(p + 12), 0x40000000); /* h: what the bad state lets through */
	ck_assert_uint_eq(u32(p + 16), 0x20000000); /* k1: loss in the good state */
	nlmsg_free(msg);
}
END_TEST

START_TEST(loss_is_a_fraction_of_certainty)
{
	static const struct {
		double loss;
		uint32_t want;
	} cases[] = {
		{ 0, 0 }, { 1, 0xffffffff }, { 0.5, 0x80000000 }, { 1e-12, 1 }, { 0.01, 42949673 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct impairment imp = { .loss = cases[i].loss };
		struct err err = ERR_INIT;
		struct nl_msg *msg = NULL;

		ck_ok(netem_build(2, &imp, 0, &msg, &err));
		ck_assert_uint_eq(u32(options(msg) + 8), cases[i].want);
		nlmsg_free(msg);
	}
}
END_TEST

/* An hour fits, which 32 bits of ticks would not hold. */
START_TEST(delay_is_exact)
{
	static const int64_t delays[] = { 1, 999, NS_PER_US, 274 * NS_PER_S, 3600 * NS_PER_S };

	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		const struct impairment imp = { .delay = delays[i] };
		size_t len = 0;
		struct err err = ERR_INIT;
		struct nl_msg *msg = NULL;

		ck_ok(netem_build(2, &imp, 0, &msg, &err));
		ck_assert_uint_eq(u64(attribute(msg, LATENCY64, &len)), (uint64_t)delays[i]);
		nlmsg_free(msg);
	}
}
END_TEST

/*
 * Either this kernel has netem, and then it delays, loses and can be taken off
 * again; or it has not, and then asking for it fails with the probe's words.
 */
START_TEST(does_what_the_probe_says)
{
	const struct impairment slow = { .delay = 20 * NS_PER_MS }, none = { 0 },
				deaf = { .loss = 1 };
	struct world_spec spec = {
		.n_hosts = 2,
		.names = { "client", "server" },
		.toward = { slow, slow },
		.backend = "netem",
	};
	struct err probed = ERR_INIT, err = ERR_INIT;
	struct world *w = NULL;
	const char *why = NULL;
	int64_t begin;
	int listener, fd;

	if (impair_netem.probe(&probed) < 0) {
		ck_assert_int_eq(world_new(&spec, NULL, NULL, &w, &err), -probed.code);
		ck_assert_msg(strstr(err.msg, probed.msg) != NULL, "%s", err.msg);
		ck_assert_ptr_nonnull(strstr(probed.msg, "CONFIG_NET_SCH_NETEM"));
		ck_assert_ptr_nonnull(strstr(err.remedy, "modprobe sch_netem"));
		ck_assert_str_eq(err.remedy, probed.remedy);
		return;
	}
	ck_ok(world_new(&spec, NULL, NULL, &w, &err));
	ck_assert_str_eq(world_backend(w, &why), "netem");
	ck_assert_str_eq(why, "asked for");
	ck_assert_int_eq(world_fd(w), -1);
	begin = clock_now();
	listener = play_listen(w, AF_INET);
	fd = play_connect(w, AF_INET);
	ck_assert(play_until(w, fd, POLLOUT, begin + PLAY_LIMIT));
	ck_assert_int_ge(clock_now() - begin, 40 * NS_PER_MS);
	close(fd);
	ck_ok(world_impair(w, 0, &none, &err));
	ck_ok(world_impair(w, 0, &none, &err));
	ck_ok(world_impair(w, 1, &deaf, &err));
	fd = play_connect(w, AF_INET);
	ck_assert(!play_until(w, fd, POLLOUT, clock_now() + 300 * NS_PER_MS));
	close(fd);
	close(listener);
	world_free(w);
}
END_TEST

/* The probe is asked on the machine's own kernel: it must not change anything, twice the same. */
START_TEST(probe_leaves_nothing)
{
	struct err first = ERR_INIT, second = ERR_INIT;

	ck_assert_int_eq(impair_netem.probe(&first), impair_netem.probe(&second));
	ck_assert_str_eq(first.msg, second.msg);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("netem");
	TCase *plain = tcase_create("message");
	TCase *real = tcase_create("kernel");

	tcase_add_test(plain, message_has_the_documented_layout);
	tcase_add_test(plain, message_says_everything);
	tcase_add_test(plain, loss_is_a_fraction_of_certainty);
	tcase_add_test(plain, delay_is_exact);
	suite_add_tcase(s, plain);

	tcase_add_checked_fixture(real, harness_namespaces, NULL);
	tcase_add_test(real, does_what_the_probe_says);
	tcase_add_test(real, probe_leaves_nothing);
	suite_add_tcase(s, real);
	return s;
}
