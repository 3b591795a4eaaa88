/* SPDX-License-Identifier: MIT */
#include "prelude.h"

/* The assembler reads the file, so that an installed tcplab does not have to. */
__asm__(".pushsection .rodata\n"
	".globl prelude_text\n"
	".globl prelude_end\n"
	"prelude_text:\n"
	".incbin \"" PRELUDE_PATH "\"\n"
	"prelude_end:\n"
	".byte 0\n"
	".popsection\n");

extern const char prelude_end[];

size_t prelude_size(void)
{
	return (size_t)(prelude_end - prelude_text);
}
