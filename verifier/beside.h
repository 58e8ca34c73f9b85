/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a gateway has beside nf_tables, and which claims it puts in doubt. Law:
 * a proof about the hooks is a proof about the gateway only if no packet that
 * the claim speaks of can take another way; where one might, the claim is
 * undecided and the reason names what. Packets that refute a claim do so all
 * the same. */
#ifndef ZW_VERIFIER_BESIDE_H
#define ZW_VERIFIER_BESIDE_H

#include "verifier/prove.h"

/* Why CLAIM cannot be proved on the prover's gateway; empty if nothing prevents
 * it (also without a gateway). */
struct zw_str zw_beside_reason(struct zw_prover *prover,
			       const struct zw_claim *claim);

/* What any proof on GATEWAY, a whole one, rests on: one sentence each, added to the result.
 */
void zw_beside_assume(struct zw_arena *arena, const struct zw_gateway *gateway,
		      struct zw_verification *verification);

#endif
