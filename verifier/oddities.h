/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a ruleset has and does not need: rules that no packet meets, rules
 * without which every packet would fare the same, chains that nothing comes to,
 * sets and objects that no rule looks at; and logs that whoever sends packets
 * can fill. Law: no packet gets to an UNMET rule and matches it, with the named
 * sets as they are; all UNMET and REDUNDANT rules can be taken out together
 * without any packet faring otherwise (as long as some rule is left that has the
 * kernel track connections, if one did). What a base chain before did is not
 * looked at: to each base chain every packet may come that its type and devices
 * allow. */
#ifndef ZW_VERIFIER_ODDITIES_H
#define ZW_VERIFIER_ODDITIES_H

#include "verifier/ruleset.h"

enum zw_oddity_kind {
	ZW_ODDITY_UNMET,
	ZW_ODDITY_REDUNDANT,
	ZW_ODDITY_LOG,	 /* logs however many packets come */
	ZW_ODDITY_CHAIN, /* that no packet comes to */
	ZW_ODDITY_SET,	 /* that no rule looks at */
	ZW_ODDITY_OBJECT,
	ZW_ODDITY_FLOWTABLE,
};

/* Why no packet meets a rule. */
enum zw_unmet {
	ZW_UNMET_ITSELF, /* what it asks for excludes itself */
	ZW_UNMET_CALLER, /* nothing of it comes to its chain */
	ZW_UNMET_BEFORE, /* rules before it take all of it */
};

struct zw_oddity {
	enum zw_oddity_kind kind;
	u32 chain;    /* ZW_NONE: not about one */
	u32 position; /* of a rule, from 1 */
	u32 number;   /* of a set, object, flowtable */
	bool named;   /* of a chain: some rule goes there, but no packet */
	enum zw_unmet why;
	/* Of BEFORE: positions of rules of the same chain that take all that
	 * the rule would match, together; empty where what rules before it
	 * change is a part of the reason. No list is shorter if FEWEST, else
	 * none of them can be left out (of up to 64). */
	ZW_VEC(u32) by;
	bool fewest;
	bool otherwise; /* they decide otherwise than the rule would */
};

typedef ZW_VEC(struct zw_oddity) zw_oddities;

/* Chain by chain, position by position; then what no rule looks at. False if
 * that takes more than NODE_LIMIT nodes (0: 20 million). */
bool zw_oddities_of(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		    size_t node_limit, zw_oddities *out);

/* Sets, objects and flowtables that no rule looks at; chains that no rule goes
 * to. */
void zw_oddities_unused(struct zw_arena *arena,
			const struct zw_ruleset *ruleset, zw_oddities *out);

#endif
