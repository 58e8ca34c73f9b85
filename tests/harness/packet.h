/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a frame says, for comparing what went in with what came out. Law: only
 * what the bytes hold is reported; a header that is cut short ends the reading
 * there and leaves later fields zero. */
#ifndef ZW_TESTS_PACKET_H
#define ZW_TESTS_PACKET_H

#include "lab/frame.h"

/* "10.1.0.7" or "fd00:1::7"; anything else ends the process. */
struct zw_ip zw_test_ip(const char *text);

struct zw_packet {
	struct zw_ip src, dst;
	u8 ttl;
	u8 tos;
	u32 flow_label;
	/* After all extension headers; of a later fragment: of the whole. */
	u8 protocol;
	u8 extensions; /* how many IPv6 extension headers were passed */
	u8 options;    /* bytes of IPv4 options */

	bool fragment;
	u16 fragment_offset; /* in units of 8 bytes */
	bool more_fragments;
	u32 id;

	u16 sport, dport;
	u8 tcp_flags;
	u32 tcp_seq, tcp_ack;
	u8 type, code;
	u16 icmp_id, icmp_seq;

	/* IPv4 header sum and transport sum are both right; true as well for
	 * fragments and protocols without sums that we know. */
	bool checksums_right;

	/* After the transport header; points into the bytes given. */
	const u8 *payload;
	size_t payload_length;
};

/* Read an Ethernet frame; false if it holds no IPv4 or IPv6 packet. */
bool zw_packet_parse(const u8 *frame, size_t length, struct zw_packet *packet);

/* Read an IP packet, as an ICMP error quotes it: give .payload of the outer
 * packet. A quoted packet is often cut, then its checksums are not right. */
bool zw_packet_parse_ip(const u8 *bytes, size_t length,
			struct zw_packet *packet);

/* True if the packet is an ICMP or ICMPv6 error (not an enquiry). */
bool zw_packet_is_error(const struct zw_packet *packet);

/* One line for a failure message: "10.1.0.7:40000 > 10.2.0.9:80 tcp S ttl 63".
 * Returns OUT. */
#define ZW_PACKET_TEXT 256
char *zw_packet_format(const struct zw_packet *packet,
		       char out[ZW_PACKET_TEXT]);

#endif
