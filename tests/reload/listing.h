/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What packets can meet, out of a listing. */
#ifndef ZW_TESTS_RELOAD_LISTING_H
#define ZW_TESTS_RELOAD_LISTING_H

#include "base/types.h"

/* From the text of `nft -s list ruleset`: the base chains and all that they
 * refer to, sorted by name, names without generation, so that two rulesets of
 * one meaning give one text. *UNREACHED (may be NULL) counts the sets and
 * chains that nothing refers to. The caller frees the text. */
char *zw_listing_reached(const char *listing, unsigned *unreached);

#endif
