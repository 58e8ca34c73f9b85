/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which statements hold at which of several gateways. A pair of zones belongs
 * to the gateways that its flows cross (compiler/hops.h), and a statement to
 * those of its pairs; sources are translated at the gateways that have the zone
 * they go to, destinations at those that have the zone they come from. What is
 * allowed or expected at a gateway needs its zones there, so that they lie
 * beyond; compiler/lies.c says behind which interfaces. A statement without a
 * gateway is an error.
 *
 * Each pair of zones is asked for once, and each list of pairs: rules share
 * them. */
#include "compiler/holds.h"

struct holds {
	struct zw_resolver *r;
	struct zw_model *model;
	const struct zw_hops *hops;
	bool *needed;	 /* by gateway * zones + zone */
	u32 *pair_lists; /* by pair of zones: number below, plus 1; or 0 */
	struct zw_map list_numbers; /* of lists of pairs, by their place */
	ZW_VEC(zw_gateways) lists;
	bool *seen; /* gateways, while lists are joined */
};

/* ---- pairs ---- */

static size_t slot(const struct holds *h, u32 zone)
{
	return zone == ZW_SELF ? h->model->zones.n : zone;
}

static const zw_gateways *crossed(struct holds *h, u32 from, u32 to)
{
	size_t side = h->model->zones.n + 1;
	u32 *number = &h->pair_lists[slot(h, from) * side + slot(h, to)];
	zw_gateways list = { 0 };

	if (!*number) {
		zw_hops_crossed(h->r->arena, h->hops, from, to, &list);
		zw_push(h->r->arena, h->lists, list);
		*number = (u32)h->lists.n;
	}
	return &h->lists.v[*number - 1];
}

static void need(struct holds *h, u32 from, u32 to)
{
	const zw_gateways *at = crossed(h, from, to);
	size_t i, n = h->model->zones.n;

	for (i = 0; i < at->n; i++) {
		if (from != ZW_SELF)
			h->needed[at->v[i] * n + from] = true;
		if (to != ZW_SELF)
			h->needed[at->v[i] * n + to] = true;
	}
}

static void see(struct holds *h, const zw_gateways *at)
{
	size_t i;

	for (i = 0; i < at->n; i++)
		h->seen[at->v[i]] = true;
}

/* What was seen, as a list; nothing is seen afterwards. */
static zw_gateways take_seen(struct holds *h)
{
	zw_gateways list = { 0 };
	u32 i;

	for (i = 0; i < h->model->gateways.n; i++)
		if (h->seen[i])
			zw_push(h->r->arena, list, i);
	memset(h->seen, 0, h->model->gateways.n);
	return list;
}

/* ---- statements without a gateway ---- */

static void label_place(struct holds *h, struct zw_diag *diag, u32 zone)
{
	const struct zw_zone *z;

	if (zone == ZW_SELF || !h->hops->have[zone].n)
		return;
	z = &h->model->zones.v[zone];
	zw_diag_label(
		h->r->diags, diag, z->span, "is at gateway '%.*s'",
		ZW_STR_ARG(
			h->model->gateways.v[h->hops->have[zone].v[0]].name));
}

static void nowhere(struct holds *h, struct zw_span span, const char *what,
		    u32 from, u32 to)
{
	struct zw_resolver *r = h->r;
	struct zw_diag *diag = zw_diag(r->diags, ZW_Z2047, span,
				       "%s holds at no gateway", what);

	zw_diag_here(r->diags, diag,
		     "no link leads from one zone to the other");
	label_place(h, diag, from);
	if (to != from)
		label_place(h, diag, to);
	zw_diag_help(r->diags, diag,
		     "join the gateways: 'link ZONE between GATEWAYS'");
}

/* ---- rules ---- */

static zw_gateways join_pairs(struct holds *h, const struct zw_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->pairs.n; i++) {
		const struct zw_rule_pair *pair = &rule->pairs.v[i];

		see(h, crossed(h, pair->from, pair->to));
		if (rule->action == ZW_ALLOW)
			need(h, pair->from, pair->to);
	}
	return take_seen(h);
}

static const zw_gateways *gateways_of(struct holds *h,
				      const struct zw_rule *rule)
{
	struct zw_arena *arena = h->r->arena;
	struct zw_str key = zw_strf(arena, "%p:%zu",
				    (const void *)rule->pairs.v, rule->pairs.n);
	zw_gateways list;
	u32 number;

	if (!zw_map_get(&h->list_numbers, key, &number)) {
		list = join_pairs(h, rule);
		number = (u32)h->lists.n;
		zw_map_put(&h->list_numbers, key, number);
		zw_push(arena, h->lists, list);
	}
	return &h->lists.v[number];
}

static void place_rules(struct holds *h)
{
	struct zw_model *model = h->model;
	size_t i, j;

	for (i = 0; i < model->rules.n; i++) {
		const struct zw_rule *rule = &model->rules.v[i];
		const zw_gateways *at = gateways_of(h, rule);

		if (!at->n)
			nowhere(h, rule->span, "rule", rule->pairs.v[0].from,
				rule->pairs.v[0].to);
		for (j = 0; j < at->n; j++)
			zw_push(h->r->arena, model->gateways.v[at->v[j]].rules,
				(u32)i);
	}
}

/* ---- translation ---- */

static void place_publishes(struct holds *h)
{
	struct zw_model *model = h->model;
	size_t i, j;

	for (i = 0; i < model->publishes.n; i++) {
		const struct zw_publication *p =
			&model->publishes.v[i].publication;
		zw_gateways at;

		for (j = 0; j < p->from.n; j++) {
			see(h, crossed(h, p->from.v[j].zone, p->to));
			need(h, p->from.v[j].zone, p->to);
		}
		at = take_seen(h);
		if (!at.n)
			nowhere(h, p->span, "publication", p->from.v[0].zone,
				p->to);
		for (j = 0; j < at.n; j++)
			zw_push(h->r->arena,
				model->gateways.v[at.v[j]].publishes, (u32)i);
	}
}

static zw_gateways join_boxes(struct holds *h, const struct zw_flow_box *boxes,
			      size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		see(h, crossed(h, boxes[i].from, boxes[i].to));
	return take_seen(h);
}

/* Those that have the zone of one of the boxes are found when the model of a
 * gateway is made. */
static void place_translates(struct holds *h)
{
	struct zw_model *model = h->model;
	size_t i, j;

	for (i = 0; i < model->translates.n; i++) {
		const struct zw_source_translation *t =
			&model->translates.v[i].translation;
		zw_gateways at = join_boxes(h, t->boxes.v, t->boxes.n);

		if (!at.n)
			nowhere(h, t->span, "translation", t->boxes.v[0].from,
				t->boxes.v[0].to);
		for (j = 0; j < at.n; j++)
			zw_push(h->r->arena,
				model->gateways.v[at.v[j]].translates, (u32)i);
	}
}

static void place_clamps(struct holds *h)
{
	struct zw_model *model = h->model;
	size_t i, j;

	for (i = 0; i < model->clamps.n; i++) {
		const struct zw_clamp *clamp = &model->clamps.v[i];
		zw_gateways at = join_boxes(h, clamp->boxes.v, clamp->boxes.n);

		if (!at.n)
			nowhere(h, clamp->span, "'clamp-mss'",
				clamp->boxes.v[0].from, clamp->boxes.v[0].to);
		for (j = 0; j < at.n; j++)
			zw_push(h->r->arena, model->gateways.v[at.v[j]].clamps,
				(u32)i);
	}
}

/* ---- claims ---- */

/* What must pass, or is expected to come out somehow, is asked of members, so
 * these must lie wherever it is asked. */
static void see_claim(struct holds *h, const struct zw_claim *claim)
{
	bool any = false;
	size_t i, j;

	if (claim->kind != ZW_ALWAYS && claim->kind != ZW_EXPECT)
		return;
	for (i = 0; i < claim->from.n; i++) {
		for (j = 0; j < claim->to.n; j++) {
			u32 from = claim->from.v[i].zone;
			u32 to = claim->to.v[j].zone;

			if (from == ZW_SELF && to == ZW_SELF)
				continue;
			any |= crossed(h, from, to)->n > 0;
			need(h, from, to);
		}
	}
	if (!any && claim->from.n && claim->to.n)
		nowhere(h, claim->span,
			claim->kind == ZW_ALWAYS ? "claim" : "expectation",
			claim->from.v[0].zone, claim->to.v[0].zone);
}

/* ---- all ---- */

static zw_gateways *who_has(struct zw_resolver *r)
{
	zw_gateways *have =
		ZW_NEW_ARRAY(r->arena, zw_gateways, r->model->zones.n);
	size_t i, j;

	for (i = 0; i < r->blocks.n; i++) {
		const struct zw_block *block = &r->blocks.v[i];

		for (j = 0; j < block->bindings.n; j++)
			zw_push(r->arena, have[block->bindings.v[j].zone],
				(u32)i);
	}
	return have;
}

void zw_resolve_gateways(struct zw_resolver *r)
{
	struct zw_model *model = r->model;
	size_t i, n = model->zones.n;
	struct holds h = {
		.r = r,
		.model = model,
		.needed = ZW_NEW_ARRAY(r->arena, bool, model->gateways.n *n),
		.pair_lists = ZW_NEW_ARRAY(r->arena, u32, (n + 1) * (n + 1)),
		.seen = ZW_NEW_ARRAY(r->arena, bool, model->gateways.n),
	};

	model->hops = zw_hops_new(r->arena, model->gateways.n, n,
				  model->links.v, model->links.n, who_has(r));
	h.hops = model->hops;
	zw_map_init(&h.list_numbers, r->arena);
	place_rules(&h);
	place_publishes(&h);
	place_translates(&h);
	place_clamps(&h);
	for (i = 0; i < model->claims.n; i++)
		see_claim(&h, &model->claims.v[i]);
	if (r->zones_alone)
		memset(h.needed, 1, model->gateways.n * n);
	for (i = 0; i < model->gateways.n; i++)
		zw_place_zones(r, (u32)i, h.needed + i * n);
}
