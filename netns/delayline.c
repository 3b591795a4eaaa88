/* SPDX-License-Identifier: MIT */
/*
 * A binary min-heap by (due, order). The heap is what a queue per port would
 * not be: right when a delay becomes shorter in mid-run, when jitter reorders
 * and when one frame leaves twice. Its array holds the keys beside the pointers, so
 * that sifting does not touch the frames.
 *
 * Frames live in buffers of two sizes, kept for reuse when they leave: most
 * segments of a lab are bare headers, and 65536 of those in buffers for full
 * frames would be 100 MB. The pool never shrinks before delayline_free().
 */
#include "delayline.h"

#include <stdlib.h>
#include <string.h>

#include "framesock.h"

enum { SMALL = 128, FIRST_SLOTS = 256 };

struct slot {
	int64_t due;
	uint64_t order;
	struct held *frame;
};

/*
 * @slots:  the heap, @n of @room in use, never more than @max
 * @order:  of the next frame
 * @unused: buffers for frames up to SMALL, and up to FRAMESOCK_FRAME_MAX
 */
struct delayline {
	struct slot *slots;
	size_t n;
	size_t room;
	size_t max;
	uint64_t order;
	struct held *unused[2];
};

static bool before(const struct slot *a, const struct slot *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void sift_up(struct slot *heap, size_t i)
{
	struct slot moving = heap[i];

	while (i > 0 && before(&moving, &heap[(i - 1) / 2])) {
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap[i] = moving;
}

static void sift_down(struct slot *heap, size_t n)
{
	struct slot moving = heap[0];
	size_t i = 0;

	for (size_t child = 1; child < n; child = 2 * i + 1) {
		if (child + 1 < n && before(&heap[child + 1], &heap[child]))
			child++;
		if (!before(&heap[child], &moving))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = moving;
}

struct delayline *delayline_new(size_t max)
{
	struct delayline *dl = calloc(1, sizeof(*dl));

	if (dl)
		dl->max = max;
	return dl;
}

static void free_chain(struct held *frame)
{
	while (frame) {
		struct held *next = frame->next;

		free(frame);
		frame = next;
	}
}

void delayline_free(struct delayline *dl)
{
	if (!dl)
		return;
	for (size_t i = 0; i < dl->n; i++)
		free(dl->slots[i].frame);
	free_chain(dl->unused[0]);
	free_chain(dl->unused[1]);
	free(dl->slots);
	free(dl);
}

static bool make_room(struct delayline *dl)
{
	size_t room = dl->room ? 2 * dl->room : FIRST_SLOTS;
	struct slot *slots;

	if (dl->n < dl->room)
		return true;
	slots = realloc(dl->slots, room * sizeof(*slots));
	if (!slots)
		return false;
	dl->slots = slots;
	dl->room = room;
	return true;
}

static struct held *get_buffer(struct delayline *dl, size_t len)
{
	struct held **pool = &dl->unused[len > SMALL];
	struct held *frame = *pool;

	if (!frame)
		return malloc(sizeof(*frame) + (len > SMALL ? FRAMESOCK_FRAME_MAX : SMALL));
	*pool = frame->next;
	return frame;
}

bool delayline_put(struct delayline *dl, int64_t due, size_t to, const uint8_t *data, size_t len)
{
	struct held *frame;

	if (dl->n >= dl->max || len > FRAMESOCK_FRAME_MAX || !make_room(dl))
		return false;
	frame = get_buffer(dl, len);
	if (!frame)
		return false;
	*frame = (struct held){ .due = due, .order = dl->order++, .to = to, .len = len };
	memcpy(frame->data, data, len);
	dl->slots[dl->n] = (struct slot){ .due = due, .order = frame->order, .frame = frame };
	sift_up(dl->slots, dl->n++);
	return true;
}

int64_t delayline_next(const struct delayline *dl)
{
	return dl->n > 0 ? dl->slots[0].due : INT64_MAX;
}

struct held *delayline_take(struct delayline *dl)
{
	struct held *frame;

	if (dl->n == 0)
		return NULL;
	frame = dl->slots[0].frame;
	dl->slots[0] = dl->slots[--dl->n];
	if (dl->n > 0)
		sift_down(dl->slots, dl->n);
	return frame;
}

void delayline_release(struct delayline *dl, struct held *frames)
{
	while (frames) {
		struct held *next = frames->next;
		struct held **pool = &dl->unused[frames->len > SMALL];

		frames->next = *pool;
		*pool = frames;
		frames = next;
	}
}
