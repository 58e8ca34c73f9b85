/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes that a rule makes to the packet or its entry: marks, "notrack",
 * header fields. The rest of the rule is evaluated for the packet as changed,
 * and then seen through the change.
 *
 * A register that was loaded before a change holds the old value: bits of a
 * changed field that are still in registers become unknown. */
#include "base/assert.h"
#include "verifier/symbolic_rule.h"

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
	out->value = zw_space_fresh_up_to(
		space, zw_variable_max(space->d, slice->variable));
	return true;
}

static void cut(struct zw_cuts *cuts, u32 field, u32 bit)
{
	if (field < ZW_FIELD_COUNT && bit && bit < 32 &&
	    !(cuts->field[field] >> bit & 1)) {
		cuts->field[field] |= UINT32_C(1) << bit;
		cuts->grown = true;
	}
}

static bool is_cut(const struct zw_cuts *cuts, u32 field, u32 bit)
{
	return field < ZW_FIELD_COUNT && cuts->field[field] >> bit & 1;
}

/* Bits that stay and bits that change must lie in different slices, and a copy
 * needs the same slices in what it is taken from. */
static void cut_around(const struct zw_space *space, zw_bit upper, zw_bit lower)
{
	struct zw_cuts *cuts = space->cuts;

	if (zw_bit_is_field(upper))
		cut(cuts, zw_bit_field(upper), zw_bit_index(upper));
	if (zw_bit_is_field(lower) &&
	    zw_bit_index(lower) + 1 < space->fields.v[zw_bit_field(lower)].bits)
		cut(cuts, zw_bit_field(lower), zw_bit_index(lower) + 1);
}

static void ask_cut(struct scene *scene, u32 field, const zw_bit *bits)
{
	const struct zw_field_info *info = &scene->s->space->fields.v[field];
	struct zw_cuts *cuts = scene->s->space->cuts;
	u32 i;

	cut_around(scene->s->space, ZW_BIT_0, bits[0]);
	cut_around(scene->s->space, bits[info->bits - 1], ZW_BIT_0);
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
		if (!one) {
			cut(cuts, field, bit);
			cut_around(scene->s->space, upper, lower);
		} else if (is_cut(cuts, field, bit) !=
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

zw_node zw_run_changes(struct zw_rule_run *run, u32 i,
		       const struct zw_field_change *changes, u32 n,
		       const struct registers *regs)
{
	struct scene *scene = run->scene;
	struct registers after = *regs;
	struct zw_rewrite v[16];
	size_t count = 0;
	zw_node rest;
	u32 c, k;

	ZW_ASSERT(n <= 2);
	for (c = 0; c < n; c++) {
		const struct zw_field_info *info =
			&scene->s->space->fields.v[changes[c].field];
		const zw_bit *bits = changes[c].bits;

		ask_cut(scene, changes[c].field, bits);
		for (k = 0; k < info->slice_count; k++) {
			if (rewrite_of(scene, &info->slices[k],
				       bits + info->bits - 1 -
					       info->slices[k].hi,
				       &v[count]))
				count++;
		}
		forget(&after, changes[c].field);
	}
	rest = zw_run_go(run, i + 1, &after);
	if (!count)
		return rest;
	zw_sort_rewrites(v, count);
	scene->kinds |= CHANGED;
	return zw_after_change(
		scene->s, zw_change_new(scene->s->outcomes, v, count), rest);
}

zw_node zw_run_change(struct zw_rule_run *run, u32 i, u32 field,
		      const zw_bit *bits, const struct registers *regs)
{
	const struct zw_field_change change = { field, bits };

	return zw_run_changes(run, i, &change, 1, regs);
}

/* The 32 bits at SLOT as a number in host order, highest first. */
static void host_bits(const struct registers *regs, u32 slot, zw_bit out[32])
{
	u32 bit;

	for (bit = 0; bit < 32; bit++)
		out[31 - bit] = regs->bits[32 * slot + zw_host_bit(0, bit)];
}

zw_node zw_run_set_meta(struct zw_rule_run *run, const struct zw_expr *expr,
			const struct registers *regs, u32 i)
{
	zw_bit bits[32];

	switch (expr->meta.key) {
	case NFT_META_MARK:
		host_bits(regs, expr->meta.sreg, bits);
		return zw_run_change(run, i, ZW_FIELD_MARK, bits, regs);
	case NFT_META_PKTTYPE:
		bits[0] = bits[1] = ZW_BIT_UNKNOWN;
		return zw_run_change(run, i, ZW_FIELD_PKTTYPE, bits, regs);
	default: /* priority, nftrace, secmark: nothing that is tested */
		return zw_run_go(run, i + 1, regs);
	}
}

zw_node zw_run_set_ct(struct zw_rule_run *run, const struct zw_expr *expr,
		      const struct registers *regs, u32 i)
{
	struct scene *scene = run->scene;
	zw_bit bits[32];
	zw_node entry, changed;

	if (expr->ct.key == NFT_CT_ZONE)
		return zw_run_go(run, i + 1, regs);
	if (expr->ct.key != NFT_CT_MARK || !scene->has_entry)
		return zw_run_go(run, i + 1, regs);
	host_bits(regs, expr->ct.sreg, bits);
	changed = zw_run_change(run, i, ZW_FIELD_CT_MARK, bits, regs);
	entry = zw_space_index(scene->s->space, ZW_FIELD_STATE,
			       ZW_IS_ESTABLISHED, ZW_IS_NEW);
	return zw_if(zw_run_diagrams(run), entry, changed,
		     zw_run_go(run, i + 1, regs));
}

zw_node zw_run_notrack(struct zw_rule_run *run, const struct registers *regs,
		       u32 i)
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

	rest = zw_run_go(run, i + 1, regs);
	scene->kinds |= CHANGED;
	forget(&after, ZW_FIELD_STATE);
	forget(&after, ZW_FIELD_NOTRACK);
	changed = zw_after_change(scene->s,
				  zw_change_new(scene->s->outcomes, v, 2),
				  zw_run_go(run, i + 1, &after));
	if (!scene->has_entry)
		return changed;
	/* only what has no entry yet */
	invalid = zw_space_index(space, ZW_FIELD_STATE, ZW_IS_INVALID,
				 ZW_IS_INVALID);
	return zw_if(zw_run_diagrams(run), invalid, changed, rest);
}

/* Addresses and ports of a packet with an entry are those of conntrack's tuples
 * again once it is translated. */
static bool undone(const struct scene *scene, u32 field)
{
	return scene->has_entry && scene->s->translates[scene->family] &&
	       (field == ZW_FIELD_DPORT || field == ZW_FIELD_SPORT ||
		(field >= ZW_FIELD_DST && field < ZW_FIELD_SRC + 4));
}

/* A write into the packet: what fields it touches become unknown, constants
 * are followed for whole fields alone. */
zw_node zw_run_set_payload(struct zw_rule_run *run, const struct zw_expr *expr,
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
		return zw_run_lost(run, "a write into the packet");
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
		return zw_run_lost(run, "a write into the packet");
	if (undone(run->scene, field))
		return zw_run_guard(
			run, there,
			zw_run_lost(run,
				    "a write that a translation may undo"));
	return zw_run_guard(run, there,
			    zw_run_change(run, i, field, values, &after));
}
