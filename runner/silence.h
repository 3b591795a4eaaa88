/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_SILENCE_H
#define RUNNER_SILENCE_H

#include <stdint.h>

struct err;

/**
 * silence_limit() - how long a lab kernel may say nothing, until it is taken for stuck: a minute,
 * or what TCPLAB_SILENCE says ("5min"), from a second to a day.
 * Return: 0, or -EINVAL when that is no such duration.
 */
int silence_limit(int64_t *ns, struct err *err);

#endif
