/* SPDX-License-Identifier: GPL-2.0-or-later */
/* allow, deny and reject: two sides to ordered pairs of zones. A pair stays
 * only if a packet can exist that the rule means in it: its two sides and its
 * services have a family in common. In allow a zone is paired with itself only
 * where the rule is written `A -> A`. A rule without pairs is an error, or, if
 * an allow-empty define is why, a warning; then it is not in the model.
 *
 * Lists of pairs depend on the sides, on the action and on the families of the
 * services alone, so rules that say the same share one list. */
#include "base/assert.h"
#include "compiler/resolve.h"

struct zw_str zw_place_text(struct zw_resolver *r, struct zw_span span)
{
	struct zw_place place;
	struct zw_str text;

	if (span.file == ZW_NO_FILE)
		return ZW_STR("");
	place = zw_sources_place(r->sources, span);
	text = zw_strf(r->arena, "%.*s:%u", ZW_STR_ARG(place.file), place.line);
	if (text.n > ZW_COMMENT_LIMIT)
		text = zw_strf(r->arena, "...%.*s", ZW_COMMENT_LIMIT - 3,
			       text.p + text.n - (ZW_COMMENT_LIMIT - 3));
	return text;
}

/* What two sides give, and why not more. */
struct pairing {
	const struct zw_side *from, *to;
	bool allow;
	u8 families;
	struct zw_pair_list found;
	bool families_differ;
};

static void pair_zones(struct zw_resolver *r, struct pairing *pairing,
		       const struct zw_side_zone *from,
		       const struct zw_side_zone *to)
{
	struct zw_rule_pair pair = {
		.from = from->zone,
		.to = to->zone,
		.whole_src = from->whole,
		.whole_dst = to->whole,
		.src = from->addrs,
		.dst = to->addrs,
	};

	if (from->zone == to->zone &&
	    (from->zone == ZW_SELF ||
	     (pairing->allow &&
	      !(pairing->from->lone_zone && pairing->to->lone_zone))))
		return;
	if (!(zw_set_families(from->addrs) & zw_set_families(to->addrs) &
	      pairing->families)) {
		pairing->families_differ = true;
		return;
	}
	zw_push(r->arena, pairing->found.pairs, pair);
}

/* False after a diagnostic. */
static bool pair_sides(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		       struct pairing *pairing)
{
	struct zw_str key =
		zw_strf(r->arena, "%u:%u:%u:%u", pairing->from->number,
			pairing->to->number, pairing->allow, pairing->families);
	size_t i, j;
	u32 at;

	if (zw_map_get(&r->pairs_cache, key, &at)) {
		pairing->found = r->pair_lists.v[at];
		return true;
	}
	if (!zw_expand(r, stmt->span,
		       (u64)pairing->from->zones.n * pairing->to->zones.n))
		return false;
	/* room for all of them at once: growing would leave copies behind */
	pairing->found.pairs.cap =
		pairing->from->zones.n * pairing->to->zones.n;
	pairing->found.pairs.v = ZW_NEW_ARRAY(r->arena, struct zw_rule_pair,
					      pairing->found.pairs.cap);
	for (i = 0; i < pairing->from->zones.n; i++) {
		for (j = 0; j < pairing->to->zones.n; j++)
			pair_zones(r, pairing, &pairing->from->zones.v[i],
				   &pairing->to->zones.v[j]);
	}
	if (!pairing->found.pairs.n)
		return true;
	zw_map_put(&r->pairs_cache, key, (u32)r->pair_lists.n);
	zw_push(r->arena, r->pair_lists, pairing->found);
	return true;
}

static const char *family_names(u8 families)
{
	switch (families) {
	case 1u << ZW_IPV4:
		return "IPv4 alone";
	case 1u << ZW_IPV6:
		return "IPv6 alone";
	default:
		return "both families";
	}
}

static u8 side_families(const struct zw_side *side)
{
	u8 families = 0;
	size_t i;

	for (i = 0; i < side->zones.n; i++)
		families |= zw_set_families(side->zones.v[i].addrs);
	return families;
}

static void no_pairs(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		     const struct pairing *pairing)
{
	struct zw_diag *diag;

	if (pairing->from->may_be_empty || pairing->to->may_be_empty) {
		diag = zw_diag(r->diags, ZW_Z3002, stmt->span,
			       "rule matches nothing today");
		zw_diag_here(r->diags, diag,
			     "a define that may be empty leaves no address");
		return;
	}
	if (pairing->families_differ) {
		diag = zw_diag(r->diags, ZW_Z2012, stmt->span,
			       "families exclude each other");
		zw_diag_here(r->diags, diag, "no packet is of both");
		zw_diag_label(r->diags, diag, stmt->from.span, "%s",
			      family_names(side_families(pairing->from)));
		zw_diag_label(r->diags, diag, stmt->to.span, "%s",
			      family_names(side_families(pairing->to)));
		if (pairing->families != (1u << ZW_IPV4 | 1u << ZW_IPV6))
			zw_diag_note(r->diags, diag, "the services are for %s",
				     family_names(pairing->families));
		zw_diag_help(r->diags, diag,
			     "give both sides an address of one family");
		return;
	}
	diag = zw_diag(r->diags, ZW_Z2011, stmt->span, "rule pairs no zones");
	zw_diag_here(r->diags, diag, "no packet goes this way");
	if (pairing->from->zones.v[0].zone == ZW_SELF)
		zw_diag_note(r->diags, diag, "loopback is always allowed");
	else
		zw_diag_help(
			r->diags, diag,
			"for traffic inside one zone write 'allow A -> A'");
}

/* A protocol that connection tracking does not follow by port or id. */
static bool two_way(const zw_service_items *items)
{
	size_t i;

	for (i = 0; i < items->n; i++) {
		u8 proto = items->v[i].proto;

		if (!zw_protocol_has_ports(proto) && proto != ZW_PROTO_ICMP &&
		    proto != ZW_PROTO_ICMPV6)
			return true;
	}
	return false;
}

static enum zw_zone_kind kind_of(const struct zw_resolver *r, u32 zone)
{
	return zone == ZW_SELF ? ZW_ZONE_PLAIN : r->model->zones.v[zone].kind;
}

static void check_two_way(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
			  const struct zw_rule *rule)
{
	struct zw_diag *diag;
	size_t i;

	if (rule->action != ZW_ALLOW || !two_way(&rule->services))
		return;
	for (i = 0; i < rule->pairs.n; i++) {
		const struct zw_rule_pair *pair = &rule->pairs.v[i];

		if (kind_of(r, pair->from) != ZW_ZONE_INTERNAL ||
		    kind_of(r, pair->to) != ZW_ZONE_DMZ)
			continue;
		diag = zw_diag(
			r->diags, ZW_Z2028, stmt->services.v[0].span,
			"protocol without ports from internal zone '%.*s' to DMZ '%.*s'",
			ZW_STR_ARG(r->model->zones.v[pair->from].name),
			ZW_STR_ARG(r->model->zones.v[pair->to].name));
		zw_diag_here(r->diags, diag,
			     "its answers are no different from new flows");
		zw_diag_note(
			r->diags, diag,
			"connection tracking follows it by the two hosts alone");
		return;
	}
}

/* What a deny forbids is forbidden whatever the load. */
static void check_limits(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
			 const struct zw_rule *rule)
{
	const struct zw_rule_options *options = &rule->options;
	struct zw_diag *diag;

	if (rule->action == ZW_ALLOW ||
	    (!options->connections && (!options->has_limit || options->log)))
		return;
	diag = zw_diag(r->diags, ZW_Z2034, stmt->span,
		       "limit that restrains nothing");
	zw_diag_here(r->diags, diag, "what is forbidden has no limit");
	if (options->connections)
		zw_diag_note(r->diags, diag,
			     "only flows that pass can be counted");
	else
		zw_diag_help(r->diags, diag, "with 'log' it restrains the log");
}

void zw_resolve_rule(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	struct pairing pairing = { .allow = stmt->kind == ZW_AST_ALLOW };
	struct zw_rule rule = { .span = stmt->span, .number = r->rule_count++ };
	bool ok;

	rule.action = stmt->kind == ZW_AST_ALLOW  ? ZW_ALLOW
		      : stmt->kind == ZW_AST_DENY ? ZW_DENY
						  : ZW_REJECT;
	pairing.from =
		zw_resolve_side(r, &r->policy, &stmt->from, ZW_USE_RULE, true);
	pairing.to =
		zw_resolve_side(r, &r->policy, &stmt->to, ZW_USE_RULE, false);
	ok = zw_resolve_services(r, &r->policy, &stmt->services, stmt->span,
				 ZW_SERVICES_OF_RULE, &rule.services);
	zw_resolve_options(r, &stmt->options, &rule.options);
	check_limits(r, stmt, &rule);
	if (!ok || pairing.from->poisoned || pairing.to->poisoned)
		return;
	pairing.families = zw_service_families(&rule.services);
	if (!pair_sides(r, stmt, &pairing))
		return;
	if (!pairing.found.pairs.n) {
		no_pairs(r, stmt, &pairing);
		return;
	}
	rule.pairs.v = pairing.found.pairs.v;
	rule.pairs.n = pairing.found.pairs.n;
	rule.pairs.cap = pairing.found.pairs.n;
	check_two_way(r, stmt, &rule);
	rule.place = zw_place_text(r, stmt->span);
	zw_push(r->arena, r->model->rules, rule);
}
