/* SPDX-License-Identifier: MIT */
#include "enginespec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "engine.h"
#include "eventjson.h"
#include "field.h"
#include "words.h"

/*
 * A kernel's command line splits at spaces and takes quotes apart, so
 * everything but the plainest characters is written as %XX (RFC 3986, 2.1).
 */
static bool plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-_./", c));
}

static json_t *settings(const struct lab_setting *list, size_t n)
{
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, json_pack("[s, s]", list[i].name, list[i].value));
	return all;
}

char *enginespec_encode(const struct engine_spec *spec)
{
	const struct lab_meta *m = lab_meta(spec->lab);
	_cleanup_free_ char *path = realpath(m->path, NULL); /* init starts in / */
	json_t *params = json_array(), *o;
	_cleanup_free_ char *text = NULL;
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	for (size_t i = 0; i < m->n_params; i++)
		json_array_append_new(params,
				      json_pack("[s, s]", m->params[i].name, m->params[i].value));
	o = json_pack("{s:s, s:s, s:o, s:o, s:I}", "path", path ? path : m->path, "file",
		      spec->file, "params", params, "sets", settings(spec->sets, spec->n_sets),
		      "seed", (json_int_t)spec->seed);
	if (spec->counter_run)
		json_object_set_new(o, "counter_run", eventjson_text(spec->counter_run));
	if (spec->backend)
		json_object_set_new(o, "backend", json_string(spec->backend));
	if (spec->allow_exec)
		json_object_set_new(o, "allow_exec", json_true());
	if (spec->server) {
		json_t *words = json_array();

		for (size_t i = 0; i < spec->server->n; i++)
			json_array_append_new(words, json_string(spec->server->words[i]));
		json_object_set_new(
			o, "server",
			json_pack("{s:o, s:s}", "words", words, "cwd", spec->server->cwd));
	}
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (!f || !text)
		abort();
	for (const char *c = text; *c; c++) {
		if (plain(*c))
			fputc(*c, f);
		else
			fprintf(f, "%%%02X", (unsigned char)*c);
	}
	fclose(f);
	return out;
}

/* Return: malloc'ed, or NULL when @text was not made by enginespec_encode(). */
static char *unescape(const char *text)
{
	char *out = malloc(strlen(text) + 1), *to = out;

	if (!out)
		abort();
	for (; *text; text++) {
		unsigned byte;

		if (*text != '%') {
			*to++ = *text;
		} else if (sscanf(text + 1, "%2x", &byte) == 1 && text[1] && text[2]) {
			*to++ = (char)byte;
			text += 2;
		} else {
			free(out);
			return NULL;
		}
	}
	*to = '\0';
	return out;
}

static size_t take_settings(const json_t *list, struct lab_setting *out)
{
	size_t i, n = 0;
	json_t *pair;

	json_array_foreach (list, i, pair) {
		const char *name = json_string_value(json_array_get(pair, 0));
		const char *value = json_string_value(json_array_get(pair, 1));

		if (name && value && n < LAB_MAX_SETTINGS)
			out[n++] = (struct lab_setting){ .name = name, .value = value };
	}
	return n;
}

/* Return: it, static, or NULL when there is none. */
static const struct lab_server *take_server(const json_t *o)
{
	static const char *words[WORDS_MAX + 1];
	static struct lab_server server;
	size_t i, n = 0;
	json_t *word;

	if (!o)
		return NULL;
	json_array_foreach (json_object_get(o, "words"), i, word) {
		if (json_is_string(word) && n < WORDS_MAX)
			words[n++] = json_string_value(word);
	}
	server = (struct lab_server){ .n = n, .words = words, .cwd = field_text(o, "cwd") };
	return &server;
}

int enginespec_decode(const char *text, struct engine_spec *spec, json_t **keep, struct err *err)
{
	static struct lab_setting params[LAB_MAX_SETTINGS], sets[LAB_MAX_SETTINGS];
	static struct lab_text counter_run;
	_cleanup_free_ char *plain_text = unescape(text);
	json_t *o = plain_text ? json_loads(plain_text, 0, NULL) : NULL;
	const json_t *cr = json_object_get(o, "counter_run");
	struct lab_load_options load = { .params = params, .full = true, .virtual_clock = true };

	*keep = o;
	if (!json_is_object(o))
		return err_set(err, EINVAL, "this is not for people to type");
	*spec = (struct engine_spec){ .file = field_text(o, "file"),
				      .n_sets = take_settings(json_object_get(o, "sets"), sets),
				      .sets = sets,
				      .seed = (uint64_t)field_int(o, "seed"),
				      .allow_exec = field_true(o, "allow_exec") };
	if (cr) {
		counter_run.en = field_text(cr, "en");
		counter_run.zh = json_string_value(json_object_get(cr, "zh"));
		spec->counter_run = &counter_run;
	}
	spec->server = load.server = take_server(json_object_get(o, "server"));
	if (field_has(o, "backend"))
		spec->backend = field_text(o, "backend");
	/* The kernel that runs is the one to play on, and plays the full form only. */
	load.n_params = take_settings(json_object_get(o, "params"), params);
	return lab_load(field_text(o, "path"), &load, &spec->lab, err);
}
