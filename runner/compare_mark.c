/* SPDX-License-Identifier: MIT */
#include "compare_own.h"

#include <string.h>

#include "../netns/duration.h"
#include "field.h"

/* FNV-1a: it has to be quick and the same everywhere; nobody is kept from making it collide. */
#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

static uint64_t mix_byte(uint64_t h, unsigned char byte)
{
	return (h ^ byte) * FNV_PRIME;
}

uint64_t compare_mix(uint64_t h, int64_t n)
{
	for (unsigned i = 0; i < 64; i += 8)
		h = mix_byte(h, (unsigned char)((uint64_t)n >> i));
	return h;
}

uint64_t compare_mix_text(uint64_t h, const char *text)
{
	for (; *text; text++)
		h = mix_byte(h, (unsigned char)*text);
	return mix_byte(h, 0xff); /* no byte of UTF-8: two texts are not their sum */
}

static uint64_t of_texts(const json_t *ev, const char *const *names, uint64_t h)
{
	for (; *names; names++)
		h = compare_mix_text(h, field_text(ev, *names));
	return h;
}

static uint64_t of_numbers(const json_t *ev, const char *const *names, uint64_t h)
{
	for (; *names; names++)
		h = compare_mix(compare_mix(h, field_has(ev, *names)), field_int(ev, *names));
	return h;
}

static uint64_t of_sack(const json_t *ev, uint64_t h)
{
	const json_t *sack = json_object_get(ev, "sack");

	for (size_t i = 0; i < json_array_size(sack); i++)
		for (size_t k = 0; k < 2; k++)
			h = compare_mix(
				h, json_integer_value(json_array_get(json_array_get(sack, i), k)));
	return h;
}

static struct compare_mark of_packet(const json_t *ev)
{
	static const char *const which[] = { "conn", "seq", "ack", "len", NULL };
	static const char *const options[] = { "mss", "wscale", "tfo", NULL };
	struct compare_mark m;

	m.key = compare_mix_text(of_numbers(ev, which, FNV_BASIS), field_text(ev, "flags"));
	m.key = compare_mix(m.key, field_true(ev, "made"));
	m.detail = compare_mix(FNV_BASIS, field_true(ev, "rtx"));
	m.detail = compare_mix(m.detail, field_int(ev, "win") == 0);
	m.options = compare_mix(of_numbers(ev, options, FNV_BASIS), field_true(ev, "sackok"));
	m.options = of_sack(ev, compare_mix(m.options, field_has(ev, "ts")));
	return m;
}

/* Which router said it, and how far away that is, is not compared. */
static struct compare_mark of_icmp(const json_t *ev)
{
	static const char *const words[] = { "ev", "host", "dir", "name", "flags", NULL };
	static const char *const which[] = { "conn", "seq", "len", NULL };
	static const char *const size[] = { "mtu", NULL };

	return (struct compare_mark){ .key = of_texts(ev, words, of_numbers(ev, which, FNV_BASIS)),
				      .detail = of_numbers(ev, size, FNV_BASIS) };
}

struct compare_mark compare_mark(const json_t *ev)
{
	static const char *const socket[] = { "conn", "port", NULL };
	static const char *const change[] = { "ev", "host", "from", "to", NULL };
	static const char *const folded[] = { "ev", "host", "dir", "flags", "from", "to", NULL };
	static const char *const count[] = { "count", NULL };

	if (field_is(ev, "ev", "packet"))
		return of_packet(ev);
	if (field_is(ev, "ev", "icmp"))
		return of_icmp(ev);
	if (field_is(ev, "ev", "state"))
		return (struct compare_mark){ .key = of_texts(ev, change,
							      of_numbers(ev, socket, FNV_BASIS)) };
	if (field_is(ev, "ev", "packets") || field_is(ev, "ev", "states"))
		return (struct compare_mark){ .key = of_texts(ev, folded, FNV_BASIS),
					      .detail = of_numbers(ev, count, FNV_BASIS) };
	return (struct compare_mark){ .key = FNV_BASIS };
}

bool compare_late(json_int_t a, json_int_t b)
{
	json_int_t shorter = a < b ? a : b, off = a < b ? b - a : a - b;

	return a >= 0 && b >= 0 && off > shorter / 8 + 10 * NS_PER_MS;
}
