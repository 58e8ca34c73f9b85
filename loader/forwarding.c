/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net.ipv4.ip_forward and net.ipv6.conf.all.forwarding. /proc/sys/net shows the
 * namespace of the process that opens it. */
#include "loader/forwarding.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "loader/netns.h"

static int set(const char *path, bool on)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (write(fd, on ? "1\n" : "0\n", 2) != 2)
		err = -errno;
	close(fd);
	return err;
}

int zw_forwarding_set(const char *netns, bool on)
{
	int back = -1, err = 0, other;

	if (netns)
		err = zw_namespace_enter(netns, &back);
	if (err)
		return err;
	err = set("/proc/sys/net/ipv4/ip_forward", on);
	other = set("/proc/sys/net/ipv6/conf/all/forwarding", on);
	if (back >= 0)
		zw_namespace_leave(back);
	return err ? err : other;
}
