/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fork(2), with each result in a memory file, so that a process never waits for
 * its parent to read. A process exits with 0 only when its result is written
 * whole. */
#include "cli/side_by_side.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_PROCESSES 256
#define NOT_WRITTEN 4 /* as of all that zwinger cannot write */

struct process {
	pid_t pid;
	int fd; /* of its result */
	size_t piece;
};

struct pool {
	const struct zw_side_by_side *all;
	struct process processes[MOST_PROCESSES];
	size_t running, most;
};

static size_t processors(void)
{
	cpu_set_t set;
	int n;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	n = CPU_COUNT(&set);
	return n < 1 ? 1 : n > MOST_PROCESSES ? MOST_PROCESSES : (size_t)n;
}

static bool write_whole(int fd, const struct zw_buf *out)
{
	size_t at = 0;

	while (at < out->n) {
		ssize_t n = write(fd, out->data + at, out->n - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

static void be_child(const struct zw_side_by_side *all, size_t piece, int fd)
{
	struct zw_buf out = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	all->work(all->context, piece, &out);
	_exit(write_whole(fd, &out) ? 0 : NOT_WRITTEN);
}

static int start(struct pool *pool, size_t piece)
{
	struct process *process = &pool->processes[pool->running];

	process->piece = piece;
	process->fd = memfd_create("zwinger", MFD_CLOEXEC);
	if (process->fd < 0)
		return -errno;
	fflush(NULL);
	process->pid = fork();
	if (process->pid < 0) {
		int err = -errno;

		close(process->fd);
		return err;
	}
	if (!process->pid)
		be_child(pool->all, piece, process->fd);
	pool->running++;
	return 0;
}

static void hand_over(const struct pool *pool, const struct process *process,
		      int status)
{
	const struct zw_side_by_side *all = pool->all;
	struct zw_str result = { "", 0 };
	struct stat about;
	void *p;

	if (!status && fstat(process->fd, &about) < 0)
		status = NOT_WRITTEN;
	if (status || !about.st_size) {
		all->done(all->context, process->piece, status, result);
		return;
	}
	result.n = (size_t)about.st_size;
	p = mmap(NULL, result.n, PROT_READ, MAP_PRIVATE, process->fd, 0);
	if (p == MAP_FAILED) {
		all->done(all->context, process->piece, NOT_WRITTEN,
			  ZW_STR(""));
		return;
	}
	result.p = p;
	all->done(all->context, process->piece, 0, result);
	munmap(p, result.n);
}

/* Wait until one of them has ended. */
static void reap(struct pool *pool)
{
	int status = 0;
	pid_t pid;
	size_t i;

	do {
		pid = waitpid(-1, &status, 0);
	} while (pid < 0 && errno == EINTR);
	for (i = 0; i < pool->running; i++)
		if (pid < 0 || pool->processes[i].pid == pid)
			break;
	if (i == pool->running) /* none of ours */
		return;
	if (pid < 0)
		status = NOT_WRITTEN;
	else if (WIFSIGNALED(status))
		status = 128 + WTERMSIG(status);
	else
		status = WEXITSTATUS(status);
	hand_over(pool, &pool->processes[i], status);
	close(pool->processes[i].fd);
	pool->processes[i] = pool->processes[--pool->running];
}

int zw_side_by_side(const struct zw_side_by_side *all)
{
	struct pool pool = { .all = all, .most = processors() };
	size_t next = 0;
	int err = 0;

	while (!err && next < all->n) {
		if (pool.running < pool.most)
			err = start(&pool, next++);
		else
			reap(&pool);
	}
	while (pool.running)
		reap(&pool);
	return err;
}
