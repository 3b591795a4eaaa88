/* SPDX-License-Identifier: MIT */
#ifndef NETNS_SANDBOX_H
#define NETNS_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

struct err;

/*
 * A process in namespaces of its own that cannot outlive its parent.
 *
 * @pid:  the child as its parent sees it; it is PID 1 of its PID namespace
 * @life: the parent's end of a pipe whose other end the child holds: the child
 *        sees POLLHUP the moment the parent is gone; -1 in the child
 */
struct sandbox {
	pid_t pid;
	int life;
};

#define SANDBOX_NONE ((struct sandbox){ .pid = -1, .life = -1 })

/**
 * sandbox_spawn() - start @fn in new user, PID, mount and network namespaces.
 * @fn: runs in the child, as first process of its PID namespace, with the
 *      capabilities needed over its own namespaces and no others, with
 *      no_new_privs; its return value is the exit status. @life_fd becomes readable (HUP)
 *      when the parent is gone; the kernel kills the child then in any case.
 *      It leaves by _exit(2): what it wrote with stdio it has to flush itself.
 * As root no user namespace is made (uid maps may be forbidden). All
 * capabilities but CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW are dropped, so
 * ports below 1024 need the pin of ip_unprivileged_port_start (sysctl.h).
 * Errors in the child before @fn come back through @err.
 * Return: 0, or -errno with the remedy when the cause is known (user
 * namespaces blocked by sysctl, limit or AppArmor).
 */
int sandbox_spawn(struct sandbox *box, int (*fn)(void *arg, int life_fd), void *arg,
		  struct err *err);

/**
 * sandbox_probe() - can this machine do it? Starts a sandbox that ends at once.
 * Return: 0, or -errno with the cause and the remedy; for doctor.
 */
int sandbox_probe(struct err *why);

/**
 * sandbox_refused() - a look that takes no time: does this machine forbid user namespaces to us?
 * When it says no, a sandbox can still be refused for another reason.
 */
bool sandbox_refused(void);

/** sandbox_kill() - SIGKILL and reap; everything in the sandbox is gone on return. */
void sandbox_kill(struct sandbox *box);

/**
 * sandbox_wait() - reap the child and close @life.
 * Return: its wait status as waitpid(2) gives it, or -ECHILD when there is none.
 */
int sandbox_wait(struct sandbox *box);

#endif
