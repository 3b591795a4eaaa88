/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * What a lab kernel takes without tcplab, for tests/bench.py: a static program
 * as init, which halts at once, or with the argument "topology" first makes what
 * a lab with two hosts has: three namespaces and two veth pairs, with
 * addresses, up. Raw netlink, nothing else: the least that this can take.
 */

static struct {
	struct nlmsghdr h;
	char room[1024];
} msg;

static void *tail(void)
{
	return (char *)&msg + NLMSG_ALIGN(msg.h.nlmsg_len);
}

static void begin(uint16_t type, uint16_t flags, const void *fixed, size_t len)
{
	memset(&msg, 0, sizeof(msg));
	msg.h = (struct nlmsghdr){ .nlmsg_len = NLMSG_LENGTH((uint32_t)len),
				   .nlmsg_type = type,
				   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags };
	memcpy(NLMSG_DATA(&msg.h), fixed, len);
}

static struct rtattr *put(uint16_t type, const void *data, size_t len)
{
	struct rtattr *a = tail();

	*a = (struct rtattr){ .rta_len = (uint16_t)RTA_LENGTH(len), .rta_type = type };
	if (len)
		memcpy(RTA_DATA(a), data, len);
	msg.h.nlmsg_len = NLMSG_ALIGN(msg.h.nlmsg_len) + (uint32_t)RTA_ALIGN(a->rta_len);
	return a;
}

static void close_nest(struct rtattr *a)
{
	a->rta_len = (uint16_t)((char *)tail() - (char *)a);
}

static void ask(int nl, const char *what)
{
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char rest[4096];
	} answer;

	if (send(nl, &msg, msg.h.nlmsg_len, 0) < 0 || recv(nl, &answer, sizeof(answer), 0) < 0)
		err(1, "%s", what);
	if (answer.e.error)
		errx(1, "%s: %s", what, strerror(-answer.e.error));
}

/* A new namespace, which we are in then. Return: a netlink socket of it; @ns its descriptor. */
static int new_namespace(int *ns)
{
	int nl;

	if (unshare(CLONE_NEWNET) != 0)
		err(1, "unshare");
	nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	*ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (nl < 0 || *ns < 0)
		err(1, "namespace");
	return nl;
}

static void make_pair(int nl, const char *name, int peer_ns)
{
	const struct ifinfomsg none = { 0 };
	struct rtattr *info, *data, *peer;

	begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &none, sizeof(none));
	put(IFLA_IFNAME, name, strlen(name) + 1);
	info = put(IFLA_LINKINFO, NULL, 0);
	put(IFLA_INFO_KIND, "veth", 5);
	data = put(IFLA_INFO_DATA, NULL, 0);
	peer = put(VETH_INFO_PEER, &none, sizeof(none));
	put(IFLA_IFNAME, "eth0", 5);
	put(IFLA_NET_NS_FD, &peer_ns, sizeof(peer_ns));
	close_nest(peer);
	close_nest(data);
	close_nest(info);
	ask(nl, "veth");
}

static void set_up(int nl, const char *name, int index, uint32_t address)
{
	const struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	const struct ifaddrmsg a = { .ifa_family = AF_INET,
				     .ifa_prefixlen = 24,
				     .ifa_index = (uint32_t)index };

	begin(RTM_NEWLINK, 0, &up, sizeof(up));
	put(IFLA_IFNAME, name, strlen(name) + 1);
	ask(nl, name);
	if (!address)
		return;
	address = __builtin_bswap32(address);
	begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &a, sizeof(a));
	put(IFA_LOCAL, &address, sizeof(address));
	ask(nl, "address");
}

static void topology(void)
{
	int ns[3], nl[3];
	int index;

	if (mount("proc", "/proc", "proc", 0, NULL) != 0)
		err(1, "/proc");
	for (int i = 0; i < 3; i++)
		nl[i] = new_namespace(&ns[i]);
	/* We are in the last one, the network between the two. */
	for (int i = 0; i < 2; i++) {
		const char *name = i == 0 ? "a" : "b";

		make_pair(nl[2], name, ns[i]);
		set_up(nl[2], name, (int)if_nametoindex(name), 0xc6120001u + ((uint32_t)i << 8));
	}
	for (int i = 0; i < 2; i++) {
		if (setns(ns[i], CLONE_NEWNET) != 0)
			err(1, "setns");
		index = (int)if_nametoindex("eth0");
		set_up(nl[i], "lo", 1, 0);
		set_up(nl[i], "eth0", index, 0xc6120002u + ((uint32_t)i << 8));
	}
}

int main(int argc, char **argv)
{
	/* The kernel adds words of its own to what it was told for us. */
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "topology") == 0)
			topology();
	}
	if (write(1, "up\n", 3) != 3 || getpid() != 1)
		return 1;
	reboot(RB_POWER_OFF);
	return 1;
}
