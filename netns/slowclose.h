/* SPDX-License-Identifier: MIT */
#ifndef NETNS_SLOWCLOSE_H
#define NETNS_SLOWCLOSE_H

/*
 * Closing a packet socket waits for an RCU grace period (packet_release() in
 * net/packet/af_packet.c calls synchronize_net()): 5 to 15 ms each on an idle
 * machine, one after the other. Those that begin at the same moment share it; one
 * that begins while it runs waits for the next.
 */

/** slow_close() - leave @fd to slow_close_wait(); -1 is allowed. */
void slow_close(int fd);

/** slow_close_wait() - close all of them, at the same moment. Return when they are closed. */
void slow_close_wait(void);

#endif
