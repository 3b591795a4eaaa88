/* SPDX-License-Identifier: MIT */
/*
 * Impairments by the kernel's own qdisc, sch_netem, on the egress of the
 * network's interfaces: what leaves the network towards a host waits or is
 * lost there, after the sender was seen sending it and before the receiver
 * sees it. The kernel forwards between the interfaces.
 *
 * The message is written with libnl's nlmsg and nla functions instead of
 * rtnl_netem_set_*(): those take microseconds and turn them into scheduler
 * ticks of 64 ns (/proc/net/psched), 32 bits of them, so that 1 us becomes
 * 960 ns and nothing beyond 274 s can be said at all. TCA_NETEM_LATENCY64 (since
 * 4.15) is in nanoseconds and overrides the ticks; libnl 3.7 does not know it.
 * Probabilities are 32-bit fractions of certainty: get_crandom() <= loss, so ~0
 * is always, and the smallest that can be said is 2^-32.
 *
 * Each message says everything. netem_change() keeps what a message leaves out of
 * reordering, corruption, rate and the delay's distribution, so these are always
 * said, as zeros too; a loss model that is left out becomes plain random loss. The
 * distribution is a table (jitter.c). A qdisc that is there stays until
 * the end: taking it away would lose what is under way in it.
 *
 * The generator: TCA_NETEM_PRNG_SEED (6.6) seeds losses, duplicates, reordering and jitter,
 * with a number from the run's seed for each message. Older kernels pass over the
 * attribute (parse_attr() parses without strictness) and seed themselves. Which bit
 * is flipped in a corrupted packet is never seeded, and it may be one of the
 * Ethernet or IP header. Hence unfit(): where equal seeds should mean equal runs
 * the wire is better at what this kernel cannot repeat.
 *
 * Not handled: saying which packet was lost.
 */
#include "netem.h"

#include <assert.h>
#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cleanup.h"
#include "dice.h"
#include "err.h"
#include "impair.h"
#include "jitter.h"
#include "netns.h"
#include "release.h"
#include "rtsock.h"
#include "sysctl.h"

enum {
	/* Room for a table of jitter and everything else. */
	MESSAGE_MAX = JITTER_TABLE * sizeof(int16_t) + 1024,
	/* Not in Debian 12's headers (6.1). */
	NETEM_PRNG_SEED = 14,
	LO_IFINDEX = 1, /* LOOPBACK_IFINDEX, the same in every namespace */
};

/*
 * @rt:     socket in the network's namespace
 * @seeds:  where each message's seed comes from
 * @active: which ports have a qdisc
 */
struct netem {
	struct rtsock *rt;
	size_t n;
	struct netem_port {
		int ifindex;
		struct dice seeds;
		bool active;
	} ports[];
};

static void put_msg(struct nl_msg **msg)
{
	nlmsg_free(*msg);
}

static void close_netem(void *state)
{
	struct netem *ne = state;

	if (!ne)
		return;
	rtsock_close(ne->rt);
	free(ne);
}

static void put_netem(struct netem **ne)
{
	close_netem(*ne);
}

static void put_rtsock(struct rtsock **rt)
{
	rtsock_close(*rt);
}

#define _cleanup_msg_    _cleanup_(put_msg)
#define _cleanup_netem_  _cleanup_(put_netem)
#define _cleanup_rtsock_ _cleanup_(put_rtsock)

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "netem: out of memory");
}

/* 0 only for 0: a loss that was asked for must be possible. */
static uint32_t fraction(double p)
{
	uint32_t f = (uint32_t)(p * UINT32_MAX + 0.5);

	return p > 0 && f == 0 ? 1 : f;
}

/* A request about the root qdisc of @ifindex. Return: the message, or NULL. */
static struct nl_msg *root_qdisc(int type, int flags, int ifindex)
{
	struct tcmsg tc = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_parent = TC_H_ROOT,
	};
	_cleanup_msg_ struct nl_msg *msg = nlmsg_alloc_size(MESSAGE_MAX);

	if (!msg || !nlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, flags) ||
	    nlmsg_append(msg, &tc, sizeof(tc), NLMSG_ALIGNTO) < 0 ||
	    nla_put_string(msg, TCA_KIND, "netem") < 0)
		return NULL;
	return steal_ptr(&msg);
}

/* One of struct tc_netem_reorder and tc_netem_corrupt: a probability and no correlation. */
static int put_chance(struct nl_msg *msg, int attr, double p)
{
	const struct tc_netem_corrupt chance = { .probability = fraction(p) };

	static_assert(sizeof(chance) == sizeof(struct tc_netem_reorder), "the same layout");
	return nla_put(msg, attr, sizeof(chance), &chance);
}

/* Gilbert and Elliott; h is the probability that the bad state does not lose. */
static int put_burst(struct nl_msg *msg, const struct impairment *imp)
{
	const struct tc_netem_gemodel ge = {
		.p = fraction(imp->burst.p),
		.r = fraction(imp->burst.r),
		.h = fraction(1 - imp->burst.bad),
		.k1 = fraction(imp->burst.good),
	};
	struct nlattr *nest;

	if (!impairment_bursts(imp))
		return 0;
	nest = nla_nest_start(msg, TCA_NETEM_LOSS);
	if (!nest || nla_put(msg, NETEM_LOSS_GE, sizeof(ge), &ge) < 0)
		return -NLE_NOMEM;
	return nla_nest_end(msg, nest);
}

static int put_delay(struct nl_msg *msg, const struct impairment *imp)
{
	const int64_t latency = imp->delay, jitter = imp->jitter;

	if (nla_put(msg, TCA_NETEM_LATENCY64, sizeof(latency), &latency) < 0 ||
	    nla_put(msg, TCA_NETEM_JITTER64, sizeof(jitter), &jitter) < 0)
		return -NLE_NOMEM;
	if (imp->jitter == 0)
		return 0;
	return nla_put(msg, TCA_NETEM_DELAY_DIST, JITTER_TABLE * sizeof(int16_t),
		       jitter_table(imp->distribution));
}

static int put_rest(struct nl_msg *msg, const struct impairment *imp, uint64_t seed)
{
	/* In bytes a second; the quotient is what netem divides by too. */
	const struct tc_netem_rate rate = { .rate = (uint32_t)(imp->rate / 8) };

	if (put_chance(msg, TCA_NETEM_REORDER, imp->reorder) < 0 ||
	    put_chance(msg, TCA_NETEM_CORRUPT, imp->corrupt) < 0 || put_burst(msg, imp) < 0 ||
	    nla_put(msg, TCA_NETEM_RATE, sizeof(rate), &rate) < 0)
		return -NLE_NOMEM;
	return nla_put(msg, NETEM_PRNG_SEED, sizeof(seed), &seed);
}

int netem_build(int ifindex, const struct impairment *imp, uint64_t seed, struct nl_msg **out,
		struct err *err)
{
	/* NLM_F_REPLACE without _EXCL: tc_modify_qdisc() then calls netem_change(). */
	_cleanup_msg_ struct nl_msg *msg =
		root_qdisc(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, ifindex);
	const struct tc_netem_qopt opt = {
		.limit = (uint32_t)(imp->limit > 0 ? imp->limit : IMPAIRMENT_LIMIT),
		.loss = fraction(imp->loss),
		.gap = (uint32_t)(imp->reorder > 0 && imp->gap == 0 ? 1 : imp->gap),
		.duplicate = fraction(imp->duplicate),
	};
	struct nlattr *nest;

	if (!msg)
		return no_memory(err);
	/*
	 * TCA_OPTIONS of netem is a struct with attributes behind it (parse_attr() in
	 * sch_netem.c), not a nest in the sense of NLA_F_NESTED; tc sends it unflagged.
	 */
	nest = nla_nest_start(msg, TCA_OPTIONS);
	if (nest)
		nest->nla_type = TCA_OPTIONS;
	if (!nest || nlmsg_append(msg, (void *)&opt, sizeof(opt), NLA_ALIGNTO) < 0 ||
	    put_delay(msg, imp) < 0 || put_rest(msg, imp, seed) < 0)
		return no_memory(err);
	nla_nest_end(msg, nest);
	*out = steal_ptr(&msg);
	return 0;
}

static bool takes_a_seed(void)
{
	struct utsname un;

	return uname(&un) == 0 && release_since(un.release, "6.6");
}

static const char *unfit(const struct impairment *imp)
{
	if (imp->corrupt > 0)
		return "netem would also corrupt Ethernet and IP headers, at places of its own "
		       "choice";
	if (impairment_random(imp) && !takes_a_seed())
		return "chance decides, and netem takes no seed before Linux 6.6";
	return NULL;
}

/*
 * Asks for a qdisc without its options: qdisc_create() looks the kind up first,
 * loading its module if there is one, and only then lets it see the options,
 * which netem_init() refuses with EINVAL when there are none. So the answer
 * is known and nothing was made; even a namespace in use is safe.
 */
static int probe(struct err *why)
{
	_cleanup_rtsock_ struct rtsock *rt = NULL;
	_cleanup_msg_ struct nl_msg *msg = NULL;
	struct err answer = ERR_INIT;
	int rc = rtsock_open(NULL, &rt, why);

	if (rc < 0)
		return rc;
	msg = root_qdisc(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, LO_IFINDEX);
	if (!msg)
		return no_memory(why);
	rc = rtsock_push(rt, msg, why, "probe for netem");
	if (rc < 0)
		return rc;
	rc = rtsock_flush(rt, &answer);
	if (rc == -EINVAL)
		return 0;
	if (rc == -ENOENT || rc == -EOPNOTSUPP) {
		err_set(why, -rc, "this kernel has no netem (CONFIG_NET_SCH_NETEM)");
		return err_remedy(why,
				  "nothing needs doing, the wire back end takes its place; to have "
				  "it: `modprobe sch_netem` as root (Ubuntu's cloud kernels keep "
				  "it in the package linux-modules-extra-$(uname -r)), or a lab "
				  "kernel");
	}
	if (rc == 0)
		return err_set(why, EPROTO, "netem: the kernel took a request without options");
	*why = answer;
	return rc;
}

static int probe_call(void *arg, struct err *err)
{
	(void)arg;
	return probe(err);
}

static int open_netem(const struct netns *net, const struct port *ports, size_t n_ports,
		      uint64_t seed, impair_told_fn *told, void *told_arg, void **state,
		      struct err *err)
{
	_cleanup_netem_ struct netem *ne = calloc(1, sizeof(*ne) + n_ports * sizeof(ne->ports[0]));
	int rc;

	(void)told; /* netem does not say what it drops */
	(void)told_arg;
	if (!ne)
		return no_memory(err);
	rc = netns_call(net, probe_call, NULL, err);
	if (rc == 0)
		rc = rtsock_open(net, &ne->rt, err);
	if (rc == 0)
		rc = sysctl_set(net, "net.ipv4.ip_forward", "1", err);
	if (rc == 0)
		rc = sysctl_set(net, "net.ipv6.conf.all.forwarding", "1", err);
	if (rc < 0)
		return err_context(err, "netem");
	ne->n = n_ports;
	for (size_t i = 0; i < n_ports; i++)
		ne->ports[i] = (struct netem_port){
			.ifindex = ports[i].ifindex,
		};
	for (size_t i = 0; i < n_ports; i++)
		dice_seed(&ne->ports[i].seeds, seed, i);
	*state = steal_ptr(&ne);
	return 0;
}

static int set(void *state, size_t to, const struct impairment *imp, struct err *err)
{
	_cleanup_msg_ struct nl_msg *msg = NULL;
	struct netem *ne = state;
	struct netem_port *port;
	int rc = impairment_check(imp, err);

	if (rc < 0)
		return rc;
	if (to >= ne->n)
		return err_set(err, EINVAL, "netem: no port %zu", to);
	port = &ne->ports[to];
	if (impairment_none(imp) && !port->active)
		return 0;
	rc = netem_build(port->ifindex, imp, dice_roll(&port->seeds), &msg, err);
	if (rc == 0)
		rc = rtsock_push(ne->rt, msg, err, "set the netem qdisc of interface %d",
				 port->ifindex);
	if (rc == 0)
		rc = rtsock_flush(ne->rt, err);
	if (rc == 0)
		port->active = true;
	return rc;
}

/* The kernel does the work. */
static int fd(const void *state)
{
	(void)state;
	return -1;
}

static int work(void *state, struct err *err)
{
	(void)state;
	(void)err;
	return 0;
}

static uint64_t lost(void *state)
{
	(void)state;
	return 0;
}

static int64_t late(void *state)
{
	(void)state;
	return 0;
}

const struct impair_ops impair_netem = {
	.name = "netem",
	.probe = probe,
	.unfit = unfit,
	.open = open_netem,
	.set = set,
	.fd = fd,
	.work = work,
	.lost = lost,
	.late = late,
	.close = close_netem,
};
