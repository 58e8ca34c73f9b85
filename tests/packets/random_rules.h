/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rulesets at random, as text for nft: several base chains at several hooks and
 * priorities, regular chains, sets and maps of all kinds, and most matches
 * whose outcome depends on the packet alone; with conntrack also translations. */
#ifndef ZW_TESTS_RANDOM_RULES_H
#define ZW_TESTS_RANDOM_RULES_H

#include "base/str.h"
#include "tests/harness/harness.h"

/* Append a ruleset to OUT. CONNTRACK: also matches on connections and notrack
 * (then fragments are put together before most chains). */
void zw_random_rules(struct zw_random *random, bool conntrack,
		     struct zw_buf *out);

#endif
