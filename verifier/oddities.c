/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chain by chain, from the base chains down: which packets come, which rules
 * they meet, where they go from there.
 *
 * Packets that come to a chain are over-approximated: behind a rule that
 * changes the packet nothing is known of what it changed, unless that is a
 * constant; unknowns come out either way. So what is said to be met by none is
 * met by none. Callers are read before those they call, with the rules that are
 * taken out already left away: so all can go together. */
#include "verifier/oddities_internal.h"

#define DEFAULT_NODES 20000000u
#define ATTEMPTS 12
#define BUDGET 2000000
#define DEPTH_MAX 64

/* ---- the order of chains --------------------------------------------------- */

struct order {
	const struct zw_ruleset *ruleset;
	struct zw_arena *arena;
	ZW_VEC(u32) chains; /* those called before their callers */
	u8 *state;	    /* CHAIN_... */
	u32 depth;
	bool circular;
};

static void visit_chain(void *context, u32 chain)
{
	struct order *o = context;

	if (o->state[chain] == CHAIN_BUSY || o->depth > DEPTH_MAX)
		o->circular = true;
	if (o->state[chain] != CHAIN_NEW || o->circular)
		return;
	o->state[chain] = CHAIN_BUSY;
	o->depth++;
	zw_chain_targets(o->ruleset, &o->ruleset->chains.v[chain], visit_chain,
			 o);
	o->depth--;
	o->state[chain] = CHAIN_KNOWN;
	zw_push(o->arena, o->chains, chain);
}

/* ---- stages -------------------------------------------------------------- */

/* Arrival looks the same to packets that stay and to those that go on. */
static bool is_repeated(const struct scene *scene)
{
	return scene->path == ZW_PATH_INPUT && !scene->has_route;
}

static void add_stage(struct scene *scene, zw_node come)
{
	struct reader *r = scene->visitor;
	size_t chains = r->s->ruleset->chains.n;
	struct stage *stage;

	if (is_repeated(scene))
		return;
	stage = ZW_NEW(r->scratch, struct stage);
	stage->scene = *scene;
	stage->scene.visit = NULL;
	stage->scene.budget = BUDGET;
	stage->scene.state = ZW_NEW_ARRAY(r->scratch, u8, chains + 1);
	stage->scene.memo =
		ZW_NEW_ARRAY(r->scratch, struct product, chains + 1);
	stage->come = ZW_NEW_ARRAY(r->scratch, zw_node, chains + 1);
	stage->come[scene->chain] = come;
	zw_push(r->scratch, r->stages, stage);
}

static void find_stages(struct reader *r)
{
	enum zw_path path;
	enum zw_family family;

	for (path = 0; path < ZW_PATH_COUNT; path++) {
		for (family = 0; family < ZW_FAMILY_COUNT; family++)
			zw_symbolic_visit(r->s, path, family, add_stage, r);
	}
}

/* ---- packets on their way ------------------------------------------------ */

struct leaves {
	struct zw_arena *arena;
	ZW_VEC(u32) v;
};

static bool note_leaf(void *context, u32 leaf)
{
	struct leaves *l = context;
	size_t i;

	for (i = 0; i < l->v.n; i++) {
		if (l->v.v[i] == leaf)
			return false;
	}
	zw_push(l->arena, l->v, leaf);
	return false;
}

static bool is_leaf(void *context, u32 leaf)
{
	return *(const u32 *)context == leaf;
}

/* SET as it is behind the change: what was overwritten is forgotten. */
static zw_node changed(struct reader *r, zw_node set, u32 number)
{
	const struct change *change = &r->s->outcomes->changes.v[number];
	u32 *v = zw_heap_resize(NULL, change->n + 1, sizeof(*v)), i;

	for (i = 0; i < change->n; i++)
		v[i] = change->v[i].variable;
	set = zw_exists(r->d, set, v, change->n);
	for (i = 0; i < change->n; i++) {
		struct zw_range one = { change->v[i].value,
					change->v[i].value };

		if (!change->v[i].is_copy)
			set = zw_and(r->d, set, zw_in(r->d, v[i], &one, 1));
	}
	free(v);
	return set;
}

/* Those of REACH that leave the diagram NODE at LEAF, as they are then. */
static zw_node reach_leaf(struct reader *r, zw_node reach, zw_node node,
			  u32 leaf)
{
	u32 change = r->s->outcomes->v.v[leaf].change;
	zw_node part =
		zw_and(r->d, reach, zw_where(r->d, node, is_leaf, &leaf));

	return change ? changed(r, part, change) : part;
}

zw_node zw_reach_behind(struct reader *r, zw_node reach, struct product p)
{
	struct leaves leaves = { .arena = r->scratch };
	zw_node out = ZW_EMPTY;
	size_t i;

	if (!(p.kinds & KIND(GO_ON)) || zw_same(reach, ZW_EMPTY))
		return ZW_EMPTY;
	zw_where(r->d, p.node, note_leaf, &leaves);
	for (i = 0; i < leaves.v.n; i++) {
		if (r->s->outcomes->v.v[leaves.v.v[i]].kind == GO_ON)
			out = zw_or(
				r->d, out,
				reach_leaf(r, reach, p.node, leaves.v.v[i]));
	}
	return out;
}

/* ---- chains -------------------------------------------------------------- */

struct sending {
	struct look *look;
	const struct product *nodes; /* the look's WHOLE or KEPT */
	size_t stage;
};

static bool goes_anywhere(const struct sending *s, u32 rule)
{
	const struct look *look = s->look;

	return look->alone[rule * look->width + s->stage].kinds &
	       (KIND(JUMPS) | KIND(GOES_TO));
}

/* What of REACH goes elsewhere from RULE is there, too. */
static void send_rule(struct sending *s, u32 rule, zw_node reach)
{
	struct look *look = s->look;
	struct reader *r = look->r;
	struct product alone = look->alone[rule * look->width + s->stage];
	struct leaves leaves = { .arena = r->scratch };
	size_t i;

	zw_where(r->d, alone.node, note_leaf, &leaves);
	for (i = 0; i < leaves.v.n; i++) {
		struct outcome o = r->s->outcomes->v.v[leaves.v.v[i]];
		zw_node *come;

		if (o.kind != JUMPS && o.kind != GOES_TO)
			continue;
		come = &look->at[s->stage]->come[o.chain];
		*come = zw_or(r->d, *come,
			      reach_leaf(r, reach, alone.node, leaves.v.v[i]));
	}
}

/* Rules FROM to END of the node, which REACH comes to. */
static void send(struct sending *s, u32 node, u32 from, u32 end, zw_node reach)
{
	struct look *look = s->look;
	u32 half = from + (end - from) / 2, i = from;

	while (i < end && !goes_anywhere(s, i))
		i++;
	if (i == end || zw_same(reach, ZW_EMPTY))
		return;
	if (end - from == 1) {
		send_rule(s, from, reach);
		return;
	}
	send(s, 2 * node, from, half, reach);
	reach = zw_reach_behind(look->r, reach,
				s->nodes[2 * node * look->width + s->stage]);
	send(s, 2 * node + 1, half, end, reach);
}

/* Packets that go on to other chains, with all rules and without those that are
 * taken out. */
static void send_on(struct look *look)
{
	struct sending s = { .look = look };

	for (s.stage = 0; s.stage < look->width; s.stage++) {
		zw_node come = look->at[s.stage]->come[look->chain];

		s.nodes = look->whole;
		send(&s, 1, 0, look->n, come);
		s.nodes = look->kept;
		if (!zw_same(look->kept[look->width + s.stage].node,
			     look->whole[look->width + s.stage].node))
			send(&s, 1, 0, look->n, come);
	}
}

static void note_chain(struct reader *r, u32 chain)
{
	struct zw_oddity oddity = { .kind = ZW_ODDITY_CHAIN,
				    .chain = chain,
				    .number = ZW_NONE,
				    .named = true };

	zw_push(r->arena, *r->out, oddity);
}

static void send_anything(void *context, u32 target)
{
	struct look *look = context;
	size_t i;

	for (i = 0; i < look->width; i++)
		look->at[i]->come[target] = ZW_ALL;
}

/* What nobody understands may send anything anywhere. */
static bool is_doubtful(const struct zw_ruleset *ruleset,
			const struct zw_chain *chain)
{
	return chain->doubt || ruleset->tables.v[chain->table].doubt;
}

/* Its packets are followed. */
static bool is_followed(const struct zw_ruleset *ruleset,
			const struct zw_chain *chain)
{
	const struct zw_table *table = &ruleset->tables.v[chain->table];

	return table->alive && !(table->flags & NFT_TABLE_F_DORMANT) &&
	       table->family != NFPROTO_ARP && table->family != NFPROTO_BRIDGE;
}

static void read_chain(struct reader *r, u32 chain)
{
	const struct zw_ruleset *ruleset = r->s->ruleset;
	struct look look = { .r = r,
			     .chain = chain,
			     .c = &ruleset->chains.v[chain] };
	size_t i;

	look.n = (u32)look.c->rules.n;
	look.at = ZW_NEW_ARRAY(r->scratch, struct stage *, r->stages.n + 1);
	for (i = 0; i < r->stages.n; i++) {
		if (!zw_same(r->stages.v[i]->come[chain], ZW_EMPTY))
			look.at[look.width++] = r->stages.v[i];
	}
	if (!look.width) {
		if (!look.c->base)
			note_chain(r, chain);
		return;
	}
	if (!look.n)
		return;
	zw_look_rules(&look);
	/* once more, anyway: then all that must be cut is known */
	if (is_doubtful(ruleset, look.c) || zw_space_stale(r->s->space)) {
		zw_chain_targets(ruleset, look.c, send_anything, &look);
		return;
	}
	zw_look_judge(&look);
	send_on(&look);
}

struct business {
	struct reader *r;
	u32 chain;
};

static void see_busy(void *context, u32 target)
{
	struct business *b = context;

	if (b->r->busy[target])
		b->r->busy[b->chain] = true;
}

/* Those that CHAIN leads to are known. */
static void find_busy(struct reader *r, u32 chain)
{
	const struct zw_chain *c = &r->s->ruleset->chains.v[chain];
	struct business b = { r, chain };
	size_t i;
	u32 k;

	for (i = 0; i < c->rules.n; i++) {
		for (k = 0; k < c->rules.v[i]->n_exprs; k++) {
			if (!zw_only_decides(&c->rules.v[i]->exprs[k]))
				r->busy[chain] = true;
		}
	}
	zw_chain_targets(r->s->ruleset, c, see_busy, &b);
}

static bool read_all(struct reader *r)
{
	const struct zw_ruleset *ruleset = r->s->ruleset;
	struct order order = { .ruleset = ruleset, .arena = r->scratch };
	u32 i, n = (u32)ruleset->chains.n;

	order.state = ZW_NEW_ARRAY(r->scratch, u8, n + 1);
	for (i = 0; i < n; i++) {
		if (is_followed(ruleset, &ruleset->chains.v[i]))
			visit_chain(&order, i);
	}
	/* the kernel has no such rulesets */
	if (order.circular)
		return true;
	r->busy = ZW_NEW_ARRAY(r->scratch, bool, n + 1);
	for (i = 0; i < order.chains.n; i++)
		find_busy(r, order.chains.v[i]);
	find_stages(r);
	for (i = (u32)order.chains.n; i-- > 0;) {
		read_chain(r, order.chains.v[i]);
		if (zw_diagrams_exhausted(r->d))
			return false;
	}
	return true;
}

/* ---- all of it ----------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct zw_oddity *x = a, *y = b;

	if (x->chain != y->chain)
		return x->chain < y->chain ? -1 : 1;
	if (x->position != y->position)
		return x->position < y->position ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Chains that no rule names are told as such, and not once more as chains that
 * no packet comes to. */
static void put_in_order(zw_oddities *out)
{
	size_t i, kept = 0;

	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_place);
	for (i = 0; i < out->n; i++) {
		struct zw_oddity *last = kept ? &out->v[kept - 1] : NULL;

		if (last && last->kind == ZW_ODDITY_CHAIN &&
		    out->v[i].kind == ZW_ODDITY_CHAIN &&
		    last->chain == out->v[i].chain)
			last->named = last->named && out->v[i].named;
		else
			out->v[kept++] = out->v[i];
	}
	out->n = kept;
}

/* Which order of fields keeps the diagrams small cannot be told from outside:
 * first addresses with a small budget, then services with a larger one, then
 * addresses with all. */
static const struct {
	u32 part;
	bool addresses_first;
} orders[] = { { 20, true }, { 4, false }, { 1, true } };

#define ORDER_COUNT (sizeof(orders) / sizeof(*orders))

/* False where the budget is spent; *AGAIN: the fields were cut finer. */
static bool attempt(struct reader *r, const struct zw_ruleset *ruleset,
		    struct zw_cuts *cuts, size_t limit, bool *again)
{
	struct zw_space *space;
	bool done;

	r->scratch = zw_arena_new();
	r->d = zw_diagrams_new(limit, 4 * limit);
	space = zw_space_new(r->scratch, r->d, cuts);
	r->s = zw_symbolic_new(r->scratch, space, ruleset);
	r->stages.n = 0;
	r->stages.v = NULL;
	r->stages.cap = 0;
	r->out->n = 0;
	done = read_all(r);
	*again = zw_space_stale(space);
	done = done && !*again && !zw_diagrams_exhausted(r->d);
	zw_diagrams_free(r->d);
	zw_arena_free(r->scratch);
	return done;
}

bool zw_oddities_of(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		    size_t node_limit, zw_oddities *out)
{
	struct reader r = { .arena = arena, .out = out };
	struct zw_cuts *cuts = ZW_NEW(arena, struct zw_cuts);
	size_t limit = node_limit ? node_limit : DEFAULT_NODES, k;
	bool done = false;

	*out = (zw_oddities){ 0 };
	zw_cuts_init(cuts, arena);
	zw_symbolic_cuts(cuts, ruleset);
	for (k = 0; k < ORDER_COUNT && !done; k++) {
		bool again = true;
		u32 i;

		cuts->addresses_first = orders[k].addresses_first;
		for (i = 0; i < ATTEMPTS && again && !done; i++)
			done = attempt(&r, ruleset, cuts,
				       limit / orders[k].part, &again);
	}
	if (!done)
		return false;
	zw_oddities_unused(arena, ruleset, out);
	put_in_order(out);
	return true;
}
