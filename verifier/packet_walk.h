/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the concrete packet: IPv6 header chains and rewriting. Law: offsets
 * count from the network header; nothing outside of the packet is touched. */
#ifndef ZW_VERIFIER_PACKET_WALK_H
#define ZW_VERIFIER_PACKET_WALK_H

#include <linux/netfilter.h>

#include "verifier/packet.h"

struct zw_header {
	u32 offset; /* 0 for the last header of a later fragment */
	u8 proto;
	bool fragment; /* a fragment header was met */
	u16 fragoff;   /* its offset in bytes (multiple of 8) */
};

/* In an IPv6 packet: the first header of number TARGET, or (TARGET < 0) the
 * last one; false if there is none or it is cut (ipv6_find_hdr). */
bool zw_packet_find_header(const struct zw_packet *packet, int target,
			   struct zw_header *found);

/* Write the N (at most 16) bytes NEW at offset AT and keep the checksums of
 * network and transport header right, if they were. */
void zw_packet_rewrite(struct zw_packet *packet, u32 at, const u8 *new, u32 n);

#endif
