/* SPDX-License-Identifier: MIT */
#ifndef NETNS_SLOWCLOSE_H
#define NETNS_SLOWCLOSE_H

/*
 * Closing a packet socket waits for an RCU grace period (packet_release() in
 * net/packet/af_packet.c calls synchronize_net()): 8 to 15 ms each on an idle
 * machine, one after the other. Closed at the same time they share it.
 */

/** slow_close() - close @fd in a thread of its own; -1 is allowed. */
void slow_close(int fd);

/** slow_close_wait() - until all of them are closed. */
void slow_close_wait(void);

#endif
