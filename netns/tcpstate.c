/* SPDX-License-Identifier: MIT */
#include "tcpstate.h"

#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>

static const char *const names[] = {
	[TCPSTATE_CLOSED] = "CLOSED",         [TCPSTATE_ESTAB] = "ESTAB",
	[TCPSTATE_SYN_SENT] = "SYN-SENT",     [TCPSTATE_SYN_RECV] = "SYN-RECV",
	[TCPSTATE_FIN_WAIT_1] = "FIN-WAIT-1", [TCPSTATE_FIN_WAIT_2] = "FIN-WAIT-2",
	[TCPSTATE_TIME_WAIT] = "TIME-WAIT",   [TCPSTATE_UNCONN] = "UNCONN",
	[TCPSTATE_CLOSE_WAIT] = "CLOSE-WAIT", [TCPSTATE_LAST_ACK] = "LAST-ACK",
	[TCPSTATE_LISTEN] = "LISTEN",         [TCPSTATE_CLOSING] = "CLOSING",
};

static_assert(sizeof(names) / sizeof(names[0]) == TCPSTATE_COUNT, "a name for every state");
static_assert((int)TCPSTATE_ESTAB == TCP_ESTABLISHED, "the kernel's numbers");
static_assert((int)TCPSTATE_UNCONN == TCP_CLOSE, "the kernel's numbers");
static_assert((int)TCPSTATE_CLOSING == TCP_CLOSING, "the kernel's numbers");

/*
 * Spellings without separators, beside those of names[]: RFC 9293 and ss(8)
 * filters (SYN-RECEIVED, ESTABLISHED), BSD and netstat(8) (SYN_RCVD), the
 * kernel's macros (TCP_NEW_SYN_RECV is what sock_diag reports as SYN-RECV).
 */
static const struct {
	const char *text;
	enum tcpstate state;
} aliases[] = {
	{ "CLOSE", TCPSTATE_CLOSED },         { "ESTABLISHED", TCPSTATE_ESTAB },
	{ "SYNRECEIVED", TCPSTATE_SYN_RECV }, { "SYNRCVD", TCPSTATE_SYN_RECV },
	{ "NEWSYNRECV", TCPSTATE_SYN_RECV },  { "UNCONNECTED", TCPSTATE_UNCONN },
	{ "LISTENING", TCPSTATE_LISTEN },
};

const char *tcpstate_name(enum tcpstate state)
{
	return (size_t)state < TCPSTATE_COUNT ? names[state] : "UNKNOWN";
}

/* Not toupper(): in a Turkish locale it would not know "listen". */
static char fold(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static const char *skip_separators(const char *p)
{
	while (*p == '-' || *p == '_' || *p == ' ')
		p++;
	return p;
}

/* Are both the same when separators and case are forgotten? */
static bool same_spelling(const char *a, const char *b)
{
	for (;;) {
		a = skip_separators(a);
		b = skip_separators(b);
		if (fold(*a) != fold(*b))
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

static const char *skip_prefix(const char *text)
{
	if (fold(text[0]) == 'T' && fold(text[1]) == 'C' && fold(text[2]) == 'P' &&
	    (text[3] == '_' || text[3] == '-'))
		return text + 4;
	return text;
}

int tcpstate_parse(const char *text)
{
	text = skip_prefix(text);
	for (int i = 0; i < TCPSTATE_COUNT; i++) {
		if (same_spelling(text, names[i]))
			return i;
	}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (same_spelling(text, aliases[i].text))
			return (int)aliases[i].state;
	}
	return -EINVAL;
}
