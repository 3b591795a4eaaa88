/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "columns.h"
#include "field.h"
#include "phrase.h"

/*
 * TAP version 14: a test point for each expectation, the plan at the end,
 * because only then their number is known. A lab that is skipped is one test point, unless it is
 * all there is: then the plan itself says so, "1..0 # SKIP why".
 *
 * @lab:     what test points begin with, clean; NULL outside of a record
 * @skipped: why the last lab was skipped, not written yet
 * @points:  written, in all and of this lab
 */
struct view {
	FILE *out;
	char *lab, *skipped;
	unsigned points, of_lab;
	bool begun;
};

static struct view *tap_open(const struct view_options *opt)
{
	struct view *v = calloc(1, sizeof(*v));

	if (!v)
		abort();
	v->out = opt->paper.out;
	return v;
}

/* In a description '#' begins a directive and '\' an escape. */
static void put_description(struct view *v, const char *text)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), 1, 0);

	for (const char *p = clean; *p; p++) {
		if (*p == '#' || *p == '\\')
			fputc('\\', v->out);
		fputc(*p, v->out);
	}
}

static void put_clean(struct view *v, const char *text)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), 1, 0);

	fputs(clean, v->out);
}

static void put_point(struct view *v, bool ok, const char *name)
{
	v->of_lab++;
	fprintf(v->out, "%s %u - ", ok ? "ok" : "not ok", ++v->points);
	put_description(v, v->lab);
	if (*name) {
		fputs(": ", v->out);
		put_description(v, name);
	}
}

/* A JSON string is a YAML double-quoted scalar. */
static void put_yaml(struct view *v, const char *key, const char *text)
{
	json_t *string = json_string(text);

	fprintf(v->out, "  %s", key);
	/* a string that is not UTF-8 cannot come out of a record: jansson refuses it */
	view_put_json(v->out, string);
	fputc('\n', v->out);
	json_decref(string);
}

static void put_words(struct view *v, const char *key, const json_t *ex, const char *field,
		      void (*say)(FILE *out, const json_t *ex, enum lang lang))
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f;

	if (*field_text(ex, field)) {
		put_yaml(v, key, field_text(ex, field));
		return;
	}
	f = open_memstream(&text, &size);
	if (!f)
		abort();
	say(f, ex, LANG_EN);
	fclose(f);
	put_yaml(v, key, text);
}

static void take_expect(struct view *v, const json_t *ev)
{
	const json_t *last = json_object_get(ev, "last");
	bool ok = field_is(ev, "verdict", "pass");

	put_point(v, ok, field_text(ev, "name"));
	fputc('\n', v->out);
	if (ok)
		return;
	fputs("  ---\n", v->out);
	put_words(v, "expected: ", ev, "expected", phrase_expected);
	put_words(v, "seen: ", ev, "seen", phrase_seen);
	put_yaml(v, "at: ", field_text(ev, "where"));
	if (json_array_size(last))
		fputs("  last:\n", v->out);
	for (size_t i = 0; i < json_array_size(last); i++) {
		const char *line = json_string_value(json_array_get(last, i));

		put_yaml(v, "  - ", line ? line : "");
	}
	fputs("  ...\n", v->out);
}

/* A skipped lab becomes a test point when it turns out not to be the only one. */
static void put_skipped(struct view *v)
{
	if (!v->skipped)
		return;
	assert(v->lab); /* take_verdict() keeps it for this */
	put_point(v, true, "");
	fputs(" # SKIP ", v->out);
	put_clean(v, v->skipped);
	fputc('\n', v->out);
	free(v->skipped);
	v->skipped = NULL;
}

static void put_broken(struct view *v, const char *why, const char *remedy)
{
	put_point(v, false, "");
	fputs("\n# broken: ", v->out);
	put_clean(v, why);
	fputc('\n', v->out);
	if (*remedy) {
		fputs("# remedy: ", v->out);
		put_clean(v, remedy);
		fputc('\n', v->out);
	}
}

static void end_lab(struct view *v)
{
	if (v->lab && !v->skipped)
		put_broken(v, "the record ends without a verdict", "");
	put_skipped(v);
	free(v->lab);
	v->lab = NULL;
}

static void take_header(struct view *v, const json_t *ev)
{
	const char *counter = lang_text(json_object_get(ev, "counter_run"), LANG_EN);

	end_lab(v);
	if (!v->begun)
		fputs("TAP version 14\n", v->out);
	v->begun = true;
	v->of_lab = 0;
	if (asprintf(&v->lab, *counter ? "%s (counter-run %s)" : "%s%s", field_text(ev, "lab"),
		     counter) < 0)
		abort();
}

static void take_verdict(struct view *v, const json_t *ev)
{
	if (field_is(ev, "verdict", "skip")) {
		v->skipped = strdup(field_text(ev, "why"));
		if (!v->skipped)
			abort();
		return; /* its name is needed until it is written */
	}
	if (field_is(ev, "verdict", "broken"))
		put_broken(v, field_text(ev, "why"), field_text(ev, "remedy"));
	else if (!v->of_lab) {
		put_point(v, field_is(ev, "verdict", "pass"), "");
		fputc('\n', v->out);
	}
	free(v->lab);
	v->lab = NULL;
}

static int tap_event(struct view *v, json_t *ev, struct err *err)
{
	if (field_is(ev, "ev", "header"))
		take_header(v, ev);
	else if (v->lab && field_is(ev, "ev", "expect"))
		take_expect(v, ev);
	else if (v->lab && field_is(ev, "ev", "verdict"))
		take_verdict(v, ev);
	return view_written(v->out, err);
}

static int tap_close(struct view *v, struct err *err)
{
	int rc;

	if (!v->begun)
		fputs("TAP version 14\n", v->out);
	if (v->skipped && !v->points) {
		fputs("1..0 # SKIP ", v->out);
		put_clean(v, v->skipped);
		fputc('\n', v->out);
	} else {
		end_lab(v);
		fprintf(v->out, "1..%u\n", v->points);
	}
	rc = view_written(v->out, err);
	free(v->skipped);
	free(v->lab);
	free(v);
	return rc;
}

const struct view_ops view_tap = {
	.name = "tap",
	.open = tap_open,
	.event = tap_event,
	.close = tap_close,
};
