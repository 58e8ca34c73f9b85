/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shortest ways of a network, in links, as the verifier counts them for
 * itself. Law: flows between two zones go over gateways on the shortest ways
 * between one that has the one zone and one that has the other, each the
 * nearest to the other (docs/adr/0028). */
#ifndef ZW_VERIFIER_SHORTEST_H
#define ZW_VERIFIER_SHORTEST_H

#include "base/arena.h"
#include "statement/network.h"

#define ZW_NO_WAY_AT_ALL UINT32_MAX

struct zw_shortest {
	const struct zw_network *network;
	u32 *between; /* two gateways: links, or ZW_NO_WAY_AT_ALL; a * n + b */
};

void zw_shortest_find(struct zw_arena *arena, const struct zw_network *network,
		      struct zw_shortest *shortest);

static inline u32 zw_shortest_between(const struct zw_shortest *s, u32 a, u32 b)
{
	return s->between[a * s->network->gateways.n + b];
}

/* Do flows from zone FROM, at gateway FIRST, go to zone TO at LAST? */
bool zw_shortest_ends(const struct zw_shortest *shortest, u32 from, u32 first,
		      u32 to, u32 last);

#endif
