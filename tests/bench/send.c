/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Send a finished batch to a network namespace of its own, by the loader's own
 * functions and nothing else: what loading costs once the bytes are there.
 *
 *	bench-send FILE
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "loader/load.h"

static int send_all(const u8 *bytes, size_t n)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_socket *socket = NULL;
	struct zw_load_result result = { 0 };
	size_t done;
	int err = zw_socket_open(NULL, &socket);

	if (!err) {
		zw_socket_enlarge(socket, n + 4096);
		zw_load_batches(arena, socket, bytes, n, NULL, &done, &result);
		err = result.error;
	}
	zw_socket_close(socket);
	zw_arena_free(arena);
	return err;
}

int main(int argc, char **argv)
{
	struct stat info;
	void *bytes;
	int fd, err;

	if (argc != 2)
		return 2;
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) || unshare(CLONE_NEWNET)) {
		perror(argv[1]);
		return 1;
	}
	bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED) {
		perror(argv[1]);
		return 1;
	}
	err = send_all(bytes, (size_t)info.st_size);
	if (err)
		fprintf(stderr, "%s: %s\n", argv[1], strerror(-err));
	return err != 0;
}
