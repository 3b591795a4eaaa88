/* SPDX-License-Identifier: MIT */
#include "doctor.h"

#include <assert.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "kernels.h"
#include "lang.h"
#include "paper.h"
#include "trial.h"

/*
 * The doctor says what this machine can do. Each check has four things to
 * say, in this order: what it is about, what was found, why that matters, and,
 * when something is not there, the one thing to do about it. A remedy that has
 * an "or" in it is two diagnoses; the checks go on asking until there is one.
 *
 * Three marks: there; not there, and labs cannot run without it; not there, and
 * labs (or most of them) run all the same. Only the second one decides the
 * exit status.
 *
 * What is needed of the kernel is not looked up but tried (trial.h).
 */

enum mark { MARK_THERE, MARK_NEEDED, MARK_OPTIONAL };

struct finding {
	enum mark mark;
	char seen[1024];
	char remedy[512];
};

/*
 * @sandbox: 0 or -errno with @why, of making a sandbox
 * @trials:  valid when @sandbox is 0
 */
struct patient {
	const struct paper *paper;
	const char *labs_dir, *content_dir;
	struct utsname machine;
	int sandbox;
	struct err why;
	struct trial_result trials[TRIAL_COUNT];
};

struct text {
	const char *in[LANG_COUNT];
};

/* clang-format off: a text is a pair of lines */
#define TEXT(en, zh)                                                                               \
	{                                                                                          \
		.in = { [LANG_EN] = (en), [LANG_ZH] = (zh) }                                       \
	}
/* clang-format on */

static void put(char *buf, size_t size, const struct patient *p, const struct text *text, ...)
{
	va_list ap;

	va_start(ap, text);
#pragma GCC diagnostic push
/* The format is one of the constant texts below, chosen by language. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vsnprintf(buf, size, text->in[p->paper->lang], ap);
#pragma GCC diagnostic pop
	va_end(ap);
}

/* Both languages' formats are literals here, where the compiler can hold the arguments against
 * them. */
#define write_text(buf, p, en, zh, ...)                                                            \
	do {                                                                                       \
		if (0) {                                                                           \
			printf(en, ##__VA_ARGS__);                                                 \
			printf(zh, ##__VA_ARGS__);                                                 \
		}                                                                                  \
		put(buf, sizeof(buf), p, &(const struct text)TEXT(en, zh), ##__VA_ARGS__);         \
	} while (0)
#define say(f, p, ...)    write_text((f)->seen, p, __VA_ARGS__)
#define advise(f, p, ...) write_text((f)->remedy, p, __VA_ARGS__)

/* ---- the checks --------------------------------------------------------- */

static void look_kernel(const struct patient *p, struct finding *f)
{
	f->mark = MARK_THERE;
	say(f, p, "%s %s on %s", "%s %s，架构 %s", p->machine.sysname, p->machine.release,
	    p->machine.machine);
}

static void look_sandbox(const struct patient *p, struct finding *f)
{
	if (p->sandbox < 0) {
		f->mark = MARK_NEEDED;
		say(f, p, "refused: %s", "被拒绝：%s", p->why.msg);
		snprintf(f->remedy, sizeof(f->remedy), "%s", p->why.remedy);
		return;
	}
	f->mark = MARK_THERE;
	if (geteuid() == 0)
		say(f, p, "made as root (an ordinary user may find otherwise)",
		    "以 root 身份创建成功（普通用户的结果可能不同）");
	else
		say(f, p, "made by an ordinary user, without any privilege",
		    "普通用户无需任何特权即可创建");
}

/* What all trials share. Return: 1 when @f is complete. */
static int from_trial(const struct patient *p, struct finding *f, enum trial which, enum mark mark)
{
	const struct trial_result *r = &p->trials[which];

	if (p->sandbox < 0) {
		f->mark = MARK_OPTIONAL;
		say(f, p, "not tried: it takes a sandbox", "未检查：需要先有沙箱");
		return 1;
	}
	if (r->rc == 0) {
		f->mark = MARK_THERE;
		return 0;
	}
	f->mark = mark;
	snprintf(f->seen, sizeof(f->seen), "%s", r->err.msg);
	snprintf(f->remedy, sizeof(f->remedy), "%s", r->err.remedy);
	return 1;
}

static void look_hosts(const struct patient *p, struct finding *f)
{
	if (from_trial(p, f, TRIAL_HOSTS, MARK_NEEDED)) {
		if (f->mark == MARK_NEEDED && !*f->remedy)
			advise(f, p, "use a kernel with CONFIG_VETH, CONFIG_NET_NS and CONFIG_IPV6",
			       "换用带有 CONFIG_VETH、CONFIG_NET_NS 和 CONFIG_IPV6 的内核");
		return;
	}
	say(f, p, "two hosts and the network between them, built and taken down",
	    "已搭建并拆除两台主机及其间的网络");
}

static void look_packet(const struct patient *p, struct finding *f)
{
	if (from_trial(p, f, TRIAL_PACKET, MARK_NEEDED)) {
		if (f->mark == MARK_NEEDED && !*f->remedy)
			advise(f, p, "use a kernel with CONFIG_PACKET",
			       "换用带有 CONFIG_PACKET 的内核");
		return;
	}
	say(f, p, "opened", "可以打开");
}

static void look_diag(const struct patient *p, struct finding *f)
{
	if (from_trial(p, f, TRIAL_DIAG, MARK_NEEDED)) {
		if (f->mark == MARK_NEEDED && !*f->remedy)
			advise(f, p, "load the module, as root: modprobe tcp_diag",
			       "以 root 身份加载模块：modprobe tcp_diag");
		return;
	}
	say(f, p, "answered", "有应答");
}

static void look_netem(const struct patient *p, struct finding *f)
{
	if (from_trial(p, f, TRIAL_NETEM, MARK_OPTIONAL))
		return;
	say(f, p, "this kernel has it", "本内核支持");
}

static void look_ehash(const struct patient *p, struct finding *f)
{
	if (from_trial(p, f, TRIAL_EHASH, MARK_OPTIONAL))
		return;
	say(f, p, "each host can have its own (tcp_child_ehash_entries)",
	    "每台主机可以有自己的表（tcp_child_ehash_entries）");
}

/* The lab kernels that --kernel can name. */
static void look_lab_kernels(const struct patient *p, struct finding *f)
{
	_cleanup_free_ struct kernel *list = NULL;
	struct err why = ERR_INIT;
	size_t n;

	f->mark = MARK_OPTIONAL;
	if (strcmp(p->machine.machine, "x86_64") != 0) {
		say(f, p, "a lab kernel needs x86-64; this machine is %s",
		    "实验内核需要 x86-64，本机是 %s", p->machine.machine);
		return;
	}
	if (kernels_possible(&why) != 0) {
		say(f, p, "none can run: %s", "无法运行：%s", why.msg);
		advise(f, p, "%s", "%s", why.remedy);
		return;
	}
	n = kernels_find(&list);
	if (n == 0) {
		say(f, p, "none yet; `make kernels` builds them", "还没有；用 `make kernels` 构建");
		return;
	}
	f->mark = MARK_THERE;
	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(f->seen);

		snprintf(f->seen + used, sizeof(f->seen) - used, "%s%s", i ? ", " : "",
			 list[i].version);
	}
}

#define COLUMNS_COMFORTABLE 60

static void look_terminal(const struct patient *p, struct finding *f)
{
	const struct paper *paper = p->paper;
	const bool terminal = isatty(fileno(paper->out));

	f->mark = MARK_THERE;
	say(f, p, "%s, %d columns, %s, %s", "%s，%d 列，%s，%s",
	    terminal ? (paper->lang == LANG_ZH ? "终端" : "a terminal")
		     : (paper->lang == LANG_ZH ? "不是终端" : "no terminal"),
	    paper->columns, paper->utf8 ? "UTF-8" : "ASCII",
	    paper->color ? (paper->lang == LANG_ZH ? "有颜色" : "colour")
			 : (paper->lang == LANG_ZH ? "无颜色" : "no colour"));
	if (!paper->utf8) {
		f->mark = MARK_OPTIONAL;
		advise(f, p, "for boxes and arrows, use a UTF-8 locale: export LC_ALL=C.UTF-8",
		       "想看到框线和箭头，请使用 UTF-8 区域设置：export LC_ALL=C.UTF-8");
	} else if (paper->columns < COLUMNS_COMFORTABLE) {
		f->mark = MARK_OPTIONAL;
		advise(f, p, "make the window at least %d columns wide", "请把窗口拉宽到至少 %d 列",
		       COLUMNS_COMFORTABLE);
	}
}

/* Return: how many files match @dir/@pattern. */
static size_t count(const char *dir, const char *pattern)
{
	_cleanup_free_ char *path = NULL;
	glob_t found = { .gl_pathc = 0 };
	size_t n = 0;

	if (!dir || asprintf(&path, "%s/%s", dir, pattern) < 0)
		return 0;
	if (glob(path, GLOB_NOSORT, NULL, &found) == 0) {
		n = found.gl_pathc;
		globfree(&found);
	}
	return n;
}

static void look_labs(const struct patient *p, struct finding *f)
{
	size_t n = count(p->labs_dir, "*.lua");

	if (n == 0) {
		f->mark = MARK_NEEDED;
		say(f, p, "none in %s", "%s 里没有实验", p->labs_dir ? p->labs_dir : "?");
		advise(f, p,
		       "install tcplab again (make install), with its share/tcplab beside its bin",
		       "重新安装 tcplab（make install），share/tcplab 要和 bin 在同一目录下");
		return;
	}
	f->mark = MARK_THERE;
	say(f, p, "%zu in %s", "%zu 个，位于 %s", n, p->labs_dir);
}

static void look_lessons(const struct patient *p, struct finding *f)
{
	size_t en = count(p->content_dir, "en/*.md"), zh = count(p->content_dir, "zh/*.md");

	if (en + zh == 0) {
		f->mark = MARK_OPTIONAL;
		say(f, p, "none in %s", "%s 里没有课文", p->content_dir ? p->content_dir : "?");
		advise(f, p,
		       "install tcplab again (make install), with its share/tcplab beside its bin",
		       "重新安装 tcplab（make install），share/tcplab 要和 bin 在同一目录下");
		return;
	}
	f->mark = MARK_THERE;
	say(f, p, "%zu English, %zu Chinese, in %s", "英文 %zu 篇，中文 %zu 篇，位于 %s", en, zh,
	    p->content_dir);
}

/*
 * @what: the title
 * @why:  why anybody would care, one sentence
 */
static const struct check {
	struct text what, why;
	void (*look)(const struct patient *p, struct finding *f);
} checks[] = {
	{ TEXT("Kernel", "内核"),
	  TEXT("Labs run on this kernel; what they show is what it does.",
	       "实验在这个内核上运行，看到的就是它的真实行为。"),
	  look_kernel },
	{ TEXT("Sandbox", "沙箱"),
	  TEXT("Every run gets user, PID, mount and network namespaces of its own, so that "
	       "nothing on this machine changes.",
	       "每次运行都有自己的用户、PID、挂载和网络命名空间，不会改动本机的任何东西。"),
	  look_sandbox },
	{ TEXT("Hosts and links", "主机与链路"),
	  TEXT("A host is a network namespace, a link a pair of virtual Ethernet interfaces.",
	       "一台主机是一个网络命名空间，一条链路是一对虚拟以太网接口。"),
	  look_hosts },
	{ TEXT("Packet sockets", "抓包套接字"),
	  TEXT("They show every segment that a host sends and receives.",
	       "用来看到主机收发的每一个报文段。"),
	  look_packet },
	{ TEXT("Socket states", "套接字状态"),
	  TEXT("The kernel's inet_diag alone tells of SYN-RECV and TIME-WAIT.",
	       "只有内核的 inet_diag 能看到 SYN-RECV 和 TIME-WAIT。"),
	  look_diag },
	{ TEXT("netem", "netem"),
	  TEXT("Delay and loss by the kernel itself. Without it tcplab does them by its own relay "
	       "(wire), and labs run all the same.",
	       "由内核实现延迟和丢包。没有也可以：tcplab 用自己的转发器（wire）代替。"),
	  look_netem },
	{ TEXT("Socket tables", "套接字哈希表"),
	  TEXT("A table of its own for each host makes looking at its sockets quicker. Labs do "
	       "not depend on it.",
	       "每台主机有自己的表，查看套接字更快。实验不依赖它。"),
	  look_ehash },
	{ TEXT("Lab kernels", "实验内核"),
	  TEXT("They skip idle time, so that minutes of waiting take no time. Labs that need one "
	       "are skipped.",
	       "实验内核会跳过空闲时间，几分钟的等待一瞬间过去。需要它的实验会被跳过。"),
	  look_lab_kernels },
	{ TEXT("Terminal", "终端"),
	  TEXT("tcplab draws boxes, arrows and colours where it can, and says the same without.",
	       "能画框线、箭头和颜色就画，不能画时内容也一样。"),
	  look_terminal },
	{ TEXT("Labs", "实验"), TEXT("The course itself.", "课程本身。"), look_labs },
	{ TEXT("Lessons", "课文"),
	  TEXT("They explain what a run has shown.", "用来解释运行所展示的内容。"), look_lessons },
};

/* ---- printing ----------------------------------------------------------- */

static const struct {
	const char *utf8, *ascii;
	enum ink ink;
} marks[] = {
	[MARK_THERE] = { "✓", "+", INK_PASS },
	[MARK_NEEDED] = { "✗", "x", INK_FAIL },
	[MARK_OPTIONAL] = { "–", "-", INK_WARN },
};

#define MAX_COLUMNS  100
#define WHAT_COLUMNS 16
#define MARGIN       "    "

static void line(const struct paper *paper, enum ink which, const char *lead, const char *text)
{
	const int width = paper->columns < MAX_COLUMNS ? paper->columns : MAX_COLUMNS;
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), paper->utf8, 0);

	fprintf(paper->out, MARGIN "%s%s", ink(paper, which), lead);
	columns_wrap(paper->out, clean, width, MARGIN, columns_width(MARGIN) + columns_width(lead));
	fprintf(paper->out, "%s\n", ink_off(paper));
}

static void print_finding(const struct paper *paper, const struct check *check,
			  const struct finding *f)
{
	const int width = paper->columns < MAX_COLUMNS ? paper->columns : MAX_COLUMNS;
	_cleanup_free_ char *seen = columns_clean(f->seen, strlen(f->seen), paper->utf8, 0);

	fprintf(paper->out, "  %s%s%s ", ink(paper, marks[f->mark].ink),
		paper->utf8 ? marks[f->mark].utf8 : marks[f->mark].ascii, ink_off(paper));
	fputs(ink(paper, INK_STRONG), paper->out);
	columns_pad(paper->out, check->what.in[paper->lang], WHAT_COLUMNS, paper->utf8);
	fprintf(paper->out, "%s ", ink_off(paper));
	columns_wrap(paper->out, seen, width, MARGIN, 5 + WHAT_COLUMNS);
	fputc('\n', paper->out);
	line(paper, INK_DIM, "", check->why.in[paper->lang]);
	if (*f->remedy)
		line(paper, INK_WARN, paper->utf8 ? "→ " : "-> ", f->remedy);
}

int doctor_run(const struct paper *paper, const char *labs_dir, const char *content_dir)
{
	struct patient p = { .paper = paper, .labs_dir = labs_dir, .content_dir = content_dir };
	bool able = true;

	uname(&p.machine);
	p.sandbox = trial_all(p.trials, &p.why);

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		struct finding f = { .mark = MARK_OPTIONAL };

		checks[i].look(&p, &f);
		print_finding(paper, &checks[i], &f);
		if (f.mark == MARK_NEEDED)
			able = false;
	}
	fprintf(paper->out, "\n%s%s%s\n", ink(paper, able ? INK_PASS : INK_FAIL),
		able ? (paper->lang == LANG_ZH ? "这台机器可以运行实验。"
					       : "Labs can run on this machine.")
		     : (paper->lang == LANG_ZH ? "这台机器现在还不能运行实验：见上面打叉的项目。"
					       : "Labs cannot run on this machine yet: see "
						 "what is crossed out above."),
		ink_off(paper));
	return able ? EXIT_SUCCESS : 3;
}
