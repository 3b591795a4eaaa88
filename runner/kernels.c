/* SPDX-License-Identifier: MIT */
#include "kernels.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"

/* strverscmp(3) puts 6.12 after 6.6. */
static int by_version(const void *a, const void *b)
{
	const struct kernel *x = a, *y = b;

	return strverscmp(x->version, y->version);
}

static bool have(const struct kernel *list, size_t n, const char *version)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].version, version) == 0)
			return true;
	}
	return false;
}

static void look_in(const char *dir, struct kernel **list, size_t *n)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		struct kernel k;

		if (!isdigit((unsigned char)e->d_name[0]) ||
		    strlen(e->d_name) >= sizeof(k.version) || have(*list, *n, e->d_name))
			continue;
		strcpy(k.version, e->d_name);
		if (snprintf(k.path, sizeof(k.path), "%s/%s/linux", dir, e->d_name) >=
			    (int)sizeof(k.path) ||
		    access(k.path, X_OK) != 0)
			continue;
		*list = reallocarray(*list, *n + 1, sizeof(**list));
		if (!*list)
			abort();
		(*list)[(*n)++] = k;
	}
	if (d)
		closedir(d);
}

static void look_beside_us(const char *relative, struct kernel **list, size_t *n)
{
	char exe[4096], dir[4096 + 64], *slash;
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (len < 0)
		return;
	exe[len] = '\0';
	slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	snprintf(dir, sizeof(dir), "%s/%s", exe, relative);
	look_in(dir, list, n);
}

/*
 * A tcplab that is built with AddressSanitizer cannot be a lab kernel's init:
 * its shadow memory takes more addresses than a process of User Mode Linux has.
 */
#if defined(__SANITIZE_ADDRESS__)
#define CAN_BE_INIT false
#else
#define CAN_BE_INIT true
#endif

/* Tried, not read from a file: what forbids it may be a seccomp filter, Yama or a security module.
 */
static int try_ptrace(void)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : errno);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

int kernels_possible(struct err *why)
{
	static int ptrace_error = -1;
	struct utsname un;

	uname(&un);
	if (strcmp(un.machine, "x86_64") != 0) {
		err_set(why, EOPNOTSUPP, "lab kernels are x86-64 programs; this machine is %s",
			un.machine);
		return err_remedy(why, "use this machine's own kernel: --kernel host");
	}
	if (!CAN_BE_INIT) {
		err_set(why, EOPNOTSUPP,
			"this tcplab is built with -fsanitize=address, which leaves "
			"a lab kernel no room");
		return err_remedy(why, "use another build, or --kernel host");
	}
	if (ptrace_error < 0)
		ptrace_error = try_ptrace();
	if (ptrace_error == 0)
		return 0;
	err_set(why, EPERM, "a lab kernel traces processes of its own, and ptrace(2) says %s here",
		err_name(ptrace_error));
	return err_remedy(why, "use this machine's own kernel (--kernel host), or let ptrace be "
			       "allowed: kernel.yama.ptrace_scope below 3, a container with "
			       "CAP_SYS_PTRACE");
}

size_t kernels_find(struct kernel **list)
{
	struct err why = ERR_INIT;
	const char *env = getenv("TCPLAB_KERNELS"), *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	char dir[4096];
	size_t n = 0;

	*list = NULL;
	if (kernels_possible(&why) != 0)
		return 0;
	if (env && *env)
		look_in(env, list, &n);
	look_beside_us("../lib/tcplab/kernels", list, &n);
	look_beside_us("kernels", list, &n);
	look_beside_us("../kernels", list, &n); /* build/asan/tcplab */
	if (cache && *cache)
		snprintf(dir, sizeof(dir), "%s/tcplab/kernels", cache);
	else
		snprintf(dir, sizeof(dir), "%s/.cache/tcplab/kernels", home ? home : "");
	if ((cache && *cache) || (home && *home))
		look_in(dir, list, &n);
	if (n)
		qsort(*list, n, sizeof(**list), by_version);
	return n;
}

int kernels_get(const char *version, struct kernel *out, struct err *err)
{
	_cleanup_free_ struct kernel *list = NULL;
	size_t n;
	char known[512] = "";
	int rc = kernels_possible(err);

	if (rc != 0)
		return rc;
	n = kernels_find(&list);
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(known);

		if (strcmp(list[i].version, version) == 0) {
			*out = list[i];
			return 0;
		}
		snprintf(known + len, sizeof(known) - len, ", %s", list[i].version);
	}
	err_set(err, ENOENT, "there is no lab kernel %s here", version);
	if (n)
		return err_remedy(err, "there are: host%s; `make kernels KERNELS=%s` builds one",
				  known, version);
	return err_remedy(err, "`make kernels` builds lab kernels; \"host\" is this machine's own");
}
