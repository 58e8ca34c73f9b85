/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a ruleset does while it is loaded anew, as far as its own text shows it.
 * Law: nothing that is said here changes a verdict, which is about a ruleset
 * that is in force. */
#ifndef ZW_VERIFIER_RELOADS_H
#define ZW_VERIFIER_RELOADS_H

#include "base/diag.h"
#include "verifier/ruleset.h"

/* Warn (Z4007) if chains of RULESET deny by nothing but their policy. */
void zw_warn_of_reloads(struct zw_arena *arena, struct zw_diags *diags,
			const struct zw_ruleset *ruleset);

#endif
