/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_DOCTOR_H
#define RUNNER_DOCTOR_H

struct paper;

/**
 * doctor_run() - `tcplab doctor`: what this machine can do, why not, and the
 * one remedy for each thing that it cannot.
 * @labs_dir:    where labs were found, NULL when nowhere
 * @content_dir: where lessons were found, NULL when nowhere
 * Return: an exit status: 0 when labs can run here, 3 when not.
 */
int doctor_run(const struct paper *paper, const char *labs_dir, const char *content_dir);

#endif
