/* SPDX-License-Identifier: MIT */
#include "labinit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

#include "../netns/err.h"
#include "engine.h"
#include "enginespec.h"

/* The serial line's other end is the pipe on which the front reads the record. */
#define RECORD_TTY "/dev/ttyS0"

static void switch_off(void) __attribute__((noreturn));

static void switch_off(void)
{
	reboot(RB_POWER_OFF);
	/* Not allowed? Then the end of init, a panic, ends it as well. */
	_exit(1);
}

/* What goes wrong here is told on the console, whose last lines the front shows. */
static void die(const char *what)
{
	fprintf(stderr, "tcplab init: %s: %s\n", what, strerror(errno));
	switch_off();
}

static int open_record(void)
{
	struct termios t;
	int fd = open(RECORD_TTY, O_WRONLY | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		die(RECORD_TTY);
	/* Bytes as they are: no newline translation. */
	if (tcgetattr(fd, &t) != 0)
		die("tcgetattr");
	cfmakeraw(&t);
	if (tcsetattr(fd, TCSANOW, &t) != 0)
		die("tcsetattr");
	return fd;
}

/* The thread that takes over when packets make more work than one interrupt may do. */
static pid_t softirq_thread(void)
{
	char path[32], name[16];

	/* It is one of the first, right behind kthreadd (2). */
	for (pid_t pid = 3; pid < 64; pid++) {
		int fd;
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		n = fd >= 0 ? read(fd, name, sizeof(name)) : 0;
		if (fd >= 0)
			close(fd);
		if (n > 9 && memcmp(name, "ksoftirqd", 9) == 0)
			return pid;
	}
	return 0;
}

/*
 * poll(2) may come back late by a thousandth of its timeout, together with whatever else
 * happens then (select_estimate_accuracy() in fs/select.c): where time is virtual, that is
 * another moment in another run. A real-time process is woken when it is due. Packets
 * that are on their way at that moment come first all the same: what the engine does next is not
 * to overtake them. Programs that it starts are as usual.
 */
static void be_punctual(void)
{
	const struct sched_param second = { .sched_priority = 1 }, first = { .sched_priority = 2 };
	const pid_t softirqs = softirq_thread();

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &second) != 0 ||
	    (softirqs && sched_setscheduler(softirqs, SCHED_FIFO, &first) != 0))
		die("sched_setscheduler");
}

void labinit_main(const char *text)
{
	struct engine_spec spec;
	struct err err = ERR_INIT;
	json_t *keep;
	int fd;

	if (mount("proc", "/proc", "proc", 0, NULL) != 0)
		die("mounting /proc");
	fd = open_record();
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin", 1);
	/* Before /tmp is covered: the lab may lie there. */
	if (enginespec_decode(text, &spec, &keep, &err) != 0) {
		fprintf(stderr, "tcplab init: %s\n", err.msg);
		switch_off();
	}
	be_punctual();
	spec.lab_kernel = true;
	spec.virtual_clock = true;
	engine_run(&spec, fd, -1);
	tcdrain(fd);
	switch_off();
}
