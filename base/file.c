/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files in and out whole. Reading takes whatever can be read (regular files,
 * FIFOs, /dev/stdin, files of /proc that claim to be empty) up to a limit.
 * Writing leaves either the old file or the new one, on disk, and nothing
 * beside it: a new file is written next to the old, synced, and renamed over
 * it. A symbolic link stays a link; its target is what is replaced. The mode
 * is that of the file replaced, else 0644 less the umask. */
#include "base/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_READ 65536
#define TEMPORARY_TRIES 100

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define AUTO_FD __attribute__((cleanup(close_fd))) int

static int read_all(int fd, size_t expected, size_t limit, struct zw_buf *out)
{
	out->cap = (expected ? expected : FIRST_READ) + 1;
	out->data = zw_heap_resize(NULL, out->cap, 1);
	for (;;) {
		ssize_t n = read(fd, out->data + out->n, out->cap - out->n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return 0;
		out->n += (size_t)n;
		if (out->n > limit)
			return -EFBIG;
		if (out->n == out->cap) {
			out->cap *= 2;
			out->data = zw_heap_resize(out->data, out->cap, 1);
		}
	}
}

int zw_read_file(struct zw_arena *arena, const char *path, size_t limit,
		 struct zw_str *text)
{
	u32 mode;

	return zw_read_file_mode(arena, path, limit, text, &mode);
}

int zw_read_file_mode(struct zw_arena *arena, const char *path, size_t limit,
		      struct zw_str *text, u32 *mode)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct zw_buf buf = { 0 };
	struct stat st;
	size_t expected = 0;
	int err;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	*mode = st.st_mode;
	if (S_ISREG(st.st_mode) && st.st_size > 0) {
		if ((u64)st.st_size > limit)
			return -EFBIG;
		expected = (size_t)st.st_size;
	}
	err = read_all(fd, expected, limit, &buf);
	if (!err)
		*text = zw_str_copy(arena, (struct zw_str){ buf.data, buf.n });
	zw_buf_free(&buf);
	return err;
}

static int write_all(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static int write_through(const char *path, const void *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, bytes, n);
	if (close(fd) < 0 && !err)
		err = -errno;
	return err;
}

/* A new file that nobody else has, in the folder of PATH; its name goes to
 * *NAME, to be freed. */
static int open_temporary(const char *path, char **name)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash + 1 - path) : 0;
	size_t room = (size_t)folder + 64;
	int i, fd;

	*name = zw_heap_resize(NULL, room, 1);
	for (i = 0; i < TEMPORARY_TRIES; i++) {
		snprintf(*name, room, "%.*s.zwinger-%ld-%d", folder, path,
			 (long)getpid(), i);
		fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			break;
	}
	return -errno;
}

/* Make the rename last through a crash. The new file is in place already, so
 * a file system that cannot sync folders is no failure. */
static void sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) + 1 : 1;
	char *folder = zw_heap_resize(NULL, n + 1, 1);
	int fd;

	memcpy(folder, slash ? path : ".", n);
	folder[n] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(folder);
}

/* OLD is the file to be replaced, NULL if there is none. */
static int replace(const char *path, const struct stat *old, const void *bytes,
		   size_t n)
{
	char *name;
	int fd = open_temporary(path, &name);
	int err = fd < 0 ? fd : 0;

	if (fd >= 0) {
		err = write_all(fd, bytes, n);
		if (!err && old && fchmod(fd, old->st_mode & 0777) < 0)
			err = -errno;
		if (!err && fsync(fd) < 0)
			err = -errno;
		if (close(fd) < 0 && !err)
			err = -errno;
		if (!err && rename(name, path) < 0)
			err = -errno;
		if (err)
			unlink(name);
		else
			sync_folder_of(path);
	}
	free(name);
	return err;
}

/* PATH is a link to a regular file. When that file is our standard output
 * (/dev/stdout), it is written where standard output stands. */
static int replace_target(const char *path, const struct stat *target,
			  const void *bytes, size_t n)
{
	struct stat out;
	char *real;
	int err;

	if (fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == target->st_dev &&
	    out.st_ino == target->st_ino)
		return write_all(STDOUT_FILENO, bytes, n);
	real = realpath(path, NULL);
	if (!real)
		return -errno;
	err = replace(real, target, bytes, n);
	free(real);
	return err;
}

int zw_write_file(const char *path, const void *bytes, size_t n)
{
	struct stat st, link;

	if (!strcmp(path, "-"))
		return write_all(STDOUT_FILENO, bytes, n);
	if (stat(path, &st) < 0) {
		if (errno != ENOENT)
			return -errno;
		return replace(path, NULL, bytes, n);
	}
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return write_through(path, bytes, n);
	if (lstat(path, &link) == 0 && S_ISLNK(link.st_mode))
		return replace_target(path, &st, bytes, n);
	return replace(path, &st, bytes, n);
}
