/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "columns.h"
#include "facts_keep.h"
#include "field.h"
#include "ladder.h"
#include "ladder_print.h"
#include "lang.h"
#include "paper.h"
#include "phrase.h"

#define WIDEST        100
#define HOST_COLUMNS  12
#define TIME_COLUMNS  9
#define CONN_COLUMNS  5
#define NOTE_INDENT   "           " /* below the host */
#define STATE_COLUMNS 24            /* the longest: FIN-WAIT-1 -> FIN-WAIT-2 */

static int width_of(const struct paper *paper)
{
	return paper->columns < WIDEST ? paper->columns : WIDEST;
}

static void say_dropped(const struct facts *f, const struct paper *paper, FILE *out)
{
	if (!f->dropped)
		return;
	if (paper->lang == LANG_ZH)
		fprintf(out, "（另有 %zu 个事件未显示）\n", f->dropped);
	else
		fprintf(out, "(and %zu more events, which are not shown)\n", f->dropped);
}

int facts_ladder(const struct facts *f, const struct paper *paper, FILE *out, struct err *err)
{
	struct paper sheet = *paper;
	struct ladder_print print = LADDER_PRINT(&sheet);
	struct ladder *ladder;
	bool any = false;
	const json_t *ev;
	size_t i;

	json_array_foreach (f->events, i, ev)
		any = any || field_is(ev, "ev", "packet") || field_is(ev, "ev", "packets");
	if (!f->header || !any)
		return err_set(err, ENOENT, "no packet was seen in this run");
	/* a block is plain text: whoever shows it may not trust escape sequences */
	sheet.out = out;
	sheet.color = false;
	ladder = ladder_new(&sheet, f->header, ladder_print_row, &print);
	json_array_foreach (f->events, i, ev)
		ladder_event(ladder, ev);
	ladder_flush(ladder, INT64_MAX);
	ladder_free(ladder);
	say_dropped(f, paper, out);
	return 0;
}

static char *clean(const struct paper *paper, const char *text)
{
	return columns_clean(text, strlen(text), paper->utf8, false);
}

/* What is worth knowing about a state beside its name. */
static const char *state_note(const json_t *ev, enum lang lang)
{
	static const char *const no_owner[] = {
		[LANG_EN] = "no process owns it",
		[LANG_ZH] = "不属于任何进程",
	};
	static const char *const inferred[] = {
		[LANG_EN] = "between two socket dumps; the packets prove it",
		[LANG_ZH] = "处于两次套接字转储之间，由报文推断",
	};
	const json_t *owner = json_object_get(ev, "owner");

	if (field_true(ev, "inferred"))
		return inferred[lang];
	return json_is_false(owner) ? no_owner[lang] : "";
}

static void put_state(const json_t *ev, const struct paper *paper, int host_columns, bool show_conn,
		      FILE *out)
{
	_cleanup_free_ char *host = clean(paper, field_text(ev, "host"));
	_cleanup_free_ char *from = clean(paper, field_text(ev, "from"));
	_cleanup_free_ char *to = clean(paper, field_text(ev, "to"));
	_cleanup_free_ char *change = NULL;
	const char *note = state_note(ev, paper->lang);
	char buf[PHRASE_TIME_MAX], conn[32] = "";
	int used = TIME_COLUMNS + 2 + host_columns + 1 + (show_conn ? CONN_COLUMNS + 1 : 0);

	if (asprintf(&change, "%s %s %s", from, paper->utf8 ? "→" : "->", to) < 0)
		abort();
	fprintf(out, "%*s  ", TIME_COLUMNS, phrase_time(field_int(ev, "t"), buf));
	columns_pad(out, host, host_columns, paper->utf8);
	fputc(' ', out);
	if (show_conn) {
		if (field_has(ev, "conn"))
			snprintf(conn, sizeof(conn), "#%lld", (long long)field_int(ev, "conn"));
		columns_pad(out, conn, CONN_COLUMNS, paper->utf8);
		fputc(' ', out);
	}
	if (!*note) {
		fprintf(out, "%s\n", change);
		return;
	}
	if (used + STATE_COLUMNS + 1 + columns_width(note) > width_of(paper)) {
		fprintf(out, "%s\n%s", change, NOTE_INDENT);
		used = columns_width(NOTE_INDENT);
	} else {
		columns_pad(out, change, STATE_COLUMNS, paper->utf8);
		fputc(' ', out);
		used += STATE_COLUMNS + 1;
	}
	columns_wrap(out, note, width_of(paper), NOTE_INDENT, used);
	fputc('\n', out);
}

int facts_states(const struct facts *f, const struct paper *paper, FILE *out, struct err *err)
{
	int host_columns = 0, shown = 0;
	json_int_t conns = 0;
	const json_t *ev;
	size_t i;

	json_array_foreach (f->events, i, ev) {
		int w = columns_width(field_text(ev, "host"));

		if (field_is(ev, "ev", "state") && w > host_columns)
			host_columns = w < HOST_COLUMNS ? w : HOST_COLUMNS;
		conns += field_is(ev, "ev", "conn");
	}
	json_array_foreach (f->events, i, ev) {
		if (!field_is(ev, "ev", "state"))
			continue;
		put_state(ev, paper, host_columns, conns > 1, out);
		shown++;
	}
	if (!shown)
		return err_set(err, ENOENT, "no state was seen in this run");
	say_dropped(f, paper, out);
	return 0;
}

static void put_expectation(const json_t *ev, const struct paper *paper, FILE *out)
{
	static const struct {
		const char *verdict, *in[LANG_COUNT];
	} words[] = {
		{ "pass", { [LANG_EN] = "pass", [LANG_ZH] = "通过" } },
		{ "fail", { [LANG_EN] = "fail", [LANG_ZH] = "失败" } },
	};
	const char *verdict = field_text(ev, "verdict");
	_cleanup_free_ char *text = NULL, *safe = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		abort();
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(verdict, words[i].verdict) == 0)
			verdict = words[i].in[paper->lang];
	fprintf(line, "%s  ", verdict);
	phrase_expected(line, ev, paper->lang);
	fputs(paper->lang == LANG_ZH ? "：" : ": ", line);
	phrase_seen(line, ev, paper->lang);
	fclose(line);
	safe = clean(paper, text);
	columns_wrap(out, safe, width_of(paper), "      ", 0);
	fputc('\n', out);
}

int facts_expectations(const struct facts *f, const struct paper *paper, FILE *out, struct err *err)
{
	int shown = 0;
	const json_t *ev;
	size_t i;

	json_array_foreach (f->events, i, ev) {
		if (!field_is(ev, "ev", "expect"))
			continue;
		put_expectation(ev, paper, out);
		shown++;
	}
	return shown ? 0 : err_set(err, ENOENT, "this run decided no expectation");
}
