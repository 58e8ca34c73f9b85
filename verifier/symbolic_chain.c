/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chains: the product of their rules under "then", divided in halves so that
 * the work stays balanced, and the composition of jumps.
 *
 * "A then B" is A where A decides, and B (as seen through A's changes) where A
 * goes on; it is associative, so the halves may be taken anywhere. A chain is
 * summarised once for each scene, unless unknowns occur in it: two visits may
 * come out differently, so each gets its own. The kernel refuses rulesets whose
 * jumps go in circles; one that has such is not in force, and here it is a
 * doubt. With each diagram goes which kinds of leaves it may have, so that
 * nothing is walked for leaves that are not there. */
#include "base/assert.h"
#include "verifier/symbolic_internal.h"
#include "verifier/targets.h"

#define DEPTH_MAX 16 /* NFT_JUMP_STACK_SIZE */

static zw_node bound_leaf(struct zw_symbolic *s, enum outcome_kind kind,
			  u32 change, u32 chain)
{
	return zw_leaf(s->space->d,
		       zw_outcome_leaf(s->outcomes, kind, change, chain));
}

struct changing {
	struct zw_symbolic *s;
	u32 change;
};

static zw_node add_change(void *context, u32 leaf)
{
	struct changing *c = context;
	struct outcome o = c->s->outcomes->v.v[leaf];

	return bound_leaf(c->s, o.kind,
			  zw_change_then(c->s->outcomes, c->change, o.change),
			  o.chain);
}

zw_node zw_after_change(struct zw_symbolic *s, u32 change, zw_node b)
{
	struct changing c = { s, change };
	struct change list = s->outcomes->changes.v[change];

	if (!change)
		return b;
	b = zw_substitute(s->space->d, b, list.v, list.n);
	return zw_bind(s->space->d, b, add_change, &c);
}

/* ---- then ---------------------------------------------------------------- */

/* For zw_apply: A where A decides, else B. Only for A without changes. */
static u32 then_leaf(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED)
		return b == GO_ON ? ZW_OTHER : a;
	if (a != GO_ON)
		return a;
	return b == ZW_UNDETERMINED ? ZW_OTHER : b;
}

static u32 past_leaf(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED || (a != GO_ON && a != ACCEPTS))
		return a;
	return b == ZW_UNDETERMINED ? ZW_OTHER : b;
}

struct continuing {
	struct zw_symbolic *s;
	zw_node then;
	bool past_accept;
};

static zw_node continue_with(void *context, u32 leaf)
{
	struct continuing *c = context;
	struct outcome o = c->s->outcomes->v.v[leaf];

	if (o.kind == GO_ON || (c->past_accept && o.kind == ACCEPTS))
		return zw_after_change(c->s, o.change, c->then);
	return zw_leaf(c->s->space->d, leaf);
}

struct product zw_then(struct zw_symbolic *s, struct product a,
		       struct product b, bool past_accept)
{
	struct continuing c = { s, b.node, past_accept };
	u32 going = KIND(GO_ON) | (past_accept ? KIND(ACCEPTS) : 0);
	struct product p;

	if (!(a.kinds & going))
		return a;
	p.kinds = (a.kinds & ~going) | b.kinds;
	if (a.kinds & CHANGED)
		p.node = zw_bind(s->space->d, a.node, continue_with, &c);
	else
		p.node = zw_apply(s->space->d,
				  past_accept ? s->space->past_tag
					      : s->space->then_tag,
				  past_accept ? past_leaf : then_leaf, NULL,
				  a.node, b.node);
	return p;
}

/* Several that change nothing, at once; N is at most ZW_FIRST_MOST. */
static struct product first_of(struct zw_symbolic *s, const struct product *v,
			       size_t n)
{
	struct product p = v[n - 1];
	zw_node nodes[ZW_FIRST_MOST];
	size_t i;

	for (i = 0; i < n; i++) {
		nodes[i] = v[i].node;
		if (i + 1 < n)
			p.kinds |= v[i].kinds & ~KIND(GO_ON);
	}
	p.node = zw_first(s->space->d, s->space->then_tag, GO_ON, nodes, n);
	return p;
}

/* PARTS one behind the other. */
static struct product join(struct zw_symbolic *s, const struct product *parts,
			   size_t n, bool past_accept)
{
	struct product p = parts[n - 1];
	bool changes = past_accept;
	size_t i;

	for (i = 0; i + 1 < n; i++) {
		changes |= parts[i].kinds & CHANGED;
		if (!past_accept && !(parts[i].kinds & KIND(GO_ON)))
			return join(s, parts, i + 1, false);
	}
	if (!changes)
		return first_of(s, parts, n);
	for (i = n - 1; i--;)
		p = zw_then(s, parts[i], p, past_accept);
	return p;
}

struct product zw_then_all(struct zw_symbolic *s, const struct product *v,
			   size_t n, bool past_accept)
{
	struct product parts[ZW_FIRST_MOST];
	size_t count = 0, start = 0, each;

	/* what begins anew anyway need not be put together */
	if (!n || zw_space_stale(s->space))
		return (struct product){ zw_leaf(s->space->d, GO_ON),
					 KIND(GO_ON) };
	if (n == 1)
		return v[0];
	while (start < n) {
		each = (n - start) / (ZW_FIRST_MOST - count);
		each += (n - start) % (ZW_FIRST_MOST - count) != 0;
		parts[count++] = zw_then_all(s, v + start, each, past_accept);
		start += each;
	}
	return join(s, parts, count, past_accept);
}

/* ---- jumps --------------------------------------------------------------- */

static u32 rename_leaf(struct zw_symbolic *s, u32 leaf, enum outcome_kind from,
		       enum outcome_kind to)
{
	struct outcome o = s->outcomes->v.v[leaf];

	if (o.kind != from)
		return leaf;
	return zw_outcome_leaf(s->outcomes, to, o.change, o.chain);
}

static u32 to_end(void *context, u32 a, u32 b)
{
	(void)b;
	return a == ZW_UNDETERMINED ? a
				    : rename_leaf(context, a, RETURNS, GO_ON);
}

static struct product returning_ends(struct zw_symbolic *s, struct product p)
{
	if (!(p.kinds & KIND(RETURNS)))
		return p;
	p.node = zw_apply(s->space->d, s->to_end_tag, to_end, s, p.node,
			  ZW_EMPTY);
	p.kinds = (p.kinds & ~KIND(RETURNS)) | KIND(GO_ON);
	return p;
}

/* The chain that a leaf of kind KIND leads to, in the leaf's place. */
static zw_node enter(struct scene *scene, u32 leaf, enum outcome_kind kind)
{
	struct zw_symbolic *s = scene->s;
	struct outcome o = s->outcomes->v.v[leaf];
	struct product summary;

	if (o.kind != kind)
		return zw_leaf(s->space->d, leaf);
	summary = zw_chain_summary(scene, o.chain);
	scene->kinds |= summary.kinds;
	return zw_after_change(s, o.change, summary.node);
}

static zw_node enter_jump(void *context, u32 leaf)
{
	return enter(context, leaf, JUMPS);
}

static zw_node enter_goto(void *context, u32 leaf)
{
	return enter(context, leaf, GOES_TO);
}

/* Nothing of this chain follows behind a goto: so its target's end is this
 * chain's end, and it can wait until the chain is put together. */
static struct product bind_kind(struct scene *scene, struct product p,
				enum outcome_kind kind)
{
	u32 outer_kinds = scene->kinds;

	if (!(p.kinds & KIND(kind)))
		return p;
	scene->kinds = p.kinds & ~KIND(kind);
	p.node = zw_bind(scene->s->space->d, p.node,
			 kind == JUMPS ? enter_jump : enter_goto, scene);
	p.kinds = scene->kinds;
	scene->kinds = outer_kinds;
	return p;
}

struct product zw_jumps_taken(struct scene *scene, struct product p)
{
	return bind_kind(scene, p, JUMPS);
}

struct product zw_rule_alone(struct scene *scene, u32 position,
			     const struct zw_rule *rule)
{
	u32 outer_kinds = scene->kinds;
	struct product p;

	scene->position = position + 1;
	scene->kinds = 0;
	p.node = zw_rule_diagram(scene, rule);
	p.kinds = scene->kinds;
	scene->kinds = outer_kinds;
	return p;
}

/* ---- what packets that are asked about can reach --------------------------
 */

#define FIRST_BLOCK 8

static bool goes_on(void *context, u32 leaf)
{
	const struct zw_symbolic *s = context;

	return s->outcomes->v.v[leaf].kind == GO_ON;
}

static bool acts(void *context, u32 leaf)
{
	(void)context;
	return leaf != GO_ON;
}

static bool leads_on(void *context, u32 leaf)
{
	const struct zw_symbolic *s = context;

	return s->outcomes->v.v[leaf].kind == JUMPS;
}

/* The packets that NODE's leaves of one kind are for and that get here. */
static zw_node reaching(const struct scene *scene, zw_node node,
			zw_want_leaf *wanted)
{
	struct zw_diagrams *d = scene->s->space->d;

	return zw_and(d, scene->reach, zw_where(d, node, wanted, scene->s));
}

/* A rule, and the chains that it jumps to for those who get there; false where
 * it does nothing to those who get to itself. What it is not known to do does
 * not matter then. Rules that neither lead anywhere nor are in doubt are not
 * asked: the product leaves them out for less. */
static bool make_rule(struct scene *scene, u32 position,
		      const struct zw_rule *rule, struct product *out)
{
	struct zw_symbolic *s = scene->s;
	zw_node outer = scene->reach;
	size_t doubts = s->doubts.n;

	*out = zw_rule_alone(scene, position, rule);
	if (scene->careful &&
	    (out->kinds & (KIND(JUMPS) | KIND(GOES_TO)) ||
	     s->doubts.n > doubts) &&
	    zw_same(reaching(scene, out->node, acts), ZW_EMPTY)) {
		s->doubts.n = doubts;
		return false;
	}
	if (scene->careful && out->kinds & KIND(JUMPS))
		scene->reach = zw_symbolic_lasting(
			s, reaching(scene, out->node, leads_on));
	*out = zw_jumps_taken(scene, *out);
	scene->reach = outer;
	return true;
}

/* Rules I.. of chain C up to END, into RULES; how many. Behind a rule that
 * never goes on nothing is reached. */
static size_t make_rules(struct scene *scene, const struct zw_chain *c,
			 size_t i, size_t end, struct product *rules)
{
	size_t n = 0;

	for (; i < end; i++) {
		if (make_rule(scene, (u32)i, c->rules.v[i], &rules[n]) &&
		    !(rules[n++].kinds & KIND(GO_ON)))
			break;
	}
	return n;
}

/* Does the law of zw_symbolic.care hold at this chain? */
bool zw_chain_cares(const struct scene *scene, u32 chain)
{
	const struct zw_chain *c = &scene->s->ruleset->chains.v[chain];

	return c->base && scene->s->has_care[scene->path] &&
	       scene->s->ruleset->tables.v[c->table].family != NFPROTO_NETDEV &&
	       scene->hook != NF_INET_POST_ROUTING;
}

static void see_chain(void *context, u32 target)
{
	bool *leads = context;

	(void)target;
	*leads = true;
}

/* How many of the chain's rules are up to the last one that leads to another
 * chain. */
static size_t up_to_last_jump(const struct zw_ruleset *ruleset,
			      const struct zw_chain *c)
{
	size_t n = c->rules.n;
	bool leads = false;

	for (; n; n--) {
		zw_rule_targets(ruleset, c->rules.v[n - 1], see_chain, &leads);
		if (leads)
			break;
	}
	return n;
}

/* The rules of a base chain behind one that drops what nobody asks about, in
 * blocks of growing size: where no packet goes on any more, the rest is not
 * looked at. That spares chains, and each block costs a walk over all before
 * it: rules behind the last jump are one block. */
static struct product careful_rules(struct scene *scene,
				    const struct zw_chain *c,
				    struct product *rules)
{
	struct zw_symbolic *s = scene->s;
	struct zw_diagrams *d = s->space->d;
	size_t last = up_to_last_jump(s->ruleset, c), done = 0, block, end, n;
	struct product out = { zw_if(d, scene->reach, zw_leaf(d, GO_ON),
				     zw_leaf(d, DROPS)),
			       KIND(GO_ON) | KIND(DROPS) };

	while (done < c->rules.n && out.kinds & KIND(GO_ON)) {
		block = done < 4 * FIRST_BLOCK ? FIRST_BLOCK : done / 4;
		end = done < last && block < c->rules.n - done ? done + block
							       : c->rules.n;
		rules[0] = out;
		n = make_rules(scene, c, done, end, rules + 1);
		out = zw_then_all(s, rules, n + 1, false);
		done = end;
		if (done == c->rules.n)
			break;
		scene->reach = zw_symbolic_lasting(
			s, zw_where(d, out.node, goes_on, s));
		if (zw_same(scene->reach, ZW_EMPTY))
			out.kinds &= ~KIND(GO_ON);
	}
	return out;
}

static struct product careful(struct scene *scene, const struct zw_chain *c,
			      struct product *rules)
{
	struct zw_symbolic *s = scene->s;
	struct product out;

	scene->careful = true;
	scene->reach = scene->care;
	scene->reached = zw_heap_resize(NULL, s->ruleset->chains.n,
					sizeof(*scene->reached));
	out = careful_rules(scene, c, rules);
	free(scene->reached);
	scene->reached = NULL;
	scene->careful = false;
	return out;
}

static struct product summarise(struct scene *scene, u32 chain)
{
	struct zw_symbolic *s = scene->s;
	const struct zw_chain *c = &s->ruleset->chains.v[chain];
	u32 outer_chain = scene->chain, outer_position = scene->position;
	struct product *rules =
		zw_heap_resize(NULL, c->rules.n + 1, sizeof(*rules));
	struct product out;

	scene->chain = chain;
	if (zw_chain_cares(scene, chain))
		out = careful(scene, c, rules);
	else
		out = zw_then_all(s, rules,
				  make_rules(scene, c, 0, c->rules.n, rules),
				  false);
	free(rules);
	out = bind_kind(scene, returning_ends(s, out), GOES_TO);
	scene->chain = outer_chain;
	scene->position = outer_position;
	return out;
}

/* Packets get here for which the summary that is known says nothing. */
static bool reaches_more(const struct scene *scene, u32 chain)
{
	return scene->careful &&
	       !zw_same(zw_minus(scene->s->space->d, scene->reach,
				 scene->reached[chain]),
			ZW_EMPTY);
}

/* ---- what chains come to that say the same ------------------------------- */

#define KEY_WORDS 7

/* All that an evaluation depends on but what is told from ruleset to ruleset.
 * False: the chain is like no other. */
static bool key_of(const struct scene *scene, u32 chain, u32 key[KEY_WORDS])
{
	const struct zw_symbolic *s = scene->s;

	if (!s->same || scene->careful || s->says[chain] == ZW_NONE)
		return false;
	key[0] = s->says[chain];
	key[1] = scene->path;
	key[2] = scene->family;
	key[3] = scene->table_family;
	key[4] = scene->hook;
	key[5] = (u32)scene->priority;
	key[6] = (u32)(scene->has_in | scene->has_out << 1 |
		       scene->has_route << 2 | scene->has_entry << 3 |
		       scene->unjoined << 4);
	return true;
}

static bool recall(struct scene *scene, u32 chain)
{
	struct zw_same_chains *same = scene->s->same;
	u32 key[KEY_WORDS], number;

	if (!key_of(scene, chain, key) ||
	    !zw_map_get(&same->summaries,
			(struct zw_str){ (const char *)key, sizeof(key) },
			&number))
		return false;
	scene->memo[chain] = same->v.v[number];
	scene->state[chain] = CHAIN_KNOWN;
	return true;
}

static void remember(struct scene *scene, u32 chain)
{
	struct zw_symbolic *s = scene->s;
	u32 key[KEY_WORDS];
	struct zw_str text = { (const char *)key, sizeof(key) };

	if (!key_of(scene, chain, key))
		return;
	zw_map_put(&s->same->summaries, zw_str_copy(s->arena, text),
		   (u32)s->same->v.n);
	zw_push(s->arena, s->same->v, scene->memo[chain]);
}

struct product zw_chain_summary(struct scene *scene, u32 chain)
{
	struct zw_symbolic *s = scene->s;
	size_t unknowns = s->space->fresh.n;
	u64 blames = s->blames;
	struct product out = { zw_leaf(s->space->d, DROPS), KIND(DROPS) };
	zw_node outer = scene->reach;

	if (scene->state[chain] == CHAIN_NEW && recall(scene, chain))
		return scene->memo[chain];

	if (scene->state[chain] == CHAIN_KNOWN) {
		if (!reaches_more(scene, chain))
			return scene->memo[chain];
		scene->reach = ZW_ALL; /* once and for all */
	}
	if (scene->state[chain] == CHAIN_BUSY || scene->depth > DEPTH_MAX ||
	    !scene->budget) {
		zw_doubt(scene, scene->budget ? "jumps in a circle"
					      : "too many ways through chains");
		scene->reach = outer;
		return out;
	}
	if (s->ruleset->chains.v[chain].doubt)
		zw_doubt(scene, s->ruleset->chains.v[chain].doubt);
	scene->state[chain] = CHAIN_BUSY;
	scene->depth++;
	scene->budget--;
	out = summarise(scene, chain);
	scene->depth--;
	scene->state[chain] = CHAIN_NEW;
	if (s->space->fresh.n == unknowns) {
		scene->memo[chain] = out;
		scene->state[chain] = CHAIN_KNOWN;
		if (scene->careful)
			scene->reached[chain] = scene->reach;
		else if (s->blames == blames)
			remember(scene, chain);
	}
	scene->reach = outer;
	return out;
}

struct product zw_base_chain(struct scene *scene, u32 chain)
{
	struct zw_symbolic *s = scene->s;
	const struct zw_chain *c = &s->ruleset->chains.v[chain];
	struct product policy = { zw_leaf(s->space->d, DROPS), KIND(DROPS) };
	struct product out = zw_chain_summary(scene, chain);

	return c->policy_drop ? zw_then(s, out, policy, false) : out;
}
