/* SPDX-License-Identifier: MIT */
/*
 * The file is RUNTIME_DIR/tcplab-play: one line of JSON. The directory has to be this user's own
 * and closed to others, the file a plain one with one name; both are opened without following a
 * link.
 *
 * Who has the lock is alive, because the kernel lets go of it however he ends. So there is nothing
 * to be guessed about a file that is left from kill -9: the next player takes it over, and who
 * follows takes it away. The one who follows waits with inotify for changes, and with a pidfd for
 * the player's end: inotify tells of the file's closing before the lock is gone.
 */
#include "notes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../netns/cleanup.h"
#include "../netns/err.h"
#include "field.h"

#define NAME     "tcplab-play"
#define TEXT_MAX (256 * 1024)

/*
 * @dir: of the file
 * @fd:  of the player's file, locked; -1 for one who follows
 * @watch, @player: inotify and pidfd of one who follows, else -1
 * @pid: of the player that @player is about
 */
struct notes {
	int dir, fd, watch, player;
	json_int_t pid;
};

static int open_dir(char path[static 4096], struct err *err)
{
	const char *name = getenv("XDG_RUNTIME_DIR");
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (!name || *name != '/' || strlen(name) >= 4096) {
		err_set(err, ENOENT, "XDG_RUNTIME_DIR is not set");
		return err_remedy(err, "in both terminals: export XDG_RUNTIME_DIR=DIRECTORY, one "
				       "that is yours alone");
	}
	fd = open(name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "XDG_RUNTIME_DIR, %s: %s", name, strerror(errno));
	if (st.st_uid != geteuid() || (st.st_mode & 077)) {
		err_set(err, EPERM, "XDG_RUNTIME_DIR, %s: it is open to others", name);
		return err_remedy(err, "chmod 700 a directory of yours and name that");
	}
	strcpy(path, name);
	return steal_fd(&fd);
}

static int open_file(int dir, int flags, struct err *err)
{
	_cleanup_close_ int fd =
		openat(dir, NAME, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	struct stat st;

	if (fd < 0)
		return err_set(err, errno, NAME ": %s", strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink > 1 || st.st_uid != geteuid())
		return err_set(err, EPERM, NAME ": this is not a file that tcplab made");
	return steal_fd(&fd);
}

/* Is the file that is open still the one with the name? */
static bool has_name(int dir, int fd)
{
	struct stat mine, named;

	return fstat(fd, &mine) == 0 && fstatat(dir, NAME, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

static struct notes *notes_new(int dir)
{
	struct notes *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	*n = (struct notes){ .dir = dir, .fd = -1, .watch = -1, .player = -1 };
	return n;
}

int notes_publish(struct notes **out, struct err *err)
{
	char path[4096];
	_cleanup_close_ int dir = open_dir(path, err);

	if (dir < 0)
		return dir;
	for (;;) {
		_cleanup_close_ int fd = open_file(dir, O_RDWR | O_CREAT, err);

		if (fd < 0)
			return fd;
		if (flock(fd, LOCK_EX | LOCK_NB) < 0)
			return err_set(err, EBUSY, "another player is followed already");
		/* one who follows may have taken it away just before it was locked */
		if (!has_name(dir, fd))
			continue;
		*out = notes_new(steal_fd(&dir));
		(*out)->fd = steal_fd(&fd);
		return 0;
	}
}

void notes_tell(struct notes *n, const json_t *what)
{
	_cleanup_free_ char *text = NULL;
	json_auto_t *with_pid = NULL;
	size_t len;

	if (!n || n->fd < 0)
		return;
	with_pid = json_copy((json_t *)what);
	json_object_set_new(with_pid, "pid", json_integer(getpid()));
	text = json_dumps(with_pid, JSON_COMPACT);
	len = text ? strlen(text) : 0;
	/* whoever reads in between finds the end of an older text behind, which he does not read; a
	 * disk that is full costs the notes and nothing else */
	if (!len || len > TEXT_MAX || pwrite(n->fd, text, len, 0) != (ssize_t)len ||
	    ftruncate(n->fd, (off_t)len) < 0)
		return;
}

int notes_follow(struct notes **out, struct err *err)
{
	char path[4096];
	_cleanup_close_ int dir = open_dir(path, err);
	_cleanup_close_ int watch = -1;

	if (dir < 0)
		return dir;
	watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch < 0 ||
	    inotify_add_watch(watch, path, IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE) < 0)
		return err_set(err, errno, "inotify, %s: %s", path, strerror(errno));
	*out = notes_new(steal_fd(&dir));
	(*out)->watch = steal_fd(&watch);
	return 0;
}

void notes_fds(const struct notes *n, int fds[static 2])
{
	fds[0] = n->watch;
	fds[1] = n->player;
}

static void forget(struct notes *n)
{
	if (n->player >= 0)
		close(n->player);
	n->player = -1;
	n->pid = 0;
}

json_t *notes_read(struct notes *n)
{
	struct err err = ERR_INIT;
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *text = NULL;
	char events[4096];
	json_t *what;
	ssize_t len;

	while (read(n->watch, events, sizeof(events)) > 0)
		;
	fd = open_file(n->dir, O_RDONLY, &err);
	if (fd < 0) {
		forget(n);
		return NULL;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		if (has_name(n->dir, fd))
			unlinkat(n->dir, NAME, 0);
		forget(n);
		return NULL;
	}
	text = malloc(TEXT_MAX);
	if (!text)
		abort();
	len = pread(fd, text, TEXT_MAX, 0);
	what = len > 0 ? json_loadb(text, (size_t)len, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
	if (json_is_object(what) && field_int(what, "pid") != n->pid) {
		forget(n);
		n->pid = field_int(what, "pid");
		n->player = n->pid > 0 && n->pid < INT32_MAX ? pidfd_open((pid_t)n->pid, 0) : -1;
	}
	if (json_is_object(what))
		return what;
	json_decref(what);
	return json_object();
}

void notes_free(struct notes *n)
{
	if (!n)
		return;
	forget(n);
	if (n->fd >= 0) {
		if (has_name(n->dir, n->fd))
			unlinkat(n->dir, NAME, 0);
		close(n->fd);
	}
	if (n->watch >= 0)
		close(n->watch);
	close(n->dir);
	free(n);
}
