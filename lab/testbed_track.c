/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the gateway's nfnetlink, and what the bed asks of its conntrack.
 */
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "lab/testbed_inside.h"

struct nlmsghdr *zw_testbed_request(struct zw_testbed *bed, void *room,
				    u16 type, u16 flags, u8 family)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(room);
	struct nfgenmsg *header;

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	request->nlmsg_seq = ++bed->sequence;
	header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	header->nfgen_family = family;
	header->version = NFNETLINK_V0;
	return request;
}

int zw_testbed_ask(struct zw_testbed *bed, struct nlmsghdr *request)
{
	_Alignas(8) char room[8192];
	const struct nlmsghdr *answer = (const void *)room;
	const struct nlmsgerr *said;

	request->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(bed->nfnetlink, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		if (mnl_socket_recvfrom(bed->nfnetlink, room, sizeof(room)) < 0)
			return -errno;
	} while (answer->nlmsg_seq != request->nlmsg_seq ||
		 answer->nlmsg_type != NLMSG_ERROR);
	said = mnl_nlmsg_get_payload(answer);
	return said->error;
}

int zw_testbed_flush(struct zw_testbed *bed)
{
	_Alignas(8) char room[256];
	struct nlmsghdr *request = zw_testbed_request(
		bed, room, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 0,
		AF_UNSPEC);

	return zw_testbed_ask(bed, request);
}

long zw_testbed_tracked(struct zw_testbed *bed)
{
	return zw_netns_sysctl_read(bed->gateway,
				    "net/netfilter/nf_conntrack_count");
}
