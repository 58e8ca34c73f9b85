/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plan to the text that nft reads. Law: `nft -f` on it makes the same ruleset
 * as the batch of emit_netlink.h, object for object and rule for rule. What
 * nft has no spelling for (an interface name with a quote in it) is said in a
 * comment of the text, and its rule is left out: never written wider. */
#ifndef ZW_COMPILER_EMIT_NFT_H
#define ZW_COMPILER_EMIT_NFT_H

#include "compiler/plan.h"

void zw_emit_nft(struct zw_buf *out, const struct zw_plan *plan,
		 u32 generation);

#endif
