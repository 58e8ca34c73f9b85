/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy denotes (docs/FLOWS.md), packet by packet, as diagrams over
 * the same space as the ruleset's. Law: computed from the statement alone,
 * without chains, sets or bytes; leaves are enum zw_pass. */
#ifndef ZW_VERIFIER_MEANING_H
#define ZW_VERIFIER_MEANING_H

#include "statement/statement.h"
#include "verifier/packet.h"
#include "verifier/symbolic.h"

/* Tell the names that STATEMENT's zones have apart, and "lo". */
void zw_meaning_cuts(struct zw_cuts *cuts,
		     const struct zw_statement *statement);

/* The policy's verdict on every packet of PATH, with its translation (leaves
 * as of zw_symbolic_path). TRANSLATES: the families in which the kernel follows
 * entries' translations, since there are chains of type nat; NULL: none but
 * those that the policy itself asks for. */
zw_node zw_meaning_path(struct zw_arena *arena, struct zw_space *space,
			const struct zw_statement *statement, enum zw_path path,
			const bool translates[ZW_FAMILY_COUNT]);
/* Addresses that come from ZONE as sources: its members, or where it may forge
 * them, all that are in no other zone's networks. */
struct zw_ipset zw_meaning_sources(struct zw_arena *arena,
				   const struct zw_statement *statement,
				   u32 zone);

/* The packets that can exist at all: what one field's value implies for
 * others, and what defragmentation leaves where TRACKED says it runs. */
zw_node zw_meaning_legal(struct zw_space *space,
			 const bool tracked[ZW_FAMILY_COUNT],
			 enum zw_path path);

/* Packets whose transport header has its first BYTES bytes (1..20), as far as
 * that can be asked: conntrack's entries imply it. */
zw_node zw_meaning_there(struct zw_space *space, u32 bytes);

/* The hop limits on arrival and behind it fit together; for rulesets that test
 * the former. */
zw_node zw_meaning_arrival(struct zw_space *space);

/* ---- shared with the claims' regions ------------------------------------ */

/* Which zones have an interface in class I of the names, ascending. */
struct zw_ports {
	const u32 **zones; /* [class] */
	u32 *counts;
};

struct zw_ports zw_meaning_ports(struct zw_arena *arena,
				 const struct zw_space *space,
				 const struct zw_statement *statement);
/* Packets whose protocol and key are in ITEMS, in FAMILY. */
zw_node zw_meaning_services(struct zw_space *space, enum zw_family family,
			    const zw_service_items *items);
/* IPsec as ZONE wants it, in or out. */
zw_node zw_meaning_ipsec(struct zw_space *space, const struct zw_zone *zone,
			 bool out);
/* ICMP errors as line 6 of the page has them. */
zw_node zw_meaning_errors(struct zw_space *space, enum zw_family family);
/* IPv6's messages of the link, line 3. */
zw_node zw_meaning_link(struct zw_space *space);
/* Fragments of IPv4 behind the first, whose ports are not there. */
zw_node zw_meaning_later_fragments(struct zw_space *space);
/* Source routes and fragments, line 1, and redirects, line 2. */
zw_node zw_meaning_refused(struct zw_space *space, enum zw_family family);

#endif
