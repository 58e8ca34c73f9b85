/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large a plan is, and the longest path through it between two zones.
 * Law: no packet of a pair, family and state meets more than its path says, in
 * any of the figures; each figure is the largest on its own, so no one packet
 * need meet all of them. */
#ifndef ZW_COMPILER_PATHS_H
#define ZW_COMPILER_PATHS_H

#include "compiler/plan.h"

struct zw_model;

/* What a packet meets. A rule counts with the expressions up to where it does
 * not match. */
struct zw_plan_cost {
	size_t rules, expressions;
	/* Lookups, by what the kernel does: a hash or bitmap, a tree of
	 * intervals, boxes of several fields (pipapo). */
	size_t hash, interval, concatenated;
};

/* From FROM to TO, one of which may be the gateway ("self"), over all hooks.
 * NEW is a packet in state new that comes from a member of FROM, ESTABLISHED
 * one of a connection, in either direction. */
struct zw_plan_path {
	struct zw_str from, to;
	enum zw_family family;
	struct zw_plan_cost new, established;
};

struct zw_plan_stats {
	size_t base_chains, chains, rules, sets, elements, expressions;
	size_t largest_chain, largest_set;
	/* For each ordered pair of zones and the gateway, and each family that
	 * both have; from a zone to itself where a rule says so. */
	struct zw_plan_path *paths;
	size_t path_count;
	struct zw_plan_cost new, established; /* the largest of all paths */
};

/* PLAN is what MODEL was lowered to. */
void zw_plan_stats(struct zw_arena *arena, const struct zw_model *model,
		   const struct zw_plan *plan, struct zw_plan_stats *stats);

#endif
