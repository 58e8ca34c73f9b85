/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readers of the expressions that do something: verdicts, translation, state,
 * logging. Each follows the init function of its kernel file. */
#include <linux/netfilter/nf_nat.h>
#include <linux/netlink.h>

#include "verifier/decode_expr.h"

/* nft_immediate_init */
void zw_read_immediate(struct zw_expr_input *in, struct zw_expr *expr)
{
	struct zw_decoded_data data;

	if (!zw_decode_data(in->d, in->table,
			    &in->attrs.at[NFTA_IMMEDIATE_DATA], &data)) {
		in->bad = true;
		return;
	}
	expr->immediate.ruling.chain = ZW_NONE;
	if (data.is_ruling) {
		expr->immediate.dreg = ZW_REG_VERDICT;
		expr->immediate.ruling = data.ruling;
		if (zw_expr_u32(in, NFTA_IMMEDIATE_DREG) != NFT_REG_VERDICT)
			zw_expr_refuse(in, "a verdict into data (EINVAL)");
		return;
	}
	expr->immediate.value = zw_expr_value(in, NFTA_IMMEDIATE_DATA);
	if (!in->bad)
		expr->immediate.dreg = zw_expr_store(in, NFTA_IMMEDIATE_DREG,
						     expr->immediate.value.len);
}

/* One expression of the elements to be: remember what can break the rule.
 * False if it is a second such, or bad. */
static bool read_element_expr(struct zw_expr_input *in,
			      const struct zw_attr *attr, struct zw_expr *expr)
{
	struct zw_expr *element;
	u32 written = 0;

	if (!zw_decode_expr_breaks(attr))
		return true;
	element = ZW_NEW(in->d->arena, struct zw_expr);
	if (!zw_decode_expr(in->d, in->table, attr, &written, element)) {
		in->bad = true;
		return false;
	}
	if (expr->dynset.element || element->doubt)
		return false;
	expr->dynset.element = element;
	return true;
}

static void read_element_exprs(struct zw_expr_input *in, struct zw_expr *expr)
{
	const struct zw_attr *one = &in->attrs.at[NFTA_DYNSET_EXPR];
	const struct zw_attr *list = &in->attrs.at[NFTA_DYNSET_EXPRESSIONS];
	struct zw_attr_walk walk =
		zw_attr_walk(list->data, list->data ? list->len : 0);
	struct zw_attr attr;
	bool ok = !one->data || read_element_expr(in, one, expr);

	while (ok && zw_attr_next(&walk, &attr))
		ok = read_element_expr(in, &attr, expr);
	if (!ok)
		expr->dynset.element = NULL;
}

/* nft_dynset_init */
void zw_read_dynset(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 flags = zw_expr_u32_or(in, NFTA_DYNSET_FLAGS, 0);
	u32 op = zw_expr_u32(in, NFTA_DYNSET_OP);
	const struct zw_set *set;

	if (op > NFT_DYNSET_OP_DELETE || flags & ~3u)
		expr->doubt = "unknown operation or flags";
	if (in->bad)
		return;
	expr->dynset.op = (u8)op;
	expr->dynset.invert = flags & NFT_DYNSET_F_INV;
	expr->dynset.has_expressions = zw_expr_has(in, NFTA_DYNSET_EXPR) ||
				       zw_expr_has(in, NFTA_DYNSET_EXPRESSIONS);
	expr->dynset.timeout = zw_expr_u64_or(in, NFTA_DYNSET_TIMEOUT, 0);
	expr->dynset.set = zw_decode_set_ref(
		in->d, in->table, &in->attrs.at[NFTA_DYNSET_SET_NAME],
		&in->attrs.at[NFTA_DYNSET_SET_ID]);
	in->bad = expr->dynset.set == ZW_NONE;
	if (in->bad)
		return;
	if (expr->dynset.has_expressions)
		read_element_exprs(in, expr);
	set = &in->d->now.sets.v[expr->dynset.set];
	expr->dynset.sreg_key =
		zw_expr_load(in, expr, NFTA_DYNSET_SREG_KEY, set->key_len);
	if (!in->bad)
		expr->dynset.sreg_data =
			zw_expr_load_or_none(in, expr, NFTA_DYNSET_SREG_DATA,
					     set->data_len ? set->data_len : 4);
}

/* nft_counter_do_init */
void zw_read_counter(struct zw_expr_input *in, struct zw_expr *expr)
{
	expr->counter.packets = zw_expr_u64_or(in, NFTA_COUNTER_PACKETS, 0);
	expr->counter.bytes = zw_expr_u64_or(in, NFTA_COUNTER_BYTES, 0);
}

/* nft_log_init */
void zw_read_log(struct zw_expr_input *in, struct zw_expr *expr)
{
	const struct zw_attr *prefix = &in->attrs.at[NFTA_LOG_PREFIX];
	const struct zw_attr *group = &in->attrs.at[NFTA_LOG_GROUP];
	struct zw_str text = { 0 };
	u16 number;

	zw_attr_str(prefix, ZW_OBJECT_NAME_MAX, &text);
	expr->log.prefix = zw_str_copy(in->d->arena, text);
	expr->log.group = ZW_NONE;
	expr->log.level = zw_expr_u32_or(in, NFTA_LOG_LEVEL, 4);
	if (zw_attr_u16(group, &number)) {
		expr->log.group = number;
		expr->log.level = ZW_NONE;
	}
	expr->log.flags = zw_expr_u32_or(in, NFTA_LOG_FLAGS, 0);
	expr->log.snaplen = zw_expr_u32_or(in, NFTA_LOG_SNAPLEN, 0);
}

/* nft_limit_init */
void zw_read_limit(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 flags = zw_expr_u32_or(in, NFTA_LIMIT_FLAGS, 0);

	expr->limit.rate = zw_expr_u64_or(in, NFTA_LIMIT_RATE, 0);
	expr->limit.unit = zw_expr_u64_or(in, NFTA_LIMIT_UNIT, 0);
	expr->limit.burst = zw_expr_u32_or(in, NFTA_LIMIT_BURST, 0);
	expr->limit.type = zw_expr_u32_or(in, NFTA_LIMIT_TYPE, NFT_LIMIT_PKTS);
	expr->limit.invert = flags & NFT_LIMIT_F_INV;
	if (!expr->limit.rate || !expr->limit.unit)
		zw_expr_refuse(in, "a rate of nothing (EINVAL)");
	if (expr->limit.type > NFT_LIMIT_PKT_BYTES ||
	    flags & ~(u32)NFT_LIMIT_F_INV)
		expr->doubt = "unknown type or flags";
}

/* nft_quota_do_init */
void zw_read_quota(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 flags = zw_expr_u32_or(in, NFTA_QUOTA_FLAGS, 0);

	expr->quota.bytes = zw_expr_u64_or(in, NFTA_QUOTA_BYTES, 0);
	expr->quota.consumed = zw_expr_u64_or(in, NFTA_QUOTA_CONSUMED, 0);
	expr->quota.invert = flags & NFT_QUOTA_F_INV;
	if (flags & ~3u) /* INV, DEPLETED */
		expr->doubt = "unknown flags";
}

/* nft_connlimit_do_init */
void zw_read_connlimit(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 flags = zw_expr_u32_or(in, NFTA_CONNLIMIT_FLAGS, 0);

	expr->connlimit.count = zw_expr_u32(in, NFTA_CONNLIMIT_COUNT);
	expr->connlimit.invert = flags & NFT_CONNLIMIT_F_INV;
	if (flags & ~(u32)NFT_CONNLIMIT_F_INV)
		expr->doubt = "unknown flags";
}

void zw_read_last(struct zw_expr_input *in, struct zw_expr *expr)
{
	(void)in;
	(void)expr;
}

void zw_read_notrack(struct zw_expr_input *in, struct zw_expr *expr)
{
	(void)in;
	(void)expr;
}

/* nft_reject_init */
void zw_read_reject(struct zw_expr_input *in, struct zw_expr *expr)
{
	expr->reject.type = zw_expr_u32(in, NFTA_REJECT_TYPE);
	expr->reject.code = zw_expr_u8_or(in, NFTA_REJECT_ICMP_CODE, 0);
	if (expr->reject.type > NFT_REJECT_ICMPX_UNREACH)
		expr->doubt = "unknown type of reject";
}

static void read_ports(struct zw_expr_input *in, struct zw_expr *expr, u16 min,
		       u16 max)
{
	expr->nat.sreg_port_min = zw_expr_load_or_none(in, expr, min, 2);
	expr->nat.sreg_port_max = zw_expr_load_or_none(in, expr, max, 2);
	if (expr->nat.sreg_port_max == ZW_REG_NONE)
		expr->nat.sreg_port_max = expr->nat.sreg_port_min;
}

/* nft_nat_init */
void zw_read_nat(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 family = zw_expr_u32(in, NFTA_NAT_FAMILY), len;

	expr->nat.type = zw_expr_u32(in, NFTA_NAT_TYPE);
	expr->nat.family = family;
	expr->nat.flags = zw_expr_u32_or(in, NFTA_NAT_FLAGS, 0);
	len = family == NFPROTO_IPV6 ? 16 : 4;
	if (expr->nat.type > NFT_NAT_DNAT ||
	    (family != NFPROTO_IPV4 && family != NFPROTO_IPV6 &&
	     family != NFPROTO_INET))
		zw_expr_refuse(in, "no such translation (EINVAL)");
	if (in->bad)
		return;
	expr->nat.sreg_addr_min =
		zw_expr_load_or_none(in, expr, NFTA_NAT_REG_ADDR_MIN, len);
	expr->nat.sreg_addr_max =
		zw_expr_load_or_none(in, expr, NFTA_NAT_REG_ADDR_MAX, len);
	if (expr->nat.sreg_addr_max == ZW_REG_NONE)
		expr->nat.sreg_addr_max = expr->nat.sreg_addr_min;
	read_ports(in, expr, NFTA_NAT_REG_PROTO_MIN, NFTA_NAT_REG_PROTO_MAX);
	/* the kernel sets these by the registers, and a dump shows them */
	if (expr->nat.sreg_addr_min != ZW_REG_NONE)
		expr->nat.flags &= ~(u32)NF_NAT_RANGE_MAP_IPS;
	if (expr->nat.sreg_port_min != ZW_REG_NONE)
		expr->nat.flags &= ~(u32)NF_NAT_RANGE_PROTO_SPECIFIED;
}

static void read_port_nat(struct zw_expr_input *in, struct zw_expr *expr,
			  u16 flags, u16 min, u16 max)
{
	expr->nat.sreg_addr_min = ZW_REG_NONE;
	expr->nat.sreg_addr_max = ZW_REG_NONE;
	expr->nat.flags = zw_expr_u32_or(in, flags, 0);
	read_ports(in, expr, min, max);
}

/* nft_masq_init */
void zw_read_masq(struct zw_expr_input *in, struct zw_expr *expr)
{
	expr->nat.type = NFT_NAT_SNAT;
	read_port_nat(in, expr, NFTA_MASQ_FLAGS, NFTA_MASQ_REG_PROTO_MIN,
		      NFTA_MASQ_REG_PROTO_MAX);
}

/* nft_redir_init */
void zw_read_redir(struct zw_expr_input *in, struct zw_expr *expr)
{
	expr->nat.type = NFT_NAT_DNAT;
	read_port_nat(in, expr, NFTA_REDIR_FLAGS, NFTA_REDIR_REG_PROTO_MIN,
		      NFTA_REDIR_REG_PROTO_MAX);
}

/* nft_tproxy_init */
void zw_read_tproxy(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 family = zw_expr_u32_or(in, NFTA_TPROXY_FAMILY, NFPROTO_UNSPEC);

	expr->tproxy.family = family;
	expr->tproxy.sreg_addr =
		zw_expr_load_or_none(in, expr, NFTA_TPROXY_REG_ADDR,
				     family == NFPROTO_IPV6 ? 16 : 4);
	expr->tproxy.sreg_port =
		zw_expr_load_or_none(in, expr, NFTA_TPROXY_REG_PORT, 2);
}

/* nft_queue_init, nft_queue_sreg_init: numbers are 16 bits wide */
void zw_read_queue(struct zw_expr_input *in, struct zw_expr *expr)
{
	u16 number = 0, total = 1, flags = 0;

	zw_attr_u16(&in->attrs.at[NFTA_QUEUE_NUM], &number);
	zw_attr_u16(&in->attrs.at[NFTA_QUEUE_TOTAL], &total);
	zw_attr_u16(&in->attrs.at[NFTA_QUEUE_FLAGS], &flags);
	expr->queue.number = number;
	expr->queue.total = total;
	expr->queue.flags = flags;
	expr->queue.sreg =
		zw_expr_load_or_none(in, expr, NFTA_QUEUE_SREG_QNUM, 4);
}

/* nft_dup_ipv4_init, nft_dup_ipv6_init, nft_dup_netdev_init */
void zw_read_dup(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 family = in->d->now.tables.v[in->table].family;

	expr->dup.family = family;
	expr->dup.sreg_addr = zw_expr_load_or_none(
		in, expr, NFTA_DUP_SREG_ADDR, family == NFPROTO_IPV6 ? 16 : 4);
	expr->dup.sreg_dev =
		zw_expr_load_or_none(in, expr, NFTA_DUP_SREG_DEV, 4);
}

/* nft_fwd_netdev_init, nft_fwd_neigh_init */
void zw_read_fwd(struct zw_expr_input *in, struct zw_expr *expr)
{
	u32 family = zw_expr_u32_or(in, NFTA_FWD_NFPROTO, 0);

	expr->dup.family = family;
	expr->dup.sreg_dev = zw_expr_load(in, expr, NFTA_FWD_SREG_DEV, 4);
	if (!in->bad)
		expr->dup.sreg_addr =
			zw_expr_load_or_none(in, expr, NFTA_FWD_SREG_ADDR,
					     family == NFPROTO_IPV6 ? 16 : 4);
}

/* nft_synproxy_do_init */
void zw_read_synproxy(struct zw_expr_input *in, struct zw_expr *expr)
{
	u16 mss = 0;

	zw_attr_u16(&in->attrs.at[NFTA_SYNPROXY_MSS], &mss);
	expr->synproxy.mss = mss;
	expr->synproxy.wscale = zw_expr_u8_or(in, NFTA_SYNPROXY_WSCALE, 0);
	expr->synproxy.flags = zw_expr_u32_or(in, NFTA_SYNPROXY_FLAGS, 0);
}

static void read_object_map(struct zw_expr_input *in, struct zw_expr *expr)
{
	const struct zw_set *set;

	expr->kind = ZW_EXPR_OBJMAP;
	expr->objref.object = ZW_NONE;
	expr->objref.set = zw_decode_set_ref(
		in->d, in->table, &in->attrs.at[NFTA_OBJREF_SET_NAME],
		&in->attrs.at[NFTA_OBJREF_SET_ID]);
	in->bad = expr->objref.set == ZW_NONE;
	if (in->bad)
		return;
	set = &in->d->now.sets.v[expr->objref.set];
	if (set->data_kind != ZW_DATA_OBJECT) {
		zw_expr_refuse(in, "an object from what is no object map");
		return;
	}
	expr->objref.type = set->object_type;
	expr->objref.sreg =
		zw_expr_load(in, expr, NFTA_OBJREF_SET_SREG, set->key_len);
}

/* nft_objref_init, nft_objref_map_init */
void zw_read_objref(struct zw_expr_input *in, struct zw_expr *expr)
{
	struct zw_str name = { 0 };

	if (zw_expr_has(in, NFTA_OBJREF_SET_SREG)) {
		read_object_map(in, expr);
		return;
	}
	expr->objref.set = ZW_NONE;
	expr->objref.sreg = ZW_REG_NONE;
	expr->objref.type = zw_expr_u32(in, NFTA_OBJREF_IMM_TYPE);
	expr->objref.object = ZW_NONE;
	if (zw_attr_str(&in->attrs.at[NFTA_OBJREF_IMM_NAME], ZW_OBJECT_NAME_MAX,
			&name))
		expr->objref.object = zw_decode_find(
			in->d, ZW_NAME_OBJECT + (expr->objref.type & 31),
			in->table, name);
	if (expr->objref.object == ZW_NONE)
		zw_expr_refuse(in, "no such object (ENOENT)");
}

/* nft_flow_offload_init */
void zw_read_flow_offload(struct zw_expr_input *in, struct zw_expr *expr)
{
	struct zw_str name = { 0 };

	expr->flow_offload.flowtable = ZW_NONE;
	if (zw_attr_str(&in->attrs.at[NFTA_FLOW_TABLE_NAME], ZW_OBJECT_NAME_MAX,
			&name))
		expr->flow_offload.flowtable = zw_decode_find(
			in->d, ZW_NAME_FLOWTABLE, in->table, name);
	if (expr->flow_offload.flowtable == ZW_NONE)
		zw_expr_refuse(in, "no such flowtable (ENOENT)");
}

zw_expr_reader *zw_object_reader(u32 type, u8 *kind, u16 *max)
{
	switch (type) {
	case NFT_OBJECT_COUNTER:
		*kind = ZW_EXPR_COUNTER;
		*max = NFTA_COUNTER_MAX;
		return zw_read_counter;
	case NFT_OBJECT_QUOTA:
		*kind = ZW_EXPR_QUOTA;
		*max = NFTA_QUOTA_MAX;
		return zw_read_quota;
	case NFT_OBJECT_LIMIT:
		*kind = ZW_EXPR_LIMIT;
		*max = NFTA_LIMIT_MAX;
		return zw_read_limit;
	case NFT_OBJECT_CONNLIMIT:
		*kind = ZW_EXPR_CONNLIMIT;
		*max = NFTA_CONNLIMIT_MAX;
		return zw_read_connlimit;
	case NFT_OBJECT_SYNPROXY:
		*kind = ZW_EXPR_SYNPROXY;
		*max = NFTA_SYNPROXY_MAX;
		return zw_read_synproxy;
	default:
		return NULL;
	}
}
