/* SPDX-License-Identifier: MIT */
/*
 * A terminal through curses.
 *
 * Only default colours and the attributes bold, dim and reverse are relied on; colours are the
 * eight basic ones on the terminal's own ground, so that they can be read on light and dark.
 * Signals that end a program end the waiting for a key first: the terminal is given back, then the
 * caller dies of the signal. Ctrl-Z and its return, and new sizes, are handled by curses. kill -9
 * leaves the terminal as it was at that moment; `reset` helps.
 */
#include "screen.h"

#include <curses.h>
#include <term.h>
/* term.h takes words that others need */
#undef columns
#undef lines

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../netns/duration.h"
#include "../netns/err.h"
#include "canvas.h"
#include "player.h"

#define MOST_FDS 4

static const int taken[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
#define TAKEN (sizeof(taken) / sizeof(taken[0]))

/* There is one terminal, and signals belong to the process: so this is one for all. */
static volatile sig_atomic_t ended, stopping;
static struct sigaction before[TAKEN];
static sigset_t mask_before;
static SCREEN *terminal;
static chtype attributes[INK_COUNT];

static void on_signal(int signal)
{
	if (signal == SIGTSTP)
		stopping = 1;
	else
		ended = signal;
}

static int cannot(struct err *err, const char *why)
{
	err_set(err, ENOTTY, "%s", why);
	return err_remedy(err, "with --plain (or ACCESSIBLE=1) it is told as text; `tcplab run` "
			       "and `tcplab replay` write it too");
}

int screen_able(struct err *err)
{
	const char *term = getenv("TERM");
	char *move;
	int rc;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return cannot(err, "play: a terminal is wanted for its screen");
	if (!term || !*term)
		return cannot(err, "play: TERM is not set");
	if (setupterm(term, STDOUT_FILENO, &rc) != OK)
		return cannot(err, "play: the terminal is of a kind that is not known here (TERM)");
	move = tigetstr("cup");
	rc = move && move != (char *)-1;
	del_curterm(cur_term);
	if (!rc)
		return cannot(err, "play: this terminal cannot place its cursor (TERM)");
	return 0;
}

static void choose_inks(bool color)
{
	static const struct {
		enum ink ink;
		short color;
		chtype with, without;
	} looks[] = {
		{ INK_TITLE, -1, A_BOLD, A_BOLD },
		{ INK_STEP, COLOR_CYAN, A_BOLD, A_BOLD },
		{ INK_DIM, -1, A_DIM, A_DIM },
		{ INK_PASS, COLOR_GREEN, 0, 0 },
		{ INK_FAIL, COLOR_RED, A_BOLD, A_BOLD },
		{ INK_WARN, COLOR_YELLOW, 0, A_BOLD },
		{ INK_STATE, COLOR_MAGENTA, 0, 0 },
		{ INK_LOST, COLOR_RED, 0, A_BOLD },
		{ INK_CODE, COLOR_CYAN, 0, 0 },
		{ INK_STRONG, -1, A_BOLD, A_BOLD },
		{ INK_LINK, -1, A_UNDERLINE, A_UNDERLINE },
	};

	memset(attributes, 0, sizeof(attributes));
	color = color && has_colors() && start_color() == OK && use_default_colors() == OK;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		short pair = (short)(i + 1);

		attributes[looks[i].ink] = color ? looks[i].with : looks[i].without;
		if (color && looks[i].color >= 0 && init_pair(pair, looks[i].color, -1) == OK)
			attributes[looks[i].ink] |= COLOR_PAIR(pair);
	}
}

/* The name of the locale says UTF-8, but it may not be installed: any other that is, will do. */
static bool locale_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ||
	       (setlocale(LC_CTYPE, "C.UTF-8") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
}

int screen_open(bool color, bool *utf8, struct err *err)
{
	const struct sigaction act = { .sa_handler = on_signal };
	sigset_t blocked;
	int rc = screen_able(err);

	if (rc < 0)
		return rc;
	*utf8 = *utf8 && locale_utf8();
	ended = stopping = 0;
	/* they come only while a key is waited for, so that none is missed between a look and that
	 */
	sigemptyset(&blocked);
	for (size_t i = 0; i < TAKEN; i++)
		sigaddset(&blocked, taken[i]);
	sigprocmask(SIG_BLOCK, &blocked, &mask_before);
	/* ours first: curses leaves alone what somebody has taken */
	for (size_t i = 0; i < TAKEN; i++)
		sigaction(taken[i], &act, &before[i]);
	/* the size is that of the terminal, whatever LINES and COLUMNS say; and so is each later
	 * one, for which curses would ask nobody then (take_size()) */
	use_env(FALSE);
	use_tioctl(TRUE);
	terminal = newterm(NULL, stdout, stdin);
	if (!terminal) {
		screen_close();
		return cannot(err, "play: curses cannot use this terminal (TERM)");
	}
	set_escdelay(40);
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	choose_inks(color);
	return 0;
}

int screen_close(void)
{
	if (terminal) {
		endwin();
		delscreen(terminal);
		terminal = NULL;
	}
	for (size_t i = 0; i < TAKEN; i++)
		sigaction(taken[i], &before[i], NULL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	return ended;
}

void screen_size(int *rows, int *columns)
{
	getmaxyx(stdscr, *rows, *columns);
}

void screen_show(const struct canvas *c)
{
	erase();
	for (int y = 0; y < c->rows; y++) {
		for (int x = 0; x < c->columns; x++) {
			const struct canvas_cell *cell = &c->cells[y * c->columns + x];

			/* a blank is there already; the right half of a wide one too */
			if (!*cell->text || strcmp(cell->text, " ") == 0)
				continue;
			attrset((attr_t)(cell->here ? (attributes[cell->ink] & ~A_DIM) | A_BOLD
						    : attributes[cell->ink]));
			mvaddstr(y, x, cell->text);
		}
	}
	attrset(A_NORMAL);
	refresh();
}

static const struct {
	int curses, key;
} keys[] = {
	{ KEY_LEFT, PLAYER_LEFT },
	{ KEY_RIGHT, PLAYER_RIGHT },
	{ KEY_UP, PLAYER_UP },
	{ KEY_DOWN, PLAYER_DOWN },
	{ KEY_HOME, PLAYER_HOME },
	{ KEY_END, PLAYER_END },
	{ KEY_PPAGE, PLAYER_PAGE_UP },
	{ KEY_NPAGE, PLAYER_PAGE_DOWN },
	{ KEY_BACKSPACE, PLAYER_BACKSPACE },
	{ KEY_ENTER, PLAYER_ENTER },
	{ KEY_RESIZE, SCREEN_RESIZED },
};

/* What a terminal shows after it got another size is its own affair: all of it is drawn. */
static void take_size(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
		resize_term(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);
}

/* Return: a key, or SCREEN_NOTHING when there is none that means anything. */
static int pending(void)
{
	wint_t c;
	int rc = get_wch(&c);

	if (rc == KEY_CODE_YES) {
		if (c == KEY_RESIZE)
			take_size();
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if ((wint_t)keys[i].curses == c)
				return keys[i].key;
		return SCREEN_NOTHING;
	}
	if (rc != OK)
		return SCREEN_NOTHING;
	if (c == 127 || c == 8)
		return PLAYER_BACKSPACE;
	if (c == ('L' & 31)) {
		take_size();
		return SCREEN_RESIZED;
	}
	return c == '\r' ? PLAYER_ENTER : (int)c;
}

/* Ctrl-Z: stand still without the terminal, and go on with all of it drawn anew. */
static int stand_still(void)
{
	const struct sigaction stop = { .sa_handler = SIG_DFL }, act = { .sa_handler = on_signal };
	sigset_t only;

	stopping = 0;
	endwin();
	sigaction(SIGTSTP, &stop, NULL);
	sigemptyset(&only);
	sigaddset(&only, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	/* here it stands */
	sigprocmask(SIG_BLOCK, &only, NULL);
	sigaction(SIGTSTP, &act, NULL);
	take_size();
	return SCREEN_RESIZED;
}

int screen_key(int64_t wait, const int *fds, int n)
{
	struct pollfd poll_fds[1 + MOST_FDS] = { { .fd = STDIN_FILENO, .events = POLLIN } };
	const struct timespec limit = { .tv_sec = wait / NS_PER_S, .tv_nsec = wait % NS_PER_S };
	int key = ended ? SCREEN_ENDED : pending();

	if (key != SCREEN_NOTHING)
		return key;
	for (int i = 0; i < n && i < MOST_FDS; i++)
		poll_fds[1 + i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	if (ppoll(poll_fds, 1 + (nfds_t)(n < MOST_FDS ? n : MOST_FDS), wait < 0 ? NULL : &limit,
		  &mask_before) < 0 &&
	    errno != EINTR)
		return SCREEN_ENDED;
	if (ended || (poll_fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
		return SCREEN_ENDED;
	return stopping ? stand_still() : pending();
}
