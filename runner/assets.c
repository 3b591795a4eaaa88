/* SPDX-License-Identifier: MIT */
#include "assets.h"

#include <string.h>

/* The assembler reads the files, so that an installed tcplab does not have to. */
#define ASSET(name, file)                                                                          \
	__asm__(".pushsection .rodata\n"                                                           \
		".globl asset_" #name "_text\n"                                                    \
		"asset_" #name "_text:\n"                                                          \
		".incbin \"" ASSETS_PATH "/" file "\"\n"                                           \
		".byte 0\n"                                                                        \
		".popsection\n");                                                                  \
	extern const char asset_##name##_text[];                                                   \
	struct asset asset_##name(void)                                                            \
	{                                                                                          \
		return (struct asset){ asset_##name##_text, strlen(asset_##name##_text) };         \
	}

ASSET(svg_css, "svg.css")
ASSET(report_css, "report.css")
ASSET(report_js, "report.js")
