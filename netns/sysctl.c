/* SPDX-License-Identifier: MIT */
#include "sysctl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "nearest.h"
#include "netns.h"

#define MAX_PATH 192

/*
 * Names that people know and that a lab's namespace does not have, since
 * "unknown sysctl" would be the wrong answer (ipv4_table[] of
 * net/ipv4/sysctl_net_ipv4.c and net_core_table[] are registered for the
 * machine's first namespace alone).
 */
static const char *const machine_wide[] = {
	"net/ipv4/tcp_mem",
	"net/ipv4/tcp_max_orphans",
	"net/ipv4/udp_mem",
	"net/ipv4/inet_peer_threshold",
	"net/core/netdev_max_backlog",
	"net/core/netdev_budget",
	"net/core/default_qdisc",
	"net/core/message_burst",
};

/* One get or set, carried into the namespace. */
struct request {
	const char *name;
	char path[MAX_PATH];
	const char *new_value;
	char *value;
};

/*
 * As sysctl(8): the first of '.' and '/' in a name is its separator, and the
 * other one stands for '.', so that an interface may have a dot in its name.
 */
static int name_to_path(const char *name, char path[static MAX_PATH], struct err *err)
{
	char separator = name[strcspn(name, "./")];
	size_t len = strlen(name), part = 0;

	if (len >= MAX_PATH)
		return err_set(err, ENOENT, "no sysctl has a name of %zu characters", len);
	for (size_t i = 0; i <= len; i++) {
		char c = name[i];

		if ((c > '\0' && c <= ' ') || c == '\x7f')
			return err_set(err, ENOENT,
				       "'%.80s' is no sysctl: there is a space or control "
				       "character in the name",
				       name);
		if (c == '.' || c == '/')
			c = c == separator ? '/' : '.';
		path[i] = c;
		if (c != '/' && c != '\0')
			continue;
		/* "net//x" and "net/../x" must not walk about in /proc. */
		if (i == part || (path[part] == '.' &&
				  (i == part + 1 || (i == part + 2 && path[part + 1] == '.'))))
			return err_set(err, ENOENT,
				       "'%.80s' is no sysctl: part of the name is empty", name);
		part = i + 1;
	}
	if (strncmp(path, "net/", 4) != 0) {
		err_set(err, EPERM, "sysctl %.80s is outside net.", name);
		return err_remedy(err, "only names below net. belong to a host of a lab");
	}
	return 0;
}

static int unknown(const struct request *req, int proc, struct err *err)
{
	_cleanup_close_ int dir = fcntl(proc, F_DUPFD_CLOEXEC, 0);
	char path[MAX_PATH], suggestion[MAX_PATH + NEAREST_MAX_NAME] = "";
	char *part = path, *slash;
	struct nearest nearest;
	struct dirent *entry;
	DIR *listing;

	for (size_t i = 0; i < sizeof(machine_wide) / sizeof(machine_wide[0]); i++) {
		if (strcmp(machine_wide[i], req->path) != 0)
			continue;
		err_set(err, EACCES,
			"sysctl %s belongs to the whole machine: a host of a lab has "
			"none of its own",
			req->name);
		return err_remedy(err, "a lab kernel has its own (--kernel)");
	}
	strcpy(path, req->path);
	while (dir >= 0 && (slash = strchr(part, '/'))) {
		int next;

		*slash = '\0';
		next = openat(dir, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			break;
		close(dir);
		dir = next;
		*slash = '/';
		part = slash + 1;
	}
	err_set(err, ENOENT, "this kernel has no sysctl %s", req->name);
	listing = dir >= 0 ? fdopendir(dir) : NULL;
	if (!listing)
		return -ENOENT;
	(void)steal_fd(&dir); /* the listing's now */
	nearest = nearest_to(part);
	while ((entry = readdir(listing))) {
		if (entry->d_name[0] != '.')
			nearest_offer(&nearest, entry->d_name);
	}
	closedir(listing);
	if (!nearest_found(&nearest))
		return -ENOENT;
	*part = '\0';
	snprintf(suggestion, sizeof(suggestion), "%s%s", path, nearest.best);
	for (char *p = suggestion; *p; p++) {
		if (*p == '/')
			*p = '.';
		else if (*p == '.')
			*p = '/';
	}
	return err_remedy(err, "did you mean %s?", suggestion);
}

/* Open what @req names, in the namespace that the caller is in. Return: descriptor or -errno. */
static int open_named(const struct request *req, int flags, struct err *err)
{
	_cleanup_close_ int proc = open("/proc/sys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = -1, code = errno;

	if (proc >= 0) {
		fd = openat(proc, req->path, flags | O_NOFOLLOW | O_CLOEXEC);
		code = errno;
	}
	if (fd >= 0)
		return fd;
	if (proc >= 0 && (code == ENOENT || code == ENOTDIR))
		return unknown(req, proc, err);
	if (code == EISDIR)
		return err_set(err, ENOENT, "%s is a group of sysctls, not one", req->name);
	if (code == EACCES || code == EPERM || code == EROFS) {
		err_set(err, EACCES, "sysctl %s cannot be %s here: %s", req->name,
			flags == O_RDONLY ? "read" : "changed", strerror(code));
		if (flags != O_RDONLY)
			err_remedy(err, "a setting of the whole machine is read-only for a host; "
					"a lab kernel has its own (--kernel)");
		return -EACCES;
	}
	return err_set(err, code, "cannot open sysctl %s: %s", req->name, strerror(code));
}

static int get_here(void *arg, struct err *err)
{
	struct request *req = arg;
	_cleanup_close_ int fd = open_named(req, O_RDONLY, err);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return fd;
	while ((n = read(fd, req->value + len, SYSCTL_MAX_VALUE - len)) > 0) {
		len += (size_t)n;
		if (len == SYSCTL_MAX_VALUE)
			return err_set(err, EOVERFLOW,
				       "the value of sysctl %s is longer than %d bytes", req->name,
				       SYSCTL_MAX_VALUE - 1);
	}
	if (n < 0 && errno == EISDIR)
		return err_set(err, ENOENT, "%s is a group of sysctls, not one", req->name);
	if (n < 0) {
		int code = errno;

		return err_set(err, code, "cannot read sysctl %s: %s", req->name, strerror(code));
	}
	while (len > 0 && req->value[len - 1] == '\n')
		len--;
	req->value[len] = '\0';
	/* proc_dointvec() separates with tabs, people with spaces; the kernel reads both. */
	for (char *p = req->value; *p; p++) {
		if (*p == '\t')
			*p = ' ';
	}
	return 0;
}

static int write_value(int fd, const char *name, const char *value, struct err *err)
{
	char line[SYSCTL_MAX_VALUE + 1];
	size_t len;
	ssize_t n;

	/* The newline makes an empty value a value: it clears a list such as reserved ports. */
	len = (size_t)snprintf(line, sizeof(line), "%s\n", value);
	n = write(fd, line, len);
	if (n == (ssize_t)len)
		return 0;
	if (n >= 0)
		/* proc_dointvec() stops after the numbers that it has room for. */
		return err_set(err, EINVAL, "the kernel takes only a part of '%s' for %s here",
			       value, name);
	if (errno == EACCES || errno == EPERM) {
		int code = errno;

		return err_set(err, EACCES, "sysctl %s cannot be changed here: %s", name,
			       strerror(code));
	}
	/* Whatever it calls its refusal: ENOENT is an unknown congestion control. */
	return err_set(err, EINVAL, "the kernel refuses value '%s' for %s here (%s)", value, name,
		       err_name(errno));
}

static int set_here(void *arg, struct err *err)
{
	const struct request *req = arg;
	_cleanup_close_ int fd = open_named(req, O_WRONLY, err);

	if (fd < 0)
		return fd;
	return write_value(fd, req->name, req->new_value, err);
}

int sysctl_get(const struct netns *ns, const char *name, char value[static SYSCTL_MAX_VALUE],
	       struct err *err)
{
	struct request req = { .name = name, .value = value };
	int rc = name_to_path(name, req.path, err);

	return rc < 0 ? rc : netns_call(ns, get_here, &req, err);
}

int sysctl_set(const struct netns *ns, const char *name, const char *value, struct err *err)
{
	struct request req = { .name = name, .new_value = value };
	int rc = name_to_path(name, req.path, err);

	if (rc < 0)
		return rc;
	if (strlen(value) >= SYSCTL_MAX_VALUE)
		return err_set(err, EINVAL, "the value for %s is longer than %d bytes", name,
			       SYSCTL_MAX_VALUE - 1);
	for (const char *p = value; *p; p++) {
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == '\x7f')
			return err_set(
				err, EINVAL,
				"there is a line break or control character in the value for %s",
				name);
	}
	return netns_call(ns, set_here, &req, err);
}

bool sysctl_same(const char *a, const char *b)
{
	char x[MAX_PATH], y[MAX_PATH];
	struct err err = ERR_INIT;

	return name_to_path(a, x, &err) == 0 && name_to_path(b, y, &err) == 0 && strcmp(x, y) == 0;
}

/*
 * Pinning one namespace after the other.
 *
 * @has:   which pins the first one had without being told; indexed like sysctl_pins
 * @first: it is the first one
 */
struct pinning {
	bool *has;
	bool first;
};

/* Is it what the pin wants, in its first choice? A file that cannot be read is not. */
static bool is_pinned(int fd, const struct sysctl_pin *pin)
{
	const size_t len = strcspn(pin->value, "|");
	char value[SYSCTL_MAX_VALUE];
	const ssize_t n = pread(fd, value, sizeof(value) - 1, 0);

	if (n != (ssize_t)len + 1 || value[n - 1] != '\n')
		return false;
	for (ssize_t i = 0; i < n; i++) {
		if (value[i] == '\t')
			value[i] = ' ';
	}
	return strncmp(value, pin->value, len) == 0;
}

/*
 * Files that are closed together, by one call: in a lab kernel each costs 40 us. Their numbers have
 * no gap, in which there could be somebody else's; @first is -1 when there are none.
 */
struct opened {
	int first, last;
};

static void close_opened(struct opened *o)
{
	/* before Linux 5.9 there is no such call */
	if (o->first >= 0 && close_range((unsigned)o->first, (unsigned)o->last, 0) != 0)
		for (int fd = o->first; fd <= o->last; fd++)
			close(fd);
	o->first = -1;
}

static void keep_open(struct opened *o, int fd)
{
	if (o->first >= 0 && fd != o->last + 1)
		close_opened(o);
	if (o->first < 0)
		o->first = fd;
	o->last = fd;
}

/* Write one pin below @proc; of alternatives the first that the kernel accepts. */
static int pin_one(int proc, const struct sysctl_pin *pin, bool *has, struct opened *opened,
		   struct err *err)
{
	char path[MAX_PATH], value[SYSCTL_MAX_VALUE];
	const char *choice = pin->value;
	struct err refusal;
	int rc = name_to_path(pin->name, path, err), fd;

	if (rc < 0)
		return rc;
	fd = openat(proc, path, (has ? O_RDWR : O_WRONLY) | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		int code = errno;

		if (has && code == ENOENT && pin->optional)
			*has = true;
		if (code == ENOENT && pin->optional)
			return 0;
		return err_set(err, code, "cannot pin sysctl %s (%s): %s", pin->name, pin->why,
			       strerror(code));
	}
	keep_open(opened, fd);
	if (has && is_pinned(fd, pin)) {
		*has = true;
		return 0;
	}
	do {
		size_t len = strcspn(choice, "|");

		memcpy(value, choice, len);
		value[len] = '\0';
		choice += len + (choice[len] == '|');
		rc = write_value(fd, pin->name, value, &refusal);
	} while (rc < 0 && *choice);
	if (rc < 0)
		*err = refusal;
	return rc;
}

static int pin_here(void *arg, struct err *err)
{
	const struct pinning *p = arg;
	_cleanup_close_ int proc = open("/proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(close_opened) struct opened opened = { .first = -1 };

	if (proc < 0) {
		int code = errno;

		return err_set(err, code, "cannot open /proc/sys: %s", strerror(code));
	}
	for (size_t i = 0; i < sysctl_n_pins; i++) {
		int rc = p->has[i] ? 0
				   : pin_one(proc, &sysctl_pins[i], p->first ? &p->has[i] : NULL,
					     &opened, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/*
 * Each pin is a file to be opened, written and closed, and there are many. What a new
 * namespace starts with depends on the kernel and on the first namespace alone, and pins are
 * written in the same order everywhere: what the first one is found to have when its turn
 * comes, the others have at that point too.
 */
int sysctl_pin_all(const struct netns *const spaces[], size_t n, struct err *err)
{
	_cleanup_free_ bool *has = calloc(sysctl_n_pins, sizeof(*has));
	struct pinning p = { .has = has };
	int rc = 0;

	if (!has)
		return err_set(err, ENOMEM, "sysctl: out of memory");
	for (size_t i = 0; i < n && rc == 0; i++) {
		p.first = i == 0;
		rc = netns_call(spaces[i], pin_here, &p, err);
	}
	return rc;
}
