/* SPDX-License-Identifier: GPL-2.0-or-later */
/* openat(2), flock(2), fsync(2) and renameat(2). The lock is on a file of its
 * own and ends with the process that holds it, so nobody has to clean up after
 * one that was killed; temporary files that such a one leaves are overwritten
 * by the next write under the lock. */
#include "state/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A generation holds set files, of at most 256 MiB each. */
#define FILE_LIMIT (1u << 30)
#define TRIES_A_SECOND 50

static bool exposed(const struct stat *st)
{
	return (st->st_mode & (S_IWGRP | S_IWOTH)) ||
	       (st->st_uid != 0 && st->st_uid != geteuid());
}

/* PATH and what is above it. */
static int make_folders(const char *path)
{
	size_t i, n = strlen(path);
	char *part = zw_heap_resize(NULL, n + 1, 1);
	int err = 0;

	memcpy(part, path, n + 1);
	for (i = 1; i <= n && !err; i++) {
		if (part[i] && part[i] != '/')
			continue;
		part[i] = '\0';
		if (mkdir(part, 0700) && errno != EEXIST)
			err = -errno;
		part[i] = path[i];
	}
	free(part);
	return err;
}

int zw_folder_open(const char *path, bool create, struct zw_folder *folder)
{
	struct stat st;
	int err = 0;

	*folder = (struct zw_folder){ zw_str_from(path), -1, -1 };
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd < 0 && errno == ENOENT && create) {
		err = make_folders(path);
		if (err)
			return err;
		folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (folder->fd < 0 || fstat(folder->fd, &st))
		err = -errno;
	else if (exposed(&st))
		err = ZW_STATE_EXPOSED;
	if (err)
		zw_folder_close(folder);
	return err;
}

void zw_folder_close(struct zw_folder *folder)
{
	zw_folder_unlock(folder);
	if (folder->fd >= 0)
		close(folder->fd);
	folder->fd = -1;
}

int zw_folder_lock(struct zw_folder *folder, unsigned seconds)
{
	const struct timespec nap = { .tv_nsec = 1000000000 / TRIES_A_SECOND };
	unsigned i;
	int fd = openat(folder->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	for (i = 0; flock(fd, LOCK_EX | LOCK_NB); i++) {
		if (errno != EWOULDBLOCK || i >= seconds * TRIES_A_SECOND) {
			int err = -errno;

			close(fd);
			return err;
		}
		nanosleep(&nap, NULL);
	}
	folder->lock = fd;
	return 0;
}

void zw_folder_unlock(struct zw_folder *folder)
{
	if (folder->lock >= 0)
		close(folder->lock);
	folder->lock = -1;
}

static int read_all(int fd, size_t expected, struct zw_buf *out)
{
	out->cap = expected + 1;
	out->data = zw_heap_resize(NULL, out->cap, 1);
	while (out->n < expected) {
		ssize_t n = read(fd, out->data + out->n, expected - out->n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		out->n += (size_t)n;
	}
	return 0;
}

int zw_folder_read(struct zw_arena *arena, const struct zw_folder *folder,
		   const char *name, struct zw_str *text)
{
	int fd = folder->fd < 0 ? -1
				: openat(folder->fd, name,
					 O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct zw_buf buf = { 0 };
	struct stat st;
	int err = 0;

	if (folder->fd < 0)
		return -ENOENT;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_size > FILE_LIMIT)
		err = ZW_STATE_DAMAGED;
	else if (exposed(&st))
		err = ZW_STATE_EXPOSED;
	else
		err = read_all(fd, (size_t)st.st_size, &buf);
	close(fd);
	if (!err)
		*text = zw_str_copy(arena, (struct zw_str){ buf.data, buf.n });
	zw_buf_free(&buf);
	return err;
}

static int write_all(int fd, struct zw_str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text.p += n;
		text.n -= (size_t)n;
	}
	return fsync(fd) ? -errno : 0;
}

int zw_folder_write(const struct zw_folder *folder, const char *name,
		    struct zw_str text)
{
	static const char temporary[] = "new";
	int fd = openat(folder->fd, temporary,
			O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0600);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, text);
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(folder->fd, temporary, folder->fd, name))
		err = -errno;
	if (err) {
		unlinkat(folder->fd, temporary, 0);
		return err;
	}
	return fsync(folder->fd) ? -errno : 0;
}

int zw_folder_remove(const struct zw_folder *folder, const char *name)
{
	return unlinkat(folder->fd, name, 0) ? -errno : 0;
}

/* "17" to 17; 0 is a number as well, "017" and "" are none. */
static bool read_number(const char *text, u32 *number)
{
	u64 value = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9' && p - text < 10; p++)
		value = value * 10 + (u64)(*p - '0');
	*number = (u32)value;
	return p > text && !*p && value <= UINT32_MAX &&
	       (text[0] != '0' || !text[1]);
}

static int ascending(const void *a, const void *b)
{
	const u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

int zw_folder_numbers(struct zw_arena *arena, const struct zw_folder *folder,
		      const char *prefix, struct zw_numbers *numbers)
{
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	size_t n = strlen(prefix);
	struct dirent *entry;
	u32 number;

	*numbers = (struct zw_numbers){ 0 };
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, prefix, n) &&
		    read_number(entry->d_name + n, &number))
			zw_push(arena, *numbers, number);
	closedir(dir);
	if (numbers->n)
		qsort(numbers->v, numbers->n, sizeof(u32), ascending);
	return 0;
}
