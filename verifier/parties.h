/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parties that flows go between: zones, the gateway, interfaces of no zone;
 * or, where a ruleset comes without zones, its interfaces. Law: each packet
 * comes from exactly one party and goes to exactly one, by its interface, and
 * where zones share that, by IPsec and address; an address of none of them
 * counts as the first one's. Packets of the loopback belong to none. */
#ifndef ZW_VERIFIER_PARTIES_H
#define ZW_VERIFIER_PARTIES_H

#include "verifier/flows.h"

/* Of a party that is an interface and no zone's. */
#define ZW_PARTY_INTERFACE (UINT32_MAX - 2)

struct zw_party {
	struct zw_str name;
	u32 zone;     /* ZW_SELF, ZW_ELSEWHERE, ZW_PARTY_INTERFACE */
	zw_node from; /* over input interface, IPsec and source */
	zw_node to;   /* over output interface, IPsec and destination */
};

struct zw_parties {
	ZW_VEC(struct zw_party) list; /* zones in their order, then self */
};

void zw_parties_of(struct zw_flows *flows, struct zw_parties *out);

/* The path of flows between two parties; false if there is none (from self to
 * self). */
bool zw_parties_path(const struct zw_party *from, const struct zw_party *to,
		     enum zw_path *path);
/* Of SET, what goes from FROM to TO. */
zw_node zw_parties_between(struct zw_space *space, const struct zw_party *from,
			   const struct zw_party *to, zw_node set);

/* Sources that are the party's own, in its zone's networks; of a party without
 * networks, those that are in no zone's. For the gateway: everything. */
zw_node zw_parties_members(struct zw_flows *flows,
			   const struct zw_party *party);
/* The same of destinations. */
zw_node zw_parties_destinations(struct zw_flows *flows,
				const struct zw_party *party);

#endif
