/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A chain is written out as bytes, in which sets and chains stand by their own
 * numbers, and the bytes are looked up. Chains that are gone to come first, so
 * there is nothing to be found out in rounds. */
#include "verifier/alike.h"

#include "base/map.h"

#define LARGEST_SET (1u << 20) /* bytes: larger ones are like no other */
#define BUSY (ZW_NONE - 1)
#define UNASKED (ZW_NONE - 2)

struct zw_alike {
	struct zw_arena *arena;
	struct zw_map contents; /* bytes to number */
	u32 count;
};

struct reading {
	struct zw_alike *alike;
	const struct zw_ruleset *ruleset;
	u32 *chains, *sets; /* by number there; UNASKED, BUSY */
};

static u32 chain_number(struct reading *r, u32 chain);

struct zw_alike *zw_alike_new(struct zw_arena *arena)
{
	struct zw_alike *alike = ZW_NEW(arena, struct zw_alike);

	alike->arena = arena;
	zw_map_init(&alike->contents, arena);
	return alike;
}

static u32 number_of(struct zw_alike *alike, const struct zw_buf *content)
{
	struct zw_str key = { content->data, content->n };
	u32 number;

	if (zw_map_get(&alike->contents, key, &number))
		return number;
	zw_map_put(&alike->contents, zw_str_copy(alike->arena, key),
		   alike->count);
	return alike->count++;
}

static void put(struct zw_buf *out, u32 number)
{
	zw_buf_add(out, &number, sizeof(number));
}

static void put_value(struct zw_buf *out, const struct zw_value *value)
{
	zw_buf_putc(out, (char)value->len);
	zw_buf_add(out, value->bytes, sizeof(value->bytes));
}

/* False: it goes to a chain that has no number. */
static bool put_ruling(struct reading *r, struct zw_buf *out,
		       const struct zw_ruling *ruling)
{
	bool goes = ruling->code == NFT_JUMP || ruling->code == NFT_GOTO;
	u32 number = goes ? chain_number(r, ruling->chain) : 0;

	put(out, (u32)ruling->code);
	put(out, number);
	return number != ZW_NONE;
}

/* ---- sets ---------------------------------------------------------------- */

static bool put_elements(struct reading *r, struct zw_buf *out,
			 const struct zw_set *set)
{
	const struct zw_elements *e = &set->elements;
	size_t keys = (size_t)e->n * set->key_len;
	u32 i;

	if (2 * keys > LARGEST_SET || e->objects)
		return false;
	put(out, e->n);
	zw_buf_add(out, e->lo, keys);
	put(out, e->hi != e->lo);
	if (e->hi != e->lo)
		zw_buf_add(out, e->hi, keys);
	if (e->data)
		zw_buf_add(out, e->data, (size_t)e->n * set->data_len);
	for (i = 0; i < e->n; i++)
		if (e->marks && e->marks[i])
			return false;
	for (i = 0; e->rulings && i < e->n; i++)
		if (!put_ruling(r, out, &e->rulings[i]))
			return false;
	return true;
}

static bool put_set(struct reading *r, struct zw_buf *out,
		    const struct zw_set *set)
{
	if (set->doubt || set->unread || set->former || set->catchall_marks ||
	    set->flags & (NFT_SET_EVAL | NFT_SET_TIMEOUT) ||
	    set->data_kind == ZW_DATA_OBJECT)
		return false;
	zw_buf_puts(out, "set");
	put(out, set->kind);
	put(out, set->flags);
	put(out, set->key_len);
	put(out, set->n_fields);
	zw_buf_add(out, set->field_len, sizeof(set->field_len));
	put(out, set->data_kind);
	put(out, set->data_len);
	put(out, set->has_catchall);
	if (set->has_catchall) {
		zw_buf_add(out, set->catchall_data, sizeof(set->catchall_data));
		if (set->data_kind == ZW_DATA_RULING &&
		    !put_ruling(r, out, &set->catchall_ruling))
			return false;
	}
	return put_elements(r, out, set);
}

static u32 set_number(struct reading *r, u32 set)
{
	struct zw_buf content = { 0 };

	if (set >= r->ruleset->sets.n)
		return ZW_NONE;
	if (r->sets[set] != UNASKED)
		return r->sets[set] == BUSY ? ZW_NONE : r->sets[set];
	r->sets[set] = BUSY;
	r->sets[set] = put_set(r, &content, &r->ruleset->sets.v[set])
			       ? number_of(r->alike, &content)
			       : ZW_NONE;
	zw_buf_free(&content);
	return r->sets[set];
}

/* ---- expressions --------------------------------------------------------- */

static void put_bitwise(struct zw_buf *out, const struct zw_expr *e)
{
	const u8 head[] = { e->bitwise.op, e->bitwise.sreg, e->bitwise.sreg2,
			    e->bitwise.dreg, e->bitwise.len };

	zw_buf_add(out, head, sizeof(head));
	zw_buf_add(out, e->bitwise.mask, sizeof(e->bitwise.mask));
	zw_buf_add(out, e->bitwise.xor, sizeof(e->bitwise.xor));
	put(out, e->bitwise.shift);
}

static bool put_lookup(struct reading *r, struct zw_buf *out,
		       const struct zw_expr *e)
{
	const u8 head[] = { e->lookup.sreg, e->lookup.dreg, e->lookup.invert };
	u32 number = set_number(r, e->lookup.set);

	zw_buf_add(out, head, sizeof(head));
	put(out, number);
	return number != ZW_NONE;
}

static void put_nat(struct zw_buf *out, const struct zw_expr *e)
{
	const u8 registers[] = { e->nat.sreg_addr_min, e->nat.sreg_addr_max,
				 e->nat.sreg_port_min, e->nat.sreg_port_max };

	put(out, e->nat.type);
	put(out, e->nat.family);
	put(out, e->nat.flags);
	zw_buf_add(out, registers, sizeof(registers));
}

/* Expressions that load or compare, and small ones that act. */
static bool put_plain(struct zw_buf *out, const struct zw_expr *e)
{
	switch (e->kind) {
	case ZW_EXPR_CMP:
		zw_buf_putc(out, (char)e->cmp.sreg);
		zw_buf_putc(out, (char)e->cmp.op);
		put_value(out, &e->cmp.value);
		return true;
	case ZW_EXPR_RANGE:
		zw_buf_putc(out, (char)e->range.sreg);
		zw_buf_putc(out, (char)e->range.op);
		put_value(out, &e->range.from);
		put_value(out, &e->range.to);
		return true;
	case ZW_EXPR_BITWISE:
		put_bitwise(out, e);
		return true;
	case ZW_EXPR_PAYLOAD:
		zw_buf_putc(out, (char)e->payload.base);
		zw_buf_putc(out, (char)e->payload.len);
		zw_buf_putc(out, (char)e->payload.dreg);
		put(out, e->payload.offset);
		return true;
	case ZW_EXPR_META:
		zw_buf_putc(out, (char)e->meta.dreg);
		put(out, e->meta.key);
		return true;
	case ZW_EXPR_CT:
		zw_buf_putc(out, (char)e->ct.dreg);
		zw_buf_putc(out, (char)e->ct.direction);
		put(out, e->ct.key);
		return true;
	case ZW_EXPR_REJECT:
		put(out, e->reject.type);
		zw_buf_putc(out, (char)e->reject.code);
		return true;
	case ZW_EXPR_NAT:
	case ZW_EXPR_MASQ:
		put_nat(out, e);
		return true;
	case ZW_EXPR_NOTRACK:
		return true;
	default:
		return false;
	}
}

static bool put_expr(struct reading *r, struct zw_buf *out,
		     const struct zw_expr *e)
{
	if (e->doubt)
		return false;
	if (e->kind == ZW_EXPR_COUNTER || e->kind == ZW_EXPR_LOG)
		return true;
	zw_buf_putc(out, (char)e->kind);
	if (e->kind == ZW_EXPR_LOOKUP)
		return put_lookup(r, out, e);
	if (e->kind != ZW_EXPR_IMMEDIATE)
		return put_plain(out, e);
	zw_buf_putc(out, (char)e->immediate.dreg);
	if (e->immediate.dreg == ZW_REG_VERDICT)
		return put_ruling(r, out, &e->immediate.ruling);
	put_value(out, &e->immediate.value);
	return true;
}

/* ---- chains -------------------------------------------------------------- */

static bool put_chain(struct reading *r, struct zw_buf *out,
		      const struct zw_chain *chain)
{
	size_t i;
	u32 k;

	if (chain->base || chain->doubt)
		return false;
	zw_buf_puts(out, "chain");
	for (i = 0; i < chain->rules.n; i++) {
		const struct zw_rule *rule = chain->rules.v[i];

		for (k = 0; k < rule->n_exprs; k++)
			if (!put_expr(r, out, &rule->exprs[k]))
				return false;
		zw_buf_puts(out, ";");
	}
	return true;
}

static u32 chain_number(struct reading *r, u32 chain)
{
	struct zw_buf content = { 0 };

	if (chain >= r->ruleset->chains.n)
		return ZW_NONE;
	if (r->chains[chain] != UNASKED)
		return r->chains[chain] == BUSY ? ZW_NONE : r->chains[chain];
	r->chains[chain] = BUSY;
	r->chains[chain] = put_chain(r, &content, &r->ruleset->chains.v[chain])
				   ? number_of(r->alike, &content)
				   : ZW_NONE;
	zw_buf_free(&content);
	return r->chains[chain];
}

const u32 *zw_alike_chains(struct zw_alike *alike,
			   const struct zw_ruleset *ruleset)
{
	struct reading r = { .alike = alike, .ruleset = ruleset };
	u32 i;

	r.chains = ZW_NEW_ARRAY(alike->arena, u32, ruleset->chains.n + 1);
	r.sets = ZW_NEW_ARRAY(alike->arena, u32, ruleset->sets.n + 1);
	for (i = 0; i < ruleset->sets.n; i++)
		r.sets[i] = UNASKED;
	for (i = 0; i < ruleset->chains.n; i++)
		r.chains[i] = UNASKED;
	for (i = 0; i < ruleset->chains.n; i++)
		chain_number(&r, i);
	return r.chains;
}
