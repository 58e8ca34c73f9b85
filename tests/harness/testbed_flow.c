/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections through the gateway, by packets or straight into conntrack. The
 * far end answers what it saw, so address translation works by itself: the
 * answer is built from the packet that came out. */
#include "tests/harness/testbed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "lab/testbed_inside.h"

enum {
	FIRST_SEQ = 1000,
	FIRST_ANSWER_SEQ = 5000,
	LIFETIME_SECONDS = 600,
	ECHO4 = 8,
	ECHO4_REPLY = 0,
	ECHO6 = 128,
	ECHO6_REPLY = 129,
};

static struct zw_frame_spec base_request(const struct zw_flow *flow)
{
	struct zw_frame_spec spec = {
		.src = flow->src,
		.dst = flow->dst,
		.protocol = flow->protocol,
		.sport = flow->sport,
		.dport = flow->dport,
		.icmp_id = flow->sport,
		.tcp_flags = ZW_TCP_ACK | ZW_TCP_PSH,
		.tcp_seq = flow->seq,
		.tcp_ack = flow->answer_seq,
	};

	if (flow->protocol == IPPROTO_ICMP)
		spec.type = ECHO4;
	if (flow->protocol == IPPROTO_ICMPV6)
		spec.type = ECHO6;
	if (flow->protocol == IPPROTO_TCP) {
		spec.payload = "GET";
		spec.payload_length = 3;
	}
	return spec;
}

struct zw_frame_spec zw_flow_request(const struct zw_flow *flow)
{
	return base_request(flow);
}

struct zw_frame_spec zw_flow_reply(const struct zw_flow *flow)
{
	struct zw_frame_spec spec = {
		.src = flow->seen_dst,
		.dst = flow->seen_src,
		.protocol = flow->protocol,
		.sport = flow->seen_dport,
		.dport = flow->seen_sport,
		.icmp_id = flow->seen_sport,
		.tcp_flags = ZW_TCP_ACK | ZW_TCP_PSH,
		.tcp_seq = flow->answer_seq,
		.tcp_ack = flow->seq,
	};

	if (flow->protocol == IPPROTO_ICMP)
		spec.type = ECHO4_REPLY;
	if (flow->protocol == IPPROTO_ICMPV6)
		spec.type = ECHO6_REPLY;
	if (flow->protocol == IPPROTO_TCP) {
		spec.payload = "200";
		spec.payload_length = 3;
	}
	return spec;
}

/* One step: from IN it must come out at OUT. */
static bool step(struct zw_testbed *bed, unsigned in, unsigned out,
		 const struct zw_frame_spec *spec, const char *what,
		 struct zw_packet *packet)
{
	char text[ZW_PROBE_TEXT];
	struct zw_probe probe;

	zw_testbed_send(bed, in, spec, &probe);
	if (probe.out != (int)out)
		return zw_testbed_fail(bed, "%s from %s to %s: %s", what,
				       bed->names[in], bed->names[out],
				       zw_probe_format(bed, &probe, text));
	return zw_probe_forwarded(&probe, packet);
}

static void remember(struct zw_flow *flow, const struct zw_packet *seen)
{
	flow->seen_src = seen->src;
	flow->seen_dst = seen->dst;
	flow->seen_sport = seen->sport;
	flow->seen_dport = seen->dport;
	if (flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6)
		flow->seen_sport = seen->icmp_id;
}

bool zw_testbed_connect(struct zw_testbed *bed, struct zw_flow *flow)
{
	bool tcp = flow->protocol == IPPROTO_TCP;
	struct zw_frame_spec spec;
	struct zw_packet packet;

	flow->seq = FIRST_SEQ;
	flow->answer_seq = FIRST_ANSWER_SEQ;
	spec = zw_flow_request(flow);
	if (tcp) {
		spec.tcp_flags = ZW_TCP_SYN;
		spec.tcp_ack = spec.payload_length = 0;
	}
	if (!step(bed, flow->from, flow->to, &spec, "first packet", &packet))
		return false;
	remember(flow, &packet);
	flow->seq++;
	spec = zw_flow_reply(flow);
	if (tcp) {
		spec.tcp_flags = ZW_TCP_SYN | ZW_TCP_ACK;
		spec.payload_length = 0;
	}
	if (!step(bed, flow->to, flow->from, &spec, "answer", &packet))
		return false;
	flow->answer_seq++;
	if (!tcp)
		return true;
	spec = zw_flow_request(flow);
	spec.tcp_flags = ZW_TCP_ACK;
	spec.payload_length = 0;
	return step(bed, flow->from, flow->to, &spec, "third packet", &packet);
}

static void put_address(struct nf_conntrack *entry, enum zw_family family,
			int attribute4, int attribute6, struct zw_ip ip)
{
	u8 bytes[16];
	size_t n = family == ZW_IPV4 ? 4 : 16, i;

	for (i = n; i--; ip.value >>= 8)
		bytes[i] = (u8)ip.value;
	nfct_set_attr(entry, n == 4 ? attribute4 : attribute6, bytes);
}

static void put_tuples(struct nf_conntrack *entry, const struct zw_flow *flow)
{
	enum zw_family family = flow->src.family;
	u8 family_number = family == ZW_IPV4 ? AF_INET : AF_INET6;

	nfct_set_attr_u8(entry, ATTR_L3PROTO, family_number);
	nfct_set_attr_u8(entry, ATTR_L4PROTO, flow->protocol);
	put_address(entry, family, ATTR_IPV4_SRC, ATTR_IPV6_SRC, flow->src);
	put_address(entry, family, ATTR_IPV4_DST, ATTR_IPV6_DST, flow->dst);
	if (flow->protocol == IPPROTO_ICMP ||
	    flow->protocol == IPPROTO_ICMPV6) {
		nfct_set_attr_u8(entry, ATTR_ICMP_TYPE,
				 family == ZW_IPV4 ? ECHO4 : ECHO6);
		nfct_set_attr_u8(entry, ATTR_ICMP_CODE, 0);
		nfct_set_attr_u16(entry, ATTR_ICMP_ID, htons(flow->sport));
	} else {
		nfct_set_attr_u16(entry, ATTR_PORT_SRC, htons(flow->sport));
		nfct_set_attr_u16(entry, ATTR_PORT_DST, htons(flow->dport));
	}
	nfct_setobjopt(entry, NFCT_SOPT_SETUP_REPLY);
}

bool zw_testbed_track(struct zw_testbed *bed, struct zw_flow *flow,
		      bool only_new)
{
	struct nf_conntrack *entry = nfct_new();
	u32 status = IPS_CONFIRMED;
	_Alignas(8) char room[4096];
	struct nlmsghdr *request;
	int error;

	ZW_ASSERT(entry);
	if (!only_new)
		status |= IPS_SEEN_REPLY | IPS_ASSURED;
	flow->seen_src = flow->src;
	flow->seen_dst = flow->dst;
	flow->seen_sport = flow->sport;
	flow->seen_dport = flow->dport;
	flow->seq = FIRST_SEQ;
	flow->answer_seq = FIRST_ANSWER_SEQ;
	put_tuples(entry, flow);
	nfct_set_attr_u32(entry, ATTR_TIMEOUT, LIFETIME_SECONDS);
	nfct_set_attr_u32(entry, ATTR_STATUS, status);
	if (flow->protocol == IPPROTO_TCP)
		nfct_set_attr_u8(entry, ATTR_TCP_STATE,
				 only_new ? TCP_CONNTRACK_SYN_SENT
					  : TCP_CONNTRACK_ESTABLISHED);
	request = zw_testbed_request(
		bed, room, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW,
		NLM_F_CREATE | NLM_F_EXCL,
		flow->src.family == ZW_IPV4 ? AF_INET : AF_INET6);
	ZW_ASSERT(nfct_nlmsg_build(request, entry) >= 0);
	nfct_destroy(entry);
	error = zw_testbed_ask(bed, request);
	if (error)
		return zw_testbed_fail(bed, "conntrack entry: %s",
				       strerror(-error));
	return true;
}
