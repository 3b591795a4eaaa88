/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_TRIAL_H
#define RUNNER_TRIAL_H

#include "../netns/err.h"

/*
 * What labs need of a kernel, each tried for real in a sandbox that is thrown
 * away: asking a kernel what it was built with proves nothing about what this
 * user may do with it.
 */
enum trial {
	TRIAL_HOSTS,  /* two hosts and the network between them */
	TRIAL_PACKET, /* a packet socket */
	TRIAL_DIAG,   /* a dump of TCP sockets */
	TRIAL_NETEM,  /* the kernel's own impairments */
	TRIAL_EHASH,  /* a socket hash table for each host */
	TRIAL_COUNT
};

/*
 * @rc:  0, -errno with @err, or TRIAL_UNTOLD when the sandbox died before this one
 * @err: why not
 */
struct trial_result {
	int rc;
	struct err err;
};

#define TRIAL_UNTOLD 1

/**
 * trial_all() - try everything.
 * @out: one result for each trial
 * Return: 0, or -errno when there can be no sandbox (@out is untouched then).
 */
int trial_all(struct trial_result out[static TRIAL_COUNT], struct err *err);

#endif
