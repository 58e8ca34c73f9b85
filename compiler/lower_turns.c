/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of several zones does an address belong to? A rule for each zone would
 * make packets meet more of them with every zone that shares an interface.
 * Members of zones are disjoint, so a map from their intervals to verdicts does
 * it in one lookup, or one set where all verdicts are the same; one for each
 * test of IPsec, since its expressions stand before the lookup.
 *
 * Sources are not disjoint where a zone may forge. Then, and where the zones
 * are few, there is a rule for each, in their order. */
#include <stdlib.h>

#include "base/interval.h"
#include "compiler/lower_internal.h"

#define FEW_TURNS 2

static struct zw_intervals members(const struct zw_lowering *l,
				   const struct zw_junction *at, u32 zone)
{
	return zw_lower_members(l, at->key, zone).of[at->family];
}

static bool same_test(const struct zw_zone *a, const struct zw_zone *b)
{
	return a->ipsec == b->ipsec && a->has_reqid == b->has_reqid &&
	       a->reqid == b->reqid;
}

/* Can no packet pass both zones' tests of IPsec? */
static bool excluded(const struct zw_zone *a, const struct zw_zone *b)
{
	if (a->ipsec == ZW_IPSEC_EITHER || b->ipsec == ZW_IPSEC_EITHER)
		return false;
	return a->ipsec != b->ipsec ||
	       (a->has_reqid && b->has_reqid && a->reqid != b->reqid);
}

bool zw_lower_turns_meet(const struct zw_lowering *l,
			 const struct zw_junction *at, const zw_turns *turns)
{
	const struct zw_zone *zones = l->model->zones.v;

	for (size_t i = 0; i < turns->n; i++)
		for (size_t k = i + 1; k < turns->n; k++) {
			u32 a = turns->v[i].zone, b = turns->v[k].zone;

			if (!excluded(&zones[a], &zones[b]) &&
			    zw_intervals_overlap(members(l, at, a),
						 members(l, at, b)))
				return true;
		}
	return false;
}

static void one_rule(struct zw_lowering *l, const struct zw_junction *at,
		     const struct zw_turn *turn)
{
	struct zw_draft draft = at->before;

	zw_draft_ipsec(l, &draft, turn->zone, at->out);
	zw_draft_members(l, &draft, at->key, at->family, turn->zone);
	zw_lower_rule_to(l, &draft, at->chain, turn->verdict, turn->chain);
}

static int by_start_4(const void *left, const void *right)
{
	const struct zw_plan_element *a = left, *b = right;

	return memcmp(a->lo, b->lo, 4);
}

static int by_start_6(const void *left, const void *right)
{
	const struct zw_plan_element *a = left, *b = right;

	return memcmp(a->lo, b->lo, 16);
}

/* The map of the turns' members, under a number. */
static u32 turns_map(struct zw_lowering *l, const struct zw_junction *at,
		     const struct zw_turn *turns, size_t n)
{
	u32 map = zw_lower_set(l, zw_lower_number_name(l, "turn"), true, true,
			       &at->key, 1, zw_lower_no_cause(l));
	struct zw_plan_set *set;

	for (size_t i = 0; i < n; i++) {
		struct zw_intervals list = members(l, at, turns[i].zone);

		for (size_t k = 0; k < list.n; k++) {
			struct zw_plan_element *element;
			u8 lo[16] = { 0 }, hi[16] = { 0 };

			zw_ip_bytes((struct zw_ip){ at->family, list.v[k].lo },
				    lo);
			zw_ip_bytes((struct zw_ip){ at->family, list.v[k].hi },
				    hi);
			element = zw_lower_set_add(l, map, lo, hi);
			element->verdict = turns[i].verdict;
			element->chain = turns[i].chain;
		}
	}
	set = &l->plan->sets.v[map];
	qsort(set->elements.v, set->elements.n, sizeof(*set->elements.v),
	      at->family == ZW_IPV4 ? by_start_4 : by_start_6);
	return map;
}

/* N turns of one test of IPsec, whose members do not meet. */
static void one_group(struct zw_lowering *l, const struct zw_junction *at,
		      const struct zw_turn *turns, size_t n)
{
	struct zw_intervals all = members(l, at, turns[0].zone);
	struct zw_draft draft = at->before;
	bool same = true;

	if (n == 1) {
		one_rule(l, at, &turns[0]);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		same &= turns[i].verdict == turns[0].verdict &&
			turns[i].chain == turns[0].chain;
		all = zw_intervals_union(l->arena, all,
					 members(l, at, turns[i].zone));
	}
	zw_draft_ipsec(l, &draft, turns[0].zone, at->out);
	if (same) {
		zw_draft_addresses(l, &draft, at->key, at->family, all,
				   ZW_STR(""));
		zw_lower_rule_to(l, &draft, at->chain, turns[0].verdict,
				 turns[0].chain);
		return;
	}
	zw_draft_family(&draft, at->family);
	zw_draft_lookup(l, &draft, turns_map(l, at, turns, n));
	zw_lower_rule(l, &draft, at->chain, ZW_PLAN_CONTINUE);
}

void zw_lower_turns(struct zw_lowering *l, const struct zw_junction *at,
		    const zw_turns *all)
{
	struct zw_turn *group = ZW_NEW_ARRAY(l->arena, struct zw_turn, all->n);
	bool *done = ZW_NEW_ARRAY(l->arena, bool, all->n);
	const struct zw_zone *zones = l->model->zones.v;
	zw_turns turns = { 0 };

	for (size_t i = 0; i < all->n; i++)
		if (members(l, at, all->v[i].zone).n)
			zw_push(l->arena, turns, all->v[i]);
	if (turns.n <= FEW_TURNS || zw_lower_turns_meet(l, at, &turns)) {
		for (size_t i = 0; i < turns.n; i++)
			one_rule(l, at, &turns.v[i]);
		return;
	}
	for (size_t i = 0; i < turns.n; i++) {
		size_t n = 0;

		for (size_t k = i; k < turns.n; k++) {
			if (done[k] || !same_test(&zones[turns.v[i].zone],
						  &zones[turns.v[k].zone]))
				continue;
			done[k] = true;
			group[n++] = turns.v[k];
		}
		if (n)
			one_group(l, at, group, n);
	}
}

struct zw_junction zw_lower_by_source(u32 chain, enum zw_family family)
{
	return (struct zw_junction){
		.chain = chain,
		.family = family,
		.key = family == ZW_IPV4 ? ZW_KEY_IP_SADDR : ZW_KEY_IP6_SADDR,
	};
}

struct zw_junction zw_lower_by_destination(u32 chain, enum zw_family family)
{
	return (struct zw_junction){
		.chain = chain,
		.family = family,
		.key = family == ZW_IPV4 ? ZW_KEY_IP_DADDR : ZW_KEY_IP6_DADDR,
		.out = true,
	};
}
