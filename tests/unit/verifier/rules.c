/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hand-made rulesets: the same values as the decoder gives, without bytes. */
#include "tests/unit/verifier/rules.h"

#include <string.h>

void rules_begin(struct rules *r)
{
	memset(r, 0, sizeof(*r));
	r->arena = zw_arena_new();
	r->number = 1;
}

void rules_end(struct rules *r)
{
	zw_arena_free(r->arena);
}

u32 rules_table(struct rules *r, const char *name, u32 family)
{
	struct zw_table table = { .name = zw_str_from(name),
				  .family = family,
				  .alive = true };

	zw_push(r->arena, r->ruleset.tables, table);
	return (u32)r->ruleset.tables.n - 1;
}

static u32 add_chain(struct rules *r, struct zw_chain chain)
{
	u32 number = (u32)r->ruleset.chains.n;

	chain.registered = number + 1;
	chain.name = zw_str_copy(r->arena, chain.name);
	zw_push(r->arena, r->ruleset.chains, chain);
	zw_push(r->arena, r->ruleset.tables.v[chain.table].chains, number);
	return number;
}

u32 rules_base(struct rules *r, u32 table, const char *name, u32 hook,
	       s32 priority, bool drop)
{
	struct zw_chain chain = { .name = zw_str_from(name),
				  .table = table,
				  .base = true,
				  .flags = NFT_CHAIN_BASE,
				  .hook = hook,
				  .priority = priority,
				  .policy_drop = drop };

	return add_chain(r, chain);
}

u32 rules_chain(struct rules *r, u32 table, const char *name)
{
	struct zw_chain chain = { .name = zw_str_from(name), .table = table };

	return add_chain(r, chain);
}

struct zw_expr *expr_new(struct rules *r, enum zw_expr_kind kind)
{
	struct zw_expr expr;

	memset(&expr, 0, sizeof(expr));
	expr.kind = (u8)kind;
	zw_push(r->arena, r->exprs, expr);
	return &r->exprs.v[r->exprs.n - 1];
}

static struct zw_value value_of(const void *bytes, u32 len)
{
	struct zw_value value = { .len = (u8)len };

	memcpy(value.bytes, bytes, len);
	return value;
}

void expr_payload(struct rules *r, u32 base, u32 offset, u32 len, u32 dreg)
{
	struct zw_expr *e = expr_new(r, ZW_EXPR_PAYLOAD);

	e->payload.base = (u8)base;
	e->payload.offset = offset;
	e->payload.len = (u8)len;
	e->payload.dreg = (u8)dreg;
	e->payload.sreg = ZW_REG_NONE;
}

void expr_meta(struct rules *r, u32 key, u32 dreg)
{
	struct zw_expr *e = expr_new(r, ZW_EXPR_META);

	e->meta.key = key;
	e->meta.dreg = (u8)dreg;
	e->meta.sreg = ZW_REG_NONE;
}

void expr_ct(struct rules *r, u32 key, u32 direction, u32 dreg)
{
	struct zw_expr *e = expr_new(r, ZW_EXPR_CT);

	e->ct.key = key;
	e->ct.direction = (u8)direction;
	e->ct.dreg = (u8)dreg;
	e->ct.sreg = ZW_REG_NONE;
}

void expr_exthdr(struct rules *r, u32 op, u32 type, u32 dreg)
{
	struct zw_expr *e = expr_new(r, ZW_EXPR_EXTHDR);

	e->exthdr.op = op;
	e->exthdr.type = (u8)type;
	e->exthdr.len = 1;
	e->exthdr.present = true;
	e->exthdr.dreg = (u8)dreg;
	e->exthdr.sreg = ZW_REG_NONE;
}

void expr_mask(struct rules *r, u32 reg, u32 len, const u8 *mask)
{
	struct zw_expr *e = expr_new(r, ZW_EXPR_BITWISE);

	e->bitwise.op = NFT_BITWISE_BOOL;
	e->bitwise.sreg = (u8)reg;
	e->bitwise.sreg2 = ZW_REG_NONE;
	e->bitwise.dreg = (u8)reg;
	e->bitwise.len = (u8)len;
	memcpy(e->bitwise.mask, mask, len);
}

void expr_cmp(struct rules *r, u32 sreg, u32 op, const void *bytes, u32 len)
{
	struct zw_expr *e = expr_new(r, ZW_EXPR_CMP);

	e->cmp.sreg = (u8)sreg;
	e->cmp.op = (u8)op;
	e->cmp.value = value_of(bytes, len);
}

void expr_range(struct rules *r, u32 sreg, u32 op, const void *from,
		const void *to, u32 len)
{
	struct zw_expr *e = expr_new(r, ZW_EXPR_RANGE);

	e->range.sreg = (u8)sreg;
	e->range.op = (u8)op;
	e->range.from = value_of(from, len);
	e->range.to = value_of(to, len);
}

void expr_verdict(struct rules *r, s32 code, u32 chain)
{
	struct zw_expr *e = expr_new(r, ZW_EXPR_IMMEDIATE);

	e->immediate.dreg = ZW_REG_VERDICT;
	e->immediate.ruling.code = code;
	e->immediate.ruling.chain = chain;
}

void expr_reject(struct rules *r, u32 type, u32 code)
{
	struct zw_expr *e = expr_new(r, ZW_EXPR_REJECT);

	e->reject.type = type;
	e->reject.code = (u8)code;
}

void expr_value(struct rules *r, u32 dreg, const void *bytes, u32 len)
{
	struct zw_expr *e = expr_new(r, ZW_EXPR_IMMEDIATE);

	e->immediate.dreg = (u8)dreg;
	e->immediate.value = value_of(bytes, len);
	e->immediate.ruling.chain = ZW_NONE;
}

void rules_add(struct rules *r, u32 chain)
{
	struct zw_rule *rule = ZW_NEW(r->arena, struct zw_rule);
	struct zw_expr *exprs =
		ZW_NEW_ARRAY(r->arena, struct zw_expr, r->exprs.n);

	if (r->exprs.n)
		memcpy(exprs, r->exprs.v, r->exprs.n * sizeof(*exprs));
	rule->chain = chain;
	rule->exprs = exprs;
	rule->n_exprs = (u32)r->exprs.n;
	rule->comment = zw_strf(r->arena, "t.zw:%u", r->number++);
	zw_push(r->arena, r->ruleset.chains.v[chain].rules,
		(const struct zw_rule *)rule);
	r->exprs.n = 0;
}

/* ---- parts of rules ------------------------------------------------------ */

void match_name(struct rules *r, bool out, const char *name)
{
	u8 bytes[16] = { 0 };

	memcpy(bytes, name, strlen(name));
	expr_meta(r, out ? NFT_META_OIFNAME : NFT_META_IIFNAME, 0);
	expr_cmp(r, 0, NFT_CMP_EQ, bytes, 16);
}

void match_number(struct rules *r, u32 base, u32 offset, u32 len, u64 value)
{
	u8 bytes[8];
	u32 i;

	for (i = 0; i < len; i++)
		bytes[i] = (u8)(value >> (8 * (len - 1 - i)));
	expr_payload(r, base, offset, len, 0);
	expr_cmp(r, 0, NFT_CMP_EQ, bytes, len);
}

void match_proto(struct rules *r, u32 number)
{
	u8 byte = (u8)number;

	expr_meta(r, NFT_META_L4PROTO, 0);
	expr_cmp(r, 0, NFT_CMP_EQ, &byte, 1);
}

void match_state(struct rules *r, u32 bits)
{
	u32 zero = 0;
	u8 mask[4];

	memcpy(mask, &bits, 4);
	expr_ct(r, NFT_CT_STATE, 0xff, 0);
	expr_mask(r, 0, 4, mask);
	expr_cmp(r, 0, NFT_CMP_NEQ, &zero, 4);
}

void match_family(struct rules *r, u32 nfproto)
{
	u8 byte = (u8)nfproto;

	expr_meta(r, NFT_META_NFPROTO, 0);
	expr_cmp(r, 0, NFT_CMP_EQ, &byte, 1);
}
