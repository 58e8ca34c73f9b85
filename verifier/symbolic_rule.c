/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule, expression by expression, with abstract registers: to the diagram
 * of its outcomes. The diagram of the expressions from the I-th on is made
 * first for what follows and then guarded by what the I-th asks, so that a
 * map's values can be followed one by one.
 *
 * A rule that breaks goes on with the next rule; changes that it made before
 * stay (net/netfilter/nf_tables_core.c, nft_do_chain). A register that was
 * loaded before a change holds the old value: bits of a changed field that are
 * still in registers become unknown.
 *
 * Most rules ask one thing after the other and then decide. The order in which
 * they ask does not matter to what they come to, but it does to the work: so
 * these questions are gathered, and put around the decision from the last
 * variable to the first, which makes each node of the rule once. */
#include <net/if_arp.h>

#include "base/assert.h"
#include "verifier/predicate.h"
#include "verifier/symbolic_rule.h"

zw_node zw_run_leaf(const struct zw_rule_run *run, enum outcome_kind kind)
{
	run->scene->kinds |= KIND(kind);
	return zw_leaf(zw_run_diagrams(run), kind);
}

/* The rule goes on with THEN where CONDITION holds. */
zw_node zw_run_guard(const struct zw_rule_run *run, zw_node condition,
		     zw_node then)
{
	if (zw_same(condition, ZW_ALL))
		return then;
	return zw_if(zw_run_diagrams(run), condition, then,
		     zw_run_leaf(run, GO_ON));
}

/* ---- questions in a row -------------------------------------------------- */

static zw_node go_on(struct zw_rule_run *run, u32 i,
		     const struct registers *regs);

/* What follows is reached where CONDITION holds. */
static void ask(struct zw_rule_run *run, zw_node condition)
{
	if (!zw_same(condition, ZW_ALL))
		run->asked[run->n_asked++] = condition;
}

/* THEN where all that was asked behind the first BASE questions holds. */
static zw_node settle(struct zw_rule_run *run, u32 base, zw_node then)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node *asked = run->asked + base;
	u32 n = run->n_asked - base, i, k;
	zw_node on;

	run->n_asked = base;
	if (!n)
		return then;
	on = zw_run_leaf(run, GO_ON);
	if (zw_same(then, on))
		return on;
	for (i = 1; i < n; i++) {
		zw_node one = asked[i];

		for (k = i; k && zw_top(d, asked[k - 1]) < zw_top(d, one); k--)
			asked[k] = asked[k - 1];
		asked[k] = one;
	}
	for (i = 0; i < n; i++)
		then = zw_if(d, asked[i], then, on);
	return then;
}

zw_node zw_run_go(struct zw_rule_run *run, u32 i, const struct registers *regs)
{
	u32 base = run->n_asked;

	return settle(run, base, go_on(run, i, regs));
}

/* The rest of the rule where CONDITION holds. */
static zw_node go_where(struct zw_rule_run *run, zw_node condition, u32 i,
			const struct registers *regs)
{
	if (zw_same(condition, ZW_EMPTY))
		return zw_run_leaf(run, GO_ON);
	if (run->n_asked == ZW_RUN_ASKED)
		return zw_run_guard(run, condition, zw_run_go(run, i, regs));
	ask(run, condition);
	return go_on(run, i, regs);
}

/* The expression decides by something unknown. */
zw_node zw_run_maybe(const struct zw_rule_run *run, u32 i, bool real,
		     const char *what)
{
	return zw_unknown(run->scene, i, real, what);
}

/* ---- comparisons --------------------------------------------------------- */

/* KEYS over one component of LEN bytes at SLOT; if it cannot be told, as
 * unknown as the registers. */
static zw_node compare(const struct zw_rule_run *run,
		       const struct registers *regs, u32 i, u32 slot, u32 len,
		       const struct zw_key *keys, size_t n, bool negate)
{
	struct zw_component component = { 0, 8 * len };
	zw_node out = ZW_EMPTY;

	if (slot * 4 + len > ZW_REG_BYTES ||
	    !zw_space_lookup(run->scene->s->space, &regs->bits[32 * slot],
			     &component, 1, keys, n, negate, &out))
		return zw_run_maybe(run, i, !regs->unreal,
				    "a value that varies");
	return out;
}

/* An interface's number compared with 0. */
static bool is_index(const struct zw_expr *expr, const struct registers *regs)
{
	static const u8 zero[4] = { 0 };
	u32 slot = expr->cmp.sreg, i;

	if (regs->index != slot + 1 || expr->cmp.value.len != 4 ||
	    memcmp(expr->cmp.value.bytes, zero, 4) != 0)
		return false;
	for (i = 0; i < 32; i++) {
		if (regs->bits[32 * slot + i] != ZW_BIT_UNKNOWN)
			return false;
	}
	return true;
}

static zw_node compare_cmp(const struct zw_rule_run *run,
			   const struct zw_expr *expr,
			   const struct registers *regs, u32 i)
{
	static const u8 zeros[16] = { 0 };
	static const u8 ones[16] = { 255, 255, 255, 255, 255, 255, 255, 255,
				     255, 255, 255, 255, 255, 255, 255, 255 };
	const u8 *value = expr->cmp.value.bytes;
	struct zw_key key = { value, value, 1 };
	bool negate = false;

	if (is_index(expr, regs) && expr->cmp.op == NFT_CMP_EQ)
		return ZW_EMPTY;
	if (is_index(expr, regs) && expr->cmp.op == NFT_CMP_NEQ)
		return ZW_ALL;
	switch (expr->cmp.op) {
	case NFT_CMP_EQ:
		break;
	case NFT_CMP_NEQ:
		negate = true;
		break;
	case NFT_CMP_LT: /* not at least */
		key.hi = ones;
		negate = true;
		break;
	case NFT_CMP_GTE:
		key.hi = ones;
		break;
	case NFT_CMP_LTE:
		key.lo = zeros;
		break;
	default: /* GT: not at most */
		key.lo = zeros;
		negate = true;
		break;
	}
	key.leaf = !negate;
	return compare(run, regs, i, expr->cmp.sreg, expr->cmp.value.len, &key,
		       1, negate);
}

static zw_node compare_range(const struct zw_rule_run *run,
			     const struct zw_expr *expr,
			     const struct registers *regs, u32 i)
{
	bool negate = expr->range.op == NFT_RANGE_NEQ;
	struct zw_key key = { expr->range.from.bytes, expr->range.to.bytes,
			      !negate };

	return compare(run, regs, i, expr->range.sreg, expr->range.from.len,
		       &key, 1, negate);
}

/* ---- verdicts ------------------------------------------------------------ */

zw_node zw_run_ruling(const struct zw_rule_run *run, u32 i,
		      const struct zw_ruling *r)
{
	struct zw_outcomes *o = run->scene->s->outcomes;

	switch (r->code) {
	case NF_ACCEPT:
		return zw_run_leaf(run, ACCEPTS);
	case NF_DROP:
		return zw_run_leaf(run, DROPS);
	case NFT_CONTINUE:
	case NFT_BREAK:
		return zw_run_leaf(run, GO_ON);
	case NFT_RETURN:
		return zw_run_leaf(run, RETURNS);
	case NFT_JUMP:
		run->scene->kinds |= KIND(JUMPS);
		return zw_leaf(zw_run_diagrams(run),
			       zw_outcome_leaf(o, JUMPS, 0, r->chain));
	case NFT_GOTO:
		run->scene->kinds |= KIND(GOES_TO);
		return zw_leaf(zw_run_diagrams(run),
			       zw_outcome_leaf(o, GOES_TO, 0, r->chain));
	default: /* a queue: somebody outside decides */
		return zw_if(zw_run_diagrams(run),
			     zw_run_maybe(run, i, true,
					  "the program behind a queue"),
			     zw_run_leaf(run, ACCEPTS),
			     zw_run_leaf(run, DROPS));
	}
}

zw_node zw_run_reject(const struct zw_rule_run *run, u32 type, u32 code)
{
	bool four = run->scene->family == ZW_IPV4;

	if (type == NFT_REJECT_TCP_RST)
		return zw_run_leaf(run, REJECTS_RESET);
	if ((type == NFT_REJECT_ICMPX_UNREACH &&
	     code == NFT_REJECT_ICMPX_ADMIN_PROHIBITED) ||
	    (type == NFT_REJECT_ICMP_UNREACH && code == (four ? 13 : 1)))
		return zw_run_leaf(run, REJECTS_ADMIN);
	return zw_run_leaf(run, REJECTS_OTHER);
}

/* Not understood: it may do anything. */
zw_node zw_run_anything(const struct zw_rule_run *run, u32 i, const char *what)
{
	static const u32 ends[] = { ACCEPTS, DROPS, REJECTS_RESET,
				    REJECTS_ADMIN };
	zw_node out = zw_run_leaf(run, GO_ON);
	size_t k;

	zw_doubt(run->scene, what);
	for (k = 0; k < sizeof(ends) / sizeof(*ends); k++)
		out = zw_if(zw_run_diagrams(run),
			    zw_run_maybe(run, i, false, what),
			    zw_run_leaf(run, ends[k]), out);
	return out;
}

/* ---- limits -------------------------------------------------------------- */

/* A token bucket, or a count of connections, of the packets with one value of
 * KEY. */
zw_node zw_run_limit(const struct zw_rule_run *run, u32 i,
		     const struct zw_expr *expr, struct zw_str key)
{
	struct zw_str name;

	switch (expr->kind) {
	case ZW_EXPR_LIMIT:
		if (expr->doubt || expr->limit.type != NFT_LIMIT_PKTS)
			break;
		name = zw_predicate_rate(run->arena, expr->limit.rate,
					 expr->limit.unit, expr->limit.burst,
					 key);
		return zw_unknown_limit(run->scene, i, name, expr->limit.invert,
					"a limit");
	case ZW_EXPR_CONNLIMIT:
		if (expr->doubt)
			break;
		name = zw_predicate_connections(run->arena,
						expr->connlimit.count, key);
		return zw_unknown_limit(run->scene, i, name,
					expr->connlimit.invert,
					"a connection limit");
	default:
		break;
	}
	return zw_run_maybe(run, i, true, "a limit");
}

/* Does the set keep each element long enough for what it measures? */
static bool remembers(const struct zw_expr *expr, const struct zw_set *set)
{
	const struct zw_expr *element = expr->dynset.element;
	u64 timeout =
		expr->dynset.timeout ? expr->dynset.timeout : set->timeout;
	u64 refill;

	if (!timeout)
		return true;
	if (element->kind != ZW_EXPR_LIMIT || !element->limit.rate ||
	    expr->dynset.op != NFT_DYNSET_OP_UPDATE)
		return false;
	/* in milliseconds; a bucket that is full again may be forgotten */
	if (__builtin_mul_overflow(element->limit.unit * 1000,
				   element->limit.burst, &refill))
		return false;
	return timeout >= refill / element->limit.rate;
}

/* What a set that the rule fills decides (nft_dynset_eval): the rule breaks if
 * there is no room, or if the element's expression breaks it. */
static zw_node dynset(const struct zw_rule_run *run, u32 i,
		      const struct registers *regs)
{
	const struct zw_expr *expr = &run->rule->exprs[i];
	const struct zw_set *set =
		&run->scene->s->ruleset->sets.v[expr->dynset.set];
	const struct zw_expr *element = expr->dynset.element;
	const zw_bit *bits = &regs->bits[32 * expr->dynset.sreg_key];
	u32 slot = expr->dynset.sreg_key, b;

	if (!element || expr->dynset.invert ||
	    expr->dynset.op == NFT_DYNSET_OP_DELETE ||
	    4 * slot + set->key_len > ZW_REG_BYTES || !remembers(expr, set) ||
	    (element->kind == ZW_EXPR_LIMIT && element->limit.invert) ||
	    (element->kind == ZW_EXPR_CONNLIMIT && element->connlimit.invert))
		return zw_run_maybe(run, i, true, "room in a set");
	for (b = 0; b < 8 * set->key_len; b++) {
		if (bits[b] == ZW_BIT_UNKNOWN)
			return zw_run_maybe(run, i, true, "room in a set");
	}
	return zw_run_limit(run, i, element,
			    zw_predicate_key(run->arena, bits,
					     (size_t)8 * set->key_len,
					     set->size));
}

/* ---- the rest ------------------------------------------------------------ */

/* Expressions that end the rule or may break it for reasons of their own. */
static zw_node go_other(struct zw_rule_run *run, u32 i,
			const struct registers *regs)
{
	const struct zw_expr *expr = &run->rule->exprs[i];

	switch (expr->kind) {
	case ZW_EXPR_COUNTER:
	case ZW_EXPR_LOG:
	case ZW_EXPR_LAST:
		return go_on(run, i + 1, regs);
	case ZW_EXPR_LIMIT:
	case ZW_EXPR_CONNLIMIT:
		return zw_run_guard(run, zw_run_limit(run, i, expr, ZW_STR("")),
				    zw_run_go(run, i + 1, regs));
	case ZW_EXPR_QUOTA:
		return zw_run_guard(run, zw_run_maybe(run, i, true, "a quota"),
				    zw_run_go(run, i + 1, regs));
	case ZW_EXPR_DYNSET:
		return zw_run_guard(run, dynset(run, i, regs),
				    zw_run_go(run, i + 1, regs));
	case ZW_EXPR_NAT:
	case ZW_EXPR_MASQ:
	case ZW_EXPR_REDIR:
		return zw_run_translation(run, regs, i);
	case ZW_EXPR_MATCH:
		return zw_run_match(run, regs, i);
	case ZW_EXPR_TARGET:
		return zw_run_target(run, regs, i);
	case ZW_EXPR_REJECT:
		return zw_run_reject(run, expr->reject.type, expr->reject.code);
	case ZW_EXPR_NOTRACK:
		return zw_run_notrack(run, regs, i);
	case ZW_EXPR_QUEUE:
		return zw_if(zw_run_diagrams(run),
			     zw_run_maybe(run, i, true,
					  "the program behind a queue"),
			     zw_run_leaf(run, ACCEPTS),
			     zw_run_leaf(run, DROPS));
	default:
		return zw_run_other(run, i, regs);
	}
}

/* Numbers that stand for nothing but their interface: compared for equality
 * alone, as text of nft does. */
static bool only_compared(const struct zw_rule *rule)
{
	u32 i;

	for (i = 0; i < rule->n_exprs; i++) {
		const struct zw_expr *expr = &rule->exprs[i];

		if (expr->kind == ZW_EXPR_BITWISE ||
		    expr->kind == ZW_EXPR_RANGE ||
		    (expr->kind == ZW_EXPR_CMP && expr->cmp.op != NFT_CMP_EQ &&
		     expr->cmp.op != NFT_CMP_NEQ))
			return false;
	}
	return true;
}

static zw_node with_index(struct zw_rule_run *run, u32 i,
			  const struct registers *regs, u32 index)
{
	struct registers after = *regs;
	u32 byte, bit, slot = run->rule->exprs[i].meta.dreg;

	after.index = 0;
	for (byte = 0; byte < 4; byte++) {
		for (bit = 0; bit < 8; bit++)
			after.bits[32 * slot + 8 * byte + bit] =
				index >> (8 * byte + 7 - bit) & 1;
	}
	return zw_run_go(run, i + 1, &after);
}

/* The number of an interface whose gateway is known: the rest of the rule once
 * for each that there is, and once for all others. */
static zw_node go_index(struct zw_rule_run *run, u32 i,
			const struct registers *regs, u32 field)
{
	struct zw_space *space = run->scene->s->space;
	zw_node out = with_index(run, i, regs, ZW_NO_INDEX);
	u32 first, last;
	size_t k;

	for (k = 0; k < space->gateway->links.n; k++) {
		const struct zw_link *link = &space->gateway->links.v[k];

		if (zw_space_names(space, link->name, false, &first, &last))
			out = zw_if(space->d,
				    zw_space_index(space, field, first, last),
				    with_index(run, i, regs, link->index), out);
	}
	return out;
}

/* Does expression I load the number of an interface that can be known? */
static bool loads_index(const struct zw_rule_run *run, u32 i)
{
	const struct zw_expr *expr = &run->rule->exprs[i];
	const struct scene *scene = run->scene;

	return expr->kind == ZW_EXPR_META && scene->s->space->gateway &&
	       ((expr->meta.key == NFT_META_IIF && scene->has_in) ||
		(expr->meta.key == NFT_META_OIF && scene->has_out)) &&
	       only_compared(run->rule);
}

/* The kind of the input interface, which text of nft asks for before it looks
 * at hardware addresses: with an Ethernet header ARPHRD_ETHER, but for the
 * loopback. */
static zw_node go_link_type(struct zw_rule_run *run, u32 i,
			    const struct registers *regs)
{
	struct zw_space *space = run->scene->s->space;
	struct registers after = *regs;
	u32 first, last;
	zw_node out;

	if (!run->scene->has_in)
		return zw_run_leaf(run, GO_ON);
	after.index = 0;
	zw_put_unknown(&after, run->rule->exprs[i].meta.dreg, 2, false);
	out = zw_if(
		space->d,
		zw_space_is(space,
			    zw_space_byte(space, ZW_BYTE_LINK, ZW_BYTE_NO_LINK),
			    0),
		with_index(run, i, regs, ARPHRD_ETHER),
		zw_run_go(run, i + 1, &after));
	if (zw_space_names(space, ZW_STR("lo"), false, &first, &last))
		out = zw_if(space->d,
			    zw_space_index(space, ZW_FIELD_IN, first, last),
			    with_index(run, i, regs, ARPHRD_LOOPBACK), out);
	return out;
}

static zw_node go_load(struct zw_rule_run *run, u32 i,
		       const struct registers *regs)
{
	struct registers after = *regs;
	zw_node ok;

	if (zw_loads_link_type(&run->rule->exprs[i]))
		return go_link_type(run, i, regs);
	if (loads_index(run, i))
		return go_index(run, i, regs,
				run->rule->exprs[i].meta.key == NFT_META_IIF
					? ZW_FIELD_IN
					: ZW_FIELD_OUT);
	after.index = 0;
	ok = zw_load(run->scene, &run->rule->exprs[i], i, &after);

	return go_where(run, ok, i + 1, &after);
}

static zw_node go_pure(struct zw_rule_run *run, u32 i,
		       const struct registers *regs)
{
	const struct zw_expr *expr = &run->rule->exprs[i];
	struct registers after = *regs;

	after.index = 0;
	if (expr->kind == ZW_EXPR_BITWISE)
		zw_do_bitwise(expr, &after);
	else if (expr->kind == ZW_EXPR_BYTEORDER)
		zw_do_byteorder(expr, &after);
	else
		zw_do_immediate(expr, &after);
	return go_on(run, i + 1, &after);
}

static zw_node go_on(struct zw_rule_run *run, u32 i,
		     const struct registers *regs)
{
	const struct zw_expr *expr = &run->rule->exprs[i];

	if (i == run->rule->n_exprs ||
	    zw_diagrams_exhausted(zw_run_diagrams(run)))
		return zw_run_leaf(run, GO_ON);
	if (expr->doubt)
		return zw_run_anything(run, i, expr->doubt);
	switch (expr->kind) {
	case ZW_EXPR_IMMEDIATE:
		if (expr->immediate.dreg != ZW_REG_VERDICT)
			return go_pure(run, i, regs);
		if (expr->immediate.ruling.code == NFT_CONTINUE)
			return go_on(run, i + 1, regs);
		return zw_run_ruling(run, i, &expr->immediate.ruling);
	case ZW_EXPR_BITWISE:
	case ZW_EXPR_BYTEORDER:
		return go_pure(run, i, regs);
	case ZW_EXPR_CMP:
		return go_where(run, compare_cmp(run, expr, regs, i), i + 1,
				regs);
	case ZW_EXPR_RANGE:
		return go_where(run, compare_range(run, expr, regs, i), i + 1,
				regs);
	case ZW_EXPR_LOOKUP:
		if (expr->lookup.dreg != ZW_REG_NONE)
			return zw_run_map(run, expr, regs, i);
		return zw_run_set(run, i, regs);
	case ZW_EXPR_PAYLOAD:
	case ZW_EXPR_META:
	case ZW_EXPR_CT:
	case ZW_EXPR_EXTHDR:
	case ZW_EXPR_RT:
	case ZW_EXPR_NUMGEN:
	case ZW_EXPR_HASH:
	case ZW_EXPR_FIB:
	case ZW_EXPR_SOCKET:
	case ZW_EXPR_OSF:
	case ZW_EXPR_XFRM:
	case ZW_EXPR_TUNNEL:
		return go_load(run, i, regs);
	case ZW_EXPR_META_SET:
		return zw_run_set_meta(run, expr, regs, i);
	case ZW_EXPR_CT_SET:
		return zw_run_set_ct(run, expr, regs, i);
	case ZW_EXPR_PAYLOAD_SET:
		return zw_run_set_payload(run, expr, regs, i);
	default:
		return go_other(run, i, regs);
	}
}

zw_node zw_rule_diagram(struct scene *scene, const struct zw_rule *rule)
{
	struct zw_rule_run run = { .scene = scene,
				   .rule = rule,
				   .arena = zw_arena_new() };
	struct registers regs;
	zw_node out;
	u32 i;

	regs.index = 0;
	regs.unreal = false;
	for (i = 0; i < 8 * ZW_REG_BYTES; i++)
		regs.bits[i] = ZW_BIT_UNKNOWN;
	out = zw_run_go(&run, 0, &regs);
	zw_arena_free(run.arena);
	return out;
}
