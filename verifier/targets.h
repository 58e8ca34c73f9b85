/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which chains a rule or a chain may go to. Law: never too few. */
#ifndef ZW_VERIFIER_TARGETS_H
#define ZW_VERIFIER_TARGETS_H

#include "verifier/ruleset.h"

/* Call SEE for each chain that RULE, or rules of CHAIN, go to, maybe more than
 * once. */
typedef void zw_see_target(void *context, u32 target);
void zw_rule_targets(const struct zw_ruleset *ruleset,
		     const struct zw_rule *rule, zw_see_target *see,
		     void *context);
void zw_chain_targets(const struct zw_ruleset *ruleset,
		      const struct zw_chain *chain, zw_see_target *see,
		      void *context);

#endif
