/* SPDX-License-Identifier: MIT */
#include "slowclose.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#define MAX_CLOSING 32

static int waiting[MAX_CLOSING];
static unsigned n_waiting;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static bool open_gate;

static void *close_it(void *fd)
{
	pthread_mutex_lock(&gate);
	while (!open_gate)
		pthread_cond_wait(&opened, &gate);
	pthread_mutex_unlock(&gate);
	close((int)(intptr_t)fd);
	return NULL;
}

void slow_close(int fd)
{
	if (fd < 0)
		return;
	if (n_waiting < MAX_CLOSING)
		waiting[n_waiting++] = fd;
	else
		close(fd);
}

void slow_close_wait(void)
{
	pthread_t thread[MAX_CLOSING];
	const unsigned all = n_waiting;
	unsigned n = 0;

	n_waiting = 0;
	pthread_mutex_lock(&gate);
	while (n < all &&
	       pthread_create(&thread[n], NULL, close_it, (void *)(intptr_t)waiting[n]) == 0)
		n++;
	/* No thread to be had: one after the other, then. */
	for (unsigned i = n; i < all; i++)
		close(waiting[i]);
	open_gate = true;
	pthread_cond_broadcast(&opened);
	pthread_mutex_unlock(&gate);
	for (unsigned i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	open_gate = false;
}
