/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "columns.h"
#include "field.h"
#include "messages.h"
#include "player_own.h"
#include "scene.h"
#include "scene_socket.h"

/*
 * What a host has: for each socket its state, its timer, its queues, as far as there is room.
 * Below ROOMY columns words are left out, below the others only numbers stay.
 */
#define ROOMY     34
#define MOST_ROWS 64

static FILE *text_open(char **text, size_t *size)
{
	FILE *f = open_memstream(text, size);

	if (!f)
		abort();
	return f;
}

static int put(struct pane *pane, int row, enum ink as, const char *text)
{
	if (row >= pane->rows)
		return 0;
	canvas_put(pane->canvas, pane->row + row, pane->column, pane->columns, as, text);
	return 1;
}

static int put_state(const struct player *p, struct pane *pane, int row,
		     const struct scene_socket *k)
{
	_cleanup_free_ char *text = NULL;
	bool now = k->event == p->at;

	if (k->conn ? asprintf(&text, "#%ld %s%s", k->conn, k->state, k->inferred ? "*" : "") < 0
		    : asprintf(&text, ":%lld %s", (long long)k->port, k->state) < 0)
		abort();
	return put(pane, row, now ? INK_STRONG : INK_STATE, text);
}

/* @full: with words. Return: malloc'ed */
static char *timer_text(const struct player *p, const struct scene_socket *k, bool full,
			const char *left, int width)
{
	char *text = NULL;
	size_t size;
	FILE *f = text_open(&text, &size);

	if (full)
		message_say(f, p->lang, PLAYER_TIMER, k->timer, left);
	else
		fprintf(f, "%.*s %s", width < 18 ? 4 : 10, k->timer, left);
	if (full && k->tries) {
		fputs(", ", f);
		message_say(f, p->lang, PLAYER_TRIES, (long long)k->tries);
	} else if (k->tries) {
		fprintf(f, " x%lld", (long long)k->tries);
	}
	fclose(f);
	return text;
}

static int put_timer(const struct player *p, struct pane *pane, int row,
		     const struct scene_socket *k)
{
	_cleanup_free_ char *full = NULL, *brief = NULL;
	char left[32];

	if (!*k->timer)
		return 0;
	player_short_time(k->left > 0 ? k->left : 0, left);
	full = timer_text(p, k, true, left, pane->columns);
	brief = timer_text(p, k, false, left, pane->columns);
	return put(pane, row, INK_WARN, columns_width(full) <= pane->columns ? full : brief);
}

static int put_queues(const struct player *p, struct pane *pane, int row,
		      const struct scene_socket *k)
{
	_cleanup_free_ char *text = NULL;
	bool roomy = pane->columns >= ROOMY - 4;
	size_t size;
	FILE *f;

	if (k->rq < 0 || k->wq < 0 || (k->conn && !k->rq && !k->wq && pane->columns < 20))
		return 0;
	f = text_open(&text, &size);
	if (roomy && k->conn)
		message_say(f, p->lang, PLAYER_QUEUES, (long long)k->rq, (long long)k->wq);
	else if (roomy)
		message_say(f, p->lang, PLAYER_BACKLOG, (long long)k->rq, (long long)k->wq);
	else if (k->conn)
		fprintf(f, "rq %lld wq %lld", (long long)k->rq, (long long)k->wq);
	else
		fprintf(f, "queue %lld/%lld", (long long)k->rq, (long long)k->wq);
	fclose(f);
	return put(pane, row, k->conn && (k->rq || k->wq) ? INK_PLAIN : INK_DIM, text);
}

/* What tcp_info said then. */
static int put_info(const struct player *p, struct pane *pane, int row,
		    const struct scene_socket *k)
{
	json_auto_t *ev = scene_json(p->scene, k->told);
	const json_t *info = json_object_get(ev, "info");
	_cleanup_free_ char *text = NULL;

	if (!json_is_object(info) || pane->columns < 30)
		return 0;
	if (asprintf(&text, "rto %lld ms, rtt %.1f ms, cwnd %lld",
		     (long long)field_int(info, "rto_us") / 1000,
		     (double)field_int(info, "rtt_us") / 1000,
		     (long long)field_int(info, "cwnd")) < 0)
		abort();
	return put(pane, row, INK_DIM, text);
}

static int put_socket(const struct player *p, struct pane *pane, int row,
		      const struct scene_socket *k)
{
	const int first = row;

	row += put_state(p, pane, row, k);
	row += put_timer(p, pane, row, k);
	row += put_queues(p, pane, row, k);
	if (!k->owned && pane->columns >= 20)
		row += put(pane, row, INK_DIM, message(p->lang, MSG_PLAYER_NO_OWNER));
	row += put_info(p, pane, row, k);
	return row - first;
}

static int put_tally(const struct player *p, struct pane *pane, int row, int host, size_t hidden)
{
	struct scene_tally tally[SCENE_STATES_MAX];
	size_t n = scene_tally(p->scene, host, p->at, tally);
	_cleanup_free_ char *more = NULL;
	const int first = row;
	size_t size;
	FILE *f = text_open(&more, &size);

	message_say(f, p->lang, PLAYER_MORE, hidden);
	fclose(f);
	if (hidden)
		row += put(pane, row, INK_DIM, more);
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *line = NULL;

		if (asprintf(&line, "%lld x %s", tally[i].n, tally[i].state) < 0)
			abort();
		row += put(pane, row, INK_STATE, line);
	}
	return row - first;
}

static void put_counters(const struct player *p, struct pane *pane, int row, int host)
{
	const char *name;
	json_int_t delta;

	for (size_t n = 0; row < pane->rows; n++) {
		_cleanup_free_ char *line = NULL;

		if (!scene_counter(p->scene, host, n, p->at, &name, &delta))
			return;
		if (!name || !delta)
			continue;
		if (asprintf(&line, "%lld %s", (long long)delta, name) < 0)
			abort();
		row += put(pane, row, INK_DIM, line);
	}
}

/* Are there sockets that only a `states` event tells of? */
static bool folded(const struct player *p, int host, size_t sockets)
{
	struct scene_tally tally[SCENE_STATES_MAX];
	size_t n = scene_tally(p->scene, host, p->at, tally);
	long long all = 0;

	for (size_t i = 0; i < n; i++)
		all += tally[i].n;
	return all > (long long)sockets;
}

void player_side(const struct player *p, struct pane pane, int host)
{
	struct scene_socket sockets[MOST_ROWS];
	size_t most = (size_t)(pane.rows / 3 > 1 ? pane.rows / 3 : 1), n, shown;
	int row = 0;

	if (host < 0) {
		put(&pane, 0, INK_DIM, message(p->lang, MSG_PLAYER_NO_HOST));
		return;
	}
	if (most > MOST_ROWS)
		most = MOST_ROWS;
	n = scene_sockets(p->scene, host, p->at, p->now, sockets, most);
	shown = n < most ? n : most;
	if (!n)
		row += put(&pane, row, INK_DIM, message(p->lang, MSG_PLAYER_NO_SOCKET));
	for (size_t i = 0; i < shown; i++)
		row += put_socket(p, &pane, row, &sockets[i]);
	if (n > shown || folded(p, host, n))
		row += put_tally(p, &pane, row, host, n - shown);
	if (pane.columns >= 20 && row + 1 < pane.rows)
		put_counters(p, &pane, row + 1, host);
}
