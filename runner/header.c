/* SPDX-License-Identifier: MIT */
#include "header.h"

#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "../netns/cleanup.h"
#include "../netns/duration.h"
#include "../netns/world.h"
#include "columns.h"
#include "engine.h"
#include "eventjson.h"
#include "kernels.h"
#include "record.h"

/* On a real clock that is worth a word. */
#define HEADER_LONG (15 * NS_PER_S)

/* Fields of a header that come from lists of settings. */
static json_t *settings_json(const struct lab_setting *a, size_t n_a, const struct lab_setting *b,
			     size_t n_b)
{
	json_t *o = json_object();

	for (size_t i = 0; i < n_a; i++)
		json_object_set_new(o, a[i].name, json_string(a[i].value));
	for (size_t i = 0; i < n_b; i++)
		json_object_set_new(o, b[i].name, json_string(b[i].value));
	return o;
}

static json_t *hosts_json(const struct lab_meta *m, const struct world *w)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->n_hosts; i++) {
		json_t *h = json_pack("{s:s}", "name", m->hosts[i]);

		eventjson_impairment(h, &m->toward[i]);
		if (w)
			eventjson_addresses(h, world_host(w, i));
		json_array_append_new(list, h);
	}
	return list;
}

json_t *header_json(const struct engine_spec *spec, const struct world *world)
{
	const struct lab_meta *m = lab_meta(spec->lab);
	const bool lab = spec->kernel || spec->lab_kernel;
	struct utsname un;
	char date[32];
	time_t now = time(NULL);
	struct tm tm;
	const char *why = "", *backend = "none";
	json_t *o, *params = json_object();

	uname(&un);
	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	for (size_t i = 0; i < m->n_params; i++)
		json_object_set_new(params, m->params[i].name, json_string(m->params[i].value));
	if (world)
		backend = world_backend(world, &why);
	o = json_pack("{s:i, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:I, s:{s:s, s:s, s:s}, s:s, "
		      "s:{s:s, s:s}, s:o}",
		      "format", RECORD_FORMAT, "tcplab", TCPLAB_VERSION, "date", date, "lab", m->id,
		      "file", spec->file, "title", eventjson_text(&m->title), "params", params,
		      "set", settings_json(m->sets, m->n_sets, spec->sets, spec->n_sets), "seed",
		      (json_int_t)spec->seed, "kernel", "release",
		      spec->kernel ? spec->kernel->version : un.release, "kind",
		      lab ? "lab" : "host", "arch", un.machine, "clock", lab ? "virtual" : "real",
		      "impair", "backend", backend, "why", why, "hosts", hosts_json(m, world));
	if (m->lesson)
		json_object_set_new(o, "lesson", json_string(m->lesson));
	if (!lab && m->full_length > HEADER_LONG && m->length > 0) {
		json_object_set_new(o, "length", json_integer((json_int_t)m->length));
		json_object_set_new(o, "full_length", json_integer((json_int_t)m->full_length));
	}
	if (spec->server) {
		json_t *words = json_array();

		for (size_t i = 0; i < spec->server->n; i++) {
			_cleanup_free_ char *clean = columns_clean(
				spec->server->words[i], strlen(spec->server->words[i]), 1, 0);

			json_array_append_new(words, json_string(clean));
		}
		json_object_set_new(o, "server", words);
	}
	if (spec->counter_run)
		json_object_set_new(o, "counter_run", eventjson_text(spec->counter_run));
	return o;
}
