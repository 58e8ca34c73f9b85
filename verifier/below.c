/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet that is routed in from a bridge passes the bridge's hooks prerouting
 * and input before it comes to IP, and one that is routed out to a bridge
 * passes output and postrouting behind it (net/bridge/br_input.c,
 * br_pass_frame_up; br_device.c, br_dev_xmit). The hook forward is met by what
 * goes from port to port, which verifier/beside.c has its eye on. Whether an
 * interface is a bridge only a gateway's facts tell; without them each may be.
 *
 * Chains of arp see no IP packets. Where they drop, neighbours may not be found
 * (net/ipv4/arp.c), so that what the hooks let pass waits in vain. */
#include <linux/netfilter_bridge.h>

#include "verifier/below.h"
#include "verifier/targets.h"

/* What the chains that a base chain leads to may do. */
struct deeds {
	const struct zw_ruleset *ruleset;
	bool *seen; /* per chain */
	bool drops;
	bool steers; /* rewrites packets, or sends them or copies elsewhere */
};

static bool only_counts(const struct zw_ruleset *ruleset, u32 object)
{
	switch (ruleset->objects.v[object].type) {
	case NFT_OBJECT_COUNTER:
	case NFT_OBJECT_QUOTA:
	case NFT_OBJECT_LIMIT:
	case NFT_OBJECT_CONNLIMIT:
		return true;
	default:
		return false;
	}
}

static bool may_steer(const struct zw_ruleset *ruleset,
		      const struct zw_expr *expr)
{
	switch (expr->kind) {
	case ZW_EXPR_IMMEDIATE:
	case ZW_EXPR_CMP:
	case ZW_EXPR_RANGE:
	case ZW_EXPR_BITWISE:
	case ZW_EXPR_BYTEORDER:
	case ZW_EXPR_PAYLOAD:
	case ZW_EXPR_META:
	case ZW_EXPR_META_SET: /* `broute`: then the port is its interface */
	case ZW_EXPR_CT:
	case ZW_EXPR_LOOKUP:
	case ZW_EXPR_DYNSET:
	case ZW_EXPR_COUNTER:
	case ZW_EXPR_LOG:
	case ZW_EXPR_LIMIT:
	case ZW_EXPR_QUOTA:
	case ZW_EXPR_CONNLIMIT:
	case ZW_EXPR_LAST:
	case ZW_EXPR_NUMGEN:
	case ZW_EXPR_HASH:
	case ZW_EXPR_EXTHDR:
	case ZW_EXPR_REJECT:
	case ZW_EXPR_MATCH:
		return expr->doubt != NULL;
	case ZW_EXPR_OBJREF:
		return !only_counts(ruleset, expr->objref.object);
	default:
		return true;
	}
}

static void add_ruling(struct deeds *deeds, const struct zw_ruling *ruling)
{
	deeds->drops |= ruling->code == NF_DROP ||
			(ruling->code & NF_VERDICT_MASK) == NF_QUEUE;
	deeds->steers |= (ruling->code & NF_VERDICT_MASK) == NF_QUEUE;
}

static void add_set(struct deeds *deeds, const struct zw_set *set)
{
	u32 i;

	if (set->data_kind != ZW_DATA_RULING)
		return;
	deeds->drops |= set->doubt || set->unread;
	for (i = 0; i < set->elements.n; i++)
		add_ruling(deeds, &set->elements.rulings[i]);
	if (set->has_catchall)
		add_ruling(deeds, &set->catchall_ruling);
}

static void add_expr(struct deeds *deeds, const struct zw_expr *expr)
{
	bool steers = may_steer(deeds->ruleset, expr);

	deeds->steers |= steers;
	deeds->drops |= steers || expr->kind == ZW_EXPR_REJECT;
	if (expr->kind == ZW_EXPR_IMMEDIATE &&
	    expr->immediate.dreg == ZW_REG_VERDICT)
		add_ruling(deeds, &expr->immediate.ruling);
	if (expr->kind == ZW_EXPR_LOOKUP &&
	    expr->lookup.set < deeds->ruleset->sets.n)
		add_set(deeds, &deeds->ruleset->sets.v[expr->lookup.set]);
}

static void add_chain(void *context, u32 number)
{
	struct deeds *deeds = context;
	const struct zw_chain *chain = &deeds->ruleset->chains.v[number];
	size_t i;
	u32 k;

	if (deeds->seen[number])
		return;
	deeds->seen[number] = true;
	deeds->steers |= chain->doubt != NULL;
	deeds->drops |= chain->policy_drop || chain->doubt;
	for (i = 0; i < chain->rules.n; i++) {
		for (k = 0; k < chain->rules.v[i]->n_exprs; k++)
			add_expr(deeds, &chain->rules.v[i]->exprs[k]);
	}
	zw_chain_targets(deeds->ruleset, chain, add_chain, deeds);
}

static struct deeds deeds_of(struct zw_prover *p, u32 chain)
{
	const struct zw_ruleset *ruleset = p->symbolic->ruleset;
	struct deeds deeds = {
		.ruleset = ruleset,
		.seen = ZW_NEW_ARRAY(p->scratch, bool, ruleset->chains.n),
	};

	add_chain(&deeds, chain);
	return deeds;
}

/* ---- which interfaces ---------------------------------------------------- */

static bool may_be_bridge(const struct zw_gateway *gateway,
			  const struct zw_interface *interface)
{
	size_t i;

	if (!gateway || !gateway->whole)
		return true;
	for (i = 0; i < gateway->links.n; i++) {
		const struct zw_link *link = &gateway->links.v[i];

		if (zw_interface_covers(interface, link->name) &&
		    zw_str_is(link->kind, "bridge"))
			return true;
	}
	return gateway->early && (interface->pattern ||
				  !zw_gateway_named(gateway, interface->name));
}

/* An interface of the terms' zones that may be a bridge. */
static bool find_bridge(const struct zw_prover *p, const zw_claim_terms *terms,
			struct zw_str *name)
{
	size_t i, k;

	for (i = 0; i < terms->n; i++) {
		u32 zone = terms->v[i].zone;
		const struct zw_zone *z;

		if (zone >= p->statement->zones.n)
			continue;
		z = &p->statement->zones.v[zone];
		for (k = 0; k < z->interfaces.n; k++) {
			if (!may_be_bridge(p->space->gateway,
					   &z->interfaces.v[k]))
				continue;
			*name = z->interfaces.v[k].name;
			return true;
		}
	}
	return false;
}

/* ---- chains -------------------------------------------------------------- */

static bool needs_passage(const struct zw_claim *claim)
{
	return claim->kind == ZW_ALWAYS ||
	       (claim->kind == ZW_EXPECT && claim->expected != ZW_FLOW_DROP);
}

static bool is_met(const struct zw_chain *chain)
{
	switch (chain->hook) {
	case NF_BR_PRE_ROUTING:
	case NF_BR_LOCAL_IN:
	case NF_BR_LOCAL_OUT:
	case NF_BR_POST_ROUTING:
		return true;
	default:
		return false;
	}
}

/* The base chains of FAMILY's tables, one after the other: the next one behind
 * *AT, or false. */
static bool next_base(const struct zw_ruleset *ruleset, u32 family, u32 *at,
		      const struct zw_chain **chain)
{
	for (; *at < ruleset->chains.n; ++*at) {
		const struct zw_chain *c = &ruleset->chains.v[*at];
		const struct zw_table *table;

		if (!c->base || c->table == ZW_NONE)
			continue;
		table = &ruleset->tables.v[c->table];
		if (!table->alive || table->family != family ||
		    table->flags & NFT_TABLE_F_DORMANT ||
		    !zw_chain_runs(ruleset, c))
			continue;
		*chain = c;
		return true;
	}
	return false;
}

static struct zw_str name_of(struct zw_prover *p, const struct zw_chain *chain)
{
	const struct zw_table *table =
		&p->symbolic->ruleset->tables.v[chain->table];

	return zw_strf(p->arena, "chain '%.*s' of table '%s %.*s'",
		       ZW_STR_ARG(chain->name),
		       zw_table_family_name(table->family),
		       ZW_STR_ARG(table->name));
}

struct zw_str zw_below_reason(struct zw_prover *p, const struct zw_claim *claim)
{
	const struct zw_chain *chain;
	struct zw_str bridge;
	u32 at;

	if (claim->kind == ZW_EXACT ||
	    (!find_bridge(p, &claim->from, &bridge) &&
	     !find_bridge(p, &claim->to, &bridge)))
		return ZW_STR("");
	for (at = 0;
	     next_base(p->symbolic->ruleset, NFPROTO_BRIDGE, &at, &chain);
	     at++) {
		struct deeds deeds;

		if (!is_met(chain))
			continue;
		deeds = deeds_of(p, at);
		if (!deeds.steers && !(deeds.drops && needs_passage(claim)))
			continue;
		return zw_strf(p->arena,
			       "%.*s may %s packets of interface '%.*s'%s",
			       ZW_STR_ARG(name_of(p, chain)),
			       deeds.steers ? "rewrite, send elsewhere or drop"
					    : "drop",
			       ZW_STR_ARG(bridge),
			       p->space->gateway && p->space->gateway->whole
				       ? ", a bridge"
				       : ", if that is a bridge");
	}
	return ZW_STR("");
}

struct zw_str zw_below_assumption(struct zw_prover *p,
				  const struct zw_claim *claim)
{
	const struct zw_chain *chain;
	u32 at;

	if (!needs_passage(claim))
		return ZW_STR("");
	for (at = 0; next_base(p->symbolic->ruleset, NFPROTO_ARP, &at, &chain);
	     at++) {
		if (deeds_of(p, at).drops)
			return zw_strf(
				p->arena,
				"neighbours are found, whatever %.*s drops",
				ZW_STR_ARG(name_of(p, chain)));
	}
	return ZW_STR("");
}
