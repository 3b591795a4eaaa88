/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_SCENE_H
#define RUNNER_SCENE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lang.h"

struct err;
struct indices;
struct scene;

/*
 * A whole record in memory, to be looked at from any of its events: theory in scene.c.
 * Events are numbered from 0, the header. scene_row.h has the rows of the ladder,
 * scene_socket.h the sockets.
 */

enum scene_kind {
	/* clang-format off */
	SCENE_HEADER, SCENE_STEP, SCENE_NOTE, SCENE_VALUE, SCENE_PREDICT, SCENE_CONN,
	SCENE_CALL, SCENE_RETURN, SCENE_PACKET, SCENE_LOST, SCENE_HELD, SCENE_ICMP,
	SCENE_PACKETS, SCENE_STATE, SCENE_STATES, SCENE_SOCKET, SCENE_COUNTER, SCENE_EXPECT, SCENE_VERDICT,
	SCENE_OTHER, SCENE_KINDS
	/* clang-format on */
};

struct scene *scene_new(void);
void scene_free(struct scene *s);

/**
 * scene_line() - the next line of a record, without its newline.
 * Return: 0; -EINVAL when it is no event, or the first is no header; -E2BIG when there is no room.
 */
int scene_line(struct scene *s, const char *line, size_t len, struct err *err);

/** scene_event() - the next event; @scene is a struct scene. Return: as scene_line(). */
int scene_event(void *scene, json_t *ev, struct err *err);

/**
 * scene_read() - a record's file, as far as it goes.
 * Return: 0; -ENODATA when it was cut off; -EINVAL when something in it is no event (what came
 * before is there, if anything: scene_count()), -errno.
 */
int scene_read(struct scene *s, const char *path, struct err *err);

/** scene_newer() - Return: the format of a record that is newer than this tcplab, else 0. */
json_int_t scene_newer(const struct scene *s);

long scene_count(const struct scene *s);

/** Of event @i; the time never goes back. */
enum scene_kind scene_kind(const struct scene *s, long i);
json_int_t scene_t(const struct scene *s, long i);

/** scene_json() - Return: a new reference to what must not be changed, {} when it is unreadable. */
json_t *scene_json(const struct scene *s, long i);

/** scene_of() - the events of a kind; SCENE_STEP, for instance. */
const struct indices *scene_of(const struct scene *s, enum scene_kind kind);

/** scene_step() - the step in force at @i. Return: its event, -1 before the first. */
long scene_step(const struct scene *s, long i);

/**
 * scene_next(), scene_prev() - the nearest event after, before @i where there is something to see:
 * not a counter, a new connection, another queue or timer. Return: @i when there is none.
 */
long scene_next(const struct scene *s, long i);
long scene_prev(const struct scene *s, long i);

/** scene_when() - the last event with something to see at or before the time @t. */
long scene_when(const struct scene *s, json_int_t t);

/**
 * scene_find() - the next (@dir 1) or previous (-1) event after @from that speaks of @text,
 * whatever the case of its letters. Return: -1 when there is none.
 */
long scene_find(const struct scene *s, const char *text, long from, int dir, enum lang lang);

/** scene_call() - the call that ends with the event @i, a return. Return: -1 when it is far back.
 */
long scene_call(const struct scene *s, long i);

/** scene_conn() - the connection at hand at event @i: its number, 0 for none. */
long scene_conn(const struct scene *s, long i);

/** scene_hosts(), scene_host() - hosts that the header names, and the others of the record. */
size_t scene_hosts(const struct scene *s);
const char *scene_host(const struct scene *s, size_t host);

/**
 * scene_sides() - the hosts of the left and the right at event @i: those of the header if there are
 * two, else the ends of the connection at hand. -1: an address that no host has.
 */
void scene_sides(const struct scene *s, long i, int side[2]);

#endif
