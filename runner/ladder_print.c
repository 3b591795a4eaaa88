/* SPDX-License-Identifier: MIT */
#include "ladder_print.h"

#include <string.h>

#include "ladder_row.h"

#define HEAD_EVERY 24

void ladder_print_row(void *print, const struct ladder_row *row)
{
	struct ladder_print *p = print;

	if (!p->headed)
		ladder_draw_head(p->paper, row);
	p->headed = true;
	p->lines++;
	ladder_draw_row(p->paper, row);
	for (size_t i = 0; i < 2; i++)
		p->starred |= strchr(row->cell[i].state, '*') || strchr(row->cell[i].before, '*');
	if (p->starred && !p->explained)
		ladder_draw_legend(p->paper);
	p->explained = p->starred;
}

void ladder_print_pause(struct ladder_print *p)
{
	if (p->lines < HEAD_EVERY)
		return;
	p->headed = false;
	p->lines = 0;
}
