/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Unix socket of packets; a loan is one packet of one byte with one
 * descriptor (SCM_RIGHTS). The kernel knows a table's owner by the netlink
 * socket's port, which a descriptor that was passed on keeps. */
#include "loader/handover.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_MS 10000

struct zw_str zw_handover_path(struct zw_arena *arena, const char *netns)
{
	return netns ? zw_strf(arena, "/run/zwinger/%s/watch", netns)
		     : ZW_STR("/run/zwinger/watch");
}

static int address_of(struct zw_str path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (path.n >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path.p, path.n);
	return 0;
}

static int connect_to(struct zw_str path, int *out)
{
	struct sockaddr_un address;
	int err = address_of(path, &address);
	int fd = err ? -1 : socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (err)
		return err;
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	*out = fd;
	return 0;
}

/* ---- the holder ---------------------------------------------------------- */

static int make_folders(struct zw_arena *arena, struct zw_str path)
{
	size_t i;

	for (i = 1; i < path.n; i++) {
		struct zw_str folder = { path.p, i };

		if (path.p[i] == '/' &&
		    mkdir(zw_cstr(arena, folder), 0700) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

int zw_handover_listen(struct zw_arena *arena, struct zw_str path, int *out)
{
	struct sockaddr_un address;
	int err = address_of(path, &address), fd;
	mode_t mask;

	if (!err)
		err = make_folders(arena, path);
	if (err)
		return err;
	if (!connect_to(path, &fd)) {
		close(fd);
		return -EADDRINUSE;
	}
	unlink(address.sun_path); /* of one that was killed */
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0177);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 4) < 0)
		err = -errno;
	umask(mask);
	if (err)
		close(fd);
	else
		*out = fd;
	return err;
}

static bool is_trusted(int connection)
{
	struct ucred peer;
	socklen_t n = sizeof(peer);

	return !getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &n) &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

/* Room for one descriptor. */
union parcel {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

static int send_descriptor(int connection, int fd)
{
	char byte = 0;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	union parcel parcel = { 0 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &parcel,
				  .msg_controllen = sizeof(parcel) };

	parcel.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
					.cmsg_level = SOL_SOCKET,
					.cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&parcel.head), &fd, sizeof(fd));
	return sendmsg(connection, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int zw_handover_lend(int listener, const struct zw_socket *socket, int *out)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = is_trusted(fd) ? send_descriptor(fd, zw_socket_descriptor(socket))
			     : -EACCES;
	if (err)
		close(fd);
	else
		*out = fd;
	return err;
}

/* ---- the borrower -------------------------------------------------------- */

static int receive_descriptor(int connection, int *fd)
{
	char byte;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	union parcel parcel;
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &parcel,
				  .msg_controllen = sizeof(parcel) };
	struct pollfd ready = { .fd = connection, .events = POLLIN };
	const struct cmsghdr *head;
	ssize_t n;

	if (poll(&ready, 1, PATIENCE_MS) <= 0)
		return -ETIMEDOUT;
	n = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
	if (n < 0)
		return -errno;
	head = n ? CMSG_FIRSTHDR(&message) : NULL;
	if (!head || head->cmsg_level != SOL_SOCKET ||
	    head->cmsg_type != SCM_RIGHTS ||
	    head->cmsg_len != CMSG_LEN(sizeof(int)))
		return -EACCES;
	memcpy(fd, CMSG_DATA(head), sizeof(*fd));
	return 0;
}

int zw_handover_borrow(struct zw_str path, struct zw_socket **socket, int *out)
{
	int connection, fd = -1;
	int err = connect_to(path, &connection);

	if (err)
		return err;
	err = receive_descriptor(connection, &fd);
	if (err) {
		close(connection);
		return err;
	}
	*socket = zw_socket_from(fd);
	*out = connection;
	return 0;
}
