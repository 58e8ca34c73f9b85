/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Former and new ruleset become one in which whatever differs stands twice.
 *
 * Numbers agree, so a chain is the same in both if its rules are, and nothing
 * that these refer to differs; otherwise its former version is appended under a
 * number of its own, its rules rewritten to lead to former versions in turn.
 * Base chains that differ are numbered in the order in which packets meet them:
 * whatever precedes forward precedes it for input too, so the numbers of
 * parallel hooks overlap.
 *
 * Follows net/netfilter/nf_tables_core.c, nft_do_chain (the generation is read
 * once for each base chain), nf_tables_api.c, nf_tables_commit (policies are
 * set, and the contents of interval sets published, after the generation has
 * changed), nft_lookup.c (elements are asked under the generation of that
 * moment). Not covered: what the transaction's own hooks on devices do while
 * they are being registered; objects and flowtables. */
#include "verifier/mixture.h"

#include <linux/netfilter_ipv4.h>
#include <stdlib.h>

/* A base chain that differs, on its way to a turn. */
struct turning {
	u32 former, new; /* its numbers in the mixture; ZW_NONE: not there */
	u32 hook_rank;	 /* see ranks */
	s32 place, own;
	u32 registered;
	u32 index;
};

struct mixer {
	struct zw_arena *arena;
	const struct zw_ruleset *former, *new;
	struct zw_mixture *out;
	bool *chain_differs, *set_leads; /* by number */
	u32 *former_chain, *former_set;	 /* numbers of former versions */
	ZW_VEC(struct turning) turns;
};

static const struct zw_chain *chain_of(const struct zw_ruleset *r, u32 number)
{
	if (number >= r->chains.n || r->chains.v[number].table == ZW_NONE)
		return NULL;
	return &r->chains.v[number];
}

static const struct zw_set *set_of(const struct zw_ruleset *r, u32 number)
{
	if (number >= r->sets.n || r->sets.v[number].table == ZW_NONE)
		return NULL;
	return &r->sets.v[number];
}

/* A base chain that packets meet. */
static bool meets(const struct zw_ruleset *r, const struct zw_chain *chain)
{
	return chain && chain->base && r->tables.v[chain->table].alive &&
	       !(r->tables.v[chain->table].flags & NFT_TABLE_F_DORMANT);
}

/* ---- what differs ---- */

static bool same_rules(const struct zw_chain *a, const struct zw_chain *b)
{
	return a->rules.n == b->rules.n &&
	       (!a->rules.n || !memcmp(a->rules.v, b->rules.v,
				       a->rules.n * sizeof(*a->rules.v)));
}

static bool chain_alike(const struct mixer *m, u32 number)
{
	const struct zw_chain *a = chain_of(m->former, number);
	const struct zw_chain *b = chain_of(m->new, number);

	if (!a || !b)
		return !a && !b;
	return a->base == b->base && a->policy_drop == b->policy_drop &&
	       a->devices.n == b->devices.n && a->doubt == b->doubt &&
	       meets(m->former, a) == meets(m->new, b) && same_rules(a, b);
}

static bool same_content(const struct zw_set *a, const struct zw_set *b)
{
	const struct zw_elements *x = &a->elements, *y = &b->elements;

	return x->n == y->n && x->lo == y->lo && x->hi == y->hi &&
	       x->data == y->data && x->rulings == y->rulings &&
	       x->objects == y->objects && x->marks == y->marks &&
	       a->has_catchall == b->has_catchall &&
	       a->catchall_marks == b->catchall_marks &&
	       !memcmp(a->catchall_data, b->catchall_data,
		       sizeof(a->catchall_data)) &&
	       a->catchall_ruling.code == b->catchall_ruling.code &&
	       a->catchall_ruling.chain == b->catchall_ruling.chain &&
	       a->unread == b->unread && a->doubt == b->doubt;
}

/* Elements of hashes are there with the generation, all others at the end of
 * the commit. */
static bool content_changes(const struct mixer *m, u32 number)
{
	const struct zw_set *a = set_of(m->former, number);
	const struct zw_set *b = set_of(m->new, number);

	if (!b)
		return false;
	if (!a)
		return b->kind != ZW_SET_EXACT &&
		       (b->elements.n || b->has_catchall);
	return !same_content(a, b);
}

static bool leads_to(const struct mixer *m, const struct zw_ruling *ruling)
{
	return (ruling->code == NFT_JUMP || ruling->code == NFT_GOTO) &&
	       ruling->chain != ZW_NONE && m->chain_differs[ruling->chain];
}

static bool set_leads(const struct mixer *m, const struct zw_set *set)
{
	u32 i;

	if (!set || !set->elements.rulings)
		return false;
	for (i = 0; i < set->elements.n; i++)
		if (leads_to(m, &set->elements.rulings[i]))
			return true;
	return set->has_catchall && leads_to(m, &set->catchall_ruling);
}

/* Does CHAIN lead to a chain that differs? */
static bool chain_leads(const struct mixer *m, const struct zw_chain *chain)
{
	size_t r;
	u32 i;

	for (r = 0; chain && r < chain->rules.n; r++) {
		const struct zw_rule *rule = chain->rules.v[r];

		for (i = 0; i < rule->n_exprs; i++) {
			const struct zw_expr *e = &rule->exprs[i];

			if (e->kind == ZW_EXPR_IMMEDIATE &&
			    e->immediate.dreg == ZW_REG_VERDICT &&
			    leads_to(m, &e->immediate.ruling))
				return true;
			if (e->kind == ZW_EXPR_LOOKUP &&
			    e->lookup.set != ZW_NONE &&
			    m->set_leads[e->lookup.set])
				return true;
		}
	}
	return false;
}

static void spread(struct mixer *m)
{
	bool changed = true;
	u32 i;

	for (i = 0; i < m->new->chains.n; i++)
		m->chain_differs[i] = !chain_alike(m, i);
	while (changed) {
		changed = false;
		for (i = 0; i < m->new->sets.n; i++) {
			if (m->set_leads[i] ||
			    (!set_leads(m, set_of(m->former, i)) &&
			     !set_leads(m, set_of(m->new, i))))
				continue;
			m->set_leads[i] = changed = true;
		}
		for (i = 0; i < m->new->chains.n; i++) {
			if (m->chain_differs[i] ||
			    !chain_leads(m, chain_of(m->new, i)))
				continue;
			m->chain_differs[i] = changed = true;
		}
	}
}

/* ---- former versions ---- */

static u32 append_chain(struct mixer *m, const struct zw_chain *chain)
{
	struct zw_ruleset *r = &m->out->ruleset;
	struct zw_chain copy = *chain;
	u32 number = (u32)r->chains.n;

	copy.era = ZW_ERA_FORMER;
	zw_push(m->arena, r->chains, copy);
	zw_push(m->arena, r->tables.v[chain->table].chains, number);
	return number;
}

static u32 append_set(struct mixer *m, const struct zw_set *set)
{
	struct zw_ruleset *r = &m->out->ruleset;
	struct zw_set copy = *set;
	u32 number = (u32)r->sets.n;

	zw_push(m->arena, r->sets, copy);
	return number;
}

/* Give each former version its number. What is gone keeps its own. */
static void number_former(struct mixer *m)
{
	struct zw_ruleset *r = &m->out->ruleset;
	u32 i;

	for (i = 0; i < m->former->chains.n; i++) {
		const struct zw_chain *chain = chain_of(m->former, i);

		m->former_chain[i] = i;
		if (!chain || !m->chain_differs[i])
			continue;
		if (chain_of(m->new, i)) {
			m->former_chain[i] = append_chain(m, chain);
		} else {
			r->chains.v[i] = *chain;
			r->chains.v[i].era = ZW_ERA_FORMER;
			zw_push(m->arena, r->tables.v[chain->table].chains, i);
		}
	}
	for (i = 0; i < m->former->sets.n; i++) {
		const struct zw_set *set = set_of(m->former, i);

		m->former_set[i] = i;
		if (!set)
			continue;
		if (!set_of(m->new, i))
			r->sets.v[i] = *set;
		else if (m->set_leads[i])
			m->former_set[i] = append_set(m, set);
	}
}

static struct zw_ruling former_ruling(const struct mixer *m,
				      struct zw_ruling ruling)
{
	if (ruling.chain != ZW_NONE && ruling.chain < m->former->chains.n)
		ruling.chain = m->former_chain[ruling.chain];
	return ruling;
}

static const struct zw_rule *former_rule(struct mixer *m,
					 const struct zw_rule *rule)
{
	struct zw_rule *copy = ZW_NEW(m->arena, struct zw_rule);
	struct zw_expr *exprs =
		ZW_NEW_ARRAY(m->arena, struct zw_expr, rule->n_exprs + 1);
	u32 i;

	*copy = *rule;
	if (rule->n_exprs)
		memcpy(exprs, rule->exprs, rule->n_exprs * sizeof(*exprs));
	for (i = 0; i < rule->n_exprs; i++) {
		struct zw_expr *e = &exprs[i];

		if (e->kind == ZW_EXPR_IMMEDIATE &&
		    e->immediate.dreg == ZW_REG_VERDICT)
			e->immediate.ruling =
				former_ruling(m, e->immediate.ruling);
		if (e->kind == ZW_EXPR_LOOKUP && e->lookup.set != ZW_NONE &&
		    e->lookup.set < m->former->sets.n)
			e->lookup.set = m->former_set[e->lookup.set];
	}
	copy->exprs = exprs;
	return copy;
}

static void rewrite_chain(struct mixer *m, struct zw_chain *chain)
{
	const struct zw_rule **v = ZW_NEW_ARRAY(
		m->arena, const struct zw_rule *, chain->rules.n + 1);
	size_t i;

	for (i = 0; i < chain->rules.n; i++)
		v[i] = former_rule(m, chain->rules.v[i]);
	chain->rules.v = v;
	chain->rules.cap = chain->rules.n;
}

static void rewrite_set(struct mixer *m, struct zw_set *set)
{
	struct zw_ruling *v =
		ZW_NEW_ARRAY(m->arena, struct zw_ruling, set->elements.n + 1);
	u32 i;

	if (!set->elements.rulings)
		return;
	for (i = 0; i < set->elements.n; i++)
		v[i] = former_ruling(m, set->elements.rulings[i]);
	set->elements.rulings = v;
	set->catchall_ruling = former_ruling(m, set->catchall_ruling);
}

static void rewrite_former(struct mixer *m)
{
	struct zw_ruleset *r = &m->out->ruleset;
	u32 i;

	for (i = 0; i < m->former->chains.n; i++)
		if (chain_of(m->former, i) && m->chain_differs[i])
			rewrite_chain(m, &r->chains.v[m->former_chain[i]]);
	for (i = 0; i < m->former->sets.n; i++)
		if (set_of(m->former, i) &&
		    (m->former_set[i] != i || !set_of(m->new, i)))
			rewrite_set(m, &r->sets.v[m->former_set[i]]);
}

/* ---- contents ---- */

/* The set I changes while it is looked into: beside it stands what it held. */
static void free_content(struct mixer *m, u32 i)
{
	struct zw_ruleset *r = &m->out->ruleset;
	const struct zw_set *former = set_of(m->former, i);
	struct zw_set before = *set_of(m->new, i);
	u32 number;

	if (former)
		before = *former;
	else
		before.elements.n = 0;
	if (!former)
		before.has_catchall = false;
	number = append_set(m, &before);
	r->sets.v[i].former = number + 1;
	if (m->former_set[i] != i && i < m->former->sets.n)
		r->sets.v[m->former_set[i]].former = number + 1;
	if (former && former->elements.rulings && former->elements.n)
		r->sets.v[number].doubt = r->sets.v[i].doubt =
			"a verdict map that is exchanged in place";
}

static void free_contents(struct mixer *m)
{
	u32 i;

	for (i = 0; i < m->new->sets.n; i++)
		if (content_changes(m, i))
			free_content(m, i);
}

/* ---- turns ---- */

/* Arrival, decision, departure: within each, hooks of different paths. */
static u32 stage_of(u32 rank)
{
	return rank <= 2 ? 0 : rank <= 4 ? 1 : 2;
}

/* Hooks by their place on the way. */
static u32 rank_of(u32 family, u32 hook)
{
	if (family == NFPROTO_NETDEV)
		return hook ? 6 : 0;
	switch (hook) {
	case NF_INET_INGRESS:
		return 0;
	case NF_INET_PRE_ROUTING:
		return 1;
	case NF_INET_LOCAL_OUT:
		return 2;
	case NF_INET_FORWARD:
		return 3;
	case NF_INET_LOCAL_IN:
		return 4;
	default:
		return 5;
	}
}

/* Chains of type nat run where the kernel's nat hook stands. */
static s32 place_of(const struct zw_chain *chain)
{
	if (chain->type != ZW_CHAIN_NAT)
		return chain->priority;
	return chain->hook == NF_INET_PRE_ROUTING ||
			       chain->hook == NF_INET_LOCAL_OUT
		       ? NF_IP_PRI_NAT_DST
		       : NF_IP_PRI_NAT_SRC;
}

static int by_way(const void *a, const void *b)
{
	const struct turning *x = a, *y = b;

	if (x->hook_rank != y->hook_rank)
		return x->hook_rank < y->hook_rank ? -1 : 1;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->own != y->own)
		return x->own < y->own ? -1 : 1;
	if (x->registered != y->registered)
		return x->registered > y->registered ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static void set_era(struct zw_chain *chain, enum zw_era era, u32 turn,
		    bool policy_drop)
{
	chain->era = era;
	chain->turn = turn;
	chain->policy_drop = policy_drop;
}

static void take_turn(struct mixer *m, u32 number)
{
	struct zw_ruleset *r = &m->out->ruleset;
	const struct zw_chain *a = chain_of(m->former, number);
	const struct zw_chain *b = chain_of(m->new, number), *any;
	struct turning t = { ZW_NONE, ZW_NONE, 0, 0, 0, 0, number };

	if (!meets(m->former, a))
		a = NULL;
	if (!meets(m->new, b))
		b = NULL;
	any = a ? a : b;
	if (!any || !m->chain_differs[number])
		return;
	t.hook_rank = rank_of(r->tables.v[any->table].family, any->hook);
	t.place = place_of(any);
	t.own = any->priority;
	t.registered = any->registered;
	if (a)
		t.former = m->former_chain[number];
	if (b)
		t.new = number;
	if (b && (!a || a->policy_drop != b->policy_drop) &&
	    (b->policy_drop || a))
		m->out->policies = true;
	zw_push(m->arena, m->turns, t);
}

/* The parallel hooks of a stage share their numbers. */
static void number_turns(struct mixer *m)
{
	struct zw_ruleset *r = &m->out->ruleset;
	u32 i, stage = 0, begin = 0, end = 0, turn = 0, rank = 0;

	if (m->turns.n)
		qsort(m->turns.v, m->turns.n, sizeof(*m->turns.v), by_way);
	for (i = 0; i < m->turns.n; i++) {
		const struct turning *t = &m->turns.v[i];
		bool drop;

		if (stage_of(t->hook_rank) != stage) {
			stage = stage_of(t->hook_rank);
			begin = turn = end;
		} else if (t->hook_rank != rank &&
			   (t->hook_rank == 2 || t->hook_rank == 4)) {
			turn = begin;
		}
		rank = t->hook_rank;
		drop = (t->former == ZW_NONE ||
			r->chains.v[t->former].policy_drop) &&
		       t->former != ZW_NONE &&
		       (t->new == ZW_NONE || r->chains.v[t->new].policy_drop);
		if (t->former != ZW_NONE)
			set_era(&r->chains.v[t->former], ZW_ERA_FORMER, turn,
				drop);
		if (t->new != ZW_NONE)
			set_era(&r->chains.v[t->new], ZW_ERA_NEW, turn, drop);
		turn++;
		if (turn > end)
			end = turn;
	}
	m->out->moments = end;
}

/* What is awake in one of them only has no other version. */
static void hide_sleepers(struct mixer *m)
{
	struct zw_ruleset *r = &m->out->ruleset;
	u32 i;

	for (i = 0; i < m->new->chains.n; i++) {
		if (!meets(m->new, chain_of(m->new, i)) &&
		    (!meets(m->former, chain_of(m->former, i)) ||
		     m->former_chain[i] != i))
			r->chains.v[i].base = false;
		if (i < m->former->chains.n && m->former_chain[i] != i &&
		    !meets(m->former, chain_of(m->former, i)))
			r->chains.v[m->former_chain[i]].base = false;
	}
}

/* ---- the ground ---- */

#define COPY_VEC(arena, vec)                                                \
	do {                                                                \
		void *copy_ =                                               \
			zw_alloc_array((arena), (vec).n, sizeof(*(vec).v)); \
		if ((vec).n)                                                \
			memcpy(copy_, (vec).v, (vec).n * sizeof(*(vec).v)); \
		(vec).v = copy_;                                            \
		(vec).cap = (vec).n;                                        \
	} while (0)

static void copy_new(struct mixer *m)
{
	struct zw_ruleset *r = &m->out->ruleset;
	u32 i;

	*r = *m->new;
	COPY_VEC(m->arena, r->tables);
	COPY_VEC(m->arena, r->chains);
	COPY_VEC(m->arena, r->sets);
	for (i = 0; i < r->tables.n; i++) {
		struct zw_table *t = &r->tables.v[i];

		COPY_VEC(m->arena, t->chains);
		if (i < m->former->tables.n && m->former->tables.v[i].alive) {
			t->alive = true;
			t->flags &= m->former->tables.v[i].flags |
				    ~(u32)NFT_TABLE_F_DORMANT;
		}
	}
}

/* ---- what packets reach ---- */

static bool reach(bool *reached, u32 chain)
{
	if (chain == ZW_NONE || reached[chain])
		return false;
	reached[chain] = true;
	return true;
}

static bool reach_rulings(bool *reached, const struct zw_set *set)
{
	bool more = false;
	u32 i;

	if (!set || !set->elements.rulings)
		return false;
	for (i = 0; i < set->elements.n; i++)
		more |= reach(reached, set->elements.rulings[i].chain);
	if (set->has_catchall)
		more |= reach(reached, set->catchall_ruling.chain);
	return more;
}

/* The chains that CHAIN of R leads to; true if one of them is new. */
static bool reach_from(bool *reached, const struct zw_ruleset *r,
		       const struct zw_chain *chain)
{
	bool more = false;
	size_t k;
	u32 i;

	for (k = 0; chain && k < chain->rules.n; k++) {
		const struct zw_rule *rule = chain->rules.v[k];

		for (i = 0; i < rule->n_exprs; i++) {
			const struct zw_expr *e = &rule->exprs[i];

			if (e->kind == ZW_EXPR_IMMEDIATE &&
			    e->immediate.dreg == ZW_REG_VERDICT)
				more |= reach(reached,
					      e->immediate.ruling.chain);
			if (e->kind == ZW_EXPR_LOOKUP &&
			    e->lookup.set != ZW_NONE)
				more |= reach_rulings(reached,
						      set_of(r, e->lookup.set));
		}
	}
	return more;
}

static bool looks_into_change(const struct mixer *m,
			      const struct zw_chain *chain)
{
	size_t k;
	u32 i;

	for (k = 0; chain && k < chain->rules.n; k++) {
		const struct zw_rule *rule = chain->rules.v[k];

		for (i = 0; i < rule->n_exprs; i++)
			if (rule->exprs[i].kind == ZW_EXPR_LOOKUP &&
			    rule->exprs[i].lookup.set != ZW_NONE &&
			    content_changes(m, rule->exprs[i].lookup.set))
				return true;
	}
	return false;
}

/* Does any packet look into a set whose content changes? */
static bool meets_change(const struct mixer *m)
{
	bool *reached = ZW_NEW_ARRAY(m->arena, bool, m->new->chains.n + 1);
	bool more = true;
	u32 i;

	for (i = 0; i < m->new->chains.n; i++)
		reached[i] = meets(m->former, chain_of(m->former, i)) ||
			     meets(m->new, chain_of(m->new, i));
	while (more) {
		more = false;
		for (i = 0; i < m->new->chains.n; i++) {
			if (!reached[i])
				continue;
			more |= reach_from(reached, m->former,
					   chain_of(m->former, i));
			more |= reach_from(reached, m->new,
					   chain_of(m->new, i));
		}
	}
	for (i = 0; i < m->new->chains.n; i++) {
		if (reached[i] &&
		    (looks_into_change(m, chain_of(m->former, i)) ||
		     looks_into_change(m, chain_of(m->new, i))))
			return true;
	}
	return false;
}

/* ---- the result ---- */

void zw_mixture_make(struct zw_arena *arena, const struct zw_ruleset *former,
		     const struct zw_ruleset *new, struct zw_mixture *mixture)
{
	struct mixer m = {
		.arena = arena, .former = former, .new = new, .out = mixture
	};
	size_t chains = new->chains.n + 1, sets = new->sets.n + 1;
	u32 i;

	*mixture = (struct zw_mixture){ 0 };
	m.chain_differs = ZW_NEW_ARRAY(arena, bool, chains);
	m.set_leads = ZW_NEW_ARRAY(arena, bool, sets);
	m.former_chain = ZW_NEW_ARRAY(arena, u32, chains);
	m.former_set = ZW_NEW_ARRAY(arena, u32, sets);
	for (i = 0; i < sets; i++)
		m.former_set[i] = i;
	spread(&m);
	copy_new(&m);
	number_former(&m);
	rewrite_former(&m);
	for (i = 0; i < new->chains.n; i++) {
		take_turn(&m, i);
		mixture->guarded |= meets(former, chain_of(former, i));
	}
	number_turns(&m);
	hide_sleepers(&m);
	free_contents(&m);
	mixture->sets = meets_change(&m);
	mixture->differs = mixture->moments || mixture->sets;
}
