/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that are an interface's: one set for each interface and family,
 * with its addresses alone and under its own name, whatever else has the same
 * content. So a change of these addresses is a change of this set's elements
 * and of nothing else. It is a hash: its elements are exchanged one by one with
 * the generation, not at the end of the transaction as intervals are. */
#include "compiler/lower_internal.h"

/* Names of objects are words to nft. */
static bool is_word(struct zw_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-')
			return false;
	}
	return true;
}

/* Neighbouring addresses make one range there, but are elements each here. */
static struct zw_intervals one_by_one(struct zw_arena *arena,
				      struct zw_intervals set)
{
	ZW_VEC(struct zw_interval) list = { 0 };

	for (size_t i = 0; i < set.n; i++) {
		u128 value = set.v[i].lo;

		for (;; value++) {
			zw_push(arena, list,
				((struct zw_interval){ value, value }));
			if (value == set.v[i].hi)
				break;
		}
	}
	return (struct zw_intervals){ list.v, list.n };
}

static u32 own_set(struct zw_lowering *l,
		   const struct zw_publication *publication)
{
	bool four = publication->family == ZW_IPV4;
	enum zw_key key = four ? ZW_KEY_IP_SADDR : ZW_KEY_IP6_SADDR;
	struct zw_str known = zw_strf(l->arena, "own %.*s %d",
				      ZW_STR_ARG(publication->interface), four);
	struct zw_str name;
	struct zw_plan_set *plan;
	u32 set;

	if (zw_map_get(&l->sets, known, &set))
		return set;
	if (is_word(publication->interface))
		name = zw_strf(l->arena, "z_own.%.*s.%d",
			       ZW_STR_ARG(publication->interface),
			       four ? 4 : 6);
	else
		name = zw_lower_number_name(l, "own");
	set = zw_lower_set(l, name, false, false, &key, 1,
			   zw_lower_no_cause(l));
	zw_map_put(&l->sets, known, set);
	plan = &l->plan->sets.v[set];
	plan->is_addresses = true;
	plan->family = publication->family;
	plan->addresses = one_by_one(l->arena, publication->addresses);
	return set;
}

void zw_draft_own(struct zw_lowering *l, struct zw_draft *draft,
		  enum zw_key key, const struct zw_publication *publication)
{
	zw_draft_lookup_as(l, draft, own_set(l, publication), key);
}
