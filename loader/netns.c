/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setns(2) there and back. A socket made in between stays in the namespace in
 * which it was made, so the process itself never stays away. */
#include "loader/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int zw_namespace_enter(const char *name, int *back)
{
	char path[4096];
	int here, there, err = 0;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") ||
	    !strcmp(name, "..") || strlen(name) > 255)
		return -EINVAL;
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (there < 0)
		return -errno;
	here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (here < 0 || setns(there, CLONE_NEWNET) < 0)
		err = -errno;
	close(there);
	if (err) {
		if (here >= 0)
			close(here);
		return err;
	}
	*back = here;
	return 0;
}

int zw_namespace_leave(int back)
{
	int err = setns(back, CLONE_NEWNET) < 0 ? -errno : 0;

	close(back);
	return err;
}
