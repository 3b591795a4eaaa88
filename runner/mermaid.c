/* SPDX-License-Identifier: MIT */
/*
 * A ladder as a Mermaid sequence diagram, for a README or a wiki that draws them.
 *
 * In Mermaid's text a ';' or a newline ends a statement, '#' begins an entity, "%%" a comment,
 * and "wrap:" at the beginning of a message is an order. Its own escape is the entity '#NN;',
 * decimal. So whatever is not plainly a letter, a digit or harmless punctuation is written as one,
 * and no text, whatever a record says, can become syntax.
 */
#include "mermaid.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "field.h"
#include "phrase.h"
#include "rungs.h"

#define HOSTS_MAX 64

/* @host: participants, in order; messages call them h0, h1 and so on */
struct diagram {
	FILE *out;
	enum lang lang;
	char host[HOSTS_MAX][LADDER_HOST_MAX];
	size_t n;
};

/* @harmless: punctuation that may stand as it is */
static void put(FILE *out, const char *text, const char *harmless)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x80 || isalnum(c) || c == ' ' || strchr(harmless, c))
			fputc(c, out);
		else
			fprintf(out, "#%u;", c);
	}
}

static void put_text(FILE *out, const char *text)
{
	if (strncasecmp(text, "wrap:", 5) == 0 || strncasecmp(text, "nowrap:", 7) == 0)
		put(out, text, "");
	else
		put(out, text, ",.:()/=*!?'-+");
}

static size_t host(struct diagram *d, const char *name)
{
	size_t i = 0;

	while (i < d->n && strcmp(d->host[i], name) != 0)
		i++;
	if (i == d->n && d->n < HOSTS_MAX)
		snprintf(d->host[d->n++], LADDER_HOST_MAX, "%s", name);
	return i < HOSTS_MAX ? i : HOSTS_MAX - 1;
}

/* Those that the rows name, the first of the ladder on the left. */
static void put_participants(struct diagram *d, const struct rung *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < 2 && all[i].kind == RUNG_ROW; k++)
			if (all[i].row.kind != ROW_FOLDED)
				host(d, all[i].row.host[k]);
	for (size_t i = 0; i < d->n; i++) {
		fprintf(d->out, "    participant h%zu as ", i);
		put(d->out, *d->host[i] ? d->host[i] : "?", ".");
		fputc('\n', d->out);
	}
}

static void put_over_all(const struct diagram *d, const char *text)
{
	if (!d->n)
		return;
	fprintf(d->out, "    Note over h0%s", d->n > 1 ? ",h" : "");
	if (d->n > 1)
		fprintf(d->out, "%zu", d->n - 1);
	fputs(": ", d->out);
	put_text(d->out, text);
	fputc('\n', d->out);
}

/* Mermaid's arrows: solid or, for a retransmission, dotted; a head, a cross, or an open end. */
static const char *arrow(const struct ladder_row *row)
{
	switch (row->fate) {
	case FATE_ARRIVED:
	case FATE_DUPLICATE:
		return row->rtx ? "-->>" : "->>";
	case FATE_LOST:
		return row->rtx ? "--x" : "-x";
	case FATE_FLYING:
	case FATE_HELD:
		return row->rtx ? "--)" : "-)";
	}
	return "->>";
}

static char *label(const struct diagram *d, const struct ladder_row *row)
{
	struct ladder_row plain = *row; /* participants say whose it is */
	char *text = NULL, *end = NULL, *all = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	plain.named = false;
	ladder_say_label(f, &plain, d->lang, "→");
	fclose(f);
	f = open_memstream(&end, &size);
	if (!f)
		abort();
	ladder_say_end(f, row, d->lang);
	fclose(f);
	if (asprintf(&all, *end ? "%s - %s" : "%s%s", text, end) < 0)
		abort();
	free(text);
	free(end);
	return all;
}

static void put_state(struct diagram *d, const struct ladder_row *row, size_t i)
{
	const struct ladder_cell *c = &row->cell[i];
	size_t at = host(d, row->host[i]);

	if (!c->changed || (row->kind != ROW_SEGMENT && row->kind != ROW_ICMP))
		return;
	fprintf(d->out, "    Note %s h%zu: ", at ? "right of" : "left of", at);
	put_text(d->out, c->before);
	if (*c->before)
		fputs(", ", d->out);
	put_text(d->out, c->state);
	fputc('\n', d->out);
}

static void put_row(struct diagram *d, const struct ladder_row *row)
{
	_cleanup_free_ char *text = label(d, row);
	size_t from = host(d, row->host[row->from]);
	json_int_t t = row->cell[row->from].t;
	char when[PHRASE_TIME_MAX];

	switch (row->kind) {
	case ROW_FOLDED:
		put_over_all(d, text);
		return;
	case ROW_ICMP:
		/* the network is nobody in this picture, so that there can be no arrow from it */
	case ROW_CHANGE:
		fprintf(d->out, "    Note over h%zu: ", from);
		break;
	case ROW_SEGMENT:
		put_state(d, row, (size_t)row->from);
		fprintf(d->out, "    h%zu%sh%zu: ", from, arrow(row),
			host(d, row->host[!row->from]));
		break;
	}
	if (t < 0)
		t = row->cell[!row->from].t;
	if (t >= 0)
		fprintf(d->out, "%s ", phrase_time(t, when));
	put_text(d->out, text);
	fputc('\n', d->out);
	put_state(d, row, (size_t)(row->kind == ROW_ICMP ? row->from : !row->from));
}

void mermaid_write(FILE *out, const struct rungs *r, enum lang lang)
{
	_cleanup_free_ struct diagram *d = calloc(1, sizeof(*d));
	size_t n;
	const struct rung *all = rungs_all(r, &n);

	if (!d)
		abort();
	d->out = out;
	d->lang = lang;
	fputs("sequenceDiagram\n", out);
	put_participants(d, all, n);
	for (size_t i = 0; i < n; i++)
		if (all[i].kind == RUNG_ROW)
			put_row(d, &all[i].row);
		else
			put_over_all(d, all[i].text);
}
