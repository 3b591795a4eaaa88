/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../netns/err.h"
#include "field.h"
#include "phrase.h"

/*
 * One object a run, on one line, as the record ends. Everything that is not
 * printable ASCII is written as \u escapes: JSON itself would let C1 controls and
 * bidirectional overrides through to a terminal.
 *
 * @run: the object so far, NULL between two records
 */
struct view {
	FILE *out;
	json_t *run;
};

static struct view *json_view_open(const struct view_options *opt)
{
	struct view *v = calloc(1, sizeof(*v));

	if (!v)
		abort();
	v->out = opt->paper.out;
	return v;
}

static int put(struct view *v, struct err *err)
{
	view_put_json(v->out, v->run);
	fputc('\n', v->out);
	json_decref(v->run);
	v->run = NULL;
	return view_written(v->out, err);
}

static void take_header(struct view *v, const json_t *ev)
{
	static const char *const same[] = { "lab",    "file", "clock", "counter_run",
					    "params", "set",  "seed" };
	const json_t *kernel = json_object_get(ev, "kernel");

	v->run = json_object();
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (field_has(ev, same[i]))
			json_object_set(v->run, same[i], json_object_get(ev, same[i]));
	json_object_set(v->run, "kernel", json_object_get(kernel, "release"));
	json_object_set(v->run, "kernel_kind", json_object_get(kernel, "kind"));
	json_object_set(v->run, "impair",
			json_object_get(json_object_get(ev, "impair"), "backend"));
	json_object_set_new(v->run, "expectations", json_array());
}

/* The engine's English words, else the same made here. */
static json_t *words(const json_t *ex, const char *field,
		     void (*say)(FILE *out, const json_t *ex, enum lang lang))
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f;

	if (*field_text(ex, field))
		return json_string(field_text(ex, field));
	f = open_memstream(&text, &size);
	if (!f)
		abort();
	say(f, ex, LANG_EN);
	fclose(f);
	return json_string(text);
}

static json_t *ms(json_int_t ns)
{
	return json_real((double)ns / NS_PER_MS);
}

static void take_expect(struct view *v, const json_t *ev)
{
	json_t *ex = json_object();

	json_object_set(ex, "name", json_object_get(ev, "name"));
	json_object_set(ex, "verdict", json_object_get(ev, "verdict"));
	json_object_set_new(ex, "expected", words(ev, "expected", phrase_expected));
	json_object_set_new(ex, "seen", words(ev, "seen", phrase_seen));
	json_object_set_new(ex, "at_ms",
			    field_has(ev, "seen_t") ? ms(field_int(ev, "seen_t")) : json_null());
	json_object_set(ex, "where", json_object_get(ev, "where"));
	json_array_append_new(json_object_get(v->run, "expectations"), ex);
}

static int take_verdict(struct view *v, const json_t *ev, struct err *err)
{
	static const char *const same[] = { "verdict", "why", "remedy", "where", "unseen" };

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (field_has(ev, same[i]))
			json_object_set(v->run, same[i], json_object_get(ev, same[i]));
	json_object_set_new(v->run, "duration_ms", ms(field_int(ev, "wall")));
	json_object_set_new(v->run, "virtual_ms", ms(field_int(ev, "run")));
	return put(v, err);
}

static int cut_off(struct view *v, struct err *err)
{
	if (!v->run)
		return 0;
	json_object_set_new(v->run, "verdict", json_string("broken"));
	json_object_set_new(v->run, "why", json_string("the record ends without a verdict"));
	return put(v, err);
}

static int json_view_event(struct view *v, json_t *ev, struct err *err)
{
	int rc = 0;

	if (field_is(ev, "ev", "header")) {
		rc = cut_off(v, err);
		take_header(v, ev);
	} else if (v->run && field_is(ev, "ev", "expect")) {
		take_expect(v, ev);
	} else if (v->run && field_is(ev, "ev", "verdict")) {
		rc = take_verdict(v, ev, err);
	}
	return rc;
}

static int json_view_close(struct view *v, struct err *err)
{
	int rc = cut_off(v, err);

	if (rc == 0)
		rc = view_written(v->out, err);
	free(v);
	return rc;
}

const struct view_ops view_json = {
	.name = "json",
	.open = json_view_open,
	.event = json_view_event,
	.close = json_view_close,
};
