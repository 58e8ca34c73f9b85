/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule, expression by expression, with abstract registers: to the diagram
 * of its outcomes. The diagram of the expressions from the I-th on is made
 * first for what follows and then guarded by what the I-th asks, so that a
 * map's values can be followed one by one.
 *
 * A rule that breaks goes on with the next rule; changes that it made before
 * stay (net/netfilter/nf_tables_core.c, nft_do_chain). A register that was
 * loaded before a change holds the old value: bits of a changed field that are
 * still in registers become unknown. */
#include <stdlib.h>

#include "base/assert.h"
#include "verifier/symbolic_internal.h"

#define VALUES_MAX 4096 /* different values of a map that are followed */

struct run {
	struct scene *scene;
	const struct zw_rule *rule;
	struct zw_arena *arena; /* of this rule alone */
};

static zw_node go(struct run *run, u32 i, const struct registers *regs);

static struct zw_diagrams *diagrams(const struct run *run)
{
	return run->scene->s->space->d;
}

static zw_node leaf(const struct run *run, enum outcome_kind kind)
{
	run->scene->kinds |= KIND(kind);
	return zw_leaf(diagrams(run), kind);
}

/* The rule goes on with THEN where CONDITION holds. */
static zw_node guard(const struct run *run, zw_node condition, zw_node then)
{
	if (zw_same(condition, ZW_ALL))
		return then;
	return zw_if(diagrams(run), condition, then, leaf(run, GO_ON));
}

/* The expression decides by something unknown. */
static zw_node maybe(const struct run *run, u32 i, bool real, const char *what)
{
	return zw_unknown(run->scene, i, real, what);
}

/* ---- comparisons --------------------------------------------------------- */

/* KEYS over one component of LEN bytes at SLOT; if it cannot be told, as
 * unknown as the registers. */
static zw_node compare(const struct run *run, const struct registers *regs,
		       u32 i, u32 slot, u32 len, const struct zw_key *keys,
		       size_t n, bool negate)
{
	struct zw_component component = { 0, 8 * len };
	zw_node out = ZW_EMPTY;

	if (slot * 4 + len > ZW_REG_BYTES ||
	    !zw_space_lookup(run->scene->s->space, &regs->bits[32 * slot],
			     &component, 1, keys, n, negate, &out))
		return maybe(run, i, !regs->unreal, "a value that varies");
	return out;
}

static zw_node compare_cmp(const struct run *run, const struct zw_expr *expr,
			   const struct registers *regs, u32 i)
{
	static const u8 zeros[16] = { 0 };
	static const u8 ones[16] = { 255, 255, 255, 255, 255, 255, 255, 255,
				     255, 255, 255, 255, 255, 255, 255, 255 };
	const u8 *value = expr->cmp.value.bytes;
	struct zw_key key = { value, value, 1 };
	bool negate = false;

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

static zw_node compare_range(const struct run *run, const struct zw_expr *expr,
			     const struct registers *regs, u32 i)
{
	bool negate = expr->range.op == NFT_RANGE_NEQ;
	struct zw_key key = { expr->range.from.bytes, expr->range.to.bytes,
			      !negate };

	return compare(run, regs, i, expr->range.sreg, expr->range.from.len,
		       &key, 1, negate);
}

/* ---- arithmetic ---------------------------------------------------------- */

/* Where bit BIT (0 lowest) of the WORD-th 32-bit word lies in memory. */
static u32 place(u32 word, u32 bit)
{
	return 32 * word + bit / 8 * 8 + 7 - bit % 8;
}

static void shift_bits(const struct zw_expr *expr, const zw_bit *from,
		       zw_bit *to, u32 words, bool left)
{
	u32 w, b, shift = expr->bitwise.shift;

	/* a left shift carries into the word before, a right shift into the
	 * one behind (nft_bitwise_eval_lshift, _rshift) */
	for (w = 0; w < words; w++) {
		for (b = 0; b < 32; b++) {
			u32 target = place(w, b);

			if (left && b >= shift)
				to[target] = from[place(w, b - shift)];
			else if (left)
				to[target] =
					w + 1 < words
						? from[place(w + 1,
							     32 + b - shift)]
						: ZW_BIT_0;
			else if (b + shift < 32)
				to[target] = from[place(w, b + shift)];
			else
				to[target] =
					w ? from[place(w - 1, b + shift - 32)]
					  : ZW_BIT_0;
		}
	}
}

static zw_bit combine(u8 op, zw_bit a, zw_bit b)
{
	if (!zw_bit_is_field(a) && a != ZW_BIT_UNKNOWN) {
		zw_bit swap = a;

		a = b;
		b = swap;
	}
	/* now B is the constant if there is one */
	if (op == ZW_BITWISE_XOR) {
		if (b == ZW_BIT_0)
			return a;
		if (b == ZW_BIT_1)
			return zw_bit_invert(a);
		return a == b && zw_bit_is_field(a) ? ZW_BIT_0 : ZW_BIT_UNKNOWN;
	}
	if (a == b)
		return a;
	if (op == ZW_BITWISE_AND) {
		if (b == ZW_BIT_0)
			return ZW_BIT_0;
		return b == ZW_BIT_1 ? a : ZW_BIT_UNKNOWN;
	}
	if (b == ZW_BIT_1)
		return ZW_BIT_1;
	return b == ZW_BIT_0 ? a : ZW_BIT_UNKNOWN;
}

static void do_bitwise(const struct zw_expr *expr, struct registers *regs)
{
	u32 words = (expr->bitwise.len + 3u) / 4, i, b;
	zw_bit from[8 * 16], second[8 * 16];
	const zw_bit *source = &regs->bits[32 * expr->bitwise.sreg];
	zw_bit *to = &regs->bits[32 * expr->bitwise.dreg];

	if (words > 4 || expr->bitwise.sreg + words > ZW_REG_SLOTS ||
	    expr->bitwise.dreg + words > ZW_REG_SLOTS) {
		zw_put_unknown(regs, expr->bitwise.dreg, expr->bitwise.len,
			       false);
		return;
	}
	memcpy(from, source, 32 * words * sizeof(*from));
	switch (expr->bitwise.op) {
	case NFT_BITWISE_BOOL:
		for (i = 0; i < 32 * words; i++) {
			u32 m = expr->bitwise.mask[i / 8] >> (7 - i % 8) & 1;
			u32 x = expr->bitwise.xor [i / 8] >> (7 - i % 8) & 1;

			b = m ? from[i] : ZW_BIT_0;
			to[i] = x ? zw_bit_invert(b) : b;
		}
		return;
	case NFT_BITWISE_LSHIFT:
	case NFT_BITWISE_RSHIFT:
		if (expr->bitwise.shift == 0 || expr->bitwise.shift >= 32)
			break;
		shift_bits(expr, from, to, words,
			   expr->bitwise.op == NFT_BITWISE_LSHIFT);
		return;
	case ZW_BITWISE_AND:
	case ZW_BITWISE_OR:
	case ZW_BITWISE_XOR:
		if (expr->bitwise.sreg2 + words > ZW_REG_SLOTS)
			break;
		memcpy(second, &regs->bits[32 * expr->bitwise.sreg2],
		       32 * words * sizeof(*second));
		for (i = 0; i < 32 * words; i++)
			to[i] = combine(expr->bitwise.op, from[i], second[i]);
		return;
	default:
		break;
	}
	zw_put_unknown(regs, expr->bitwise.dreg, expr->bitwise.len, false);
}

static void do_byteorder(const struct zw_expr *expr, struct registers *regs)
{
	u32 size = expr->byteorder.size, i;
	zw_bit from[64];
	zw_bit *to = &regs->bits[32 * expr->byteorder.dreg];

	/* several numbers at once differ between kernels */
	if (expr->byteorder.len != size || size > 8 ||
	    4 * expr->byteorder.sreg + size > ZW_REG_BYTES ||
	    4 * expr->byteorder.dreg + size > ZW_REG_BYTES) {
		zw_put_unknown(regs, expr->byteorder.dreg, expr->byteorder.len,
			       false);
		return;
	}
	memcpy(from, &regs->bits[32 * expr->byteorder.sreg],
	       8 * size * sizeof(*from));
	for (i = 0; i < 8 * size; i++)
		to[i] = from[8 * (size - 1 - i / 8) + i % 8];
}

static void do_immediate(const struct zw_expr *expr, struct registers *regs)
{
	u32 i, bits = 8u * expr->immediate.value.len;

	zw_put_unknown(regs, expr->immediate.dreg, expr->immediate.value.len,
		       true);
	for (i = 0;
	     i < bits && 32u * expr->immediate.dreg + i < 8 * ZW_REG_BYTES; i++)
		regs->bits[32u * expr->immediate.dreg + i] =
			expr->immediate.value.bytes[i / 8] >> (7 - i % 8) & 1;
}

/* ---- verdicts ------------------------------------------------------------ */

static zw_node ruling(const struct run *run, u32 i, const struct zw_ruling *r)
{
	struct zw_outcomes *o = run->scene->s->outcomes;

	switch (r->code) {
	case NF_ACCEPT:
		return leaf(run, ACCEPTS);
	case NF_DROP:
		return leaf(run, DROPS);
	case NFT_CONTINUE:
	case NFT_BREAK:
		return leaf(run, GO_ON);
	case NFT_RETURN:
		return leaf(run, RETURNS);
	case NFT_JUMP:
		run->scene->kinds |= KIND(JUMPS);
		return zw_leaf(diagrams(run),
			       zw_outcome_leaf(o, JUMPS, 0, r->chain));
	case NFT_GOTO:
		run->scene->kinds |= KIND(GOES_TO);
		return zw_leaf(diagrams(run),
			       zw_outcome_leaf(o, GOES_TO, 0, r->chain));
	default: /* a queue: somebody outside decides */
		return zw_if(diagrams(run),
			     maybe(run, i, true, "the program behind a queue"),
			     leaf(run, ACCEPTS), leaf(run, DROPS));
	}
}

static zw_node reject(const struct run *run, const struct zw_expr *expr)
{
	u32 type = expr->reject.type, code = expr->reject.code;
	bool four = run->scene->family == ZW_IPV4;

	if (type == NFT_REJECT_TCP_RST)
		return leaf(run, REJECTS_RESET);
	if ((type == NFT_REJECT_ICMPX_UNREACH &&
	     code == NFT_REJECT_ICMPX_ADMIN_PROHIBITED) ||
	    (type == NFT_REJECT_ICMP_UNREACH && code == (four ? 13 : 1)))
		return leaf(run, REJECTS_ADMIN);
	return leaf(run, REJECTS_OTHER);
}

/* Not understood: it may do anything. */
static zw_node anything(const struct run *run, u32 i, const char *what)
{
	static const u32 ends[] = { ACCEPTS, DROPS, REJECTS_RESET,
				    REJECTS_ADMIN };
	zw_node out = leaf(run, GO_ON);
	size_t k;

	zw_doubt(run->scene, what);
	for (k = 0; k < sizeof(ends) / sizeof(*ends); k++)
		out = zw_if(diagrams(run), maybe(run, i, false, what),
			    leaf(run, ends[k]), out);
	return out;
}

/* ---- sets and maps ------------------------------------------------------- */

/* Which values a lookup can give: equal ones are followed once. */
struct values {
	u32 n;		    /* 1..n; 0 is a miss */
	const u32 *element; /* [1..n]: an element that has it, or CATCHALL */
};

#define CATCHALL UINT32_MAX

static struct zw_component *
set_components(const struct run *run, const struct zw_set *set, size_t *count)
{
	struct zw_component *c =
		ZW_NEW_ARRAY(run->arena, struct zw_component,
			     set->n_fields ? set->n_fields : 1);
	u32 i, first = 0;

	*count = 1;
	c[0] = (struct zw_component){ 0, 8 * set->key_len };
	if (set->kind != ZW_SET_BOXES)
		return c;
	for (i = 0; i < set->n_fields; i++) {
		c[i] = (struct zw_component){ first, 8u * set->field_len[i] };
		first += (8u * set->field_len[i] + 31) / 32 * 32;
	}
	*count = set->n_fields;
	return c;
}

/* The elements' value as text to compare, and the catch-all's. */
static struct zw_str value_of(const struct zw_set *set, u32 element)
{
	const struct zw_ruling *r;

	if (set->data_kind == ZW_DATA_RULING) {
		r = element == CATCHALL ? &set->catchall_ruling
					: &set->elements.rulings[element];
		return (struct zw_str){ (const char *)r, sizeof(*r) };
	}
	if (set->data_kind == ZW_DATA_VALUE) {
		const u8 *p = element == CATCHALL
				      ? set->catchall_data
				      : set->elements.data +
						(size_t)element * set->data_len;

		return (struct zw_str){ (const char *)p, set->data_len };
	}
	return ZW_STR("");
}

/* Number the values; LEAVES gets each element's number, doubled, plus 1 where
 * the element may vanish. */
static bool number_values(const struct run *run, const struct zw_set *set,
			  u32 *leaves, u32 *otherwise, struct values *values)
{
	ZW_VEC(u32) element = { 0 };
	struct zw_map map;
	u32 i, n = set->elements.n, number;

	zw_map_init(&map, run->arena);
	zw_push(run->arena, element, 0);
	*otherwise = 0;
	for (i = 0; i < n + (set->has_catchall ? 1 : 0); i++) {
		u32 e = i < n ? i : CATCHALL;
		u8 marks = e == CATCHALL	 ? set->catchall_marks
			   : set->elements.marks ? set->elements.marks[e]
						 : 0;
		struct zw_str value = value_of(set, e);

		if (!zw_map_get(&map, value, &number)) {
			number = (u32)element.n;
			if (number > VALUES_MAX &&
			    set->data_kind != ZW_DATA_RULING)
				return false;
			zw_map_put(&map, value, number);
			zw_push(run->arena, element, e);
		}
		number = number * 2 + (marks != 0);
		if (e == CATCHALL)
			*otherwise = number;
		else
			leaves[e] = number;
	}
	values->n = (u32)element.n - 1;
	values->element = element.v;
	return true;
}

/* The whole lookup as a diagram of value numbers (as above); false if it
 * cannot be told. */
static bool lookup_table(const struct run *run, const struct zw_set *set,
			 const struct registers *regs, u32 slot,
			 struct values *values, zw_node *out)
{
	struct zw_arena *scratch = run->arena;
	u32 i, n = set->elements.n, len = set->key_len, otherwise = 0;
	struct zw_key *keys = ZW_NEW_ARRAY(scratch, struct zw_key, n);
	u32 *leaves = ZW_NEW_ARRAY(scratch, u32, n);
	struct zw_component *components;
	size_t count;

	if (4 * slot + len > ZW_REG_BYTES ||
	    !number_values(run, set, leaves, &otherwise, values))
		return false;
	components = set_components(run, set, &count);
	for (i = 0; i < n; i++)
		keys[i] = (struct zw_key){ set->elements.lo + (size_t)i * len,
					   set->elements.hi + (size_t)i * len,
					   leaves[i] };
	return zw_space_lookup(run->scene->s->space, &regs->bits[32 * slot],
			       components, count, keys, n, otherwise, out);
}

static bool is_unread(const struct zw_set *set)
{
	return set->unread || set->doubt || set->flags & NFT_SET_EVAL;
}

struct follow {
	struct run *run;
	const struct zw_set *set;
	const struct zw_expr *expr;
	const struct registers *regs;
	const struct values *values;
	u32 i;
	zw_node maybe; /* for elements that may vanish */
	bool has_maybe;
};

/* What the rule does once the lookup gave value NUMBER. */
static zw_node follow_hit(struct follow *f, u32 number)
{
	struct run *run = f->run;
	u32 element = f->values->element[number];
	u32 dreg = f->expr->lookup.dreg;
	struct registers regs;
	struct zw_str value;
	u32 b;

	if (f->set->data_kind == ZW_DATA_RULING && dreg == ZW_REG_VERDICT) {
		const struct zw_ruling *r =
			element == CATCHALL
				? &f->set->catchall_ruling
				: &f->set->elements.rulings[element];

		if (r->code == NFT_CONTINUE)
			return go(f->run, f->i + 1, f->regs);
		return ruling(run, f->i, r);
	}
	regs = *f->regs;
	value = value_of(f->set, element);
	zw_put_unknown(&regs, dreg, f->set->data_len, true);
	for (b = 0; b < 8 * value.n && 32 * dreg + b < 8 * ZW_REG_BYTES; b++)
		regs.bits[32 * dreg + b] =
			(u8)value.p[b / 8] >> (7 - b % 8) & 1;
	return go(f->run, f->i + 1, &regs);
}

static zw_node follow_value(void *context, u32 number)
{
	struct follow *f = context;
	zw_node hit;

	if (!number)
		return leaf(f->run, GO_ON);
	hit = follow_hit(f, number / 2);
	if (!(number & 1))
		return hit;
	if (!f->has_maybe) {
		f->maybe = maybe(f->run, f->i, true, "an element that ends");
		f->has_maybe = true;
	}
	return guard(f->run, f->maybe, hit);
}

static zw_node lookup_map(struct run *run, const struct zw_expr *expr,
			  const struct registers *regs, u32 i)
{
	const struct zw_set *set =
		&run->scene->s->ruleset->sets.v[expr->lookup.set];
	struct values values;
	zw_node table = ZW_EMPTY;
	struct follow f = { run, set, expr, regs, &values, i, ZW_EMPTY, false };
	struct registers after;

	if (!is_unread(set) &&
	    lookup_table(run, set, regs, expr->lookup.sreg, &values, &table))
		return zw_bind(diagrams(run), table, follow_value, &f);
	if (expr->lookup.dreg == ZW_REG_VERDICT)
		return anything(run, i, "a verdict map that is not known");
	after = *regs;
	zw_put_unknown(&after, expr->lookup.dreg, set->data_len, false);
	return guard(run,
		     maybe(run, i, !regs->unreal && !set->unread,
			   "a map that changes"),
		     go(run, i + 1, &after));
}

/* The elements as keys with these leaves. */
static bool make_set_table(const struct run *run, const struct zw_set *set,
			   const zw_bit *bits, u32 hit, u32 miss, zw_node *out)
{
	u32 i, n = set->elements.n, len = set->key_len;
	struct zw_key *keys =
		zw_heap_resize(NULL, (size_t)n + 1, sizeof(*keys));
	struct zw_component *components;
	size_t count;
	bool ok;

	components = set_components(run, set, &count);
	for (i = 0; i < n; i++)
		keys[i] = (struct zw_key){ set->elements.lo + (size_t)i * len,
					   set->elements.hi + (size_t)i * len,
					   hit };
	ok = zw_space_lookup(run->scene->s->space, bits, components, count,
			     keys, n, set->has_catchall ? hit : miss, out);
	free(keys);
	return ok;
}

/* The same, made once for each set and key. */
static bool set_table(const struct run *run, u32 number,
		      const struct registers *regs, u32 slot, u32 hit, u32 miss,
		      zw_node *out)
{
	struct zw_symbolic *s = run->scene->s;
	const struct zw_set *set = &s->ruleset->sets.v[number];
	u32 words[3 + 8 * ZW_KEY_MAX] = { number, hit, miss };
	struct zw_str key = { (const char *)words, sizeof(*words) * 3 };
	u32 known;

	if (4 * slot + set->key_len > ZW_REG_BYTES)
		return false;
	memcpy(words + 3, &regs->bits[32 * slot],
	       8 * set->key_len * sizeof(zw_bit));
	key.n += 8 * set->key_len * sizeof(zw_bit);
	if (zw_map_get(s->lookups, key, &known)) {
		*out = s->lookup_nodes.v[known];
		return true;
	}
	if (!make_set_table(run, set, &regs->bits[32 * slot], hit, miss, out))
		return false;
	zw_map_put(s->lookups, zw_str_copy(s->arena, key),
		   (u32)s->lookup_nodes.n);
	zw_push(s->arena, s->lookup_nodes, *out);
	return true;
}

static bool any_hit(void *context, u32 number)
{
	(void)context;
	return number >= 2;
}

static bool sure_hit(void *context, u32 number)
{
	(void)context;
	return number >= 2 && !(number & 1);
}

/* Of a set whose elements may vanish: what is in it, as unknown as they. */
static bool marked_set(const struct run *run, const struct zw_set *set,
		       const struct registers *regs, u32 slot, u32 i,
		       zw_node *out)
{
	struct zw_diagrams *d = diagrams(run);
	struct values values;
	zw_node table = ZW_EMPTY, hit, sure;

	if (!lookup_table(run, set, regs, slot, &values, &table))
		return false;
	hit = zw_where(d, table, any_hit, NULL);
	sure = zw_where(d, table, sure_hit, NULL);
	*out = hit;
	if (!zw_same(sure, hit))
		*out = zw_or(
			d, sure,
			zw_and(d, hit,
			       maybe(run, i, true, "an element that ends")));
	return true;
}

/* What follows a lookup in a set without values. */
static zw_node go_set(struct run *run, u32 i, const struct registers *regs)
{
	const struct zw_expr *expr = &run->rule->exprs[i];
	const struct zw_set *set =
		&run->scene->s->ruleset->sets.v[expr->lookup.set];
	u32 slot = expr->lookup.sreg, go_on = GO_ON, leaf_number;
	bool marked = set->elements.marks || set->catchall_marks;
	bool invert = expr->lookup.invert;
	zw_node rest = go(run, i + 1, regs), out = ZW_EMPTY;

	if (!is_unread(set) && !marked && zw_is_leaf(diagrams(run), rest)) {
		/* no set in between: the elements lead to the verdict */
		leaf_number = zw_leaf_value(diagrams(run), rest);
		run->scene->kinds |= KIND(GO_ON);
		if (set_table(run, expr->lookup.set, regs, slot,
			      invert ? go_on : leaf_number,
			      invert ? leaf_number : go_on, &out))
			return out;
	} else if (!is_unread(set)) {
		bool ok = marked ? marked_set(run, set, regs, slot, i, &out)
				 : set_table(run, expr->lookup.set, regs, slot,
					     !invert, invert, &out);

		if (ok)
			return guard(run,
				     marked && invert
					     ? zw_not(diagrams(run), out)
					     : out,
				     rest);
	}
	return guard(run,
		     maybe(run, i, !regs->unreal && !set->unread && !set->doubt,
			   "a set that changes"),
		     rest);
}

/* ---- changes ------------------------------------------------------------- */

/* What one variable becomes when BITS (highest first) are written to it. */
static bool rewrite_of(struct scene *scene, const struct zw_slice *slice,
		       const zw_bit *bits, struct zw_rewrite *out)
{
	struct zw_space *space = scene->s->space;
	u32 n = (u32)(slice->hi - slice->lo) + 1, i, value = 0;
	bool constant = true, copy = true;
	const struct zw_field_info *info;

	for (i = 0; i < n; i++) {
		constant = constant && bits[i] <= ZW_BIT_1;
		copy = copy && zw_bit_is_field(bits[i]) &&
		       !zw_bit_inverted(bits[i]) &&
		       zw_bit_field(bits[i]) == zw_bit_field(bits[0]) &&
		       zw_bit_index(bits[i]) + i == zw_bit_index(bits[0]);
		value = value << 1 | (bits[i] & 1);
	}
	out->variable = slice->variable;
	out->is_copy = !constant;
	out->value = value;
	if (constant)
		return true;
	if (copy) {
		info = &space->fields.v[zw_bit_field(bits[0])];
		for (i = 0; i < info->slice_count && !info->values; i++) {
			if (info->slices[i].hi == zw_bit_index(bits[0]) &&
			    info->slices[i].hi - info->slices[i].lo + 1u == n) {
				out->value = info->slices[i].variable;
				return out->value != out->variable;
			}
		}
	}
	/* something else: a number that nobody knows */
	out->value = zw_variable_new(
		space->d, zw_variable_max(space->d, slice->variable));
	zw_push(space->arena, space->fresh, out->value);
	return true;
}

static void cut(struct zw_cuts *cuts, u32 field, u32 bit)
{
	u32 mask = UINT32_C(1) << bit;

	if (field < ZW_FIELD_COUNT && bit && !(cuts->field[field] & mask)) {
		cuts->field[field] |= mask;
		cuts->grown = true;
	}
}

static bool is_cut(const struct zw_cuts *cuts, u32 field, u32 bit)
{
	return field < ZW_FIELD_COUNT && cuts->field[field] >> bit & 1;
}

/* Bits that stay and bits that change must lie in different slices, and a copy
 * needs the same slices in what it is taken from. */
static void ask_cut(struct scene *scene, u32 field, const zw_bit *bits)
{
	const struct zw_field_info *info = &scene->s->space->fields.v[field];
	struct zw_cuts *cuts = scene->s->space->cuts;
	u32 i;

	for (i = 1; i < info->bits; i++) {
		zw_bit upper = bits[i - 1], lower = bits[i];
		u32 bit = info->bits - i;
		bool one = zw_bit_is_field(upper) && zw_bit_is_field(lower) &&
			   zw_bit_field(upper) == zw_bit_field(lower) &&
			   zw_bit_index(upper) == zw_bit_index(lower) + 1;
		bool either =
			!zw_bit_is_field(upper) && !zw_bit_is_field(lower);

		if (either)
			continue;
		if (!one)
			cut(cuts, field, bit);
		else if (is_cut(cuts, field, bit) !=
			 is_cut(cuts, zw_bit_field(upper),
				zw_bit_index(upper))) {
			cut(cuts, field, bit);
			cut(cuts, zw_bit_field(upper), zw_bit_index(upper));
		}
	}
}

/* Registers that hold bits of FIELD hold its old value. */
static void forget(struct registers *regs, u32 field)
{
	u32 i;

	for (i = 0; i < 8 * ZW_REG_BYTES; i++) {
		if (zw_bit_is_field(regs->bits[i]) &&
		    zw_bit_field(regs->bits[i]) == field)
			regs->bits[i] = ZW_BIT_UNKNOWN;
	}
}

/* FIELD takes BITS (highest first); then the rest of the rule. */
static zw_node change_field(struct run *run, u32 i, u32 field,
			    const zw_bit *bits, const struct registers *regs)
{
	struct scene *scene = run->scene;
	const struct zw_field_info *info = &scene->s->space->fields.v[field];
	struct registers after = *regs;
	struct zw_rewrite v[8];
	zw_node rest;
	u32 k, n = 0;

	ask_cut(scene, field, bits);
	for (k = 0; k < info->slice_count; k++) {
		if (rewrite_of(scene, &info->slices[k],
			       bits + info->bits - 1 - info->slices[k].hi,
			       &v[n]))
			n++;
	}
	forget(&after, field);
	rest = go(run, i + 1, &after);
	if (!n)
		return rest;
	scene->kinds |= CHANGED;
	return zw_after_change(scene->s,
			       zw_change_new(scene->s->outcomes, v, n), rest);
}

/* The 32 bits at SLOT as a number in host order, highest first. */
static void host_bits(const struct registers *regs, u32 slot, zw_bit out[32])
{
	u32 bit;

	for (bit = 0; bit < 32; bit++)
		out[31 - bit] = regs->bits[32 * slot + place(0, bit)];
}

static zw_node set_meta(struct run *run, const struct zw_expr *expr,
			const struct registers *regs, u32 i)
{
	zw_bit bits[32];

	switch (expr->meta.key) {
	case NFT_META_MARK:
		host_bits(regs, expr->meta.sreg, bits);
		return change_field(run, i, ZW_FIELD_MARK, bits, regs);
	case NFT_META_PKTTYPE:
		bits[0] = bits[1] = ZW_BIT_UNKNOWN;
		return change_field(run, i, ZW_FIELD_PKTTYPE, bits, regs);
	default: /* priority, nftrace, secmark: nothing that is tested */
		return go(run, i + 1, regs);
	}
}

static zw_node set_ct(struct run *run, const struct zw_expr *expr,
		      const struct registers *regs, u32 i)
{
	struct scene *scene = run->scene;
	zw_bit bits[32];
	zw_node entry, changed;

	if (expr->ct.key == NFT_CT_ZONE)
		return anything(run, i, "a conntrack zone");
	if (expr->ct.key != NFT_CT_MARK || !scene->has_entry)
		return go(run, i + 1, regs);
	host_bits(regs, expr->ct.sreg, bits);
	changed = change_field(run, i, ZW_FIELD_CT_MARK, bits, regs);
	entry = zw_space_index(scene->s->space, ZW_FIELD_STATE,
			       ZW_IS_ESTABLISHED, ZW_IS_NEW);
	return zw_if(diagrams(run), entry, changed, go(run, i + 1, regs));
}

static zw_node notrack(struct run *run, const struct registers *regs, u32 i)
{
	struct scene *scene = run->scene;
	struct zw_space *space = scene->s->space;
	struct zw_rewrite v[2] = {
		{ space->fields.v[ZW_FIELD_STATE].slices[0].variable, false,
		  ZW_IS_UNTRACKED },
		{ space->fields.v[ZW_FIELD_NOTRACK].slices[0].variable, false,
		  1 },
	};
	struct registers after = *regs;
	zw_node rest, changed, invalid;

	rest = go(run, i + 1, regs);
	scene->kinds |= CHANGED;
	forget(&after, ZW_FIELD_STATE);
	forget(&after, ZW_FIELD_NOTRACK);
	changed = zw_after_change(scene->s,
				  zw_change_new(scene->s->outcomes, v, 2),
				  go(run, i + 1, &after));
	if (!scene->has_entry)
		return changed;
	/* only what has no entry yet */
	invalid = zw_space_index(space, ZW_FIELD_STATE, ZW_IS_INVALID,
				 ZW_IS_INVALID);
	return zw_if(diagrams(run), invalid, changed, rest);
}

/* A write into the packet: what fields it touches become unknown, constants
 * are followed for whole fields alone. */
static zw_node set_payload(struct run *run, const struct zw_expr *expr,
			   const struct registers *regs, u32 i)
{
	struct zw_expr load = *expr;
	struct registers seen = *regs, after = *regs;
	u32 k, bits = 8u * expr->payload.len, field, index;
	zw_bit values[32];
	zw_node there;

	load.kind = ZW_EXPR_PAYLOAD;
	load.payload.dreg = 0;
	if (bits > 128 || expr->payload.base == NFT_PAYLOAD_LL_HEADER)
		return anything(run, i, "a write into the packet");
	there = zw_load(run->scene, &load, i, &seen);
	field = zw_bit_is_field(seen.bits[0]) ? zw_bit_field(seen.bits[0])
					      : ZW_FIELD_COUNT;
	for (k = 0; k < bits; k++) {
		index = run->scene->s->space->fields.v[field].bits - 1 - k;
		if (seen.bits[k] != zw_bit_of(field, index))
			break;
		values[k] = regs->bits[32u * expr->payload.sreg + k];
	}
	if (field >= ZW_FIELD_COUNT || k != bits ||
	    bits != run->scene->s->space->fields.v[field].bits)
		return anything(run, i, "a write into the packet");
	return guard(run, there, change_field(run, i, field, values, &after));
}

/* ---- the rest ------------------------------------------------------------ */

static zw_node object(struct run *run, const struct zw_expr *expr,
		      const struct registers *regs, u32 i)
{
	const struct zw_object *o =
		expr->objref.object < run->scene->s->ruleset->objects.n
			? &run->scene->s->ruleset->objects
				   .v[expr->objref.object]
			: NULL;

	if (!o || o->doubt)
		return anything(run, i, "an object that is not known");
	switch (o->expr.kind) {
	case ZW_EXPR_COUNTER:
		return go(run, i + 1, regs);
	case ZW_EXPR_LIMIT:
	case ZW_EXPR_QUOTA:
	case ZW_EXPR_CONNLIMIT:
		return guard(run, maybe(run, i, true, "a limit"),
			     go(run, i + 1, regs));
	default:
		if (o->type == NFT_OBJECT_SECMARK)
			return go(run, i + 1, regs);
		return anything(run, i, "an object that is not modelled");
	}
}

/* Expressions that end the rule or may break it for reasons of their own. */
static zw_node go_other(struct run *run, u32 i, const struct registers *regs)
{
	const struct zw_expr *expr = &run->rule->exprs[i];

	switch (expr->kind) {
	case ZW_EXPR_COUNTER:
	case ZW_EXPR_LOG:
	case ZW_EXPR_LAST:
		return go(run, i + 1, regs);
	case ZW_EXPR_LIMIT:
		return guard(run, maybe(run, i, true, "a limit"),
			     go(run, i + 1, regs));
	case ZW_EXPR_QUOTA:
		return guard(run, maybe(run, i, true, "a quota"),
			     go(run, i + 1, regs));
	case ZW_EXPR_CONNLIMIT:
		return guard(run, maybe(run, i, true, "a connection limit"),
			     go(run, i + 1, regs));
	case ZW_EXPR_DYNSET:
		return guard(run, maybe(run, i, true, "room in a set"),
			     go(run, i + 1, regs));
	case ZW_EXPR_OBJREF:
		return object(run, expr, regs, i);
	case ZW_EXPR_REJECT:
		return reject(run, expr);
	case ZW_EXPR_NOTRACK:
		return notrack(run, regs, i);
	case ZW_EXPR_QUEUE:
		return zw_if(diagrams(run),
			     maybe(run, i, true, "the program behind a queue"),
			     leaf(run, ACCEPTS), leaf(run, DROPS));
	default:
		return anything(run, i, "an expression that is not modelled");
	}
}

static zw_node go_load(struct run *run, u32 i, const struct registers *regs)
{
	struct registers after = *regs;
	zw_node ok = zw_load(run->scene, &run->rule->exprs[i], i, &after);

	if (zw_same(ok, ZW_EMPTY))
		return leaf(run, GO_ON);
	return guard(run, ok, go(run, i + 1, &after));
}

static zw_node go_pure(struct run *run, u32 i, const struct registers *regs)
{
	const struct zw_expr *expr = &run->rule->exprs[i];
	struct registers after = *regs;

	if (expr->kind == ZW_EXPR_BITWISE)
		do_bitwise(expr, &after);
	else if (expr->kind == ZW_EXPR_BYTEORDER)
		do_byteorder(expr, &after);
	else
		do_immediate(expr, &after);
	return go(run, i + 1, &after);
}

static zw_node go_test(struct run *run, u32 i, const struct registers *regs,
		       zw_node condition)
{
	if (zw_same(condition, ZW_EMPTY))
		return leaf(run, GO_ON);
	return guard(run, condition, go(run, i + 1, regs));
}

static zw_node go(struct run *run, u32 i, const struct registers *regs)
{
	const struct zw_expr *expr = &run->rule->exprs[i];

	if (i == run->rule->n_exprs || zw_diagrams_exhausted(diagrams(run)))
		return leaf(run, GO_ON);
	if (expr->doubt)
		return anything(run, i, expr->doubt);
	switch (expr->kind) {
	case ZW_EXPR_IMMEDIATE:
		if (expr->immediate.dreg != ZW_REG_VERDICT)
			return go_pure(run, i, regs);
		if (expr->immediate.ruling.code == NFT_CONTINUE)
			return go(run, i + 1, regs);
		return ruling(run, i, &expr->immediate.ruling);
	case ZW_EXPR_BITWISE:
	case ZW_EXPR_BYTEORDER:
		return go_pure(run, i, regs);
	case ZW_EXPR_CMP:
		return go_test(run, i, regs, compare_cmp(run, expr, regs, i));
	case ZW_EXPR_RANGE:
		return go_test(run, i, regs, compare_range(run, expr, regs, i));
	case ZW_EXPR_LOOKUP:
		if (expr->lookup.dreg != ZW_REG_NONE)
			return lookup_map(run, expr, regs, i);
		return go_set(run, i, regs);
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
		return go_load(run, i, regs);
	case ZW_EXPR_META_SET:
		return set_meta(run, expr, regs, i);
	case ZW_EXPR_CT_SET:
		return set_ct(run, expr, regs, i);
	case ZW_EXPR_PAYLOAD_SET:
		return set_payload(run, expr, regs, i);
	default:
		return go_other(run, i, regs);
	}
}

zw_node zw_rule_diagram(struct scene *scene, const struct zw_rule *rule)
{
	struct run run = { scene, rule, zw_arena_new() };
	struct registers *regs = ZW_NEW(run.arena, struct registers);
	zw_node out;
	u32 i;

	for (i = 0; i < 8 * ZW_REG_BYTES; i++)
		regs->bits[i] = ZW_BIT_UNKNOWN;
	out = go(&run, 0, regs);
	zw_arena_free(run.arena);
	return out;
}
