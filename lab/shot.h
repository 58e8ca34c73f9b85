/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet to be tried: its frame, where it is sent, and what the frame alone
 * does not tell: what conntrack makes of it. Law: a shot holds no pointer but
 * to literals, and may be copied and sent again. */
#ifndef ZW_LAB_SHOT_H
#define ZW_LAB_SHOT_H

#include "lab/frame.h"
#include "verifier/packet.h"

struct zw_shot {
	const char *kind; /* "new", "fragment", ...: a literal */
	bool emitted;	  /* the gateway itself sends it; IN is not read */
	unsigned in;	  /* interface of the bed */
	u32 number;	  /* in the order of sending, also in its payload */
	/* Conntrack may give it any state of the mask 1 << enum zw_ct_state,
	 * hanging on the kernel; CT has the rest. */
	u32 states;
	struct zw_conntrack ct;
	/* If the gateway takes or refuses it, its answer must come back. */
	bool plain;
	bool dies; /* in the kernel's routing, whatever the rules say */
	/* How the gateway's own answers are found out of turn. */
	struct zw_frame_spec spec; /* of pointers: none is to be followed */
	struct zw_frame frame;
};

/* The states that conntrack may give to a packet like SPEC that belongs to no
 * connection, as a mask (nf_conntrack_proto_*.c). */
u32 zw_shot_states(const struct zw_frame_spec *spec);

/* Build the frame of SHOT from SPEC, whose payload becomes the number. */
void zw_shot_make(struct zw_shot *shot, const struct zw_frame_spec *spec);

/* The tuple of conntrack's entry for SPEC, or, SWAPPED, the one that its answer
 * has; of protocols with ports and of echo requests. */
struct zw_tuple zw_shot_tuple(const struct zw_frame_spec *spec, bool swapped);

/* "in wan0 198.51.100.7:40000 > 192.0.2.10:443 tcp S". */
void zw_shot_print(struct zw_buf *out, const struct zw_shot *shot,
		   const char *interface);
/* The same of any packet, from the network header on. */
void zw_shot_print_bytes(struct zw_buf *out, const u8 *bytes, size_t n);

#endif
