/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of a gateway's facts share. All read in the caller's network
 * namespace and add to GATEWAY. */
#ifndef ZW_LOADER_GATEWAY_INTERNAL_H
#define ZW_LOADER_GATEWAY_INTERNAL_H

#include "loader/gateway.h"

void zw_gateway_add(struct zw_arena *arena, struct zw_gateway *gateway,
		    enum zw_beside_kind kind, struct zw_str name);
/* WHAT could not be read, because of the negative errno ERR. */
void zw_gateway_unread(struct zw_arena *arena, struct zw_gateway *gateway,
		       struct zw_str what, int err);

/* Links with their filters, and addresses, by rtnetlink. 0 or a negative
 * errno: then nothing else is worth reading. */
int zw_gateway_read_links(struct zw_arena *arena, struct zw_gateway *gateway);
/* BPF links that act on packets; of a link's tcx programs, its flag. */
void zw_gateway_read_bpf(struct zw_arena *arena, struct zw_gateway *gateway);

#endif
