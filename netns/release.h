/* SPDX-License-Identifier: MIT */
#ifndef NETNS_RELEASE_H
#define NETNS_RELEASE_H

#include <stdbool.h>

/* Versions of kernels, "6.12": what labs ask for, and how a release such as "6.12.9-1-amd64"
 * begins.
 */

/** release_ok() - is @version written MAJOR.MINOR, and nothing after it? */
bool release_ok(const char *version);

/** release_since() - is the kernel @release of @version or newer? False for a release that is none.
 */
bool release_since(const char *release, const char *version);

#endif
