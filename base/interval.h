/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of numbers up to 128 bits as sorted intervals. Law: a zw_intervals is
 * always normal: sorted, disjoint, and no two neighbours touch, so equal sets
 * are equal arrays. All results live in the arena given. */
#ifndef ZW_BASE_INTERVAL_H
#define ZW_BASE_INTERVAL_H

#include "base/arena.h"

struct zw_interval {
	u128 lo, hi; /* both inclusive, lo <= hi */
};

struct zw_intervals {
	const struct zw_interval *v;
	size_t n;
};

/* Normalise N intervals in any order, overlapping or not: O(n log n), O(n) if
 * sorted already. V is reordered in place and may back the result. */
struct zw_intervals zw_intervals_from(struct zw_arena *arena,
				      struct zw_interval *v, size_t n);
struct zw_intervals zw_intervals_one(struct zw_arena *arena, u128 lo, u128 hi);
struct zw_intervals zw_intervals_union(struct zw_arena *arena,
				       struct zw_intervals a,
				       struct zw_intervals b);
struct zw_intervals zw_intervals_intersect(struct zw_arena *arena,
					   struct zw_intervals a,
					   struct zw_intervals b);
/* What is in A and not in B. */
struct zw_intervals zw_intervals_minus(struct zw_arena *arena,
				       struct zw_intervals a,
				       struct zw_intervals b);
bool zw_intervals_equal(struct zw_intervals a, struct zw_intervals b);
bool zw_intervals_subset(struct zw_intervals a, struct zw_intervals b);
bool zw_intervals_overlap(struct zw_intervals a, struct zw_intervals b);
bool zw_intervals_contain(struct zw_intervals a, u128 value); /* O(log n) */

#endif
