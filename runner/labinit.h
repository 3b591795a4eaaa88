/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LABINIT_H
#define RUNNER_LABINIT_H

/* The argument by which a lab kernel's init is told apart from a user's tcplab. */
#define LABINIT_ARG "--init"

/**
 * labinit_main() - be the first process of a lab kernel: make it a machine
 * that programs can live in, play what @text says (enginespec.h), write
 * the record to the serial line, and switch the kernel off. Does not return.
 */
void labinit_main(const char *text) __attribute__((noreturn));

#endif
