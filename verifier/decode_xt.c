/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches of iptables: from the bytes of their structures to what they test.
 *
 * The kernel gives each structure back padded to eight bytes (nft_compat.c,
 * nft_extension_dump_info), its own pointers as zeros. A size other than the
 * one of the revision named, or a flag that the revision did not have, is not
 * understood. What hangs on more than the packet is told apart here: what can
 * come out either way (ZW_XT_CHANCE) from what a ruleset cannot tell
 * (ZW_XT_OUTSIDE). */
#include <linux/netfilter.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_connmark.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_dccp.h>
#include <linux/netfilter/xt_dscp.h>
#include <linux/netfilter/xt_ecn.h>
#include <linux/netfilter/xt_esp.h>
#include <linux/netfilter/xt_helper.h>
#include <linux/netfilter/xt_iprange.h>
#include <linux/netfilter/xt_length.h>
#include <linux/netfilter/xt_mac.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_owner.h>
#include <linux/netfilter/xt_physdev.h>
#include <linux/netfilter/xt_pkttype.h>
#include <linux/netfilter/xt_policy.h>
#include <linux/netfilter/xt_recent.h>
#include <linux/netfilter/xt_sctp.h>
#include <linux/netfilter/xt_state.h>
#include <linux/netfilter/xt_string.h>
#include <linux/netfilter/xt_tcpmss.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter/xt_time.h>
#include <linux/netfilter/xt_u32.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv4/ipt_ah.h>
#include <linux/netfilter_ipv4/ipt_ttl.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "base/arena.h"
#include "verifier/decode_xt.h"

#define ANY ZW_XT_ANY
#define SCTP_HEADER 12
#define UDP_HEADER 8

/* ---- ports --------------------------------------------------------------- */

struct zw_xt_port_test zw_xt_port_range(enum zw_xt_port_side side,
					const u16 range[2], bool invert)
{
	struct zw_xt_port_test test = { .side = side,
					.invert = invert,
					.n = 1 };

	test.ranges[0].lo = range[0];
	test.ranges[0].hi = range[1];
	return test;
}

static bool read_multiport(struct zw_xt *xt, const void *info)
{
	const struct xt_multiport_v1 *m = info;
	struct zw_xt_port_test *test = &xt->ports.tests[0];
	u32 i;

	if (m->count > XT_MULTI_PORTS || m->flags > XT_MULTIPORT_EITHER)
		return false;
	xt->kind = ZW_XT_PORTS;
	xt->ports.header = 4;
	xt->ports.n = 1;
	test->side = m->flags == XT_MULTIPORT_SOURCE	    ? ZW_XT_SOURCE
		     : m->flags == XT_MULTIPORT_DESTINATION ? ZW_XT_DESTINATION
							    : ZW_XT_EITHER;
	test->invert = m->invert;
	for (i = 0; i < m->count; i++) {
		test->ranges[test->n].lo = m->ports[i];
		if (m->pflags[i] && ++i == m->count)
			return false;
		test->ranges[test->n++].hi = m->ports[i];
	}
	return true;
}

static bool read_udp(struct zw_xt *xt, const void *info)
{
	const struct xt_udp *udp = info;

	if (udp->invflags & ~XT_UDP_INV_MASK)
		return false;
	xt->kind = ZW_XT_PORTS;
	xt->ports.header = UDP_HEADER;
	xt->ports.n = 2;
	xt->ports.tests[0] = zw_xt_port_range(ZW_XT_SOURCE, udp->spts,
					      udp->invflags & XT_UDP_INV_SRCPT);
	xt->ports.tests[1] = zw_xt_port_range(ZW_XT_DESTINATION, udp->dpts,
					      udp->invflags & XT_UDP_INV_DSTPT);
	return true;
}

static bool read_tcp(struct zw_xt *xt, const void *info)
{
	const struct xt_tcp *tcp = info;

	if (tcp->invflags & ~XT_TCP_INV_MASK)
		return false;
	xt->kind = ZW_XT_TCP;
	xt->tcp.tests[0] = zw_xt_port_range(ZW_XT_SOURCE, tcp->spts,
					    tcp->invflags & XT_TCP_INV_SRCPT);
	xt->tcp.tests[1] = zw_xt_port_range(ZW_XT_DESTINATION, tcp->dpts,
					    tcp->invflags & XT_TCP_INV_DSTPT);
	xt->tcp.mask = tcp->flg_mask;
	xt->tcp.wanted = tcp->flg_cmp;
	xt->tcp.invert_flags = tcp->invflags & XT_TCP_INV_FLAGS;
	xt->tcp.option = tcp->option;
	xt->tcp.invert_option = tcp->invflags & XT_TCP_INV_OPTION;
	return true;
}

static bool read_sctp(struct zw_xt *xt, const void *info)
{
	const struct xt_sctp_info *sctp = info;

	if (sctp->flags & ~(u32)XT_SCTP_VALID_FLAGS ||
	    sctp->invflags & ~(u32)XT_SCTP_VALID_FLAGS)
		return false;
	if (sctp->flags & XT_SCTP_CHUNK_TYPES)
		xt->ports.more = "which chunks an SCTP packet has";
	xt->kind = ZW_XT_PORTS;
	xt->ports.header = SCTP_HEADER;
	if (sctp->flags & XT_SCTP_SRC_PORTS)
		xt->ports.tests[xt->ports.n++] =
			zw_xt_port_range(ZW_XT_SOURCE, sctp->spts,
					 sctp->invflags & XT_SCTP_SRC_PORTS);
	if (sctp->flags & XT_SCTP_DEST_PORTS)
		xt->ports.tests[xt->ports.n++] =
			zw_xt_port_range(ZW_XT_DESTINATION, sctp->dpts,
					 sctp->invflags & XT_SCTP_DEST_PORTS);
	return true;
}

static bool read_icmp4(struct zw_xt *xt, const void *info)
{
	const struct ipt_icmp *icmp = info;

	if (icmp->invflags & ~IPT_ICMP_INV)
		return false;
	xt->kind = ZW_XT_ICMP;
	xt->icmp.any = icmp->type == 0xff;
	xt->icmp.type = icmp->type;
	xt->icmp.lo = icmp->code[0];
	xt->icmp.hi = icmp->code[1];
	xt->icmp.invert = icmp->invflags & IPT_ICMP_INV;
	return true;
}

static bool read_icmp6(struct zw_xt *xt, const void *info)
{
	const struct ip6t_icmp *icmp = info;

	if (icmp->invflags & ~IP6T_ICMP_INV)
		return false;
	xt->kind = ZW_XT_ICMP;
	xt->icmp.type = icmp->type;
	xt->icmp.lo = icmp->code[0];
	xt->icmp.hi = icmp->code[1];
	xt->icmp.invert = icmp->invflags & IP6T_ICMP_INV;
	return true;
}

/* ---- addresses, marks, small numbers ------------------------------------- */

static bool read_iprange(struct zw_xt *xt, const void *info)
{
	const struct xt_iprange_mtinfo *r = info;
	const u8 known =
		IPRANGE_SRC | IPRANGE_DST | IPRANGE_SRC_INV | IPRANGE_DST_INV;

	if (r->flags & ~known)
		return false;
	xt->kind = ZW_XT_RANGES;
	xt->ranges[0].used = r->flags & IPRANGE_SRC;
	xt->ranges[0].invert = r->flags & IPRANGE_SRC_INV;
	memcpy(xt->ranges[0].lo, &r->src_min, 16);
	memcpy(xt->ranges[0].hi, &r->src_max, 16);
	xt->ranges[1].used = r->flags & IPRANGE_DST;
	xt->ranges[1].invert = r->flags & IPRANGE_DST_INV;
	memcpy(xt->ranges[1].lo, &r->dst_min, 16);
	memcpy(xt->ranges[1].hi, &r->dst_max, 16);
	return true;
}

static bool read_mark(struct zw_xt *xt, const void *info)
{
	const struct xt_mark_mtinfo1 *mark = info;

	xt->kind = ZW_XT_MARK;
	xt->masked =
		(struct zw_xt_masked){ mark->mark, mark->mask, mark->invert };
	return true;
}

static bool read_connmark(struct zw_xt *xt, const void *info)
{
	const struct xt_connmark_mtinfo1 *mark = info;

	xt->kind = ZW_XT_CONNMARK;
	xt->masked =
		(struct zw_xt_masked){ mark->mark, mark->mask, mark->invert };
	return true;
}

static bool read_mac(struct zw_xt *xt, const void *info)
{
	const struct xt_mac_info *mac = info;

	xt->kind = ZW_XT_MAC;
	memcpy(xt->mac.address, mac->srcaddr, 6);
	xt->mac.invert = mac->invert;
	return true;
}

/* ip6t_hl has the same layout and the same modes. */
static bool read_hops(struct zw_xt *xt, const void *info)
{
	const struct ipt_ttl_info *ttl = info;

	xt->kind = ZW_XT_HOPS;
	xt->hops.hi = 255;
	switch (ttl->mode) {
	case IPT_TTL_NE:
		xt->hops.invert = true;
		/* fall through */
	case IPT_TTL_EQ:
		xt->hops.lo = xt->hops.hi = ttl->ttl;
		return true;
	case IPT_TTL_LT: /* not at least */
		xt->hops.lo = ttl->ttl;
		xt->hops.invert = true;
		return true;
	case IPT_TTL_GT: /* not at most */
		xt->hops.hi = ttl->ttl;
		xt->hops.invert = true;
		return true;
	default:
		return false;
	}
}

static bool read_dscp(struct zw_xt *xt, const void *info)
{
	const struct xt_dscp_info *dscp = info;

	xt->kind = ZW_XT_TOS;
	xt->masked = (struct zw_xt_masked){ (u32)dscp->dscp << XT_DSCP_SHIFT,
					    XT_DSCP_MASK, dscp->invert };
	return dscp->dscp <= XT_DSCP_MAX;
}

static bool read_tos(struct zw_xt *xt, const void *info)
{
	const struct xt_tos_match_info *tos = info;

	xt->kind = ZW_XT_TOS;
	xt->masked = (struct zw_xt_masked){ tos->tos_value, tos->tos_mask,
					    tos->invert };
	return true;
}

static bool read_pkttype(struct zw_xt *xt, const void *info)
{
	const struct xt_pkttype_info *type = info;

	xt->kind = ZW_XT_PKTTYPE;
	xt->pkttype.type = (u8)type->pkttype;
	xt->pkttype.invert = type->invert;
	return type->pkttype >= 0 && type->pkttype < 8;
}

static bool read_length(struct zw_xt *xt, const void *info)
{
	const struct xt_length_info *length = info;

	xt->kind = ZW_XT_LENGTH;
	xt->length.lo = length->min;
	xt->length.hi = length->max;
	xt->length.invert = length->invert;
	return true;
}

/* policy: by IPsec or not; which transformation is not followed. */
static bool read_policy(struct zw_xt *xt, const void *info)
{
	const struct xt_policy_info *policy = info;
	static const struct xt_policy_spec nothing;
	u32 i;

	if (policy->flags & ~15u || policy->len > XT_POLICY_MAX_ELEM)
		return false;
	xt->kind = ZW_XT_IPSEC;
	xt->ipsec.out = policy->flags & XT_POLICY_MATCH_OUT;
	xt->ipsec.none = policy->flags & XT_POLICY_MATCH_NONE;
	xt->ipsec.more =
		policy->len != 1 || policy->flags & XT_POLICY_MATCH_STRICT;
	for (i = 0; i < policy->len; i++) {
		if (memcmp(&policy->pol[i].match, &nothing, sizeof(nothing)))
			xt->ipsec.more = true;
	}
	return true;
}

/* recent --set always holds; the others hang on what was seen before. */
static void recent(struct zw_xt *xt, u8 check_set, bool invert)
{
	if (check_set & XT_RECENT_SET) {
		xt->kind = invert ? ZW_XT_NEVER : ZW_XT_ALWAYS;
		return;
	}
	xt->kind = ZW_XT_CHANCE;
	xt->what = "a list of recent addresses";
}

static bool read_recent0(struct zw_xt *xt, const void *info)
{
	const struct xt_recent_mtinfo *r = info;

	recent(xt, r->check_set, r->invert);
	return true;
}

static bool read_recent1(struct zw_xt *xt, const void *info)
{
	const struct xt_recent_mtinfo_v1 *r = info;

	recent(xt, r->check_set, r->invert);
	return true;
}

/* ---- the table ----------------------------------------------------------- */

static const struct zw_xt_extension matches[] = {
	ZW_XT_IS("comment", ZW_XT_ALWAYS, NULL),
	ZW_XT_READ("conntrack", ANY, 1, struct xt_conntrack_mtinfo1,
		   zw_xt_read_conntrack1),
	ZW_XT_READ("conntrack", ANY, 2, struct xt_conntrack_mtinfo2,
		   zw_xt_read_conntrack2),
	ZW_XT_READ("conntrack", ANY, 3, struct xt_conntrack_mtinfo3,
		   zw_xt_read_conntrack3),
	ZW_XT_READ("state", ANY, 0, struct xt_state_info, zw_xt_read_state),
	ZW_XT_READ("multiport", ANY, 1, struct xt_multiport_v1, read_multiport),
	ZW_XT_READ("tcp", ANY, 0, struct xt_tcp, read_tcp),
	ZW_XT_READ("udp", ANY, 0, struct xt_udp, read_udp),
	ZW_XT_READ("udplite", ANY, 0, struct xt_udp, read_udp),
	ZW_XT_READ("sctp", ANY, 0, struct xt_sctp_info, read_sctp),
	ZW_XT_READ("icmp", NFPROTO_IPV4, 0, struct ipt_icmp, read_icmp4),
	ZW_XT_READ("icmp6", NFPROTO_IPV6, 0, struct ip6t_icmp, read_icmp6),
	ZW_XT_READ("iprange", ANY, 1, struct xt_iprange_mtinfo, read_iprange),
	ZW_XT_READ("mark", ANY, 1, struct xt_mark_mtinfo1, read_mark),
	ZW_XT_READ("connmark", ANY, 1, struct xt_connmark_mtinfo1,
		   read_connmark),
	ZW_XT_READ("mac", ANY, 0, struct xt_mac_info, read_mac),
	ZW_XT_READ("ttl", NFPROTO_IPV4, 0, struct ipt_ttl_info, read_hops),
	ZW_XT_READ("hl", NFPROTO_IPV6, 0, struct ipt_ttl_info, read_hops),
	ZW_XT_READ("dscp", ANY, 0, struct xt_dscp_info, read_dscp),
	ZW_XT_READ("tos", ANY, 1, struct xt_tos_match_info, read_tos),
	ZW_XT_READ("pkttype", ANY, 0, struct xt_pkttype_info, read_pkttype),
	ZW_XT_READ("length", ANY, 0, struct xt_length_info, read_length),
	ZW_XT_READ("policy", ANY, 0, struct xt_policy_info, read_policy),
	ZW_XT_READ("recent", ANY, 0, struct xt_recent_mtinfo, read_recent0),
	ZW_XT_READ("recent", ANY, 1, struct xt_recent_mtinfo_v1, read_recent1),
	ZW_XT_READ("esp", ANY, 0, struct xt_esp, zw_xt_read_esp),
	ZW_XT_READ("ah", NFPROTO_IPV4, 0, struct ipt_ah, zw_xt_read_ah4),
	{ "ah", NFPROTO_IPV6, ANY, 0, NULL, ZW_XT_OUTSIDE, "the index in AH",
	  false },
	ZW_XT_READ("dccp", ANY, 0, struct xt_dccp_info, zw_xt_read_dccp),
	ZW_XT_READ("ecn", ANY, 0, struct xt_ecn_info, zw_xt_read_ecn),
	ZW_XT_READ("tcpmss", ANY, 0, struct xt_tcpmss_match_info,
		   zw_xt_read_tcpmss),
	ZW_XT_KEEP("u32", 0, struct xt_u32, zw_xt_read_u32),
	ZW_XT_KEEP("string", 0, struct xt_string_info, zw_xt_read_string0),
	ZW_XT_KEEP("string", 1, struct xt_string_info, zw_xt_read_string1),
	ZW_XT_READ("time", ANY, 0, struct xt_time_info, zw_xt_read_time),
	ZW_XT_READ("owner", ANY, 1, struct xt_owner_match_info,
		   zw_xt_read_owner),
	ZW_XT_READ("physdev", ANY, 0, struct xt_physdev_info,
		   zw_xt_read_physdev),
	ZW_XT_READ("addrtype", NFPROTO_IPV4, 0, struct xt_addrtype_info,
		   zw_xt_read_addrtype0),
	ZW_XT_READ("addrtype", ANY, 1, struct xt_addrtype_info_v1,
		   zw_xt_read_addrtype1),
	ZW_XT_READ("helper", ANY, 0, struct xt_helper_info, zw_xt_read_helper),
	ZW_XT_IS("limit", ZW_XT_CHANCE, "a limit"),
	ZW_XT_IS("hashlimit", ZW_XT_CHANCE, "a hashlimit"),
	ZW_XT_IS("connlimit", ZW_XT_CHANCE, "a limit of connections"),
	ZW_XT_IS("statistic", ZW_XT_CHANCE, "a statistic"),
	ZW_XT_IS("quota", ZW_XT_CHANCE, "a quota"),
	ZW_XT_IS("connbytes", ZW_XT_CHANCE,
		 "how much a connection has carried"),
	ZW_XT_IS("rateest", ZW_XT_CHANCE, "an estimated rate"),
	ZW_XT_IS("nfacct", ZW_XT_OUTSIDE, "an account"),
	ZW_XT_IS("rpfilter", ZW_XT_OUTSIDE, "the way back, by the routes"),
	ZW_XT_IS("realm", ZW_XT_OUTSIDE, "the packet's route"),
	ZW_XT_IS("socket", ZW_XT_OUTSIDE, "a socket"),
	ZW_XT_IS("cgroup", ZW_XT_OUTSIDE, "the group of a socket"),
	ZW_XT_IS("set", ZW_XT_OUTSIDE, "an ipset"),
	ZW_XT_IS("connlabel", ZW_XT_OUTSIDE, "the label of a connection"),
	ZW_XT_IS("bpf", ZW_XT_OUTSIDE, "a program"),
	ZW_XT_IS("frag", ZW_XT_OUTSIDE, "a fragment header"),
	ZW_XT_IS("eui64", ZW_XT_OUTSIDE, "an address made of the link's"),
	ZW_XT_IS("hbh", ZW_XT_OUTSIDE, "an extension header"),
	ZW_XT_IS("dst", ZW_XT_OUTSIDE, "an extension header"),
	ZW_XT_IS("rt", ZW_XT_OUTSIDE, "an extension header"),
	ZW_XT_IS("ipv6header", ZW_XT_OUTSIDE, "an extension header"),
	ZW_XT_IS("devgroup", ZW_XT_OUTSIDE, "the group of an interface"),
	ZW_XT_IS("cpu", ZW_XT_CHANCE, "a processor"),
	ZW_XT_IS("osf", ZW_XT_OUTSIDE, "the sender's operating system"),
	ZW_XT_IS("cluster", ZW_XT_OUTSIDE, "a share of a cluster"),
	ZW_XT_IS("ipvs", ZW_XT_OUTSIDE, "a virtual server"),
};

const struct zw_xt *zw_xt_match(struct zw_arena *arena, u32 family,
				struct zw_str name, u32 revision,
				struct zw_str info)
{
	const struct zw_xt_blob blob = { family, revision, name, info };

	return zw_xt_decode(arena, matches,
			    sizeof(matches) / sizeof(matches[0]), &blob);
}
