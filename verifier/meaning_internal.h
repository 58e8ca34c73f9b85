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

/* Everything about an ordered pair of zones (self included). */
struct pair {
	ZW_VEC(struct grant) grants; /* in the order of the text */
	bool open;		     /* a rule allows something */
	bool known;
	zw_node node;
};

struct meaning {
	struct zw_arena *arena;
	struct zw_space *space;
	const struct zw_statement *statement;
	struct pair *pairs;
	u32 first_tag;
};

/* Is the address that begins with FIELD a member of ZONE? Self has all. */
zw_node zw_meaning_members(struct meaning *m, u32 field, u32 zone,
			   enum zw_family family);
/* Is BOX's source all members of its zone: a rule that was not narrowed? */
bool zw_meaning_is_whole(const struct meaning *m,
			 const struct zw_flow_box *box);
/* What DHCP needs from a zone that names its networks. */
zw_node zw_meaning_dhcp(struct meaning *m, u32 zone, enum zw_family family);
/* Of the messages of the link, those that pass to and from the gateway. */
zw_node zw_meaning_link_in(struct meaning *m, u32 zone);
zw_node zw_meaning_link_out(struct meaning *m, u32 zone);
zw_node zw_meaning_redirects(struct zw_space *space, enum zw_family family);
/* The RST flag. */
zw_node zw_meaning_reset(struct zw_space *space);

#endif
