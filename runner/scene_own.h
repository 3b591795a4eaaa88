/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_SCENE_OWN_H
#define RUNNER_SCENE_OWN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "indices.h"
#include "linescan.h"
#include "scene.h"
#include "scene_row.h"
#include "scene_socket.h"

/* What scene.c, scene_row.c and scene_socket.c share. */

#define SCENE_HOSTS_MAX 64

/* Fields that are looked for in every line. */
enum scene_field {
	FIELD_EV,
	FIELD_T,
	FIELD_HOST,
	FIELD_CONN,
	FIELD_SEG,
	FIELD_DIR,
	FIELD_ID,
	FIELD_PORT,
	FIELD_FROM,
	FIELD_TO,
	FIELD_NAME,
	FIELD_DELTA,
	FIELD_COUNT,
	FIELD_A,
	FIELD_B,
	FIELDS
};

/*
 * An event.
 * @at, @len: its line in the text
 * @row:  the row that it is about, -1 for none; @rows: how many there are by then
 * @conn: the connection at hand; @step: the number of steps begun
 */
struct item {
	size_t at;
	json_int_t t;
	uint32_t len;
	int32_t row, rows, conn, step;
	uint8_t kind;
};

/* A name that is interned: as it is written in the record, and what that says. */
struct name {
	char *raw, *text;
	size_t raw_len;
};

struct names {
	struct name *list;
	size_t n, most;
};

/* @host: of both ends, -1 for none; @socket: of both ends, -1 before it was anything */
struct scene_conn {
	int host[2];
	int32_t socket[2];
};

/*
 * What a socket is from @event on.
 * @entered: the event since which it is in @state
 */
struct change {
	uint32_t event, entered;
	uint8_t state;
};

/* A socket from first to last. */
struct history {
	int host;
	int32_t conn;
	json_int_t port;
	struct change *changes;
	size_t n, room;
};

/* Folded changes of state. */
struct fold {
	uint32_t event;
	int host;
	uint8_t from, to;
	json_int_t count;
};

/* A counter of a host. */
struct tally {
	int host;
	size_t name;
	struct indices events;
	json_int_t *deltas;
};

#define SCENE_CACHE 1024

struct scene {
	char *text;
	size_t used, room;
	struct item *items;
	size_t n_items, items_room;
	json_t *header;
	json_int_t newer;
	struct indices of[SCENE_KINDS];
	struct names hosts, states, counters;
	struct scene_conn *conns;
	size_t n_conns, conns_room;
	struct history *histories;
	size_t n_histories, histories_room;
	struct fold *folds;
	size_t n_folds, folds_room;
	struct tally *tallies;
	size_t n_tallies, tallies_room;
	struct scene_row *rows;
	size_t n_rows, rows_room;
	int32_t *row_of_seg;
	size_t n_segs;
	struct {
		long i;
		json_t *json;
	} cache[SCENE_CACHE];
};

/** scene_name() - the number of a name that is written as @s; -1 for none, or too many. */
int scene_name(struct names *names, struct slice s);

/** scene_conn_get() - Return: NULL when it is not known. */
struct scene_conn *scene_conn_get(const struct scene *s, json_int_t id);

/** scene_row_add() - take the event @it with these fields into the rows. */
void scene_row_add(struct scene *s, struct item *it, const struct slice *f);

/** scene_socket_add() - the same for sockets and counters. */
void scene_socket_add(struct scene *s, const struct item *it, const struct slice *f);

/**
 * scene_reach() - what has happened when event @i is looked at, at time @now: the event itself, and
 * those right after it that are nothing to see by themselves.
 * Return: the last of them.
 */
long scene_reach(const struct scene *s, long i, json_int_t now);

/** scene_side() - the side of @host at event @it; -1 for none. */
int scene_side(const struct scene *s, const struct item *it, int host);

#endif
