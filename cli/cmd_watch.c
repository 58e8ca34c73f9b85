/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger watch [POLICY]`: stays, holds the table's socket, and proves again
 * what the kernel holds whenever anybody has changed tables, links or
 * addresses. This process opens sockets, waits and forks; it reads, decodes and
 * proves nothing itself, so no change can make it end. Changes that come close
 * together make one round: it begins when none has come for a moment, or half a
 * second after the first. Every five minutes there is one in any case, for
 * what no kernel tells: settings, BPF links, legacy tables.
 *
 * Another command that loads borrows the socket (loader/handover.h); until it
 * is done no round begins.
 *
 * The files of a POLICY are read once, at the beginning; without one, what the
 * last command has loaded is watched over, as the state has kept it. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/refusal.h"
#include "cli/watch.h"
#include "loader/handover.h"

#define QUIET_MS 100
#define LATEST_MS 500
#define PERIOD_MS 300000

enum { TABLES, ROUTE, SIGNALS, LISTENER, BORROWER, DESCRIPTORS };

struct watcher {
	struct zw_watch w;
	struct zw_events *events;
	int signals, listener, borrower; /* negative: none */
	struct zw_heard heard;		 /* since the last round */
	s64 first, last; /* when that was: the first and the last, in ms */
	u32 child;	 /* that looked last */
	s64 looked;	 /* when that was */
};

static s64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (s64)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- rounds -------------------------------------------------------------- */

/* Look in a process of its own; false if it did not end well. */
static bool look(struct watcher *x)
{
	pid_t child;
	int status = 0;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return false;
	if (!child) {
		zw_watch_round(&x->w, &x->heard);
		fflush(NULL);
		_exit(0);
	}
	x->child = (u32)child;
	x->looked = now();
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	zw_socket_drain(x->w.socket);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static void merge(struct zw_heard *into, const struct zw_heard *heard)
{
	into->kinds |= heard->kinds;
	if (heard->kinds & ZW_EVENT_TABLES) {
		into->pid = heard->pid;
		memcpy(into->name, heard->name, sizeof(into->name));
	}
}

static void hear(struct watcher *x)
{
	struct zw_heard heard;
	int err = zw_events_take(x->events, x->child, &heard);

	if (err)
		heard.kinds |= ZW_EVENT_LOST;
	if (!heard.kinds)
		return;
	if (!x->heard.kinds)
		x->first = now();
	x->last = now();
	merge(&x->heard, &heard);
}

/* How long to wait for more, in ms: -1 for ever, 0 begins a round. */
static int patience(const struct watcher *x)
{
	s64 quiet = x->last + QUIET_MS, latest = x->first + LATEST_MS;
	s64 left;

	if (x->borrower >= 0)
		return -1;
	if (!x->heard.kinds) {
		left = x->looked + PERIOD_MS - now();
		return left < 0 ? 0 : (int)left;
	}
	left = (quiet < latest ? quiet : latest) - now();
	return left < 0 ? 0 : (int)left;
}

static void begin_round(struct watcher *x)
{
	const struct zw_heard heard = x->heard;
	bool ok;

	if (!x->heard.kinds)
		x->heard.kinds = ZW_EVENT_ASKED;
	ok = look(x);
	x->heard = (struct zw_heard){ 0 };
	if (ok)
		return;
	/* it was killed, or there was no memory for it: what was to be looked
	 * at still is */
	fputs("a round did not end well; there will be another\n", stderr);
	x->heard = heard;
	x->first = x->last = now() + LATEST_MS;
}

/* ---- the loop ------------------------------------------------------------ */

static void lend(struct watcher *x)
{
	int err = zw_handover_lend(x->listener, x->w.socket, &x->borrower);

	if (err)
		x->borrower = -1;
}

/* The borrower says nothing; that it can be read means that it is gone. */
static void take_back(struct watcher *x)
{
	close(x->borrower);
	x->borrower = -1;
	zw_socket_drain(x->w.socket);
	if (!x->heard.kinds)
		x->first = x->last = now();
	x->heard.kinds |= ZW_EVENT_TABLES;
}

/* True if the process is to end. */
static bool take_signal(struct watcher *x)
{
	struct signalfd_siginfo info;

	if (read(x->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return false;
	if (info.ssi_signo != SIGHUP)
		return true;
	if (!x->heard.kinds)
		x->first = x->last = now();
	x->heard.kinds |= ZW_EVENT_ASKED;
	return false;
}

static void watch(struct watcher *x)
{
	struct pollfd fds[DESCRIPTORS] = { 0 };
	int sockets[ZW_EVENT_SOCKETS], i, n;

	zw_events_descriptors(x->events, sockets);
	fds[TABLES].fd = sockets[0];
	fds[ROUTE].fd = sockets[1];
	fds[SIGNALS].fd = x->signals;
	for (;;) {
		fds[LISTENER].fd = x->borrower < 0 ? x->listener : -1;
		fds[BORROWER].fd = x->borrower;
		for (i = 0; i < DESCRIPTORS; i++) {
			fds[i].events = POLLIN;
			fds[i].revents = 0;
		}
		n = poll(fds, DESCRIPTORS, patience(x));
		if (n < 0 && errno != EINTR)
			return;
		if (n > 0 && fds[SIGNALS].revents && take_signal(x))
			return;
		hear(x);
		if (n > 0 && fds[BORROWER].revents)
			take_back(x);
		if (n > 0 && fds[LISTENER].revents)
			lend(x);
		if (patience(x) == 0)
			begin_round(x);
	}
}

/* ---- beginning and end --------------------------------------------------- */

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool say_listening(struct zw_cli *cli, int err, struct zw_str path)
{
	struct zw_diag *diag;

	if (!err)
		return true;
	if (err != -EADDRINUSE) {
		zw_diag(&cli->diags, ZW_Z6003, ZW_NO_SPAN,
			"cannot listen at '%.*s': %s", ZW_STR_ARG(path),
			strerror(-err));
		return false;
	}
	diag = zw_diag(&cli->diags, ZW_Z5050, ZW_NO_SPAN,
		       "another 'zwinger watch' looks after this namespace");
	zw_diag_help(&cli->diags, diag,
		     "end it first; 'fuser -v %.*s' names it",
		     ZW_STR_ARG(path));
	return false;
}

/* Sockets before anything is read, so that no change is missed. */
static bool open_all(struct watcher *x)
{
	struct zw_cli *cli = x->w.cli;
	const char *netns = cli->values[ZW_OPT_NETNS];
	struct zw_str path = zw_handover_path(cli->arena, netns);
	int err = zw_socket_open(netns, &x->w.socket);

	if (err) {
		zw_say_open_error(&cli->diags, err, netns);
		return false;
	}
	err = zw_events_open(netns, &x->events);
	if (err) {
		zw_say_socket_error(&cli->diags, err,
				    "follow what changes in the kernel");
		return false;
	}
	x->signals = open_signals();
	return say_listening(
		cli, zw_handover_listen(cli->arena, path, &x->listener), path);
}

static void close_all(struct watcher *x)
{
	struct zw_str path = zw_handover_path(x->w.cli->arena,
					      x->w.cli->values[ZW_OPT_NETNS]);

	if (x->borrower >= 0)
		close(x->borrower);
	if (x->listener >= 0) {
		unlink(zw_cstr(x->w.cli->arena, path));
		close(x->listener);
	}
	if (x->signals >= 0)
		close(x->signals);
	zw_events_close(x->events);
	zw_socket_close(x->w.socket);
}

/* Read the policy's files, which CLI's sources keep from now on, and see if
 * they can be compiled. */
static enum zw_status read_policy(struct watcher *x)
{
	struct zw_cli cli = *x->w.cli;
	enum zw_status status;
	struct zw_job job;

	if (!x->w.policy)
		return ZW_STATUS_DONE;
	cli.arena = zw_arena_new();
	zw_diags_init(&cli.diags, cli.arena);
	cli.live = true;
	zw_sources_keep(cli.sources);
	zw_job_policy(&cli, x->w.policy, &job);
	status = zw_status_of(&cli.diags);
	zw_cli_flush(&cli);
	zw_arena_free(cli.arena);
	return status;
}

/* What cannot be read or compiled at the beginning is no matter for a process
 * that stays. */
static enum zw_status begin(struct watcher *x)
{
	static const enum zw_status verdicts[] = {
		[ZW_PROVED] = ZW_STATUS_DONE,
		[ZW_REFUTED] = ZW_STATUS_REFUTED,
		[ZW_UNDECIDED] = ZW_STATUS_UNDECIDED,
	};
	enum zw_status status = read_policy(x);

	if (status == ZW_STATUS_DONE && (!look(x) || x->w.memory->unreadable))
		status = ZW_STATUS_SYSTEM;
	if (status != ZW_STATUS_DONE)
		return status;
	if (x->w.cli->values[ZW_OPT_ONCE])
		return verdicts[x->w.memory->verdict];
	watch(x);
	return ZW_STATUS_DONE;
}

enum zw_status zw_cmd_watch(struct zw_cli *cli)
{
	struct watcher x = {
		.w = { .cli = cli,
		       .policy = cli->operand_count ? cli->operands[0] : NULL,
		       .exec = cli->values[ZW_OPT_EXEC],
		       .restore = cli->values[ZW_OPT_RESTORE] },
		.signals = -1,
		.listener = -1,
		.borrower = -1
	};
	void *memory = mmap(NULL, sizeof(*x.w.memory), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	enum zw_status status = ZW_STATUS_DONE;

	if (memory == MAP_FAILED)
		return ZW_STATUS_SYSTEM;
	x.w.memory = memory;
	if (open_all(&x))
		status = begin(&x);
	close_all(&x);
	munmap(memory, sizeof(*x.w.memory));
	return zw_status_worse(status, zw_status_of(&cli->diags));
}
