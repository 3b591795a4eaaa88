/* SPDX-License-Identifier: MIT */
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"

/*
 * The namespace that the calling thread is in because of netns_call(), -1
 * when it is at home. It makes calls nest: the inner one comes back to the
 * outer one's namespace.
 */
static _Thread_local int visiting = -1;

static int open_current(int *fd, struct err *err)
{
	/*
	 * thread-self, because a network namespace belongs to a thread
	 * (task_struct.nsproxy), and because it resolves for the reader whatever
	 * PID namespace /proc was mounted for.
	 */
	*fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (*fd < 0) {
		int code = errno;

		err_set(err, code, "cannot open /proc/thread-self/ns/net: %s", strerror(code));
		if (code == ENOENT)
			err_remedy(err, "mount a proc file system at /proc");
		return -code;
	}
	return 0;
}

/* Whatever ran next would run in the wrong namespace, so there is no error to return. */
static void go_back(int fd)
{
	if (setns(fd, CLONE_NEWNET) == 0)
		return;
	fprintf(stderr, "tcplab: cannot return to the network namespace we came from: %s\n",
		strerror(errno));
	abort();
}

int netns_home(struct netns *home, struct err *err)
{
	int rc = open_current(&home->fd, err);

	home->home = home->fd;
	return rc;
}

int netns_new(const struct netns *home, struct netns *out, struct err *err)
{
	_cleanup_close_ int fd = -1;
	int back = visiting >= 0 ? visiting : home->fd;
	int rc;

	if (unshare(CLONE_NEWNET) != 0) {
		int code = errno;

		err_set(err, code, "cannot create a network namespace: %s", strerror(code));
		if (code == ENOSPC)
			err_remedy(err, "raise the sysctl user.max_net_namespaces");
		else if (code == EPERM)
			err_remedy(err, "CAP_SYS_ADMIN is needed; `tcplab doctor` says what this "
					"machine allows");
		return -code;
	}
	rc = open_current(&fd, err);
	go_back(back);
	if (rc < 0)
		return rc;
	*out = (struct netns){ .fd = steal_fd(&fd), .home = home->fd };
	return 0;
}

void netns_close(struct netns *ns)
{
	if (ns->fd >= 0)
		close(ns->fd);
	*ns = NETNS_CLOSED;
}

int netns_call(const struct netns *ns, int (*fn)(void *arg, struct err *err), void *arg,
	       struct err *err)
{
	int outer = visiting;
	int rc;

	if (setns(ns->fd, CLONE_NEWNET) != 0) {
		int code = errno;

		return err_set(err, code, "cannot enter a network namespace (descriptor %d): %s",
			       ns->fd, strerror(code));
	}
	visiting = ns->fd;
	rc = fn(arg, err);
	visiting = outer;
	go_back(outer >= 0 ? outer : ns->home);
	return rc;
}

struct socket_request {
	int family;
	int type;
	int protocol;
};

static int open_socket(void *arg, struct err *err)
{
	const struct socket_request *req = arg;
	int fd = socket(req->family, req->type | SOCK_CLOEXEC, req->protocol);
	int code = errno;

	if (fd >= 0)
		return fd;
	err_set(err, code, "socket(family %d, type %d, protocol %d): %s", req->family, req->type,
		req->protocol, strerror(code));
	if (code == EMFILE)
		err_remedy(err, "raise the limit of open files (ulimit -n)");
	else if (code == EAFNOSUPPORT && req->family == AF_INET6)
		err_remedy(err, "boot this kernel without ipv6.disable=1");
	return -code;
}

int netns_socket(const struct netns *ns, int family, int type, int protocol, struct err *err)
{
	struct socket_request req = { .family = family, .type = type, .protocol = protocol };

	return netns_call(ns, open_socket, &req, err);
}
