/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fork, exec, two pipes read by poll; and the comparison with kept texts. */
#include "tests/harness/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/source.h"
#include "tests/harness/harness.h"

#define TIME_LIMIT_S 60

static void child(const char *program, const char *folder,
		  const char *const *argv, const int *in, const int *out,
		  const int *err)
{
	dup2(in[0], 0);
	dup2(out[1], 1);
	dup2(err[1], 2);
	close(in[0]);
	close(in[1]);
	close(out[0]);
	close(out[1]);
	close(err[0]);
	close(err[1]);
	if (folder && chdir(folder) < 0)
		_exit(127);
	alarm(TIME_LIMIT_S);
	execvp(program, (char *const *)(uintptr_t)argv);
	fprintf(stderr, "%s: %s\n", program, strerror(errno));
	_exit(127);
}

/* Feed INPUT and gather both outputs until both are at their end. */
static void talk(struct zw_run *run, int in, int out, int err,
		 struct zw_str input)
{
	struct pollfd fds[3] = { { out, POLLIN, 0 },
				 { err, POLLIN, 0 },
				 { in, POLLOUT, 0 } };
	size_t fed = 0;

	if (!input.n) {
		close(in);
		fds[2].fd = -1;
	}
	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		char room[65536];
		int i;

		if (poll(fds, 3, -1) < 0)
			break;
		for (i = 0; i < 2; i++) {
			ssize_t n;

			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			n = read(fds[i].fd, room, sizeof(room));
			if (n > 0) {
				zw_buf_add(i ? &run->err : &run->out, room,
					   (size_t)n);
			} else {
				close(fds[i].fd);
				fds[i].fd = -1;
			}
		}
		if (fds[2].fd >= 0 && fds[2].revents) {
			ssize_t n = write(in, input.p + fed, input.n - fed);

			fed += n > 0 ? (size_t)n : 0;
			if (n <= 0 || fed == input.n) {
				close(in);
				fds[2].fd = -1;
			}
		}
	}
	if (fds[2].fd >= 0)
		close(in);
}

void zw_run_with(struct zw_run *run, const char *folder,
		 const char *const *argv, struct zw_str input)
{
	int in[2], out[2], err[2], status = 0;
	char *program = strchr(argv[0], '/') ? realpath(argv[0], NULL) :
					       strdup(argv[0]);
	pid_t pid;

	*run = (struct zw_run){ .status = 127 };
	if (!program || pipe(in) < 0 || pipe(out) < 0 || pipe(err) < 0) {
		ZW_CHECK(false, "cannot run %s", argv[0]);
		free(program);
		return;
	}
	signal(SIGPIPE, SIG_IGN);
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(program, folder, argv, in, out, err);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	talk(run, in[1], out[0], err[0], input);
	waitpid(pid, &status, 0);
	run->status = WIFEXITED(status) ? WEXITSTATUS(status) :
					  128 + WTERMSIG(status);
	free(program);
}

void zw_run(struct zw_run *run, const char *folder, const char *const *argv)
{
	zw_run_with(run, folder, argv, (struct zw_str){ 0 });
}

void zw_run_free(struct zw_run *run)
{
	zw_buf_free(&run->out);
	zw_buf_free(&run->err);
}

const char *zw_binary(void)
{
	static char path[4096];
	const char *given = getenv("ZW_BINARY");

	if (!path[0] && !realpath(given ? given : "build/zwinger", path))
		snprintf(path, sizeof(path), "build/zwinger");
	return path;
}

static void show_difference(const char *path, struct zw_str text)
{
	const char *const argv[] = { "diff", "-u", path, "-", NULL };
	struct zw_run run;

	zw_run_with(&run, NULL, argv, text);
	printf("%.*s", (int)run.out.n, run.out.n ? run.out.data : "");
	zw_run_free(&run);
}

void zw_golden(const char *path, struct zw_str text)
{
	const char *update = getenv("UPDATE");
	struct zw_arena *arena = zw_arena_new();
	struct zw_str kept = { 0 };
	int err;

	if (update && !strcmp(update, "1")) {
		err = zw_write_file(path, text.p ? text.p : "", text.n);
		ZW_CHECK(!err, "%s: %s", path, strerror(-err));
	} else {
		err = zw_read_file(arena, path, 64u << 20, &kept);
		ZW_CHECK(!err, "%s: %s (UPDATE=1 writes it)", path,
			 strerror(-err));
		if (!err && !zw_str_eq(kept, text))
			show_difference(path, text);
		ZW_CHECK(err || zw_str_eq(kept, text),
			 "%s: differs (UPDATE=1 rewrites it)", path);
	}
	zw_arena_free(arena);
}

void zw_check_script(const char *what, const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct zw_run run;

	zw_run(&run, NULL, argv);
	ZW_CHECK(run.status == 0, "%s: status %d: %s%s", what, run.status,
		 run.out.n ? run.out.data : "", run.err.n ? run.err.data : "");
	zw_run_free(&run);
}
