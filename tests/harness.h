/* SPDX-License-Identifier: MIT */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <check.h>
#include <stdbool.h>

#include "../netns/err.h"

/*
 * What every suite shares. A suite file defines `Suite *suite(void)`; main() is
 * in harness.c. Check runs each test in a forked child, so a test may enter
 * namespaces without a way back.
 */
Suite *suite(void);

/**
 * harness_namespaces() - a checked fixture: a fresh user and network namespace
 * in which the test is root. Where the machine forbids it the test is skipped
 * aloud, or fails when TCPLAB_MUST_RUN=1.
 */
void harness_namespaces(void);

/**
 * harness_need() - this test needs something that the machine may lack.
 * When @have is false: says so on stderr and ends the test, or fails it when
 * TCPLAB_MUST_RUN=1.
 */
void harness_need(bool have, const char *what);

/** ck_ok() - the call returned 0 or more; otherwise fail with its struct err. */
#define ck_ok(call)                                                                                \
	do {                                                                                       \
		int _rc = (call);                                                                  \
		ck_assert_msg(_rc >= 0, "%s = %d: %s", #call, _rc, err.msg);                       \
	} while (0)

#endif
