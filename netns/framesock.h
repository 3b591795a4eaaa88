/* SPDX-License-Identifier: MIT */
#ifndef NETNS_FRAMESOCK_H
#define NETNS_FRAMESOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct framesock;
struct netns;

/* Frames that go in or out with one system call. */
#define FRAMESOCK_BATCH 64
/* The longest frame: an Ethernet frame of 1500 bytes, and a VLAN tag. */
#define FRAMESOCK_FRAME_MAX 1518

/** framesock_probe() - can there be one in this namespace? Return: 0 or -errno. */
int framesock_probe(struct err *why);

/**
 * framesock_open() - hear every frame that reaches @ns from outside.
 * @qdisc: what is sent goes through the interface's queueing discipline, not past it
 * Return: 0 or -errno.
 */
int framesock_open(const struct netns *ns, bool qdisc, struct framesock **out, struct err *err);
void framesock_close(struct framesock *fs);
int framesock_fd(const struct framesock *fs);

/*
 * @frame: may be changed and given to framesock_put(); gone after the call's batch
 * @t:     when the kernel got it, CLOCK_MONOTONIC ns; never later than @now
 * @now:   when its batch was read
 */
typedef int framesock_fn(void *arg, uint8_t *frame, size_t len, int64_t t, int64_t now,
			 struct err *err);

/**
 * framesock_receive() - hand over a batch of what waits, then flush. Never blocks.
 * Return: how many; less than FRAMESOCK_BATCH when no more wait; or -errno.
 */
int framesock_receive(struct framesock *fs, framesock_fn *fn, void *arg, struct err *err);

/**
 * framesock_put() - queue @frame to leave by @ifindex; not copied, so it has to
 * stay until the next framesock_flush(). Return: 0 or -errno.
 */
int framesock_put(struct framesock *fs, int ifindex, uint8_t *frame, size_t len, struct err *err);

/** framesock_flush() - send what is queued; it is empty afterwards. Return: 0 or -errno. */
int framesock_flush(struct framesock *fs, struct err *err);

/** framesock_lost() - frames so far that found no room on the way in or out. */
uint64_t framesock_lost(struct framesock *fs);

#endif
