/* SPDX-License-Identifier: MIT */
#include "release.h"

#include <stdio.h>
#include <string.h>

bool release_ok(const char *version)
{
	static const char digits[] = "0123456789";
	const size_t major = strspn(version, digits);
	size_t minor;

	if (major < 1 || major > 2 || version[major] != '.')
		return false;
	minor = strspn(version + major + 1, digits);
	return minor >= 1 && minor <= 3 && version[major + 1 + minor] == '\0';
}

bool release_since(const char *release, const char *version)
{
	unsigned have[2], want[2];

	if (sscanf(release, "%u.%u", &have[0], &have[1]) != 2 ||
	    sscanf(version, "%u.%u", &want[0], &want[1]) != 2)
		return false;
	return have[0] != want[0] ? have[0] > want[0] : have[1] >= want[1];
}
