/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network that a statement speaks of, as a bed: an interface for each that
 * zones name, the gateway's own addresses, and routes to what lies behind. Law:
 * made from the statement alone, so any policy and any file of zones has one;
 * what cannot be there is noted in words. Hosts are not made one by one: the
 * neighbours' namespace sends and hears for every address (lab/testbed.h). */
#ifndef ZW_LAB_NETWORK_H
#define ZW_LAB_NETWORK_H

#include "lab/testbed.h"
#include "lab/routing.h"
#include "statement/statement.h"

struct zw_network {
	struct zw_testbed_spec spec;
	struct zw_routing *ways;
	ZW_VEC(struct zw_str) notes; /* what the network lacks, and why */
};

/* The network of STATEMENT, and an interface for each of FURTHER's names that
 * no zone has. Lives in ARENA, but for .ways, which the caller frees. False
 * where there would be more interfaces than a bed takes. */
bool zw_network_of(struct zw_arena *arena, const struct zw_statement *statement,
		   const struct zw_str *further, size_t n,
		   struct zw_network *network);

/* The name that the bed has for an interface of a zone: itself, or one that a
 * pattern covers. */
const char *zw_network_name(struct zw_arena *arena,
			    const struct zw_interface *face);

/* An interface that is in no zone; the last one of every network. */
#define ZW_NETWORK_STRAY "zw-stray"

#endif
