/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zwinger as a program, and what it said where it ended otherwise. */
#include "tests/deploy/site.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/source.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"

#define WORDS_MAX 8

#define PATIENCE_MS 5000

static void make_line(struct zw_testbed *bed, const char *const *words,
		      const char *argv[WORDS_MAX + 6])
{
	size_t n = 1;

	argv[0] = zw_binary();

	for (; words[n - 1]; n++) {
		ZW_ASSERT(n <= WORDS_MAX);
		argv[n] = words[n - 1];
	}
	argv[n++] = "--color";
	argv[n++] = "never";
	argv[n++] = "--netns";
	argv[n++] = zw_testbed_name(bed);
	argv[n] = NULL;
}

void zw_site_run(struct zw_testbed *bed, const char *const *words, int status,
		 struct zw_run *run)
{
	const char *argv[WORDS_MAX + 6];

	make_line(bed, words, argv);
	zw_run(run, NULL, argv);
	zw_buf_puts(&run->out, ""); /* never NULL */
	zw_buf_puts(&run->err, "");
	ZW_CHECK(run->status == status, "%s %s: status %d, not %d\n%s%s",
		 words[0], words[1] ? words[1] : "", run->status, status,
		 run->out.n ? run->out.data : "",
		 run->err.n ? run->err.data : "");
}

void zw_site_apply(struct zw_testbed *bed, const char *policy)
{
	const char *const words[] = { "apply", policy, NULL };
	struct zw_run run;

	zw_site_run(bed, words, 0, &run);
	zw_run_free(&run);
}

/* ---- processes that stay ------------------------------------------------- */

void zw_site_start(struct zw_testbed *bed, const char *const *words,
		   struct zw_site_process *p)
{
	const char *argv[WORDS_MAX + 6];
	char *const *plain;
	int fd;

	make_line(bed, words, argv);
	*p = (struct zw_site_process){ .log = "/tmp/zw-site-XXXXXX" };
	fd = mkstemp(p->log);
	ZW_ASSERT(fd >= 0);
	fflush(NULL);
	p->pid = fork();
	ZW_ASSERT(p->pid >= 0);
	if (!p->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		/* execv() changes nothing of it */
		memcpy(&plain, &(const char *const *){ argv }, sizeof(plain));
		execv(argv[0], plain);
		_exit(127);
	}
	close(fd);
}

char *zw_site_said(const struct zw_site_process *p)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_str text = { 0 };
	char *copy;

	zw_read_file(arena, p->log, (size_t)1 << 24, &text);
	copy = strndup(text.n ? text.p : "", text.n);
	zw_arena_free(arena);
	return copy;
}

static long elapsed(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - since->tv_sec) * 1000 +
	       (now.tv_nsec - since->tv_nsec) / 1000000;
}

bool zw_site_await(struct zw_site_process *p, const char *text)
{
	struct timespec since;
	bool found = false;
	char *said;

	clock_gettime(CLOCK_MONOTONIC, &since);
	for (;;) {
		const char *at;

		said = zw_site_said(p);
		at = strlen(said) > p->seen ? strstr(said + p->seen, text)
					    : NULL;
		found = at != NULL;
		if (found)
			p->seen = (size_t)(at - said) + strlen(text);
		if (found || elapsed(&since) > PATIENCE_MS)
			break;
		free(said);
		poll(NULL, 0, 10);
	}
	ZW_CHECK(found, "it has not said '%s' (behind byte %zu):\n%s", text,
		 p->seen, said);
	free(said);
	return found;
}

void zw_site_stop(struct zw_site_process *p, int signal, int expected)
{
	struct timespec since;
	int status = 0;
	char *said;

	kill(p->pid, signal);
	clock_gettime(CLOCK_MONOTONIC, &since);
	while (!waitpid(p->pid, &status, WNOHANG)) {
		if (elapsed(&since) > PATIENCE_MS)
			kill(p->pid, SIGKILL);
		poll(NULL, 0, 5);
	}
	status = WIFEXITED(status) ? WEXITSTATUS(status)
				   : 128 + WTERMSIG(status);
	said = zw_site_said(p);
	ZW_CHECK(status == expected, "status %d, not %d:\n%s", status, expected,
		 said);
	free(said);
	unlink(p->log);
}

void zw_site_do(struct zw_testbed *bed, int status, const char *const *argv)
{
	struct zw_ran ran = zw_netns_run(zw_testbed_netns(bed), argv, NULL);

	ZW_CHECK(ran.status == status, "%s %s %s: status %d: %s", argv[0],
		 argv[1], argv[2], ran.status, ran.err ? ran.err : "");
	zw_ran_free(&ran);
}
