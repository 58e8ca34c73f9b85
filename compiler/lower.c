/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Model to plan: the four base chains and what hangs from them.
 *
 *	z_prerouting	what cannot be judged, and false sources, fall
 *	z_forward	established, related, new: by interfaces, then zones
 *	z_input		the same to the gateway
 *	z_output	the same from the gateway
 *
 * Each stage looks a packet's interfaces up in a map that leads to the next
 * chain; a pair of zones ends in a chain of its rules for one family, reached
 * only after source and destination were found members. Every chain that can
 * be a packet's last ends in an explicit drop. All lookups are positive and no
 * verdict hangs on a mark, so a set that is still empty lets nothing pass that
 * is allowed by it.
 *
 * What the rules denote is written in docs/FLOWS.md; the verifier proves that
 * the bytes made from this plan are equal to it. */
#include <stdlib.h>

#include "compiler/compiler.h"
#include "compiler/lower_internal.h"

static int by_pair(const void *left, const void *right)
{
	const struct zw_grant *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return a->pair < b->pair ? -1 : a->pair > b->pair;
}

static void list_grants(struct zw_lowering *l)
{
	const struct zw_model *model = l->model;
	size_t n = 0, side = model->zones.n + 1;

	for (size_t i = 0; i < model->rules.n; i++)
		n += model->rules.v[i].pairs.n;
	l->grants = ZW_NEW_ARRAY(l->arena, struct zw_grant, n);
	l->opens = ZW_NEW_ARRAY(l->arena, bool, side *side);
	for (size_t i = 0; i < model->rules.n; i++) {
		const struct zw_rule *rule = &model->rules.v[i];

		for (size_t p = 0; p < rule->pairs.n; p++) {
			const struct zw_rule_pair *pair = &rule->pairs.v[p];
			size_t a =
				pair->from == ZW_SELF ? side - 1 : pair->from;
			size_t b = pair->to == ZW_SELF ? side - 1 : pair->to;

			l->grants[l->grant_count++] =
				(struct zw_grant){ pair->from, pair->to, (u32)i,
						   pair };
			if (rule->action == ZW_ALLOW)
				l->opens[a * side + b] = true;
		}
	}
	for (size_t i = 0; i < model->publishes.n; i++) {
		const struct zw_publication *one =
			&model->publishes.v[i].publication;

		for (size_t p = 0; p < one->from.n; p++)
			l->opens[one->from.v[p].zone * side + one->to] = true;
	}
	qsort(l->grants, l->grant_count, sizeof(*l->grants), by_pair);
}

struct zw_plan *zw_lower(struct zw_arena *arena, const struct zw_model *model)
{
	struct zw_plan *plan = ZW_NEW(arena, struct zw_plan);
	struct zw_lowering l = {
		.arena = arena,
		.model = model,
		.plan = plan,
		.reject = ZW_NONE,
		.drop = ZW_NONE,
		.place = zw_lower_comment(arena, model->place),
	};
	u32 prerouting, input, forward, output;

	plan->arena = arena;
	zw_map_init(&l.sets, arena);
	zw_map_init(&l.chains, arena);
	zw_map_init(&l.address_places, arena);
	for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++)
		zw_map_init(&l.address_ids[f], arena);
	list_grants(&l);
	zw_lower_find_classes(&l);
	prerouting = zw_lower_base_chain(&l, "z_prerouting", ZW_PLAN_PREROUTING,
					 ZW_PLAN_PREROUTING_PRIORITY);
	input = zw_lower_base_chain(&l, "z_input", ZW_PLAN_INPUT,
				    ZW_PLAN_FILTER_PRIORITY);
	forward = zw_lower_base_chain(&l, "z_forward", ZW_PLAN_FORWARD,
				      ZW_PLAN_FILTER_PRIORITY);
	output = zw_lower_base_chain(&l, "z_output", ZW_PLAN_OUTPUT,
				     ZW_PLAN_FILTER_PRIORITY);
	zw_lower_prerouting(&l, prerouting);
	zw_lower_drop_log(&l);
	zw_lower_input(&l, input);
	zw_lower_forward(&l, forward);
	zw_lower_output(&l, output);
	zw_lower_publish(&l);
	zw_lower_sources(&l);
	zw_lower_clamps(&l);
	return plan;
}
