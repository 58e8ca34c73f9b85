/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the concrete packet: IPv6 header chains and rewriting. Law: offsets
 * count from the network header; nothing outside of the packet is touched. */
#ifndef ZW_VERIFIER_PACKET_WALK_H
#define ZW_VERIFIER_PACKET_WALK_H

#include <linux/netfilter.h>

#include "verifier/packet.h"

struct zw_header {
	u32 offset;   /* 0 for the last header of a later fragment */
	u32 named_at; /* the byte that holds its number */
	u8 proto;
	bool fragment; /* a fragment header was met */
	u16 fragoff;   /* its offset in bytes (multiple of 8) */
};

/* In an IPv6 packet: the first header of number TARGET, or (TARGET < 0) the
 * last one; false if there is none or it is cut (ipv6_find_hdr). */
bool zw_packet_find_header(const struct zw_packet *packet, int target,
			   struct zw_header *found);

/* What conntrack's defragmentation does with a fragment (ipv6_defrag,
 * nf_ct_frag6_gather; ip_defrag). An IPv6 packet in one fragment becomes whole:
 * its fragment header is taken out. But IPv6 fragments PASS as they are where
 * more follow and their end is not a multiple of 8, where the first one ends
 * within its transport header, or where the payload length in the IPv6 header
 * is 0: anybody can send those, so the chains behind see fragments in spite of
 * it. */
enum zw_joined {
	ZW_JOIN_WAITS, /* for the rest, or is dropped */
	ZW_JOIN_WHOLE,
	ZW_JOIN_PASSES,
};
enum zw_joined zw_packet_join(struct zw_packet *packet);

/* Write the N (at most 16) bytes NEW at offset AT and keep the checksums of
 * network and transport header right, if they were. */
void zw_packet_rewrite(struct zw_packet *packet, u32 at, const u8 *new, u32 n);

#endif
