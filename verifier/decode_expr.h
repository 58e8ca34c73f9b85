/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the attributes of one expression. Law: a reader either fills its
 * field, or refuses (then BAD is set and the expression is of no use), or sets
 * the expression's doubt. The tables of expressions are in decode_expr.c,
 * their readers in decode_match.c (what looks at packets) and decode_act.c
 * (what does something). */
#ifndef ZW_VERIFIER_DECODE_EXPR_H
#define ZW_VERIFIER_DECODE_EXPR_H

#include "verifier/decode_internal.h"

struct zw_expr_input {
	struct zw_decoder *d;
	u32 table;
	const char *name;
	struct zw_attrs attrs;
	u32 *written; /* slots that the rule has written */
	bool bad;
};

typedef void zw_expr_reader(struct zw_expr_input *in, struct zw_expr *expr);

bool zw_expr_has(const struct zw_expr_input *in, u16 type);
/* A number that must be there / may be missing. */
u32 zw_expr_u32(struct zw_expr_input *in, u16 type);
u32 zw_expr_u32_or(struct zw_expr_input *in, u16 type, u32 otherwise);
u64 zw_expr_u64_or(struct zw_expr_input *in, u16 type, u64 otherwise);
u8 zw_expr_u8_or(struct zw_expr_input *in, u16 type, u8 otherwise);
/* A register that LEN bytes are read from or written to, as a slot. A missing
 * one is refused; the _or_none form gives ZW_REG_NONE. */
u8 zw_expr_load(struct zw_expr_input *in, struct zw_expr *expr, u16 type,
		u32 len);
u8 zw_expr_load_or_none(struct zw_expr_input *in, struct zw_expr *expr,
			u16 type, u32 len);
u8 zw_expr_store(struct zw_expr_input *in, u16 type, u32 len);
/* A constant of at most 16 bytes. */
struct zw_value zw_expr_value(struct zw_expr_input *in, u16 type);
void zw_expr_refuse(struct zw_expr_input *in, const char *why);

zw_expr_reader zw_read_immediate, zw_read_cmp, zw_read_range, zw_read_bitwise,
	zw_read_byteorder, zw_read_payload, zw_read_meta, zw_read_ct,
	zw_read_lookup, zw_read_exthdr, zw_read_fib, zw_read_rt, zw_read_socket,
	zw_read_osf, zw_read_xfrm, zw_read_tunnel, zw_read_numgen, zw_read_hash,
	zw_read_match, zw_read_inner;
zw_expr_reader zw_read_dynset, zw_read_counter, zw_read_log, zw_read_limit,
	zw_read_quota, zw_read_connlimit, zw_read_last, zw_read_reject,
	zw_read_nat, zw_read_masq, zw_read_redir, zw_read_tproxy,
	zw_read_notrack, zw_read_queue, zw_read_dup, zw_read_fwd,
	zw_read_synproxy, zw_read_objref, zw_read_flow_offload, zw_read_target;

/* The reader for the state of an object that decides about packets (counter,
 * limit, ...); NULL for other types. MAX is its highest attribute. */
zw_expr_reader *zw_object_reader(u32 type, u8 *kind, u16 *max);

#endif
