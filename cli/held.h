/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is what the kernel holds this generation? */
#ifndef ZW_CLI_HELD_H
#define ZW_CLI_HELD_H

#include "cli/apply.h"
#include "state/generation.h"

enum zw_held {
	ZW_HELD_OTHER,
	ZW_HELD_SAME,	/* every chain and set, and nothing else */
	ZW_HELD_BESIDE, /* beside what nothing reaches: a load left it behind
			 * that was cut short */
};

/* Compare the table that APPLY has read with GENERATION, as text; also one that
 * another process owns. CHANGES says what a load of it would change. */
enum zw_held zw_held_compare(const struct zw_apply *apply,
			     const struct zw_generation *generation,
			     struct zw_kept_changes *changes);

/* Complete APPLY's world and held by sets that were too large to read: they are
 * taken as GENERATION has them, if the kernel's count and some elements agree
 * (cli/large_sets.h). APPLY's socket is open; its large says what was done.
 * False, and nothing is changed, if they do not agree. */
bool zw_held_complete(struct zw_apply *apply,
		      const struct zw_generation *generation);

/* Hold all that APPLY has read to what GENERATION claims and means. NULL if it
 * does not compile today. */
const struct zw_verification *
zw_held_prove(const struct zw_apply *apply,
	      const struct zw_generation *generation);

#endif
