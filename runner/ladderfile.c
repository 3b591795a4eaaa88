/* SPDX-License-Identifier: MIT */
#include "ladderfile.h"

#include <stdint.h>
#include <string.h>

#include "ladder_print.h"
#include "mermaid.h"
#include "paper.h"
#include "rungs.h"
#include "svg_ladder.h"

static void write_text(const struct rungs *r, const struct paper *paper)
{
	struct ladder_print print = LADDER_PRINT(paper);
	size_t n;
	const struct rung *all = rungs_all(r, &n);

	for (size_t i = 0; i < n; i++)
		if (all[i].kind == RUNG_ROW)
			ladder_print_row(&print, &all[i].row);
		else
			ladder_print_pause(&print);
}

static void write_svg(const struct rungs *r, const struct paper *paper)
{
	svg_ladder_file(paper->out, r, paper->lang);
}

static void write_mermaid(const struct rungs *r, const struct paper *paper)
{
	mermaid_write(paper->out, r, paper->lang);
}

/* Mermaid draws no text of more than 50,000 characters unless it is configured to. */
const struct ladderfile ladderfile_text = { "text", SIZE_MAX, write_text };
static const struct ladderfile ladderfile_svg = { "svg", 1000, write_svg };
static const struct ladderfile ladderfile_mermaid = { "mermaid", 300, write_mermaid };

const struct ladderfile *ladderfile_find(const char *name)
{
	static const struct ladderfile *const all[] = { &ladderfile_text, &ladderfile_svg,
							&ladderfile_mermaid };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}
