/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `clamp-mss` becomes: packets that open a TCP connection, and those that
 * answer them, from one zone to another get a smaller maximum segment size
 * written into them, never a larger one (nft_exthdr.c,
 * nft_exthdr_tcp_set_eval), so that statements need no order. Base chains of
 * their own look at the SYN flag, then at the interfaces, and lead to the sides
 * of each statement; they accept whatever they see, and what is filtered later
 * need not know of them. */
#include "compiler/lower_internal.h"

#define SYN 2

static void lower_box(struct zw_lowering *l, u32 chain,
		      const struct zw_clamp *clamp,
		      const struct zw_flow_box *box, enum zw_family family)
{
	bool four = family == ZW_IPV4;
	struct zw_draft draft = { .n = 0 };
	struct zw_plan_rule *rule;

	if (!box->src.of[family].n || !box->dst.of[family].n)
		return;
	zw_draft_equal(&draft, ZW_KEY_L4PROTO, 6);
	if (box->from != ZW_SELF)
		zw_draft_ipsec(l, &draft, box->from, false);
	zw_draft_side(l, &draft, four ? ZW_KEY_IP_SADDR : ZW_KEY_IP6_SADDR,
		      family, box->from, &box->src);
	zw_draft_ipsec(l, &draft, box->to, true);
	zw_draft_side(l, &draft, four ? ZW_KEY_IP_DADDR : ZW_KEY_IP6_DADDR,
		      family, box->to, &box->dst);
	rule = zw_draft_end(
		l, &draft, chain, ZW_PLAN_CONTINUE, 0,
		(struct zw_cause){ clamp->span,
				   zw_lower_comment(l->arena, clamp->place) });
	rule->clamp = true;
	rule->clamp_size = clamp->size;
}

/* What is written from one class (NULL: by the gateway) to another. */
static u32 clamp_chain(struct zw_lowering *l, const struct zw_port_class *in,
		       const struct zw_port_class *out)
{
	u32 chain = ZW_NONE;

	for (size_t i = 0; i < l->model->clamps.n; i++) {
		const struct zw_clamp *clamp = &l->model->clamps.v[i];

		for (size_t b = 0; b < clamp->boxes.n; b++) {
			const struct zw_flow_box *box = &clamp->boxes.v[b];

			if (!zw_lower_holds(in, box->from) ||
			    !zw_lower_holds(out, box->to))
				continue;
			if (chain == ZW_NONE)
				chain = zw_lower_chain(
					l,
					zw_strf(l->arena, "z_clamp.%.*s.%.*s",
						ZW_STR_ARG(
							(in ? in->name
							    : ZW_STR("self"))),
						ZW_STR_ARG(out->name)));
			for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++)
				lower_box(l, chain, clamp, box,
					  (enum zw_family)f);
		}
	}
	return chain;
}

static void hook(struct zw_lowering *l, const char *name,
		 enum zw_plan_hook where, const zw_ways *ways)
{
	struct zw_draft draft = { .n = 0 };
	u32 base;

	if (!ways->n)
		return;
	base = zw_lower_base_chain(l, name, where, ZW_PLAN_CLAMP_PRIORITY);
	l->plan->chains.v[base].type = ZW_PLAN_ALTER;
	zw_draft_equal(&draft, ZW_KEY_L4PROTO, 6);
	zw_draft_any(&draft, ZW_KEY_TCP_FLAGS, SYN);
	zw_draft_ways(l, &draft,
		      where == ZW_PLAN_FORWARD ? "z_clamp.between"
					       : "z_clamp.self",
		      ways);
	zw_lower_rule(l, &draft, base, ZW_PLAN_CONTINUE);
}

void zw_lower_clamps(struct zw_lowering *l)
{
	zw_ways forward = { 0 }, own = { 0 };
	u32 chain;

	if (!l->model->clamps.n)
		return;
	l->translating = true;
	for (u32 o = 0; o < l->classes.n; o++) {
		for (u32 i = 0; i < l->classes.n; i++) {
			chain = clamp_chain(l, &l->classes.v[i],
					    &l->classes.v[o]);
			if (chain != ZW_NONE)
				zw_push(l->arena, forward,
					((struct zw_way){ i, o, -1,
							  ZW_PLAN_GOTO,
							  chain }));
		}
		chain = clamp_chain(l, NULL, &l->classes.v[o]);
		if (chain != ZW_NONE)
			zw_push(l->arena, own,
				((struct zw_way){ ZW_NONE, o, -1, ZW_PLAN_GOTO,
						  chain }));
	}
	hook(l, "z_clamp", ZW_PLAN_FORWARD, &forward);
	hook(l, "z_clamp_own", ZW_PLAN_OUTPUT, &own);
	l->translating = false;
}
