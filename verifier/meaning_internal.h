/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the policy's meaning share. */
#ifndef ZW_VERIFIER_MEANING_INTERNAL_H
#define ZW_VERIFIER_MEANING_INTERNAL_H

#include <stdlib.h>

#include "verifier/meaning.h"

#define NO_CLASS UINT32_MAX

/* One box of one rule. */
struct grant {
	const struct zw_flow_rule *rule;
	const struct zw_flow_box *box;
};

/* One part of one publication. */
struct offer {
	const struct zw_publication *publication;
	const struct zw_source_part *part;
};

/* Everything about an ordered pair of zones (self included). */
struct pair {
	ZW_VEC(struct grant) grants; /* in the order of the text */
	ZW_VEC(struct offer) offers;
	bool open; /* a rule allows something */
	bool known;
	zw_node node;
};

struct meaning {
	struct zw_arena *arena;
	struct zw_space *space;
	const struct zw_statement *statement;
	const struct zw_ports *ports;
	struct pair *pairs;
	u32 first_tag;
};

/* Is the address that begins with FIELD a member of ZONE? Self has all. */
zw_node zw_meaning_members(struct meaning *m, u32 field, u32 zone,
			   enum zw_family family);
/* Is BOX's source all members of its zone: a rule that was not narrowed? */
bool zw_meaning_is_whole(const struct meaning *m,
			 const struct zw_flow_box *box);
/* Where a rule of ACTION with these predicates matches: a fresh packet must
 * meet all of them. A new one that is not fresh an allow matches whatever they
 * are, and what forbids does not match if there are any. */
zw_node zw_meaning_predicates(struct meaning *m,
			      const zw_predicates *predicates,
			      enum zw_action action, enum zw_family family);
/* The flows that a publication permits, behind translation. */
zw_node zw_meaning_offer(struct meaning *m, const struct zw_publication *p,
			 const struct zw_source_part *part,
			 enum zw_family family);
/* NODE is about packets behind destination translation; the result about
 * packets as they arrive, with leaves that tell translations. */
zw_node zw_meaning_arrive(struct meaning *m, enum zw_path path, zw_node node,
			  const bool translates[ZW_FAMILY_COUNT]);

/* What DHCP needs from a zone that names its networks. */
zw_node zw_meaning_dhcp(struct meaning *m, u32 zone, enum zw_family family);
/* Of the messages of the link, those that pass to and from the gateway. */
zw_node zw_meaning_link_in(struct meaning *m, u32 zone);
zw_node zw_meaning_link_out(struct meaning *m, u32 zone);
zw_node zw_meaning_redirects(struct zw_space *space, enum zw_family family);
/* The RST flag. */
zw_node zw_meaning_reset(struct zw_space *space);

#endif
