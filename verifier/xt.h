/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extensions of iptables, as iptables-nft leaves them in rules: a name, a
 * revision, and the extension's own structure as bytes. Law: what is decoded
 * here is exactly what these bytes say; an extension, a revision or a flag that
 * is not known leaves the expression without a decoded form, and then it may do
 * anything.
 *
 * The structures are those of include/uapi/linux/netfilter/xt_NAME.h (ipt_NAME
 * and ip6t_NAME beside); each kind names the kernel's file that it follows. */
#ifndef ZW_VERIFIER_XT_H
#define ZW_VERIFIER_XT_H

#include "base/types.h"
#include "verifier/ruleset.h"

enum zw_xt_kind {
	/* ---- matches ---- */
	ZW_XT_ALWAYS,	 /* comment; and targets that only watch */
	ZW_XT_NEVER,	 /* what can hold for no packet */
	ZW_XT_CONNTRACK, /* xt_conntrack.c, xt_state.c */
	ZW_XT_PORTS,	 /* xt_multiport.c, xt_tcpudp.c (udp), xt_sctp.c */
	ZW_XT_TCP,	 /* xt_tcpudp.c */
	ZW_XT_ICMP,	 /* xt_tcpudp.c (before: ip_tables.c) */
	ZW_XT_RANGES,	 /* xt_iprange.c */
	ZW_XT_MARK,	 /* xt_mark.c */
	ZW_XT_CONNMARK,	 /* xt_connmark.c */
	ZW_XT_MAC,	 /* xt_mac.c */
	ZW_XT_HOPS,	 /* xt_hl.c */
	ZW_XT_TOS,	 /* xt_dscp.c: dscp and tos */
	ZW_XT_PKTTYPE,	 /* xt_pkttype.c */
	ZW_XT_LENGTH,	 /* xt_length.c */
	ZW_XT_IPSEC,	 /* xt_policy.c */
	ZW_XT_SPI,	 /* xt_esp.c, ipt_ah.c */
	ZW_XT_ECN,	 /* xt_ecn.c */
	ZW_XT_TIME,	 /* xt_time.c */
	ZW_XT_U32,	 /* xt_u32.c */
	ZW_XT_STRING,	 /* xt_string.c, lib/ts_bm.c, ts_kmp.c */
	ZW_XT_MSS,	 /* xt_tcpmss.c */
	ZW_XT_OWNER,	 /* xt_owner.c */
	ZW_XT_PHYSDEV,	 /* xt_physdev.c */
	ZW_XT_ADDRTYPE,	 /* xt_addrtype.c */
	ZW_XT_HELPER,	 /* xt_helper.c */
	/* May hold or not, whatever the packet, and both can occur: xt_limit.c,
	 * xt_hashlimit.c, xt_recent.c, xt_connlimit.c, ... */
	ZW_XT_CHANCE,
	/* Hangs on what no ruleset tells: routes, sockets, ipsets. */
	ZW_XT_OUTSIDE,
	/* ---- targets ---- */
	ZW_XT_REJECT,	  /* ipt_REJECT.c, ip6t_REJECT.c */
	ZW_XT_SET_MARK,	  /* xt_mark.c */
	ZW_XT_SET_CTMARK, /* xt_connmark.c */
	ZW_XT_NOTRACK,	  /* xt_CT.c */
	ZW_XT_NAT, /* xt_nat.c, xt_MASQUERADE.c, xt_REDIRECT.c, xt_NETMAP.c */
	ZW_XT_SET_HOPS,	 /* xt_HL.c */
	ZW_XT_SET_TOS,	 /* xt_DSCP.c */
	ZW_XT_SET_ECN,	 /* ipt_ECN.c */
	ZW_XT_SET_TCP,	 /* xt_TCPMSS.c, xt_TCPOPTSTRIP.c: options of TCP */
	ZW_XT_SET_ANY,	 /* xt_HMARK.c: a mark that is not known */
	ZW_XT_ZONE,	 /* xt_CT.c with a zone */
	ZW_XT_COPY,	 /* xt_TEE.c: a copy goes elsewhere */
	ZW_XT_ELSEWHERE, /* xt_TPROXY.c, ipt_SYNPROXY.c */
	ZW_XT_QUEUE,	 /* xt_NFQUEUE.c */
};

#define ZW_XT_PORT_RANGES 15 /* XT_MULTI_PORTS */

struct zw_xt_port_range {
	u16 lo, hi; /* host order, inclusive */
};

enum zw_xt_port_side {
	ZW_XT_SOURCE,
	ZW_XT_DESTINATION,
	ZW_XT_EITHER,
};

/* One test of ports: some range holds (or none, INVERT). */
struct zw_xt_port_test {
	enum zw_xt_port_side side;
	bool invert;
	u32 n;
	struct zw_xt_port_range ranges[ZW_XT_PORT_RANGES];
};

struct zw_xt_address_test {
	bool used, invert;
	u8 lo[16], hi[16]; /* a range; or, of tuples, value and mask */
};

/* (VALUE & MASK) == WANTED, host order. */
struct zw_xt_masked {
	u32 wanted, mask;
	bool invert;
};

/* Bits of zw_xt.conntrack.state. */
#define ZW_XT_STATE_INVALID 1u
#define ZW_XT_STATE_ESTABLISHED 2u
#define ZW_XT_STATE_RELATED 4u
#define ZW_XT_STATE_NEW 8u
#define ZW_XT_STATE_SNAT 64u
#define ZW_XT_STATE_DNAT 128u
#define ZW_XT_STATE_UNTRACKED 256u

struct zw_xt {
	enum zw_xt_kind kind;
	const char *what; /* of CHANCE and OUTSIDE: on what it hangs */
	union {
		struct {
			bool has_state, invert_state;
			u32 state;
			bool has_direction, reply;
			bool has_status, invert_status;
			u32 status;
			bool has_proto, invert_proto;
			u8 proto;
			bool has_expires; /* and then it is not known */
			/* original source and destination, reply's */
			struct zw_xt_address_test tuple[4];
			struct {
				bool used;
				struct zw_xt_port_test test;
			} ports[4];
		} conntrack;
		struct {
			u32 header; /* bytes that the match asks for */
			u32 n;
			struct zw_xt_port_test tests[2];
			/* and something behind the ports; NULL: nothing */
			const char *more;
		} ports;
		struct {
			struct zw_xt_port_test tests[2];
			u8 mask, wanted; /* flags */
			bool invert_flags;
			u8 option; /* 0: none */
			bool invert_option;
		} tcp;
		struct {
			u8 type, lo, hi; /* codes */
			bool any, invert;
		} icmp;
		struct zw_xt_address_test ranges[2]; /* source, destination */
		struct zw_xt_masked masked;	     /* mark, connmark; TOS */
		struct {
			u8 address[6];
			bool invert;
		} mac;
		struct {
			u8 lo, hi; /* the values that match */
			bool invert;
		} hops;
		struct {
			u8 type;
			bool invert;
		} pkttype;
		struct {
			u16 lo, hi; /* of the whole packet */
			bool invert;
		} length;
		struct {
			bool out, none;
			bool more; /* and something of the transformation */
		} ipsec;
		struct {
			u32 offset; /* of its four bytes */
			u32 lo, hi; /* host order */
			bool invert;
			u32 header;
		} spi;
		struct {
			/* each tested alone: in the network header, and the
			 * bits 0x40 and 0x80 of TCP's flags */
			bool network, invert_network;
			u8 codepoint;
			u8 mask, wanted;
		} ecn;
		struct {
			u32 lo, hi;	    /* second of the day; LO >= HI: over
					     * midnight */
			u8 weekdays;	    /* bits 1 (Monday) to 7 */
			bool since_evening; /* the day is that of LO */
			bool dates;	    /* and some dates alone */
			bool zone; /* of the kernel's time zone, not UTC */
		} time;
		const struct xt_u32 *u32;
		struct {
			const struct xt_string_info *what;
			bool any_case, invert;
			bool plain; /* bytes as they are; else an algorithm
				     * with a language of its own */
		} string;
		struct {
			u16 lo, hi;
			bool invert;
		} mss;
		struct {
			bool without_socket; /* holds for what has none */
		} owner;
		struct {
			bool unbridged; /* holds for what crosses no port */
			bool ports;	/* asks for more than "bridged" */
		} physdev;
		struct {
			u16 types[2]; /* source, destination: 1 << RTN_... */
			bool invert[2];
			bool by_interface;
		} addrtype;
		struct {
			bool invert;
		} helper;
		struct {
			enum {
				ZW_XT_HOPS_SET,
				ZW_XT_HOPS_MORE,
				ZW_XT_HOPS_LESS
			} mode;
			u8 value;
		} set_hops;
		struct {
			u8 clear, value; /* (old & ~clear) ^ value */
		} set_tos;
		struct {
			bool network;
			u8 codepoint;
			u8 clear, value; /* of TCP's flags */
		} set_ecn;
		struct {
			bool strips;	/* OPTIONS; else it sets MSS */
			bool by_path;	/* by the size of the path's packets */
			u8 options[32]; /* a bit for each */
			u16 mss;
		} set_tcp;
		struct {
			u32 type, code; /* as in zw_expr.reject */
		} reject;
		struct {
			enum { ZW_XT_SET, ZW_XT_SAVE, ZW_XT_RESTORE } mode;
			/* mark: (old & ~clear) ^ value; of connmark the masks
			 * as the kernel names them */
			u32 value, clear, packet_mask;
			u32 shift;
			bool right;
		} set_mark;
		struct {
			bool destination, masquerade, redirect;
			bool by_hook; /* source or destination is the hook's */
			bool has_address, has_port;
			u8 lo[16], hi[16];
			u16 port_lo, port_hi;
			u32 flags; /* NF_NAT_RANGE_* */
		} nat;
	};
};

/* Where the word that a test of u32 looks at stands, if what it asks of it lies in
 * plain fields of the network
 * header (or, of IPv4, in the first 20 bytes behind it, found by the header's
 * length); REST: the first operation on the word that is left. */
struct zw_xt_u32_place {
	bool transport;
	u32 offset;
	u32 rest;
};
struct xt_u32_test;
bool zw_xt_u32_place(const struct xt_u32_test *test, bool v6,
		     struct zw_xt_u32_place *place);

/* Types of addresses, as far as the address alone tells (inet_addr_type,
 * ipv6_addr_type); bit RTN_... of zw_xt.addrtype.types. */
#define ZW_XT_TYPE_UNSPEC 1u
#define ZW_XT_TYPE_UNICAST 2u
#define ZW_XT_TYPE_LOCAL 4u
#define ZW_XT_TYPE_BROADCAST 8u
#define ZW_XT_TYPE_ANYCAST 16u
#define ZW_XT_TYPE_MULTICAST 32u
#define ZW_XT_TYPE_UNREACHABLE 128u

/* Does it make the kernel track connections (nf_ct_netns_get)? */
static inline bool zw_xt_tracks(const struct zw_xt *xt)
{
	return xt &&
	       (xt->kind == ZW_XT_CONNTRACK || xt->kind == ZW_XT_CONNMARK ||
		xt->kind == ZW_XT_SET_CTMARK || xt->kind == ZW_XT_NAT ||
		xt->kind == ZW_XT_HELPER);
}

/* Is it a target that has packets untracked? */
static inline bool zw_xt_untracks(const struct zw_expr *expr)
{
	return expr->kind == ZW_EXPR_TARGET && expr->xt.means &&
	       expr->xt.means->kind == ZW_XT_NOTRACK;
}

/* Is it a target that may give connections a helper, or one that is not known?
 */
static inline bool zw_xt_expects(const struct zw_expr *expr)
{
	return expr->kind == ZW_EXPR_TARGET &&
	       (!expr->xt.means || zw_str_is(expr->xt.name, "CT"));
}

/* Is it a match that looks at the tuples of the packet's connection? */
bool zw_xt_reads_tuples(const struct zw_expr *expr);

/* What the bytes INFO of the match (or target) NAME mean in a table of
 * FAMILY; NULL if that is not known. Lives in ARENA. */
const struct zw_xt *zw_xt_match(struct zw_arena *arena, u32 family,
				struct zw_str name, u32 revision,
				struct zw_str info);
const struct zw_xt *zw_xt_target(struct zw_arena *arena, u32 family,
				 struct zw_str name, u32 revision,
				 struct zw_str info);

#endif
