/* SPDX-License-Identifier: MIT */
/*
 * host:burst(target, port, { listener =, count =, … }): very many connections in one call.
 *
 * netns/burst.c makes them, a slice at a time, so that the watchdog and the limits of the
 * script see progress. The engine takes no turn in between. An accepted socket inherits that its
 * listener aborts at the end of the process (sock.c), which would be an RST here: for so long it is
 * undone. What close = "none" leaves
 * open is held by a userdata of this file, which belongs to the actor that called, as a socket
 * does.
 */
#include "burst.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../netns/burst.h"
#include "../netns/duration.h"
#include "options.h"
#include "sock.h"
#include "sockset.h"

#define MAX_ROUNDS 65535
#define SLICE      1024
/* The segments of as many are looked at; of a larger burst, only those of the first window are. */
#define LOOKED_AT 2048
#define TIMEOUT   (5 * NS_PER_S)

static const char kept_key;

/*
 * @host:  of the side that connected, and of the side that accepted
 * @paired: every second descriptor is of the latter
 * @fd:    @n of them, those that were closed -1
 */
struct keptset {
	unsigned host[2];
	bool paired;
	size_t actor;
	unsigned n;
	int fd[];
};

/* Abort at the end of the process, as sock.c says; close() by a crash is an ordinary one. */
static void linger(const struct keptset *k, unsigned from, unsigned to, bool abort_then)
{
	const struct linger how = { .l_onoff = abort_then, .l_linger = 0 };

	for (unsigned i = from; i < to; i++)
		setsockopt(k->fd[i], SOL_SOCKET, SO_LINGER, &how, sizeof(how));
}

static unsigned host_of(const struct keptset *k, unsigned i)
{
	return k->host[k->paired && i % 2];
}

static void let_go(lua_State *L, struct keptset *k, unsigned i)
{
	close(k->fd[i]);
	k->fd[i] = -1;
	sock_counted(L, -1);
}

static int kept_gc(lua_State *L)
{
	struct keptset *k = luaL_checkudata(L, 1, "burst");

	for (unsigned i = 0; i < k->n; i++) {
		if (k->fd[i] >= 0)
			let_go(L, k, i);
	}
	return 0;
}

/* All of @actor on @host. Return: how many descriptors. */
static unsigned of_actor(lua_State *L, size_t actor, unsigned host, bool crash)
{
	unsigned n = 0;

	lua_rawgetp(L, LUA_REGISTRYINDEX, &kept_key);
	for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++, lua_pop(L, 1)) {
		struct keptset *k = lua_touserdata(L, -1);

		for (unsigned j = 0; k->actor == actor && j < k->n; j++) {
			if (k->fd[j] < 0 || host_of(k, j) != host)
				continue;
			n++;
			if (!crash)
				continue;
			linger(k, j, j + 1, false);
			let_go(L, k, j);
		}
	}
	lua_pop(L, 2);
	return n;
}

unsigned burst_kept(lua_State *L, size_t actor, unsigned host)
{
	return of_actor(L, actor, host, false);
}

void burst_crash(lua_State *L, size_t actor, unsigned host)
{
	of_actor(L, actor, host, true);
}

/* Pushes it; the registry has it too. */
static struct keptset *new_kept(lua_State *L, unsigned host, const struct sock *listener,
				unsigned room)
{
	struct keptset *k = lua_newuserdatauv(L, sizeof(*k) + room * sizeof(k->fd[0]), 0);

	*k = (struct keptset){ .host = { host, listener ? listener->host : host },
			       .paired = listener,
			       .actor = script_lab(L)->current };
	luaL_setmetatable(L, "burst");
	lua_rawgetp(L, LUA_REGISTRYINDEX, &kept_key);
	lua_pushvalue(L, -2);
	lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
	lua_pop(L, 1);
	return k;
}

static enum burst_close close_option(lua_State *L, bool listener)
{
	static const char *const names[] = {
		[BURST_CLIENT] = "client", [BURST_SERVER] = "server", [BURST_NONE] = "none"
	};
	const char *said = options_string(L, 4, 4, "close");

	for (int i = 0; said && i < 3; i++) {
		if (strcmp(said, names[i]) != 0)
			continue;
		if (i == BURST_SERVER && !listener)
			options_error(L, 4, "close = \"server\" needs listener = a listener of it");
		return (enum burst_close)i;
	}
	if (said)
		options_error(L, 4, "close = '%.20s' is not \"client\", \"server\" or \"none\"",
			      said);
	return BURST_CLIENT;
}

/* The open listener of the options, or NULL. */
static struct sock *listener_option(lua_State *L)
{
	struct sock *s;

	lua_getfield(L, 4, "listener");
	if (lua_isnil(L, -1))
		return NULL;
	s = luaL_testudata(L, -1, "socket");
	if (!s || !s->listener)
		options_error(L, 4, "listener has to be a socket made by listen()");
	if (s->fd < 0)
		options_error(L, 4, "listener is closed");
	return s;
}

/* All of it, in slices. Return: 0 or -errno. */
static int run(lua_State *L, struct burst_spec *spec, unsigned host, const struct endpoint *to,
	       unsigned count, struct burst_result *all, struct keptset *kept, struct err *err)
{
	const struct lab *lab = script_lab(L);
	const unsigned first = spec->first;
	const unsigned slice = count > LOOKED_AT ? BURST_WINDOW : SLICE;
	int rc = 0;

	*all = (struct burst_result){ .done = 0 };
	while (rc == 0 && all->done < count && !all->error) {
		struct burst_result part;

		const unsigned most = all->done ? SLICE : slice;

		spec->count = count - all->done < most ? count - all->done : most;
		spec->first = first ? first + all->done : 0;
		spec->kept = kept ? kept->fd + kept->n : NULL;
		watchdog_arm();
		if (count > LOOKED_AT && all->done == slice)
			rc = lab->ops->look_away(lab->engine, host, to, true, err);
		if (rc < 0)
			break;
		rc = lab->ops->burst(lab->engine, spec, &part, err);
		if (kept) {
			kept->n += part.n_kept;
			linger(kept, kept->n - part.n_kept, kept->n, true);
			sock_counted(L, (int)part.n_kept);
		}
		all->done += part.done;
		all->error = part.error;
		all->where = part.where;
	}
	if (rc == 0 && count > LOOKED_AT)
		rc = lab->ops->look_away(lab->engine, host, to, false, err);
	return rc;
}

int burst_host(lua_State *L)
{
	static const char *const keys[] = { "listener", "count",   "first", "close",
					    "family",   "timeout", NULL };
	const struct lab *lab = script_lab(L);
	struct sock self = { .fd = -1 };
	struct burst_spec spec = { .listener = -1 };
	struct sockaddr_storage to;
	struct burst_result done;
	struct keptset *kept = NULL;
	const struct sock *listener;
	struct err err = ERR_INIT;
	struct endpoint ep;
	char args[160], text[ENDPOINT_MAX_TEXT];
	unsigned count;
	int rc;

	lua_settop(L, 4);
	self.host = host_at(L, 1);
	host_alive(L, self.host, "burst");
	luaL_checktype(L, 4, LUA_TTABLE);
	options_check(L, 4, 4, keys);
	spec.to_len = host_target(L, &to);
	spec.to = (const struct sockaddr *)&to;
	ep = endpoint_from(&to);
	count = (unsigned)options_integer(L, 4, 4, "count", 0, 1, MAX_ROUNDS);
	if (!count)
		options_error(L, 4, "how many? Write count = 1000");
	spec.first = (unsigned)options_integer(L, 4, 4, "first", 0, 1, 65535);
	spec.timeout = options_duration(L, 4, 4, "timeout", TIMEOUT);
	listener = listener_option(L);
	spec.listener = listener ? listener->fd : -1;
	spec.close = close_option(L, listener);
	spec.ns = lab->ops->netns(lab->engine, self.host);
	if (spec.close == BURST_NONE) {
		sock_room(L, 2 * count);
		kept = new_kept(L, self.host, listener, 2 * count);
	}
	call_begin(L, -1);
	lab->ops->crowd(lab->engine, self.host, &ep, true);
	if (listener)
		sock_abort_at_exit(listener, false);
	rc = run(L, &spec, self.host, &ep, count, &done, kept, &err);
	if (listener)
		sock_abort_at_exit(listener, true);
	lab->ops->crowd(lab->engine, self.host, &ep, false);
	endpoint_format(&ep, text);
	snprintf(args, sizeof(args), "%u of %u connections to %s", done.done, count, text);
	if (done.error)
		snprintf(args + strlen(args), sizeof(args) - strlen(args), ", then %s() failed",
			 done.where);
	call_end(L, &self, "burst", args, done.done, rc < 0 ? -rc : done.error);
	if (rc < 0)
		return script_raise(L, &err);
	lua_pushinteger(L, done.done);
	if (!done.error)
		return 1;
	lua_pushfstring(L, "%s: %s", done.where, strerror(done.error));
	lua_pushstring(L, err_name(done.error));
	return 3;
}

void burst_open(lua_State *L)
{
	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &kept_key);
	luaL_newmetatable(L, "burst");
	lua_pushcfunction(L, kept_gc);
	lua_setfield(L, -2, "__gc");
	lua_pushliteral(L, "burst");
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 1);
}
