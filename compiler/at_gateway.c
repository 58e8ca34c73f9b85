/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of one of several gateways. All zones keep their numbers; those
 * that do not lie there have no interface. Of what the lists of the gateway
 * name, the pairs stay whose flows cross it. A publication stays where its
 * sources' zone is; behind that gateway its flows are seen translated, and a
 * rule allows exactly them. Nothing here looks at what holds elsewhere. */
#include "base/map.h"
#include "compiler/holds.h"

struct at {
	struct zw_arena *arena;
	const struct zw_model *whole;
	struct zw_model *model;
	const struct zw_model_gateway *gateway;
	size_t number;
	enum zw_attachment *attached; /* by zone */
	u8 *crosses; /* by pair of zones: 0 not asked yet, 1 no, 2 yes */
	struct zw_map lists;	     /* pairs that stay, by the place of all */
	ZW_VEC(struct zw_rule) kept; /* only PAIRS is used */
};

void zw_zones_there(const struct zw_model_gateway *gateway,
		    struct zw_zone *zones)
{
	size_t i;

	for (i = 0; i < gateway->zones.n; i++) {
		const struct zw_zone_there *there = &gateway->zones.v[i];
		struct zw_zone *zone = &zones[there->zone];

		zone->interfaces.v = there->interfaces.v;
		zone->interfaces.n = there->interfaces.n;
		zone->interfaces.cap = there->interfaces.n;
		zone->ipsec = there->ipsec;
		zone->has_reqid = there->has_reqid;
		zone->reqid = there->reqid;
		zone->shares_interface = there->shares_interface;
		zone->is_link = there->is_link;
		/* no router of it is on the link */
		if (there->attached == ZW_ATTACHED_BEYOND &&
		    zone->kind == ZW_ZONE_EXTERNAL)
			zone->kind = ZW_ZONE_PLAIN;
	}
}

static bool lies_there(const struct at *at, u32 zone)
{
	return zone >= at->model->zones.n ||
	       at->attached[zone] != ZW_ATTACHED_NOT;
}

/* Do flows from FROM to TO cross the gateway, and do both lie there? */
static bool cross(struct at *at, u32 from, u32 to)
{
	size_t n = at->model->zones.n;
	u8 *known;

	if (!lies_there(at, from) || !lies_there(at, to))
		return false;
	if (from == ZW_SELF || to == ZW_SELF)
		return true;
	known = &at->crosses[from * n + to];
	if (!*known)
		*known = zw_hops_cross(at->whole->hops, at->number, from, to)
				 ? 2
				 : 1;
	return *known == 2;
}

/* ---- rules ---- */

static void keep_pairs(struct at *at, struct zw_rule *rule)
{
	struct zw_rule kept = { 0 };
	size_t i;

	for (i = 0; i < rule->pairs.n; i++)
		if (cross(at, rule->pairs.v[i].from, rule->pairs.v[i].to))
			zw_push(at->arena, kept.pairs, rule->pairs.v[i]);
	if (kept.pairs.n == rule->pairs.n)
		return;
	rule->pairs.v = kept.pairs.v;
	rule->pairs.n = rule->pairs.cap = kept.pairs.n;
}

static void add_rule(struct at *at, const struct zw_rule *whole)
{
	struct zw_rule rule = *whole;
	struct zw_str key = zw_strf(at->arena, "%p:%zu",
				    (const void *)rule.pairs.v, rule.pairs.n);
	u32 number;

	if (zw_map_get(&at->lists, key, &number)) {
		rule.pairs.v = at->kept.v[number].pairs.v;
		rule.pairs.n = rule.pairs.cap = at->kept.v[number].pairs.n;
	} else {
		keep_pairs(at, &rule);
		zw_map_put(&at->lists, key, (u32)at->kept.n);
		zw_push(at->arena, at->kept, rule);
	}
	if (rule.pairs.n)
		zw_push(at->arena, at->model->rules, rule);
}

/* ---- translation ---- */

static zw_service_items inner_ports(struct at *at,
				    const struct zw_publication *publication)
{
	zw_service_items items = { 0 };
	size_t i;

	for (i = 0; i < publication->pairs.n; i++) {
		const struct zw_port_pair *pair = &publication->pairs.v[i];
		struct zw_service_item item = {
			.proto = pair->proto,
			.lo = pair->inner_lo,
			.hi = (u16)(pair->inner_lo + pair->outer_hi -
				    pair->outer_lo),
			.families = (u8)(1u << publication->family),
		};

		zw_push(at->arena, items, item);
	}
	return zw_service_items_normal(at->arena, items);
}

/* The host that the flow was given, and nothing else. */
static void add_behind(struct at *at, const struct zw_publish *publish,
		       u32 number, struct zw_rule rule)
{
	rule.action = ZW_ALLOW;
	rule.services = inner_ports(at, &publish->publication);
	rule.span = publish->rule.span;
	rule.place = publish->rule.place;
	rule.number = at->whole->rule_count + number;
	zw_push(at->arena, at->model->rules, rule);
}

static void add_publish(struct at *at, u32 number)
{
	const struct zw_publish *whole = &at->whole->publishes.v[number];
	const struct zw_publication *p = &whole->publication;
	struct zw_publish here = *whole;
	struct zw_rule behind = { 0 };
	struct zw_ipset host = { 0 };
	size_t i;

	host.of[p->family] =
		zw_intervals_one(at->arena, p->host.value, p->host.value);
	here.publication.from.v = NULL;
	here.publication.from.n = here.publication.from.cap = 0;
	for (i = 0; i < p->from.n; i++) {
		struct zw_rule_pair pair = { .from = p->from.v[i].zone,
					     .to = p->to,
					     .src = p->from.v[i].src,
					     .dst = host };

		if (!cross(at, pair.from, pair.to))
			continue;
		if (at->attached[pair.from] == ZW_ATTACHED_HERE)
			zw_push(at->arena, here.publication.from, p->from.v[i]);
		else
			zw_push(at->arena, behind.pairs, pair);
	}
	if (here.publication.from.n)
		zw_push(at->arena, at->model->publishes, here);
	if (behind.pairs.n)
		add_behind(at, whole, number, behind);
}

static void add_translate(struct at *at, const struct zw_translate *whole)
{
	const struct zw_source_translation *t = &whole->translation;
	struct zw_translate translate = *whole;
	size_t i;

	translate.translation.boxes.v = NULL;
	translate.translation.boxes.n = translate.translation.boxes.cap = 0;
	for (i = 0; i < t->boxes.n; i++) {
		const struct zw_flow_box *box = &t->boxes.v[i];

		if (at->attached[box->to] == ZW_ATTACHED_HERE &&
		    cross(at, box->from, box->to))
			zw_push(at->arena, translate.translation.boxes, *box);
	}
	if (translate.translation.boxes.n)
		zw_push(at->arena, at->model->translates, translate);
}

static void add_clamp(struct at *at, const struct zw_clamp *whole)
{
	struct zw_clamp clamp = *whole;
	size_t i;

	clamp.boxes.v = NULL;
	clamp.boxes.n = clamp.boxes.cap = 0;
	for (i = 0; i < whole->boxes.n; i++)
		if (cross(at, whole->boxes.v[i].from, whole->boxes.v[i].to))
			zw_push(at->arena, clamp.boxes, whole->boxes.v[i]);
	if (clamp.boxes.n)
		zw_push(at->arena, at->model->clamps, clamp);
}

/* ---- claims ---- */

static zw_claim_terms terms_there(struct at *at, const zw_claim_terms *terms)
{
	zw_claim_terms there = { 0 };
	size_t i;

	for (i = 0; i < terms->n; i++)
		if (lies_there(at, terms->v[i].zone))
			zw_push(at->arena, there, terms->v[i]);
	return there;
}

static void add_by_zone(struct at *at, const struct zw_claim *whole)
{
	struct zw_claim claim = *whole;
	bool about_nothing =
		!whole->from.n || (!whole->to.n && whole->kind != ZW_UNSPOOFED);

	claim.from = terms_there(at, &whole->from);
	claim.to = terms_there(at, &whole->to);
	if (about_nothing ||
	    (claim.from.n && (claim.to.n || claim.kind == ZW_UNSPOOFED)))
		zw_push(at->arena, at->model->claims, claim);
}

static bool same_terms(const zw_claim_terms *a, const zw_claim_terms *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (a->v[i].zone != b->v[i].zone)
			return false;
	return true;
}

static zw_claim_terms crossed_terms(struct at *at, u32 from,
				    const zw_claim_terms *to)
{
	zw_claim_terms crossed = { 0 };
	size_t i;

	for (i = 0; i < to->n; i++)
		if (cross(at, from, to->v[i].zone))
			zw_push(at->arena, crossed, to->v[i]);
	return crossed;
}

/* What is asked of members is asked where their flows cross; where these are
 * not all pairs of the two sides, the claim is said in parts. */
static void add_by_pair(struct at *at, const struct zw_claim *whole)
{
	size_t start = at->model->claims.n, i, k;

	for (i = 0; i < whole->from.n; i++) {
		struct zw_claim claim = *whole;

		claim.to = crossed_terms(at, whole->from.v[i].zone, &whole->to);
		if (!claim.to.n)
			continue;
		for (k = start; k < at->model->claims.n; k++)
			if (same_terms(&at->model->claims.v[k].to, &claim.to))
				break;
		if (k == at->model->claims.n) {
			claim.from = (zw_claim_terms){ 0 };
			zw_push(at->arena, at->model->claims, claim);
		}
		zw_push(at->arena, at->model->claims.v[k].from,
			whole->from.v[i]);
	}
}

static void add_claims(struct at *at)
{
	size_t i;

	for (i = 0; i < at->whole->claims.n; i++) {
		const struct zw_claim *claim = &at->whole->claims.v[i];

		if ((claim->kind == ZW_ALWAYS || claim->kind == ZW_EXPECT) &&
		    claim->from.n && claim->to.n)
			add_by_pair(at, claim);
		else
			add_by_zone(at, claim);
	}
}

/* ---- all ---- */

static void start(struct at *at, size_t gateway)
{
	size_t n = at->whole->zones.n, i;
	struct zw_model *model = at->model;

	*model = *at->whole;
	at->gateway = &at->whole->gateways.v[gateway];
	model->gateway = at->gateway->name;
	memset(&model->gateways, 0, sizeof(model->gateways));
	memset(&model->links, 0, sizeof(model->links));
	memset(&model->rules, 0, sizeof(model->rules));
	memset(&model->publishes, 0, sizeof(model->publishes));
	memset(&model->translates, 0, sizeof(model->translates));
	memset(&model->clamps, 0, sizeof(model->clamps));
	memset(&model->claims, 0, sizeof(model->claims));
	model->hops = NULL;
	model->zones.v = ZW_NEW_ARRAY(at->arena, struct zw_zone, n);
	model->zones.cap = n;
	memcpy(model->zones.v, at->whole->zones.v, n * sizeof(struct zw_zone));
	zw_zones_there(at->gateway, model->zones.v);
	at->attached = ZW_NEW_ARRAY(at->arena, enum zw_attachment, n);
	for (i = 0; i < at->gateway->zones.n; i++)
		at->attached[at->gateway->zones.v[i].zone] =
			at->gateway->zones.v[i].attached;
	at->crosses = ZW_NEW_ARRAY(at->arena, u8, n * n);
	zw_map_init(&at->lists, at->arena);
}

struct zw_model *zw_model_at(struct zw_arena *arena,
			     const struct zw_model *whole, size_t gateway)
{
	struct at at = { .arena = arena,
			 .whole = whole,
			 .model = ZW_NEW(arena, struct zw_model),
			 .number = gateway };
	size_t i;

	start(&at, gateway);
	for (i = 0; i < at.gateway->rules.n; i++)
		add_rule(&at, &whole->rules.v[at.gateway->rules.v[i]]);
	for (i = 0; i < at.gateway->publishes.n; i++)
		add_publish(&at, at.gateway->publishes.v[i]);
	for (i = 0; i < at.gateway->translates.n; i++)
		add_translate(
			&at, &whole->translates.v[at.gateway->translates.v[i]]);
	for (i = 0; i < at.gateway->clamps.n; i++)
		add_clamp(&at, &whole->clamps.v[at.gateway->clamps.v[i]]);
	add_claims(&at);
	return at.model;
}

/* ---- the network ---- */

static const enum zw_attachment *
attachments(struct zw_arena *arena, const struct zw_model *whole, size_t number)
{
	const struct zw_model_gateway *gateway = &whole->gateways.v[number];
	enum zw_attachment *attached =
		ZW_NEW_ARRAY(arena, enum zw_attachment, whole->zones.n);
	size_t i;

	for (i = 0; i < gateway->zones.n; i++)
		attached[gateway->zones.v[i].zone] =
			gateway->zones.v[i].attached;
	return attached;
}

/* The zones alone. */
static const struct zw_statement *
zones_at(struct zw_arena *arena, const struct zw_model *whole, size_t number)
{
	struct zw_statement *statement = ZW_NEW(arena, struct zw_statement);
	size_t n = whole->zones.n;

	statement->gateway = whole->gateways.v[number].name;
	statement->has_policy = true;
	statement->zones.v = ZW_NEW_ARRAY(arena, struct zw_zone, n);
	statement->zones.n = statement->zones.cap = n;
	memcpy(statement->zones.v, whole->zones.v, n * sizeof(struct zw_zone));
	zw_zones_there(&whole->gateways.v[number], statement->zones.v);
	return statement;
}

struct zw_network *zw_network_from(struct zw_arena *arena,
				   const struct zw_model *whole)
{
	struct zw_network *network = ZW_NEW(arena, struct zw_network);
	size_t i;

	for (i = 0; i < whole->gateways.n; i++) {
		struct zw_network_gateway gateway = {
			.name = whole->gateways.v[i].name,
			.span = whole->gateways.v[i].span,
			.statement = zones_at(arena, whole, i),
			.attached = attachments(arena, whole, i),
		};

		zw_push(arena, network->gateways, gateway);
	}
	for (i = 0; i < whole->links.n; i++)
		zw_push(arena, network->links, whole->links.v[i]);
	for (i = 0; i < whole->claims.n; i++)
		zw_push(arena, network->claims, whole->claims.v[i]);
	network->policy = zw_statement_from(arena, whole);
	return network;
}
