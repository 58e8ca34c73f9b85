/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes before a guard: how long, where back to, and the process itself,
 * forked twice into a session of its own. */
#include "cli/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/built_in.h"
#include "cli/lockout.h"
#include "cli/recall.h"

#define LEAST_S 1
#define MOST_S 86400

bool zw_guard_time(struct zw_cli *cli, s64 *milliseconds)
{
	const char *text = cli->values[ZW_OPT_CONFIRM];
	unsigned long seconds;
	char *end;

	*milliseconds = 0;
	if (!text)
		return true;
	seconds = strtoul(text, &end, 10);
	if (end > text && end - text < 8 && text[0] != '-') {
		if (!strcmp(end, "m"))
			seconds *= 60;
		else if (!strcmp(end, "h"))
			seconds *= 3600;
		if ((!*end || !strcmp(end, "s") || !strcmp(end, "m") ||
		     !strcmp(end, "h")) &&
		    seconds >= LEAST_S && seconds <= MOST_S) {
			*milliseconds = (s64)seconds * 1000;
			return true;
		}
	}
	zw_diag_help(&cli->diags,
		     zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
			     "--confirm cannot be '%s'", text),
		     "a time such as 120s or 5m, up to a day");
	return false;
}

static bool no_way_back(struct zw_deploy *d, const char *why)
{
	struct zw_diags *diags = &d->cli->diags;
	struct zw_diag *diag = zw_diag(
		diags, ZW_Z5027, ZW_NO_SPAN,
		"nothing could take this load back if nobody confirms it: %s",
		why);

	zw_diag_help(
		diags, diag,
		"apply without --confirm, with another way to the machine at hand");
	return false;
}

/* There was nothing before: back to what lets in who is in. */
static bool back_to_built_in(struct zw_deploy *d, const struct zw_apply *a)
{
	struct zw_connection c;
	struct zw_str exception = { 0 };
	bool open;

	if (zw_ssh_connection(&a->gateway, &c))
		exception = zw_lockout_exception(d->cli, &a->gateway, &c);
	if (!zw_built_in(d->cli, exception, &open, &d->back))
		return false;
	fprintf(stderr,
		"no generation was confirmed before: the way back is the built-in policy, %s\n",
		open ? "with the management access that it gives"
		     : "and that drops everything but loopback");
	return true;
}

static struct zw_str new_token(struct zw_arena *arena)
{
	unsigned long long random = 0;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = (unsigned long long)zw_boot_clock();
	return zw_strf(arena, "%llx-%ld", random, (long)getpid());
}

bool zw_guard_prepare(struct zw_deploy *d, struct zw_apply *a)
{
	struct zw_arena *arena = d->cli->arena;
	struct zw_recalled recalled;
	int err;
	bool ok;

	if (d->ledger.good == ZW_GENERATION_NONE ||
	    d->ledger.good == ZW_GENERATION_BUILT_IN) {
		if (!back_to_built_in(d, a))
			return false;
	} else {
		err = zw_generation_read(arena, &d->folder, d->ledger.good,
					 &d->back);
		if (err) {
			zw_deploy_say_error(
				d, err,
				zw_strf(arena, "read number %u", d->ledger.good)
					.p);
			return no_way_back(
				d, "the confirmed generation cannot be read");
		}
	}
	ok = zw_recall(d->cli, &d->back, &recalled);
	if (!ok)
		zw_cli_flush(&recalled.cli);
	zw_recall_end(&recalled);
	if (!ok)
		return no_way_back(
			d, "the confirmed generation does not compile today");
	d->ledger.waiting = d->generation.number;
	d->ledger.back = d->back.number;
	d->ledger.deadline = zw_boot_clock() + d->confirm;
	d->ledger.boot = zw_boot_id(arena);
	d->ledger.token = new_token(arena);
	return true;
}

static void close_all_but(const int *kept, size_t n)
{
	long fd, most = sysconf(_SC_OPEN_MAX);
	size_t i;

	for (fd = 3; fd < (most > 4096 || most < 0 ? 4096 : most); fd++) {
		for (i = 0; i < n && kept[i] != fd; i++)
			;
		if (i == n)
			close((int)fd);
	}
}

/* What the guard says goes where the state is, for who comes to look. */
static void use_log(const struct zw_deploy *d)
{
	int null = open("/dev/null", O_RDWR);
	int log = openat(d->folder.fd, "guard.log",
			 O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);

	dup2(null, 0);
	dup2(null, 1);
	dup2(log >= 0 ? log : null, 2);
}

/* The guard's own process; never returns. */
__attribute__((noreturn)) static void become_guard(struct zw_deploy *d,
						   int ready)
{
	const int kept[] = { d->folder.fd, ready };

	if (setsid() < 0 || fork())
		_exit(0);
	use_log(d);
	close_all_but(kept, 2);
	d->folder.lock = -1; /* the caller's, and closed here */
	d->audit.fd = -1;
	if (chdir("/"))
		_exit(1);
	d->event = "guard";
	d->confirm = 0;
	zw_guard_watch(d, &d->back, d->ledger.token, ready);
	_exit(0);
}

bool zw_guard_start(struct zw_deploy *d)
{
	char byte = 0;
	ssize_t n;
	int ends[2];
	pid_t pid;

	fflush(NULL);
	if (pipe2(ends, O_CLOEXEC))
		return no_way_back(d, strerror(errno));
	pid = fork();
	if (!pid)
		become_guard(d, ends[1]);
	close(ends[1]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	do
		n = read(ends[0], &byte, 1);
	while (n < 0 && errno == EINTR);
	close(ends[0]);
	return n == 1 || no_way_back(d, "its guard did not start");
}

bool zw_guard_stands(const struct zw_deploy *d)
{
	int fd = openat(d->folder.fd, "guard", O_RDONLY | O_CLOEXEC);
	bool stands;

	if (fd < 0)
		return false;
	stands = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	return stands;
}
