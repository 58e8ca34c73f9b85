/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading anything up to a limit; writing whole or not at all, with nothing
 * left behind. Each test works in a folder of its own under TMPDIR. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/source.h"
#include "tests/harness/harness.h"

struct place {
	struct zw_arena *arena;
	char folder[200];
	int before; /* the folder we came from */
};

static void enter(struct place *place)
{
	const char *base = getenv("TMPDIR");

	place->arena = zw_arena_new();
	snprintf(place->folder, sizeof(place->folder), "%s/zw-file-XXXXXX",
		 base ? base : "/tmp");
	place->before = open(".", O_RDONLY | O_DIRECTORY);
	if (!mkdtemp(place->folder) || chdir(place->folder))
		CU_FAIL_FATAL("no folder to work in");
	umask(022);
}

static size_t count_entries(void)
{
	DIR *folder = opendir(".");
	size_t n = 0;

	while (readdir(folder))
		n++;
	closedir(folder);
	return n - 2;
}

static void leave(struct place *place)
{
	DIR *folder = opendir(".");
	struct dirent *entry;

	while ((entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlink(entry->d_name);
	}
	closedir(folder);
	if (fchdir(place->before) || rmdir(place->folder))
		CU_FAIL("the folder stays behind");
	close(place->before);
	zw_arena_free(place->arena);
}

static bool holds(struct place *place, const char *path, const char *text)
{
	struct zw_str found;

	return !zw_read_file(place->arena, path, 1000, &found) &&
	       zw_str_is(found, text);
}

static void test_read(void)
{
	struct place place;
	struct zw_str text = ZW_STR("untouched");
	int err;

	enter(&place);
	ZW_CHECK(!zw_write_file("f", "0123456789", 10), "write");
	err = zw_read_file(place.arena, "f", 9, &text);
	ZW_CHECK(err == -EFBIG, "over the limit: %d", err);
	err = zw_read_file(place.arena, "none", 9, &text);
	ZW_CHECK(err == -ENOENT, "missing: %d", err);
	err = zw_read_file(place.arena, ".", 9, &text);
	ZW_CHECK(err == -EISDIR, "a folder: %d", err);
	err = zw_read_file(place.arena, "/dev/zero", 100000, &text);
	ZW_CHECK(err == -EFBIG, "without an end: %d", err);
	ZW_CHECK(zw_str_is(text, "untouched"), "the result is untouched");
	err = zw_read_file(place.arena, "f", 10, &text);
	ZW_CHECK(!err && zw_str_is(text, "0123456789"), "exactly: %d", err);
	ZW_CHECK(text.p[text.n] == '\0', "terminated");
	err = zw_read_file(place.arena, "/dev/null", 10, &text);
	ZW_CHECK(!err && text.n == 0, "empty: %d", err);
	err = zw_read_file(place.arena, "/proc/self/status", 100000, &text);
	ZW_CHECK(!err && text.n > 100, "a file that says it is empty: %d", err);
	leave(&place);
}

/* More than a pipe holds, from a writer that dawdles, through a FIFO and
 * through standard input. */
static void read_from_child(struct place *place, const char *path, int *pipe_fd)
{
	size_t n = 200000, i;
	struct zw_str text = { 0 };
	pid_t child = fork();
	int err;

	if (!child) {
		int fd = pipe_fd ? pipe_fd[1] : open(path, O_WRONLY);

		for (i = 0; i < n; i += 1000) {
			char part[1000];

			memset(part, (int)('a' + i / 1000 % 26), sizeof(part));
			if (write(fd, part, sizeof(part)) != sizeof(part))
				_exit(1);
			if (i % 50000 == 0)
				usleep(2000);
		}
		_exit(0);
	}
	if (pipe_fd)
		close(pipe_fd[1]);
	err = zw_read_file(place->arena, path, n, &text);
	ZW_CHECK(!err && text.n == n, "%s: %d, %zu bytes", path, err, text.n);
	for (i = 0; i < text.n; i++) {
		if (text.p[i] != (char)('a' + i / 1000 % 26))
			ZW_CHECK(false, "%s: byte %zu", path, i);
	}
	waitpid(child, NULL, 0);
}

static void test_read_pipes(void)
{
	struct place place;
	int pipe_fd[2], keep = dup(STDIN_FILENO);

	enter(&place);
	ZW_CHECK(!mkfifo("fifo", 0600), "mkfifo");
	read_from_child(&place, "fifo", NULL);
	ZW_CHECK(!pipe(pipe_fd), "pipe");
	dup2(pipe_fd[0], STDIN_FILENO);
	close(pipe_fd[0]);
	read_from_child(&place, "/dev/stdin", pipe_fd);
	if (keep >= 0) {
		dup2(keep, STDIN_FILENO);
		close(keep);
	}
	leave(&place);
}

static void test_write(void)
{
	struct place place;
	struct stat st;

	enter(&place);
	ZW_CHECK(!zw_write_file("new", "first", 5), "new");
	ZW_CHECK(!stat("new", &st) && (st.st_mode & 0777) == 0644, "mode");
	ZW_CHECK(!zw_write_file("new", "2", 1) && holds(&place, "new", "2"),
		 "replaced");
	chmod("new", 0600);
	ZW_CHECK(!zw_write_file("new", "3", 1), "replaced");
	ZW_CHECK(!stat("new", &st) && (st.st_mode & 0777) == 0600,
		 "the mode stays");
	ZW_CHECK(!zw_write_file("empty", NULL, 0) && holds(&place, "empty", ""),
		 "empty");
	ZW_CHECK(!symlink("new", "link"), "link");
	ZW_CHECK(!zw_write_file("link", "4", 1) && holds(&place, "new", "4"),
		 "through a link");
	ZW_CHECK(!lstat("link", &st) && S_ISLNK(st.st_mode), "still a link");
	ZW_CHECK(count_entries() == 3, "%zu entries", count_entries());
	leave(&place);
}

static void test_write_failures(void)
{
	static char much[100000];
	struct rlimit old, small;
	struct place place;
	int err;

	enter(&place);
	err = zw_write_file("/dev/full", "x", 1);
	ZW_CHECK(err == -ENOSPC, "/dev/full: %d", err);
	ZW_CHECK(!access("/dev/full", F_OK), "/dev/full is still there");
	err = zw_write_file("/dev/null", "x", 1);
	ZW_CHECK(!err, "/dev/null: %d", err);
	err = zw_write_file(".", "x", 1);
	ZW_CHECK(err == -EISDIR, "a folder: %d", err);
	err = zw_write_file("none/f", "x", 1);
	ZW_CHECK(err == -ENOENT, "no such folder: %d", err);
	ZW_CHECK(!zw_write_file("f", "old", 3), "write");
	/* a disk that fills in the middle, by way of the file size limit */
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 4096;
	setrlimit(RLIMIT_FSIZE, &small);
	err = zw_write_file("f", much, sizeof(much));
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_DFL);
	ZW_CHECK(err == -EFBIG, "in the middle: %d", err);
	ZW_CHECK(holds(&place, "f", "old"), "the old file stays");
	ZW_CHECK(count_entries() == 1, "%zu entries", count_entries());
	leave(&place);
}

/* "-" and /dev/stdout go where standard output stands, also in a file. */
static void test_write_stdout(void)
{
	struct place place;
	int keep = dup(STDOUT_FILENO), fd;

	enter(&place);
	fflush(stdout);
	fd = open("out", O_WRONLY | O_CREAT, 0644);
	dup2(fd, STDOUT_FILENO);
	close(fd);
	ZW_CHECK(write(STDOUT_FILENO, "a", 1) == 1, "before");
	ZW_CHECK(!zw_write_file("-", "b", 1), "-");
	ZW_CHECK(!zw_write_file("/dev/stdout", "c", 1), "/dev/stdout");
	ZW_CHECK(write(STDOUT_FILENO, "d", 1) == 1, "after");
	dup2(keep, STDOUT_FILENO);
	close(keep);
	ZW_CHECK(holds(&place, "out", "abcd"), "in this order");
	ZW_CHECK(count_entries() == 1, "%zu entries", count_entries());
	leave(&place);
}

void suite_file(void);
void suite_file(void)
{
	CU_TestInfo tests[] = {
		{ "read", test_read },
		{ "read pipes", test_read_pipes },
		{ "write", test_write },
		{ "write that fails", test_write_failures },
		{ "write to standard output", test_write_stdout },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("file", tests);
}
