/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules, publications and claims against one flow, by looking each of them
 * through. Limits and times are not looked at: a rule that is over its limit
 * speaks of the flow all the same. */
#include "statement/match.h"

static bool in_services(const zw_service_items *items, enum zw_family family,
			u8 proto, u16 key)
{
	size_t i;

	for (i = 0; i < items->n; i++) {
		const struct zw_service_item *item = &items->v[i];

		if (item->proto == proto && item->families & 1u << family &&
		    key >= item->lo && key <= item->hi)
			return true;
	}
	return false;
}

static bool in_box(const struct zw_flow *flow, const struct zw_flow_box *box)
{
	return box->from == flow->from && box->to == flow->to &&
	       zw_ipset_contains(box->src, flow->src) &&
	       zw_ipset_contains(box->dst, flow->passed_dst);
}

bool zw_flow_matches_rule(const struct zw_flow *flow,
			  const struct zw_flow_rule *rule)
{
	size_t i;

	if (!in_services(&rule->services, flow->src.family, flow->proto,
			 flow->passed_key))
		return false;
	for (i = 0; i < rule->boxes.n; i++) {
		if (in_box(flow, &rule->boxes.v[i]))
			return true;
	}
	return false;
}

bool zw_flow_matches_publication(const struct zw_flow *flow,
				 const struct zw_publication *p)
{
	bool from = false, pair = false;
	size_t i;

	if (flow->dst.family != p->family ||
	    !zw_intervals_contain(p->addresses, flow->dst.value) ||
	    flow->to != p->to)
		return false;
	for (i = 0; i < p->from.n; i++)
		from = from || (p->from.v[i].zone == flow->from &&
				zw_ipset_contains(p->from.v[i].src, flow->src));
	for (i = 0; i < p->pairs.n; i++)
		pair = pair || (p->pairs.v[i].proto == flow->proto &&
				flow->key >= p->pairs.v[i].outer_lo &&
				flow->key <= p->pairs.v[i].outer_hi);
	return from && pair;
}

zw_spans zw_flow_lines(struct zw_arena *arena,
		       const struct zw_statement *statement,
		       const struct zw_flow *flow, bool allows)
{
	zw_spans out = { 0 };
	size_t i;

	for (i = 0; i < statement->rules.n; i++) {
		const struct zw_flow_rule *rule = &statement->rules.v[i];

		if ((rule->action == ZW_ALLOW) == allows &&
		    zw_flow_matches_rule(flow, rule))
			zw_push(arena, out, rule->span);
	}
	for (i = 0; allows && i < statement->publications.n; i++) {
		const struct zw_publication *p = &statement->publications.v[i];

		if (zw_flow_matches_publication(flow, p))
			zw_push(arena, out, p->span);
	}
	return out;
}

zw_spans zw_flow_translations(struct zw_arena *arena,
			      const struct zw_statement *statement,
			      const struct zw_flow *flow)
{
	zw_spans out = { 0 };
	size_t i, k;

	for (i = 0; i < statement->translations.n; i++) {
		const struct zw_source_translation *t =
			&statement->translations.v[i];

		for (k = 0; k < t->boxes.n; k++) {
			if (in_box(flow, &t->boxes.v[k]))
				break;
		}
		if (k < t->boxes.n)
			zw_push(arena, out, t->span);
	}
	for (i = 0; i < statement->publications.n; i++) {
		const struct zw_publication *p = &statement->publications.v[i];

		if (zw_flow_matches_publication(flow, p))
			zw_push(arena, out, p->span);
	}
	return out;
}

u32 zw_statement_zone_of(const struct zw_statement *statement, struct zw_ip ip)
{
	u32 z;

	for (z = 0; z < statement->zones.n; z++) {
		if (zw_ipset_contains(statement->zones.v[z].members, ip))
			return z;
	}
	return ZW_ELSEWHERE;
}

static bool in_terms(const zw_claim_terms *terms, u32 zone, struct zw_ip ip)
{
	size_t i;

	for (i = 0; i < terms->n; i++) {
		if (terms->v[i].zone == zone &&
		    (!terms->v[i].narrowed ||
		     zw_ipset_contains(terms->v[i].addrs, ip)))
			return true;
	}
	return false;
}

/* To a zone by its interface, or to its networks by whichever. */
static bool goes_to(const struct zw_statement *statement,
		    const struct zw_flow *flow, const zw_claim_terms *terms)
{
	u32 owner = zw_statement_zone_of(statement, flow->passed_dst);

	if (in_terms(terms, flow->to, flow->passed_dst))
		return true;
	return flow->to != ZW_SELF && owner != ZW_ELSEWHERE &&
	       statement->zones.v[owner].has_network &&
	       in_terms(terms, owner, flow->passed_dst);
}

bool zw_flow_breaks_claim(const struct zw_statement *statement,
			  const struct zw_flow *flow,
			  const struct zw_claim *claim)
{
	bool named = claim->any_service ||
		     in_services(&claim->services, flow->src.family,
				 flow->proto, flow->passed_key);

	switch (claim->kind) {
	case ZW_NEVER:
		return named && in_terms(&claim->from, flow->from, flow->src) &&
		       goes_to(statement, flow, &claim->to);
	case ZW_ONLY:
		return !named &&
		       in_terms(&claim->from, flow->from, flow->src) &&
		       goes_to(statement, flow, &claim->to);
	case ZW_UNSPOOFED:
		return flow->from < statement->zones.n && flow->to != ZW_SELF &&
		       in_terms(&claim->from, flow->from, flow->src) &&
		       statement->zones.v[flow->from].has_network &&
		       !zw_ipset_contains(
			       statement->zones.v[flow->from].networks,
			       flow->src);
	case ZW_EXPECT:
		return claim->expected != ZW_FLOW_ACCEPT && named &&
		       in_terms(&claim->from, flow->from, flow->src) &&
		       in_terms(&claim->to, flow->to, flow->passed_dst);
	case ZW_ALWAYS:
	case ZW_EXACT:
		break;
	}
	return false;
}
