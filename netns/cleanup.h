/* SPDX-License-Identifier: MIT */
#ifndef NETNS_CLEANUP_H
#define NETNS_CLEANUP_H

/*
 * Scope-bound release. A variable marked with one of these macros is released
 * when its scope ends, on every path; steal_*() hands it on instead. Never
 * used in a function that calls into Lua: a Lua error is a longjmp, which does
 * not run these.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define _cleanup_(fn)    __attribute__((cleanup(fn)))
#define _cleanup_free_   _cleanup_(cleanup_free)
#define _cleanup_close_  _cleanup_(cleanup_close)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)

static inline int steal_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define steal_ptr(p)                                                                               \
	({                                                                                         \
		__typeof__(*(p)) *_pp = (p);                                                       \
		__typeof__(*(p)) _taken = *_pp;                                                    \
		*_pp = NULL;                                                                       \
		_taken;                                                                            \
	})

#endif
