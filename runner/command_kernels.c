/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <sys/utsname.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "kernels.h"

struct column {
	const char *en, *zh;
};

static void row(const struct paper *p, const char *name, struct column clock, struct column can,
		const char *where)
{
	const bool zh = p->lang == LANG_ZH;

	fputs("  ", p->out);
	columns_pad(p->out, name, 8, p->utf8);
	fputs("  ", p->out);
	columns_pad(p->out, zh ? clock.zh : clock.en, 8, p->utf8);
	fputs("  ", p->out);
	columns_wrap(p->out, zh ? can.zh : can.en, p->columns < 100 ? p->columns : 100,
		     "                      ", 22);
	fprintf(p->out, "\n                      %s%s%s\n", ink(p, INK_DIM), where, ink_off(p));
}

int command_kernels(const struct options *o, struct err *err)
{
	const struct paper p = command_paper(o);
	_cleanup_free_ struct kernel *list = NULL;
	const size_t n = kernels_find(&list);
	struct err why = ERR_INIT;
	struct utsname un;

	uname(&un);
	row(&p, "host", (struct column){ "real", "真实" },
	    (struct column){ "this machine's own; its global knobs are not touched",
			     "本机内核；不动它的全局参数" },
	    un.release);
	for (size_t i = 0; i < n; i++)
		row(&p, list[i].version, (struct column){ "virtual", "虚拟" },
		    (struct column){ "netem, every sysctl, idle time is skipped, no rights needed",
				     "有 netem，可调所有 sysctl，跳过空闲时间，无需权限" },
		    list[i].path);
	if (kernels_possible(&why) != 0)
		fprintf(p.out, "\n%s\n  %s%s\n", why.msg, p.utf8 ? "→ " : "-> ", why.remedy);
	else if (n == 0)
		fprintf(p.out, "\n%s\n",
			o->lang == LANG_ZH
				? "还没有实验内核：`make kernels` 构建 6.1 和 6.12（x86-64）。"
				: "No lab kernels yet: `make kernels` builds 6.1 and 6.12 "
				  "(x86-64).");
	return command_stdout(err);
}
