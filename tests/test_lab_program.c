/* SPDX-License-Identifier: MIT */
#include <signal.h>

#include "fake_engine.h"
#include "harness.h"

/* host:exec{ … } and the programs that it gives, on an engine that starts none. */

static struct fake f;

static void world(void)
{
	struct err err = ERR_INIT;

	harness_namespaces();
	ck_ok(fake_open(&f, &err));
}

static void no_world(void)
{
	fake_close(&f);
}

static int play(const char *body, struct err *err)
{
	struct lab *lab = NULL;
	char text[4096];
	int rc;

	snprintf(text, sizeof(text),
		 "hosts = { 'client', 'server' }\nfunction run(client, server)\n%s\nend\n", body);
	rc = fake_load(text, NULL, 0, &lab, err);
	if (rc < 0)
		return rc;
	rc = fake_play(&f, lab, err);
	lab_free(lab);
	return rc;
}

static void plays(const char *body)
{
	struct err err = ERR_INIT;

	ck_ok(play(body, &err));
	ck_assert_msg(f.failed == 0 && f.held > 0, "%s", f.log);
}

static void logged(const char *want)
{
	ck_assert_msg(strstr(f.log, want) != NULL, "no '%s' in\n%s", want, f.log);
}

static void breaks(const char *body, const char *want)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(play(body, &err), -EINVAL);
	ck_assert_msg(strstr(err.msg, want) != NULL, "no '%s' in '%s'", want, err.msg);
}

START_TEST(what_is_asked_for_is_what_is_started)
{
	plays("local p = server:exec { 'python3', '-m', 'http.server', 80,\n"
	      "  env = { B = 'two', A = 1, C = '' }, cwd = '/srv' }\n"
	      "expect(p.host == server):is(true)\n"
	      "expect(tostring(p)):is('program 1 (python3) on server')\n"
	      "client:exec { 'x' } client:exec { 'x', cwd = 'sub/dir' }\n");
	logged("exec host 1 in /srv: [python3] [-m] [http.server] [80] {A=1} {B=two} {C=}\n");
	/* The lab's file is /proc/self/fd/N here. */
	logged("exec host 0 in /proc/self/fd/: [x]\n");
	logged("exec host 0 in /proc/self/fd/sub/dir: [x]\n");
}
END_TEST

START_TEST(wait_gives_how_it_ended)
{
	f.program = (struct lab_program){ .ended = true, .status = 3 };
	plays("expect(client:exec { 'x' }:wait()):is(3)");
	f.program = (struct lab_program){ .ended = true, .signal = SIGSEGV };
	plays("local status, why, name = client:exec { 'prog' }:wait { timeout = '1s' }\n"
	      "expect(status):is(nil) expect(name):is('SIGSEGV')\n"
	      "expect(why):is('prog was ended by SIGSEGV')");
}
END_TEST

START_TEST(wait_can_be_in_vain)
{
	plays("local t = now()\n"
	      "local status, why, name = client:exec { 'x' }:wait { timeout = '20ms' }\n"
	      "expect(status):is(nil) expect(name):is('TIMEOUT')\n"
	      "expect(why):is('timed out after 20 ms')\n"
	      "expect(now() - t >= 20 * 1000 * 1000):is(true)");
}
END_TEST

START_TEST(kill_ends_a_wait)
{
	plays("local p = server:exec { 'x' }\n"
	      "local waiter = spawn(function() return select(3, p:wait()) end)\n"
	      "sleep('1ms')\n"
	      "expect(p:kill('SIGINT')):is(true)\n"
	      "expect(waiter:join()):is('SIGINT')\n"
	      "local ok, why, name = p:kill()\n"
	      "expect(ok):is(nil) expect(name):is('ESRCH') expect(why):is('kill: No such "
	      "process')");
	logged("host 1 actor 0 kill(x, SIGINT) = 0\n");
	logged("host 1 actor 0 kill(x, SIGTERM) ESRCH\n");
}
END_TEST

START_TEST(listening_looks_until_there_is_a_listener)
{
	f.listens_after = 4;
	plays("local t = now()\n"
	      "expect(server:exec { 'x' }:listening(80)):is(true)\n"
	      /* after 1 + 2 + 4 ms */
	      "expect(now() - t >= 7 * 1000 * 1000):is(true)");
	ck_assert_uint_eq(f.looks, 4);
}
END_TEST

START_TEST(listening_becomes_more_patient)
{
	plays("local ok, why, name = server:exec { 'x' }:listening(80, { timeout = '200ms' })\n"
	      "expect(ok):is(nil) expect(name):is('TIMEOUT')\n"
	      "expect(why):is('timed out after 200 ms')");
	/* 1, 2, 4, 8, 16, 32, 50, 50 ms and the rest; fewer on a busy machine */
	ck_assert_uint_ge(f.looks, 2);
	ck_assert_uint_le(f.looks, 10);
}
END_TEST

START_TEST(listening_ends_with_the_program)
{
	plays("local p = server:exec { 'x' }\n"
	      "local t = now()\n"
	      "local waiter = spawn(function() return p:listening(80, { timeout = '60s' }) end)\n"
	      "sleep('1ms') p:kill('KILL')\n"
	      "local ok, why, name = waiter:join()\n"
	      "expect(ok):is(nil) expect(name):is('ENDED')\n"
	      "expect(why):is('x has ended, and nobody listens on port 80')\n"
	      "expect(now() - t < 30 * 1000 * 1000 * 1000):is(true)");
	/* It listens by now, whoever does. */
	f.listens_after = f.looks + 1;
	plays("expect(server:exec { 'x' }:listening(80)):is(true)");
}
END_TEST

START_TEST(what_cannot_be_executed_is_an_answer)
{
	f.exec_errno = ENOENT;
	plays("local p, why, name = server:exec { 'nonesuch\\27[31m' }\n"
	      "expect(p):is(nil) expect(name):is('ENOENT')\n"
	      "expect(why):is('nonesuch?[31m: No such file or directory')");
}
END_TEST

START_TEST(what_is_not_allowed_raises)
{
	f.no_exec = true;
	breaks("server:exec { 'true' }", "wants to start a program (--allow-exec lets it)");
}
END_TEST

static const struct {
	const char *body, *want;
} misuse[] = {
	{ "server:exec 'true'", "table expected, got string" },
	{ "server.exec({ 'true' })", "host expected, got table" },
	{ "server:exec {}", "a program and its arguments" },
	{ "server:exec { '' }", "the name of the program is empty" },
	{ "server:exec { 'a', true }", "an argument is a string, not a boolean" },
	{ "server:exec { 'a\\0b' }", "zero byte" },
	{ "server:exec { 'a', ('x'):rep(40000) }", "longer than 32768 bytes" },
	{ "local t = {} for i = 1, 65 do t[i] = 'x' end server:exec(t)", "64 at most" },
	{ "server:exec { 'a', enw = {} }", "there is no 'enw'; exec takes arguments, env and cwd; "
					   "did you mean 'env'?" },
	{ "server:exec { 'a', [7] = 'b' }", "there is no ''" },
	{ "server:exec { 'a', env = 'X=1' }", "env is written { NAME = \"value\" }" },
	{ "server:exec { 'a', env = { 'X=1' } }", "env is written { NAME = \"value\" }" },
	{ "server:exec { 'a', env = { ['X=Y'] = '1' } }", "env is written { NAME = \"value\" }" },
	{ "server:exec { 'a', env = { X = {} } }", "a variable of env is a string, not a table" },
	{ "local e = {} for i = 1, 33 do e['X' .. i] = i end server:exec { 'a', env = e }",
	  "more than 32" },
	{ "server:exec { 'a', cwd = 'a\\0' }", "cwd has a zero byte" },
	{ "server:exec { 'a' }:kill('NONE')", "a signal's name" },
	{ "server:exec { 'a' }:kill(15)", "a signal's name" },
	{ "server:exec { 'a' }:kill('RTMIN')", "a signal's name" },
	{ "server:exec { 'a' }:listening('x')", "number expected, got string" },
	{ "server:exec { 'a' }:listening(0)", "a port is 1 to 65535" },
	{ "server:exec { 'a' }:listening(80, { timout = '1s' })", "timeout" },
	{ "server:exec { 'a' }:wait { timeout = 5 }", "5 what?" },
	{ "server:exec { 'a' }:waits()", "a program has no 'waits'; did you mean 'wait'?" },
	{ "server:exec { 'a' }.pid = 1", "cannot be given a field" },
	{ "local p = server:exec { 'a' } table.sort({ 1, 2 }, function() p:wait() end)",
	  "wait() waits, which is not possible" },
};

START_TEST(misuse_raises)
{
	breaks(misuse[_i].body, misuse[_i].want);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lab_program");
	TCase *tc = tcase_create("lab_program");

	tcase_add_checked_fixture(tc, world, no_world);
	tcase_add_test(tc, what_is_asked_for_is_what_is_started);
	tcase_add_test(tc, wait_gives_how_it_ended);
	tcase_add_test(tc, wait_can_be_in_vain);
	tcase_add_test(tc, kill_ends_a_wait);
	tcase_add_test(tc, listening_looks_until_there_is_a_listener);
	tcase_add_test(tc, listening_becomes_more_patient);
	tcase_add_test(tc, listening_ends_with_the_program);
	tcase_add_test(tc, what_cannot_be_executed_is_an_answer);
	tcase_add_test(tc, what_is_not_allowed_raises);
	tcase_add_loop_test(tc, misuse_raises, 0, sizeof(misuse) / sizeof(misuse[0]));
	suite_add_tcase(s, tc);
	return s;
}
