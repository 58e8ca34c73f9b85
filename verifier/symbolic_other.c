/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions that are neither loads nor tests nor translations: objects,
 * options that are written, and everything behind which a packet is lost sight
 * of.
 *
 * Lost is a packet that (or a copy of which) may go on elsewhere than through
 * the hooks that follow: nft_dup_ipv4.c and nft_fwd_netdev.c send it on
 * themselves, nft_tproxy.c gives it to a socket here, nft_synproxy.c answers it
 * and opens the connection anew from the gateway. Claims about packets that
 * come the same way are undecided then; all others stay as they are
 * (verifier/prove.c). */
#include "verifier/symbolic_rule.h"

zw_node zw_run_lost(const struct zw_rule_run *run, const char *what)
{
	struct scene *scene = run->scene;

	scene->kinds |= KIND(LOSES);
	return zw_leaf(zw_run_diagrams(run),
		       zw_outcome_leaf(scene->s->outcomes, LOSES, 0,
				       zw_loss(scene, what)));
}

zw_node zw_run_beside_lost(struct zw_rule_run *run, u32 i,
			   const struct registers *regs, const char *what)
{
	zw_node rest = zw_run_go(run, i + 1, regs);

	return zw_if(zw_run_diagrams(run), zw_run_maybe(run, i, false, what),
		     zw_run_lost(run, what), rest);
}

/* ---- objects ------------------------------------------------------------- */

/* What kinds of objects an object map may give. */
struct kinds {
	bool counts; /* counters and what else decides nothing */
	bool limits;
	bool others;
};

static void note_kind(struct kinds *kinds, const struct zw_object *o)
{
	switch (o->expr.kind) {
	case ZW_EXPR_COUNTER:
		kinds->counts = true;
		return;
	case ZW_EXPR_LIMIT:
	case ZW_EXPR_QUOTA:
	case ZW_EXPR_CONNLIMIT:
		kinds->limits = true;
		return;
	default:
		break;
	}
	if (o->type == NFT_OBJECT_SECMARK || o->type == NFT_OBJECT_CT_HELPER ||
	    o->type == NFT_OBJECT_CT_TIMEOUT)
		kinds->counts = true;
	else
		kinds->others = true;
}

static zw_node object(struct zw_rule_run *run, const struct zw_expr *expr,
		      const struct registers *regs, u32 i)
{
	const struct zw_ruleset *r = run->scene->s->ruleset;
	const struct zw_object *o = expr->objref.object < r->objects.n
					    ? &r->objects.v[expr->objref.object]
					    : NULL;

	if (!o || o->doubt)
		return zw_run_anything(run, i, "an object that is not known");
	switch (o->expr.kind) {
	case ZW_EXPR_COUNTER:
		return zw_run_go(run, i + 1, regs);
	case ZW_EXPR_LIMIT:
	case ZW_EXPR_QUOTA:
	case ZW_EXPR_CONNLIMIT:
		return zw_run_guard(run,
				    zw_run_limit(run, i, &o->expr, ZW_STR("")),
				    zw_run_go(run, i + 1, regs));
	case ZW_EXPR_SYNPROXY:
		return zw_run_lost(
			run,
			"a proxy of TCP handshakes opens connections anew");
	default:
		break;
	}
	switch (o->type) {
	case NFT_OBJECT_SECMARK:
	case NFT_OBJECT_CT_HELPER: /* see the field "expects" */
	case NFT_OBJECT_CT_TIMEOUT:
		return zw_run_go(run, i + 1, regs);
	case NFT_OBJECT_CT_EXPECT:
		return zw_run_guard(
			run,
			zw_run_maybe(run, i, false, "whether it can expect"),
			zw_run_go(run, i + 1, regs));
	default:
		return zw_run_lost(run, "an object that may send it elsewhere");
	}
}

/* The rule with expression I as the lookup that an object map is, for objects
 * that decide nothing themselves. */
static zw_node as_lookup(struct zw_rule_run *run, const struct registers *regs,
			 u32 i)
{
	struct zw_rule rule = *run->rule;
	struct zw_rule_run copy = *run;
	struct zw_expr *exprs =
		ZW_NEW_ARRAY(run->arena, struct zw_expr, rule.n_exprs);
	const struct zw_expr *map = &run->rule->exprs[i];

	memcpy(exprs, rule.exprs, rule.n_exprs * sizeof(*exprs));
	memset(&exprs[i], 0, sizeof(exprs[i]));
	exprs[i].kind = ZW_EXPR_LOOKUP;
	exprs[i].lookup.set = map->objref.set;
	exprs[i].lookup.sreg = map->objref.sreg;
	exprs[i].lookup.dreg = ZW_REG_NONE;
	rule.exprs = exprs;
	copy.rule = &rule;
	return zw_run_set(&copy, i, regs);
}

/* As a lookup; what is found is an object (nft_objref_map_eval). */
static zw_node object_of_map(struct zw_rule_run *run,
			     const struct registers *regs, u32 i)
{
	const struct zw_ruleset *r = run->scene->s->ruleset;
	const struct zw_expr *expr = &run->rule->exprs[i];
	const struct zw_set *set = &r->sets.v[expr->objref.set];
	struct kinds kinds = { 0 };
	u32 k, n = set->elements.n;
	zw_node rest;

	for (k = 0; set->elements.objects && k < n; k++) {
		u32 number = set->elements.objects[k];

		if (number >= r->objects.n || r->objects.v[number].doubt)
			kinds.others = true;
		else
			note_kind(&kinds, &r->objects.v[number]);
	}
	if (set->has_catchall && set->catchall_object < r->objects.n)
		note_kind(&kinds, &r->objects.v[set->catchall_object]);
	if (kinds.others || set->unread || set->doubt)
		return zw_run_lost(run, "an object that may send it elsewhere");
	if (!kinds.limits)
		return as_lookup(run, regs, i);
	rest = zw_run_guard(run, zw_run_maybe(run, i, true, "a limit"),
			    zw_run_go(run, i + 1, regs));
	return zw_run_guard(
		run, zw_run_maybe(run, i, false, "which object it has"), rest);
}

/* ---- writes and foreign modules -------------------------------------------
 */

/* Options of TCP are no field of the space (nft_exthdr_tcp_set_eval): nothing
 * changes, but the rule breaks where the option is not there. */
static zw_node exthdr_set(struct zw_rule_run *run, u32 i,
			  const struct registers *regs)
{
	const struct zw_expr *expr = &run->rule->exprs[i];

	if (expr->exthdr.op != NFT_EXTHDR_OP_TCPOPT)
		return zw_run_lost(run, "a header that is written");
	if (i + 1 == run->rule->n_exprs)
		return zw_run_leaf(run, GO_ON);
	return zw_run_guard(
		run, zw_run_maybe(run, i, false, "whether an option is there"),
		zw_run_go(run, i + 1, regs));
}

/* What is inside a tunnel is loaded or compared (nft_inner.c). */
static zw_node inner(struct zw_rule_run *run, u32 i)
{
	struct registers *regs = ZW_NEW(run->arena, struct registers);
	u32 bit;

	for (bit = 0; bit < 8 * ZW_REG_BYTES; bit++)
		regs->bits[bit] = ZW_BIT_UNKNOWN;
	regs->unreal = true;
	return zw_run_guard(
		run, zw_run_maybe(run, i, false, "what is inside a tunnel"),
		zw_run_go(run, i + 1, regs));
}

/* A flow that is taken goes on past the hooks, both ways, as it is permitted
 * now: its later packets are no longer seen. */
static zw_node offload(struct zw_rule_run *run, u32 i,
		       const struct registers *regs)
{
	if (!run->scene->s->foreign)
		return zw_run_beside_lost(
			run, i, regs, "later packets pass by the flowtable");
	return zw_run_guard(run,
			    zw_run_maybe(run, i, true, "room in the flowtable"),
			    zw_run_go(run, i + 1, regs));
}

zw_node zw_run_other(struct zw_rule_run *run, u32 i,
		     const struct registers *regs)
{
	const struct zw_expr *expr = &run->rule->exprs[i];

	switch (expr->kind) {
	case ZW_EXPR_OBJREF:
		return object(run, expr, regs, i);
	case ZW_EXPR_OBJMAP:
		return object_of_map(run, regs, i);
	case ZW_EXPR_EXTHDR_SET:
		return exthdr_set(run, i, regs);
	case ZW_EXPR_INNER:
		return inner(run, i);
	case ZW_EXPR_DUP:
		return zw_run_beside_lost(run, i, regs,
					  "a copy goes elsewhere");
	case ZW_EXPR_FWD:
		return zw_run_lost(run, "it is sent on past all hooks");
	case ZW_EXPR_TPROXY:
		return zw_run_lost(run, "a proxy on the gateway may take it");
	case ZW_EXPR_SYNPROXY:
		return zw_run_lost(
			run,
			"a proxy of TCP handshakes opens connections anew");
	case ZW_EXPR_FLOW_OFFLOAD:
		return offload(run, i, regs);
	default:
		return zw_run_anything(run, i,
				       "an expression that is not modelled");
	}
}
