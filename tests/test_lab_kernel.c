/* SPDX-License-Identifier: MIT */
#include "fake_engine.h"
#include "harness.h"

/* What a lab knows of the kernel and the form that it is played in. */

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

static int load(const char *text, const struct lab_load_options *options, struct lab **lab,
		struct err *err)
{
	char path[64];
	int fd = memfd_create("lab", MFD_CLOEXEC), rc;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = lab_load(path, options, lab, err);
	close(fd);
	return rc;
}

/* Play @text; no value expectation may fail. */
static void plays(const char *text, const struct lab_load_options *options)
{
	struct err err = ERR_INIT;
	struct lab *lab = NULL;

	ck_ok(load(text, options, &lab, &err));
	ck_ok(fake_play(&f, lab, &err));
	ck_assert_msg(f.failed == 0 && f.held > 0, "%s", f.log);
	lab_free(lab);
}

/* Loading or playing @text ends with @want. */
static void breaks(const char *text, const char *want)
{
	struct err err = ERR_INIT;
	struct lab *lab = NULL;
	int rc = load(text, NULL, &lab, &err);

	if (rc == 0)
		rc = fake_play(&f, lab, &err);
	ck_assert_int_eq(rc, -EINVAL);
	ck_assert_msg(strstr(err.msg, want) != NULL, "no '%s' in '%s'", want, err.msg);
	lab_free(lab);
}

static const char forms[] = "hosts = { 'a' }\n"
			    "length = full and '135s' or '5s'\n"
			    "full_length = '135s'\n"
			    "limit = full and '200s' or '10s'\n"
			    "function run() expect(full):is(%s) end\n";

START_TEST(full_says_which_form)
{
	for (int full = 0; full < 2; full++) {
		const struct lab_load_options options = { .full = full };
		struct err err = ERR_INIT;
		struct lab *lab = NULL;
		char text[400];

		snprintf(text, sizeof(text), forms, full ? "true" : "false");
		ck_ok(load(text, full ? &options : NULL, &lab, &err));
		ck_assert_int_eq(lab_meta(lab)->length, (full ? 135 : 5) * NS_PER_S);
		ck_assert_int_eq(lab_meta(lab)->full_length, 135 * NS_PER_S);
		ck_assert_int_eq(lab_meta(lab)->limit, (full ? 200 : 10) * NS_PER_S);
		ck_ok(fake_play(&f, lab, &err));
		lab_free(lab);
	}
	ck_assert_uint_eq(f.failed, 0);
	ck_assert_uint_eq(f.held, 2);
}
END_TEST

START_TEST(virtual_clock_says_which_clock)
{
	for (int virtual = 0; virtual < 2; virtual ++) {
		const struct lab_load_options options = { .virtual_clock = virtual };
		struct err err = ERR_INIT;
		struct lab *lab = NULL;
		char text[200];

		snprintf(text, sizeof(text),
			 "hosts = { 'a' } function run() expect(virtual_clock):is(%s) end",
			 virtual ? "true" : "false");
		ck_ok(load(text, virtual ? &options : NULL, &lab, &err));
		ck_ok(fake_play(&f, lab, &err));
		lab_free(lab);
	}
	ck_assert_uint_eq(f.failed, 0);
	ck_assert_uint_eq(f.held, 2);
}
END_TEST

START_TEST(full_length_is_nothing_when_not_said)
{
	struct err err = ERR_INIT;
	struct lab *lab = NULL;

	ck_ok(load("hosts = { 'a' } function run() end", NULL, &lab, &err));
	ck_assert_int_eq(lab_meta(lab)->full_length, 0);
	lab_free(lab);
	breaks("hosts = { 'a' } full_length = 'soon' function run() end", "full_length: ");
	breaks("hosts = { 'a' } full_lenght = '5s' function run() end",
	       "did you mean 'full_length'");
	breaks("full = true hosts = { 'a' } function run() end", "choose another one");
}
END_TEST

START_TEST(since_compares_with_the_kernel_to_be)
{
	const struct lab_load_options old = { .kernel_release = "6.1.158" };
	const struct lab_load_options new = { .kernel_release = "6.12.9-1-amd64" };
	static const char text[] = "hosts = { 'a' }\n"
				   "local linear = since '6.5' and 4 or 0\n"
				   "function run()\n"
				   "  expect(linear):is(%d) expect(since('6.1')):is(true) "
				   "expect(since('6.13')):is(false)\n"
				   "end\n";
	char lab[400];

	snprintf(lab, sizeof(lab), text, 0);
	plays(lab, &old);
	snprintf(lab, sizeof(lab), text, 4);
	plays(lab, &new);
	/* Whatever kernel runs the test, it is not older than 3.0, nor newer than 90. */
	plays("hosts = { 'a' }\n"
	      "function run() expect(since '3.0'):is(true) expect(since '90.0'):is(false) end",
	      NULL);
}
END_TEST

START_TEST(since_wants_a_version)
{
	breaks("local x = since(6.10)", "version such as \"6.5\" expected, got number");
	breaks("local x = since()", "version such as \"6.5\" expected, got no value");
	breaks("local x = since '6'", "a kernel's version is written \"6.5\"");
	breaks("local x = since 'six.five'", "a kernel's version is written \"6.5\"");
}
END_TEST

START_TEST(needs_knows_lab_kernels)
{
	struct err err = ERR_INIT;
	struct lab *lab = NULL;

	ck_ok(load("hosts = { 'a' } needs = { 'lab kernel' } function run() end", NULL, &lab,
		   &err));
	ck_assert_str_eq(lab_meta(lab)->needs[0], "lab kernel");
	lab_free(lab);
	breaks("hosts = { 'a' } needs = { 'lab kernels' } function run() end", "\"lab kernel\"");
	breaks("hosts = { 'a' } needs = { '6.5.1' } function run() end", "'6.5.1' is not");
}
END_TEST

START_TEST(kernel_sysctl_reads_and_writes)
{
	plays("hosts = { 'a' }\n"
	      "function run()\n"
	      "  expect(kernel_sysctl('net.ipv4.tcp_max_orphans')):is(4096)\n"
	      "  kernel_sysctl('net.ipv4.tcp_max_orphans', 8)\n"
	      "  kernel_sysctl('net.ipv4.tcp_max_orphans', '1 2')\n"
	      "end",
	      NULL);
	ck_assert_msg(strstr(f.log, "kernel sysctl net.ipv4.tcp_max_orphans = 8\n") != NULL, "%s",
		      f.log);
	breaks("hosts = { 'a' } function run() kernel_sysctl('net.ipv4.tcp_mem') end",
	       "net.ipv4.tcp_mem belongs to the whole machine (say needs)");
	breaks("hosts = { 'a' } function run() kernel_sysctl(nil) end", "string expected, got nil");
	breaks("hosts = { 'a' } function run() kernel_sysctl('net.ipv4.tcp_max_orphans', {}) end",
	       "a number or a string");
	breaks("hosts = { 'a' } function run() kernel_sysctl('net.ipv4.tcp_max_orphans', '\\27') "
	       "end",
	       "control character");
	breaks("kernel_sysctl('net.ipv4.tcp_max_orphans')", "works only while run() plays");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("lab_kernel");
	TCase *tc = tcase_create("lab_kernel");

	tcase_add_checked_fixture(tc, world, no_world);
	tcase_add_test(tc, full_says_which_form);
	tcase_add_test(tc, virtual_clock_says_which_clock);
	tcase_add_test(tc, full_length_is_nothing_when_not_said);
	tcase_add_test(tc, since_compares_with_the_kernel_to_be);
	tcase_add_test(tc, since_wants_a_version);
	tcase_add_test(tc, needs_knows_lab_kernels);
	tcase_add_test(tc, kernel_sysctl_reads_and_writes);
	suite_add_tcase(s, tc);
	return s;
}
