/* SPDX-License-Identifier: MIT */
#ifndef NETNS_CLOCK_H
#define NETNS_CLOCK_H

#include <stdint.h>

/** clock_now() - CLOCK_MONOTONIC. Return: nanoseconds; it cannot fail. */
int64_t clock_now(void);

/** clock_cpu() - how long this thread has had a processor. Return: nanoseconds. */
int64_t clock_cpu(void);

/**
 * clock_hold() - read the clock once: until it is called again, or clock_let_go(),
 * clock_now() is that. For a virtual clock, which stands still while code runs: in a lab kernel
 * a reading is a system call, and those cost 40 to 50 us each. For one thread.
 */
void clock_hold(void);
void clock_let_go(void);

/**
 * clock_offset() - what to add to CLOCK_REALTIME to get CLOCK_MONOTONIC, now.
 * Somebody may step the wall clock, so it is measured anew each time; where the clock is held,
 * which nobody steps, once.
 */
int64_t clock_offset(void);

#endif
