/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a claim speaks of, as sets of packets. Law: a region is a set over the
 * fields of the packet alone; never, only and unspoofed take every source that
 * can be sent on the zones' interfaces, always and expect take members. */
#ifndef ZW_VERIFIER_REGION_H
#define ZW_VERIFIER_REGION_H

#include "verifier/meaning.h"

struct zw_regions {
	struct zw_arena *arena;
	struct zw_space *space;
	const struct zw_statement *statement;
	struct zw_ports ports; /* zones by interface class */
	/* Of the built-in claim, only what begins a flow: packets of entries
	 * that are there already are left out. */
	bool beginnings;
};

struct zw_regions *zw_regions_new(struct zw_arena *arena,
				  struct zw_space *space,
				  const struct zw_statement *statement);

/* The packets of PATH that CLAIM is about: for never, only and unspoofed those
 * that must not pass, for always and expect those that must come out as it
 * says. Empty where the claim says nothing of PATH. */
zw_node zw_region(struct zw_regions *regions, const struct zw_claim *claim,
		  enum zw_path path);

/* Of never, only and unspoofed: the packets that come from where CLAIM says, as
 * they enter PATH, wherever they go. Empty for other claims. */
zw_node zw_region_from(struct zw_regions *regions, const struct zw_claim *claim,
		       enum zw_path path);

/* First packets of flows that a conntrack helper expected. */
zw_node zw_region_expected(struct zw_regions *regions);

/* Interfaces of no zone (and not the loopback). */
zw_node zw_region_elsewhere(struct zw_regions *regions, u32 field);

#endif
