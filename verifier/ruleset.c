/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and sizes of what nf_tables knows: the facts about the kernel's
 * numbers that both evaluations of a ruleset and its printing need. Sizes
 * follow the init functions of nft_meta.c and nft_ct.c. */
#include "verifier/ruleset.h"

const char *zw_hook_name(u32 family, u32 hook)
{
	static const char *const inet[] = { "prerouting",  "input",
					    "forward",	   "output",
					    "postrouting", "ingress" };

	if (family == NFPROTO_NETDEV)
		return hook == 0 ? "ingress" : hook == 1 ? "egress" : "?";
	return hook < sizeof(inet) / sizeof(inet[0]) ? inet[hook] : "?";
}

const char *zw_table_family_name(u32 family)
{
	switch (family) {
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_ARP:
		return "arp";
	case NFPROTO_NETDEV:
		return "netdev";
	case NFPROTO_BRIDGE:
		return "bridge";
	case NFPROTO_IPV6:
		return "ip6";
	default:
		return "?";
	}
}

u32 zw_meta_len(u32 key)
{
	switch (key) {
	case NFT_META_NFPROTO:
	case NFT_META_L4PROTO:
	case NFT_META_PKTTYPE:
	case NFT_META_SECPATH:
	case NFT_META_NFTRACE:
	case NFT_META_TIME_DAY:
	case 35: /* NFT_META_BRI_BROUTE */
		return 1;
	case NFT_META_PROTOCOL:
	case NFT_META_IIFTYPE:
	case NFT_META_OIFTYPE:
	case NFT_META_BRI_IIFPVID:
	case NFT_META_BRI_IIFVPROTO:
		return 2;
	case NFT_META_LEN:
	case NFT_META_PRIORITY:
	case NFT_META_MARK:
	case NFT_META_IIF:
	case NFT_META_OIF:
	case NFT_META_SKUID:
	case NFT_META_SKGID:
	case NFT_META_RTCLASSID:
	case NFT_META_SECMARK:
	case NFT_META_CPU:
	case NFT_META_IIFGROUP:
	case NFT_META_OIFGROUP:
	case NFT_META_CGROUP:
	case NFT_META_PRANDOM:
	case NFT_META_TIME_HOUR:
	case NFT_META_SDIF:
		return 4;
	case 36: /* NFT_META_BRI_IIFHWADDR */
		return 6;
	case NFT_META_TIME_NS:
		return 8;
	case NFT_META_IIFNAME:
	case NFT_META_OIFNAME:
	case NFT_META_BRI_IIFNAME:
	case NFT_META_BRI_OIFNAME:
	case NFT_META_IIFKIND:
	case NFT_META_OIFKIND:
	case NFT_META_SDIFNAME:
		return 16;
	default:
		return 0;
	}
}

u32 zw_ct_len(u32 key, u32 family)
{
	switch (key) {
	case NFT_CT_DIRECTION:
	case NFT_CT_L3PROTOCOL:
	case NFT_CT_PROTOCOL:
		return 1;
	case NFT_CT_PROTO_SRC:
	case NFT_CT_PROTO_DST:
	case NFT_CT_ZONE:
		return 2;
	case NFT_CT_STATE:
	case NFT_CT_STATUS:
	case NFT_CT_MARK:
	case NFT_CT_SECMARK:
	case NFT_CT_EXPIRATION:
	case NFT_CT_EVENTMASK:
	case NFT_CT_ID:
	case NFT_CT_SRC_IP:
	case NFT_CT_DST_IP:
		return 4;
	case NFT_CT_PKTS:
	case NFT_CT_BYTES:
	case NFT_CT_AVGPKT:
		return 8;
	case NFT_CT_SRC:
	case NFT_CT_DST:
		return family == NFPROTO_IPV4 ? 4 : 16;
	case NFT_CT_SRC_IP6:
	case NFT_CT_DST_IP6:
	case NFT_CT_HELPER:
	case NFT_CT_LABELS:
		return 16;
	default:
		return 0;
	}
}

bool zw_ct_needs_direction(u32 key)
{
	switch (key) {
	case NFT_CT_SRC:
	case NFT_CT_DST:
	case NFT_CT_PROTO_SRC:
	case NFT_CT_PROTO_DST:
	case NFT_CT_SRC_IP:
	case NFT_CT_DST_IP:
	case NFT_CT_SRC_IP6:
	case NFT_CT_DST_IP6:
		return true;
	default:
		return false;
	}
}

struct zw_str zw_expr_name(const struct zw_expr *expr)
{
	static const char *const names[ZW_EXPR_COUNT] = {
		"unknown",  "immediate", "cmp",	       "range",
		"bitwise",  "byteorder", "payload",    "payload set",
		"meta",	    "meta set",	 "ct",	       "ct set",
		"lookup",   "dynset",	 "counter",    "log",
		"limit",    "quota",	 "connlimit",  "last",
		"numgen",   "hash",	 "fib",	       "rt",
		"socket",   "osf",	 "xfrm",       "tunnel",
		"inner",    "exthdr",	 "exthdr set", "reject",
		"nat",	    "masq",	 "redir",      "tproxy",
		"notrack",  "queue",	 "dup",	       "fwd",
		"synproxy", "objref",	 "objref map", "flow_offload",
		"match",    "target",
	};

	if (expr->kind == ZW_EXPR_UNKNOWN && expr->xt.name.n)
		return expr->xt.name;
	return zw_str_from(names[expr->kind]);
}

u32 zw_find_table(const struct zw_ruleset *ruleset, u32 family,
		  struct zw_str name)
{
	u32 i;

	for (i = 0; i < ruleset->tables.n; i++) {
		if (ruleset->tables.v[i].alive &&
		    ruleset->tables.v[i].family == family &&
		    zw_str_eq(ruleset->tables.v[i].name, name))
			return i;
	}
	return ZW_NONE;
}

u32 zw_find_chain(const struct zw_ruleset *ruleset, u32 table,
		  struct zw_str name)
{
	u32 i;

	for (i = 0; i < ruleset->chains.n; i++) {
		if (ruleset->chains.v[i].table == table &&
		    zw_str_eq(ruleset->chains.v[i].name, name))
			return i;
	}
	return ZW_NONE;
}

u32 zw_find_set(const struct zw_ruleset *ruleset, u32 table, struct zw_str name)
{
	u32 i;

	for (i = 0; i < ruleset->sets.n; i++) {
		if (ruleset->sets.v[i].table == table &&
		    zw_str_eq(ruleset->sets.v[i].name, name))
			return i;
	}
	return ZW_NONE;
}
