/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements of decoded sets side by side, and what changes between two rulesets
 * in numbers. */
#ifndef ZW_CLI_KEPT_ROWS_H
#define ZW_CLI_KEPT_ROWS_H

#include "cli/kept.h"
#include "verifier/ruleset.h"

/* Same key, same kind, same data, whatever elements there are: of sets that
 * packets fill. */
bool zw_kept_declared_alike(const struct zw_set *a, const struct zw_set *b);
/* The same; and nothing in either that was not understood or
 * changes without a transaction. */
bool zw_kept_shape_alike(const struct zw_set *a, const struct zw_set *b);

/* Of sets of like shape: the same elements with the same verdicts, chains by
 * name. */
bool zw_kept_rows_alike(struct zw_arena *arena, const struct zw_ruleset *of_a,
			const struct zw_set *a, const struct zw_ruleset *of_b,
			const struct zw_set *b);

/* Of sets of like shape without data: the elements that only OLD has, and those
 * that only NEW has. */
void zw_kept_rows_difference(struct zw_arena *arena, const struct zw_set *old,
			     const struct zw_set *new,
			     struct zw_emit_rows *gone,
			     struct zw_emit_rows *added);

/* What differs between two tables (ZW_NONE: none), names without generation. */
void zw_kept_count(struct zw_arena *arena, const struct zw_ruleset *old,
		   u32 old_table, const struct zw_ruleset *new, u32 new_table,
		   struct zw_kept_changes *changes);

#endif
