/* SPDX-License-Identifier: MIT */
#include "slowclose.h"

#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

#define MAX_CLOSING 32

static pthread_t closing[MAX_CLOSING];
static unsigned n_closing;

static void *close_it(void *fd)
{
	close((int)(intptr_t)fd);
	return NULL;
}

void slow_close(int fd)
{
	if (fd < 0)
		return;
	if (n_closing < MAX_CLOSING &&
	    pthread_create(&closing[n_closing], NULL, close_it, (void *)(intptr_t)fd) == 0)
		n_closing++;
	else
		close(fd);
}

void slow_close_wait(void)
{
	while (n_closing > 0)
		pthread_join(closing[--n_closing], NULL);
}
