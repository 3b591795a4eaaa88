/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "fake_engine.h"
#include "harness.h"

#define FOLDER "tests/must-fail"

static struct fake f;

static void world(void)
{
	struct rlimit files;
	struct err err = ERR_INIT;

	harness_namespaces();
	/* As in the engine: the lab's own limit is to be met first. */
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	harness_need(files.rlim_cur > 4200, "4200 file descriptors");
	ck_ok(fake_open(&f, &err));
}

static void no_world(void)
{
	fake_close(&f);
}

/* The value of the comment "-- KEY: value" in the first lines of @path. */
static bool comment(const char *path, const char *key, char *value, size_t size)
{
	char line[400], prefix[32];
	FILE *file = fopen(path, "re");
	bool found = false;

	ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
	snprintf(prefix, sizeof(prefix), "-- %s: ", key);
	for (int i = 0; i < 5 && !found && fgets(line, sizeof(line), file); i++) {
		if (strncmp(line, prefix, strlen(prefix)) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(value, size, "%s", line + strlen(prefix));
		found = true;
	}
	fclose(file);
	return found;
}

static int play(const char *path, struct err *err)
{
	struct lab *lab = NULL;
	int rc = lab_load(path, NULL, &lab, err);

	if (rc < 0)
		return rc;
	rc = fake_play(&f, lab, err);
	lab_free(lab);
	return rc;
}

static int is_lab(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 4 && strcmp(d->d_name + len - 4, ".lua") == 0;
}

/* Each lab that lua/ itself refuses ends with the message that it names, and leaves nothing open.
 */
START_TEST(labs_that_must_fail)
{
	struct dirent **names;
	unsigned played = 0;
	int n = scandir(FOLDER, &names, is_lab, alphasort);

	ck_assert_msg(n > 0, "%s: %s", FOLDER, strerror(errno));
	for (int i = 0; i < n; i++) {
		char path[512], want[400], by[32];
		struct err err = ERR_INIT;
		int rc;

		snprintf(path, sizeof(path), FOLDER "/%s", names[i]->d_name);
		free(names[i]);
		if (!comment(path, "BY", by, sizeof(by)) || strcmp(by, "lua") != 0)
			continue;
		ck_assert_msg(comment(path, "WANT", want, sizeof(want)), "%s: no WANT", path);
		rc = play(path, &err);
		ck_assert_msg(rc < 0, "%s was played to its end", path);
		ck_assert_msg(strstr(err.msg, want) != NULL, "%s\nwanted: %s\ngot: %s", path, want,
			      err.msg);
		for (const char *c = err.msg; *c; c++)
			ck_assert_msg(*c == '\n' || (unsigned char)*c >= ' ', "%s: control", path);
		ck_assert_uint_eq(lab_open_sockets(NULL), 0);
		played++;
	}
	free(names);
	ck_assert_uint_ge(played, 80);
}
END_TEST

static void bark(const char *message)
{
	if (write(STDERR_FILENO, message, strlen(message)) < 0)
		_exit(8);
	_exit(7);
}

/* A C function that never comes back ends the process that plays, through the hook given. */
static void barks(const char *path)
{
	char want[400], got[400] = "";
	int out[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	ck_assert(comment(path, "WANT", want, sizeof(want)));
	ck_assert_int_eq(pipe(out), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct err err = ERR_INIT;

		dup2(out[1], STDERR_FILENO);
		close(out[0]);
		close(out[1]);
		lab_watchdog(bark);
		play(path, &err);
		_exit(0);
	}
	close(out[1]);
	while ((n = read(out[0], got + len, sizeof(got) - 1 - len)) > 0)
		len += (size_t)n;
	close(out[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 7, "status %x", status);
	ck_assert_msg(strstr(got, want) != NULL, "%s", got);
}

START_TEST(a_hostile_pattern)
{
	barks(FOLDER "/hostile-pattern.lua");
}
END_TEST

START_TEST(a_hostile_repetition)
{
	barks(FOLDER "/hostile-repeat.lua");
}
END_TEST

/* Processor time counts from one wait to the next, so a lab may be long. */
START_TEST(a_watched_lab_may_wait)
{
	struct err err = ERR_INIT;

	lab_watchdog(bark);
	ck_ok(play("tests/labs/handshake.lua", &err));
	lab_watchdog(NULL);
	ck_ok(play("tests/labs/handshake.lua", &err));
}
END_TEST

START_TEST(instructions_count_from_wait_to_wait)
{
	struct err err = ERR_INIT;
	struct lab *lab = NULL;

	ck_ok(fake_load("hosts = { 'a' }\nfunction run()\nfor _ = 1, 4 do\n"
			"for _ = 1, 15000000 do end sleep('1ms') end end",
			NULL, 0, &lab, &err));
	ck_ok(fake_play(&f, lab, &err));
	lab_free(lab);
}
END_TEST

START_TEST(a_dead_lab_stays_dead)
{
	struct err err = ERR_INIT;
	struct lab *lab = NULL;

	ck_ok(fake_load("hosts = { 'a' }\nfunction run(a)\na:listen(80) error('over') end", NULL, 0,
			&lab, &err));
	ck_assert_int_eq(fake_play(&f, lab, &err), -EINVAL);
	ck_assert_int_eq(lab_resume(lab, 0, LAB_WAKE_READY, &err), -EINVAL);
	ck_assert_int_eq(lab_resume(lab, 5, LAB_WAKE_READY, &err), -EINVAL);
	ck_assert_int_eq(lab_start(lab, &fake_ops, &f, &err), -EALREADY);
	ck_assert_int_eq(lab_actor_wait(lab, 0)->kind, LAB_WAIT_ENDED);
	ck_assert_uint_eq(lab_open_sockets(lab), 1);
	lab_free(lab);
	ck_assert_uint_eq(lab_open_sockets(NULL), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lab_limits");
	TCase *tc = tcase_create("lab_limits");

	tcase_add_checked_fixture(tc, world, no_world);
	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, labs_that_must_fail);
	tcase_add_test(tc, a_hostile_pattern);
	tcase_add_test(tc, a_hostile_repetition);
	tcase_add_test(tc, a_watched_lab_may_wait);
	tcase_add_test(tc, instructions_count_from_wait_to_wait);
	tcase_add_test(tc, a_dead_lab_stays_dead);
	suite_add_tcase(s, tc);
	return s;
}
