/* SPDX-License-Identifier: MIT */
#include "announce.h"

#include <jansson.h>

#include "../lua/lab.h"
#include "../netns/duration.h"
#include "engine.h"
#include "enginestate.h"
#include "judge.h"
#include "record.h"

/* What @actor waits for; NULL when it waits for another actor, or has ended. */
static json_t *what_for(const struct engine *e, unsigned actor)
{
	const struct lab_wait *w = lab_actor_wait(e->spec->lab, actor);
	json_t *o;

	switch (w->kind) {
	case LAB_WAIT_EXPECT:
		return judge_question(e->judge, actor);
	case LAB_WAIT_TIME:
	case LAB_WAIT_FD:
		o = json_pack("{s:s}", "op", w->what ? w->what : "");
		if (o && w->deadline >= 0)
			json_object_set_new(o, "until", json_integer((json_int_t)w->deadline));
		return o;
	case LAB_WAIT_NOTHING:
	case LAB_WAIT_ACTOR:
	case LAB_WAIT_ENDED:
		break;
	}
	return NULL;
}

void announce_wait(struct engine *e, int64_t due)
{
	json_t *o = NULL;

	if (due - engine_now(e) < NS_PER_S)
		return;
	/* run() first: it is what tells the story. */
	for (unsigned i = 0; !o && i < lab_actor_count(e->spec->lab); i++)
		o = what_for(e, i);
	if (o)
		record_aside(e->rec, "wait", engine_now(e), o);
}
