/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../netns/err.h"
#include "columns.h"
#include "field.h"
#include "phrase.h"

/*
 * JUnit's XML, as CI systems read it (the schema that Jenkins checks, junit-10.xsd): a suite for
 * each run, a case for each expectation. A failed expectation is a <failure>; a lab that is broken,
 * or whose record ends too early, is one more case with an <error>; a skipped one a case with
 * <skipped>. A suite says how many of each it has before they come, so its cases wait in memory.
 *
 * Times of cases are the run's clock from the expectation's beginning to its decision.
 *
 * @suite: name of the run at hand, NULL outside of one
 * @cases: what it has so far
 */
struct view {
	FILE *out, *cases;
	char *suite, *text, *properties;
	size_t size;
	unsigned n, failures, errors, skipped;
	char date[32];
	bool begun;
};

/* Text of a record, in an attribute or in an element. XML 1.0 has no other control characters. */
static void put_xml(FILE *out, const char *text)
{
	_cleanup_free_ char *clean = columns_clean(text, strlen(text), 1, 1);

	for (const char *p = clean; *p; p++) {
		switch (*p) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\n':
			fputs("&#10;", out);
			break;
		default:
			fputc(*p, out);
		}
	}
}

static void put_attribute(FILE *out, const char *name, const char *text)
{
	fprintf(out, " %s=\"", name);
	put_xml(out, text);
	fputc('"', out);
}

static void put_seconds(FILE *out, const char *name, json_int_t ns)
{
	fprintf(out, " %s=\"%.3f\"", name, ns > 0 ? (double)ns / NS_PER_S : 0);
}

static struct view *junit_open(const struct view_options *opt)
{
	struct view *v = calloc(1, sizeof(*v));

	if (!v)
		abort();
	v->out = opt->paper.out;
	return v;
}

static void begin(struct view *v)
{
	if (!v->begun)
		fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", v->out);
	v->begun = true;
}

/* Open a case; its time in ns. */
static void put_case(struct view *v, const char *name, json_int_t time)
{
	v->n++;
	fputs("    <testcase", v->cases);
	put_attribute(v->cases, "classname", v->suite);
	put_attribute(v->cases, "name", name);
	put_seconds(v->cases, "time", time);
}

static void put_trouble(struct view *v, const char *element, const char *message, const char *more)
{
	fprintf(v->cases, ">\n      <%s", element);
	if (strcmp(element, "skipped") != 0)
		put_attribute(v->cases, "type", element);
	put_attribute(v->cases, "message", message);
	if (*more) {
		fputc('>', v->cases);
		put_xml(v->cases, more);
		fprintf(v->cases, "</%s>\n", element);
	} else {
		fputs("/>\n", v->cases);
	}
	fputs("    </testcase>\n", v->cases);
}

static void end_suite(struct view *v, json_int_t time)
{
	fclose(v->cases);
	begin(v);
	fputs("  <testsuite", v->out);
	put_attribute(v->out, "name", v->suite);
	fprintf(v->out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"", v->n,
		v->failures, v->errors, v->skipped);
	put_seconds(v->out, "time", time);
	if (*v->date)
		put_attribute(v->out, "timestamp", v->date);
	fprintf(v->out, ">\n%s%s  </testsuite>\n", v->properties, v->text);
	free(v->text);
	free(v->suite);
	free(v->properties);
	v->text = v->suite = v->properties = NULL;
	v->cases = NULL;
	v->n = v->failures = v->errors = v->skipped = 0;
}

static void broken(struct view *v, const char *why, const char *remedy)
{
	put_case(v, "the run", 0);
	v->errors++;
	put_trouble(v, "error", why, remedy);
}

static void put_property(FILE *out, const char *name, const char *value)
{
	fputs("      <property", out);
	put_attribute(out, "name", name);
	put_attribute(out, "value", value);
	fputs("/>\n", out);
}

/* What one has to know to play it again. */
static char *properties(const json_t *header)
{
	const json_t *kernel = json_object_get(header, "kernel"), *value;
	char *text = NULL;
	const char *name;
	char seed[32];
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	snprintf(seed, sizeof(seed), "%lld", (long long)field_int(header, "seed"));
	fputs("    <properties>\n", f);
	put_property(f, "kernel", field_text(kernel, "release"));
	put_property(f, "clock", field_text(header, "clock"));
	put_property(f, "backend", field_text(json_object_get(header, "impair"), "backend"));
	put_property(f, "seed", seed);
	json_object_foreach ((json_t *)json_object_get(header, "params"), name, value) {
		put_property(f, name, json_is_string(value) ? json_string_value(value) : "");
	}
	json_object_foreach ((json_t *)json_object_get(header, "set"), name, value) {
		put_property(f, name, json_is_string(value) ? json_string_value(value) : "");
	}
	fputs("    </properties>\n", f);
	fclose(f);
	return text;
}

static void take_header(struct view *v, const json_t *ev)
{
	const char *counter = lang_text(json_object_get(ev, "counter_run"), LANG_EN);
	const char *date = field_text(ev, "date");

	if (v->suite) {
		broken(v, "the record ends without a verdict", "");
		end_suite(v, 0);
	}
	if (asprintf(&v->suite, *counter ? "%s (counter-run %s)" : "%s%s", field_text(ev, "lab"),
		     counter) < 0)
		abort();
	v->cases = open_memstream(&v->text, &v->size);
	if (!v->cases)
		abort();
	v->properties = properties(ev);
	/* The schema wants a time without a zone, and reads it as UTC. */
	snprintf(v->date, sizeof(v->date), "%.19s", strlen(date) == 20 ? date : "");
}

static char *words(const json_t *ex, const char *field,
		   void (*say)(FILE *out, const json_t *ex, enum lang lang))
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	if (*field_text(ex, field))
		fputs(field_text(ex, field), f);
	else
		say(f, ex, LANG_EN);
	fclose(f);
	return text;
}

static void take_expect(struct view *v, const json_t *ev)
{
	_cleanup_free_ char *expected = words(ev, "expected", phrase_expected);
	_cleanup_free_ char *seen = words(ev, "seen", phrase_seen);
	_cleanup_free_ char *message = NULL, *more = NULL;
	const json_t *last = json_object_get(ev, "last");
	size_t size;
	FILE *f;

	put_case(v, field_text(ev, "name"), field_int(ev, "t") - field_int(ev, "since"));
	if (field_is(ev, "verdict", "pass")) {
		fputs("/>\n", v->cases);
		return;
	}
	v->failures++;
	if (asprintf(&message, "expected: %s; seen: %s", expected, seen) < 0)
		abort();
	f = open_memstream(&more, &size);
	if (!f)
		abort();
	fprintf(f, "%s\nexpected  %s\nseen      %s\n", field_text(ev, "where"), expected, seen);
	for (size_t i = 0; i < json_array_size(last); i++) {
		const char *line = json_string_value(json_array_get(last, i));

		fprintf(f, "last      %s\n", line ? line : "");
	}
	fclose(f);
	put_trouble(v, "failure", message, more);
}

static void take_verdict(struct view *v, const json_t *ev)
{
	if (field_is(ev, "verdict", "skip")) {
		put_case(v, "the run", 0);
		v->skipped++;
		put_trouble(v, "skipped", field_text(ev, "why"), field_text(ev, "remedy"));
	} else if (field_is(ev, "verdict", "broken")) {
		broken(v, field_text(ev, "why"), field_text(ev, "remedy"));
	} else if (v->n == 0) {
		put_case(v, "the run", field_int(ev, "run"));
		fputs("/>\n", v->cases);
	}
	end_suite(v, field_int(ev, "wall"));
}

static int junit_event(struct view *v, json_t *ev, struct err *err)
{
	if (field_is(ev, "ev", "header"))
		take_header(v, ev);
	else if (v->suite && field_is(ev, "ev", "expect"))
		take_expect(v, ev);
	else if (v->suite && field_is(ev, "ev", "verdict"))
		take_verdict(v, ev);
	return view_written(v->out, err);
}

static int junit_close(struct view *v, struct err *err)
{
	int rc;

	if (v->suite) {
		broken(v, "the record ends without a verdict", "");
		end_suite(v, 0);
	}
	begin(v);
	fputs("</testsuites>\n", v->out);
	rc = view_written(v->out, err);
	free(v);
	return rc;
}

const struct view_ops view_junit = {
	.name = "junit",
	.open = junit_open,
	.event = junit_event,
	.close = junit_close,
};
