/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One concrete packet, as the hooks of nf_tables meet it.
 *
 * Law: the bytes are the truth. Protocol numbers, offsets and fragment offset
 * are what the kernel reads out of them (zw_packet_dissect), never told beside
 * them. What is not in the bytes (interfaces, conntrack, marks, IPsec) is
 * here as plain fields. A zw_packet holds no pointer and may be copied. */
#ifndef ZW_VERIFIER_PACKET_H
#define ZW_VERIFIER_PACKET_H

#include <linux/if_ether.h>

#include "base/inet.h"
#include "base/types.h"
#include "statement/gateway.h"

#define ZW_NAME_MAX 16 /* IFNAMSIZ */
#define ZW_LINK_MAX 22 /* Ethernet header with two VLAN tags */
#define ZW_PACKET_MAX 1536

enum zw_ct_state {
	ZW_CT_NONE, /* no entry and not untracked: conntrack is not loaded, or
		     * the packet has not reached it */
	ZW_CT_NEW,
	ZW_CT_ESTABLISHED,
	ZW_CT_RELATED,
	ZW_CT_INVALID,	 /* conntrack looked and made no entry of it */
	ZW_CT_UNTRACKED, /* "notrack" before conntrack, or by the kernel */
	ZW_CT_STATE_COUNT,
};

#define ZW_CT_ORIGINAL 0 /* IP_CT_DIR_ORIGINAL */
#define ZW_CT_REPLY 1	 /* IP_CT_DIR_REPLY */

/* Bits of `ct status` (enum ip_conntrack_status). */
#define ZW_STATUS_EXPECTED 0x001
#define ZW_STATUS_SEEN_REPLY 0x002
#define ZW_STATUS_ASSURED 0x004
#define ZW_STATUS_CONFIRMED 0x008
#define ZW_STATUS_SNAT 0x010
#define ZW_STATUS_DNAT 0x020

struct zw_tuple {
	u8 src[16], dst[16]; /* network order; IPv4 in the first four bytes */
	u16 sport, dport;    /* host order; ICMP: sport is the id, dport is
			      * type << 8 | code */
	u8 proto;
	bool known; /* false: derive it from the packet (new packets) */
};

/* The entry as the packet will find it once it has passed conntrack (priority
 * -200 of prerouting and output). Before that, hooks see no entry. */
struct zw_conntrack {
	enum zw_ct_state state;
	u8 direction; /* ZW_CT_ORIGINAL, ZW_CT_REPLY */
	u32 status;   /* ZW_STATUS_* ; CONFIRMED etc. as the entry has it */
	u32 mark;
	struct zw_tuple tuple[2]; /* [direction] */
};

struct zw_packet {
	char in[ZW_NAME_MAX], out[ZW_NAME_MAX]; /* NUL-padded; empty: none */
	u32 in_index, out_index;		/* 0: none, or not known */
	u16 ethertype;		 /* ETH_P_IP, ETH_P_IPV6, other; host order */
	u8 link[ZW_LINK_MAX];	 /* the link header */
	u32 link_len;		 /* 0: none (packet of the gateway itself) */
	u8 bytes[ZW_PACKET_MAX]; /* from the network header on */
	u32 n;

	u8 pkttype; /* PACKET_HOST 0, BROADCAST 1, MULTICAST 2, OTHERHOST 3 */
	u32 mark;   /* on arrival; host order */
	u32 priority;
	bool has_time; /* DAY and SECOND are known; else the caller is asked */
	u8 day;	       /* meta day: 0 is Sunday; UTC */
	u32 second;    /* meta hour: of the day */
	/* What lies behind the headers is anybody's guess: the caller is asked
	 * where a match looks at it. */
	bool free_content;
	/* Whose addresses are known as a whole; borrowed, or NULL. */
	const struct zw_gateway *gateway;
	bool in_ipsec;	/* meta secpath: came in by IPsec */
	bool out_ipsec; /* rt ipsec: goes out by IPsec */
	u32 in_reqid;	/* of the first association, where IN_IPSEC */
	u32 out_reqid;	/* where OUT_IPSEC */
	struct zw_conntrack ct;
};

/* What the kernel reads out of the bytes before a chain runs
 * (nft_set_pktinfo_ipv4_validate, _ipv6_validate). */
struct zw_dissection {
	u8 family; /* NFPROTO_IPV4, NFPROTO_IPV6; NFPROTO_UNSPEC: neither, or
		    * the header is cut or lies about its length */
	bool has_transport; /* NFT_PKTINFO_L4PROTO: l4proto and thoff count */
	u8 l4proto;	    /* the last header's number */
	u32 thoff;     /* transport header, bytes from the network header */
	u16 fragoff;   /* of a fragment that is not the first, in 8-byte units;
			* 0: first or whole */
	bool fragment; /* more fragments follow, or fragoff != 0 */
};

void zw_packet_dissect(const struct zw_packet *packet,
		       struct zw_dissection *out);

enum zw_path {
	ZW_PATH_FORWARD, /* ingress, prerouting, forward, postrouting, egress */
	ZW_PATH_INPUT,	 /* ingress, prerouting, input */
	ZW_PATH_OUTPUT,	 /* output, postrouting, egress */
	ZW_PATH_COUNT,
};

/* The outcome chosen for one approximated expression: the expression number
 * EXPR (from 0) of the rule at POSITION (from 1) in CHAIN. HOLDS: it lets the
 * packet go on in the rule (for a limit: the limit's match); VALUE is what it
 * loads, where it loads something (numgen, hash, fib, time, ...). */
struct zw_choice {
	u32 chain;
	u32 position;
	u32 expr;
	bool holds;
	u8 value_len; /* 0: none chosen */
	u8 value[16];
};

/* Build packets from fields: for witnesses and tests. Both write the network
 * header, PROTO's header and valid lengths and checksums into BYTES, set
 * ethertype and n, and leave all else alone. For tcp, udp, udplite, sctp, dccp
 * A is the source and B the destination port; for icmp and icmpv6 A is the
 * type, B the code; for other protocols 16 bytes of payload follow. TCP gets
 * the flags TCP_FLAGS. */
void zw_packet_build(struct zw_packet *packet, struct zw_ip src,
		     struct zw_ip dst, u8 proto, u16 a, u16 b, u8 tcp_flags);

#endif
