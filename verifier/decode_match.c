/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readers of the expressions that look at the packet and its surroundings.
 *
 * Each follows the init function of its kernel file (nft_cmp.c, nft_payload.c,
 * nft_meta.c, ...): what that refuses is refused here where it would let
 * a value run out of the registers or change what the expression means. */
#include <linux/netlink.h>

#include "verifier/decode_expr.h"
#include "verifier/xt.h"

/* nft_cmp_init */
void zw_read_cmp(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 op = zw_expr_u32(in, NFTA_CMP_OP);

	expr->cmp.value = zw_expr_value(in, NFTA_CMP_DATA);
	if (op > NFT_CMP_GTE)
		zw_expr_refuse(in, "unknown comparison (EINVAL)");
	if (in->bad)
		return;
	expr->cmp.op = (u8)op;
	expr->cmp.sreg =
		zw_expr_load(in, expr, NFTA_CMP_SREG, expr->cmp.value.len);
}

/* nft_range_init */
void zw_read_range(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 op = zw_expr_u32(in, NFTA_RANGE_OP);

	expr->range.from = zw_expr_value(in, NFTA_RANGE_FROM_DATA);
	if (in->bad)
		return;
	expr->range.to = zw_expr_value(in, NFTA_RANGE_TO_DATA);
	if (op > NFT_RANGE_NEQ ||
	    (!in->bad && expr->range.from.len != expr->range.to.len))
		zw_expr_refuse(in, "no range (EINVAL)");
	if (in->bad)
		return;
	expr->range.op = (u8)op;
	expr->range.sreg =
		zw_expr_load(in, expr, NFTA_RANGE_SREG, expr->range.from.len);
}

static void read_mask_xor(struct zw_expr_input *in, struct zw_expr *expr)
{
	struct zw_value mask, xor;

	mask = zw_expr_value(in, NFTA_BITWISE_MASK);
	if (in->bad)
		return;
	xor = zw_expr_value(in, NFTA_BITWISE_XOR);
	if (!in->bad &&
	    (mask.len != expr->bitwise.len || xor.len != expr->bitwise.len))
		zw_expr_refuse(in, "mask of another length (EINVAL)");
	memcpy(expr->bitwise.mask, mask.bytes, sizeof(mask.bytes));
	memcpy(expr->bitwise.xor, xor.bytes, sizeof(xor.bytes));
}

static void read_shift(struct zw_expr_input *in, struct zw_expr *expr)
{
	struct zw_value by = zw_expr_value(in, NFTA_BITWISE_DATA);

	if (in->bad)
		return;
	memcpy(&expr->bitwise.shift, by.bytes, 4);
	if (by.len != 4 || expr->bitwise.shift >= 32)
		zw_expr_refuse(in, "no shift below 32 (EINVAL)");
}

/* nft_bitwise_init; since 6.13 and, or, xor of two registers (attribute 8) */
void zw_read_bitwise(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 len = zw_expr_u32(in, NFTA_BITWISE_LEN);
	u32 op = zw_expr_u32_or(in, NFTA_BITWISE_OP, NFT_BITWISE_BOOL);

	if (len > 255)
		zw_expr_refuse(in, "length above 255 (ERANGE)");
	if (in->bad)
		return;
	expr->bitwise.len = (u8)len;
	expr->bitwise.op = (u8)op;
	expr->bitwise.sreg2 = ZW_REG_NONE;
	expr->bitwise.sreg = zw_expr_load(in, expr, NFTA_BITWISE_SREG, len);
	switch (op) {
	case NFT_BITWISE_BOOL:
		read_mask_xor(in, expr);
		break;
	case NFT_BITWISE_LSHIFT:
	case NFT_BITWISE_RSHIFT:
		read_shift(in, expr);
		break;
	case ZW_BITWISE_AND:
	case ZW_BITWISE_OR:
	case ZW_BITWISE_XOR:
		if (zw_expr_has(in, 8))
			expr->bitwise.sreg2 = zw_expr_load(in, expr, 8, len);
		else
			zw_expr_refuse(in, "no second register (EINVAL)");
		break;
	default:
		expr->doubt = "unknown operation";
	}
	if (!in->bad)
		expr->bitwise.dreg = zw_expr_store(in, NFTA_BITWISE_DREG, len);
}

/* nft_byteorder_init */
void zw_read_byteorder(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 op = zw_expr_u32(in, NFTA_BYTEORDER_OP);
	u32 len = zw_expr_u32(in, NFTA_BYTEORDER_LEN);
	u32 size = zw_expr_u32(in, NFTA_BYTEORDER_SIZE);

	if (op > NFT_BYTEORDER_HTON || len > 255 ||
	    (size != 2 && size != 4 && size != 8))
		zw_expr_refuse(in, "no such conversion (EINVAL)");
	if (in->bad)
		return;
	expr->byteorder.op = (u8)op;
	expr->byteorder.len = (u8)len;
	expr->byteorder.size = (u8)size;
	expr->byteorder.sreg = zw_expr_load(in, expr, NFTA_BYTEORDER_SREG, len);
	if (!in->bad)
		expr->byteorder.dreg =
			zw_expr_store(in, NFTA_BYTEORDER_DREG, len);
}

/* nft_payload_select_ops, nft_payload_init, nft_payload_set_init */
void zw_read_payload(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 base = zw_expr_u32(in, NFTA_PAYLOAD_BASE);
	u32 offset = zw_expr_u32(in, NFTA_PAYLOAD_OFFSET);
	u32 len = zw_expr_u32(in, NFTA_PAYLOAD_LEN);

	if (len > ZW_REG_BYTES || !len)
		zw_expr_refuse(in, "length out of range (ERANGE)");
	if (in->bad)
		return;
	expr->payload.base = (u8)base;
	expr->payload.offset = offset;
	expr->payload.len = (u8)len;
	expr->payload.dreg = ZW_REG_NONE;
	expr->payload.sreg = ZW_REG_NONE;
	if (base > NFT_PAYLOAD_INNER_HEADER)
		expr->doubt = "unknown base of payload";
	if (!zw_expr_has(in, NFTA_PAYLOAD_SREG)) {
		expr->payload.dreg = zw_expr_store(in, NFTA_PAYLOAD_DREG, len);
		return;
	}
	expr->kind = ZW_EXPR_PAYLOAD_SET;
	expr->payload.sreg = zw_expr_load(in, expr, NFTA_PAYLOAD_SREG, len);
	expr->payload.csum_type =
		(u8)zw_expr_u32_or(in, NFTA_PAYLOAD_CSUM_TYPE, 0);
	expr->payload.csum_offset =
		zw_expr_u32_or(in, NFTA_PAYLOAD_CSUM_OFFSET, 0);
	expr->payload.csum_flags =
		zw_expr_u32_or(in, NFTA_PAYLOAD_CSUM_FLAGS, 0);
}

/* nft_meta_get_init, nft_meta_set_init */
void zw_read_meta(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 key = zw_expr_u32(in, NFTA_META_KEY), len = zw_meta_len(key);

	expr->meta.key = key;
	expr->meta.dreg = ZW_REG_NONE;
	expr->meta.sreg = ZW_REG_NONE;
	if (!len) {
		expr->doubt = "unknown key of meta";
		len = 4;
	}
	if (in->bad)
		return;
	if (zw_expr_has(in, NFTA_META_SREG)) {
		expr->kind = ZW_EXPR_META_SET;
		expr->meta.sreg = zw_expr_load(in, expr, NFTA_META_SREG, len);
	} else {
		expr->meta.dreg = zw_expr_store(in, NFTA_META_DREG, len);
	}
}

/* nft_ct_get_init, nft_ct_set_init */
void zw_read_ct(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 key = zw_expr_u32(in, NFTA_CT_KEY);
	u32 len = zw_ct_len(key, in->d->now.tables.v[in->table].family);

	expr->ct.key = key;
	expr->ct.dreg = ZW_REG_NONE;
	expr->ct.sreg = ZW_REG_NONE;
	expr->ct.direction = zw_expr_u8_or(in, NFTA_CT_DIRECTION, 0xff);
	if (zw_expr_has(in, NFTA_CT_DIRECTION) && expr->ct.direction > 1)
		zw_expr_refuse(in, "no such direction (EINVAL)");
	if (zw_ct_needs_direction(key) && expr->ct.direction == 0xff)
		zw_expr_refuse(in, "no direction (EINVAL)");
	if (!len) {
		expr->doubt = "unknown key of ct";
		len = 4;
	}
	if (in->bad)
		return;
	if (zw_expr_has(in, NFTA_CT_SREG)) {
		expr->kind = ZW_EXPR_CT_SET;
		expr->ct.sreg = zw_expr_load(in, expr, NFTA_CT_SREG, len);
	} else {
		expr->ct.dreg = zw_expr_store(in, NFTA_CT_DREG, len);
	}
}

/* nft_lookup_init */
void zw_read_lookup(struct zw_expr_input *in, struct zw_expr *expr)
{
	const struct zw_set *set;
	u32 flags = zw_expr_u32_or(in, NFTA_LOOKUP_FLAGS, 0);
	bool invert = flags & NFT_LOOKUP_F_INV;

	expr->lookup.dreg = ZW_REG_NONE;
	expr->lookup.invert = invert;
	if (flags & ~(u32)NFT_LOOKUP_F_INV)
		zw_expr_refuse(in, "unknown flags (EINVAL)");
	if (in->bad)
		return;
	expr->lookup.set = zw_decode_set_ref(in->d, in->table,
					     &in->attrs.at[NFTA_LOOKUP_SET],
					     &in->attrs.at[NFTA_LOOKUP_SET_ID]);
	in->bad = expr->lookup.set == ZW_NONE;
	if (in->bad)
		return;
	set = &in->d->now.sets.v[expr->lookup.set];
	expr->lookup.sreg =
		zw_expr_load(in, expr, NFTA_LOOKUP_SREG, set->key_len);
	if (!zw_expr_has(in, NFTA_LOOKUP_DREG))
		return;
	if (invert || set->data_kind == ZW_DATA_NONE ||
	    set->data_kind == ZW_DATA_OBJECT) {
		zw_expr_refuse(in, "a value from what is no map (EINVAL)");
		return;
	}
	if (set->data_kind == ZW_DATA_VALUE) {
		expr->lookup.dreg =
			zw_expr_store(in, NFTA_LOOKUP_DREG, set->data_len);
		return;
	}
	if (zw_expr_u32(in, NFTA_LOOKUP_DREG) != NFT_REG_VERDICT)
		zw_expr_refuse(in, "a verdict into a data register (EINVAL)");
	expr->lookup.dreg = ZW_REG_VERDICT;
}

/* nft_exthdr_init, nft_exthdr_ipv4_init, nft_exthdr_tcp_set_init,
 * nft_exthdr_tcp_strip_init */
void zw_read_exthdr(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 op = zw_expr_u32_or(in, NFTA_EXTHDR_OP, NFT_EXTHDR_OP_IPV6);
	u32 flags = zw_expr_u32_or(in, NFTA_EXTHDR_FLAGS, 0);
	u32 offset, len;

	expr->exthdr.op = op;
	expr->exthdr.dreg = ZW_REG_NONE;
	expr->exthdr.sreg = ZW_REG_NONE;
	if (!zw_expr_has(in, NFTA_EXTHDR_TYPE))
		zw_expr_refuse(in, "a missing attribute (EINVAL)");
	expr->exthdr.type = zw_expr_u8_or(in, NFTA_EXTHDR_TYPE, 0);
	expr->exthdr.present = flags & NFT_EXTHDR_F_PRESENT;
	if (op > 4 || flags & ~(u32)NFT_EXTHDR_F_PRESENT)
		expr->doubt = "unknown operation or flags";
	if (!zw_expr_has(in, NFTA_EXTHDR_DREG) &&
	    !zw_expr_has(in, NFTA_EXTHDR_SREG)) {
		expr->kind = ZW_EXPR_EXTHDR_SET; /* strip the option */
		return;
	}
	offset = zw_expr_u32(in, NFTA_EXTHDR_OFFSET);
	len = zw_expr_u32(in, NFTA_EXTHDR_LEN);
	if (offset > 255 || len > ZW_REG_BYTES)
		zw_expr_refuse(in, "offset or length out of range (ERANGE)");
	if (in->bad)
		return;
	expr->exthdr.offset = offset;
	expr->exthdr.len = (u8)len;
	if (zw_expr_has(in, NFTA_EXTHDR_SREG)) {
		expr->kind = ZW_EXPR_EXTHDR_SET;
		expr->exthdr.sreg =
			zw_expr_load(in, expr, NFTA_EXTHDR_SREG, len);
	} else {
		expr->exthdr.dreg = zw_expr_store(in, NFTA_EXTHDR_DREG, len);
	}
}

/* ---- what is known only by name and key ---- */

/* nft_fib_init */
void zw_read_fib(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 len;

	expr->fib.result = zw_expr_u32(in, NFTA_FIB_RESULT);
	expr->fib.flags = zw_expr_u32(in, NFTA_FIB_FLAGS);
	len = expr->fib.result == NFT_FIB_RESULT_OIFNAME ? 16 : 4;
	if (expr->fib.result > NFT_FIB_RESULT_ADDRTYPE)
		expr->doubt = "unknown result of fib";
	if (!in->bad)
		expr->fib.dreg = zw_expr_store(in, NFTA_FIB_DREG, len);
}

/* nft_rt_get_init */
void zw_read_rt(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 key = zw_expr_u32(in, NFTA_RT_KEY);
	static const u8 lens[] = { 4, 4, 16, 2, 1 };

	expr->special.key = key;
	if (key >= sizeof(lens))
		expr->doubt = "unknown key of rt";
	if (!in->bad)
		expr->special.dreg = zw_expr_store(
			in, NFTA_RT_DREG, key < sizeof(lens) ? lens[key] : 4);
}

/* nft_socket_init */
void zw_read_socket(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 key = zw_expr_u32(in, NFTA_SOCKET_KEY);
	static const u8 lens[] = { 1, 4, 1, 8 };

	expr->special.key = key;
	expr->special.number = zw_expr_u32_or(in, NFTA_SOCKET_LEVEL, 0);
	if (key >= sizeof(lens))
		expr->doubt = "unknown key of socket";
	if (!in->bad)
		expr->special.dreg =
			zw_expr_store(in, NFTA_SOCKET_DREG,
				      key < sizeof(lens) ? lens[key] : 4);
}

/* nft_osf_init */
void zw_read_osf(struct zw_expr_input *in, struct zw_expr *expr)
{
	expr->special.number = zw_expr_u8_or(in, NFTA_OSF_TTL, 0);
	expr->special.key = zw_expr_u32_or(in, NFTA_OSF_FLAGS, 0);
	expr->special.dreg = zw_expr_store(in, NFTA_OSF_DREG, 16);
}

/* nft_xfrm_get_init */
void zw_read_xfrm(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 key = zw_expr_u32(in, NFTA_XFRM_KEY);
	bool wide =
		key == NFT_XFRM_KEY_DADDR_IP6 || key == NFT_XFRM_KEY_SADDR_IP6;

	expr->special.key = key;
	expr->special.direction = zw_expr_u8_or(in, NFTA_XFRM_DIR, 0);
	expr->special.number = zw_expr_u32_or(in, NFTA_XFRM_SPNUM, 0);
	if (key > NFT_XFRM_KEY_SPI)
		expr->doubt = "unknown key of xfrm";
	if (expr->special.direction > 1)
		expr->doubt = "unknown direction of xfrm";
	if (!in->bad)
		expr->special.dreg =
			zw_expr_store(in, NFTA_XFRM_DREG, wide ? 16 : 4);
}

/* nft_tunnel_get_init */
void zw_read_tunnel(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 key = zw_expr_u32(in, NFTA_TUNNEL_KEY);

	expr->special.key = key;
	expr->special.number = zw_expr_u32_or(in, NFTA_TUNNEL_MODE, 0);
	if (key > NFT_TUNNEL_ID)
		expr->doubt = "unknown key of tunnel";
	if (!in->bad)
		expr->special.dreg = zw_expr_store(
			in, NFTA_TUNNEL_DREG, key == NFT_TUNNEL_PATH ? 1 : 4);
}

/* nft_ng_incremental_init, nft_ng_random_init */
void zw_read_numgen(struct zw_expr_input *in, struct zw_expr *expr)
{
	expr->numgen.type = zw_expr_u32(in, NFTA_NG_TYPE);
	expr->numgen.modulus = zw_expr_u32(in, NFTA_NG_MODULUS);
	expr->numgen.offset = zw_expr_u32_or(in, NFTA_NG_OFFSET, 0);
	if (!expr->numgen.modulus)
		zw_expr_refuse(in, "modulus 0 (ERANGE)");
	if (expr->numgen.type > NFT_NG_RANDOM)
		expr->doubt = "unknown type of numgen";
	if (!in->bad)
		expr->numgen.dreg = zw_expr_store(in, NFTA_NG_DREG, 4);
}

/* nft_jhash_init, nft_symhash_init */
void zw_read_hash(struct zw_expr_input *in, struct zw_expr *expr)
{
	expr->hash.type = zw_expr_u32_or(in, NFTA_HASH_TYPE, NFT_HASH_JENKINS);
	expr->hash.modulus = zw_expr_u32(in, NFTA_HASH_MODULUS);
	expr->hash.offset = zw_expr_u32_or(in, NFTA_HASH_OFFSET, 0);
	expr->hash.seed = zw_expr_u32_or(in, NFTA_HASH_SEED, 0);
	expr->hash.sreg = ZW_REG_NONE;
	if (!expr->hash.modulus)
		zw_expr_refuse(in, "modulus 0 (ERANGE)");
	if (expr->hash.type > NFT_HASH_SYM)
		expr->doubt = "unknown type of hash";
	if (!in->bad && expr->hash.type == NFT_HASH_JENKINS) {
		expr->hash.len = zw_expr_u32(in, NFTA_HASH_LEN);
		expr->hash.sreg =
			zw_expr_load(in, expr, NFTA_HASH_SREG, expr->hash.len);
	}
	if (!in->bad)
		expr->hash.dreg = zw_expr_store(in, NFTA_HASH_DREG, 4);
}

static struct zw_str keep(struct zw_expr_input *in, u16 type)
{
	const struct zw_attr *attr = &in->attrs.at[type];

	if (!attr->data)
		return (struct zw_str){ 0 };
	return zw_str_copy(
		in->d->arena,
		(struct zw_str){ (const char *)attr->data, attr->len });
}

/* nft_match_init, nft_target_init: name, revision, the extension's own
 * structure */
static u32 read_extension(struct zw_expr_input *in, struct zw_expr *expr)
{
	struct zw_str name = { 0 };

	zw_attr_str(&in->attrs.at[1], ZW_OBJECT_NAME_MAX, &name);
	expr->xt.name = zw_str_copy(in->d->arena, name);
	expr->xt.revision = zw_expr_u32_or(in, 2, 0);
	expr->xt.info = keep(in, 3);
	return in->d->now.tables.v[in->table].family;
}

void zw_read_match(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 family = read_extension(in, expr);

	expr->xt.means = zw_xt_match(in->d->arena, family, expr->xt.name,
				     expr->xt.revision, expr->xt.info);
}

void zw_read_target(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 family = read_extension(in, expr);

	expr->xt.means = zw_xt_target(in->d->arena, family, expr->xt.name,
				      expr->xt.revision, expr->xt.info);
}

/* nft_inner_init: an expression on the packet within a tunnel. It loads into
 * registers like the one it holds. */
void zw_read_inner(struct zw_expr_input *in, struct zw_expr *expr)
{
	expr->xt.name = zw_str_copy(in->d->arena, ZW_STR("inner"));
	expr->xt.info = keep(in, 5);
	*in->written = UINT32_MAX;
}
