/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "scene_own.h"

/* An arrival so many rows below its departure gets a row of its own: one screen has both. */
#define FAR_BELOW 12

static int32_t row_new(struct scene *s, enum scene_row_kind kind, int from)
{
	s->rows = grow(s->rows, s->n_rows, &s->rows_room, sizeof(*s->rows));
	s->rows[s->n_rows] = (struct scene_row){
		.kind = kind, .from = from, .first = (long)s->n_items, .last = -1, .held = -1
	};
	return (int32_t)s->n_rows++;
}

/* Segments are numbered from 1 as they come; what is far from that is not looked for. */
static int32_t *seg_slot(struct scene *s, json_int_t seg)
{
	size_t room = s->n_segs;

	if (seg < 0 || seg > 4 * (json_int_t)s->n_items + 4096)
		return NULL;
	if ((size_t)seg >= s->n_segs) {
		while (room <= (size_t)seg)
			room = room ? 2 * room : 1024;
		s->row_of_seg = reallocarray(s->row_of_seg, room, sizeof(*s->row_of_seg));
		if (!s->row_of_seg)
			abort();
		for (size_t i = s->n_segs; i < room; i++)
			s->row_of_seg[i] = -1;
		s->n_segs = room;
	}
	return &s->row_of_seg[seg];
}

static int32_t add_packet(struct scene *s, const struct item *it, const struct slice *f)
{
	int side = scene_side(s, it, scene_name(&s->hosts, f[FIELD_HOST]));
	int32_t *slot = f[FIELD_SEG].len ? seg_slot(s, slice_int(f[FIELD_SEG])) : NULL;
	struct scene_row *row = slot && *slot >= 0 ? &s->rows[*slot] : NULL;
	int32_t n;

	if (slice_is(f[FIELD_DIR], "out")) {
		n = row_new(s, SCENE_ROW_SEGMENT, side);
		if (slot)
			*slot = n;
		return n;
	}
	if (row && row->last < 0 && s->n_rows - (size_t)*slot <= FAR_BELOW) {
		row->last = (long)s->n_items;
		return *slot;
	}
	/* it left unseen, or long ago, or this is not its first arrival */
	n = row_new(s, SCENE_ROW_SEGMENT, side < 0 ? -1 : !side);
	s->rows[n].last = s->rows[n].first;
	if (slot && *slot >= 0) {
		row = &s->rows[*slot];
		s->rows[n].twice = row->last >= 0;
		s->rows[n].again = row->last < 0;
		row->last = row->last < 0 ? (long)s->n_items : row->last;
	}
	if (slot && *slot < 0)
		*slot = n;
	return n;
}

static struct scene_row *row_of_seg(struct scene *s, const struct slice *f, int32_t *n)
{
	const int32_t *slot = f[FIELD_SEG].len ? seg_slot(s, slice_int(f[FIELD_SEG])) : NULL;

	*n = slot ? *slot : -1;
	return *n >= 0 ? &s->rows[*n] : NULL;
}

static int32_t add_lost(struct scene *s, const struct slice *f)
{
	int32_t n;
	struct scene_row *row = row_of_seg(s, f, &n);

	if (!row || row->last >= 0)
		return row_new(s, SCENE_ROW_MARK, -1);
	row->lost = true;
	row->last = (long)s->n_items;
	return n;
}

static int32_t add_held(struct scene *s, const struct slice *f)
{
	int32_t n;
	struct scene_row *row = row_of_seg(s, f, &n);

	if (!row)
		return row_new(s, SCENE_ROW_MARK, -1);
	row->held = (long)s->n_items;
	return n;
}

/* What it quotes was thrown away; that is known now, if it was not before. */
static int32_t add_icmp(struct scene *s, const struct slice *f, int side)
{
	int32_t n;
	struct scene_row *row = slice_is(f[FIELD_DIR], "in") ? row_of_seg(s, f, &n) : NULL;

	if (row && row->last < 0) {
		row->lost = true;
		row->last = (long)s->n_items;
	}
	return row_new(s, SCENE_ROW_ICMP, side);
}

static int32_t row_for(struct scene *s, const struct item *it, const struct slice *f)
{
	int side = scene_side(s, it, scene_name(&s->hosts, f[FIELD_HOST]));

	switch ((enum scene_kind)it->kind) {
	case SCENE_STEP:
		return row_new(s, SCENE_ROW_STEP, -1);
	case SCENE_PACKET:
		return add_packet(s, it, f);
	case SCENE_LOST:
		return add_lost(s, f);
	case SCENE_HELD:
		return add_held(s, f);
	case SCENE_ICMP:
		return add_icmp(s, f, side);
	case SCENE_STATE:
		return row_new(s, SCENE_ROW_CHANGE, side);
	case SCENE_CALL:
	case SCENE_RETURN:
		return row_new(s, SCENE_ROW_CALL, side);
	case SCENE_PACKETS:
	case SCENE_STATES:
	case SCENE_OTHER:
		return row_new(s, SCENE_ROW_MARK, -1);
	case SCENE_HEADER:
	case SCENE_NOTE:
	case SCENE_VALUE:
	case SCENE_PREDICT:
	case SCENE_CONN:
	case SCENE_SOCKET:
	case SCENE_COUNTER:
	case SCENE_EXPECT:
	case SCENE_VERDICT:
	case SCENE_KINDS:
		break;
	}
	return -1;
}

void scene_row_add(struct scene *s, struct item *it, const struct slice *f)
{
	it->row = row_for(s, it, f);
}

long scene_rows(const struct scene *s, long i)
{
	return s->items[i].rows;
}

const struct scene_row *scene_row(const struct scene *s, long n)
{
	return &s->rows[n];
}

long scene_row_of(const struct scene *s, long i)
{
	return s->items[i].row;
}
