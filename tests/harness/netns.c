/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests need of namespaces beside lab/netns.h: whether there are any, and
 * names for other programs, as mounts in a private mount namespace, which goes
 * with the last process in it. */
#include "tests/harness/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/harness/harness.h"

bool zw_netns_usable(void)
{
	const char *ci = getenv("CI");
	int fd = zw_netns_become_root();

	if (fd >= 0)
		fd = zw_netns_new();
	if (fd >= 0) {
		close(fd);
		return true;
	}
	if (ci && !strcmp(ci, "true"))
		ZW_CHECK(false, "no network namespaces here: %s",
			 strerror(-fd));
	else
		printf("skipped: no network namespaces here: %s\n",
		       strerror(-fd));
	return false;
}

/* An empty /run of our own, seen by us and our children only. */
static int private_run(void)
{
	if (unshare(CLONE_NEWNS))
		return -errno;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	if (mount("tmpfs", "/run", "tmpfs", MS_NODEV | MS_NOSUID, "mode=0755"))
		return -errno;
	if (mkdir("/run/netns", 0755))
		return -errno;
	return 0;
}

int zw_netns_publish(int ns, char name[ZW_NETNS_NAME])
{
	static pid_t owner;
	static unsigned counter;
	char path[64], from[64];
	int fd, error;

	if (owner != getpid()) {
		error = private_run();
		if (error)
			return error;
		owner = getpid();
	}
	snprintf(name, ZW_NETNS_NAME, "zwt-%d-%u", getpid(), counter++);
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (fd < 0)
		return -errno;
	close(fd);
	snprintf(from, sizeof(from), "/proc/self/fd/%d", ns);
	if (mount(from, path, "none", MS_BIND, NULL)) {
		error = -errno;
		unlink(path);
		return error;
	}
	return 0;
}

void zw_netns_unpublish(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	umount2(path, MNT_DETACH);
	unlink(path);
}
