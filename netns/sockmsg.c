/* SPDX-License-Identifier: MIT */
#include "sockmsg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <netinet/tcp.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "err.h"
#include "sockdiag.h"

_Static_assert(sizeof(struct inet_diag_msg) == 72, "the kernel's layout, without padding");

/*
 * The kernel's numbers, and what they are here. Not listed, and so refused:
 * TCP_NEW_SYN_RECV (12), which is shown as SYN_RECV (inet_req_diag_fill()), and
 * what later kernels show only on request (TCP_BOUND_INACTIVE, 6.8).
 * A socket found as it was closing reads TCP_CLOSE, and is none any more.
 */
static const struct {
	bool known;
	enum tcpstate state;
} states[] = {
	[TCPSTATE_ESTAB] = { true, TCPSTATE_ESTAB },
	[TCPSTATE_SYN_SENT] = { true, TCPSTATE_SYN_SENT },
	[TCPSTATE_SYN_RECV] = { true, TCPSTATE_SYN_RECV },
	[TCPSTATE_FIN_WAIT_1] = { true, TCPSTATE_FIN_WAIT_1 },
	[TCPSTATE_FIN_WAIT_2] = { true, TCPSTATE_FIN_WAIT_2 },
	[TCPSTATE_TIME_WAIT] = { true, TCPSTATE_TIME_WAIT },
	[TCPSTATE_UNCONN] = { true, TCPSTATE_CLOSED },
	[TCPSTATE_CLOSE_WAIT] = { true, TCPSTATE_CLOSE_WAIT },
	[TCPSTATE_LAST_ACK] = { true, TCPSTATE_LAST_ACK },
	[TCPSTATE_LISTEN] = { true, TCPSTATE_LISTEN },
	[TCPSTATE_CLOSING] = { true, TCPSTATE_CLOSING },
};

static void set_endpoint(struct endpoint *ep, uint8_t family, const __be32 addr[static 4],
			 __be16 port)
{
	if (family == AF_INET) {
		memset(ep->addr, 0, 10);
		memset(ep->addr + 10, 0xff, 2);
		memcpy(ep->addr + 12, addr, 4);
	} else {
		memcpy(ep->addr, addr, sizeof(ep->addr));
	}
	ep->port = ntohs(port);
}

static void set_info(struct sock_info *info, const struct tcp_info *ti)
{
	*info = (struct sock_info){
		.rto = ti->tcpi_rto,
		.rtt = ti->tcpi_rtt,
		.rttvar = ti->tcpi_rttvar,
		.snd_mss = ti->tcpi_snd_mss,
		.rcv_mss = ti->tcpi_rcv_mss,
		.snd_cwnd = ti->tcpi_snd_cwnd,
		.ssthresh = ti->tcpi_snd_ssthresh,
		.unacked = ti->tcpi_unacked,
		.retrans = ti->tcpi_retrans,
		.total_retrans = ti->tcpi_total_retrans,
		.lost = ti->tcpi_lost,
		.ca_state = ti->tcpi_ca_state,
		.backoff = ti->tcpi_backoff,
		.probes = ti->tcpi_probes,
		.snd_wscale = ti->tcpi_snd_wscale,
		.rcv_wscale = ti->tcpi_rcv_wscale,
		.timestamps = ti->tcpi_options & TCPI_OPT_TIMESTAMPS,
		.sack = ti->tcpi_options & TCPI_OPT_SACK,
		.wscale = ti->tcpi_options & TCPI_OPT_WSCALE,
		.ecn = ti->tcpi_options & TCPI_OPT_ECN,
	};
}

/*
 * struct tcp_info grows from kernel to kernel: what is there is copied, what is
 * not reads as 0. It is copied also because attributes are aligned to 4 bytes
 * only. A listener's tells about its queue in fields that mean something else
 * (tcp_get_info()), and nothing that rqueue and wqueue do not.
 */
static void find_info(const struct nlmsghdr *nlh, struct sock_entry *out)
{
	struct tcp_info ti = { .tcpi_state = 0 };
	const struct nlattr *attr;
	size_t len;

	if (out->state == TCPSTATE_LISTEN ||
	    nlmsg_datalen(nlh) == (int)sizeof(struct inet_diag_msg))
		return;
	attr = nla_find(nlmsg_attrdata(nlh, sizeof(struct inet_diag_msg)),
			nlmsg_attrlen(nlh, sizeof(struct inet_diag_msg)), INET_DIAG_INFO);
	if (!attr)
		return;
	len = (size_t)nla_len(attr);
	if (len < offsetof(struct tcp_info, tcpi_total_retrans) + sizeof(ti.tcpi_total_retrans))
		return;
	memcpy(&ti, nla_data(attr), len < sizeof(ti) ? len : sizeof(ti));
	set_info(&out->info, &ti);
	out->has_info = true;
}

int sockmsg_parse(const struct nlmsghdr *nlh, struct sock_entry *out, struct err *err)
{
	const struct inet_diag_msg *m = nlmsg_data(nlh);

	if (nlmsg_datalen(nlh) < (int)sizeof(*m))
		return err_set(err, EBADMSG, "sock_diag: a message of %u bytes is too short",
			       nlh->nlmsg_len);
	if (m->idiag_family != AF_INET && m->idiag_family != AF_INET6)
		return err_set(err, EBADMSG, "sock_diag: a socket of address family %u",
			       m->idiag_family);
	if (m->idiag_state >= sizeof(states) / sizeof(states[0]) || !states[m->idiag_state].known)
		return err_set(err, EBADMSG, "sock_diag: a socket in state %u, which TCP has not",
			       m->idiag_state);
	if (m->idiag_timer > SOCK_TIMER_PROBE)
		return err_set(err, EBADMSG, "sock_diag: a socket with a timer of kind %u",
			       m->idiag_timer);
	if (states[m->idiag_state].state == TCPSTATE_CLOSED)
		return 0;

	*out = (struct sock_entry){
		.state = states[m->idiag_state].state,
		.timer = (enum sock_timer)m->idiag_timer,
		.expires = m->idiag_expires,
		.retrans = m->idiag_retrans,
		.rqueue = m->idiag_rqueue,
		.wqueue = m->idiag_wqueue,
		.inode = m->idiag_inode,
		.uid = m->idiag_uid,
		.cookie = (uint64_t)m->id.idiag_cookie[1] << 32 | m->id.idiag_cookie[0],
	};
	set_endpoint(&out->local, m->idiag_family, m->id.idiag_src, m->id.idiag_sport);
	if (out->state != TCPSTATE_LISTEN)
		set_endpoint(&out->remote, m->idiag_family, m->id.idiag_dst, m->id.idiag_dport);
	find_info(nlh, out);
	return 1;
}
