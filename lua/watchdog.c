/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "confine.h"
#include "lab.h"

/* Timers are not inherited by a forked child: @owner says whose @timer is. */
static struct {
	void (*fatal)(const char *message);
	timer_t timer;
	pid_t owner;
} dog;

static void barked(int signo)
{
	(void)signo;
	if (dog.fatal)
		dog.fatal(
			"the lab used 5 s of processor time inside one call, which nothing can "
			"interrupt (a pattern that backtracks without end, or a huge repetition)");
}

void lab_watchdog(void (*fatal)(const char *message))
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF };
	struct sigaction sa = { .sa_handler = barked, .sa_flags = SA_RESTART };
	bool mine = dog.owner == getpid();

	_Static_assert(CONFINE_CPU_SECONDS == 5, "the message says how long");
	dog.fatal = fatal;
	if (!fatal) {
		if (mine)
			timer_delete(dog.timer);
		dog.owner = 0;
		return;
	}
	if (mine)
		return;
	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGPROF, &sa, NULL) < 0 ||
	    timer_create(CLOCK_THREAD_CPUTIME_ID, &ev, &dog.timer) < 0) {
		fatal("cannot watch the processor time of a lab (timer_create)");
		return;
	}
	dog.owner = getpid();
}

static void arm(time_t seconds)
{
	struct itimerspec when = { .it_value.tv_sec = seconds };

	if (dog.fatal && dog.owner == getpid())
		timer_settime(dog.timer, 0, &when, NULL);
}

void watchdog_arm(void)
{
	arm(CONFINE_CPU_SECONDS);
}

void watchdog_disarm(void)
{
	arm(0);
}
