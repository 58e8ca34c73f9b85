/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink: one dump of the links, one of the routes and one of the rules of
 * each family. A dump during which something changed is asked for again
 * (NLM_F_DUMP_INTR, which libmnl makes EINTR). Routes of other tables, which
 * policy routing chooses, are not read; that there is such is noted. */
#include "loader/routes.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "loader/netns.h"

#define ATTEMPTS 5
#define PATIENCE_S 10
#define RECEIVE_SIZE (64u << 10)

struct reading {
	struct zw_arena *arena;
	struct mnl_socket *socket;
	u32 sequence;
	struct zw_routes *routes;
};

/* ---- messages ------------------------------------------------------------ */

struct parts {
	struct zw_str name;
	const void *dst;
	const struct nlattr *hops;
	u32 out, table;
	size_t bytes; /* of an address */
};

static int link_part(const struct nlattr *attr, void *context)
{
	struct parts *parts = context;

	if (mnl_attr_get_type(attr) == IFLA_IFNAME &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
		parts->name = zw_str_from(mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

static int see_link(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(message);
	struct reading *reading = context;
	struct parts parts = { .out = 0 };
	struct zw_link link = { .index = (u32)head->ifi_index };

	if (message->nlmsg_type != RTM_NEWLINK ||
	    (head->ifi_flags & IFF_LOOPBACK))
		return MNL_CB_OK;
	mnl_attr_parse(message, sizeof(*head), link_part, &parts);
	if (!parts.name.n)
		return MNL_CB_OK;
	link.name = zw_str_copy(reading->arena, parts.name);
	zw_push(reading->arena, reading->routes->links, link);
	return MNL_CB_OK;
}

static int route_part(const struct nlattr *attr, void *context)
{
	struct parts *parts = context;

	switch (mnl_attr_get_type(attr)) {
	case RTA_DST:
		if (mnl_attr_get_payload_len(attr) == parts->bytes)
			parts->dst = mnl_attr_get_payload(attr);
		break;
	case RTA_OIF:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			parts->out = mnl_attr_get_u32(attr);
		break;
	case RTA_TABLE:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			parts->table = mnl_attr_get_u32(attr);
		break;
	case RTA_MULTIPATH:
		parts->hops = attr;
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static bool is_known(const struct zw_routes *routes, u32 index)
{
	size_t i;

	for (i = 0; i < routes->links.n; i++) {
		if (routes->links.v[i].index == index)
			return true;
	}
	return false;
}

static void add_route(struct reading *reading, u32 index, struct zw_route route)
{
	route.index = index;
	if (is_known(reading->routes, index))
		zw_push(reading->arena, reading->routes->routes, route);
}

/* Each next hop names an interface of its own. */
static void add_hops(struct reading *reading, const struct nlattr *hops,
		     struct zw_route route)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(hops);
	size_t left = mnl_attr_get_payload_len(hops);

	while (left >= sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) &&
	       hop->rtnh_len <= left) {
		size_t step = (hop->rtnh_len + 3u) & ~(size_t)3;

		add_route(reading, (u32)hop->rtnh_ifindex, route);
		if (step >= left)
			return;
		left -= step;
		hop = (const struct rtnexthop *)((const char *)hop + step);
	}
}

static bool is_link_local(const struct zw_route *route)
{
	return route->family == ZW_IPV6 && route->prefix.lo >> 118 == 0x3fa;
}

static int see_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *head = mnl_nlmsg_get_payload(message);
	struct reading *reading = context;
	struct zw_route route = { .family = head->rtm_family == AF_INET
						    ? ZW_IPV4
						    : ZW_IPV6 };
	unsigned bits = zw_family_bits(route.family);
	struct parts parts = { .table = head->rtm_table, .bytes = bits / 8 };
	u128 hosts = zw_family_all(route.family).hi;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    head->rtm_type != RTN_UNICAST || head->rtm_dst_len > bits ||
	    (head->rtm_flags & RTM_F_CLONED))
		return MNL_CB_OK;
	mnl_attr_parse(message, sizeof(*head), route_part, &parts);
	if (parts.table != RT_TABLE_MAIN || (head->rtm_dst_len && !parts.dst))
		return MNL_CB_OK;
	if (parts.dst)
		route.prefix.lo =
			zw_ip_from_bytes(route.family, parts.dst).value;
	if (head->rtm_dst_len)
		hosts &= ~(hosts << (bits - head->rtm_dst_len));
	route.prefix.hi = route.prefix.lo | hosts;
	if (is_link_local(&route))
		return MNL_CB_OK;
	if (parts.hops)
		add_hops(reading, parts.hops, route);
	else
		add_route(reading, parts.out, route);
	return MNL_CB_OK;
}

/* What every kernel has: the tables local, main and default, for any packet. */
static int see_rule(const struct nlmsghdr *message, void *context)
{
	const struct fib_rule_hdr *head = mnl_nlmsg_get_payload(message);
	struct reading *reading = context;

	if (message->nlmsg_type != RTM_NEWRULE)
		return MNL_CB_OK;
	if (head->action != FR_ACT_TO_TBL ||
	    (head->table != RT_TABLE_LOCAL && head->table != RT_TABLE_MAIN &&
	     head->table != RT_TABLE_DEFAULT))
		reading->routes->more = true;
	return MNL_CB_OK;
}

/* ---- dumps --------------------------------------------------------------- */

static int dump(struct reading *reading, u16 type, u8 family,
		int (*see)(const struct nlmsghdr *, void *))
{
	u8 request[128] = { 0 };
	struct nlmsghdr *head = mnl_nlmsg_put_header(request);
	char *room = malloc(RECEIVE_SIZE);
	struct rtgenmsg *body;
	int more = 1, err = 0;

	if (!room)
		return -ENOMEM;
	head->nlmsg_type = type;
	head->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	head->nlmsg_seq = ++reading->sequence;
	body = mnl_nlmsg_put_extra_header(
		head, type == RTM_GETLINK ? sizeof(struct ifinfomsg)
					  : sizeof(struct rtmsg));
	body->rtgen_family = family;
	if (mnl_socket_sendto(reading->socket, head, head->nlmsg_len) < 0)
		err = -errno;
	while (!err && more > 0) {
		ssize_t n = mnl_socket_recvfrom(reading->socket, room,
						RECEIVE_SIZE);

		more = n < 0 ? -1
			     : mnl_cb_run(
				       room, (size_t)n, head->nlmsg_seq,
				       mnl_socket_get_portid(reading->socket),
				       see, reading);
		if (more < 0)
			err = errno == EAGAIN ? -ETIMEDOUT : -errno;
	}
	free(room);
	return err;
}

static int read_all(struct reading *reading)
{
	int err;

	reading->routes->links.n = reading->routes->routes.n = 0;
	reading->routes->more = false;
	err = dump(reading, RTM_GETLINK, AF_UNSPEC, see_link);
	if (!err)
		err = dump(reading, RTM_GETROUTE, AF_INET, see_route);
	if (!err)
		err = dump(reading, RTM_GETROUTE, AF_INET6, see_route);
	if (!err)
		err = dump(reading, RTM_GETRULE, AF_INET, see_rule);
	return err ? err : dump(reading, RTM_GETRULE, AF_INET6, see_rule);
}

/* After an error answers may still wait in the socket, so each try has one of
 * its own. */
static int try_once(struct reading *reading)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	int err;

	reading->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!reading->socket)
		return -errno;
	if (mnl_socket_bind(reading->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(mnl_socket_get_fd(reading->socket), SOL_SOCKET,
		       SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		err = -errno;
	else
		err = read_all(reading);
	mnl_socket_close(reading->socket);
	return err;
}

int zw_routes_read(struct zw_arena *arena, const char *netns,
		   struct zw_routes *routes)
{
	struct reading reading = { .arena = arena, .routes = routes };
	int back = -1, err = 0, i;

	*routes = (struct zw_routes){ 0 };
	if (netns)
		err = zw_namespace_enter(netns, &back);
	if (err)
		return err;
	for (i = 0; i < ATTEMPTS; i++) {
		err = try_once(&reading);
		if (err != -EINTR)
			break;
	}
	if (netns && zw_namespace_leave(back) < 0 && !err)
		err = -EIO;
	return err;
}
