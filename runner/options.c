/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/err.h"
#include "../netns/nearest.h"
#include "command.h"
#include "jobs.h"
#include "kernels.h"
#include "ladderfile.h"
#include "view.h"

enum {
	OPT_PARAM = 256,
	OPT_SET,
	OPT_KERNEL,
	OPT_RECORD,
	OPT_PCAP,
	OPT_PCAP_HOST,
	OPT_FORMAT,
	OPT_ALL,
	OPT_LANG,
	OPT_NO_COLOR,
	OPT_BACKEND,
	OPT_SEED,
	OPT_FULL,
	OPT_ALLOW_EXEC,
	OPT_SERVER,
	OPT_A,
	OPT_B,
	OPT_PLAIN,
	OPT_NOTES
};

static const struct option_words option_table[] = {
	{ OPT_PARAM, "param", "NAME=VALUE", { "turn a parameter of the lab", "调整实验参数" } },
	{ OPT_SET,
	  "set",
	  "HOST.SYSCTL=VALUE",
	  { "set a sysctl of a host, e.g. server.net.ipv4.tcp_syncookies=2",
	    "设置某主机的 sysctl" } },
	{ OPT_KERNEL,
	  "kernel",
	  "host|6.12|auto|all",
	  { "which kernel to run on (default auto)", "用哪个内核（默认 auto）" } },
	{ OPT_FULL,
	  "full",
	  NULL,
	  { "the full form of a lab, however long it takes", "实验的完整形式，不论多长" } },
	{ OPT_ALLOW_EXEC,
	  "allow-exec",
	  NULL,
	  { "a lab of your own may start programs of this machine",
	    "允许你自己的实验启动本机程序" } },
	{ OPT_SERVER,
	  "server",
	  "COMMAND",
	  { "start this server of yours and let the lab look at it, e.g. 'python3 my.py 8080'",
	    "启动你自己的服务器，由实验来观察，如 'python3 my.py 8080'" } },
	{ OPT_BACKEND,
	  "backend",
	  "netem|wire",
	  { "what delays and drops packets (default: netem where there is one)",
	    "由谁延迟和丢弃报文" } },
	{ OPT_SEED, "seed", "N", { "of random loss (default 1)", "随机丢包的种子（默认 1）" } },
	{ OPT_A,
	  "a",
	  "NAME=VALUE",
	  { "compare: of the first run, a parameter, HOST.SYSCTL, kernel, backend or seed",
	    "compare：第一次运行的参数、HOST.SYSCTL、kernel、backend 或 seed" } },
	{ OPT_B, "b", "NAME=VALUE", { "compare: of the second run", "compare：第二次运行的" } },
	{ OPT_RECORD, "record", "FILE", { "keep the run record", "保存运行记录" } },
	{ OPT_PCAP,
	  "pcap",
	  "FILE",
	  { "write the packets as a capture file, for Wireshark",
	    "把报文写成抓包文件，供 Wireshark 打开" } },
	{ OPT_PCAP_HOST,
	  "pcap-host",
	  "HOST",
	  { "only those that this host saw", "只写这台主机看到的报文" } },
	{ OPT_FORMAT,
	  "format",
	  "FORMAT",
	  { "what to print: text (the default), json, tap, junit; of a ladder text, svg, mermaid",
	    "输出格式：text（默认）、json、tap、junit；阶梯图为 text、svg、mermaid" } },
	{ 'o',
	  "output",
	  "FILE",
	  { "where a ladder or a report goes (default: standard output), or a comparison as HTML",
	    "阶梯图或报告写到哪里（默认：标准输出），比较则写成 HTML" } },
	{ OPT_ALL,
	  "all",
	  NULL,
	  { "report: the whole course, as a site in the folder -o",
	    "report：整个课程，做成网站，放在 -o 指定的目录" } },
	{ OPT_LANG,
	  "lang",
	  "en|zh",
	  { "language (default: the locale's)", "语言（默认随 locale）" } },
	{ 'j',
	  "jobs",
	  "[N]",
	  { "check: N runs at once, as many as processors without N",
	    "check：同时进行 N 次运行，不写 N 就与处理器数目相同" } },
	{ OPT_PLAIN,
	  "plain",
	  NULL,
	  { "play: sentences instead of a picture, for a screen reader",
	    "play：用句子代替画面，供读屏软件使用" } },
	{ OPT_NOTES,
	  "notes",
	  NULL,
	  { "play: the presenter's notes of the player in another terminal",
	    "play：显示另一个终端里播放器的讲解备注" } },
	{ OPT_NO_COLOR, "no-color", NULL, { "no colour", "不用颜色" } },
	{ 'q', "quiet", NULL, { "only the verdict, and what failed", "只显示结论和失败项" } },
	{ 'v',
	  "verbose",
	  NULL,
	  { "calls, states, counters and sysctls too", "也显示调用、状态、计数器和 sysctl" } },
	{ 'h', "help", NULL, { "this", "本帮助" } },
	{ 'V', "version", NULL, { "version", "版本" } },
};

#define N_OPTIONS (sizeof(option_table) / sizeof(*option_table))

const struct option_words *options_table(size_t *n)
{
	*n = N_OPTIONS;
	return option_table;
}

/* NAME=VALUE. */
static int add_setting(struct lab_setting *list, size_t *n, char *text, const char *option,
		       const char *example, struct err *err)
{
	char *eq = strchr(text, '=');

	if (!eq || eq == text) {
		err_set(err, EINVAL, "--%s %s: a name, '=' and a value are wanted", option, text);
		return err_remedy(err, "for instance --%s %s", option, example);
	}
	if (*n == LAB_MAX_SETTINGS)
		return err_set(err, E2BIG, "--%s: more than %d of them", option, LAB_MAX_SETTINGS);
	*eq = '\0';
	list[(*n)++] = (struct lab_setting){ .name = text, .value = eq + 1 };
	return 0;
}

static int set_kernel(struct options *o, const char *value, struct err *err)
{
	struct kernel k;

	o->kernel = value;
	if (strcmp(value, "host") == 0 || strcmp(value, "auto") == 0 || strcmp(value, "all") == 0)
		return 0;
	return kernels_get(value, &k, err) < 0 ? err_context(err, "--kernel %s", value) : 0;
}

static int set_seed(struct options *o, const char *value, struct err *err)
{
	char *end;

	errno = 0;
	o->seed = strtoull(value, &end, 10);
	if (*value >= '0' && *value <= '9' && !*end && !errno)
		return 0;
	return err_set(err, EINVAL, "--seed %s: a whole number is wanted", value);
}

static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

#define MAX_JOBS 1000

static int set_jobs(struct options *o, const char *value, struct err *err)
{
	o->jobs = value ? strtoul(value, NULL, 10) : jobs_processors();
	if (!value || (is_number(value) && o->jobs > 0 && o->jobs <= MAX_JOBS))
		return 0;
	return err_set(err, EINVAL, "--jobs %s: a number from 1 to %d is wanted", value, MAX_JOBS);
}

static int set_backend(struct options *o, const char *value, struct err *err)
{
	o->backend = value;
	if (strcmp(value, "netem") == 0 || strcmp(value, "wire") == 0)
		return 0;
	return err_set(err, EINVAL, "--backend %s: \"netem\" or \"wire\" is wanted", value);
}

static int set_format(struct options *o, const char *value, struct err *err)
{
	o->format = view_find(value);
	o->picture = ladderfile_find(value);
	if (o->format || o->picture)
		return 0;
	err_set(err, EINVAL, "--format %s: there is no such format", value);
	return err_remedy(err, "text, json, tap or junit; of a ladder text, svg or mermaid");
}

static int set_lang(struct options *o, const char *value, struct err *err)
{
	int lang = lang_parse(value, err);

	if (lang < 0)
		return err_context(err, "--lang");
	o->lang = (enum lang)lang;
	return 0;
}

static int set_option(struct options *o, int id, char *value, struct err *err)
{
	switch (id) {
	case OPT_PARAM:
		return add_setting(o->params, &o->n_params, value, "param", "delay=100ms", err);
	case OPT_SET:
		return add_setting(o->sets, &o->n_sets, value, "set",
				   "server.net.ipv4.tcp_syncookies=2", err);
	case OPT_A:
		return add_setting(o->sides[0], &o->n_sides[0], value, "a", "delay=100ms", err);
	case OPT_B:
		return add_setting(o->sides[1], &o->n_sides[1], value, "b", "kernel=6.12", err);
	case OPT_KERNEL:
		return set_kernel(o, value, err);
	case OPT_BACKEND:
		return set_backend(o, value, err);
	case OPT_SEED:
		return set_seed(o, value, err);
	case OPT_RECORD:
		o->record = value;
		return 0;
	case OPT_PCAP:
		o->pcap = value;
		return 0;
	case OPT_PCAP_HOST:
		o->pcap_host = value;
		return 0;
	case OPT_FORMAT:
		return set_format(o, value, err);
	case OPT_LANG:
		return set_lang(o, value, err);
	case 'o':
		o->output = value;
		return 0;
	case OPT_ALL:
		o->all = true;
		return 0;
	case OPT_ALLOW_EXEC:
		o->allow_exec = true;
		return 0;
	case OPT_SERVER:
		o->server = value;
		return 0;
	case OPT_FULL:
		o->full = true;
		return 0;
	case OPT_PLAIN:
		o->plain = true;
		return 0;
	case OPT_NOTES:
		o->notes = true;
		return 0;
	case OPT_NO_COLOR:
		o->no_color = true;
		return 0;
	case 'j':
		return set_jobs(o, value, err);
	case 'q':
		o->verbosity = -1;
		return 0;
	case 'v':
		o->verbosity = 1;
		return 0;
	default:
		return 0;
	}
}

/* The last one said of a name is the one that counts. */
static int put_setting(struct lab_setting *list, size_t *n, const struct lab_setting *s,
		       struct err *err)
{
	size_t i = 0;

	while (i < *n && strcmp(list[i].name, s->name) != 0)
		i++;
	if (i == LAB_MAX_SETTINGS)
		return err_set(err, E2BIG, "%s: more than %d settings", s->name, LAB_MAX_SETTINGS);
	list[i] = *s;
	*n += i == *n;
	return 0;
}

int options_apply(struct options *o, const struct lab_setting *s, struct err *err)
{
	static const struct {
		const char *name;
		int (*set)(struct options *o, const char *value, struct err *err);
	} own[] = { { "kernel", set_kernel }, { "backend", set_backend }, { "seed", set_seed } };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(s->name, own[i].name) == 0)
			return own[i].set(o, s->value, err);
	if (strchr(s->name, '.'))
		return put_setting(o->sets, &o->n_sets, s, err);
	return put_setting(o->params, &o->n_params, s, err);
}

static int unknown_option(const char *arg, struct err *err)
{
	struct nearest search = nearest_to(arg + strspn(arg, "-"));

	for (size_t i = 0; i < N_OPTIONS; i++)
		nearest_offer(&search, option_table[i].name);
	err_set(err, EINVAL, "%s: there is no such option, or it wants a value", arg);
	if (nearest_found(&search))
		return err_remedy(err, "did you mean --%s? `tcplab help` shows them all",
				  nearest_found(&search));
	return err_remedy(err, "`tcplab help` shows them all");
}

static int takes(const struct option_words *w)
{
	if (!w->arg)
		return no_argument;
	return *w->arg == '[' ? optional_argument : required_argument;
}

int options_parse(struct options *o, int argc, char **argv, struct err *err)
{
	struct option longs[N_OPTIONS + 1] = { 0 };
	int id, asked = 0;

	for (size_t i = 0; i < N_OPTIONS; i++)
		longs[i] = (struct option){ .name = option_table[i].name,
					    .has_arg = takes(&option_table[i]),
					    .val = option_table[i].id };
	opterr = 0;
	for (;;) {
		int at = optind ? optind : 1, rc;

		id = getopt_long(argc, argv, "qvhVo:j::", longs, NULL);
		if (id == -1)
			break;
		/* As make has it, "-j 4" is "-j4". */
		if (id == 'j' && !optarg && optind < argc && is_number(argv[optind]))
			optarg = argv[optind++];
		if (id == '?')
			return unknown_option(argv[optind > at ? optind - 1 : at], err);
		if (id == 'h' || id == 'V')
			asked = id;
		rc = set_option(o, id, optarg, err);
		if (rc != 0)
			return rc;
	}
	o->n_args = argc - optind;
	o->args = argv + optind;
	return asked;
}
