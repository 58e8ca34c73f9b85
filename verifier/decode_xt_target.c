/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets of iptables: from the bytes of their structures to what they do.
 *
 * As for matches (decode_xt.c), a size or a flag that the revision does not
 * have is not understood. What a target only watches or writes where no test of
 * ours looks (LOG, CLASSIFY, CHECKSUM, SET) lets the packet go on. */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_DSCP.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <linux/netfilter/xt_TCPMSS.h>
#include <linux/netfilter/xt_TCPOPTSTRIP.h>
#include <linux/netfilter/xt_connmark.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter_ipv4/ipt_ECN.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv4/ipt_TTL.h>
#include <linux/netfilter_ipv6/ip6t_REJECT.h>

#include "base/arena.h"
#include "verifier/decode_xt.h"

#define ANY ZW_XT_ANY

static bool read_reject4(struct zw_xt *xt, const void *info)
{
	static const u8 codes[] = {
		[IPT_ICMP_NET_UNREACHABLE] = 0,
		[IPT_ICMP_HOST_UNREACHABLE] = 1,
		[IPT_ICMP_PROT_UNREACHABLE] = 2,
		[IPT_ICMP_PORT_UNREACHABLE] = 3,
		[IPT_ICMP_NET_PROHIBITED] = 9,
		[IPT_ICMP_HOST_PROHIBITED] = 10,
		[IPT_ICMP_ADMIN_PROHIBITED] = 13,
	};
	const struct ipt_reject_info *reject = info;

	if (reject->with > IPT_ICMP_ADMIN_PROHIBITED)
		return false;
	xt->kind = ZW_XT_REJECT;
	xt->reject.type = reject->with == IPT_TCP_RESET
				  ? NFT_REJECT_TCP_RST
				  : NFT_REJECT_ICMP_UNREACH;
	xt->reject.code = codes[reject->with];
	return true;
}

static bool read_reject6(struct zw_xt *xt, const void *info)
{
	static const u8 codes[] = {
		[IP6T_ICMP6_NO_ROUTE] = 0,	[IP6T_ICMP6_ADM_PROHIBITED] = 1,
		[IP6T_ICMP6_NOT_NEIGHBOUR] = 2, [IP6T_ICMP6_ADDR_UNREACH] = 3,
		[IP6T_ICMP6_PORT_UNREACH] = 4,	[IP6T_ICMP6_POLICY_FAIL] = 5,
		[IP6T_ICMP6_REJECT_ROUTE] = 6,
	};
	const struct ip6t_reject_info *reject = info;

	if (reject->with > IP6T_ICMP6_REJECT_ROUTE)
		return false;
	xt->kind = ZW_XT_REJECT;
	xt->reject.type = reject->with == IP6T_TCP_RESET
				  ? NFT_REJECT_TCP_RST
				  : NFT_REJECT_ICMP_UNREACH;
	xt->reject.code = codes[reject->with];
	return true;
}

static bool read_mark(struct zw_xt *xt, const void *info)
{
	const struct xt_mark_tginfo2 *mark = info;

	xt->kind = ZW_XT_SET_MARK;
	xt->set_mark.value = mark->mark;
	xt->set_mark.clear = mark->mask;
	return true;
}

static bool connmark(struct zw_xt *xt, const struct xt_connmark_tginfo1 *mark,
		     u8 mode)
{
	xt->kind = ZW_XT_SET_CTMARK;
	xt->set_mark.mode = mode == XT_CONNMARK_SET    ? ZW_XT_SET
			    : mode == XT_CONNMARK_SAVE ? ZW_XT_SAVE
						       : ZW_XT_RESTORE;
	xt->set_mark.value = mark->ctmark;
	xt->set_mark.clear = mark->ctmask;
	xt->set_mark.packet_mask = mark->nfmask;
	return mode <= XT_CONNMARK_RESTORE;
}

static bool read_connmark1(struct zw_xt *xt, const void *info)
{
	const struct xt_connmark_tginfo1 *mark = info;

	return connmark(xt, mark, mark->mode);
}

static bool read_connmark2(struct zw_xt *xt, const void *info)
{
	const struct xt_connmark_tginfo2 *mark = info;
	struct xt_connmark_tginfo1 same = { mark->ctmark, mark->ctmask,
					    mark->nfmask, mark->mode };

	xt->set_mark.shift = mark->shift_bits;
	xt->set_mark.right = mark->shift_dir == D_SHIFT_RIGHT;
	return connmark(xt, &same, mark->mode) && mark->shift_bits < 32 &&
	       mark->shift_dir <= D_SHIFT_RIGHT;
}

/* A zone or a helper is given to the entry that will be made. */
static bool read_ct(struct zw_xt *xt, const void *info)
{
	const struct xt_ct_target_info *ct = info; /* all begin alike */

	if (ct->flags & ~XT_CT_MASK)
		return false;
	xt->kind = ct->flags & XT_CT_NOTRACK		     ? ZW_XT_NOTRACK
		   : ct->zone || ct->flags & XT_CT_ZONE_MARK ? ZW_XT_ZONE
							     : ZW_XT_ALWAYS;
	return true;
}

static bool read_notrack(struct zw_xt *xt, const void *info)
{
	(void)info;
	xt->kind = ZW_XT_NOTRACK;
	return true;
}

static bool read_nfqueue(struct zw_xt *xt, const void *info)
{
	(void)info;
	xt->kind = ZW_XT_QUEUE;
	return true;
}

/* ---- headers ------------------------------------------------------------- */

/* ip6t_HL has the same layout and the same modes. */
static bool read_hops(struct zw_xt *xt, const void *info)
{
	const struct ipt_TTL_info *ttl = info;

	xt->kind = ZW_XT_SET_HOPS;
	xt->set_hops.mode = ttl->mode == IPT_TTL_SET   ? ZW_XT_HOPS_SET
			    : ttl->mode == IPT_TTL_INC ? ZW_XT_HOPS_MORE
						       : ZW_XT_HOPS_LESS;
	xt->set_hops.value = ttl->ttl;
	return ttl->mode <= IPT_TTL_DEC;
}

static bool read_dscp(struct zw_xt *xt, const void *info)
{
	const struct xt_DSCP_info *dscp = info;

	xt->kind = ZW_XT_SET_TOS;
	xt->set_tos.clear = XT_DSCP_MASK;
	xt->set_tos.value = (u8)(dscp->dscp << XT_DSCP_SHIFT);
	return dscp->dscp <= XT_DSCP_MAX;
}

static bool read_tos(struct zw_xt *xt, const void *info)
{
	const struct xt_tos_target_info *tos = info;

	xt->kind = ZW_XT_SET_TOS;
	xt->set_tos.clear = tos->tos_mask;
	xt->set_tos.value = tos->tos_value;
	return true;
}

static bool read_tcpmss(struct zw_xt *xt, const void *info)
{
	const struct xt_tcpmss_info *mss = info;

	xt->kind = ZW_XT_SET_TCP;
	xt->set_tcp.mss = mss->mss;
	xt->set_tcp.by_path = mss->mss == XT_TCPMSS_CLAMP_PMTU;
	return true;
}

static bool read_tcpoptstrip(struct zw_xt *xt, const void *info)
{
	const struct xt_tcpoptstrip_target_info *strip = info;
	u32 i;

	xt->kind = ZW_XT_SET_TCP;
	xt->set_tcp.strips = true;
	for (i = 0; i < 256; i++) {
		if (strip->strip_bmap[i / 32] >> i % 32 & 1)
			xt->set_tcp.options[i / 8] |= (u8)(1u << i % 8);
	}
	return true;
}

static bool read_ecn(struct zw_xt *xt, const void *info)
{
	const struct ipt_ECN_info *ecn = info;

	xt->kind = ZW_XT_SET_ECN;
	xt->set_ecn.network = ecn->operation & IPT_ECN_OP_SET_IP;
	xt->set_ecn.codepoint = ecn->ip_ect & 3;
	if (ecn->operation & IPT_ECN_OP_SET_ECE) {
		xt->set_ecn.clear |= 0x40;
		xt->set_ecn.value |= ecn->proto.tcp.ece ? 0x40 : 0;
	}
	if (ecn->operation & IPT_ECN_OP_SET_CWR) {
		xt->set_ecn.clear |= 0x80;
		xt->set_ecn.value |= ecn->proto.tcp.cwr ? 0x80 : 0;
	}
	return !(ecn->operation & IPT_ECN_OP_MASK) && ecn->ip_ect < 4;
}

/* ---- translation --------------------------------------------------------- */

#define KNOWN_FLAGS                                            \
	(NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED | \
	 NF_NAT_RANGE_PROTO_RANDOM | NF_NAT_RANGE_PERSISTENT | \
	 NF_NAT_RANGE_PROTO_RANDOM_FULLY)

static bool range(struct zw_xt *xt, u32 flags, u16 min, u16 max)
{
	xt->kind = ZW_XT_NAT;
	xt->nat.flags = flags;
	xt->nat.has_address = flags & NF_NAT_RANGE_MAP_IPS;
	xt->nat.has_port = flags & NF_NAT_RANGE_PROTO_SPECIFIED;
	xt->nat.port_lo = ntohs(min);
	xt->nat.port_hi = ntohs(max);
	return !(flags & ~(u32)KNOWN_FLAGS);
}

static bool read_range4(struct zw_xt *xt, const void *info)
{
	const struct nf_nat_ipv4_multi_range_compat *many = info;
	const struct nf_nat_ipv4_range *r = &many->range[0];

	memcpy(xt->nat.lo, &r->min_ip, 4);
	memcpy(xt->nat.hi, &r->max_ip, 4);
	return many->rangesize == 1 &&
	       range(xt, r->flags, r->min.all, r->max.all);
}

static bool read_range(struct zw_xt *xt, const void *info)
{
	const struct nf_nat_range *r = info; /* range2 begins alike */

	memcpy(xt->nat.lo, &r->min_addr, 16);
	memcpy(xt->nat.hi, &r->max_addr, 16);
	return range(xt, r->flags, r->min_proto.all, r->max_proto.all);
}

static bool read_dnat4(struct zw_xt *xt, const void *info)
{
	xt->nat.destination = true;
	return read_range4(xt, info);
}

static bool read_dnat(struct zw_xt *xt, const void *info)
{
	xt->nat.destination = true;
	return read_range(xt, info);
}

static bool read_masquerade4(struct zw_xt *xt, const void *info)
{
	xt->nat.masquerade = true;
	return read_range4(xt, info);
}

static bool read_masquerade6(struct zw_xt *xt, const void *info)
{
	xt->nat.masquerade = true;
	return read_range(xt, info);
}

static bool read_redirect4(struct zw_xt *xt, const void *info)
{
	xt->nat.destination = xt->nat.redirect = true;
	return read_range4(xt, info);
}

static bool read_redirect6(struct zw_xt *xt, const void *info)
{
	xt->nat.destination = xt->nat.redirect = true;
	return read_range(xt, info);
}

static bool netmap(struct zw_xt *xt, bool read)
{
	xt->nat.by_hook = true;
	xt->nat.flags |= NF_NAT_RANGE_NETMAP;
	return read && xt->nat.has_address;
}

static bool read_netmap4(struct zw_xt *xt, const void *info)
{
	return netmap(xt, read_range4(xt, info));
}

static bool read_netmap6(struct zw_xt *xt, const void *info)
{
	return netmap(xt, read_range(xt, info));
}

/* ---- the table ----------------------------------------------------------- */

#define RANGE4 struct nf_nat_ipv4_multi_range_compat

static const struct zw_xt_extension targets[] = {
	ZW_XT_IS("LOG", ZW_XT_ALWAYS, NULL),
	ZW_XT_IS("NFLOG", ZW_XT_ALWAYS, NULL),
	ZW_XT_IS("ULOG", ZW_XT_ALWAYS, NULL),
	ZW_XT_IS("TRACE", ZW_XT_ALWAYS, NULL),
	ZW_XT_IS("AUDIT", ZW_XT_ALWAYS, NULL),
	ZW_XT_IS("LED", ZW_XT_ALWAYS, NULL),
	ZW_XT_IS("IDLETIMER", ZW_XT_ALWAYS, NULL),
	ZW_XT_IS("RATEEST", ZW_XT_ALWAYS, NULL),
	ZW_XT_IS("CHECKSUM", ZW_XT_ALWAYS, NULL),
	ZW_XT_IS("CLASSIFY", ZW_XT_ALWAYS, NULL),
	ZW_XT_IS("SECMARK", ZW_XT_ALWAYS, NULL),
	ZW_XT_IS("CONNSECMARK", ZW_XT_ALWAYS, NULL),
	ZW_XT_IS("SET", ZW_XT_ALWAYS, NULL),
	ZW_XT_READ("TCPMSS", ANY, 0, struct xt_tcpmss_info, read_tcpmss),
	ZW_XT_READ("TCPOPTSTRIP", ANY, 0, struct xt_tcpoptstrip_target_info,
		   read_tcpoptstrip),
	ZW_XT_IS("HMARK", ZW_XT_SET_ANY, NULL),
	ZW_XT_IS("TEE", ZW_XT_COPY, "a copy goes elsewhere"),
	ZW_XT_IS("TPROXY", ZW_XT_ELSEWHERE,
		 "a proxy on the gateway may take it"),
	ZW_XT_IS("SYNPROXY", ZW_XT_ELSEWHERE,
		 "a proxy of TCP handshakes opens connections anew"),
	ZW_XT_READ("REJECT", NFPROTO_IPV4, 0, struct ipt_reject_info,
		   read_reject4),
	ZW_XT_READ("REJECT", NFPROTO_IPV6, 0, struct ip6t_reject_info,
		   read_reject6),
	ZW_XT_READ("MARK", ANY, 2, struct xt_mark_tginfo2, read_mark),
	ZW_XT_READ("CONNMARK", ANY, 1, struct xt_connmark_tginfo1,
		   read_connmark1),
	ZW_XT_READ("CONNMARK", ANY, 2, struct xt_connmark_tginfo2,
		   read_connmark2),
	{ "NOTRACK", ANY, 0, 0, read_notrack, 0, NULL, false },
	ZW_XT_READ("CT", ANY, 0, struct xt_ct_target_info, read_ct),
	ZW_XT_READ("CT", ANY, 1, struct xt_ct_target_info_v1, read_ct),
	ZW_XT_READ("CT", ANY, 2, struct xt_ct_target_info_v1, read_ct),
	{ "NFQUEUE", ANY, ANY, 0, read_nfqueue, 0, NULL, false },
	ZW_XT_READ("TTL", NFPROTO_IPV4, 0, struct ipt_TTL_info, read_hops),
	ZW_XT_READ("HL", NFPROTO_IPV6, 0, struct ipt_TTL_info, read_hops),
	ZW_XT_READ("DSCP", ANY, 0, struct xt_DSCP_info, read_dscp),
	ZW_XT_READ("TOS", ANY, 1, struct xt_tos_target_info, read_tos),
	ZW_XT_READ("ECN", NFPROTO_IPV4, 0, struct ipt_ECN_info, read_ecn),
	ZW_XT_READ("SNAT", NFPROTO_IPV4, 0, RANGE4, read_range4),
	ZW_XT_READ("SNAT", ANY, 1, struct nf_nat_range, read_range),
	ZW_XT_READ("SNAT", ANY, 2, struct nf_nat_range2, read_range),
	ZW_XT_READ("DNAT", NFPROTO_IPV4, 0, RANGE4, read_dnat4),
	ZW_XT_READ("DNAT", ANY, 1, struct nf_nat_range, read_dnat),
	ZW_XT_READ("DNAT", ANY, 2, struct nf_nat_range2, read_dnat),
	ZW_XT_READ("MASQUERADE", NFPROTO_IPV4, 0, RANGE4, read_masquerade4),
	ZW_XT_READ("MASQUERADE", NFPROTO_IPV6, 0, struct nf_nat_range,
		   read_masquerade6),
	ZW_XT_READ("REDIRECT", NFPROTO_IPV4, 0, RANGE4, read_redirect4),
	ZW_XT_READ("REDIRECT", NFPROTO_IPV6, 0, struct nf_nat_range,
		   read_redirect6),
	ZW_XT_READ("NETMAP", NFPROTO_IPV4, 0, RANGE4, read_netmap4),
	ZW_XT_READ("NETMAP", NFPROTO_IPV6, 0, struct nf_nat_range,
		   read_netmap6),
};

const struct zw_xt *zw_xt_target(struct zw_arena *arena, u32 family,
				 struct zw_str name, u32 revision,
				 struct zw_str info)
{
	const struct zw_xt_blob blob = { family, revision, name, info };

	return zw_xt_decode(arena, targets,
			    sizeof(targets) / sizeof(targets[0]), &blob);
}
