/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links, addresses, queueing disciplines and filters: one rtnetlink dump each,
 * and one for the filters of each link. A discipline `clsact` or `ingress`
 * counts as filters even where it has none yet: they come and go without a
 * trace in nf_tables. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "loader/gateway_internal.h"

#define ROOM 65536

struct reading {
	struct zw_arena *arena;
	struct zw_gateway *gateway;
	struct mnl_socket *socket;
	u32 link; /* whose filters are asked for */
};

static struct zw_link *find(struct zw_gateway *gateway, u32 index)
{
	size_t i;

	for (i = 0; i < gateway->links.n; i++) {
		if (gateway->links.v[i].index == index)
			return &gateway->links.v[i];
	}
	return NULL;
}

/* ---- answers ------------------------------------------------------------- */

static int see_kind(const struct nlattr *attr, void *context)
{
	struct zw_str *kind = context;

	if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
		*kind = zw_str_from(mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

static int see_xdp(const struct nlattr *attr, void *context)
{
	struct zw_link *link = context;

	if (mnl_attr_get_type(attr) == IFLA_XDP_ATTACHED &&
	    mnl_attr_get_u8(attr) != XDP_ATTACHED_NONE)
		link->flags |= ZW_LINK_XDP;
	return MNL_CB_OK;
}

static int see_link_attr(const struct nlattr *attr, void *context)
{
	struct zw_link *link = context;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		link->name = zw_str_from(mnl_attr_get_str(attr));
		break;
	case IFLA_MASTER:
		link->master = mnl_attr_get_u32(attr);
		break;
	case IFLA_LINKINFO:
		mnl_attr_parse_nested(attr, see_kind, &link->kind);
		break;
	case IFLA_XDP:
		mnl_attr_parse_nested(attr, see_xdp, link);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

static int see_link(const struct nlmsghdr *m, void *context)
{
	struct reading *r = context;
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(m);
	struct zw_link link = { .index = (u32)head->ifi_index,
				.kind = ZW_STR("-") };

	if (head->ifi_flags & IFF_UP)
		link.flags |= ZW_LINK_UP;
	mnl_attr_parse(m, sizeof(*head), see_link_attr, &link);
	if (!link.kind.n)
		link.kind = ZW_STR("-");
	link.name = zw_str_copy(r->arena, link.name);
	link.kind = zw_str_copy(r->arena, link.kind);
	zw_push(r->arena, r->gateway->links, link);
	return MNL_CB_OK;
}

static int see_address_attr(const struct nlattr *attr, void *context)
{
	struct zw_link_address *address = context;
	u32 type = mnl_attr_get_type(attr);
	bool four = address->ip.family == ZW_IPV4;

	/* of a point-to-point link IFA_ADDRESS is the other end */
	if (type != IFA_LOCAL && (four || type != IFA_ADDRESS))
		return MNL_CB_OK;
	if (mnl_attr_get_payload_len(attr) == (four ? 4 : 16))
		address->ip = zw_ip_from_bytes(address->ip.family,
					       mnl_attr_get_payload(attr));
	return MNL_CB_OK;
}

static int see_address(const struct nlmsghdr *m, void *context)
{
	struct reading *r = context;
	const struct ifaddrmsg *head = mnl_nlmsg_get_payload(m);
	struct zw_link_address address = {
		.link = head->ifa_index,
		.prefix = head->ifa_prefixlen,
		.ip = { head->ifa_family == AF_INET ? ZW_IPV4 : ZW_IPV6, 0 },
	};

	if (head->ifa_family != AF_INET && head->ifa_family != AF_INET6)
		return MNL_CB_OK;
	mnl_attr_parse(m, sizeof(*head), see_address_attr, &address);
	zw_push(r->arena, r->gateway->addresses, address);
	return MNL_CB_OK;
}

static int see_discipline_attr(const struct nlattr *attr, void *context)
{
	bool *filters = context;

	if (mnl_attr_get_type(attr) == TCA_KIND)
		*filters = !strcmp(mnl_attr_get_str(attr), "clsact") ||
			   !strcmp(mnl_attr_get_str(attr), "ingress");
	return MNL_CB_OK;
}

static void has_filters(struct reading *r, u32 index)
{
	struct zw_link *link = find(r->gateway, index);

	if (link)
		link->flags |= ZW_LINK_TC;
}

static int see_discipline(const struct nlmsghdr *m, void *context)
{
	const struct tcmsg *head = mnl_nlmsg_get_payload(m);
	bool filters = false;

	mnl_attr_parse(m, sizeof(*head), see_discipline_attr, &filters);
	if (filters)
		has_filters(context, (u32)head->tcm_ifindex);
	return MNL_CB_OK;
}

static int see_filter(const struct nlmsghdr *m, void *context)
{
	const struct tcmsg *head = mnl_nlmsg_get_payload(m);

	if (m->nlmsg_type == RTM_NEWTFILTER)
		has_filters(context, (u32)head->tcm_ifindex);
	return MNL_CB_OK;
}

/* ---- questions ----------------------------------------------------------- */

static int ask(struct reading *r, u16 type, size_t head, mnl_cb_t see)
{
	static const struct timeval patience = { .tv_sec = 10 };
	u8 *room = zw_heap_resize(NULL, ROOM, 1);
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);
	u32 portid = mnl_socket_get_portid(r->socket), sequence = type;
	ssize_t n;
	int more = 1;

	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	m->nlmsg_seq = sequence;
	mnl_nlmsg_put_extra_header(m, head);
	if (type == RTM_GETTFILTER)
		((struct tcmsg *)mnl_nlmsg_get_payload(m))->tcm_ifindex =
			(int)r->link;
	setsockopt(mnl_socket_get_fd(r->socket), SOL_SOCKET, SO_RCVTIMEO,
		   &patience, sizeof(patience));
	n = mnl_socket_sendto(r->socket, m, m->nlmsg_len);
	while (n >= 0 && more > 0) {
		n = mnl_socket_recvfrom(r->socket, room, ROOM);
		if (n >= 0)
			more = mnl_cb_run(room, (size_t)n, sequence, portid,
					  see, r);
	}
	free(room);
	return n < 0 || more < 0 ? -errno : 0;
}

/* What a kernel without traffic control answers means that there is none. */
static void ask_filters(struct reading *r)
{
	size_t i;
	int err = ask(r, RTM_GETQDISC, sizeof(struct tcmsg), see_discipline);

	for (i = 0; i < r->gateway->links.n && !err; i++) {
		r->link = r->gateway->links.v[i].index;
		err = ask(r, RTM_GETTFILTER, sizeof(struct tcmsg), see_filter);
	}
	if (err && err != -EOPNOTSUPP)
		zw_gateway_unread(r->arena, r->gateway, ZW_STR("filters of tc"),
				  err);
}

int zw_gateway_read_links(struct zw_arena *arena, struct zw_gateway *gateway)
{
	struct reading r = { .arena = arena, .gateway = gateway };
	int err = 0;

	r.socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!r.socket)
		return -errno;
	if (mnl_socket_bind(r.socket, 0, MNL_SOCKET_AUTOPID) < 0)
		err = -errno;
	if (!err)
		err = ask(&r, RTM_GETLINK, sizeof(struct ifinfomsg), see_link);
	if (!err)
		err = ask(&r, RTM_GETADDR, sizeof(struct ifaddrmsg),
			  see_address);
	if (!err)
		ask_filters(&r);
	mnl_socket_close(r.socket);
	return err;
}
