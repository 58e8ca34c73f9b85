/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a proof took to come out either way. Law: an expression that the path
 * diagrams have an unknown for is listed, once, however many paths meet it. */
#ifndef ZW_VERIFIER_APPROXIMATED_H
#define ZW_VERIFIER_APPROXIMATED_H

#include "verifier/prove.h"

/* List the approximations of PROVER, which has decided its claims. */
void zw_approximated_list(struct zw_prover *prover,
			  struct zw_verification *verification);

#endif
