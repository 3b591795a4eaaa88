/* SPDX-License-Identifier: MIT */
#ifndef NETNS_PROGRAM_H
#define NETNS_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

struct err;
struct netns;

/*
 * A program of the machine, to be run in a network namespace.
 *
 * @argv: its arguments, NULL at the end; argv[0] is looked for in PATH when it has no '/'
 * @env:  further variables "NAME=value", NULL at the end; may be NULL itself
 * @cwd:  directory to start in; NULL for ours
 */
struct program_spec {
	const struct netns *ns;
	const char *const *argv, *const *env;
	const char *cwd;
};

/*
 * One that runs, or has run.
 *
 * @pid:   also its session and its process group; -1 for none
 * @pidfd: readable when it has ended (pidfd_open(2))
 * @out:   what it writes to its descriptors 1 and 2, not blocking; -1 when closed
 */
struct program {
	pid_t pid;
	int pidfd;
	int out[2];
};

#define PROGRAM_NONE ((struct program){ .pid = -1, .pidfd = -1, .out = { -1, -1 } })

/* How one ended: its exit status, or the signal when that is not 0. */
struct program_end {
	int status, signal;
};

/**
 * program_spawn() - start it: in its namespace, without a terminal or input, with
 * no capabilities over it, and bound to die with the calling thread.
 * Return: 0 or -errno. When the program cannot be executed that is the errno of execve(2).
 */
int program_spawn(const struct program_spec *spec, struct program *out, struct err *err);

/** program_ended() - has it? Reaps it then. Return: 1 with @end, 0 not yet, or -errno. */
int program_ended(const struct program *p, struct program_end *end, struct err *err);

/** program_signal() - to the process itself. Return: 0, or -ESRCH when it has ended. */
int program_signal(const struct program *p, int signal);

/** program_kill_all() - SIGKILL to all of its process group. */
void program_kill_all(const struct program *p);

/** program_dead_child() - some child that has ended and was not reaped: one of ours, or, for the
 * first process of a PID namespace, one that a program left to us. Return: its pid, or 0. */
pid_t program_dead_child(void);

/** program_reap() - wait for a child that nobody asks about. */
void program_reap(pid_t pid);

/** program_close() - its descriptors; it goes on running when it still is. */
void program_close(struct program *p);

#endif
