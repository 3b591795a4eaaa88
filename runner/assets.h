/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_ASSETS_H
#define RUNNER_ASSETS_H

#include <stddef.h>

/* Files of runner/ that are in the program: the style and the script of what it writes. */
/* @text: ends in a NUL that @len does not count */
struct asset {
	const char *text;
	size_t len;
};

struct asset asset_svg_css(void);
struct asset asset_report_css(void);
struct asset asset_report_js(void);

#endif
