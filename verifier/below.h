/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chains of the families bridge and arp, which a routed packet may meet below
 * IP. Law: what is accepted there is only what IP's hooks have accepted, so
 * that a claim that something never passes stays proved as long as these chains
 * do nothing but accept and drop; that something passes is not proved where one
 * of them may drop it. */
#ifndef ZW_VERIFIER_BELOW_H
#define ZW_VERIFIER_BELOW_H

#include "verifier/prove.h"

/* Why such a chain keeps CLAIM from being proved; empty if none does. */
struct zw_str zw_below_reason(struct zw_prover *prover,
			      const struct zw_claim *claim);

/* What a proof takes for granted of chains of the family arp, or empty. */
struct zw_str zw_below_assumption(struct zw_prover *prover,
				  const struct zw_claim *claim);

#endif
