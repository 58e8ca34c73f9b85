/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two sockets: the group of nf_tables, whose transactions end with a NEWGEN
 * that names the process (net/netfilter/nf_tables_api.c, nf_tables_gen_notify),
 * and rtnetlink's groups. Of a message only its kind is read. A socket that
 * overran says ENOBUFS once, and goes on with what comes after. */
#include "loader/events.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "loader/names.h"
#include "loader/netns.h"

#define RECEIVE_SIZE (64u << 10)
#define QUEUE (1 << 20)

struct zw_events {
	struct mnl_socket *tables, *route;
	char *room;
};

static int join(struct mnl_socket *socket, const int *groups, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		int group = groups[i];

		if (mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP,
					  &group, sizeof(group)) < 0)
			return -errno;
	}
	return 0;
}

static int open_socket(int bus, const int *groups, size_t n,
		       struct mnl_socket **out)
{
	struct mnl_socket *socket =
		mnl_socket_open2(bus, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int err = 0, queue = QUEUE;

	if (!socket)
		return -errno;
	if (setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE,
		       &queue, sizeof(queue)) < 0)
		setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUF,
			   &queue, sizeof(queue));
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		err = -errno;
	if (!err)
		err = join(socket, groups, n);
	if (err)
		mnl_socket_close(socket);
	else
		*out = socket;
	return err;
}

static int open_here(struct zw_events *events)
{
	static const int tables[] = { NFNLGRP_NFTABLES };
	static const int route[] = {
		RTNLGRP_LINK,	     RTNLGRP_TC,	 RTNLGRP_IPV4_IFADDR,
		RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
	};
	int err = open_socket(NETLINK_NETFILTER, tables, 1, &events->tables);

	return err ? err
		   : open_socket(NETLINK_ROUTE, route,
				 sizeof(route) / sizeof(*route),
				 &events->route);
}

int zw_events_open(const char *netns, struct zw_events **out)
{
	struct zw_events *events;
	int back = -1, err = 0, left = 0;

	if (netns)
		err = zw_namespace_enter(netns, &back);
	if (err)
		return err;
	events = zw_heap_resize(NULL, 1, sizeof(*events));
	memset(events, 0, sizeof(*events));
	events->room = zw_heap_resize(NULL, RECEIVE_SIZE, 1);
	err = open_here(events);
	if (netns)
		left = zw_namespace_leave(back);
	if (err || left) {
		zw_events_close(events);
		return err ? err : left;
	}
	*out = events;
	return 0;
}

void zw_events_close(struct zw_events *events)
{
	if (!events)
		return;
	if (events->tables)
		mnl_socket_close(events->tables);
	if (events->route)
		mnl_socket_close(events->route);
	free(events->room);
	free(events);
}

void zw_events_descriptors(const struct zw_events *events,
			   int fds[ZW_EVENT_SOCKETS])
{
	fds[0] = mnl_socket_get_fd(events->tables);
	fds[1] = mnl_socket_get_fd(events->route);
}

/* ---- one message --------------------------------------------------------- */

static int read_process(const struct nlattr *attr, void *context)
{
	struct zw_heard *by = context;
	struct zw_str name;

	switch (mnl_attr_get_type(attr)) {
	case NFTA_GEN_PROC_PID:
		if (mnl_attr_get_payload_len(attr) == sizeof(u32))
			by->pid = ntohl(mnl_attr_get_u32(attr));
		break;
	case NFTA_GEN_PROC_NAME:
		name = zw_attribute_text(attr);
		if (name.n >= sizeof(by->name))
			name.n = sizeof(by->name) - 1;
		memset(by->name, 0, sizeof(by->name));
		memcpy(by->name, name.p, name.n);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static void hear_tables(const struct nlmsghdr *m, u32 own,
			struct zw_heard *heard)
{
	struct zw_heard by = { 0 };

	/* each transaction ends with one */
	if (m->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN))
		return;
	mnl_attr_parse(m, sizeof(struct nfgenmsg), read_process, &by);
	if (own && by.pid == own)
		return;
	heard->kinds |= ZW_EVENT_TABLES;
	heard->pid = by.pid;
	memcpy(heard->name, by.name, sizeof(by.name));
}

static void hear_route(const struct nlmsghdr *m, u32 own,
		       struct zw_heard *heard)
{
	(void)own;
	switch (m->nlmsg_type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		heard->kinds |= ZW_EVENT_ADDRESSES;
		break;
	case RTM_NEWLINK:
	case RTM_DELLINK:
	case RTM_NEWQDISC:
	case RTM_DELQDISC:
	case RTM_NEWTFILTER:
	case RTM_DELTFILTER:
		heard->kinds |= ZW_EVENT_LINKS;
		break;
	default:
		break;
	}
}

static int take(struct zw_events *events, struct mnl_socket *socket, u32 own,
		void (*hear)(const struct nlmsghdr *, u32, struct zw_heard *),
		struct zw_heard *heard)
{
	for (;;) {
		ssize_t n =
			mnl_socket_recvfrom(socket, events->room, RECEIVE_SIZE);
		const struct nlmsghdr *m = (const void *)events->room;
		int left = (int)n;

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (n < 0 && (errno == ENOBUFS || errno == ENOSPC)) {
			heard->kinds |= ZW_EVENT_LOST;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left))
			hear(m, own, heard);
	}
}

int zw_events_take(struct zw_events *events, u32 own, struct zw_heard *heard)
{
	int err;

	*heard = (struct zw_heard){ 0 };
	err = take(events, events->tables, own, hear_tables, heard);
	return err ? err : take(events, events->route, own, hear_route, heard);
}
