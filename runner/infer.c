/* SPDX-License-Identifier: MIT */
#include "infer.h"

#include "../netns/segment.h"

/*
 * The state after @p, for a socket in @s. One packet may take two steps (a FIN
 * that also acknowledges ours: tcp_rcv_state_process() goes to FIN-WAIT-2
 * first, then tcp_fin() to TIME-WAIT), so the caller asks again with the same
 * packet and *@stage raised until nothing changes.
 */
static enum tcpstate after(enum tcpstate s, const struct infer_packet *p, unsigned stage)
{
	const bool in = !p->outgoing;
	const bool syn = p->flags & SEG_SYN, ack = p->flags & SEG_ACK, fin = p->flags & SEG_FIN;

	if (p->flags & SEG_RST)
		return TCPSTATE_CLOSED;
	/* tcp_v4_err(): with a connection that is established it is only remembered. */
	if (p->aborts)
		return s == TCPSTATE_SYN_SENT || s == TCPSTATE_SYN_RECV ? TCPSTATE_CLOSED : s;

	switch (s) {
	case TCPSTATE_CLOSED:
		if (stage == 0 && syn && !ack)
			return in ? TCPSTATE_SYN_RECV : TCPSTATE_SYN_SENT;
		break;
	case TCPSTATE_SYN_SENT:
		if (in && syn)
			return ack ? TCPSTATE_ESTAB : TCPSTATE_SYN_RECV;
		break;
	case TCPSTATE_SYN_RECV:
		if (in && ack && stage == 0)
			return TCPSTATE_ESTAB;
		break;
	case TCPSTATE_ESTAB:
		if (fin)
			return in ? TCPSTATE_CLOSE_WAIT : TCPSTATE_FIN_WAIT_1;
		break;
	case TCPSTATE_FIN_WAIT_1:
		if (in && p->acks_fin)
			return TCPSTATE_FIN_WAIT_2;
		if (in && fin)
			return TCPSTATE_CLOSING;
		break;
	case TCPSTATE_FIN_WAIT_2:
		if (in && fin)
			return TCPSTATE_TIME_WAIT;
		break;
	case TCPSTATE_CLOSING:
		if (in && p->acks_fin && stage == 0)
			return TCPSTATE_TIME_WAIT;
		break;
	case TCPSTATE_CLOSE_WAIT:
		if (fin && p->outgoing)
			return TCPSTATE_LAST_ACK;
		break;
	case TCPSTATE_LAST_ACK:
		if (in && p->acks_fin)
			return TCPSTATE_CLOSED;
		break;
	case TCPSTATE_TIME_WAIT:
	case TCPSTATE_UNCONN:
	case TCPSTATE_LISTEN:
	case TCPSTATE_COUNT:
		break;
	}
	return s;
}

size_t infer_path(enum tcpstate from, enum tcpstate to, const struct infer_packet *packets,
		  size_t n, struct infer_step steps[static INFER_MAX_STEPS])
{
	enum tcpstate at = from;
	size_t k = 0;

	for (size_t i = 0; i < n && k < INFER_MAX_STEPS; i++) {
		for (unsigned stage = 0; k < INFER_MAX_STEPS; stage++) {
			enum tcpstate next = after(at, &packets[i], stage);

			if (next == at)
				break;
			steps[k++] = (struct infer_step){
				.from = at, .to = next, .t = packets[i].t, .inferred = true
			};
			at = next;
			if (at == TCPSTATE_CLOSED)
				break;
		}
	}
	if (at != to || k == 0) {
		/*
		 * The packets do not lead to what the dump shows. They may have gone
		 * further (the dump is older than the last of them) or not far enough (a
		 * call, a timer). Keep the part that leads there, if there is one.
		 */
		while (k > 0 && steps[k - 1].to != to)
			k--;
	}
	if (k == 0) {
		steps[0] = (struct infer_step){ .from = from, .to = to, .t = -1 };
		return 1;
	}
	steps[k - 1].inferred = false;
	return k;
}
