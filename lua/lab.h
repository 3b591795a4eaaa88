/* SPDX-License-Identifier: MIT */
#ifndef LUA_LAB_H
#define LUA_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../netns/impair.h"
#include "../netns/world.h"

struct err;
struct lab;
struct lab_ops;

/* A text in the languages of the course; @zh may be NULL. UTF-8 without control characters but \n.
 */
struct lab_text {
	const char *en, *zh;
};

enum lab_param_kind {
	LAB_PARAM_INTEGER,
	LAB_PARAM_NUMBER,
	LAB_PARAM_DURATION,
	LAB_PARAM_BOOLEAN,
	LAB_PARAM_CHOICE,
};

/*
 * What a learner can turn. All values as text, the way they are typed:
 * `--param delay=20ms`.
 *
 * @fallback: the default
 * @min, @max: NULL when unbounded (never for a duration)
 * @choices:  separated by '|', for LAB_PARAM_CHOICE
 */
struct lab_param {
	const char *name;
	enum lab_param_kind kind;
	const char *value, *fallback, *min, *max, *choices;
	struct lab_text help;
};

/* A name and a value: a parameter, or HOST.sysctl. */
struct lab_setting {
	const char *name, *value;
};

#define LAB_MAX_SETTINGS 32

/*
 * Settings under which stated expectations must fail.
 *
 * @fails: the names of exactly those expectations that fail
 */
struct lab_counter_run {
	struct lab_text name;
	size_t n_params, n_sets, n_fails;
	struct lab_setting params[LAB_MAX_SETTINGS], sets[LAB_MAX_SETTINGS];
	const char *fails[LAB_MAX_SETTINGS];
};

/*
 * A program of the learner's that listens: `--server`. @cwd: where it starts, absolute
 */
struct lab_server {
	size_t n;
	const char *const *words;
	const char *cwd;
};

/*
 * What a lab file says about itself before it runs.
 *
 * @id:     file name without directory and .lua
 * @lesson: name of its lesson, or NULL
 * @toward: impairments on the way to each host
 * @takes_server: it can do something with a server of the learner's
 * @needs:  "netem", "virtual clock", "lab kernel", "6.5" (a kernel since that version)
 * @sets:   sysctls that the lab itself sets on its hosts
 * @limit:  a run longer than this (ns of the run's clock) is broken
 * @length: about how long a run takes (ns) in the form that is played, 0 when not said
 * @full_length: the same of the full form
 */
struct lab_meta {
	const char *id, *path;
	struct lab_text title, summary;
	const char *lesson;
	bool takes_server;
	size_t n_hosts;
	const char *hosts[WORLD_MAX_HOSTS];
	struct impairment toward[WORLD_MAX_HOSTS];
	size_t n_needs;
	const char *needs[8];
	size_t n_params, n_sets, n_counter_runs;
	const struct lab_param *params;
	const struct lab_setting *sets;
	const struct lab_counter_run *counter_runs;
	int64_t limit, length, full_length;
};

/*
 * How to read a lab.
 *
 * @params: values for its parameters, as --param gives them
 * @full:   the form that takes as long as it takes; a lab kernel plays no other
 * @virtual_clock: it will be played on one
 * @server: the learner's own, or NULL
 * @kernel_release: of the kernel that it will be played on; NULL: the one that runs
 */
struct lab_load_options {
	const struct lab_setting *params;
	size_t n_params;
	bool full, virtual_clock;
	const struct lab_server *server;
	const char *kernel_release;
};

/**
 * lab_load() - read a lab file: run its chunk, in the sandbox, up to but not
 * including run().
 * @options: NULL for none
 * Errors name file:line and, for a syntax error, show the line. A parameter
 * that the lab does not have, or out of its range, is -EINVAL and lists what there is.
 * Return: 0 or -errno.
 */
int lab_load(const char *path, const struct lab_load_options *options, struct lab **out,
	     struct err *err);
void lab_free(struct lab *lab);
const struct lab_meta *lab_meta(const struct lab *lab);

/*
 * Playing it. Actors are coroutines, numbered from 0 (run() itself) in order
 * of their start. After lab_start() and after each lab_resume() the engine
 * looks at what every actor waits for and resumes those whose wait is over.
 */
enum lab_wait_kind {
	LAB_WAIT_NOTHING, /* resume it now */
	LAB_WAIT_FD,      /* until @fd has one of @events, or @deadline */
	LAB_WAIT_TIME,    /* until @deadline */
	LAB_WAIT_EXPECT,  /* until the engine has judged; then lab_resume(LAB_WAKE_READY) */
	LAB_WAIT_ACTOR,   /* for another actor; lua/ turns it into LAB_WAIT_NOTHING itself */
	LAB_WAIT_ENDED,   /* never again */
};

/*
 * @events:   of epoll(7)
 * @deadline: run clock, ns; -1 for none
 * @what:     for people: "accept() at handshake.lua:12"; valid until it is resumed
 */
struct lab_wait {
	enum lab_wait_kind kind;
	int fd;
	uint32_t events;
	int64_t deadline;
	const char *what;
};

enum lab_wake { LAB_WAKE_READY, LAB_WAKE_TIMEOUT };

int lab_start(struct lab *lab, const struct lab_ops *ops, void *engine, struct err *err);
size_t lab_actor_count(const struct lab *lab);
const struct lab_wait *lab_actor_wait(const struct lab *lab, size_t actor);

/**
 * lab_resume() - let an actor go on until it waits again.
 * Return: 0; or -errno when the script failed (message with file:line and what
 * it was doing): misuse of the interface, a Lua error, a limit.
 */
int lab_resume(struct lab *lab, size_t actor, enum lab_wake why, struct err *err);

/**
 * lab_watchdog() - what to do when a script uses 5 s of processor time inside one C
 * function, where Lua's own limits do not reach: @fatal is called in a signal
 * handler (SIGPROF), may use only async-signal-safe functions, and must not return.
 * Once in each process that loads or plays labs, by the thread that does; NULL ends it.
 */
void lab_watchdog(void (*fatal)(const char *message));

/** lab_open_sockets() - descriptors that the script holds; NULL: all labs of this process. */
size_t lab_open_sockets(const struct lab *lab);

#endif
