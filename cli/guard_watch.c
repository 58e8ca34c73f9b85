/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard at its post: a timer of CLOCK_BOOTTIME, inotify on the folder of
 * the state, and signals as a descriptor. The ledger decides: as long as it
 * cannot be read, or names this guard's token, there is something to guard.
 * SIGTERM means that the machine goes down or that somebody ends the guard: it
 * goes back at once, since nobody would do it later. */
#include "cli/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "cli/go_back.h"
#include "cli/terminals.h"

#define LOCK_SECONDS 60
#define TRIES 10
#define TRY_SECONDS 5

struct watch {
	struct zw_deploy *d;
	const struct zw_generation *back;
	struct zw_str token;
	int timer, changes, signals;
	s64 deadline;
};

enum judgement { GO_ON, RELIEVED, TIME_OVER };

static void set_timer(struct watch *w)
{
	const struct itimerspec when = {
		.it_value = { .tv_sec = w->deadline / 1000,
			      .tv_nsec = w->deadline % 1000 * 1000000 + 1 },
	};

	timerfd_settime(w->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Does the ledger still name us? */
static enum judgement consult(struct watch *w)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_ledger now;
	enum judgement judgement = GO_ON;
	int err = zw_ledger_read(arena, &w->d->folder, &now);

	if (!err && now.known) {
		if (now.waiting == ZW_GENERATION_NONE ||
		    !zw_str_eq(now.token, w->token)) {
			judgement = RELIEVED;
		} else if (now.deadline != w->deadline) {
			w->deadline = now.deadline;
			set_timer(w);
		}
	}
	zw_arena_free(arena);
	if (judgement == GO_ON && zw_boot_clock() >= w->deadline)
		judgement = TIME_OVER;
	return judgement;
}

static void drain(int fd)
{
	char room[4096];

	while (read(fd, room, sizeof(room)) > 0)
		;
}

static enum judgement wait_for_it(struct watch *w)
{
	enum judgement judgement;
	struct pollfd fds[] = { { w->timer, POLLIN, 0 },
				{ w->changes, POLLIN, 0 },
				{ w->signals, POLLIN, 0 } };

	while ((judgement = consult(w)) == GO_ON) {
		/* now and then without being told, should inotify be lacking */
		if (poll(fds, 3, w->changes < 0 ? 200 : 5000) < 0 &&
		    errno != EINTR)
			return TIME_OVER;
		drain(w->timer);
		if (w->changes >= 0)
			drain(w->changes);
		if (fds[2].revents)
			return consult(w) == RELIEVED ? RELIEVED : TIME_OVER;
	}
	return judgement;
}

static bool take_post(struct watch *w)
{
	sigset_t set;
	int i, post = openat(w->d->folder.fd, "guard",
			     O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	/* one that was relieved just now may still be on its way out */
	for (i = 0; i < 50 && post >= 0 && flock(post, LOCK_EX | LOCK_NB); i++)
		poll(NULL, 0, 100);
	/* for people; the lock is what counts */
	if (post >= 0 && !ftruncate(post, 0))
		dprintf(post, "%ld\n", (long)getpid());
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	signal(SIGALRM, SIG_IGN);
	w->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	w->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	w->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->changes >= 0) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/self/fd/%d",
			 w->d->folder.fd);
		if (inotify_add_watch(w->changes, path,
				      IN_MOVED_TO | IN_DELETE |
					      IN_CLOSE_WRITE) < 0) {
			close(w->changes);
			w->changes = -1;
		}
	}
	set_timer(w);
	return post >= 0 && w->signals >= 0 && w->timer >= 0;
}

static void announce(const struct zw_deploy *d, u32 waited, u32 now)
{
	const char *netns = d->cli->values[ZW_OPT_NETNS];
	char text[512];

	if (now == ZW_GENERATION_NONE)
		snprintf(
			text, sizeof(text),
			"zwinger: nobody confirmed number %u%s%s, and nothing else could be loaded: see %s/guard.log",
			waited, netns ? " in namespace " : "",
			netns ? netns : "", d->path);
	else if (now == ZW_GENERATION_BUILT_IN)
		snprintf(
			text, sizeof(text),
			"zwinger: nobody confirmed number %u%s%s in time: the built-in policy is in force",
			waited, netns ? " in namespace " : "",
			netns ? netns : "");
	else
		snprintf(
			text, sizeof(text),
			"zwinger: nobody confirmed number %u%s%s in time: number %u is in force again",
			waited, netns ? " in namespace " : "",
			netns ? netns : "", now);
	zw_tell_terminals(text);
}

static void go_back(struct watch *w)
{
	struct zw_deploy *d = w->d;
	u32 waited = d->ledger.waiting, now = ZW_GENERATION_NONE;
	struct zw_ledger fresh;
	int i;

	if (zw_folder_lock(&d->folder, LOCK_SECONDS))
		fputs("the lock is held by another process; going back all the same\n",
		      stderr);
	/* whoever had the lock may have confirmed */
	if (consult(w) == RELIEVED)
		return;
	if (!zw_ledger_read(d->cli->arena, &d->folder, &fresh) && fresh.known)
		d->ledger = fresh;
	if (zw_audit_open(d->audit_path, &d->folder, &d->audit))
		d->mute = true;
	d->note = zw_strf(d->cli->arena, "number %u was not confirmed in time",
			  waited);
	for (i = 0; i < TRIES && now == ZW_GENERATION_NONE; i++) {
		if (i)
			poll(NULL, 0, TRY_SECONDS * 1000);
		now = zw_go_back(d, w->back);
	}
	announce(d, waited, now);
}

void zw_guard_watch(struct zw_deploy *d, const struct zw_generation *back,
		    struct zw_str token, int ready)
{
	struct watch w = { .d = d,
			   .back = back,
			   .token = token,
			   .deadline = d->ledger.deadline };

	if (!take_post(&w) || write(ready, "r", 1) != 1)
		return;
	close(ready);
	if (wait_for_it(&w) == TIME_OVER)
		go_back(&w);
}
