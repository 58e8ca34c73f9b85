/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the text of a ruleset has its rules, chains and sets. Law: the N-th
 * rule that a text adds to a chain is the chain's N-th rule; where a text does
 * anything but add (inserts, deletes, includes), or the counts do not agree,
 * nothing has a place. */
#ifndef ZW_CLI_PLACES_H
#define ZW_CLI_PLACES_H

#include "cli/cli.h"

struct zw_ruleset;

struct zw_places {
	struct zw_span *chains, *sets; /* by number; may be ZW_NO_SPAN */
	struct zw_span **rules; /* [chain][position - 1]; NULL: no places */
};

/* Of the text that the file PATH holds, if RULESET comes from one; else all are
 * ZW_NO_SPAN. The text becomes one of CLI's sources. */
void zw_places_find(struct zw_cli *cli, const char *path,
		    const struct zw_ruleset *ruleset, struct zw_places *out);
/* Of a rule; ZW_NO_SPAN if it has no place. */
struct zw_span zw_places_rule(const struct zw_places *places, u32 chain,
			      u32 position);

#endif
