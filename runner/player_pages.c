/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "facts.h"
#include "field.h"
#include "indices.h"
#include "lesson.h"
#include "messages.h"
#include "options.h"
#include "phrase.h"
#include "player_own.h"
#include "scene.h"

/* Pages of text in front of the picture: they scroll, and close with the key that opened them. */

#define WIDEST 100

static FILE *text_open(char **text, size_t *size)
{
	FILE *f = open_memstream(text, size);

	if (!f)
		abort();
	return f;
}

/* Where the lesson speaks of what is being shown: 0 to 3, an index of lesson_start. */
static int passage(const struct player *p)
{
	const struct indices *steps = scene_of(p->scene, SCENE_STEP);
	size_t n = indices_until(steps, p->at);

	if (scene_next(p->scene, p->at) == p->at)
		return 3;
	return n == 0 ? 0 : n == 1 ? 1 : 2;
}

static int count_lines(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* The numbers in a lesson are those of the whole run. */
static void gather(struct player_art *art, const struct player *p)
{
	if (art->facts)
		return;
	art->facts = facts_new();
	for (long i = 0; i < scene_count(p->scene); i++) {
		json_auto_t *ev = scene_json(p->scene, i);

		facts_event(art->facts, ev);
	}
}

static void lesson_free_at(struct lesson **l)
{
	lesson_free(*l);
}

static void make_lesson(struct player_art *art, const struct player *p, int columns)
{
	static const int starts[LESSON_SECTION_COUNT] = {
		[LESSON_PREDICT] = 1, [LESSON_HAPPENED] = 2, [LESSON_WHY] = 3
	};
	json_auto_t *header = scene_json(p->scene, 0);
	const char *id = field_text(header, "lesson");
	_cleanup_(lesson_free_at) struct lesson *l = NULL;
	struct paper paper = { .columns = columns, .utf8 = p->utf8, .lang = p->lang };
	struct err err = ERR_INIT;
	size_t size;
	int rc = 0;

	free(art->lesson);
	paper.out = text_open(&art->lesson, &size);
	memset(art->lesson_start, 0, sizeof(art->lesson_start));
	if (!art->content || !*id)
		fprintf(paper.out, "%s\n", message(p->lang, MSG_PLAYER_NO_LESSON));
	else
		rc = lesson_open(art->content, id, p->lang, &l, &err);
	for (int k = 0; l && rc == 0 && k < LESSON_SECTION_COUNT; k++) {
		fflush(paper.out);
		if (starts[k])
			art->lesson_start[starts[k]] = count_lines(art->lesson);
		rc = lesson_show(l, (enum lesson_section)k, art->facts, &paper, &err);
		fputc('\n', paper.out);
	}
	if (rc < 0)
		fprintf(paper.out, "%s\n%s\n", err.msg, err.remedy);
	fclose(paper.out);
	art->lesson_lang = p->lang;
	art->lesson_columns = columns;
}

static const char *lesson_text(struct player_art *art, const struct player *p, int columns)
{
	gather(art, p);
	if (!art->lesson || art->lesson_lang != (int)p->lang || art->lesson_columns != columns)
		make_lesson(art, p, columns);
	return art->lesson;
}

/* Fields of the record, in words; those of others have to do with their names. */
static const struct {
	const char *name;
	struct words what;
} glosses[] = {
	{ "t", { "time", "时间" } },
	{ "host", { "on this host", "主机" } },
	{ "dir", { "sent by it, or reached it", "发出或到达" } },
	{ "seg", { "number of the segment", "报文段编号" } },
	{ "conn", { "number of the connection", "连接编号" } },
	{ "end", { "a sent the first SYN", "a 发出第一个 SYN" } },
	{ "flags", { "flags", "标志位" } },
	{ "seq", { "sequence number, relative", "序号（相对）" } },
	{ "ack", { "acknowledgment, relative", "确认号（相对）" } },
	{ "len", { "bytes of data", "数据字节数" } },
	{ "win", { "window, as in the header", "窗口（未缩放）" } },
	{ "ttl", { "hops that were left", "剩余跳数" } },
	{ "rtx", { "a retransmission", "重传" } },
	{ "made", { "no host sent it", "不是主机发出的" } },
	{ "addr", { "from there, or to there", "来自或发往" } },
	{ "type", { "ICMP type", "ICMP 类型" } },
	{ "code", { "ICMP code", "ICMP 代码" } },
	{ "mtu", { "largest packet that fits", "能通过的最大分组" } },
	{ "mss", { "option: largest segment", "选项：最大报文段" } },
	{ "wscale", { "option: window scale", "选项：窗口缩放" } },
	{ "sackok", { "option: SACK permitted", "选项：允许 SACK" } },
	{ "ts", { "option: timestamps, relative", "选项：时间戳（相对）" } },
	{ "sack", { "option: SACK blocks", "选项：SACK 块" } },
	{ "tfo", { "option: fast open cookie", "选项：TFO cookie" } },
	{ "rq", { "read queue", "接收队列" } },
	{ "wq", { "write queue", "发送队列" } },
	{ "owner", { "a process has it", "属于某个进程" } },
	{ "timer", { "the kernel's timer", "内核定时器" } },
	{ "info", { "tcp_info", "tcp_info" } },
	{ "inferred", { "the packets prove it", "由报文推断" } },
};

static const char *gloss(const char *name, enum lang lang)
{
	for (size_t i = 0; i < sizeof(glosses) / sizeof(glosses[0]); i++)
		if (strcmp(glosses[i].name, name) == 0)
			return words_in(glosses[i].what, lang);
	return "";
}

static void put_field(FILE *out, const char *name, const json_t *value, enum lang lang)
{
	_cleanup_free_ char *text = NULL;
	const char *what = gloss(name, lang);
	char when[PHRASE_TIME_MAX];

	if (json_is_string(value))
		text = strdup(json_string_value(value));
	else if (strcmp(name, "t") == 0 && json_is_integer(value))
		text = strdup(phrase_time(json_integer_value(value), when));
	else
		text = json_dumps(value, JSON_ENCODE_ANY);
	fprintf(out, "%-10s %s", name, text ? text : "?");
	if (*what)
		fprintf(out, "   (%s)", what);
	fputc('\n', out);
}

static void say_detail(FILE *out, const json_t *ev, enum lang lang)
{
	if (field_is(ev, "ev", "packet"))
		phrase_packet(out, ev, 1);
	else
		phrase_event(out, ev, lang);
}

static char *detail_text(const struct player *p)
{
	json_auto_t *ev = scene_json(p->scene, p->at);
	char *text = NULL;
	const char *name;
	json_t *value;
	size_t size;
	FILE *f = text_open(&text, &size);

	say_detail(f, ev, p->lang);
	fputs("\n\n", f);
	json_object_foreach (ev, name, value) {
		put_field(f, name, value, p->lang);
	}
	fclose(f);
	return text;
}

static char *keys_text(const struct player *p)
{
	static const enum msg keys[] = {
		MSG_KEYS_NEXT,   MSG_KEYS_PREV,     MSG_KEYS_STEP,   MSG_KEYS_ENDS,
		MSG_KEYS_FIND,   MSG_KEYS_RUN,      MSG_KEYS_SPEED,  MSG_KEYS_DETAIL,
		MSG_KEYS_LESSON, MSG_KEYS_LANGUAGE, MSG_KEYS_ANSWER, MSG_KEYS_QUIT,
	};
	char *text = NULL;
	size_t size;
	FILE *f = text_open(&text, &size);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *line = message(p->lang, keys[i]), *tab = strchr(line, '\t');

		fprintf(f, "%.*s\n    %s\n", tab ? (int)(tab - line) : 0, line,
			tab ? tab + 1 : line);
	}
	fclose(f);
	return text;
}

static char *page_title(const struct player *p)
{
	char *text = NULL;
	size_t size;
	FILE *f = text_open(&text, &size);

	if (p->mode == PLAYER_DETAIL)
		message_say(f, p->lang, PLAYER_DETAILS, p->at);
	else
		fputs(message(p->lang,
			      p->mode == PLAYER_LESSON ? MSG_PLAYER_LESSON : MSG_PLAYER_KEYS),
		      f);
	fclose(f);
	return text;
}

/* @text wrapped, on a canvas as high as it needs. */
static struct canvas *lay_out(const char *text, int columns, bool utf8)
{
	/* a line may take several; no text here comes near the limit but one made to */
	enum { MOST = 4000 };
	struct canvas *c = canvas_new(MOST, columns, utf8);
	int rows = canvas_wrap(c, 0, 0, columns, MOST, INK_PLAIN, text);

	c->rows = rows;
	return c;
}

void player_pages(struct player_art *art, struct player *p, struct canvas *c)
{
	const int columns = c->columns < WIDEST ? c->columns : WIDEST, page = c->rows - 3;
	_cleanup_free_ char *text = NULL, *title = page_title(p);
	struct canvas *all;

	if (p->mode == PLAYER_DETAIL)
		text = detail_text(p);
	else if (p->mode == PLAYER_KEYS)
		text = keys_text(p);
	all = lay_out(text ? text : lesson_text(art, p, columns), columns, p->utf8);
	if (p->scroll < 0)
		p->scroll = art->lesson_start[passage(p)];
	if (p->scroll > all->rows - page)
		p->scroll = all->rows > page ? all->rows - page : 0;
	p->page = page;
	canvas_put(c, 0, 0, c->columns, INK_TITLE, title);
	canvas_copy(c, 2, 0, all, p->scroll, page, false);
	canvas_put(c, c->rows - 1, 0, c->columns, INK_DIM, message(p->lang, MSG_PLAYER_CLOSE));
	canvas_free(all);
}
