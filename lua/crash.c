/* SPDX-License-Identifier: MIT */
/*
 * host:crash(actor): the process that an actor plays dies.
 *
 * What is left of a process that was killed is what its kernel does with the descriptors, which
 * is close(2) of each: FIN, or RST where data was not read. A socket belongs to the actor that
 * opened or accepted it. A process lives on one host, so an actor with sockets elsewhere is misuse.
 *
 * The actor ends where it waits; its pending call never returns. Its coroutine is never resumed, so
 * <close> variables of it stay as they are: their sockets are closed already. Who waits in another
 * actor for one of its sockets finds it closed: EBADF.
 */
#include "burst.h"
#include "sock.h"
#include "sockset.h"

/*
 * @fd: what the actor waits for, -1 when for nothing
 */
struct victims {
	struct lab *lab;
	size_t actor;
	unsigned host, here, elsewhere;
	int fd;
};

static void count(struct sock *s, void *arg)
{
	struct victims *v = arg;

	if (s->actor != v->actor || s->fd < 0)
		return;
	if (s->host == v->host)
		v->here++;
	else
		v->elsewhere++;
}

/* Nobody waits for @fd any more; whoever did finds out. */
static void wake(struct lab *lab, int fd)
{
	for (size_t i = 0; i < lab->n_actors; i++) {
		struct lab_wait *w = &lab->actors[i]->wait;

		if (w->kind == LAB_WAIT_FD && w->fd == fd)
			w->kind = LAB_WAIT_NOTHING;
	}
}

/* The actor has ended: it waits for nothing. */
static void unwait(struct sock *s, void *arg)
{
	const struct victims *v = arg;

	if (s->fd >= 0 && s->fd == v->fd)
		s->waiters--;
}

/* close(2) as the kernel does it for the dead. */
static void close_one(struct sock *s, void *arg)
{
	const struct victims *v = arg;
	const int fd = s->fd;

	if (s->actor != v->actor || fd < 0)
		return;
	sock_abort_at_exit(s, false);
	sock_let_go(s, v->lab);
	wake(v->lab, fd);
}

static void end_actor(lua_State *L, struct actor *a)
{
	if (a->wait.kind == LAB_WAIT_ENDED)
		return;
	if (!lua_checkstack(a->L, 4))
		confine_no_memory(L);
	lua_pushnil(a->L);
	lua_pushliteral(a->L, "crashed");
	actor_ended_with(script_lab(L), a, 2);
}

int crash_host(lua_State *L)
{
	struct lab *lab = script_lab(L);
	struct actor *a = luaL_checkudata(L, 2, "actor");
	struct victims v = { .lab = lab, .actor = a->index, .host = host_at(L, 1), .fd = -1 };

	lua_settop(L, 2);
	host_alive(L, v.host, "crash");
	if (a == script_actor(lab))
		return luaL_argerror(L, 2, "an actor cannot crash itself");
	if (a->wait.kind == LAB_WAIT_EXPECT)
		return luaL_argerror(L, 2,
				     "it waits in an expectation, which a process does not have; "
				     "expect in another actor");
	sock_each(L, count, &v);
	if (v.elsewhere)
		return luaL_argerror(L, 2,
				     "it has sockets on other hosts, and a process lives on one");
	lab->ops->crashed(lab->engine, v.host, (unsigned)a->index,
			  v.here + burst_kept(L, a->index, v.host));
	if (a->wait.kind == LAB_WAIT_FD)
		v.fd = a->wait.fd;
	end_actor(L, a);
	sock_each(L, unwait, &v);
	sock_each(L, close_one, &v);
	burst_crash(L, a->index, v.host);
	lab->ops->look(lab->engine, v.host);
	return 0;
}
