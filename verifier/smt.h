/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A claim's negation as SMT-LIB 2, logic QF_BV, for any solver. Law: the script
 * is unsatisfiable exactly if no packet breaks the claim; what passes, what the
 * claim speaks of and which packets can exist are three formulas, and putting
 * them together is left to the solver. */
#ifndef ZW_VERIFIER_SMT_H
#define ZW_VERIFIER_SMT_H

#include "verifier/flows.h"
#include "verifier/region.h"

/* never, only, unspoofed and always can be written. */
bool zw_smt_can(const struct zw_claim *claim);
/* Append the script for CLAIM about the first ruleset of STUDY, whose statement
 * it is of. */
void zw_smt_write(struct zw_buf *out, struct zw_study *study,
		  const struct zw_claim *claim);

#endif
