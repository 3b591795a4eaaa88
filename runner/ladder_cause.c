/* SPDX-License-Identifier: MIT */
#include "ladder_cause.h"

#include <stddef.h>
#include <string.h>

/*
 * @flag:    a letter that the packet must have
 * @without: one that it must not have, or 0
 * @from:    NULL: any state but CLOSED
 */
static const struct {
	bool outgoing;
	char flag, without;
	bool acks_fin;
	const char *from, *to;
} arrows[] = {
	{ true, 'S', 'A', false, "CLOSED", "SYN-SENT" },
	{ true, 'F', 0, false, "ESTAB", "FIN-WAIT-1" },
	{ true, 'F', 0, false, "SYN-RECV", "FIN-WAIT-1" },
	{ true, 'F', 0, false, "CLOSE-WAIT", "LAST-ACK" },
	{ true, 'R', 0, false, NULL, "CLOSED" },
	{ false, 'S', 'A', false, "CLOSED", "SYN-RECV" },
	{ false, 'S', 'A', false, "SYN-SENT", "SYN-RECV" },
	{ false, 'S', 0, false, "SYN-SENT", "ESTAB" },
	{ false, 'A', 0, false, "SYN-RECV", "ESTAB" },
	/* a SYN cookie: there was no request socket, the ACK makes the connection */
	{ false, 'A', 'R', false, "CLOSED", "ESTAB" },
	{ false, 'A', 0, true, "FIN-WAIT-1", "FIN-WAIT-2" },
	{ false, 'A', 0, true, "CLOSING", "TIME-WAIT" },
	{ false, 'A', 0, true, "LAST-ACK", "CLOSED" },
	{ false, 'F', 0, false, "SYN-RECV", "CLOSE-WAIT" },
	{ false, 'F', 0, false, "ESTAB", "CLOSE-WAIT" },
	{ false, 'F', 0, false, "FIN-WAIT-1", "CLOSING" },
	{ false, 'F', 0, true, "FIN-WAIT-1", "TIME-WAIT" },
	{ false, 'F', 0, false, "FIN-WAIT-2", "TIME-WAIT" },
	{ false, 'R', 0, false, NULL, "CLOSED" },
	{ false, 'I', 0, false, "SYN-SENT", "CLOSED" },
	{ false, 'I', 0, false, "SYN-RECV", "CLOSED" },
};

/* @to may be NULL: to any state */
static bool find(const struct cause *c, const char *from, const char *to)
{
	for (size_t i = 0; i < sizeof(arrows) / sizeof(arrows[0]); i++) {
		if (arrows[i].outgoing != c->outgoing || !strchr(c->flags, arrows[i].flag))
			continue;
		if (arrows[i].without && strchr(c->flags, arrows[i].without))
			continue;
		if (arrows[i].acks_fin && !c->acks_fin)
			continue;
		if (arrows[i].from ? strcmp(arrows[i].from, from) != 0
				   : strcmp("CLOSED", from) == 0)
			continue;
		if (!to || strcmp(arrows[i].to, to) == 0)
			return true;
	}
	return false;
}

bool cause_possible(const struct cause *c, const char *state)
{
	return find(c, state, NULL);
}

bool cause_explains(const struct cause *c, const char *from, const char *to)
{
	return find(c, from, to);
}
