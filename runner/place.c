/* SPDX-License-Identifier: MIT */
#include "place.h"

#include <fcntl.h>
#include <unistd.h>

#include "engine.h"

struct child {
	const struct engine_spec *spec;
	int record_fd, reader_fd;
};

static int child_main(void *arg, int life_fd)
{
	const struct child *c = arg;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* Only what is wrong with the engine itself may still reach the terminal. */
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return 1;
	close(null);
	close(c->reader_fd);
	return engine_run(c->spec, c->record_fd, life_fd);
}

int place_start(struct place *p, const struct engine_spec *spec, int record_fd, int reader_fd,
		struct err *err)
{
	struct child child = { .spec = spec, .record_fd = record_fd, .reader_fd = reader_fd };

	*p = (struct place){ .lab = spec->kernel, .box = SANDBOX_NONE };
	if (p->lab)
		return labkernel_spawn(&p->kernel, spec->kernel, spec, record_fd, err);
	return sandbox_spawn(&p->box, child_main, &child, err);
}

int place_console(const struct place *p)
{
	return p->lab ? p->kernel.console : -1;
}

int place_pidfd(const struct place *p)
{
	return p->lab ? p->kernel.pidfd : -1;
}

int place_end(struct place *p, bool now)
{
	if (p->lab)
		return labkernel_end(&p->kernel, now);
	if (!now)
		return sandbox_wait(&p->box);
	sandbox_kill(&p->box);
	return 0;
}
