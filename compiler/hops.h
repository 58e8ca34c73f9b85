/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways between gateways: how many links lie between two of them, and
 * between one and a zone. Law: a flow between two zones goes over as few links
 * as it can, so the gateways that it crosses are those on the shortest ways
 * between a gateway that has the one zone and a gateway that has the other,
 * each of the two being the nearest to the other. */
#ifndef ZW_COMPILER_HOPS_H
#define ZW_COMPILER_HOPS_H

#include "compiler/model.h"

#define ZW_NO_WAY UINT16_MAX

typedef ZW_VEC(u32) zw_gateways; /* numbers, ascending */

struct zw_hops {
	size_t gateways, zones;
	const struct zw_network_link *links;
	size_t link_count;
	u16 *between;	   /* two gateways: links, or ZW_NO_WAY; by a * n + b */
	u16 *to_zone;	   /* by gateway * zones + zone */
	zw_gateways *have; /* by zone: those with interfaces of their own */
};

/* HAVE, by zone, is borrowed. */
struct zw_hops *zw_hops_new(struct zw_arena *arena, size_t gateways,
			    size_t zones, const struct zw_network_link *links,
			    size_t link_count, zw_gateways *have);

/* Links from GATEWAY to the nearest one that has ZONE; 0: it has. */
static inline u16 zw_hops_to_zone(const struct zw_hops *hops, size_t gateway,
				  u32 zone)
{
	return hops->to_zone[gateway * hops->zones + zone];
}

/* Does GATEWAY lie on a way of flows from zone FROM to zone TO? One of them may
 * be ZW_SELF, which is any gateway that the other leads to. */
bool zw_hops_cross(const struct zw_hops *hops, size_t gateway, u32 from,
		   u32 to);
/* All that do, to OUT, which is emptied. */
void zw_hops_crossed(struct zw_arena *arena, const struct zw_hops *hops,
		     u32 from, u32 to, zw_gateways *out);

/* Does the way from GATEWAY to ZONE begin with the link number LINK? */
bool zw_hops_begin(const struct zw_hops *hops, size_t gateway, u32 zone,
		   size_t link);

#endif
