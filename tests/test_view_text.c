/* SPDX-License-Identifier: MIT */
#include "../runner/view.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "../runner/columns.h"
#include "harness.h"
#include "records.h"

/*
 * Sample records and what the text view makes of them, as files beside the
 * records. TCPLAB_WRITE_GOLDEN=1 writes them anew: look at the difference before it is kept.
 */
static const struct golden {
	const char *record;
	int columns;
	bool utf8;
	enum lang lang;
	int verbosity;
} goldens[] = {
	{ "handshake", 100, true, LANG_EN, 0 },  { "handshake", 60, true, LANG_EN, 0 },
	{ "handshake", 80, false, LANG_EN, 0 },  { "handshake", 100, true, LANG_ZH, 0 },
	{ "handshake", 60, true, LANG_ZH, 1 },   { "handshake", 100, true, LANG_EN, 1 },
	{ "handshake", 100, true, LANG_EN, -1 }, { "handshake", 40, true, LANG_EN, 0 },
	{ "loss", 100, true, LANG_EN, 0 },       { "loss", 60, false, LANG_EN, 0 },
	{ "close", 100, true, LANG_EN, 0 },      { "finack", 100, true, LANG_EN, 0 },
	{ "three", 100, true, LANG_EN, 0 },      { "cookies", 100, true, LANG_EN, 0 },
	{ "cookies", 100, true, LANG_ZH, -1 },   { "broken", 100, true, LANG_EN, 0 },
	{ "broken", 60, true, LANG_ZH, 0 },      { "skip", 100, true, LANG_EN, 0 },
	{ "cut", 100, true, LANG_EN, 0 },
};

static char *shown(const char *record, const struct view_options *opt)
{
	struct view_options mine = *opt;
	json_t *all = records_load(record);
	struct err err = ERR_INIT;
	char *text = NULL;
	size_t size, i;
	struct view *v;
	json_t *ev;

	mine.paper.out = open_memstream(&text, &size);
	v = view_text.open(&mine);
	json_array_foreach (all, i, ev)
		ck_ok(view_text.event(v, ev, &err));
	ck_ok(view_text.close(v, &err));
	fclose(mine.paper.out);
	json_decref(all);
	return text;
}

START_TEST(test_golden)
{
	const struct golden *g = &goldens[_i];
	const struct view_options opt = {
		.paper = { .columns = g->columns, .utf8 = g->utf8, .lang = g->lang },
		.verbosity = g->verbosity
	};
	_cleanup_free_ char *text = shown(g->record, &opt), *want = NULL;
	static const char *const names[] = { "quiet", "plain", "verbose" };
	_cleanup_fclose_ FILE *f = NULL;
	char name[128], path[512];
	size_t room = 0;
	ssize_t n;

	snprintf(name, sizeof(name), "%s.%s.%d.%s.%s.txt", g->record, names[g->verbosity + 1],
		 g->columns, g->utf8 ? "utf8" : "ascii", g->lang == LANG_ZH ? "zh" : "en");
	records_path(path, "golden-views", name);
	if (getenv("TCPLAB_WRITE_GOLDEN")) {
		f = fopen(path, "we");
		ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
		fputs(text, f);
		return;
	}
	f = fopen(path, "re");
	ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
	n = getdelim(&want, &room, EOF, f);
	ck_assert_int_gt(n, 0);
	ck_assert_msg(strcmp(text, want) == 0, "%s says otherwise:\n%s", path, text);
}
END_TEST

static const int widths[] = { 40, 60, 80, 100, 250 };

/* Nothing that a record says steers the terminal, and nothing is wider than it. */
START_TEST(test_clean)
{
	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
		for (int variant = 0; variant < 4; variant++) {
			const struct view_options opt = {
				.paper = { .columns = widths[w],
					   .utf8 = variant & 1,
					   .lang = variant & 2 ? LANG_ZH : LANG_EN },
				.verbosity = 1
			};
			_cleanup_free_ char *text = shown(records_all[_i], &opt);
			int most = widths[w] < 100 ? widths[w] : 100;

			/* NOLINTNEXTLINE(misc-misleading-bidirectional): looked for */
			ck_assert_ptr_null(strstr(text, "\u202e"));
			ck_assert_ptr_null(strstr(text, "\xc2\x9b"));
			for (char *line = text, *end; *line; line = end + 1) {
				end = strchr(line, '\n');
				ck_assert_ptr_nonnull(end);
				*end = '\0';
				for (const char *p = line; *p; p++)
					ck_assert_msg((unsigned char)*p >= ' ' && *p != 127,
						      "byte %d in: %s", *p, line);
				ck_assert_msg(columns_width(line) <= most, "at %d: %s", widths[w],
					      line);
			}
		}
	}
}
END_TEST

/* With colour the only sequences are SGR, and each line ends without any in force. */
static void check_color(const char *record, int columns)
{
	const struct view_options opt = {
		.paper = { .columns = columns, .color = true, .utf8 = true }, .verbosity = 1
	};
	const struct view_options plain = { .paper = { .columns = columns, .utf8 = true },
					    .verbosity = 1 };
	_cleanup_free_ char *text = shown(record, &opt);
	_cleanup_free_ char *without = shown(record, &plain);
	bool on = false;
	char *to = text;

	for (const char *p = text; *p;) {
		if (*p == '\033') {
			size_t n = strspn(p + 2, "0123456789;");

			ck_assert_int_eq(p[1], '[');
			ck_assert_int_eq(p[2 + n], 'm');
			on = strncmp(p, "\033[0m", 4) != 0 && strncmp(p, "\033[m", 3) != 0;
			p += n + 3;
			continue;
		}
		ck_assert_msg(*p != '\n' || !on, "colour is left on at: %.80s", p);
		*to++ = *p++;
	}
	*to = '\0';
	ck_assert_str_eq(text, without);
}

START_TEST(test_color)
{
	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
		check_color(records_all[_i], widths[w]);
}
END_TEST

/* Each event is on its way to the reader when event() returns. */
START_TEST(test_live)
{
	json_t *all = records_load("handshake"), *ev;
	struct err err = ERR_INIT;
	struct view_options opt = { .paper = { .columns = 100, .utf8 = true } };
	char buf[16384], text[65536] = "";
	struct view *v;
	size_t i, n = 0;
	ssize_t got;
	int fd[2];

	ck_assert_int_eq(pipe2(fd, O_CLOEXEC | O_NONBLOCK), 0);
	opt.paper.out = fdopen(fd[1], "w");
	v = view_text.open(&opt);
	json_array_foreach (all, i, ev) {
		const char *text_of;

		ck_ok(view_text.event(v, ev, &err));
		while ((got = read(fd[0], buf, sizeof(buf))) > 0) {
			memcpy(text + n, buf, (size_t)got);
			n += (size_t)got;
			text[n] = '\0';
		}
		text_of = json_string_value(json_object_get(json_object_get(ev, "text"), "en"));
		if (text_of)
			ck_assert_msg(memmem(text, n, text_of, 20) != NULL, "late: %s", text_of);
	}
	ck_assert_ptr_nonnull(strstr(text, "PASS"));
	ck_ok(view_text.close(v, &err));
	fclose(opt.paper.out);
	close(fd[0]);
	json_decref(all);
}
END_TEST

static int first_failure(FILE *out, struct err *err)
{
	json_t *all = records_load("handshake"), *ev;
	const struct view_options opt = { .paper = { .columns = 100, .out = out } };
	struct view *v = view_text.open(&opt);
	struct err later = ERR_INIT;
	int rc = 0;
	size_t i;

	json_array_foreach (all, i, ev) {
		rc = view_text.event(v, ev, err);
		if (rc < 0)
			break;
	}
	view_text.close(v, &later);
	json_decref(all);
	return rc;
}

START_TEST(test_full)
{
	_cleanup_fclose_ FILE *full = fopen("/dev/full", "we");
	struct err err = ERR_INIT;

	ck_assert_int_eq(first_failure(full, &err), -ENOSPC);
	ck_assert_ptr_nonnull(strstr(err.msg, "No space left"));
}
END_TEST

START_TEST(test_reader_gone)
{
	struct err err = ERR_INIT;
	FILE *out;
	int fd[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe2(fd, O_CLOEXEC), 0);
	close(fd[0]);
	out = fdopen(fd[1], "w");
	ck_assert_int_eq(first_failure(out, &err), -EPIPE);
	fclose(out);
}
END_TEST

/* One record after the other, the first cut off. */
START_TEST(test_two_records)
{
	json_t *cut = records_load("cut"), *whole = records_load("finack"), *ev;
	struct err err = ERR_INIT;
	_cleanup_free_ char *text = NULL;
	struct view_options opt = { .paper = { .columns = 100, .utf8 = true } };
	struct view *v;
	size_t size, i;
	const char *said;

	opt.paper.out = open_memstream(&text, &size);
	v = view_text.open(&opt);
	json_array_foreach (cut, i, ev)
		ck_ok(view_text.event(v, ev, &err));
	json_array_foreach (whole, i, ev)
		ck_ok(view_text.event(v, ev, &err));
	ck_ok(view_text.close(v, &err));
	fclose(opt.paper.out);
	said = strstr(text, "ends without a verdict");
	ck_assert_ptr_nonnull(said);
	ck_assert_ptr_nonnull(strstr(said, "PASS finack"));
	ck_assert_ptr_null(strstr(said + 1, "ends without a verdict"));
	json_decref(cut);
	json_decref(whole);
}
END_TEST

START_TEST(test_find)
{
	ck_assert_ptr_eq(view_find("text"), &view_text);
	ck_assert_ptr_eq(view_find("json"), &view_json);
	ck_assert_ptr_eq(view_find("tap"), &view_tap);
	ck_assert_ptr_null(view_find("xml"));
	ck_assert_ptr_null(view_find(""));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("view_text");
	TCase *tc = tcase_create("view_text");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_golden, 0, sizeof(goldens) / sizeof(goldens[0]));
	tcase_add_loop_test(tc, test_clean, 0, RECORDS_COUNT);
	tcase_add_loop_test(tc, test_color, 0, RECORDS_COUNT);
	tcase_add_test(tc, test_live);
	tcase_add_test(tc, test_full);
	tcase_add_test(tc, test_reader_gone);
	tcase_add_test(tc, test_two_records);
	tcase_add_test(tc, test_find);
	suite_add_tcase(s, tc);
	return s;
}
