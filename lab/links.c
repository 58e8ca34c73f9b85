/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink requests in one buffer: each asks for an acknowledgement, so the
 * answers come in order and the first that is an error names its request. The
 * kernel works through a datagram of several messages in one system call
 * (netlink_rcv_skb), so forty interfaces take a few calls. */
#include "lab/links.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "lab/netns.h"

/* A socket takes what its send buffer holds (212,992 bytes by default, counted
 * with overhead), so a full buffer of this size is sent by itself. */
enum { ROOM = 32768, LARGEST = 1024 };

static const u8 hop4[4] = { 169, 254, 0, 2 };
static const u8 hop6[16] = { 0xfe, 0x80, [15] = 2 };

struct zw_links {
	struct mnl_socket *socket;
	u32 sent, acked;
	int error;
	u32 error_at;
	size_t used;
	_Alignas(8) char bytes[ROOM];
};

struct zw_links *zw_links_new(int ns)
{
	struct zw_links *links = calloc(1, sizeof(*links));
	int former = zw_netns_enter(ns);

	ZW_ASSERT(links && former >= 0);
	links->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	zw_netns_leave(former);
	ZW_ASSERT(links->socket);
	ZW_ASSERT(!mnl_socket_bind(links->socket, 0, MNL_SOCKET_AUTOPID));
	return links;
}

void zw_links_free(struct zw_links *links)
{
	mnl_socket_close(links->socket);
	free(links);
}

static void take_answer(struct zw_links *links, const struct nlmsghdr *answer)
{
	const struct nlmsgerr *said = mnl_nlmsg_get_payload(answer);

	if (answer->nlmsg_type != NLMSG_ERROR)
		return;
	links->acked++;
	if (said->error && !links->error) {
		links->error = said->error;
		links->error_at = answer->nlmsg_seq;
	}
}

static void flush(struct zw_links *links)
{
	_Alignas(8) char answers[32768];
	const struct nlmsghdr *answer;
	ssize_t got;
	int left;

	if (!links->used)
		return;
	ZW_ASSERT(mnl_socket_sendto(links->socket, links->bytes, links->used) >=
		  0);
	links->used = 0;
	while (links->acked < links->sent) {
		got = mnl_socket_recvfrom(links->socket, answers,
					  sizeof(answers));
		ZW_ASSERT(got > 0);
		left = (int)got;
		for (answer = (const void *)answers; mnl_nlmsg_ok(answer, left);
		     answer = mnl_nlmsg_next(answer, &left))
			take_answer(links, answer);
	}
}

int zw_links_send(struct zw_links *links, unsigned *at)
{
	int error;

	flush(links);
	error = links->error;
	if (at)
		*at = links->error_at;
	links->error = 0;
	links->sent = links->acked = 0;
	return error;
}

static struct nlmsghdr *begin(struct zw_links *links, u16 type)
{
	struct nlmsghdr *message;

	if (links->used + LARGEST > ROOM)
		flush(links);
	message = mnl_nlmsg_put_header(links->bytes + links->used);
	message->nlmsg_type = type;
	message->nlmsg_flags =
		NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	message->nlmsg_seq = links->sent++;
	return message;
}

static void end(struct zw_links *links, const struct nlmsghdr *message)
{
	ZW_ASSERT(message->nlmsg_len <= LARGEST);
	links->used += (message->nlmsg_len + 3u) & ~3u;
}

static struct ifinfomsg *interface_header(struct nlmsghdr *message, int index)
{
	struct ifinfomsg *header =
		mnl_nlmsg_put_extra_header(message, sizeof(*header));

	header->ifi_family = AF_UNSPEC;
	header->ifi_index = index;
	return header;
}

static void put_end(struct nlmsghdr *message, struct zw_veth end_of_pair)
{
	mnl_attr_put_strz(message, IFLA_IFNAME, end_of_pair.name);
	mnl_attr_put(message, IFLA_ADDRESS, 6, end_of_pair.mac);
}

void zw_links_veth(struct zw_links *links, struct zw_veth here, int peer_ns,
		   struct zw_veth there)
{
	struct nlmsghdr *message = begin(links, RTM_NEWLINK);
	struct ifinfomsg *header = interface_header(message, here.index);
	struct nlattr *info, *data, *peer;

	header->ifi_flags = IFF_NOARP;
	header->ifi_change = IFF_NOARP;
	put_end(message, here);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
	header = interface_header(message, there.index);
	header->ifi_flags = IFF_NOARP;
	header->ifi_change = IFF_NOARP;
	put_end(message, there);
	mnl_attr_put_u32(message, IFLA_NET_NS_FD, (u32)peer_ns);
	mnl_attr_nest_end(message, peer);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, info);
	end(links, message);
}

void zw_links_up(struct zw_links *links, int index)
{
	struct nlmsghdr *message = begin(links, RTM_NEWLINK);
	struct ifinfomsg *header = interface_header(message, index);

	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	header->ifi_flags = IFF_UP;
	header->ifi_change = IFF_UP;
	end(links, message);
}

struct prefix {
	u8 family, length;
	u16 size;
	u8 bytes[16];
};

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix = { .family = AF_INET, .size = 4, .length = 32 };
	const char *slash = strchr(text, '/');
	char address[64];
	size_t n = slash ? (size_t)(slash - text) : strlen(text);

	ZW_ASSERT(n < sizeof(address));
	memcpy(address, text, n);
	address[n] = '\0';
	if (strchr(address, ':'))
		prefix = (struct prefix){ .family = AF_INET6,
					  .size = 16,
					  .length = 128 };
	ZW_ASSERT(inet_pton(prefix.family, address, prefix.bytes) == 1);
	if (slash)
		prefix.length = (u8)atoi(slash + 1);
	ZW_ASSERT(prefix.length <= 8 * prefix.size);
	return prefix;
}

void zw_links_address(struct zw_links *links, int index, const char *text)
{
	struct prefix prefix = prefix_of(text);
	struct nlmsghdr *message = begin(links, RTM_NEWADDR);
	struct ifaddrmsg *header =
		mnl_nlmsg_put_extra_header(message, sizeof(*header));

	header->ifa_family = prefix.family;
	header->ifa_prefixlen = prefix.length;
	header->ifa_index = (u32)index;
	mnl_attr_put(message, IFA_LOCAL, prefix.size, prefix.bytes);
	mnl_attr_put(message, IFA_ADDRESS, prefix.size, prefix.bytes);
	mnl_attr_put_u32(message, IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
	end(links, message);
}

void zw_links_route(struct zw_links *links, int index, const char *text)
{
	struct prefix prefix = prefix_of(text);
	struct nlmsghdr *message = begin(links, RTM_NEWROUTE);
	struct rtmsg *header =
		mnl_nlmsg_put_extra_header(message, sizeof(*header));
	unsigned bit;

	/* The kernel refuses host bits in the prefix of a route. */
	for (bit = prefix.length; bit < 8u * prefix.size; bit++)
		prefix.bytes[bit / 8] &= (u8) ~(0x80u >> bit % 8);
	header->rtm_family = prefix.family;
	header->rtm_dst_len = prefix.length;
	header->rtm_table = RT_TABLE_MAIN;
	header->rtm_protocol = RTPROT_STATIC;
	header->rtm_scope = RT_SCOPE_UNIVERSE;
	header->rtm_type = RTN_UNICAST;
	header->rtm_flags = RTNH_F_ONLINK;
	mnl_attr_put(message, RTA_DST, prefix.size, prefix.bytes);
	mnl_attr_put(message, RTA_GATEWAY, prefix.size,
		     prefix.size == 4 ? hop4 : hop6);
	mnl_attr_put_u32(message, RTA_OIF, (u32)index);
	end(links, message);
}

static void next_hop(struct zw_links *links, int index, u8 family,
		     const u8 *address, u16 size, const u8 mac[6])
{
	struct nlmsghdr *message = begin(links, RTM_NEWNEIGH);
	struct ndmsg *header =
		mnl_nlmsg_put_extra_header(message, sizeof(*header));

	header->ndm_family = family;
	header->ndm_ifindex = index;
	header->ndm_state = NUD_PERMANENT;
	mnl_attr_put(message, NDA_DST, size, address);
	mnl_attr_put(message, NDA_LLADDR, 6, mac);
	end(links, message);
}

void zw_links_next_hop(struct zw_links *links, int index, const u8 mac[6])
{
	next_hop(links, index, AF_INET, hop4, sizeof(hop4), mac);
	next_hop(links, index, AF_INET6, hop6, sizeof(hop6), mac);
}
