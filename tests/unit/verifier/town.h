/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One small statement by hand, for tests of meanings, regions and proofs: a
 * gateway between the internet, a DMZ and two internal zones. */
#ifndef ZW_TESTS_UNIT_VERIFIER_TOWN_H
#define ZW_TESTS_UNIT_VERIFIER_TOWN_H

#include "statement/statement.h"

/* Zones by number. */
enum {
	TOWN_NET,    /* wan0, no networks, external */
	TOWN_DMZ,    /* dmz0, 192.0.2.0/24, 2001:db8:d::/64 */
	TOWN_OFFICE, /* lan0 and vl*, 10.1.0.0/16, fd00:1::/64 */
	TOWN_DATA,   /* lan2, 10.2.0.0/16: no IPv6 */
	TOWN_ZONES,
};

/* No rules and no claims yet. */
struct zw_statement *town_statement(struct zw_arena *arena);

/* PROTO with keys LO..HI, both families. */
zw_service_items town_service(struct zw_arena *arena, u32 proto, u32 lo,
			      u32 hi);
struct zw_service_item town_item(u32 proto, u32 lo, u32 hi, u32 families);

/* A rule between all members of FROM and TO; further narrowing by hand. */
struct zw_flow_rule *town_rule(struct zw_arena *arena,
			       struct zw_statement *statement,
			       enum zw_action action, u32 from, u32 to,
			       zw_service_items services);

struct zw_claim town_claim(struct zw_arena *arena, enum zw_claim_kind kind,
			   u32 from, u32 to);
struct zw_ipset town_prefix(struct zw_arena *arena, const char *address,
			    u32 bits);

#endif
