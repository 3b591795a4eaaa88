/* SPDX-License-Identifier: MIT */
#ifndef NETNS_SOCKMSG_H
#define NETNS_SOCKMSG_H

struct err;
struct nlmsghdr;
struct sock_entry;

/**
 * sockmsg_parse() - one message of a sock_diag reply, as a socket.
 * @nlh: its whole length has been checked to be readable; 4-byte aligned
 * Return: 1 and @out is filled; 0 for a socket that is closed by now;
 * -EBADMSG when the message is none that a kernel writes.
 */
int sockmsg_parse(const struct nlmsghdr *nlh, struct sock_entry *out, struct err *err);

#endif
