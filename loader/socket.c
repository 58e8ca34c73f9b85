/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket, its buffers, and the one question that has a single answer: the
 * generation number. A batch has to go out in one sendmsg(), so the send buffer
 * must hold it: SO_SNDBUFFORCE where the process may (CAP_NET_ADMIN in the
 * initial user namespace), else SO_SNDBUF up to net.core.wmem_max. */
#include "loader/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "loader/netns.h"

#define RECEIVE_SIZE (256u << 10)
#define RECEIVE_QUEUE (16 << 20)
#define PATIENCE_MS 10000

#ifndef NETLINK_EXT_ACK
#define NETLINK_EXT_ACK 11
#endif
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif
#ifndef NETLINK_CAP_ACK
#define NETLINK_CAP_ACK 10
#endif

struct zw_socket {
	int fd;
	u32 sequence;
	size_t room;
	u8 *buffer;
};

/* What SO_SNDBUF reports is twice what was asked for: the kernel counts its
 * own bookkeeping. A datagram may have that many bytes less a header. */
static size_t measure(int fd)
{
	int size = 0;
	socklen_t len = sizeof(size);

	if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &len) < 0 || size < 64)
		return 0;
	return (size_t)size - 64;
}

size_t zw_socket_enlarge(struct zw_socket *s, size_t n)
{
	int size;

	if (n <= s->room)
		return s->room;
	size = n > (size_t)(INT32_MAX / 4) ? INT32_MAX / 2 : (int)n + 4096;
	if (setsockopt(s->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size,
		       sizeof(size)) < 0)
		setsockopt(s->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	s->room = measure(s->fd);
	return s->room;
}

static int open_here(struct zw_socket *s)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int one = 1, queue = RECEIVE_QUEUE;

	s->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (s->fd < 0 ||
	    bind(s->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	setsockopt(s->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(s->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue,
		       sizeof(queue)) < 0)
		setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof(queue));
	s->room = measure(s->fd);
	s->sequence = 1;
	return 0;
}

int zw_socket_open(const char *netns, struct zw_socket **socket)
{
	struct zw_socket *s;
	int err, back = -1, left;

	if (netns) {
		err = zw_namespace_enter(netns, &back);
		if (err)
			return err;
	}
	s = zw_heap_resize(NULL, 1, sizeof(*s));
	*s = (struct zw_socket){ .fd = -1 };
	s->buffer = zw_heap_resize(NULL, RECEIVE_SIZE, 1);
	err = open_here(s);
	left = netns ? zw_namespace_leave(back) : 0;
	if (err || left) {
		zw_socket_close(s);
		return err ? err : left;
	}
	*socket = s;
	return 0;
}

/* Others may still use it: their numbers and ours must not meet. */
struct zw_socket *zw_socket_from(int fd)
{
	struct zw_socket *s = zw_heap_resize(NULL, 1, sizeof(*s));

	*s = (struct zw_socket){ .fd = fd };
	s->buffer = zw_heap_resize(NULL, RECEIVE_SIZE, 1);
	s->room = measure(fd);
	s->sequence = (u32)getpid() << 12 | 1;
	return s;
}

int zw_socket_descriptor(const struct zw_socket *s)
{
	return s->fd;
}

bool zw_socket_neighbours(const struct zw_socket *a, const struct zw_socket *b)
{
	u64 one, other;
	socklen_t n = sizeof(one), m = sizeof(other);

	return !getsockopt(a->fd, SOL_SOCKET, SO_NETNS_COOKIE, &one, &n) &&
	       !getsockopt(b->fd, SOL_SOCKET, SO_NETNS_COOKIE, &other, &m) &&
	       one == other;
}

/* Reading is what makes the kernel go on with a dump that was left. */
void zw_socket_drain(struct zw_socket *s)
{
	const u8 *bytes;
	size_t n;
	int err;

	do {
		err = zw_socket_receive(s, false, &bytes, &n);
	} while (n || err == -ENOBUFS);
}

void zw_socket_close(struct zw_socket *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s->buffer);
	free(s);
}

size_t zw_socket_room(const struct zw_socket *s)
{
	return s->room;
}

int zw_socket_send(struct zw_socket *s, const void *const *parts,
		   const size_t *sizes, size_t n)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct iovec iov[8];
	struct msghdr message = { .msg_name = &kernel,
				  .msg_namelen = sizeof(kernel),
				  .msg_iov = iov,
				  .msg_iovlen = n };
	size_t i, total = 0;
	ssize_t sent;

	if (n > sizeof(iov) / sizeof(iov[0]))
		return -EINVAL;
	for (i = 0; i < n; i++) {
		/* sendmsg() only reads what the vector points to */
		memcpy(&iov[i].iov_base, &parts[i], sizeof(void *));
		iov[i].iov_len = sizes[i];
		total += sizes[i];
	}
	zw_socket_enlarge(s, total);
	do {
		sent = sendmsg(s->fd, &message, 0);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

int zw_socket_receive(struct zw_socket *s, bool wait, const u8 **bytes,
		      size_t *n)
{
	struct pollfd ready = { .fd = s->fd, .events = POLLIN };
	ssize_t got;

	*n = 0;
	if (wait) {
		int polled;

		do {
			polled = poll(&ready, 1, PATIENCE_MS);
		} while (polled < 0 && errno == EINTR);
		if (polled < 0)
			return -errno;
		if (!polled)
			return -ETIMEDOUT;
	}
	do {
		got = recv(s->fd, s->buffer, RECEIVE_SIZE, MSG_DONTWAIT);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
	*bytes = s->buffer;
	*n = (size_t)got;
	return 0;
}

u32 zw_socket_sequence(struct zw_socket *s)
{
	return s->sequence++;
}

static int find_generation(const struct nlattr *attr, void *context)
{
	u32 *generation = context;

	if (mnl_attr_get_type(attr) == NFTA_GEN_ID &&
	    mnl_attr_get_payload_len(attr) == 4) {
		*generation = ntohl(mnl_attr_get_u32(attr));
		return MNL_CB_STOP;
	}
	return MNL_CB_OK;
}

static int read_generation(const struct nlmsghdr *message, u32 *generation)
{
	return mnl_attr_parse(message, sizeof(struct nfgenmsg), find_generation,
			      generation) == MNL_CB_STOP ?
		       0 :
		       -EBADMSG;
}

int zw_socket_generation(struct zw_socket *s, u32 *generation)
{
	u8 room[64];
	struct nlmsghdr *ask = mnl_nlmsg_put_header(room);
	struct nfgenmsg *head;
	const void *part = room;
	size_t size;
	u32 sequence = zw_socket_sequence(s);
	int err;

	ask->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN;
	ask->nlmsg_flags = NLM_F_REQUEST;
	ask->nlmsg_seq = sequence;
	head = mnl_nlmsg_put_extra_header(ask, sizeof(*head));
	*head = (struct nfgenmsg){ .nfgen_family = AF_UNSPEC };
	size = ask->nlmsg_len;
	err = zw_socket_send(s, &part, &size, 1);
	while (!err) {
		const struct nlmsghdr *m;
		const u8 *bytes;
		size_t n;
		int left;

		err = zw_socket_receive(s, true, &bytes, &n);
		if (err)
			return err;
		m = (const struct nlmsghdr *)bytes;
		for (left = (int)n; mnl_nlmsg_ok(m, left);
		     m = mnl_nlmsg_next(m, &left)) {
			if (m->nlmsg_seq != sequence)
				continue;
			if (m->nlmsg_type == NLMSG_ERROR)
				return ((const struct nlmsgerr *)
						mnl_nlmsg_get_payload(m))
					->error;
			return read_generation(m, generation);
		}
	}
	return err;
}
