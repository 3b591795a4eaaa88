/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../netns/nearest.h"
#include "columns.h"
#include "command.h"
#include "doctor.h"
#include "labinit.h"
#include "ladderfile.h"
#include "options.h"
#include "view.h"

/*
 * The command line: a table of subcommands, and the one place where an error becomes a message and
 * an exit status.
 */

struct command {
	const char *name;
	struct words args, what;
	int (*run)(const struct options *o, struct err *err);
};

static const struct command commands[] = {
	{ "run",
	  { "LAB|FILE.lua ...", "实验|文件.lua …" },
	  { "play a lab and explain what happened", "运行实验并解释发生了什么" },
	  command_run },
	{ "list", { "", "" }, { "the labs of the course", "课程里的实验" }, command_list },
	{ "show",
	  { "LAB", "实验" },
	  { "its lesson, what you can turn, how to see it fail", "讲义、可调参数、如何让它失败" },
	  command_show },
	{ "play",
	  { "LAB|FILE", "实验|文件" },
	  { "step through a run, forwards and backwards", "前后逐步查看一次运行" },
	  command_play },
	{ "replay",
	  { "FILE", "文件" },
	  { "show a recorded run again", "重放一次运行的记录" },
	  command_replay },
	{ "ladder",
	  { "LAB|FILE", "实验|文件" },
	  { "its ladder alone: text, SVG, Mermaid", "只要阶梯图：文本、SVG、Mermaid" },
	  command_ladder },
	{ "report",
	  { "LAB|FILE", "实验|文件" },
	  { "a page about it, to look at in a browser", "在浏览器里看的报告页面" },
	  command_report },
	{ "compare",
	  { "A B | LAB --a X=1 --b X=2", "A B | 实验 --a X=1 --b X=2" },
	  { "two records, or one lab under two settings, side by side",
	    "并排比较两份记录，或同一实验在两种设置下的运行" },
	  command_compare },
	{ "check",
	  { "[LAB ...]", "[实验 …]" },
	  { "every lab, and its counter-runs, which must fail as stated",
	    "检查每个实验，以及必须如声明般失败的反例" },
	  command_check },
	{ "kernels",
	  { "", "" },
	  { "the kernels that labs can run on", "实验可以运行在哪些内核上" },
	  command_kernels },
	{ "doctor",
	  { "", "" },
	  { "what this machine can do, why not, and the remedy",
	    "这台机器能做什么、为何不能、如何补救" },
	  command_doctor },
};

#define N_COMMANDS (sizeof(commands) / sizeof(*commands))

struct paper command_paper(const struct options *o)
{
	return paper_for(stdout, o->no_color, o->lang);
}

int command_stdout(struct err *err)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	err_set(err, errno ? errno : EIO, "standard output: %s", strerror(errno ? errno : EIO));
	return -err->code;
}

int command_doctor(const struct options *o, struct err *err)
{
	const struct paper p = command_paper(o);
	int status = doctor_run(&p, o->paths.labs, o->paths.content);
	int rc = command_stdout(err);

	return rc < 0 ? rc : status;
}

static void print_row(const struct paper *p, const char *left, int width, const char *what)
{
	char indent[48];
	const int columns = p->columns < 100 ? p->columns : 100;

	fputs("  ", p->out);
	snprintf(indent, sizeof(indent), "%*s", width + 4, "");
	if (columns_width(left) > width)
		fprintf(p->out, "%s\n%s", left, indent);
	else {
		columns_pad(p->out, left, width, 1);
		fputs("  ", p->out);
	}
	columns_wrap(p->out, what, columns, indent, width + 4);
	fputc('\n', p->out);
}

static void say(const struct paper *p, const char *text)
{
	columns_wrap(p->out, text, p->columns < 100 ? p->columns : 100, "", 0);
	fputc('\n', p->out);
}

static int help(const struct options *o, struct err *err)
{
	const struct paper p = command_paper(o);
	size_t n;
	const struct option_words *table = options_table(&n);

	say(&p, o->lang == LANG_ZH
			? "tcplab：在真实 Linux 主机上做 TCP 实验，每一句话都由内核作证\n"
			: "tcplab: TCP by experiment, on real Linux hosts, in a terminal\n");
	say(&p, o->lang == LANG_ZH ? "用法：tcplab 命令 [选项] [参数]"
				   : "usage: tcplab COMMAND [OPTION ...] [ARGUMENT ...]");
	printf("\n");
	for (size_t i = 0; i < N_COMMANDS; i++) {
		char left[64];

		snprintf(left, sizeof(left), "%s %s", commands[i].name,
			 words_in(commands[i].args, o->lang));
		print_row(&p, left, 26, words_in(commands[i].what, o->lang));
	}
	printf("\n");
	for (size_t i = 0; i < n; i++) {
		const struct option_words *w = &table[i];
		char left[64];

		if (w->id < 256)
			snprintf(left, sizeof(left), "-%c, --%s%s%s", w->id, w->name,
				 w->arg ? " " : "", w->arg ? w->arg : "");
		else
			snprintf(left, sizeof(left), "--%s%s%s", w->name, w->arg ? " " : "",
				 w->arg ? w->arg : "");
		print_row(&p, left, 26, words_in(w->what, o->lang));
	}
	printf("\n");
	say(&p,
	    o->lang == LANG_ZH
		    ? "退出状态：0 全部通过，1 有失败，2 用法错误或无法完成，3 本机无法运行而跳过"
		    : "Exit status: 0 all pass, 1 some fail, 2 usage or broken, 3 skipped.");
	return command_stdout(err);
}

/* `tcplab` alone: what there is, and what to type next. */
static int welcome(const struct options *o, struct err *err)
{
	const struct paper p = command_paper(o);
	int rc;

	say(&p, o->lang == LANG_ZH ? "tcplab：在真实 Linux 主机上做 TCP "
				     "实验。每个实验搭建几台主机，真实地运行，再作解释。\n"
				   : "tcplab: TCP by experiment. Each lab builds a few real Linux "
				     "hosts, plays, and explains.\n");
	rc = command_list(o, err);
	if (rc != 0)
		return rc;
	if (o->lang == LANG_ZH)
		printf("\n接下来试试：\n"
		       "  tcplab run handshake    运行第一个实验\n"
		       "  tcplab show handshake   读它的完整讲义\n"
		       "  tcplab help             所有命令与选项\n");
	else
		printf("\nType next:\n"
		       "  tcplab run handshake    play the first lab\n"
		       "  tcplab show handshake   read its whole lesson\n"
		       "  tcplab help             every command and option\n");
	return command_stdout(err);
}

static const struct command *find_command(const char *name, struct err *err)
{
	struct nearest search = nearest_to(name);

	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
		nearest_offer(&search, commands[i].name);
	}
	err_set(err, EINVAL, "there is no command \"%s\"", name);
	if (nearest_found(&search))
		err_remedy(err, "did you mean `tcplab %s`?", nearest_found(&search));
	else
		err_remedy(err, "`tcplab help` shows them all");
	return NULL;
}

static int dispatch(struct options *o, int argc, char **argv, struct err *err)
{
	const struct command *c;
	int rc = options_parse(o, argc, argv, err);

	if (rc < 0)
		return rc;
	if (rc == 'h' || (o->n_args > 0 && strcmp(o->args[0], "help") == 0))
		return help(o, err);
	if (rc == 'V') {
		printf("tcplab %s\n", TCPLAB_VERSION);
		return command_stdout(err);
	}
	rc = paths_find(&o->paths, err);
	if (rc != 0)
		return rc;
	if (o->n_args == 0)
		return welcome(o, err);
	c = find_command(o->args[0], err);
	if (!c)
		return -err->code;
	if (!(c->run == command_ladder ? (const void *)o->picture : (const void *)o->format)) {
		err_set(err, EINVAL, "%s: it has no such --format", c->name);
		return err_remedy(err,
				  "text, json, tap or junit; of a ladder text, svg or mermaid");
	}
	o->n_args--;
	o->args++;
	return c->run(o, err);
}

/* A message can carry what a stranger wrote (a path, a lab's error): it is cleaned like everything
 * else. */
static void complain(const struct err *err, enum lang lang)
{
	const struct paper p = paper_for(stderr, true, lang);
	char *msg = columns_clean(err->msg, strlen(err->msg), p.utf8, 1);
	char *remedy = columns_clean(err->remedy, strlen(err->remedy), p.utf8, 1);

	fprintf(stderr, "tcplab: %s\n", msg);
	if (*remedy)
		fprintf(stderr, "  %s%s\n", p.utf8 ? "→ " : "-> ", remedy);
	free(msg);
	free(remedy);
}

/* A lab's top level ran away while it was being read. Async-signal-safe. */
static void runaway(const char *message)
{
	static const char us[] = "tcplab: ";

	if (write(STDERR_FILENO, us, sizeof(us) - 1) < 0 ||
	    write(STDERR_FILENO, message, strlen(message)) < 0 || write(STDERR_FILENO, "\n", 1) < 0)
		_exit(2);
	_exit(2);
}

int main(int argc, char **argv)
{
	struct options o = { .kernel = "auto",
			     .format = &view_text,
			     .picture = &ladderfile_text,
			     .lang = lang_from_env(),
			     .seed = 1,
			     .jobs = 1 };
	struct err err = ERR_INIT;
	int rc;

	/* As a kernel's first process. It adds words of its own to what it was told for us. */
	for (int i = 1; getpid() == 1 && i + 1 < argc; i++) {
		if (strcmp(argv[i], LABINIT_ARG) == 0)
			labinit_main(argv[i + 1]);
	}
	setlocale(LC_ALL, "");
	/* A closed pipe is an error of write(2), told like any other. */
	signal(SIGPIPE, SIG_IGN);
	lab_watchdog(runaway);
	rc = dispatch(&o, argc, argv, &err);
	if (rc >= 0)
		return rc;
	fflush(stdout);
	complain(&err, o.lang);
	return 2;
}
