/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which chains of several rulesets say the same. Law: two chains have one
 * number only if their rules, what these look up, and the chains that they go
 * to are the same byte by byte, whatever they are called; counters, logs and
 * comments say nothing. What holds anything that is not read here has no
 * number. */
#ifndef ZW_VERIFIER_ALIKE_H
#define ZW_VERIFIER_ALIKE_H

#include "base/arena.h"
#include "verifier/ruleset.h"

struct zw_alike;
struct zw_alike *zw_alike_new(struct zw_arena *arena);

/* By chain of RULESET (borrowed during the call): its number, or ZW_NONE. Costs
 * a walk over all of it. */
const u32 *zw_alike_chains(struct zw_alike *alike,
			   const struct zw_ruleset *ruleset);

#endif
