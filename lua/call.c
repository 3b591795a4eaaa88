/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../netns/duration.h"
#include "sock.h"

void call_begin(lua_State *L, int64_t timeout)
{
	struct lab *lab = script_lab(L);
	struct actor *a = script_actor(lab);

	if (++lab->n_calls > SCRIPT_MAX_CALLS)
		confine_kill(L, "a lab can make %d socket calls", SCRIPT_MAX_CALLS);
	a->reported = false;
	a->t0 = lab->ops->now(lab->engine);
	a->timeout = timeout;
	a->deadline = timeout < 0 ? -1 : a->t0 + timeout;
	a->woken = LAB_WAKE_READY;
}

static uint64_t report(struct lab *lab, const struct sock *s, const char *op, const char *args,
		       int64_t result, int error, bool pending)
{
	struct lab_call call = {
		.t0 = script_actor(lab)->t0,
		.host = s->host,
		.actor = (unsigned)lab->current,
		.op = op,
		.args = args,
		.fd = s->fd,
		.result = error ? 0 : result,
		.error = error,
		.pending = pending,
	};

	return lab->ops->called(lab->engine, &call);
}

void call_pend(lua_State *L, struct sock *s, const char *op, const char *args)
{
	struct lab *lab = script_lab(L);
	struct actor *a = script_actor(lab);

	if (a->reported)
		return;
	a->call_id = report(lab, s, op, args, 0, 0, true);
	a->reported = true;
}

void call_end(lua_State *L, const struct sock *s, const char *op, const char *args, int64_t result,
	      int error)
{
	struct lab *lab = script_lab(L);
	struct actor *a = script_actor(lab);

	if (a->reported)
		lab->ops->returned(lab->engine, a->call_id, error ? 0 : result, error, s->fd);
	else
		report(lab, s, op, args, result, error, false);
	a->reported = false;
}

int call_failed(lua_State *L, const char *op, int error)
{
	lua_pushnil(L);
	lua_pushfstring(L, "%s: %s", op, strerror(error));
	lua_pushstring(L, err_name(error));
	return 3;
}

int call_timed_out(lua_State *L)
{
	char text[DURATION_MAX_TEXT];

	lua_pushnil(L);
	lua_pushfstring(L, "timed out after %s",
			duration_format(script_actor(script_lab(L))->timeout, text));
	lua_pushliteral(L, "TIMEOUT");
	return 3;
}

int call_wait(lua_State *L, struct sock *s, const char *op, uint32_t events, lua_KContext ctx,
	      lua_KFunction k)
{
	s->waiters++;
	script_actor(script_lab(L))->there = s->host;
	return actor_wait_fd(L, op, s->fd, events, ctx, k);
}

void call_woken(struct sock *s)
{
	s->waiters--;
}
