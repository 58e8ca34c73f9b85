/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches of iptables: from the bytes of their structures to what they test.
 *
 * The kernel gives each structure back padded to eight bytes (nft_compat.c,
 * nft_extension_dump_info), its own pointers as zeros. A size other than the
 * one of the revision named, or a flag that the revision did not have, is not
 * understood. What hangs on more than the packet is told apart here: what can
 * come out either way (ZW_XT_CHANCE) from what a ruleset cannot tell
 * (ZW_XT_OUTSIDE). */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/xt_connmark.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_dscp.h>
#include <linux/netfilter/xt_iprange.h>
#include <linux/netfilter/xt_length.h>
#include <linux/netfilter/xt_mac.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_pkttype.h>
#include <linux/netfilter/xt_policy.h>
#include <linux/netfilter/xt_recent.h>
#include <linux/netfilter/xt_sctp.h>
#include <linux/netfilter/xt_state.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv4/ipt_ttl.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "base/arena.h"
#include "verifier/xt.h"

#define ANY 0xff /* family or revision */
#define SCTP_HEADER 12
#define UDP_HEADER 8

/* Fill XT from INFO, which has the right size; false: not understood. */
typedef bool reader(struct zw_xt *xt, const void *info);

/* ---- ports --------------------------------------------------------------- */

static struct zw_xt_port_test port_range(enum zw_xt_port_side side,
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
	xt->ports.tests[0] = port_range(ZW_XT_SOURCE, udp->spts,
					udp->invflags & XT_UDP_INV_SRCPT);
	xt->ports.tests[1] = port_range(ZW_XT_DESTINATION, udp->dpts,
					udp->invflags & XT_UDP_INV_DSTPT);
	return true;
}

static bool read_tcp(struct zw_xt *xt, const void *info)
{
	const struct xt_tcp *tcp = info;

	if (tcp->invflags & ~XT_TCP_INV_MASK)
		return false;
	xt->kind = ZW_XT_TCP;
	xt->tcp.tests[0] = port_range(ZW_XT_SOURCE, tcp->spts,
				      tcp->invflags & XT_TCP_INV_SRCPT);
	xt->tcp.tests[1] = port_range(ZW_XT_DESTINATION, tcp->dpts,
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
	if (sctp->flags & XT_SCTP_CHUNK_TYPES) {
		xt->kind = ZW_XT_OUTSIDE;
		xt->what = "which chunks an SCTP packet has";
		return true;
	}
	xt->kind = ZW_XT_PORTS;
	xt->ports.header = SCTP_HEADER;
	if (sctp->flags & XT_SCTP_SRC_PORTS)
		xt->ports.tests[xt->ports.n++] =
			port_range(ZW_XT_SOURCE, sctp->spts,
				   sctp->invflags & XT_SCTP_SRC_PORTS);
	if (sctp->flags & XT_SCTP_DEST_PORTS)
		xt->ports.tests[xt->ports.n++] =
			port_range(ZW_XT_DESTINATION, sctp->dpts,
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

/* ---- conntrack ----------------------------------------------------------- */

_Static_assert(XT_CONNTRACK_STATE_INVALID == ZW_XT_STATE_INVALID &&
		       XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED) ==
			       ZW_XT_STATE_ESTABLISHED &&
		       XT_CONNTRACK_STATE_BIT(IP_CT_RELATED) ==
			       ZW_XT_STATE_RELATED &&
		       XT_CONNTRACK_STATE_BIT(IP_CT_NEW) == ZW_XT_STATE_NEW &&
		       XT_CONNTRACK_STATE_SNAT == ZW_XT_STATE_SNAT &&
		       XT_CONNTRACK_STATE_DNAT == ZW_XT_STATE_DNAT &&
		       XT_CONNTRACK_STATE_UNTRACKED == ZW_XT_STATE_UNTRACKED,
	       "states as the kernel numbers them");

static struct zw_xt_address_test masked_address(const union nf_inet_addr *value,
						const union nf_inet_addr *mask,
						bool used, bool invert)
{
	struct zw_xt_address_test test = { .used = used, .invert = invert };

	memcpy(test.lo, value, 16);
	memcpy(test.hi, mask, 16);
	return test;
}

static void tuple_ports(struct zw_xt *xt, u32 i, u16 lo, u16 hi, bool used,
			bool invert)
{
	u16 range[2] = { lo, hi };

	xt->conntrack.ports[i].used = used;
	xt->conntrack.ports[i].test = port_range(
		i & 1 ? ZW_XT_DESTINATION : ZW_XT_SOURCE, range, invert);
}

/* What all revisions have; INFO begins alike in all of them. */
static bool conntrack(struct zw_xt *xt, const struct xt_conntrack_mtinfo3 *info,
		      u32 state, u32 status, u16 flags, u16 invert)
{
	const u16 known = (XT_CONNTRACK_STATE_ALIAS << 1) - 1;

	if (flags & ~known || invert & ~known || info->l4proto > 255)
		return false;
	xt->kind = ZW_XT_CONNTRACK;
	xt->conntrack.has_state = flags & XT_CONNTRACK_STATE;
	xt->conntrack.invert_state = invert & XT_CONNTRACK_STATE;
	xt->conntrack.state = state;
	xt->conntrack.has_status = flags & XT_CONNTRACK_STATUS;
	xt->conntrack.invert_status = invert & XT_CONNTRACK_STATUS;
	xt->conntrack.status = status;
	xt->conntrack.has_direction = flags & XT_CONNTRACK_DIRECTION;
	xt->conntrack.reply = invert & XT_CONNTRACK_DIRECTION;
	xt->conntrack.has_proto = flags & XT_CONNTRACK_PROTO;
	xt->conntrack.invert_proto = invert & XT_CONNTRACK_PROTO;
	xt->conntrack.proto = (u8)info->l4proto;
	xt->conntrack.has_expires = flags & XT_CONNTRACK_EXPIRES;
	xt->conntrack.tuple[0] = masked_address(
		&info->origsrc_addr, &info->origsrc_mask,
		flags & XT_CONNTRACK_ORIGSRC, invert & XT_CONNTRACK_ORIGSRC);
	xt->conntrack.tuple[1] = masked_address(
		&info->origdst_addr, &info->origdst_mask,
		flags & XT_CONNTRACK_ORIGDST, invert & XT_CONNTRACK_ORIGDST);
	xt->conntrack.tuple[2] = masked_address(
		&info->replsrc_addr, &info->replsrc_mask,
		flags & XT_CONNTRACK_REPLSRC, invert & XT_CONNTRACK_REPLSRC);
	xt->conntrack.tuple[3] = masked_address(
		&info->repldst_addr, &info->repldst_mask,
		flags & XT_CONNTRACK_REPLDST, invert & XT_CONNTRACK_REPLDST);
	return true;
}

static bool read_conntrack3(struct zw_xt *xt, const void *info)
{
	const struct xt_conntrack_mtinfo3 *c = info;
	const u16 lo[4] = { c->origsrc_port, c->origdst_port, c->replsrc_port,
			    c->repldst_port };
	const u16 hi[4] = { c->origsrc_port_high, c->origdst_port_high,
			    c->replsrc_port_high, c->repldst_port_high };
	u32 i;

	if (!conntrack(xt, c, c->state_mask, c->status_mask, c->match_flags,
		       c->invert_flags))
		return false;
	for (i = 0; i < 4; i++) {
		u32 flag = (u32)XT_CONNTRACK_ORIGSRC_PORT << i;

		tuple_ports(xt, i, lo[i], hi[i], c->match_flags & flag,
			    c->invert_flags & flag);
	}
	return true;
}

/* Before revision 3: single ports, in network order. */
static bool old_conntrack(struct zw_xt *xt,
			  const struct xt_conntrack_mtinfo2 *c, u32 state,
			  u32 status)
{
	const u16 ports[4] = { c->origsrc_port, c->origdst_port,
			       c->replsrc_port, c->repldst_port };
	struct xt_conntrack_mtinfo3 same = { 0 };
	u32 i;

	memcpy(&same, c, offsetof(struct xt_conntrack_mtinfo2, state_mask));
	if (!conntrack(xt, &same, state, status, c->match_flags,
		       c->invert_flags))
		return false;
	for (i = 0; i < 4; i++) {
		u32 flag = (u32)XT_CONNTRACK_ORIGSRC_PORT << i;

		tuple_ports(xt, i, ntohs(ports[i]), ntohs(ports[i]),
			    c->match_flags & flag, c->invert_flags & flag);
	}
	return true;
}

static bool read_conntrack2(struct zw_xt *xt, const void *info)
{
	const struct xt_conntrack_mtinfo2 *c = info;

	return old_conntrack(xt, c, c->state_mask, c->status_mask);
}

static bool read_conntrack1(struct zw_xt *xt, const void *info)
{
	const struct xt_conntrack_mtinfo1 *c = info;
	struct xt_conntrack_mtinfo2 same = { 0 };

	memcpy(&same, c, offsetof(struct xt_conntrack_mtinfo1, state_mask));
	return old_conntrack(xt, &same, c->state_mask, c->status_mask);
}

static bool read_state(struct zw_xt *xt, const void *info)
{
	const struct xt_state_info *state = info;
	const u32 plain = XT_STATE_INVALID | ZW_XT_STATE_ESTABLISHED |
			  ZW_XT_STATE_RELATED | ZW_XT_STATE_NEW;

	if (state->statemask & ~(plain | XT_STATE_UNTRACKED))
		return false;
	xt->kind = ZW_XT_CONNTRACK;
	xt->conntrack.has_state = true;
	xt->conntrack.state = state->statemask & plain;
	if (state->statemask & XT_STATE_UNTRACKED)
		xt->conntrack.state |= ZW_XT_STATE_UNTRACKED;
	return true;
}

bool zw_xt_reads_tuples(const struct zw_expr *expr)
{
	const struct zw_xt *xt = expr->xt.means;
	u32 i;

	if (expr->kind != ZW_EXPR_MATCH || !xt || xt->kind != ZW_XT_CONNTRACK)
		return false;
	for (i = 0; i < 4; i++) {
		if (xt->conntrack.tuple[i].used || xt->conntrack.ports[i].used)
			return true;
	}
	return false;
}

/* ---- the table ----------------------------------------------------------- */

struct extension {
	const char *name;
	u8 family, revision;
	size_t size; /* 0: any; it is not looked at */
	reader *read;
	enum zw_xt_kind kind; /* without a reader */
	const char *what;
};

static const struct extension matches[] = {
	{ "comment", ANY, ANY, 0, NULL, ZW_XT_ALWAYS, NULL },
	{ "conntrack", ANY, 1, sizeof(struct xt_conntrack_mtinfo1),
	  read_conntrack1, 0, NULL },
	{ "conntrack", ANY, 2, sizeof(struct xt_conntrack_mtinfo2),
	  read_conntrack2, 0, NULL },
	{ "conntrack", ANY, 3, sizeof(struct xt_conntrack_mtinfo3),
	  read_conntrack3, 0, NULL },
	{ "state", ANY, 0, sizeof(struct xt_state_info), read_state, 0, NULL },
	{ "multiport", ANY, 1, sizeof(struct xt_multiport_v1), read_multiport,
	  0, NULL },
	{ "tcp", ANY, 0, sizeof(struct xt_tcp), read_tcp, 0, NULL },
	{ "udp", ANY, 0, sizeof(struct xt_udp), read_udp, 0, NULL },
	{ "udplite", ANY, 0, sizeof(struct xt_udp), read_udp, 0, NULL },
	{ "sctp", ANY, 0, sizeof(struct xt_sctp_info), read_sctp, 0, NULL },
	{ "icmp", NFPROTO_IPV4, 0, sizeof(struct ipt_icmp), read_icmp4, 0,
	  NULL },
	{ "icmp6", NFPROTO_IPV6, 0, sizeof(struct ip6t_icmp), read_icmp6, 0,
	  NULL },
	{ "iprange", ANY, 1, sizeof(struct xt_iprange_mtinfo), read_iprange, 0,
	  NULL },
	{ "mark", ANY, 1, sizeof(struct xt_mark_mtinfo1), read_mark, 0, NULL },
	{ "connmark", ANY, 1, sizeof(struct xt_connmark_mtinfo1), read_connmark,
	  0, NULL },
	{ "mac", ANY, 0, sizeof(struct xt_mac_info), read_mac, 0, NULL },
	{ "ttl", NFPROTO_IPV4, 0, sizeof(struct ipt_ttl_info), read_hops, 0,
	  NULL },
	{ "hl", NFPROTO_IPV6, 0, sizeof(struct ipt_ttl_info), read_hops, 0,
	  NULL },
	{ "dscp", ANY, 0, sizeof(struct xt_dscp_info), read_dscp, 0, NULL },
	{ "tos", ANY, 1, sizeof(struct xt_tos_match_info), read_tos, 0, NULL },
	{ "pkttype", ANY, 0, sizeof(struct xt_pkttype_info), read_pkttype, 0,
	  NULL },
	{ "length", ANY, 0, sizeof(struct xt_length_info), read_length, 0,
	  NULL },
	{ "policy", ANY, 0, sizeof(struct xt_policy_info), read_policy, 0,
	  NULL },
	{ "recent", ANY, 0, sizeof(struct xt_recent_mtinfo), read_recent0, 0,
	  NULL },
	{ "recent", ANY, 1, sizeof(struct xt_recent_mtinfo_v1), read_recent1, 0,
	  NULL },
	{ "limit", ANY, ANY, 0, NULL, ZW_XT_CHANCE, "a limit" },
	{ "hashlimit", ANY, ANY, 0, NULL, ZW_XT_CHANCE, "a hashlimit" },
	{ "connlimit", ANY, ANY, 0, NULL, ZW_XT_CHANCE,
	  "a limit of connections" },
	{ "statistic", ANY, ANY, 0, NULL, ZW_XT_CHANCE, "a statistic" },
	{ "quota", ANY, ANY, 0, NULL, ZW_XT_CHANCE, "a quota" },
	{ "connbytes", ANY, ANY, 0, NULL, ZW_XT_CHANCE,
	  "how much a connection has carried" },
	{ "rateest", ANY, ANY, 0, NULL, ZW_XT_CHANCE, "an estimated rate" },
	{ "nfacct", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "an account" },
	{ "time", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "the time" },
	{ "addrtype", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE,
	  "the type of an address, by the routes" },
	{ "rpfilter", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE,
	  "the way back, by the routes" },
	{ "realm", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "the packet's route" },
	{ "owner", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "the owner of a socket" },
	{ "socket", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "a socket" },
	{ "cgroup", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "the group of a socket" },
	{ "set", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "an ipset" },
	{ "physdev", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "the port of a bridge" },
	{ "helper", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE,
	  "the helper of a connection" },
	{ "connlabel", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE,
	  "the label of a connection" },
	{ "tcpmss", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE,
	  "the maximum segment size of a packet" },
	{ "string", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "the packet's content" },
	{ "u32", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "the packet's content" },
	{ "bpf", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "a program" },
	{ "dccp", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "a DCCP packet" },
	{ "esp", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "the index in ESP" },
	{ "ah", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "the index in AH" },
	{ "ecn", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "a congestion mark" },
	{ "frag", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "a fragment header" },
	{ "eui64", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE,
	  "an address made of the link's" },
	{ "hbh", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "an extension header" },
	{ "dst", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "an extension header" },
	{ "rt", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "an extension header" },
	{ "ipv6header", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE,
	  "an extension header" },
	{ "devgroup", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE,
	  "the group of an interface" },
	{ "cpu", ANY, ANY, 0, NULL, ZW_XT_CHANCE, "a processor" },
	{ "osf", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE,
	  "the sender's operating system" },
	{ "cluster", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "a share of a cluster" },
	{ "ipvs", ANY, ANY, 0, NULL, ZW_XT_OUTSIDE, "a virtual server" },
};

const struct zw_xt *zw_xt_match(struct zw_arena *arena, u32 family,
				struct zw_str name, u32 revision,
				struct zw_str info)
{
	struct zw_xt *xt = ZW_NEW(arena, struct zw_xt);
	size_t i;

	for (i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		const struct extension *e = &matches[i];
		_Alignas(8) u8 room[sizeof(struct xt_policy_info) + 64];

		if (!zw_str_is(name, e->name) ||
		    (e->family != ANY && e->family != family) ||
		    (e->revision != ANY && e->revision != revision))
			continue;
		xt->kind = e->kind;
		xt->what = e->what;
		if (!e->read)
			return xt;
		if (info.n != ((e->size + 7) & ~(size_t)7) ||
		    info.n > sizeof(room))
			return NULL;
		memcpy(room, info.p, info.n);
		return e->read(xt, room) ? xt : NULL;
	}
	return NULL;
}
