/* SPDX-License-Identifier: MIT */
#include "labinit.h"

#include <errno.h>
#include <fcntl.h>
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
	spec.lab_kernel = true;
	spec.virtual_clock = true;
	engine_run(&spec, fd, -1);
	tcdrain(fd);
	switch_off();
}
