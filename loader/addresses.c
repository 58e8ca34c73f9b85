/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink: one dump of the links for their names, one of the addresses. The
 * kernel marks a dump during which something changed (NLM_F_DUMP_INTR, which
 * libmnl makes EINTR); then both are asked for again. IPv4 and IPv6 differ in
 * what IFA_ADDRESS is: on a link from point to point it is the other end's
 * address, and IFA_LOCAL our own (rtnetlink(7)). */
#include "loader/addresses.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "loader/netns.h"

#define ATTEMPTS 5
#define PATIENCE_S 10
#define RECEIVE_SIZE (64u << 10)

struct link {
	u32 index;
	struct zw_str name;
};

struct reading {
	struct zw_arena *arena;
	struct mnl_socket *socket;
	u32 sequence;
	ZW_VEC(struct link) links;
	struct zw_own_addresses *own;
};

/* ---- messages ---- */

static int find_link_name(const struct nlattr *attr, void *context)
{
	struct zw_str *name = context;

	if (mnl_attr_get_type(attr) != IFLA_IFNAME ||
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return MNL_CB_OK;
	*name = zw_str_from(mnl_attr_get_str(attr));
	return MNL_CB_STOP;
}

static int see_link(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(message);
	struct reading *reading = context;
	struct link link = { 0 };
	struct zw_str name = { 0 };

	if (message->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	mnl_attr_parse(message, sizeof(*head), find_link_name, &name);
	if (!name.n)
		return MNL_CB_OK;
	link.index = (u32)head->ifi_index;
	link.name = zw_str_copy(reading->arena, name);
	zw_push(reading->arena, reading->links, link);
	return MNL_CB_OK;
}

struct parts {
	const void *address, *local;
	size_t bytes;
	u32 flags;
};

static int read_part(const struct nlattr *attr, void *context)
{
	struct parts *parts = context;

	switch (mnl_attr_get_type(attr)) {
	case IFA_ADDRESS:
		if (mnl_attr_get_payload_len(attr) == parts->bytes)
			parts->address = mnl_attr_get_payload(attr);
		break;
	case IFA_LOCAL:
		if (mnl_attr_get_payload_len(attr) == parts->bytes)
			parts->local = mnl_attr_get_payload(attr);
		break;
	case IFA_FLAGS:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			parts->flags = mnl_attr_get_u32(attr);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int by_index(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

static int see_address(const struct nlmsghdr *message, void *context)
{
	const struct ifaddrmsg *head = mnl_nlmsg_get_payload(message);
	enum zw_family family = head->ifa_family == AF_INET ? ZW_IPV4 : ZW_IPV6;
	struct parts parts = { .bytes = family == ZW_IPV4 ? 4 : 16,
			       .flags = head->ifa_flags };
	struct reading *reading = context;
	struct link key = { .index = head->ifa_index };
	const struct link *link;
	u32 temporary = family == ZW_IPV6 ? IFA_F_TEMPORARY : 0;

	if (message->nlmsg_type != RTM_NEWADDR ||
	    (head->ifa_family != AF_INET && head->ifa_family != AF_INET6))
		return MNL_CB_OK;
	mnl_attr_parse(message, sizeof(*head), read_part, &parts);
	if (!parts.local)
		parts.local = parts.address;
	if (!parts.address)
		parts.address = parts.local;
	if (!parts.address || head->ifa_scope >= RT_SCOPE_LINK ||
	    head->ifa_prefixlen > zw_family_bits(family) ||
	    parts.flags & (temporary | IFA_F_DADFAILED))
		return MNL_CB_OK;
	link = bsearch(&key, reading->links.v, reading->links.n,
		       sizeof(*reading->links.v), by_index);
	if (link) /* else it came after the links were listed */
		zw_own_add(reading->arena, reading->own, link->name,
			   zw_ip_from_bytes(family, parts.local),
			   zw_ip_from_bytes(family, parts.address),
			   head->ifa_prefixlen, ZW_NO_SPAN);
	return MNL_CB_OK;
}

/* ---- dumps ---- */

static int dump(struct reading *reading, u16 type, size_t head_size,
		int (*see)(const struct nlmsghdr *message, void *context))
{
	u8 ask[sizeof(struct nlmsghdr) + sizeof(struct ifinfomsg)];
	struct nlmsghdr *message = mnl_nlmsg_put_header(ask);
	unsigned port = mnl_socket_get_portid(reading->socket);
	u8 *room = zw_heap_resize(NULL, RECEIVE_SIZE, 1);
	int more = MNL_CB_OK, err = 0;

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message->nlmsg_seq = ++reading->sequence;
	mnl_nlmsg_put_extra_header(message, head_size);
	if (mnl_socket_sendto(reading->socket, ask, message->nlmsg_len) < 0)
		err = -errno;
	while (!err && more > MNL_CB_STOP) {
		ssize_t n = mnl_socket_recvfrom(reading->socket, room,
						RECEIVE_SIZE);

		if (n >= 0)
			more = mnl_cb_run(room, (size_t)n, reading->sequence,
					  port, see, reading);
		if (n < 0 || more < 0)
			err = -errno;
	}
	free(room);
	return err;
}

static int open_socket(const char *netns, struct mnl_socket **socket)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	int err = 0, back = -1, left;

	if (netns) {
		err = zw_namespace_enter(netns, &back);
		if (err)
			return err;
	}
	*socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!*socket || mnl_socket_bind(*socket, 0, MNL_SOCKET_AUTOPID) < 0)
		err = -errno;
	left = netns ? zw_namespace_leave(back) : 0;
	err = err ? err : left;
	if (!err && setsockopt(mnl_socket_get_fd(*socket), SOL_SOCKET,
			       SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		err = -errno;
	if (err && *socket)
		mnl_socket_close(*socket);
	return err;
}

static int read_once(struct reading *reading)
{
	size_t i;
	int err;

	reading->links.n = 0;
	err = dump(reading, RTM_GETLINK, sizeof(struct ifinfomsg), see_link);
	if (err)
		return err;
	if (reading->links.n)
		qsort(reading->links.v, reading->links.n,
		      sizeof(*reading->links.v), by_index);
	*reading->own = (struct zw_own_addresses){ .source =
							   reading->own->source };
	for (i = 0; i < reading->links.n; i++)
		zw_own_add_interface(reading->arena, reading->own,
				     reading->links.v[i].name);
	return dump(reading, RTM_GETADDR, sizeof(struct ifaddrmsg),
		    see_address);
}

int zw_read_addresses(struct zw_arena *arena, const char *netns,
		      struct zw_own_addresses *own)
{
	struct reading reading = { .arena = arena, .own = own };
	int err = open_socket(netns, &reading.socket), i;

	if (err)
		return err;
	for (i = 0; i < ATTEMPTS; i++) {
		err = read_once(&reading);
		if (err != -EINTR)
			break;
		/* the rest of the interrupted dump is left behind */
		mnl_socket_close(reading.socket);
		err = open_socket(netns, &reading.socket);
		if (err)
			return err;
		err = -EAGAIN;
	}
	mnl_socket_close(reading.socket);
	return err == -EAGAIN && i < ATTEMPTS ? -ETIMEDOUT : err;
}
