/* SPDX-License-Identifier: MIT */
#include "userns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"

/*
 * A switch that forbids namespaces.
 *
 * @code:   the errno that it shows itself by
 * @sysctl: below /proc/sys
 * @closed: its value when it is the cause
 * @cause:  in words
 * @remedy: what to type
 */
static const struct cause {
	int code;
	const char *sysctl;
	long closed;
	const char *cause;
	const char *remedy;
} causes[] = {
	/* Debian's and Ubuntu's own patch, gone from Debian's default since 11. */
	{ EPERM, "kernel/unprivileged_userns_clone", 0,
	  "kernel.unprivileged_userns_clone=0 forbids user namespaces to ordinary users",
	  "sudo sysctl kernel.unprivileged_userns_clone=1" },
	/* Ubuntu 23.10 and later: one may be made, but there are no rights in it. */
	{ EPERM, "kernel/apparmor_restrict_unprivileged_userns", 1,
	  "AppArmor takes the rights out of user namespaces "
	  "(kernel.apparmor_restrict_unprivileged_userns=1)",
	  "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0, "
	  "or run tcplab under sudo" },
	{ ENOSPC, "user/max_user_namespaces", 0, "user.max_user_namespaces=0 allows none",
	  "sudo sysctl user.max_user_namespaces=15000" },
	{ ENOSPC, "user/max_net_namespaces", 0, "user.max_net_namespaces=0 allows none",
	  "sudo sysctl user.max_net_namespaces=15000" },
	{ ENOSPC, "user/max_pid_namespaces", 0, "user.max_pid_namespaces=0 allows none",
	  "sudo sysctl user.max_pid_namespaces=15000" },
	{ ENOSPC, "user/max_mnt_namespaces", 0, "user.max_mnt_namespaces=0 allows none",
	  "sudo sysctl user.max_mnt_namespaces=15000" },
};

/* Where no switch is to blame, the errno says as much as can be known (clone(2)). */
static const struct {
	int code;
	const char *cause;
	const char *remedy;
} guesses[] = {
	{ EPERM, "a container's seccomp filter, a chroot or a security module forbids namespaces",
	  "in a container: allow it user namespaces (docker run --security-opt "
	  "seccomp=unconfined); in a chroot: leave it; else run tcplab under sudo" },
	{ ENOSPC, "the limit of namespaces is reached, or they are nested too deep",
	  "raise the user.max_*_namespaces sysctls" },
	{ EUSERS, "user namespaces are nested too deep", "run tcplab outside of other containers" },
	{ EAGAIN, "the limit of processes is reached", "raise it (ulimit -u)" },
	{ EINVAL, "this kernel is built without user, PID or network namespaces",
	  "use a kernel with CONFIG_USER_NS, CONFIG_PID_NS and CONFIG_NET_NS" },
};

static bool has_value(const char *proc_sys, const char *sysctl, long value)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX], text[32], *end;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", proc_sys, sysctl);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return strtol(text, &end, 10) == value && end != text;
}

static int add_cause(struct err *err, int code, const char *cause, const char *remedy)
{
	size_t len = strlen(err->msg);

	snprintf(err->msg + len, sizeof(err->msg) - len, ": %s", cause);
	err_remedy(err, "%s", remedy);
	return -code;
}

int userns_explain(int code, const char *proc_sys, struct err *err)
{
	/* A security module may say EACCES where the kernel itself would say EPERM. */
	int shown = code == EACCES ? EPERM : code;

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		const struct cause *c = &causes[i];

		if (c->code == shown && has_value(proc_sys, c->sysctl, c->closed))
			return add_cause(err, code, c->cause, c->remedy);
	}
	for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
		if (guesses[i].code == shown)
			return add_cause(err, code, guesses[i].cause, guesses[i].remedy);
	}
	return -code;
}
