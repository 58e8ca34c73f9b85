/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of a packet through the hooks, as one diagram.
 *
 * For each family: the base chains of every table that the packet meets, hook
 * by hook and by priority (include/uapi/linux/netfilter_ipv4.h); accept ends
 * its base chain alone, drop is final. Chains of `type nat` see only packets of
 * state new. A chain that is bound to devices sees only those. Where two
 * families' chains of one hook have equal priority, the one registered last
 * runs first (net/netfilter/core.c, nf_hook_entries_grow); where that is not
 * known, their order does not matter unless they change the packet.
 *
 * Not followed: bridge and arp families (a routed packet meets none of them
 * without br_netfilter), and what leaves the path altogether. */
#include <linux/netfilter_ipv4.h>
#include <stdlib.h>

#include "base/assert.h"
#include "verifier/symbolic_internal.h"

#define BUDGET 2000000

void zw_symbolic_cuts(struct zw_cuts *cuts, const struct zw_ruleset *ruleset)
{
	size_t i, k;

	for (i = 0; i < ruleset->chains.n; i++) {
		const struct zw_chain *chain = &ruleset->chains.v[i];

		for (k = 0; k < chain->devices.n; k++)
			zw_cuts_name(cuts, chain->devices.v[k].name,
				     chain->devices.v[k].prefix);
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
	default:
		return false;
	}
}

static void note_rule(struct zw_symbolic *s, u32 family,
		      const struct zw_rule *rule)
{
	u32 i;

	for (i = 0; i < rule->n_exprs; i++) {
		const struct zw_expr *expr = &rule->exprs[i];

		if (expr->kind == ZW_EXPR_NOTRACK)
			s->has_notrack = true;
		if (expr->doubt || !uses_conntrack(expr))
			continue;
		if (family == NFPROTO_IPV4 || family == NFPROTO_INET)
			s->tracked[ZW_IPV4] = true;
		if (family == NFPROTO_IPV6 || family == NFPROTO_INET)
			s->tracked[ZW_IPV6] = true;
	}
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
	s->then_tag = zw_tag_new(space->d);
	s->past_tag = zw_tag_new(space->d);
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
				note_rule(s, table->family, chain->rules.v[r]);
		}
	}
	space->joined = s->tracked[ZW_IPV6];
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

static int by_variable(const void *a, const void *b)
{
	const struct zw_rewrite *x = a, *y = b;

	return x->variable < y->variable ? -1 : x->variable > y->variable;
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
	qsort(v, n, sizeof(*v), by_variable);
	if (n)
		node = zw_substitute(s->space->d, node, v, n);
	free(v);
	return node;
}

void zw_doubt(struct scene *scene, const char *what)
{
	struct zw_symbolic *s = scene->s;
	const struct zw_chain *chain = &s->ruleset->chains.v[scene->chain];
	struct zw_str table = s->ruleset->tables.v[chain->table].name;
	struct zw_str text =
		zw_strf(s->arena, "rule %u of chain '%.*s' in table '%.*s': %s",
			scene->position, ZW_STR_ARG(chain->name),
			ZW_STR_ARG(table), what);
	size_t i;

	for (i = 0; i < s->doubts.n; i++) {
		if (zw_str_eq(s->doubts.v[i], text))
			return;
	}
	zw_push(s->arena, s->doubts, text);
}

/* ---- hooks --------------------------------------------------------------- */

struct met {
	u32 chain;
	s32 priority;
	u32 registered;
};

typedef ZW_VEC(struct met) met_chains;

static int by_priority(const void *a, const void *b)
{
	const struct met *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
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
			struct met met = { table->chains.v[c], chain->priority,
					   chain->registered };

			if (chain->base && chain->hook == hook)
				zw_push(s->arena, *out, met);
		}
	}
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_priority);
}

/* Only packets by the devices that CHAIN is bound to meet it. */
static zw_node by_device(struct scene *scene, const struct zw_chain *chain,
			 bool egress, zw_node node)
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
	return zw_if(space->d, on, node, zw_leaf(space->d, GO_ON));
}

static struct product chain_at(struct scene *scene, u32 number,
			       bool device_hook)
{
	struct zw_space *space = scene->s->space;
	const struct zw_chain *chain = &scene->s->ruleset->chains.v[number];
	bool tracks = scene->hook == NF_INET_PRE_ROUTING ||
		      scene->hook == NF_INET_LOCAL_OUT;
	struct product p;

	scene->priority = chain->priority;
	scene->has_entry = !device_hook &&
			   (!tracks || chain->priority > NF_IP_PRI_CONNTRACK);
	scene->unjoined =
		space->joined &&
		(device_hook ||
		 (tracks && chain->priority < NF_IP_PRI_CONNTRACK_DEFRAG));
	memset(scene->state, 0, scene->s->ruleset->chains.n);
	scene->chain = number;
	scene->position = 0;
	p = zw_base_chain(scene, number);
	if (chain->type == ZW_CHAIN_NAT)
		p.node = zw_if(space->d,
			       zw_space_index(space, ZW_FIELD_STATE, ZW_IS_NEW,
					      ZW_IS_NEW),
			       p.node, zw_leaf(space->d, GO_ON));
	if (device_hook || chain->devices.n)
		p.node = by_device(
			scene, chain,
			device_hook && scene->hook == NF_NETDEV_EGRESS, p.node);
	if (chain->type == ZW_CHAIN_NAT || device_hook || chain->devices.n)
		p.kinds |= KIND(GO_ON);
	return p;
}

static void add_hook(struct scene *scene, bool device_hook, u32 hook,
		     struct product **v, size_t *n)
{
	met_chains chains = { 0 };
	size_t i;

	collect(scene->s, device_hook, hook, scene->family, &chains);
	scene->hook = hook;
	*v = zw_heap_resize(*v, *n + chains.n + 1, sizeof(**v));
	for (i = 0; i < chains.n; i++)
		(*v)[(*n)++] = chain_at(scene, chains.v[i].chain, device_hook);
}

static void add_hooks(struct scene *scene, struct product **v, size_t *n)
{
	bool output = scene->path == ZW_PATH_OUTPUT;
	bool input = scene->path == ZW_PATH_INPUT;

	scene->has_in = !output;
	scene->has_out = false;
	scene->has_route = false;
	if (!output) {
		add_hook(scene, true, NF_NETDEV_INGRESS, v, n);
		add_hook(scene, false, NF_INET_INGRESS, v, n);
		add_hook(scene, false, NF_INET_PRE_ROUTING, v, n);
		scene->has_route = true;
	}
	if (input) {
		add_hook(scene, false, NF_INET_LOCAL_IN, v, n);
		return;
	}
	scene->has_out = true;
	scene->has_route = true;
	if (output)
		add_hook(scene, false, NF_INET_LOCAL_OUT, v, n);
	else
		add_hook(scene, false, NF_INET_FORWARD, v, n);
	add_hook(scene, false, NF_INET_POST_ROUTING, v, n);
	add_hook(scene, true, NF_NETDEV_EGRESS, v, n);
}

/* What has not been refused has passed; leaves are enum zw_pass then. */
static zw_node pass_leaf(void *context, u32 leaf)
{
	struct zw_symbolic *s = context;
	u32 kind = s->outcomes->v.v[leaf].kind;

	return zw_leaf(s->space->d,
		       kind <= REJECTS_OTHER ? kind : ZW_PASS_ACCEPT);
}

static zw_node family_path(struct zw_symbolic *s, enum zw_path path,
			   enum zw_family family)
{
	struct scene scene = {
		.s = s, .family = family, .path = path, .budget = BUDGET
	};
	size_t n = 0, chains = s->ruleset->chains.n + 1;
	struct product *v = NULL, out;

	scene.memo = zw_heap_resize(NULL, chains, sizeof(*scene.memo));
	scene.state = zw_heap_resize(NULL, chains, 1);
	add_hooks(&scene, &v, &n);
	out = zw_then_all(s, v, n, true);
	free(v);
	free(scene.memo);
	free(scene.state);
	if (s->has_notrack)
		out.node = zw_fix(
			s->space->d, out.node,
			s->space->fields.v[ZW_FIELD_NOTRACK].slices[0].variable,
			0);
	if (out.kinds & (KIND(GO_ON) | KIND(RETURNS) | CHANGED))
		out.node = zw_bind(s->space->d, out.node, pass_leaf, s);
	return out.node;
}

zw_node zw_symbolic_path(struct zw_symbolic *s, enum zw_path path)
{
	zw_node four = family_path(s, path, ZW_IPV4);
	zw_node six = family_path(s, path, ZW_IPV6);
	struct zw_branch branches[2] = { { 0, four }, { 1, six } };
	u32 variable = s->space->fields.v[ZW_FIELD_FAMILY].slices[0].variable;

	return zw_switch(s->space->d, variable, branches, 2);
}
