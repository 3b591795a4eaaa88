/* SPDX-License-Identifier: MIT */
#include "../netns/delayline.h"

#include <stdlib.h>
#include <string.h>

#include "../netns/dice.h"
#include "../netns/framesock.h"
#include "harness.h"

START_TEST(empty)
{
	struct delayline *dl = delayline_new(4);

	ck_assert_ptr_nonnull(dl);
	ck_assert_int_eq(delayline_next(dl), INT64_MAX);
	ck_assert_ptr_null(delayline_take(dl));
	delayline_release(dl, NULL);
	delayline_free(dl);
	delayline_free(NULL);
}
END_TEST

START_TEST(leaves_in_order_of_due_time)
{
	struct delayline *dl = delayline_new(10000);
	int64_t last = -1;
	struct dice d;

	dice_seed(&d, 1, 0);
	for (int i = 0; i < 10000; i++)
		ck_assert(delayline_put(dl, (int64_t)(dice_roll(&d) % 1000), 0, (uint8_t *)"x", 1));
	for (int i = 0; i < 10000; i++) {
		int64_t due = delayline_next(dl);
		struct held *frame = delayline_take(dl);

		ck_assert_int_ge(due, last);
		ck_assert_int_eq(frame->due, due);
		last = due;
		delayline_release(dl, frame);
	}
	ck_assert_ptr_null(delayline_take(dl));
	delayline_free(dl);
}
END_TEST

START_TEST(equal_times_keep_their_order)
{
	struct delayline *dl = delayline_new(1000);

	for (int i = 0; i < 1000; i++)
		ck_assert(delayline_put(dl, 5, 0, (uint8_t *)&i, sizeof(i)));
	for (int i = 0; i < 1000; i++) {
		struct held *frame = delayline_take(dl);

		ck_assert_mem_eq(frame->data, &i, sizeof(i));
		delayline_release(dl, frame);
	}
	delayline_free(dl);
}
END_TEST

START_TEST(keeps_frames_whole)
{
	static const size_t sizes[] = { 0, 1, 54, 127, 128, 129, 1514, FRAMESOCK_FRAME_MAX };
	struct delayline *dl = delayline_new(100);
	uint8_t data[FRAMESOCK_FRAME_MAX];

	for (int round = 0; round < 3; round++) {
		struct held *taken = NULL;

		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			memset(data, (int)(i + 1), sizeof(data));
			ck_assert(delayline_put(dl, (int64_t)i, i, data, sizes[i]));
		}
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			struct held *frame = delayline_take(dl);

			memset(data, (int)(i + 1), sizeof(data));
			ck_assert_uint_eq(frame->len, sizes[i]);
			ck_assert_uint_eq(frame->to, i);
			ck_assert_int_eq(memcmp(frame->data, data, frame->len), 0);
			frame->next = taken;
			taken = frame;
		}
		/* Several at once, to be used again in the next round. */
		delayline_release(dl, taken);
	}
	delayline_free(dl);
}
END_TEST

START_TEST(refuses_more_than_it_holds)
{
	struct delayline *dl = delayline_new(3);
	uint8_t data[FRAMESOCK_FRAME_MAX + 1] = { 0 };
	struct held *frame;

	ck_assert(!delayline_put(dl, 0, 0, data, sizeof(data)));
	for (int i = 0; i < 3; i++)
		ck_assert(delayline_put(dl, i, 0, data, 60));
	ck_assert(!delayline_put(dl, 0, 0, data, 60));
	frame = delayline_take(dl);
	ck_assert_int_eq(frame->due, 0);
	delayline_release(dl, frame);
	ck_assert(delayline_put(dl, 9, 0, data, 60));
	ck_assert(!delayline_put(dl, 9, 0, data, 60));
	delayline_free(dl);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("delayline");
	TCase *c = tcase_create("delayline");

	tcase_add_test(c, empty);
	tcase_add_test(c, leaves_in_order_of_due_time);
	tcase_add_test(c, equal_times_keep_their_order);
	tcase_add_test(c, keeps_frames_whole);
	tcase_add_test(c, refuses_more_than_it_holds);
	suite_add_tcase(s, c);
	return s;
}
