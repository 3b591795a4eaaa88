/* SPDX-License-Identifier: MIT */
/*
 * A record with random access.
 *
 * The text of the record stays as it is, in one piece; beside it stands an
 * index with a few numbers for each event: where its line is, its time and kind,
 * the connection at hand, how many steps and rows there have been. An
 * event is made into JSON when somebody looks at it, and the last SCENE_CACHE of
 * these are kept. So a record of 200,000 events is open in a fraction of the second
 * that it would take to read them all, and no position costs more than another:
 *
 *   - steps, notes, expectations: lists of their events, searched by halves;
 *   - sockets: for each the list of its changes, as counters (scene_socket.c);
 *   - rows of the ladder: in the order in which they begin, so that those that are there
 *     at an event are the first so many (scene_row.c). A row knows when it ends, and
 *     whoever draws it compares that with where he is: before, the segment is on its way.
 *
 * A record can come from anywhere. What is missing reads as nothing; numbers that would
 * be an index are held against what there is; a time that goes back stands still; names
 * and connections beyond a limit are not told apart. A line that is no event ends the record, as
 * does the end of a file in the middle of one. A newer format is shown as far as it is the
 * same. The ends of one connection are on two hosts (no tap listens on lo).
 *
 * Nothing here knows of terminals or words, except for scene_find().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "field.h"
#include "grow.h"
#include "phrase.h"
#include "recfile.h"
#include "record.h"
#include "scene_own.h"

#define TEXT_MAX  ((size_t)1 << 30)
#define ITEMS_MAX ((size_t)1 << 23)

static const char *const field_names[FIELDS] = {
	[FIELD_EV] = "ev",       [FIELD_T] = "t",       [FIELD_HOST] = "host",
	[FIELD_CONN] = "conn",   [FIELD_SEG] = "seg",   [FIELD_DIR] = "dir",
	[FIELD_ID] = "id",       [FIELD_PORT] = "port", [FIELD_FROM] = "from",
	[FIELD_TO] = "to",       [FIELD_NAME] = "name", [FIELD_DELTA] = "delta",
	[FIELD_COUNT] = "count", [FIELD_A] = "a",       [FIELD_B] = "b",
};

static const char *const kind_names[SCENE_KINDS] = {
	[SCENE_HEADER] = "header",   [SCENE_STEP] = "step",       [SCENE_NOTE] = "note",
	[SCENE_VALUE] = "value",     [SCENE_PREDICT] = "predict", [SCENE_CONN] = "conn",
	[SCENE_CALL] = "call",       [SCENE_RETURN] = "return",   [SCENE_PACKET] = "packet",
	[SCENE_LOST] = "lost",       [SCENE_HELD] = "held",       [SCENE_PACKETS] = "packets",
	[SCENE_STATE] = "state",     [SCENE_STATES] = "states",   [SCENE_SOCKET] = "socket",
	[SCENE_COUNTER] = "counter", [SCENE_EXPECT] = "expect",   [SCENE_VERDICT] = "verdict",
	[SCENE_ICMP] = "icmp",       [SCENE_OTHER] = "",
};

int scene_name(struct names *names, struct slice s)
{
	size_t room = names->n;

	if (!s.len || *s.at != '"')
		return -1;
	for (size_t i = 0; i < names->n; i++)
		if (names->list[i].raw_len == s.len && memcmp(names->list[i].raw, s.at, s.len) == 0)
			return (int)i;
	if (names->n == names->most)
		return -1;
	names->list = reallocarray(names->list, room + 1, sizeof(*names->list));
	if (!names->list)
		abort();
	names->list[room] = (struct name){ strndup(s.at, s.len), slice_text(s), s.len };
	if (!names->list[room].raw)
		abort();
	return (int)names->n++;
}

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->n; i++) {
		free(names->list[i].raw);
		free(names->list[i].text);
	}
	free(names->list);
}

struct scene *scene_new(void)
{
	struct scene *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->hosts.most = SCENE_HOSTS_MAX;
	s->states.most = SCENE_STATES_MAX;
	s->counters.most = 1024;
	for (size_t i = 0; i < SCENE_CACHE; i++)
		s->cache[i].i = -1;
	return s;
}

void scene_free(struct scene *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < SCENE_KINDS; i++)
		indices_free(&s->of[i]);
	for (size_t i = 0; i < SCENE_CACHE; i++)
		json_decref(s->cache[i].json);
	for (size_t i = 0; i < s->n_histories; i++)
		free(s->histories[i].changes);
	for (size_t i = 0; i < s->n_tallies; i++) {
		indices_free(&s->tallies[i].events);
		free(s->tallies[i].deltas);
	}
	names_free(&s->hosts);
	names_free(&s->states);
	names_free(&s->counters);
	json_decref(s->header);
	free(s->text);
	free(s->items);
	free(s->conns);
	free(s->histories);
	free(s->folds);
	free(s->tallies);
	free(s->rows);
	free(s->row_of_seg);
	free(s);
}

struct scene_conn *scene_conn_get(const struct scene *s, json_int_t id)
{
	return id >= 1 && id <= (json_int_t)s->n_conns ? &s->conns[id - 1] : NULL;
}

/* Numbered from 1 without gaps, as the engine does. */
static void add_conn(struct scene *s, const struct slice *f)
{
	static const char *const host[] = { "host" };
	struct scene_conn c = { { -1, -1 }, { -1, -1 } };

	if (slice_int(f[FIELD_ID]) != (json_int_t)s->n_conns + 1)
		return;
	for (size_t i = 0; i < 2; i++) {
		struct slice end = f[FIELD_A + i], name;

		if (end.len && linescan(end.at, end.len, host, 1, &name))
			c.host[i] = scene_name(&s->hosts, name);
	}
	s->conns = grow(s->conns, s->n_conns, &s->conns_room, sizeof(c));
	s->conns[s->n_conns++] = c;
}

static int add_header(struct scene *s, const char *line, size_t len, const struct slice *f,
		      struct err *err)
{
	static const char *const name[] = { "name" };
	const json_t *hosts;
	json_int_t format;

	s->header = slice_is(f[FIELD_EV], "header") ? json_loadb(line, len, 0, NULL) : NULL;
	format = field_int(s->header, "format");
	if (format < 1) {
		json_decref(s->header);
		s->header = NULL;
		err_set(err, EINVAL,
			"this is not a tcplab record: it does not begin with a header");
		return err_remedy(err, "make one with `tcplab run LAB --record FILE`");
	}
	s->newer = format > RECORD_FORMAT ? format : 0;
	hosts = json_object_get(s->header, "hosts");
	for (size_t i = 0; i < json_array_size(hosts); i++) {
		_cleanup_free_ char *host = json_dumps(json_array_get(hosts, i), JSON_ENCODE_ANY);
		struct slice it;

		if (host && linescan(host, strlen(host), name, 1, &it))
			scene_name(&s->hosts, it);
	}
	return 0;
}

static enum scene_kind kind_of(struct slice ev)
{
	size_t k = 0;

	while (k < SCENE_OTHER && !slice_is(ev, kind_names[k]))
		k++;
	return (enum scene_kind)k;
}

static void keep_text(struct scene *s, const char *line, size_t len)
{
	while (s->room - s->used < len) {
		s->room = s->room ? 2 * s->room : 1 << 16;
		s->text = realloc(s->text, s->room);
		if (!s->text)
			abort();
	}
	memcpy(s->text + s->used, line, len);
	s->used += len;
}

int scene_line(struct scene *s, const char *line, size_t len, struct err *err)
{
	const struct item *last = s->n_items ? &s->items[s->n_items - 1] : NULL;
	struct item it = { .at = s->used, .len = (uint32_t)len, .row = -1 };
	struct slice f[FIELDS] = { 0 };
	int rc;

	if (!linescan(line, len, field_names, FIELDS, f) && last)
		return err_set(err, EINVAL, "not an event");
	if (s->n_items == ITEMS_MAX || len > TEXT_MAX - s->used)
		return err_set(err, E2BIG, "more than there is room for");
	rc = last ? 0 : add_header(s, line, len, f, err);
	if (rc < 0)
		return rc;
	it.kind = (uint8_t)kind_of(f[FIELD_EV]);
	it.t = slice_int(f[FIELD_T]);
	if (last) {
		it.t = it.t < last->t ? last->t : it.t;
		it.rows = last->rows;
		it.conn = last->conn;
		it.step = last->step;
	}
	if (it.kind == SCENE_CONN)
		add_conn(s, f);
	if (it.kind == SCENE_STEP)
		it.step++;
	if (scene_conn_get(s, slice_int(f[FIELD_CONN])))
		it.conn = (int32_t)slice_int(f[FIELD_CONN]);
	indices_add(&s->of[it.kind], (uint32_t)s->n_items);
	scene_socket_add(s, &it, f);
	scene_row_add(s, &it, f);
	it.rows = (int32_t)s->n_rows;
	keep_text(s, line, len);
	s->items = grow(s->items, s->n_items, &s->items_room, sizeof(it));
	s->items[s->n_items++] = it;
	return 0;
}

int scene_event(void *scene, json_t *ev, struct err *err)
{
	_cleanup_free_ char *line = json_dumps(ev, JSON_COMPACT);

	if (!line)
		return err_set(err, EINVAL, "an event that cannot be written");
	return scene_line(scene, line, strlen(line), err);
}

static bool verdict_is_last(const struct scene *s)
{
	return s->n_items && s->items[s->n_items - 1].kind == SCENE_VERDICT;
}

int scene_read(struct scene *s, const char *path, struct err *err)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	_cleanup_free_ char *line = NULL;
	size_t room = 0, n = 0;
	ssize_t len;

	if (!f)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	while ((len = getline(&line, &room, f)) > 0) {
		bool whole = line[len - 1] == '\n';
		struct err why = ERR_INIT;
		int rc = scene_line(s, line, (size_t)len - whole, &why);

		n++;
		if (rc < 0 && n > 1 && !whole && why.code == EINVAL)
			break; /* cut off in the middle of a line */
		if (rc < 0) {
			*err = why;
			return err_context(err, "%s:%zu", path, n);
		}
	}
	if (ferror(f))
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	if (n == 0)
		return scene_line(s, "", 0, err);
	if (verdict_is_last(s))
		return 0;
	err_set(err, ENODATA, "%s:%zu: the record was cut off: it has no verdict", path, n);
	return err_remedy(err, "what there is was shown; run the lab again for the rest");
}

json_int_t scene_newer(const struct scene *s)
{
	return s->newer;
}

long scene_count(const struct scene *s)
{
	return (long)s->n_items;
}

enum scene_kind scene_kind(const struct scene *s, long i)
{
	return (enum scene_kind)s->items[i].kind;
}

json_int_t scene_t(const struct scene *s, long i)
{
	return s->items[i].t;
}

json_t *scene_json(const struct scene *s, long i)
{
	/* remembering what was read changes nothing that can be seen */
	struct scene *kept = (struct scene *)s;
	size_t slot = (size_t)i % SCENE_CACHE;

	if (kept->cache[slot].i != i) {
		json_decref(kept->cache[slot].json);
		kept->cache[slot].i = i;
		kept->cache[slot].json =
			json_loadb(s->text + s->items[i].at, s->items[i].len, 0, NULL);
		if (!kept->cache[slot].json)
			kept->cache[slot].json = json_object();
	}
	return json_incref(kept->cache[slot].json);
}

const struct indices *scene_of(const struct scene *s, enum scene_kind kind)
{
	return &s->of[kind];
}

long scene_step(const struct scene *s, long i)
{
	int32_t n = s->items[i].step;

	return n ? (long)s->of[SCENE_STEP].at[n - 1] : -1;
}

static bool to_see(const struct scene *s, long i)
{
	return s->items[i].kind != SCENE_COUNTER && s->items[i].kind != SCENE_CONN &&
	       s->items[i].kind != SCENE_SOCKET;
}

long scene_reach(const struct scene *s, long i, json_int_t now)
{
	json_int_t until = s->items[i].t + RECORD_RIGHT_AFTER;
	long k = i;

	if (now > until)
		until = now;
	while (k + 1 < (long)s->n_items && !to_see(s, k + 1) && s->items[k + 1].t <= until)
		k++;
	return k;
}

long scene_next(const struct scene *s, long i)
{
	for (long k = i + 1; k < (long)s->n_items; k++)
		if (to_see(s, k))
			return k;
	return i;
}

long scene_prev(const struct scene *s, long i)
{
	for (long k = i - 1; k >= 0; k--)
		if (to_see(s, k))
			return k;
	return i;
}

long scene_when(const struct scene *s, json_int_t t)
{
	long low = 0, high = (long)s->n_items;

	while (low < high) {
		long middle = low + (high - low) / 2;

		if (s->items[middle].t <= t)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? scene_prev(s, low) : 0;
}

/* What an event is searched in, one after the other: its words, in the same memory each time. */
struct search {
	FILE *out;
	char *words;
	size_t size;
	enum lang lang;
};

static bool speaks_of(const struct scene *s, long i, const char *text, struct search *in)
{
	const struct item *it = &s->items[i];
	json_auto_t *ev = NULL;

	rewind(in->out);
	fwrite(s->text + it->at, 1, it->len, in->out);
	fputc(0, in->out);
	fflush(in->out);
	if (strcasestr(in->words, text))
		return true;
	/* a state's words are those of its line */
	if (it->kind == SCENE_STATE)
		return false;
	ev = scene_json(s, i);
	rewind(in->out);
	phrase_event(in->out, ev, in->lang);
	fputc(0, in->out);
	fflush(in->out);
	return strcasestr(in->words, text);
}

long scene_find(const struct scene *s, const char *text, long from, int dir, enum lang lang)
{
	struct search in = { .lang = lang };
	long i = from + dir;

	in.out = open_memstream(&in.words, &in.size);
	if (!in.out)
		abort();
	while (i >= 0 && i < (long)s->n_items && !(to_see(s, i) && speaks_of(s, i, text, &in)))
		i += dir;
	fclose(in.out);
	free(in.words);
	return i < (long)s->n_items ? i : -1;
}

/* How many calls may begin while one waits, and it is still found. */
#define CALLS_BACK 256

long scene_call(const struct scene *s, long i)
{
	const struct indices *calls = &s->of[SCENE_CALL];
	json_auto_t *ev = scene_json(s, i);
	size_t n = indices_until(calls, i);

	for (size_t k = 0; k < n && k < CALLS_BACK; k++) {
		long at = (long)calls->at[n - 1 - k];
		json_auto_t *call = scene_json(s, at);

		if (field_int(call, "id") == field_int(ev, "id"))
			return at;
	}
	return -1;
}

long scene_conn(const struct scene *s, long i)
{
	return s->items[i].conn;
}

size_t scene_hosts(const struct scene *s)
{
	return s->hosts.n;
}

const char *scene_host(const struct scene *s, size_t host)
{
	return host < s->hosts.n ? s->hosts.list[host].text : "";
}

/* With two hosts the first one stays on the left, whoever opens the connection. */
static void sides(const struct scene *s, const struct item *it, int side[2])
{
	const struct scene_conn *c = scene_conn_get(s, it->conn);
	size_t named = json_array_size(json_object_get(s->header, "hosts"));

	side[0] = s->hosts.n > 0 ? 0 : -1;
	side[1] = s->hosts.n > 1 ? 1 : -1;
	if (named > 2 && c) {
		side[0] = c->host[0];
		side[1] = c->host[1];
	}
}

int scene_side(const struct scene *s, const struct item *it, int host)
{
	int side[2];

	sides(s, it, side);
	for (int i = 0; i < 2; i++)
		if (host >= 0 && side[i] == host)
			return i;
	return -1;
}

void scene_sides(const struct scene *s, long i, int side[2])
{
	sides(s, &s->items[i], side);
}
