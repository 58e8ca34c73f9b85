/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of a packet through the hooks, as one diagram.
 *
 * For each family: the base chains of every table that the packet meets, hook
 * by hook and by priority (include/uapi/linux/netfilter_ipv4.h); accept ends
 * its base chain alone, drop is final. Chains of `type nat` see only packets of
 * state new. A chain that is bound to devices sees only those. Where two
 * families' chains of one hook have equal priority, the one registered last
 * runs first (net/netfilter/core.c, nf_hook_entries_grow); where that is not
 * known both orders are tried, and a doubt if they differ.
 *
 * Not followed: bridge and arp families (verifier/below.c says where they
 * matter), and what leaves the path altogether. */
#include <linux/netfilter_ipv4.h>
#include <stdlib.h>

#include "base/assert.h"
#include "verifier/entry.h"
#include "verifier/symbolic_internal.h"
#include "verifier/translation.h"
#include "verifier/xt.h"

#define BUDGET 2000000

/* The loopback has a kind of its own. */
static bool asks_link_type(const struct zw_rule *rule)
{
	u32 i;

	for (i = 0; i < rule->n_exprs; i++) {
		const struct zw_expr *expr = &rule->exprs[i];

		if (zw_loads_link_type(expr) ||
		    (expr->kind == ZW_EXPR_MATCH && expr->xt.means &&
		     expr->xt.means->kind == ZW_XT_MAC))
			return true;
	}
	return false;
}

void zw_symbolic_cuts(struct zw_cuts *cuts, const struct zw_ruleset *ruleset)
{
	size_t i, k;

	for (i = 0; i < ruleset->chains.n; i++) {
		const struct zw_chain *chain = &ruleset->chains.v[i];

		for (k = 0; k < chain->devices.n; k++)
			zw_cuts_name(cuts, chain->devices.v[k].name,
				     chain->devices.v[k].prefix);
		for (k = 0; k < chain->rules.n; k++) {
			if (asks_link_type(chain->rules.v[k]))
				zw_cuts_name(cuts, ZW_STR("lo"), false);
		}
	}
}

/* ---- what the ruleset has ------------------------------------------------ */

/* Expressions that make the kernel load conntrack for their family
 * (nf_ct_netns_get): with it comes defragmentation. */
static bool uses_conntrack(const struct zw_expr *expr)
{
	switch (expr->kind) {
	case ZW_EXPR_CT:
	case ZW_EXPR_CT_SET:
	case ZW_EXPR_CONNLIMIT:
	case ZW_EXPR_NAT:
	case ZW_EXPR_MASQ:
	case ZW_EXPR_REDIR:
	case ZW_EXPR_FLOW_OFFLOAD:
	case ZW_EXPR_SYNPROXY:
		return true;
	case ZW_EXPR_MATCH:
	case ZW_EXPR_TARGET:
		return zw_xt_tracks(expr->xt.means);
	default:
		return false;
	}
}

/* Expressions behind which a packet may go another way than the hooks that
 * follow, or a copy of it (see zw_run_lost). */
static bool may_lose(const struct zw_expr *expr)
{
	switch (expr->kind) {
	case ZW_EXPR_DUP:
	case ZW_EXPR_FWD:
	case ZW_EXPR_TPROXY:
	case ZW_EXPR_SYNPROXY:
	case ZW_EXPR_OBJREF:
	case ZW_EXPR_OBJMAP:
	case ZW_EXPR_PAYLOAD_SET:
	case ZW_EXPR_EXTHDR_SET:
	case ZW_EXPR_FLOW_OFFLOAD:
		return true;
	case ZW_EXPR_TARGET:
		return expr->xt.means &&
		       (expr->xt.means->kind == ZW_XT_COPY ||
			expr->xt.means->kind == ZW_XT_ELSEWHERE);
	default:
		return false;
	}
}

static void note_rule(struct zw_symbolic *s, const struct zw_rule *rule)
{
	u32 i;

	for (i = 0; i < rule->n_exprs; i++) {
		const struct zw_expr *expr = &rule->exprs[i];

		if (expr->kind == ZW_EXPR_NOTRACK || zw_xt_untracks(expr))
			s->has_notrack = true;
		if (zw_xt_reads_tuples(expr))
			s->reads_tuples = true;
		if (zw_xt_expects(expr) || expr->doubt)
			s->expects = true;
		s->reads_status |= expr->kind == ZW_EXPR_CT &&
				   expr->ct.key == NFT_CT_STATUS;
		s->loses |= may_lose(expr);
		s->offloads |= expr->kind == ZW_EXPR_FLOW_OFFLOAD;
		if (expr->kind == ZW_EXPR_CT &&
		    zw_ct_needs_direction(expr->ct.key))
			s->reads_tuples = true;
	}
}

/* Which families' packets conntrack sees once RULE is there. */
static void note_tracked(u32 family, const struct zw_rule *rule,
			 bool tracked[ZW_FAMILY_COUNT])
{
	u32 i;

	for (i = 0; i < rule->n_exprs; i++) {
		if (rule->exprs[i].doubt || !uses_conntrack(&rule->exprs[i]))
			continue;
		if (family == NFPROTO_IPV4 || family == NFPROTO_INET)
			tracked[ZW_IPV4] = true;
		if (family == NFPROTO_IPV6 || family == NFPROTO_INET)
			tracked[ZW_IPV6] = true;
	}
}

void zw_symbolic_tracked(const struct zw_ruleset *ruleset,
			 bool tracked[ZW_FAMILY_COUNT])
{
	size_t t, c, r;

	tracked[ZW_IPV4] = tracked[ZW_IPV6] = false;
	for (t = 0; t < ruleset->tables.n; t++) {
		const struct zw_table *table = &ruleset->tables.v[t];

		for (c = 0; table->alive && c < table->chains.n; c++) {
			const struct zw_chain *chain =
				&ruleset->chains.v[table->chains.v[c]];

			for (r = 0; r < chain->rules.n; r++)
				note_tracked(table->family, chain->rules.v[r],
					     tracked);
		}
	}
}

/* Objects that make conntrack expect connections, or may. */
static bool may_expect(const struct zw_object *object)
{
	return object->doubt || object->type == NFT_OBJECT_CT_HELPER ||
	       object->type == NFT_OBJECT_CT_EXPECT;
}

static void note_nat(struct zw_symbolic *s, u32 family)
{
	if (family == NFPROTO_IPV4 || family == NFPROTO_INET)
		s->translates[ZW_IPV4] = true;
	if (family == NFPROTO_IPV6 || family == NFPROTO_INET)
		s->translates[ZW_IPV6] = true;
}

struct zw_symbolic *zw_symbolic_new(struct zw_arena *arena,
				    struct zw_space *space,
				    const struct zw_ruleset *ruleset)
{
	struct zw_symbolic *s = ZW_NEW(arena, struct zw_symbolic);
	size_t t, c, r;

	s->arena = arena;
	s->space = space;
	s->ruleset = ruleset;
	s->outcomes = zw_outcomes_new(arena);
	if (!space->then_tag) {
		space->then_tag = zw_tag_new(space->d);
		space->past_tag = zw_tag_new(space->d);
	}
	s->lookups = ZW_NEW(arena, struct zw_map);
	zw_map_init(s->lookups, arena);
	s->to_end_tag = zw_tag_new(space->d);
	for (t = 0; t < ruleset->tables.n; t++) {
		const struct zw_table *table = &ruleset->tables.v[t];

		if (!table->alive)
			continue;
		for (c = 0; c < table->chains.n; c++) {
			const struct zw_chain *chain =
				&ruleset->chains.v[table->chains.v[c]];

			for (r = 0; r < chain->rules.n; r++)
				note_rule(s, chain->rules.v[r]);
			if (chain->base && chain->type == ZW_CHAIN_NAT &&
			    !(table->flags & NFT_TABLE_F_DORMANT))
				note_nat(s, table->family);
		}
		for (c = 0; c < table->objects.n; c++)
			s->expects |= may_expect(
				&ruleset->objects.v[table->objects.v[c]]);
	}
	zw_symbolic_tracked(ruleset, s->tracked);
	space->joined = s->tracked[ZW_IPV6] && !ruleset->fragments;
	return s;
}

/* Nothing that is looked at outside of the chains themselves tells A from B. */
static bool alike(const struct zw_symbolic *a, const struct zw_symbolic *b)
{
	u32 f;

	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		if (a->tracked[f] != b->tracked[f] ||
		    a->translates[f] != b->translates[f])
			return false;
	}
	return a->ruleset->fragments == b->ruleset->fragments &&
	       a->has_notrack == b->has_notrack && a->loses == b->loses &&
	       a->reads_status == b->reads_status &&
	       a->offloads == b->offloads && a->expects == b->expects &&
	       a->reads_tuples == b->reads_tuples;
}

struct zw_symbolic *zw_symbolic_variant(struct zw_arena *arena,
					const struct zw_symbolic *base,
					const struct zw_ruleset *ruleset,
					struct zw_touched touched)
{
	struct zw_symbolic *s = zw_symbolic_new(arena, base->space, ruleset);
	size_t i;

	s->foreign = base->foreign;
	s->tests_arrival = base->tests_arrival;
	s->tests_time = base->tests_time;
	if (!alike(s, base))
		return s;
	s->outcomes = base->outcomes;
	s->to_end_tag = base->to_end_tag;
	memcpy(s->there, base->there, sizeof(s->there));
	memcpy(s->there_known, base->there_known, sizeof(s->there_known));
	for (i = 0; i < base->losses.n; i++) /* leaves have their numbers */
		zw_push(arena, s->losses, base->losses.v[i]);
	s->base = base;
	s->touched = touched;
	return s;
}

struct zw_symbolic *zw_symbolic_beside(struct zw_arena *arena,
				       struct zw_symbolic *other,
				       const struct zw_ruleset *ruleset)
{
	struct zw_symbolic *s = zw_symbolic_new(arena, other->space, ruleset);

	s->foreign = other->foreign;
	if (!alike(s, other))
		return s;
	if (!other->same) {
		other->same = ZW_NEW(arena, struct zw_same_chains);
		other->same->alike = zw_alike_new(arena);
		zw_map_init(&other->same->summaries, arena);
		other->says =
			zw_alike_chains(other->same->alike, other->ruleset);
	}
	s->outcomes = other->outcomes;
	s->to_end_tag = other->to_end_tag;
	s->same = other->same;
	s->says = zw_alike_chains(s->same->alike, ruleset);
	return s;
}

/* ---- unknowns and doubts ------------------------------------------------- */

zw_node zw_unknown(struct scene *scene, u32 expr, bool real, const char *what)
{
	struct zw_symbolic *s = scene->s;
	struct zw_approximation a = {
		.variable = zw_space_fresh(s->space),
		.chain = scene->chain,
		.position = scene->position,
		.expr = expr,
		.real = real,
		.predicate = ZW_NONE,
		.what = what,
		.family = (u8)scene->family,
		.path = (u8)scene->path,
	};
	struct zw_range one = { 1, 1 };

	zw_push(s->arena, s->approximations, a);
	return zw_in(s->space->d, a.variable, &one, 1);
}

zw_node zw_unknown_limit(struct scene *scene, u32 expr, struct zw_str name,
			 bool inverted, const char *what)
{
	struct zw_symbolic *s = scene->s;
	zw_node node = zw_unknown(scene, expr, true, what);
	struct zw_approximation *a =
		&s->approximations.v[s->approximations.n - 1];

	a->inverted = inverted;
	a->predicate = zw_space_predicate(s->space, name);
	return inverted ? zw_not(s->space->d, node) : node;
}

zw_node zw_unknown_content(struct scene *scene, u32 expr)
{
	struct zw_symbolic *s = scene->s;
	zw_node node =
		zw_unknown(scene, expr, true, "the former content of a set");

	s->approximations.v[s->approximations.n - 1].former = true;
	return node;
}

static int by_variable(const void *a, const void *b)
{
	const struct zw_rewrite *x = a, *y = b;

	return x->variable < y->variable ? -1 : x->variable > y->variable;
}

void zw_sort_rewrites(struct zw_rewrite *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_variable);
}

zw_node zw_symbolic_named(struct zw_symbolic *s, zw_node node)
{
	struct zw_rewrite *v =
		zw_heap_resize(NULL, s->approximations.n + 1, sizeof(*v));
	size_t i, n = 0;

	for (i = 0; i < s->approximations.n; i++) {
		const struct zw_approximation *a = &s->approximations.v[i];

		if (a->predicate != ZW_NONE)
			v[n++] = (struct zw_rewrite){ a->variable, true,
						      a->predicate };
	}
	zw_sort_rewrites(v, n);
	if (n)
		node = zw_substitute(s->space->d, node, v, n);
	free(v);
	return node;
}

/* What the rule at hand does to a proof, in words. */
static struct zw_str blame(const struct scene *scene, const char *what)
{
	struct zw_symbolic *s = scene->s;
	const struct zw_chain *chain = &s->ruleset->chains.v[scene->chain];
	struct zw_str table = s->ruleset->tables.v[chain->table].name;

	return zw_strf(s->arena, "rule %u of chain '%.*s' in table '%.*s': %s",
		       scene->position, ZW_STR_ARG(chain->name),
		       ZW_STR_ARG(table), what);
}

void zw_doubt(struct scene *scene, const char *what)
{
	struct zw_symbolic *s = scene->s;
	struct zw_str text = blame(scene, what);
	size_t i;

	s->blames++;
	for (i = 0; i < s->doubts.n; i++) {
		if (zw_str_eq(s->doubts.v[i], text))
			return;
	}
	zw_push(s->arena, s->doubts, text);
}

u32 zw_loss(struct scene *scene, const char *what)
{
	struct zw_symbolic *s = scene->s;
	struct zw_str text = blame(scene, what);
	u32 i;

	s->blames++;
	for (i = 0; i < s->losses.n; i++) {
		if (zw_str_eq(s->losses.v[i], text))
			return i;
	}
	zw_push(s->arena, s->losses, text);
	return i;
}

/* ---- hooks --------------------------------------------------------------- */

struct met {
	u32 chain;
	s32 priority; /* where it runs: of nat chains, the kernel's */
	s32 own;      /* as it says itself */
	u32 registered;
};

typedef ZW_VEC(struct met) met_chains;

static int by_priority(const void *a, const void *b)
{
	const struct met *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->own != y->own)
		return x->own < y->own ? -1 : 1;
	if (x->registered != y->registered)
		return x->registered > y->registered ? -1 : 1;
	return x->chain < y->chain ? -1 : x->chain > y->chain;
}

/* Does a table of TABLE_FAMILY have its chains on packets of FAMILY? */
static bool meets(u32 table_family, bool device_hook, enum zw_family family)
{
	if (device_hook)
		return table_family == NFPROTO_NETDEV;
	return table_family == NFPROTO_INET ||
	       table_family ==
		       (family == ZW_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6);
}

/* Chains of type nat run where the kernel's nat hook stands (nf_nat_core.c,
 * nf_nat_register_fn). */
static s32 place_of(const struct zw_chain *chain)
{
	if (chain->type != ZW_CHAIN_NAT)
		return chain->priority;
	return chain->hook == NF_INET_PRE_ROUTING ||
			       chain->hook == NF_INET_LOCAL_OUT
		       ? NF_IP_PRI_NAT_DST
		       : NF_IP_PRI_NAT_SRC;
}

static void collect(const struct zw_symbolic *s, bool device_hook, u32 hook,
		    enum zw_family family, met_chains *out)
{
	size_t t, c;

	for (t = 0; t < s->ruleset->tables.n; t++) {
		const struct zw_table *table = &s->ruleset->tables.v[t];

		if (!table->alive || table->flags & NFT_TABLE_F_DORMANT ||
		    !meets(table->family, device_hook, family))
			continue;
		for (c = 0; c < table->chains.n; c++) {
			const struct zw_chain *chain =
				&s->ruleset->chains.v[table->chains.v[c]];
			struct met met = { table->chains.v[c], place_of(chain),
					   chain->priority, chain->registered };

			if (chain->base && chain->hook == hook &&
			    zw_chain_runs(s->ruleset, chain))
				zw_push(s->arena, *out, met);
		}
	}
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_priority);
}

/* Packets by the devices that CHAIN is bound to. */
static zw_node on_devices(struct scene *scene, const struct zw_chain *chain,
			  bool egress)
{
	struct zw_space *space = scene->s->space;
	u32 first, last;
	zw_node on = ZW_EMPTY;
	size_t i;

	for (i = 0; i < chain->devices.n; i++) {
		if (zw_space_names(space, chain->devices.v[i].name,
				   chain->devices.v[i].prefix, &first, &last))
			on = zw_or(space->d, on,
				   zw_space_index(space,
						  egress ? ZW_FIELD_OUT
							 : ZW_FIELD_IN,
						  first, last));
	}
	return on;
}

/* First packets of their flow that no chain of this hook has bound yet. */
static zw_node unbound(struct zw_space *space, bool destination)
{
	return zw_and(
		space->d, zw_entry_first(space),
		zw_space_is(space,
			    destination ? ZW_FIELD_NEW_DST : ZW_FIELD_NEW_SRC,
			    0));
}

/* What the ruleset that this one shares with made of base chain NUMBER here; or
 * NULL. */
static const struct zw_made_chain *shared(const struct scene *scene, u32 number)
{
	const struct zw_symbolic *base = scene->s->base;
	const struct zw_made_chain *made;

	if (!base || number >= base->ruleset->chains.n ||
	    !base->made[scene->path][scene->family])
		return NULL;
	made = &base->made[scene->path][scene->family][number];
	return made->known ? made : NULL;
}

/* No chain is summarised yet, but those that are as they were. */
static void begin_summaries(struct scene *scene, u32 number)
{
	const struct zw_symbolic *s = scene->s;
	const struct zw_made_chain *made = shared(scene, number);
	size_t i, n = s->ruleset->chains.n;

	memset(scene->state, 0, n);
	if (!made || !made->memo || made->doubtful)
		return;
	for (i = 0; i < n && i < s->base->ruleset->chains.n; i++) {
		if (made->state[i] != CHAIN_KNOWN || s->touched.chains[i])
			continue;
		scene->state[i] = CHAIN_KNOWN;
		scene->memo[i] = made->memo[i];
	}
}

/* Stand before the base chain NUMBER; nothing is known of chains from there. */
static void stand_at(struct scene *scene, u32 number, bool device_hook)
{
	const struct zw_chain *chain = &scene->s->ruleset->chains.v[number];
	bool tracks = scene->hook == NF_INET_PRE_ROUTING ||
		      scene->hook == NF_INET_LOCAL_OUT;

	scene->priority = chain->priority;
	scene->has_entry =
		!device_hook && (!tracks || chain->type == ZW_CHAIN_NAT ||
				 chain->priority > NF_IP_PRI_CONNTRACK);
	scene->unjoined =
		scene->s->space->joined &&
		(device_hook ||
		 (tracks && chain->priority < NF_IP_PRI_CONNTRACK_DEFRAG));
	begin_summaries(scene, number);
	scene->chain = number;
	scene->position = 0;
}

static bool is_bound(const struct zw_chain *chain, bool device_hook)
{
	return device_hook || chain->devices.n;
}

static bool is_egress(const struct scene *scene, bool device_hook)
{
	return device_hook && scene->hook == NF_NETDEV_EGRESS;
}

static struct product chain_at(struct scene *scene, u32 number,
			       bool device_hook)
{
	struct zw_space *space = scene->s->space;
	const struct zw_chain *chain = &scene->s->ruleset->chains.v[number];
	bool tracks = scene->hook == NF_INET_PRE_ROUTING ||
		      scene->hook == NF_INET_LOCAL_OUT;
	zw_node past = zw_leaf(space->d, GO_ON);
	struct product p;

	stand_at(scene, number, device_hook);
	p = zw_base_chain(scene, number);
	if (chain->type == ZW_CHAIN_NAT)
		p.node = zw_if(space->d, unbound(space, tracks), p.node, past);
	if (is_bound(chain, device_hook))
		p.node = zw_if(
			space->d,
			on_devices(scene, chain, is_egress(scene, device_hook)),
			p.node, past);
	if (chain->type == ZW_CHAIN_NAT || is_bound(chain, device_hook))
		p.kinds |= KIND(GO_ON);
	return p;
}

/* Have the scene's visitor look at a base chain instead. */
static void show(struct scene *scene, u32 number, bool device_hook)
{
	struct zw_space *space = scene->s->space;
	const struct zw_chain *chain = &scene->s->ruleset->chains.v[number];
	zw_node come = ZW_ALL;

	stand_at(scene, number, device_hook);
	if (chain->type == ZW_CHAIN_NAT)
		come = zw_entry_first(space);
	if (is_bound(chain, device_hook))
		come = zw_and(space->d, come,
			      on_devices(scene, chain,
					 is_egress(scene, device_hook)));
	scene->visit(scene, come);
}

static void keep(const struct scene *scene, struct zw_made_chain *made)
{
	struct zw_symbolic *s = scene->s;
	size_t n = s->ruleset->chains.n;

	made->memo = ZW_NEW_ARRAY(s->arena, struct product, n);
	made->state = ZW_NEW_ARRAY(s->arena, u8, n);
	memcpy(made->memo, scene->memo, n * sizeof(*made->memo));
	memcpy(made->state, scene->state, n);
}

/* Base chain NUMBER as the other ruleset has it; false if it is another here.
 */
static bool take_shared(struct scene *scene, u32 number,
			struct zw_made_chain *made)
{
	struct zw_symbolic *s = scene->s;
	const struct zw_made_chain *other = shared(scene, number);
	size_t i;

	if (!other || other->doubtful || s->touched.chains[number])
		return false;
	made->chain = other->chain;
	for (i = 0; i < other->count; i++)
		zw_push(s->arena, s->approximations,
			s->base->approximations.v[other->first + i]);
	return true;
}

static void make_chain(struct scene *scene, u32 number, bool device_hook,
		       struct zw_made_chain *made)
{
	struct zw_symbolic *s = scene->s;
	u64 blames = s->blames;

	made->first = s->approximations.n;
	made->chain = chain_at(scene, number, device_hook);
	made->count = s->approximations.n - made->first;
	made->doubtful = s->blames > blames;
	if (s->keeps)
		keep(scene, made);
}

/* The same, made once. */
static struct product known_chain_at(struct scene *scene, u32 number,
				     bool device_hook)
{
	struct zw_symbolic *s = scene->s;
	struct zw_made_chain **made = &s->made[scene->path][scene->family];

	if (!*made)
		*made = ZW_NEW_ARRAY(s->arena, struct zw_made_chain,
				     s->ruleset->chains.n);
	if (!(*made)[number].known) {
		if (!take_shared(scene, number, &(*made)[number]))
			make_chain(scene, number, device_hook,
				   &(*made)[number]);
		(*made)[number].known = true;
	}
	return (*made)[number].chain;
}

static void add_step(struct scene *scene, enum step_kind kind,
		     struct product chain)
{
	struct step step = { kind, chain };

	zw_push(scene->s->arena, *scene->steps, step);
}

/* The kernel's own step KIND comes before what runs at PRIORITY. */
static void own_step(struct scene *scene, enum step_kind kind, s32 place,
		     s64 priority, bool *done)
{
	struct product none = { ZW_EMPTY, 0 };

	if (*done || priority <= place)
		return;
	*done = true;
	add_step(scene, kind, none);
}

static void own_steps(struct scene *scene, s64 priority, bool done[3])
{
	struct zw_symbolic *s = scene->s;
	bool translates = s->translates[scene->family];

	if (scene->hook == NF_INET_PRE_ROUTING ||
	    scene->hook == NF_INET_LOCAL_OUT) {
		if (translates || s->reads_tuples)
			own_step(scene, STEP_CONNTRACK, NF_IP_PRI_CONNTRACK,
				 priority, &done[0]);
		if (translates)
			own_step(scene, STEP_DESTINATION, NF_IP_PRI_NAT_DST,
				 priority, &done[1]);
	} else if (scene->hook == NF_INET_POST_ROUTING && translates) {
		own_step(scene, STEP_SOURCE, NF_IP_PRI_NAT_SRC, priority,
			 &done[2]);
	}
}

/* Two chains whose order nobody knows: does it matter? */
static void compare_orders(struct scene *scene, const struct met *x,
			   struct product a, const struct met *y,
			   struct product b)
{
	struct zw_symbolic *s = scene->s;
	struct product one[2] = { a, b }, other[2] = { b, a };
	struct zw_str name = s->ruleset->chains.v[x->chain].name;

	if (zw_same(zw_then_all(s, one, 2, true).node,
		    zw_then_all(s, other, 2, true).node))
		return;
	s->orders = true;
	scene->chain = y->chain;
	scene->position = 1;
	zw_doubt(
		scene,
		zw_cstr(s->arena,
			zw_strf(s->arena,
				"its order against chain '%.*s' of equal priority matters and is not known",
				ZW_STR_ARG(name))));
}

/* The last of CHAINS, number N - 1, against those before it of its priority. */
static void check_orders(struct scene *scene, const met_chains *chains,
			 size_t n, size_t first_step)
{
	const struct step *steps = scene->steps->v + first_step;
	const struct met *last = &chains->v[n - 1];
	size_t i, k = 0;

	for (i = 0; i + 1 < n; i++) {
		const struct met *m = &chains->v[i];

		while (steps[k].kind != STEP_CHAIN)
			k++;
		if (m->own == last->own && m->priority == last->priority &&
		    m->registered == last->registered)
			compare_orders(
				scene, m, steps[k].chain, last,
				scene->steps->v[scene->steps->n - 1].chain);
		k++;
	}
}

static bool not_dropped(void *context, u32 leaf)
{
	const struct zw_symbolic *s = context;

	return s->outcomes->v.v[leaf].kind != DROPS;
}

/* What CHAIN drops does not get to those that follow. */
static void narrow(struct scene *scene, u32 number, struct product chain)
{
	struct zw_symbolic *s = scene->s;

	if (!zw_chain_cares(scene, number) || !(chain.kinds & KIND(DROPS)))
		return;
	scene->care =
		zw_and(s->space->d, scene->care,
		       zw_symbolic_lasting(s, zw_where(s->space->d, chain.node,
						       not_dropped, s)));
}

static void add_hook(struct scene *scene, bool device_hook, u32 hook)
{
	met_chains chains = { 0 };
	bool done[3] = { false };
	size_t i, first = scene->steps->n;

	collect(scene->s, device_hook, hook, scene->family, &chains);
	scene->hook = hook;
	for (i = 0; i < chains.n; i++) {
		if (scene->visit) {
			show(scene, chains.v[i].chain, device_hook);
			continue;
		}
		if (!device_hook)
			own_steps(scene, chains.v[i].priority, done);
		add_step(scene, STEP_CHAIN,
			 known_chain_at(scene, chains.v[i].chain, device_hook));
		if (scene->s->foreign)
			check_orders(scene, &chains, i + 1, first);
		/* chains behind the decision are built for all packets */
		if (i + 1 < chains.n ||
		    (hook != NF_INET_FORWARD && hook != NF_INET_LOCAL_IN))
			narrow(scene, chains.v[i].chain,
			       scene->steps->v[scene->steps->n - 1].chain);
	}
	if (!device_hook && !scene->visit)
		own_steps(scene, INT64_MAX, done);
}

static void add_arrival(struct scene *scene)
{
	bool output = scene->path == ZW_PATH_OUTPUT;

	scene->has_in = !output;
	scene->has_out = output;
	scene->has_route = output;
	if (output) {
		add_hook(scene, false, NF_INET_LOCAL_OUT);
		return;
	}
	add_hook(scene, true, NF_NETDEV_INGRESS);
	add_hook(scene, false, NF_INET_INGRESS);
	add_hook(scene, false, NF_INET_PRE_ROUTING);
}

static void add_departure(struct scene *scene)
{
	scene->has_route = true;
	if (scene->path == ZW_PATH_INPUT) {
		add_hook(scene, false, NF_INET_LOCAL_IN);
		return;
	}
	scene->has_out = true;
	if (scene->path == ZW_PATH_FORWARD)
		add_hook(scene, false, NF_INET_FORWARD);
	add_hook(scene, false, NF_INET_POST_ROUTING);
	add_hook(scene, true, NF_NETDEV_EGRESS);
}

/* ---- the way ------------------------------------------------------------- */

/* Behind translations of sources nothing is known of them. */
static zw_node any_source(struct scene *scene, zw_node node)
{
	struct zw_space *space = scene->s->space;
	u32 words = scene->family == ZW_IPV4 ? 1 : 4, w, i;
	struct zw_rewrite v[ZW_ENTRY_REWRITES];
	size_t n = 0;

	for (w = 0; w <= words; w++) {
		u32 field = w < words ? ZW_FIELD_SRC + w : ZW_FIELD_SPORT;
		const struct zw_field_info *info = &space->fields.v[field];

		for (i = 0; i < info->slice_count; i++) {
			u32 variable = info->slices[i].variable;
			u32 any = zw_space_fresh_up_to(
				space, zw_variable_max(space->d, variable));

			v[n++] = (struct zw_rewrite){ variable, true, any };
		}
	}
	return zw_if(space->d,
		     zw_space_index(space, ZW_FIELD_STATE, ZW_IS_ESTABLISHED,
				    ZW_IS_NEW),
		     zw_substitute(space->d, node, v, n), node);
}

static zw_node through(struct scene *scene, enum step_kind kind, zw_node rest)
{
	struct zw_space *space = scene->s->space;

	switch (kind) {
	case STEP_CONNTRACK:
		return zw_entry_found(space, scene->family, rest);
	case STEP_DESTINATION:
		return zw_entry_destination(space, scene->family, rest);
	case STEP_SOURCE:
		return any_source(scene, rest);
	case STEP_CHAIN:
		break;
	}
	return rest;
}

/* All STEPS and then REST: chains in between the kernel's steps by halves. */
static struct product walk(struct scene *scene, const struct step *v, size_t n,
			   struct product rest)
{
	struct product *run = zw_heap_resize(NULL, n + 1, sizeof(*run));
	size_t end = n, begin, i;
	bool passes;

	while (end) {
		for (begin = end; begin && v[begin - 1].kind == STEP_CHAIN;)
			begin--;
		for (i = begin; i < end; i++)
			run[i - begin] = v[i].chain;
		run[end - begin] = rest;
		/* behind the last one what goes on has passed, as what was
		 * accepted has */
		passes = end > begin && rest.kinds == KIND(GO_ON);
		rest = zw_then_all(scene->s, run, end - begin + !passes, true);
		end = begin;
		if (end && !zw_is_leaf(scene->s->space->d, rest.node))
			rest.node = through(scene, v[end - 1].kind, rest.node);
		if (end)
			end--;
	}
	free(run);
	return rest;
}

/* The number that a change gives to FIELD, or 0. */
static u32 new_value(const struct zw_symbolic *s, struct outcome o, u32 field)
{
	const struct change *change = &s->outcomes->changes.v[o.change];
	u32 variable = s->space->fields.v[field].slices[0].variable, i;

	for (i = 0; i < change->n; i++) {
		if (change->v[i].variable == variable && !change->v[i].is_copy)
			return change->v[i].value;
	}
	return 0;
}

/* What has not been refused has passed; leaves are enum zw_pass then, with
 * the translation. */
static zw_node pass_leaf(void *context, u32 leaf)
{
	struct zw_symbolic *s = context;
	struct outcome o = s->outcomes->v.v[leaf];

	if (o.kind <= REJECTS_OTHER && o.kind != ACCEPTS)
		return zw_leaf(s->space->d, o.kind);
	if (o.kind == LOSES)
		return zw_leaf(s->space->d,
			       ZW_PASS_LOST + ZW_PASS_KINDS * o.chain);
	return zw_leaf(s->space->d,
		       zw_translation_leaf(s->space,
					   new_value(s, o, ZW_FIELD_NEW_DST),
					   new_value(s, o, ZW_FIELD_NEW_SRC)));
}

static zw_node fix_zero(struct zw_symbolic *s, zw_node node, u32 field)
{
	return zw_fix(s->space->d, node,
		      s->space->fields.v[field].slices[0].variable, 0);
}

/* Fields that nothing has set when the packet arrives. */
static zw_node at_arrival(struct zw_symbolic *s, enum zw_family family,
			  zw_node node)
{
	if (s->has_notrack)
		node = fix_zero(s, node, ZW_FIELD_NOTRACK);
	if (s->translates[family])
		node = fix_zero(s, fix_zero(s, node, ZW_FIELD_NEW_DST),
				ZW_FIELD_NEW_SRC);
	return node;
}

void zw_symbolic_visit(struct zw_symbolic *s, enum zw_path path,
		       enum zw_family family, zw_visit_chain *visit,
		       void *visitor)
{
	struct scene scene = { .s = s,
			       .family = family,
			       .path = path,
			       .budget = BUDGET,
			       .visit = visit,
			       .visitor = visitor };
	struct zw_steps none = { 0 };

	scene.state = zw_heap_resize(NULL, s->ruleset->chains.n + 1, 1);
	scene.steps = &none;
	add_arrival(&scene);
	add_departure(&scene);
	free(scene.state);
}

static zw_node family_path(struct zw_symbolic *s, enum zw_path path,
			   enum zw_family family)
{
	struct zw_steps *arrival = ZW_NEW(s->arena, struct zw_steps);
	struct zw_steps departure = { 0 };
	struct scene scene = { .s = s,
			       .family = family,
			       .path = path,
			       .budget = BUDGET,
			       .steps = arrival };
	struct product out = { zw_leaf(s->space->d, GO_ON), KIND(GO_ON) };
	size_t chains = s->ruleset->chains.n + 1;

	if (s->has_care[path])
		scene.care = zw_fix(
			s->space->d, s->care[path],
			s->space->fields.v[ZW_FIELD_FAMILY].slices[0].variable,
			family);
	scene.memo = zw_heap_resize(NULL, chains, sizeof(*scene.memo));
	scene.state = zw_heap_resize(NULL, chains, 1);
	add_arrival(&scene);
	scene.steps = &departure;
	add_departure(&scene);
	s->arrivals[path][family] = arrival;
	free(scene.memo);
	free(scene.state);
	out = walk(&scene, departure.v, departure.n, out);
	out = walk(&scene, arrival->v, arrival->n, out);
	out.node = at_arrival(s, family, out.node);
	if (out.kinds & (KIND(GO_ON) | KIND(RETURNS) | KIND(LOSES) | CHANGED))
		out.node = zw_bind(s->space->d, out.node, pass_leaf, s);
	return out.node;
}

zw_node zw_symbolic_path(struct zw_symbolic *s, enum zw_path path)
{
	zw_node four = family_path(s, path, ZW_IPV4);

	return zw_space_by_family(s->space, four,
				  family_path(s, path, ZW_IPV6));
}

/* ---- what lasts ---------------------------------------------------------- */

static bool stays(const struct zw_symbolic *s, u32 variable)
{
	static const u32 fields[] = { ZW_FIELD_IN,	ZW_FIELD_FAMILY,
				      ZW_FIELD_SRC,	ZW_FIELD_SRC + 1,
				      ZW_FIELD_SRC + 2, ZW_FIELD_SRC + 3,
				      ZW_FIELD_OUT };
	const struct zw_space *space = s->space;
	size_t f, n = sizeof(fields) / sizeof(fields[0]) - !s->out_lasts;
	u32 k;

	for (f = 0; f < n; f++) {
		const struct zw_field_info *info = &space->fields.v[fields[f]];

		for (k = 0; k < info->slice_count; k++) {
			if (info->slices[k].variable == variable)
				return true;
		}
	}
	return false;
}

zw_node zw_symbolic_lasting(const struct zw_symbolic *s, zw_node set)
{
	u32 count = zw_variable_count(s->space->d), variable, n = 0;
	u32 *others = zw_heap_resize(NULL, count + 1, sizeof(*others));

	for (variable = 0; variable < count; variable++) {
		if (!stays(s, variable))
			others[n++] = variable;
	}
	set = zw_exists(s->space->d, set, others, n);
	free(others);
	return set;
}

/* ---- regions ------------------------------------------------------------- */

struct arriving {
	struct zw_symbolic *s;
	zw_node as_is; /* for what is dropped on the way */
};

static zw_node arriving_leaf(void *context, u32 leaf)
{
	struct arriving *a = context;
	u32 kind = a->s->outcomes->v.v[leaf].kind;

	if (kind == ACCEPTS)
		return ZW_ALL;
	return kind == GO_ON ? ZW_EMPTY : a->as_is;
}

static zw_node family_arrivals(struct zw_symbolic *s, enum zw_path path,
			       enum zw_family family, zw_node set)
{
	const struct zw_steps *steps = s->arrivals[path][family];
	struct scene scene = { .s = s, .family = family, .path = path };
	struct arriving a = { s, set };
	/* inside, outside; what a step before decided itself is neither */
	struct product rest = {
		zw_if(s->space->d, set, zw_leaf(s->space->d, ACCEPTS),
		      zw_leaf(s->space->d, GO_ON)),
		KIND(ACCEPTS) | KIND(GO_ON),
	};

	if (!s->translates[family])
		return set;
	rest = walk(&scene, steps->v, steps->n, rest);
	return zw_bind(s->space->d, at_arrival(s, family, rest.node),
		       arriving_leaf, &a);
}

zw_node zw_symbolic_arrivals(struct zw_symbolic *s, enum zw_path path,
			     zw_node set)
{
	zw_node four;

	if (!s->translates[ZW_IPV4] && !s->translates[ZW_IPV6])
		return set;
	four = family_arrivals(s, path, ZW_IPV4, set);
	return zw_space_by_family(s->space, four,
				  family_arrivals(s, path, ZW_IPV6, set));
}

bool zw_symbolic_arrives_alike(const struct zw_symbolic *s, enum zw_path path)
{
	u32 f;
	size_t i;

	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		const struct zw_steps *is = s->arrivals[path][f];
		const struct zw_steps *was = s->base->arrivals[path][f];

		if (!is || !was || is->n != was->n)
			return false;
		for (i = 0; i < is->n; i++) {
			if (is->v[i].kind != was->v[i].kind ||
			    !zw_same(is->v[i].chain.node, was->v[i].chain.node))
				return false;
		}
	}
	return true;
}

/* ---- what a fault lets by ------------------------------------------------ */

static bool refuses(void *context, u32 leaf)
{
	struct zw_symbolic *s = context;

	return s->outcomes->v.v[leaf].kind <= REJECTS_OTHER &&
	       s->outcomes->v.v[leaf].kind != ACCEPTS;
}

static bool goes_on(void *context, u32 leaf)
{
	struct zw_symbolic *s = context;
	u32 kind = s->outcomes->v.v[leaf].kind;

	return kind == ACCEPTS || kind == GO_ON || kind == RETURNS;
}

/* Is the packet routed already when it meets CHAIN? */
static bool behind_routing(const struct zw_symbolic *s,
			   const struct zw_chain *chain)
{
	if (s->ruleset->tables.v[chain->table].family == NFPROTO_NETDEV)
		return chain->hook == NF_NETDEV_EGRESS;
	return chain->hook == NF_INET_LOCAL_IN ||
	       chain->hook == NF_INET_FORWARD ||
	       chain->hook == NF_INET_POST_ROUTING;
}

static zw_node chain_lets_by(struct zw_symbolic *s, enum zw_path path,
			     enum zw_family family, u32 number)
{
	const struct zw_symbolic *base = s->base;
	const struct zw_made_chain *was = &base->made[path][family][number];
	const struct zw_made_chain *is =
		s->made[path][family] ? &s->made[path][family][number] : NULL;
	zw_node out;

	if (!was->known ||
	    (is && is->known && zw_same(was->chain.node, is->chain.node)))
		return ZW_EMPTY;
	out = zw_where(s->space->d, was->chain.node, refuses, s);
	if (is && is->known)
		out = zw_and(s->space->d, out,
			     zw_where(s->space->d, is->chain.node, goes_on, s));
	if (behind_routing(base, &base->ruleset->chains.v[number]))
		out = family_arrivals(s, path, family, out);
	return out;
}

zw_node zw_symbolic_let_by(struct zw_symbolic *s, enum zw_path path)
{
	zw_node of[ZW_FAMILY_COUNT] = { ZW_EMPTY, ZW_EMPTY };
	u32 f, c;

	if (!s->base)
		return ZW_EMPTY;
	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		for (c = 0;
		     s->base->made[path][f] && c < s->base->ruleset->chains.n;
		     c++)
			of[f] = zw_or(s->space->d, of[f],
				      chain_lets_by(s, path, f, c));
	}
	return zw_space_by_family(s->space, of[ZW_IPV4], of[ZW_IPV6]);
}
