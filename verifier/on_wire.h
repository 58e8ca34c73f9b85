/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one gateway's packet is to the next: headers, and when it comes. Law:
 * whatever the sender knows of it beside these (interfaces, entries of
 * conntrack, marks, what nobody knew of its rules) the receiver does not, and
 * checksums and hop limits are written anew on the way. */
#ifndef ZW_VERIFIER_ON_WIRE_H
#define ZW_VERIFIER_ON_WIRE_H

#include "verifier/field.h"
#include "verifier/packet.h"

/* The variables of SPACE that do not travel, ascending. To be made anew when
 * variables were. */
struct zw_on_wire {
	struct zw_space *space;
	u32 *lost;
	size_t n;
	u32 variables; /* that there were */
};

void zw_on_wire_begin(struct zw_arena *arena, struct zw_space *space,
		      struct zw_on_wire *wire);

/* The headers that packets of SET have. */
zw_node zw_on_wire_headers(const struct zw_on_wire *wire, zw_node set);

/* The packets of PATH, at the next gateway, that have the headers of LEFT,
 * which is how the packet that POINT describes left the one before. Empty if
 * its hop limit is spent. */
zw_node zw_on_wire_next(struct zw_space *space, const u32 *point,
			const struct zw_packet *left, enum zw_path path);

/* Are A, as it left a gateway, and B, as it comes to the next, the same bytes
 * but for hop limits and checksums? */
bool zw_on_wire_same(const struct zw_packet *a, const struct zw_packet *b);

#endif
