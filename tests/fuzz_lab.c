/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a lab: loading ends with a lab or an error in words, without a leak, and the
 * metadata of whatever loads can be shown. run() is not played: that is the work of the limits.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lua/lab.h"
#include "../netns/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void shown(const char *text)
{
	for (; text && *text; text++)
		must((unsigned char)*text >= ' ' && *text != 0x7f,
		     "a control character came through");
}

static void too_slow(const char *message)
{
	/* A slow input is the fuzzer's -timeout to find, not ours. */
	(void)message;
	_exit(0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lab_setting given = { "delay", "7ms" };
	const struct lab_load_options load = { .params = &given, .n_params = size % 2 };
	struct err err = ERR_INIT;
	struct lab *lab = NULL;
	char path[64];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	lab_watchdog(too_slow);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size, "memfd");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (lab_load(path, &load, &lab, &err) == 0) {
		const struct lab_meta *m = lab_meta(lab);

		shown(m->title.en);
		shown(m->title.zh);
		shown(m->summary.en);
		shown(m->lesson);
		for (size_t i = 0; i < m->n_hosts; i++)
			shown(m->hosts[i]);
		for (size_t i = 0; i < m->n_params; i++)
			shown(m->params[i].value);
		for (size_t i = 0; i < m->n_sets; i++)
			shown(m->sets[i].value);
		for (size_t i = 0; i < m->n_counter_runs; i++)
			shown(m->counter_runs[i].name.en);
		lab_free(lab);
	} else {
		must(err.code > 0 && err.msg[0], "an error without words");
		must(!strchr(err.msg, 0x1b), "an escape character in an error");
	}
	must(lab_open_sockets(NULL) == 0, "a socket is open");
	close(fd);
	return 0;
}
