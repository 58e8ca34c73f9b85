/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of one chain, each against those before it and those behind.
 *
 * A rule is unmet where nothing of what it is about gets to it at any stage. It
 * is redundant where all that gets to it would fare the same without it, that
 * is, by the rules behind and the chain's end. From the last rule to the first:
 * what was found is taken out before the next is judged, so that of two equal
 * rules one stays.
 *
 * The rules are halved: the right half is judged for what the left one lets
 * through, then the left half with what the right one (as it was left) does
 * with what goes on. So each rule is compared with products that are made once,
 * and the work stays close to that of the chain's own product. */
#include "verifier/oddities_internal.h"
#include "verifier/xt.h"

/* ---- products ------------------------------------------------------------ */

/* The end of a chain: what a base chain's policy says; of others, the same as
 * a return. */
static enum outcome_kind end_of(const struct look *look)
{
	if (!look->c->base)
		return RETURNS;
	return look->c->policy_drop ? DROPS : ACCEPTS;
}

static zw_node end_leaf_of(void *context, u32 leaf)
{
	struct look *look = context;
	struct zw_symbolic *s = look->r->s;
	struct outcome o = s->outcomes->v.v[leaf];

	if (o.kind == RETURNS)
		leaf = zw_outcome_leaf(s->outcomes, end_of(look), o.change,
				       ZW_NONE);
	return zw_leaf(s->space->d, leaf);
}

/* A return from a base chain is its policy's. */
static struct product with_end(struct look *look, struct product p)
{
	if (!look->c->base || !(p.kinds & KIND(RETURNS)))
		return p;
	p.node = zw_bind(look->r->d, p.node, end_leaf_of, look);
	p.kinds = (p.kinds & ~KIND(RETURNS)) | KIND(end_of(look));
	return p;
}

static bool is_end(const struct zw_expr *expr)
{
	switch (expr->kind) {
	case ZW_EXPR_IMMEDIATE:
		return expr->immediate.dreg == ZW_REG_VERDICT &&
		       expr->immediate.ruling.code != NFT_CONTINUE &&
		       expr->immediate.ruling.code != NFT_BREAK;
	case ZW_EXPR_REJECT:
		return true;
	default:
		return false;
	}
}

static bool does_something(void *context, u32 leaf)
{
	(void)context;
	return leaf != GO_ON;
}

static bool is_taken(void *context, u32 leaf)
{
	const struct zw_symbolic *s = context;

	return s->outcomes->v.v[leaf].kind != GO_ON;
}

/* The packets for which the first N expressions of RULE hold. */
static zw_node asked_by(struct reader *r, struct scene *scene, u32 position,
			const struct zw_rule *rule, u32 n)
{
	struct zw_expr *exprs =
		ZW_NEW_ARRAY(r->scratch, struct zw_expr, (size_t)n + 1);
	struct zw_rule asking = *rule;
	struct product p;

	memcpy(exprs, rule->exprs, n * sizeof(*exprs));
	exprs[n].kind = ZW_EXPR_IMMEDIATE;
	exprs[n].immediate.dreg = ZW_REG_VERDICT;
	exprs[n].immediate.ruling =
		(struct zw_ruling){ .code = NF_ACCEPT, .chain = ZW_NONE };
	asking.exprs = exprs;
	asking.n_exprs = n + 1;
	p = zw_rule_alone(scene, position, &asking);
	return zw_where(r->d, p.node, does_something, NULL);
}

static bool is_log(const struct zw_expr *expr)
{
	return expr->kind == ZW_EXPR_LOG ||
	       (expr->kind == ZW_EXPR_TARGET &&
		(zw_str_is(expr->xt.name, "LOG") ||
		 zw_str_is(expr->xt.name, "NFLOG")));
}

/* The index of its first log; its length if there is none. */
static u32 log_of(const struct zw_rule *rule)
{
	u32 i = 0;

	while (i < rule->n_exprs && !is_log(&rule->exprs[i]))
		i++;
	return i;
}

static void look_rule(struct look *look, u32 i, size_t stage)
{
	struct scene *scene = &look->at[stage]->scene;
	const struct zw_rule *rule = look->c->rules.v[i];
	size_t at = i * look->width + stage;
	struct product p = zw_rule_alone(scene, i, rule);
	u32 log = log_of(rule);

	look->alone[at] = p;
	look->rule[at] = with_end(look, zw_jumps_taken(scene, p));
	if (rule->n_exprs && is_end(&rule->exprs[rule->n_exprs - 1]))
		look->match[at] =
			zw_where(look->r->d, p.node, does_something, NULL);
	else
		look->match[at] =
			asked_by(look->r, scene, i, rule, rule->n_exprs);
	/* a log is written though what is asked behind it may fail */
	if (log < rule->n_exprs)
		look->match[at] = zw_or(look->r->d, look->match[at],
					asked_by(look->r, scene, i, rule, log));
}

void zw_look_rules(struct look *look)
{
	size_t n = look->n * look->width, stage;
	struct zw_arena *arena = look->r->scratch;
	u32 i;

	look->alone = ZW_NEW_ARRAY(arena, struct product, n);
	look->rule = ZW_NEW_ARRAY(arena, struct product, n);
	look->match = ZW_NEW_ARRAY(arena, zw_node, n);
	look->taken = ZW_NEW_ARRAY(arena, zw_node, 4 * n);
	look->about = ZW_NEW_ARRAY(arena, zw_node, 4 * n);
	look->whole = ZW_NEW_ARRAY(arena, struct product, 4 * n);
	look->kept = ZW_NEW_ARRAY(arena, struct product, 4 * n);
	look->removed = ZW_NEW_ARRAY(arena, bool, look->n);
	for (stage = 0; stage < look->width; stage++) {
		look->at[stage]->scene.chain = look->chain;
		for (i = 0; i < look->n; i++)
			look_rule(look, i, stage);
	}
}

/* The node's rules at one stage, from its halves'. */
static void join(struct look *look, u32 node, size_t stage)
{
	size_t w = look->width, at = node * w + stage;
	size_t left = 2 * node * w + stage, right = left + w;
	struct reader *r = look->r;

	look->whole[at] =
		zw_then(r->s, look->whole[left], look->whole[right], false);
	look->about[at] = zw_or(r->d, look->about[left], look->about[right]);
	if ((look->whole[left].kinds | look->whole[right].kinds) & CHANGED)
		look->about[at] = ZW_ALL;
}

static void build(struct look *look, u32 node, u32 from, u32 end)
{
	size_t w = look->width, at = node * w, stage;
	u32 half = from + (end - from) / 2;

	if (end - from > 1) {
		build(look, 2 * node, from, half);
		build(look, 2 * node + 1, half, end);
	}
	for (stage = 0; stage < w; stage++, at++) {
		if (end - from > 1) {
			join(look, node, stage);
		} else {
			look->whole[at] = look->rule[from * w + stage];
			look->about[at] = look->match[from * w + stage];
			if (look->whole[at].kinds & CHANGED)
				look->about[at] = ZW_ALL;
		}
		look->taken[at] = zw_where(look->r->d, look->whole[at].node,
					   is_taken, look->r->s);
	}
}

/* ---- which rules may go -------------------------------------------------- */

bool zw_only_decides(const struct zw_expr *expr)
{
	if (expr->doubt)
		return false;
	switch (expr->kind) {
	case ZW_EXPR_IMMEDIATE:
	case ZW_EXPR_CMP:
	case ZW_EXPR_RANGE:
	case ZW_EXPR_BITWISE:
	case ZW_EXPR_BYTEORDER:
	case ZW_EXPR_PAYLOAD:
	case ZW_EXPR_META:
	case ZW_EXPR_CT:
	case ZW_EXPR_LOOKUP:
	case ZW_EXPR_COUNTER:
	case ZW_EXPR_LAST:
	case ZW_EXPR_LIMIT:
	case ZW_EXPR_FIB:
	case ZW_EXPR_RT:
	case ZW_EXPR_SOCKET:
	case ZW_EXPR_OSF:
	case ZW_EXPR_XFRM:
	case ZW_EXPR_TUNNEL:
	case ZW_EXPR_EXTHDR:
	case ZW_EXPR_REJECT:
	case ZW_EXPR_NAT:
	case ZW_EXPR_MASQ:
	case ZW_EXPR_REDIR:
		return true;
	case ZW_EXPR_MATCH:
		return zw_str_is(expr->xt.name, "comment") ||
		       (expr->xt.means &&
			expr->xt.means->kind != ZW_XT_CHANCE &&
			expr->xt.means->kind != ZW_XT_OUTSIDE);
	case ZW_EXPR_TARGET:
		return expr->xt.means &&
		       (expr->xt.means->kind == ZW_XT_REJECT ||
			expr->xt.means->kind == ZW_XT_NAT);
	default:
		return false;
	}
}

struct going {
	const struct reader *r;
	bool busy;
};

static void see_going(void *context, u32 target)
{
	struct going *g = context;

	g->busy = g->busy || g->r->busy[target];
}

static bool may_go(const struct look *look, u32 i)
{
	const struct zw_rule *rule = look->c->rules.v[i];
	struct going going = { .r = look->r };
	u32 kinds = 0, k;
	size_t stage;

	for (k = 0; k < rule->n_exprs; k++) {
		if (!zw_only_decides(&rule->exprs[k]))
			return false;
	}
	zw_rule_targets(look->r->s->ruleset, rule, see_going, &going);
	if (going.busy)
		return false;
	/* a rule that only counts, or goes to where nothing is done yet */
	for (stage = 0; stage < look->width; stage++)
		kinds |= look->rule[i * look->width + stage].kinds;
	return kinds != KIND(GO_ON);
}

/* Does it ask for something in a named set that has nothing today? */
static bool waits_for_elements(const struct look *look, u32 i)
{
	const struct zw_rule *rule = look->c->rules.v[i];
	const struct zw_ruleset *ruleset = look->r->s->ruleset;
	u32 k;

	for (k = 0; k < rule->n_exprs; k++) {
		const struct zw_expr *expr = &rule->exprs[k];
		const struct zw_set *set;

		if (expr->kind != ZW_EXPR_LOOKUP ||
		    expr->lookup.set >= ruleset->sets.n)
			continue;
		set = &ruleset->sets.v[expr->lookup.set];
		if (!(set->flags & NFT_SET_ANONYMOUS) && !set->elements.n &&
		    !set->has_catchall)
			return true;
	}
	return false;
}

/* ---- judging ------------------------------------------------------------- */

static struct zw_oddity *note(struct look *look, enum zw_oddity_kind kind,
			      u32 i)
{
	struct zw_oddity oddity = { .kind = kind,
				    .chain = look->chain,
				    .position = i + 1,
				    .number = ZW_NONE };

	zw_push(look->r->arena, *look->r->out, oddity);
	return &look->r->out->v[look->r->out->n - 1];
}

static bool is_met(const struct look *look, u32 i, const zw_node *reach)
{
	size_t stage;

	for (stage = 0; stage < look->width; stage++) {
		if (!zw_disjoint(look->r->d, reach[stage],
				 look->match[i * look->width + stage]))
			return true;
	}
	return false;
}

/* Do all of REACH fare the same without it? */
static bool is_redundant(const struct look *look, u32 i, const zw_node *reach,
			 const struct product *behind)
{
	struct reader *r = look->r;
	size_t stage;

	for (stage = 0; stage < look->width; stage++) {
		struct product with =
			zw_then(r->s, look->rule[i * look->width + stage],
				behind[stage], false);

		if (!zw_same(with.node, behind[stage].node) &&
		    !zw_same(zw_if(r->d, reach[stage], with.node, ZW_EMPTY),
			     zw_if(r->d, reach[stage], behind[stage].node,
				   ZW_EMPTY)))
			return false;
	}
	return true;
}

/* A limit, of which more packets come than it lets through. */
static bool is_limit(const struct zw_approximation *a)
{
	static const char *const limits[] = {
		"a limit",     "a connection limit", "a quota",
		"a hashlimit", "room in a set",
	};
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		if (!strcmp(a->what, limits[i]))
			return true;
	}
	return false;
}

/* Some packet is logged even where all limits are reached. */
static bool logs_always(struct look *look, u32 i, u32 expr,
			const zw_node *reach)
{
	struct reader *r = look->r;
	size_t stage, k;

	for (stage = 0; stage < look->width; stage++) {
		zw_node set = zw_and(r->d, reach[stage],
				     asked_by(r, &look->at[stage]->scene, i,
					      look->c->rules.v[i], expr));

		for (k = 0; k < r->s->approximations.n; k++) {
			const struct zw_approximation *a =
				&r->s->approximations.v[k];

			if (is_limit(a))
				set = zw_fix(r->d, set, a->variable, 0);
		}
		if (!zw_same(set, ZW_EMPTY))
			return true;
	}
	return false;
}

static void judge_log(struct look *look, u32 i, const zw_node *reach)
{
	const struct zw_rule *rule = look->c->rules.v[i];
	u32 log = log_of(rule);

	if (log < rule->n_exprs && logs_always(look, i, log, reach))
		note(look, ZW_ODDITY_LOG, i);
}

static void judge(struct look *look, u32 i, const zw_node *reach,
		  const struct product *behind)
{
	if (!is_met(look, i, reach)) {
		if (waits_for_elements(look, i))
			return;
		look->removed[i] = true;
		zw_look_by(look, i, note(look, ZW_ODDITY_UNMET, i));
		return;
	}
	judge_log(look, i, reach);
	if (may_go(look, i) && is_redundant(look, i, reach, behind)) {
		look->removed[i] = true;
		note(look, ZW_ODDITY_REDUNDANT, i);
	}
}

/* What comes to the right half: of interest is what its rules are about. */
static zw_node through_left(struct look *look, u32 node, size_t stage,
			    zw_node reach)
{
	size_t left = 2 * node * look->width + stage;
	zw_node about = look->about[left + look->width];
	struct reader *r = look->r;

	if (!(look->whole[left].kinds & CHANGED))
		return zw_minus(r->d, zw_and(r->d, reach, about),
				look->taken[left]);
	return zw_and(r->d, zw_reach_behind(r, reach, look->whole[left]),
		      about);
}

/* What follows the left half, for what its rules are about; dropped is what
 * they are not. */
static struct product behind_left(struct look *look, u32 node, size_t stage,
				  struct product behind)
{
	size_t left = 2 * node * look->width + stage;
	struct product right = look->kept[left + look->width];
	zw_node about = look->about[left];
	struct reader *r = look->r;

	if (!zw_same(about, ZW_ALL)) {
		/* behind changes other packets are seen */
		if (!(right.kinds & CHANGED)) {
			behind.node = zw_if(r->d, about, behind.node, ZW_EMPTY);
			behind.kinds |= KIND(DROPS);
		}
		right.node = zw_if(r->d, about, right.node, ZW_EMPTY);
		right.kinds |= KIND(DROPS);
	}
	return zw_then(r->s, right, behind, false);
}

/* Rules FROM to END, which REACH comes to and BEHIND follows, by stage. Leaves
 * the node's KEPT. */
static void solve(struct look *look, u32 node, u32 from, u32 end,
		  const zw_node *reach, const struct product *behind)
{
	size_t w = look->width, at = node * w, stage;
	struct product go_on = { zw_leaf(look->r->d, GO_ON), KIND(GO_ON) };
	u32 half = from + (end - from) / 2;
	struct product *next;
	zw_node *through;

	if (end - from == 1) {
		judge(look, from, reach, behind);
		for (stage = 0; stage < w; stage++, at++)
			look->kept[at] =
				look->removed[from] ? go_on : look->whole[at];
		return;
	}
	next = zw_heap_resize(NULL, w, sizeof(*next));
	through = zw_heap_resize(NULL, w, sizeof(*through));
	for (stage = 0; stage < w; stage++)
		through[stage] = through_left(look, node, stage, reach[stage]);
	solve(look, 2 * node + 1, half, end, through, behind);
	for (stage = 0; stage < w; stage++)
		next[stage] = behind_left(look, node, stage, behind[stage]);
	solve(look, 2 * node, from, half, reach, next);
	for (stage = 0; stage < w; stage++)
		look->kept[at + stage] =
			zw_then(look->r->s, look->kept[2 * node * w + stage],
				look->kept[(2 * node + 1) * w + stage], false);
	free(through);
	free(next);
}

void zw_look_judge(struct look *look)
{
	enum outcome_kind end = end_of(look);
	struct product *behind =
		ZW_NEW_ARRAY(look->r->scratch, struct product, look->width);
	zw_node *reach = ZW_NEW_ARRAY(look->r->scratch, zw_node, look->width);
	size_t stage;

	for (stage = 0; stage < look->width; stage++) {
		behind[stage] =
			(struct product){ zw_leaf(look->r->d, end), KIND(end) };
		reach[stage] = look->at[stage]->come[look->chain];
	}
	build(look, 1, 0, look->n);
	solve(look, 1, 0, look->n, reach, behind);
}
