/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the packet space share among themselves. */
#ifndef ZW_VERIFIER_FIELD_INTERNAL_H
#define ZW_VERIFIER_FIELD_INTERNAL_H

#include <stdlib.h>

#include "verifier/field.h"

enum zw_name_fit {
	ZW_NAMES_NONE, /* no legal name in the range */
	ZW_NAMES_FIT,  /* whole classes */
	ZW_NAMES_CUT,  /* a class is only partly within */
};

void zw_cuts_range(struct zw_cuts *cuts, u128 lo, u128 hi);
void zw_space_make_classes(struct zw_space *space);
bool zw_name_first_legal(u128 lo, u128 *name);
/* The classes that have a legal name in LO..HI. */
enum zw_name_fit zw_space_name_range(struct zw_space *space, u128 lo, u128 hi,
				     u32 *first, u32 *last);
/* Of FIELD, the slice that holds BIT. */
const struct zw_slice *zw_field_slice(const struct zw_field_info *field,
				      u32 bit);

#endif
