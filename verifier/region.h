/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a claim speaks of, as sets of packets. Law: a region is a set over the
 * fields of the packet alone; never, only and unspoofed take every source that
 * can be sent on the zones' interfaces, always and expect take members. */
#ifndef ZW_VERIFIER_REGION_H
#define ZW_VERIFIER_REGION_H

#include "statement/network.h"
#include "verifier/meaning.h"

struct zw_regions {
	struct zw_arena *arena;
	struct zw_space *space;
	const struct zw_statement *statement;
	struct zw_ports ports; /* zones by interface class */
	/* How the zones lie, where the gateway is one of several: then packets
	 * come from a zone by its own interfaces alone, whatever their source
	 * says of zones beyond, and reach it where they leave by these, or
	 * with its addresses by an interface of no link. NULL: all are here,
	 * and there are no links. */
	const enum zw_attachment *attached; /* by zone */
	const bool *links;		    /* by zone: it joins gateways */
	zw_node onto_links;		    /* made when first asked for */
	bool onto_links_known;
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

/* Packets by interfaces of ZONE, with IPsec or not. */
zw_node zw_region_by(struct zw_regions *regions, u32 field, u32 zone);
/* Packets by interfaces of ZONE, with IPsec as it says, in (ZW_FIELD_IN) or out
 * (ZW_FIELD_OUT). */
zw_node zw_region_on(struct zw_regions *regions, u32 field, u32 zone);

/* What leaves by interfaces of links, and so for other gateways. */
zw_node zw_region_onto_links(struct zw_regions *regions);

/* Packets of PATH that may take part in a violation of CLAIM (never, only)
 * wherever it began: those that begin a flow, and of the built-in claim all
 * others but replies. */
zw_node zw_region_passing(struct zw_regions *regions,
			  const struct zw_claim *claim, enum zw_path path);
/* Packets of PATH that go where CLAIM says, with its services, whatever their
 * state and wherever they come from: for never and only those that must not
 * arrive, for always and expect plain new ones. */
zw_node zw_region_to(struct zw_regions *regions, const struct zw_claim *claim,
		     enum zw_path path);
/* Of always and expect: packets that come from where CLAIM says. */
zw_node zw_region_members_from(struct zw_regions *regions,
			       const struct zw_claim *claim, enum zw_path path);

/* Interfaces of no zone (and not the loopback). */
zw_node zw_region_elsewhere(struct zw_regions *regions, u32 field);

#endif
