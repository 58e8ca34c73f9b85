/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets of iptables: from the bytes of their structures to what they do.
 *
 * As for matches (decode_xt.c), a size or a flag that the revision does not
 * have is not understood. What a target only watches or writes where no test of
 * ours looks (LOG, CLASSIFY, CHECKSUM) lets the packet go on. Not understood on
 * purpose: what sends packets elsewhere (TEE, TPROXY, SYNPROXY), whole ranges
 * (NETMAP), and what makes marks of hashes. */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <linux/netfilter/xt_connmark.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv6/ip6t_REJECT.h>

#include "base/arena.h"
#include "verifier/xt.h"

#define ANY 0xff /* family or revision */

typedef bool reader(struct zw_xt *xt, const void *info);

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

/* A zone or a helper is given to the entry that will be made; which entries a
 * packet can meet is not followed, and so not what a zone changes. */
static bool read_ct(struct zw_xt *xt, const void *info)
{
	const struct xt_ct_target_info *ct = info; /* all begin alike */

	if (ct->flags & ~XT_CT_MASK)
		return false;
	xt->kind = ct->flags & XT_CT_NOTRACK ? ZW_XT_NOTRACK : ZW_XT_ALWAYS;
	return ct->flags & XT_CT_NOTRACK || !ct->zone;
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

/* ---- the table ----------------------------------------------------------- */

enum variant {
	PLAIN,
	DESTINATION,
	MASQUERADE,
	REDIRECT,
};

struct extension {
	const char *name;
	u8 family, revision;
	size_t size; /* 0: any; it is not looked at */
	reader *read;
	enum zw_xt_kind kind; /* without a reader */
	enum variant variant;
};

#define GOES_ON(name)                                        \
	{                                                    \
		name, ANY, ANY, 0, NULL, ZW_XT_ALWAYS, PLAIN \
	}

static const struct extension targets[] = {
	GOES_ON("LOG"),
	GOES_ON("NFLOG"),
	GOES_ON("ULOG"),
	GOES_ON("TRACE"),
	GOES_ON("AUDIT"),
	GOES_ON("LED"),
	GOES_ON("IDLETIMER"),
	GOES_ON("RATEEST"),
	GOES_ON("CHECKSUM"),
	GOES_ON("CLASSIFY"),
	GOES_ON("SECMARK"),
	GOES_ON("CONNSECMARK"),
	GOES_ON("TCPMSS"),
	{ "REJECT", NFPROTO_IPV4, 0, sizeof(struct ipt_reject_info),
	  read_reject4, 0, PLAIN },
	{ "REJECT", NFPROTO_IPV6, 0, sizeof(struct ip6t_reject_info),
	  read_reject6, 0, PLAIN },
	{ "MARK", ANY, 2, sizeof(struct xt_mark_tginfo2), read_mark, 0, PLAIN },
	{ "CONNMARK", ANY, 1, sizeof(struct xt_connmark_tginfo1),
	  read_connmark1, 0, PLAIN },
	{ "CONNMARK", ANY, 2, sizeof(struct xt_connmark_tginfo2),
	  read_connmark2, 0, PLAIN },
	{ "NOTRACK", ANY, 0, 0, read_notrack, 0, PLAIN },
	{ "CT", ANY, 0, sizeof(struct xt_ct_target_info), read_ct, 0, PLAIN },
	{ "CT", ANY, 1, sizeof(struct xt_ct_target_info_v1), read_ct, 0,
	  PLAIN },
	{ "CT", ANY, 2, sizeof(struct xt_ct_target_info_v1), read_ct, 0,
	  PLAIN },
	{ "NFQUEUE", ANY, ANY, 0, read_nfqueue, 0, PLAIN },
	{ "TTL", NFPROTO_IPV4, ANY, 0, NULL, ZW_XT_SET_HOPS, PLAIN },
	{ "HL", NFPROTO_IPV6, ANY, 0, NULL, ZW_XT_SET_HOPS, PLAIN },
	{ "DSCP", ANY, ANY, 0, NULL, ZW_XT_SET_TOS, PLAIN },
	{ "TOS", ANY, ANY, 0, NULL, ZW_XT_SET_TOS, PLAIN },
	{ "ECN", ANY, ANY, 0, NULL, ZW_XT_SET_TOS, PLAIN },
	{ "SNAT", NFPROTO_IPV4, 0,
	  sizeof(struct nf_nat_ipv4_multi_range_compat), read_range4, 0,
	  PLAIN },
	{ "SNAT", ANY, 1, sizeof(struct nf_nat_range), read_range, 0, PLAIN },
	{ "SNAT", ANY, 2, sizeof(struct nf_nat_range2), read_range, 0, PLAIN },
	{ "DNAT", NFPROTO_IPV4, 0,
	  sizeof(struct nf_nat_ipv4_multi_range_compat), read_range4, 0,
	  DESTINATION },
	{ "DNAT", ANY, 1, sizeof(struct nf_nat_range), read_range, 0,
	  DESTINATION },
	{ "DNAT", ANY, 2, sizeof(struct nf_nat_range2), read_range, 0,
	  DESTINATION },
	{ "MASQUERADE", NFPROTO_IPV4, 0,
	  sizeof(struct nf_nat_ipv4_multi_range_compat), read_range4, 0,
	  MASQUERADE },
	{ "MASQUERADE", NFPROTO_IPV6, 0, sizeof(struct nf_nat_range),
	  read_range, 0, MASQUERADE },
	{ "REDIRECT", NFPROTO_IPV4, 0,
	  sizeof(struct nf_nat_ipv4_multi_range_compat), read_range4, 0,
	  REDIRECT },
	{ "REDIRECT", NFPROTO_IPV6, 0, sizeof(struct nf_nat_range), read_range,
	  0, REDIRECT },
};

const struct zw_xt *zw_xt_target(struct zw_arena *arena, u32 family,
				 struct zw_str name, u32 revision,
				 struct zw_str info)
{
	struct zw_xt *xt = ZW_NEW(arena, struct zw_xt);
	_Alignas(8) u8 room[256];
	size_t i;

	for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		const struct extension *e = &targets[i];

		if (!zw_str_is(name, e->name) ||
		    (e->family != ANY && e->family != family) ||
		    (e->revision != ANY && e->revision != revision))
			continue;
		xt->kind = e->kind;
		if (!e->read)
			return xt;
		if ((e->size && info.n != ((e->size + 7) & ~(size_t)7)) ||
		    info.n > sizeof(room))
			return NULL;
		memset(room, 0, sizeof(room));
		memcpy(room, info.p, info.n);
		if (!e->read(xt, room))
			return NULL;
		if (e->variant != PLAIN) {
			xt->nat.destination = e->variant != MASQUERADE;
			xt->nat.masquerade = e->variant == MASQUERADE;
			xt->nat.redirect = e->variant == REDIRECT;
		}
		return xt;
	}
	return NULL;
}
