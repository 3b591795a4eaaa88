/* SPDX-License-Identifier: MIT */
#ifndef NETNS_NETNS_H
#define NETNS_NETNS_H

struct err;

/*
 * A network namespace held open by a descriptor, and the one door into it.
 * Nothing gets a name on the host: when the last descriptor is closed and the
 * last socket is gone, the kernel frees the namespace.
 *
 * @fd:   the namespace, -1 when closed
 * @home: the namespace to come back to; borrowed from the struct netns that
 *        netns_home() filled, which has to outlive this one
 */
struct netns {
	int fd;
	int home;
};

#define NETNS_CLOSED ((struct netns){ .fd = -1, .home = -1 })

/** netns_home() - open the caller's present namespace as its home. Return: 0 or -errno. */
int netns_home(struct netns *home, struct err *err);

/**
 * netns_new() - create a network namespace and come back home.
 * Needs CAP_SYS_ADMIN in the user namespace. Return: 0 or -errno.
 */
int netns_new(const struct netns *home, struct netns *out, struct err *err);

void netns_close(struct netns *ns);

/**
 * netns_call() - run @fn inside @ns and come back home, whatever @fn returns.
 * Sockets and files opened by @fn belong to @ns and may be used from outside.
 * Not being able to come back is fatal (abort): nothing after it could be right.
 * Return: what @fn returned, or -errno when @ns could not be entered.
 */
int netns_call(const struct netns *ns, int (*fn)(void *arg, struct err *err), void *arg,
	       struct err *err);

/**
 * netns_socket() - socket(2) inside @ns, always SOCK_CLOEXEC.
 * Return: the descriptor or -errno.
 */
int netns_socket(const struct netns *ns, int family, int type, int protocol, struct err *err);

#endif
