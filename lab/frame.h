/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames: a description becomes the bytes of one Ethernet frame.
 * Law: a field that is left zero has the everyday value (lengths, checksums,
 * TTL 64, next headers), so a description says only what is special:
 *
 *	struct zw_frame frame;
 *
 *	zw_frame_build(&(struct zw_frame_spec){
 *			.src = { ZW_IPV4, 0x0a010007 },
 *			.dst = { ZW_IPV4, 0x0a020009 },
 *			.protocol = IPPROTO_TCP,
 *			.sport = 40000, .dport = 80,
 *			.tcp_flags = ZW_TCP_SYN,
 *		}, &frame);
 *
 * A description that cannot be built (families differ, too long) ends the
 * process. The hardware addresses are left zero; the test bed fills them in. */
#ifndef ZW_LAB_FRAME_H
#define ZW_LAB_FRAME_H

#include <netinet/in.h>

#include "base/inet.h"

enum {
	ZW_TCP_FIN = 1,
	ZW_TCP_SYN = 2,
	ZW_TCP_RST = 4,
	ZW_TCP_PSH = 8,
	ZW_TCP_ACK = 16,
	ZW_TCP_URG = 32,

	ZW_FRAME_ROOM = 1514,
	ZW_ETHERNET_HEADER = 14,
	ZW_DEFAULT_TTL = 64,
};

/* One IPv6 extension header: hop-by-hop (0), routing (43), fragment (44), AH
 * (51) or destination options (60). LENGTH bytes of DATA follow the header's
 * next-header and length bytes; zeros fill up to the unit (8 bytes; 4 for AH),
 * which in options are Pad1. For 44 data is not used: it only says where the
 * fragment header stands, which without an entry is last. */
struct zw_extension {
	u8 type;
	u8 length;
	const u8 *data;
};

struct zw_frame_spec {
	struct zw_ip src, dst;
	/* With a source route or routing header: the last hop, over which the
	 * sender makes the transport checksum. Value 0: .dst. */
	struct zw_ip final_dst;
	/* Of the transport header: IPPROTO_TCP, _UDP, _UDPLITE, _SCTP, _DCCP,
	 * _ICMP, _ICMPV6; with any other number the payload follows the IP
	 * header as it is. */
	u8 protocol;

	u16 sport, dport;
	u8 tcp_flags; /* ZW_TCP_*; may be 0, which is a null scan */
	u32 tcp_seq, tcp_ack;

	u8 type, code; /* ICMP, ICMPv6 */
	u16 icmp_id, icmp_seq;
	/* An ICMP error about this packet, as its sender sent it: its bytes
	 * (cut to 548 in IPv4 terms) follow the ICMP header. Then .payload is
	 * not used. */
	const struct zw_frame_spec *quoted;

	/* SCTP without a payload gets an INIT chunk. */
	const void *payload;
	u16 payload_length;

	u8 ttl;		/* or hop limit; 0: 64 */
	u8 tos;		/* or traffic class */
	u32 flow_label; /* IPv6, 20 bits */

	/* IPv4 identification, or that of the IPv6 fragment header. */
	u32 id;
	bool dont_fragment;
	/* A lone fragment: offset in units of 8 bytes. With an offset above 0
	 * no transport header is written: the payload stands right after the
	 * IP header. fragment_header: an IPv6 fragment header even for offset
	 * 0 without more ("atomic fragment"). */
	u16 fragment_offset;
	bool more_fragments;
	bool fragment_header;

	/* IPv4 options, at most 40 bytes, filled up with end-of-list. */
	const u8 *options;
	u8 options_length;
	/* IPv6 extension headers in order. */
	const struct zw_extension *extensions;
	u8 extension_count;

	bool bad_ip_checksum; /* IPv4 header */
	bool bad_checksum;    /* transport */
};

struct zw_frame {
	u16 length;
	u16 transport; /* where the transport header (or payload) begins */
	u16 next_at;   /* the byte that holds the transport protocol */
	u8 bytes[ZW_FRAME_ROOM];
};

void zw_frame_build(const struct zw_frame_spec *spec, struct zw_frame *frame);

/* Would conntrack begin a connection with such a packet, if it knows none that
 * it belongs to? Else it is invalid, or, of IPv6's link, untracked. UDP-Lite
 * and DCCP are as other protocols here, which is not so of every kernel. */
bool zw_frame_opens(const struct zw_frame_spec *spec);
bool zw_frame_is_untracked(const struct zw_frame_spec *spec);

/* Cut WHOLE (not a fragment) in two after FIRST bytes (a multiple of 8, less
 * than what there is) of transport header and payload. */
void zw_frame_split(const struct zw_frame *whole, u16 first, u32 id,
		    struct zw_frame out[2]);

/* Write an IPv4 source route option, loose (LSRR) or strict (SSRR), or with
 * RECORD a record-route option with room for COUNT addresses; HOPS are its
 * COUNT addresses (NULL: zeros). Returns its length, 3 + 4 * COUNT. */
enum zw_route_option {
	ZW_OPTION_RECORD = 7,
	ZW_OPTION_LOOSE = 131,
	ZW_OPTION_STRICT = 137,
};
u8 zw_option_route(u8 out[40], enum zw_route_option kind,
		   const struct zw_ip *hops, u8 count);

/* Write the data of an IPv6 routing header: of TYPE 0 (source route, RFC 2460),
 * 2 (mobility) or 4 (segment routing, without flags), whose COUNT addresses are
 * given as they stand in the header, LEFT segments left. Returns the length of
 * the data for struct zw_extension; OUT needs 6 + 16 * COUNT bytes. */
u8 zw_routing_data(u8 *out, u8 type, u8 left, const struct zw_ip *hops,
		   u8 count);

/* Sums, also for who parses: the Internet checksum of RFC 1071 without its
 * final complement, begun with START; and CRC-32c. */
u32 zw_sum(u32 start, const u8 *bytes, size_t n);
u16 zw_sum_fold(u32 sum);
u32 zw_crc32c(const u8 *bytes, size_t n);

#endif
