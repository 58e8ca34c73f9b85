/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions by name, and the reading of their attributes.
 *
 * One table tells for each expression of nf_tables its name, its highest known
 * attribute and its reader. A name that is not in the table becomes an unknown
 * expression; an attribute above the highest is a doubt about the expression.
 * Registers are checked as nf_tables_api.c does (nft_parse_register,
 * nft_validate_register_load, _store): a value lies within the 64 bytes, and
 * what is read has been written by the rule before. */
#include <linux/netlink.h>

#include "verifier/decode_expr.h"

struct expr_type {
	const char *name;
	u8 kind;
	u16 max;
	zw_expr_reader *read;
};

/* The frequent ones first: the search is linear. */
static const struct expr_type types[] = {
	{ "cmp", ZW_EXPR_CMP, NFTA_CMP_MAX, zw_read_cmp },
	{ "payload", ZW_EXPR_PAYLOAD, NFTA_PAYLOAD_MAX, zw_read_payload },
	{ "meta", ZW_EXPR_META, NFTA_META_MAX, zw_read_meta },
	{ "lookup", ZW_EXPR_LOOKUP, NFTA_LOOKUP_MAX, zw_read_lookup },
	{ "immediate", ZW_EXPR_IMMEDIATE, NFTA_IMMEDIATE_MAX,
	  zw_read_immediate },
	{ "counter", ZW_EXPR_COUNTER, NFTA_COUNTER_MAX, zw_read_counter },
	{ "bitwise", ZW_EXPR_BITWISE, 8, zw_read_bitwise },
	{ "ct", ZW_EXPR_CT, NFTA_CT_MAX, zw_read_ct },
	{ "range", ZW_EXPR_RANGE, NFTA_RANGE_MAX, zw_read_range },
	{ "byteorder", ZW_EXPR_BYTEORDER, NFTA_BYTEORDER_MAX,
	  zw_read_byteorder },
	{ "log", ZW_EXPR_LOG, NFTA_LOG_MAX, zw_read_log },
	{ "limit", ZW_EXPR_LIMIT, NFTA_LIMIT_MAX, zw_read_limit },
	{ "reject", ZW_EXPR_REJECT, NFTA_REJECT_MAX, zw_read_reject },
	{ "nat", ZW_EXPR_NAT, NFTA_NAT_MAX, zw_read_nat },
	{ "masq", ZW_EXPR_MASQ, NFTA_MASQ_MAX, zw_read_masq },
	{ "redir", ZW_EXPR_REDIR, NFTA_REDIR_MAX, zw_read_redir },
	{ "match", ZW_EXPR_MATCH, 3, zw_read_match },
	{ "target", ZW_EXPR_TARGET, 3, zw_read_target },
	{ "exthdr", ZW_EXPR_EXTHDR, NFTA_EXTHDR_MAX, zw_read_exthdr },
	{ "dynset", ZW_EXPR_DYNSET, 10, zw_read_dynset },
	{ "fib", ZW_EXPR_FIB, NFTA_FIB_MAX, zw_read_fib },
	{ "rt", ZW_EXPR_RT, NFTA_RT_MAX, zw_read_rt },
	{ "socket", ZW_EXPR_SOCKET, NFTA_SOCKET_MAX, zw_read_socket },
	{ "osf", ZW_EXPR_OSF, NFTA_OSF_MAX, zw_read_osf },
	{ "xfrm", ZW_EXPR_XFRM, NFTA_XFRM_MAX, zw_read_xfrm },
	{ "tunnel", ZW_EXPR_TUNNEL, NFTA_TUNNEL_MAX, zw_read_tunnel },
	{ "inner", ZW_EXPR_INNER, 5, zw_read_inner },
	{ "numgen", ZW_EXPR_NUMGEN, NFTA_NG_MAX, zw_read_numgen },
	{ "hash", ZW_EXPR_HASH, 8, zw_read_hash },
	{ "quota", ZW_EXPR_QUOTA, NFTA_QUOTA_MAX, zw_read_quota },
	{ "connlimit", ZW_EXPR_CONNLIMIT, NFTA_CONNLIMIT_MAX,
	  zw_read_connlimit },
	{ "last", ZW_EXPR_LAST, NFTA_LAST_MAX, zw_read_last },
	{ "tproxy", ZW_EXPR_TPROXY, NFTA_TPROXY_MAX, zw_read_tproxy },
	{ "notrack", ZW_EXPR_NOTRACK, 1, zw_read_notrack },
	{ "queue", ZW_EXPR_QUEUE, NFTA_QUEUE_MAX, zw_read_queue },
	{ "dup", ZW_EXPR_DUP, NFTA_DUP_MAX, zw_read_dup },
	{ "fwd", ZW_EXPR_FWD, NFTA_FWD_MAX, zw_read_fwd },
	{ "synproxy", ZW_EXPR_SYNPROXY, NFTA_SYNPROXY_MAX, zw_read_synproxy },
	{ "objref", ZW_EXPR_OBJREF, NFTA_OBJREF_MAX, zw_read_objref },
	{ "flow_offload", ZW_EXPR_FLOW_OFFLOAD, NFTA_FLOW_MAX,
	  zw_read_flow_offload },
};

/* ---- reading attributes ---- */

void zw_expr_refuse(struct zw_expr_input *in, const char *why)
{
	if (!in->bad)
		zw_decode_refuse(in->d, "expression '%s': %s", in->name, why);
	in->bad = true;
}

bool zw_expr_has(const struct zw_expr_input *in, u16 type)
{
	return in->attrs.at[type].data;
}

u32 zw_expr_u32_or(struct zw_expr_input *in, u16 type, u32 otherwise)
{
	u32 value = otherwise;

	if (zw_expr_has(in, type) && !zw_attr_u32(&in->attrs.at[type], &value))
		zw_expr_refuse(in, "a number of another size (ERANGE)");
	return value;
}

u32 zw_expr_u32(struct zw_expr_input *in, u16 type)
{
	if (!zw_expr_has(in, type))
		zw_expr_refuse(in, "a missing attribute (EINVAL)");
	return zw_expr_u32_or(in, type, 0);
}

u64 zw_expr_u64_or(struct zw_expr_input *in, u16 type, u64 otherwise)
{
	u64 value = otherwise;

	if (zw_expr_has(in, type) && !zw_attr_u64(&in->attrs.at[type], &value))
		zw_expr_refuse(in, "a number of another size (ERANGE)");
	return value;
}

u8 zw_expr_u8_or(struct zw_expr_input *in, u16 type, u8 otherwise)
{
	u8 value = otherwise;

	if (zw_expr_has(in, type) && !zw_attr_u8(&in->attrs.at[type], &value))
		zw_expr_refuse(in, "a number of another size (ERANGE)");
	return value;
}

/* The slot of the kernel's register number; ZW_REG_VERDICT for register 0. */
static u8 slot(struct zw_expr_input *in, u16 type)
{
	u32 number = zw_expr_u32(in, type);

	if (number == NFT_REG_VERDICT)
		return ZW_REG_VERDICT;
	if (number >= NFT_REG_1 && number <= NFT_REG_4)
		return (u8)(4 * (number - NFT_REG_1));
	if (number >= NFT_REG32_00 && number <= NFT_REG32_15)
		return (u8)(number - NFT_REG32_00);
	zw_expr_refuse(in, "no such register (ERANGE)");
	return 0;
}

/* A bit for each slot that LEN bytes at slot REG touch; 0 after refusing. */
static u32 slot_bits(struct zw_expr_input *in, u8 reg, u32 len)
{
	u32 n = (len + 3) / 4;

	if (!len || reg >= ZW_REG_SLOTS || n > ZW_REG_SLOTS ||
	    reg + n > ZW_REG_SLOTS) {
		zw_expr_refuse(in, "registers overrun (ERANGE)");
		return 0;
	}
	return (n == 32 ? UINT32_MAX : (1u << n) - 1) << reg;
}

u8 zw_expr_load(struct zw_expr_input *in, struct zw_expr *expr, u16 type,
		u32 len)
{
	u8 reg = slot(in, type);
	u32 bits = slot_bits(in, reg, len);

	if (in->bad)
		return 0;
	if ((*in->written & bits) == bits)
		return reg;
	/* Kernels before 6.12 load such rules. */
	if (in->d->in_batch)
		zw_expr_refuse(in, "reads what was not written (ENODATA)");
	else
		expr->doubt = "reads a register that was not written";
	return reg;
}

u8 zw_expr_load_or_none(struct zw_expr_input *in, struct zw_expr *expr,
			u16 type, u32 len)
{
	if (!zw_expr_has(in, type))
		return ZW_REG_NONE;
	return zw_expr_load(in, expr, type, len);
}

u8 zw_expr_store(struct zw_expr_input *in, u16 type, u32 len)
{
	u8 reg = slot(in, type);

	*in->written |= slot_bits(in, reg, len);
	return reg;
}

struct zw_value zw_expr_value(struct zw_expr_input *in, u16 type)
{
	struct zw_value value = { 0 };
	struct zw_decoded_data data;

	if (!zw_decode_data(in->d, in->table, &in->attrs.at[type], &data)) {
		in->bad = true;
		return value;
	}
	if (data.is_ruling || data.len > sizeof(value.bytes)) {
		zw_expr_refuse(in, "no value of up to 16 bytes (EINVAL)");
		return value;
	}
	value.len = (u8)data.len;
	memcpy(value.bytes, data.bytes, data.len);
	return value;
}

/* ---- one expression ---- */

static const struct expr_type *find_type(struct zw_str name)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (zw_str_is(name, types[i].name))
			return &types[i];
	}
	return NULL;
}

static void read_unknown(struct zw_decoder *d, struct zw_str name,
			 const struct zw_attr *data, struct zw_expr *expr)
{
	struct zw_str info = { (const char *)data->data, data->len };

	expr->kind = ZW_EXPR_UNKNOWN;
	expr->doubt = "unknown expression";
	expr->xt.name = zw_str_copy(d->arena, name);
	if (data->data)
		expr->xt.info = zw_str_copy(d->arena, info);
	zw_decode_doubt(d, "unknown expression '%.*s'", ZW_STR_ARG(name));
}

bool zw_decode_expr(struct zw_decoder *d, u32 table, const struct zw_attr *list,
		    u32 *written, struct zw_expr *expr)
{
	struct zw_expr_input in = { .d = d,
				    .table = table,
				    .written = written };
	const struct expr_type *type;
	const struct zw_attr *data;
	struct zw_attrs attrs;
	struct zw_str name;

	memset(expr, 0, sizeof(*expr));
	zw_attrs_parse(&attrs, list->data, list->len, NFTA_EXPR_MAX);
	if (attrs.broken || !zw_attr_str(&attrs.at[NFTA_EXPR_NAME],
					 ZW_OBJECT_NAME_MAX, &name)) {
		zw_decode_refuse(d, "an expression without a name");
		return false;
	}
	data = &attrs.at[NFTA_EXPR_DATA];
	type = find_type(name);
	if (!type) {
		read_unknown(d, name, data, expr);
		*written = UINT32_MAX;
		return true;
	}
	in.name = type->name;
	expr->kind = type->kind;
	if (attrs.unknown)
		expr->doubt = "unknown attribute beside the expression";
	zw_attrs_parse(&in.attrs, data->data, data->data ? data->len : 0,
		       type->max);
	if (in.attrs.unknown)
		expr->doubt = "unknown attribute of the expression";
	if (in.attrs.broken)
		expr->doubt = "cut attributes of the expression";
	type->read(&in, expr);
	if (in.bad)
		return false;
	if (expr->doubt)
		zw_decode_doubt(d, "%s: %s", type->name, expr->doubt);
	return true;
}
