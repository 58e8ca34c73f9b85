/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule of the plan to one NEWRULE message, through libnftnl. Each match
 * loads its field into register 1 (the fields of a concatenation into the
 * 4-byte registers behind it) and compares or looks up at once, so no rule
 * depends on what an earlier one left in a register. Loads are the ones that
 * nft makes for the same words, so that its listing reads as written. */
#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "base/assert.h"
#include "compiler/emit_internal.h"

#define RULE_COMMENT 0
#define ICMPX_ADMIN_PROHIBITED 3

/* The register for the 4-byte slot SLOT of a key: the old names of 16 bytes
 * where one begins, as nft has it. */
static u32 slot_register(unsigned slot)
{
	return slot % 4 ? NFT_REG32_00 + slot : NFT_REG_1 + slot / 4;
}

static struct nftnl_expr *add(struct nftnl_rule *rule, const char *name)
{
	struct nftnl_expr *expr = nftnl_expr_alloc(name);

	ZW_ASSERT(expr);
	nftnl_rule_add_expr(rule, expr);
	return expr;
}

static void load_payload(struct nftnl_rule *rule,
			 const struct zw_key_info *field, u32 reg)
{
	struct nftnl_expr *expr = add(rule, "payload");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_DREG, reg);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_BASE, (u32)field->a);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_OFFSET, (u32)field->b);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_LEN, field->bytes);
}

static void load_ct(struct nftnl_rule *rule, const struct zw_key_info *field,
		    u32 reg)
{
	struct nftnl_expr *expr = add(rule, "ct");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_DREG, reg);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_KEY, (u32)field->a);
	if (field->b >= 0)
		nftnl_expr_set_u8(expr, NFTNL_EXPR_CT_DIR, (u8)field->b);
}

static void load_exthdr(struct nftnl_rule *rule,
			const struct zw_key_info *field, u32 reg)
{
	struct nftnl_expr *expr = add(rule, "exthdr");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_DREG, reg);
	nftnl_expr_set_u8(expr, NFTNL_EXPR_EXTHDR_TYPE, (u8)field->b);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_OFFSET, 0);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_LEN, 1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_OP, (u32)field->a);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_FLAGS, NFT_EXTHDR_F_PRESENT);
}

static void load(struct nftnl_rule *rule, enum zw_key which, u32 reg)
{
	const struct zw_key_info *field = zw_key_info(which);
	struct nftnl_expr *expr;

	switch (field->source) {
	case ZW_FROM_META:
		expr = add(rule, "meta");
		nftnl_expr_set_u32(expr, NFTNL_EXPR_META_DREG, reg);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_META_KEY, (u32)field->a);
		break;
	case ZW_FROM_PAYLOAD:
		load_payload(rule, field, reg);
		break;
	case ZW_FROM_CT:
		load_ct(rule, field, reg);
		break;
	case ZW_FROM_EXTHDR:
		load_exthdr(rule, field, reg);
		break;
	case ZW_FROM_RT:
		expr = add(rule, "rt");
		nftnl_expr_set_u32(expr, NFTNL_EXPR_RT_DREG, reg);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_RT_KEY, (u32)field->a);
		break;
	case ZW_FROM_XFRM:
		expr = add(rule, "xfrm");
		nftnl_expr_set_u32(expr, NFTNL_EXPR_XFRM_DREG, reg);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_XFRM_KEY, (u32)field->a);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_XFRM_SPNUM, 0);
		nftnl_expr_set_u8(expr, NFTNL_EXPR_XFRM_DIR, (u8)field->b);
		break;
	}
}

static void compare(struct nftnl_rule *rule, u32 operation, const u8 *value,
		    u32 bytes)
{
	struct nftnl_expr *expr = add(rule, "cmp");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_OP, operation);
	nftnl_expr_set(expr, NFTNL_EXPR_CMP_DATA, value, bytes);
}

static void mask(struct nftnl_rule *rule, const u8 *value, u32 bytes)
{
	static const u8 zero[16];
	struct nftnl_expr *expr = add(rule, "bitwise");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_LEN, bytes);
	nftnl_expr_set(expr, NFTNL_EXPR_BITWISE_MASK, value, bytes);
	nftnl_expr_set(expr, NFTNL_EXPR_BITWISE_XOR, zero, bytes);
}

static void to_network_order(struct nftnl_rule *rule, u32 bytes)
{
	struct nftnl_expr *expr = add(rule, "byteorder");

	nftnl_expr_set_u32(expr, NFTNL_EXPR_BYTEORDER_SREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BYTEORDER_DREG, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BYTEORDER_OP, NFT_BYTEORDER_HTON);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BYTEORDER_LEN, bytes);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_BYTEORDER_SIZE, bytes);
}

static void lookup(struct zw_emitter *emitter, struct nftnl_rule *rule,
		   const struct zw_plan_match *match)
{
	const struct zw_plan_set *set = &emitter->plan->sets.v[match->set];
	char name[ZW_PLAN_NAME_BYTES];
	struct nftnl_expr *expr;
	unsigned slot = 0;

	ZW_ASSERT(set->fields == match->fields);
	for (unsigned i = 0; i < match->fields; i++) {
		enum zw_key field = (enum zw_key)match->field[i];

		ZW_ASSERT(zw_key_info(field)->datatype ==
			  zw_key_info((enum zw_key)set->field[i])->datatype);
		load(rule, field, slot_register(slot));
		slot += (zw_key_info(field)->bytes + 3u) / 4;
	}
	zw_emit_set_name(emitter, match->set, name);
	expr = add(rule, "lookup");
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	nftnl_expr_set_str(expr, NFTNL_EXPR_LOOKUP_SET, name);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_SET_ID, match->set + 1);
	if (match->test == ZW_TEST_MAP && set->data) {
		nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_1);
	} else if (match->test == ZW_TEST_MAP) {
		ZW_ASSERT(set->map);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_DREG,
				   NFT_REG_VERDICT);
	}
}

static void add_match(struct zw_emitter *emitter, struct nftnl_rule *rule,
		      const struct zw_plan_match *match)
{
	static const u8 zero[16];
	enum zw_key field = (enum zw_key)match->field[0];
	u32 bytes = zw_key_info(field)->bytes;

	if (match->test == ZW_TEST_IN || match->test == ZW_TEST_MAP) {
		lookup(emitter, rule, match);
		return;
	}
	load(rule, field, NFT_REG_1);
	switch (match->test) {
	case ZW_TEST_EQ:
		compare(rule, NFT_CMP_EQ, match->value, bytes);
		break;
	case ZW_TEST_RANGE:
		if (zw_key_info(field)->host_order && bytes > 1)
			to_network_order(rule, bytes);
		compare(rule, NFT_CMP_GTE, match->value, bytes);
		compare(rule, NFT_CMP_LTE, match->other, bytes);
		break;
	case ZW_TEST_MASK_EQ:
		mask(rule, match->other, bytes);
		compare(rule, NFT_CMP_EQ, match->value, bytes);
		break;
	case ZW_TEST_MASK_ANY:
		mask(rule, match->other, bytes);
		compare(rule, NFT_CMP_NEQ, zero, bytes);
		break;
	case ZW_TEST_IN:
	case ZW_TEST_MAP:
		break;
	}
}

static void add_log(struct zw_emitter *emitter, struct nftnl_rule *rule,
		    const struct zw_plan_rule *plan)
{
	struct nftnl_expr *expr = add(rule, "log");

	if (plan->log_prefix.n)
		nftnl_expr_set_str(expr, NFTNL_EXPR_LOG_PREFIX,
				   zw_cstr(emitter->arena, plan->log_prefix));
	if (plan->log_to_group)
		nftnl_expr_set_u16(expr, NFTNL_EXPR_LOG_GROUP,
				   (u16)plan->log_group);
}

static void add_counter(struct zw_emitter *emitter, struct nftnl_rule *rule,
			struct zw_str name)
{
	struct nftnl_expr *expr = add(rule, name.n ? "objref" : "counter");

	if (!name.n)
		return;
	nftnl_expr_set_u32(expr, NFTNL_EXPR_OBJREF_IMM_TYPE,
			   NFT_OBJECT_COUNTER);
	nftnl_expr_set_str(expr, NFTNL_EXPR_OBJREF_IMM_NAME,
			   zw_cstr(emitter->arena, name));
}

static void set_limit(struct nftnl_expr *expr,
		      const struct zw_plan_limit *limit)
{
	nftnl_expr_set_u64(expr, NFTNL_EXPR_LIMIT_RATE, limit->amount);
	nftnl_expr_set_u64(expr, NFTNL_EXPR_LIMIT_UNIT, limit->seconds);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_BURST, (u32)limit->burst);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_FLAGS, 0);
}

/* The source (of IPv6 its first half) into the set, with what counts. */
static void add_meter(struct zw_emitter *emitter, struct nftnl_rule *rule,
		      const struct zw_plan_meter *meter)
{
	static const u8 half[16] = { 255, 255, 255, 255, 255, 255, 255, 255 };
	const struct zw_plan_set *set = &emitter->plan->sets.v[meter->set];
	char name[ZW_PLAN_NAME_BYTES];
	struct nftnl_expr *expr, *inner;

	ZW_ASSERT(set->dynamic && set->fields == 1);
	load(rule, (enum zw_key)set->field[0], NFT_REG_1);
	if (set->key_bytes == 16)
		mask(rule, half, 16);
	zw_emit_set_name(emitter, meter->set, name);
	expr = add(rule, "dynset");
	nftnl_expr_set_u32(expr, NFTNL_EXPR_DYNSET_SREG_KEY, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_DYNSET_OP,
			   meter->counts_connections ? NFT_DYNSET_OP_ADD
						     : NFT_DYNSET_OP_UPDATE);
	nftnl_expr_set_str(expr, NFTNL_EXPR_DYNSET_SET_NAME, name);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_DYNSET_SET_ID, meter->set + 1);
	inner = nftnl_expr_alloc(meter->counts_connections ? "connlimit"
							   : "limit");
	ZW_ASSERT(inner);
	if (meter->counts_connections) {
		nftnl_expr_set_u32(inner, NFTNL_EXPR_CONNLIMIT_COUNT,
				   meter->connections);
		nftnl_expr_set_u32(inner, NFTNL_EXPR_CONNLIMIT_FLAGS, 0);
	} else {
		set_limit(inner, &meter->limit);
	}
	nftnl_expr_set(expr, NFTNL_EXPR_DYNSET_EXPR, inner, 0);
}

static void add_clamp(struct nftnl_rule *rule, const struct zw_plan_rule *plan)
{
	u8 size[2] = { (u8)(plan->clamp_size >> 8), (u8)plan->clamp_size };
	struct nftnl_expr *expr;

	if (plan->clamp_size) {
		expr = add(rule, "immediate");
		nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
		nftnl_expr_set(expr, NFTNL_EXPR_IMM_DATA, size, sizeof(size));
	} else {
		expr = add(rule, "rt");
		nftnl_expr_set_u32(expr, NFTNL_EXPR_RT_DREG, NFT_REG_1);
		nftnl_expr_set_u32(expr, NFTNL_EXPR_RT_KEY, NFT_RT_TCPMSS);
		to_network_order(rule, 2);
	}
	expr = add(rule, "exthdr");
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_SREG, NFT_REG_1);
	nftnl_expr_set_u8(expr, NFTNL_EXPR_EXTHDR_TYPE, 2);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_OFFSET, 2);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_LEN, 2);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
}

static void load_address(struct nftnl_rule *rule, enum zw_family family,
			 u128 value, u32 reg)
{
	struct nftnl_expr *expr = add(rule, "immediate");
	u8 bytes[16];

	zw_ip_bytes((struct zw_ip){ family, value }, bytes);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_DREG, reg);
	nftnl_expr_set(expr, NFTNL_EXPR_IMM_DATA, bytes,
		       family == ZW_IPV4 ? 4 : 16);
}

static u32 nfproto(enum zw_family family)
{
	return family == ZW_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
}

static void add_source_translation(struct nftnl_rule *rule,
				   const struct zw_plan_rule *plan)
{
	bool one = plan->addresses.lo == plan->addresses.hi;
	struct nftnl_expr *expr;

	load_address(rule, plan->family, plan->addresses.lo, NFT_REG_1);
	if (!one)
		load_address(rule, plan->family, plan->addresses.hi, NFT_REG_2);
	expr = add(rule, "nat");
	nftnl_expr_set_u32(expr, NFTNL_EXPR_NAT_TYPE, NFT_NAT_SNAT);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_NAT_FAMILY, nfproto(plan->family));
	nftnl_expr_set_u32(expr, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
	if (!one)
		nftnl_expr_set_u32(expr, NFTNL_EXPR_NAT_REG_ADDR_MAX,
				   NFT_REG_2);
}

/* The lookup before has put address and port side by side. */
static void add_destination_translation(struct nftnl_rule *rule,
					const struct zw_plan_rule *plan)
{
	struct nftnl_expr *expr = add(rule, "nat");
	unsigned slots = plan->family == ZW_IPV4 ? 1 : 4;

	nftnl_expr_set_u32(expr, NFTNL_EXPR_NAT_TYPE, NFT_NAT_DNAT);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_NAT_FAMILY, nfproto(plan->family));
	nftnl_expr_set_u32(expr, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_NAT_REG_PROTO_MIN,
			   slot_register(slots));
}

static void add_verdict(struct zw_emitter *emitter, struct nftnl_rule *rule,
			const struct zw_plan_rule *plan)
{
	char name[ZW_PLAN_NAME_BYTES];
	struct nftnl_expr *expr;

	switch (plan->verdict) {
	case ZW_PLAN_CONTINUE:
		return;
	case ZW_PLAN_REJECT_RESET:
		expr = add(rule, "reject");
		nftnl_expr_set_u32(expr, NFTNL_EXPR_REJECT_TYPE,
				   NFT_REJECT_TCP_RST);
		nftnl_expr_set_u8(expr, NFTNL_EXPR_REJECT_CODE, 0);
		return;
	case ZW_PLAN_REJECT_PROHIBITED:
		expr = add(rule, "reject");
		nftnl_expr_set_u32(expr, NFTNL_EXPR_REJECT_TYPE,
				   NFT_REJECT_ICMPX_UNREACH);
		nftnl_expr_set_u8(expr, NFTNL_EXPR_REJECT_CODE,
				  ICMPX_ADMIN_PROHIBITED);
		return;
	case ZW_PLAN_MASQUERADE:
		add(rule, "masq");
		return;
	case ZW_PLAN_SNAT:
		add_source_translation(rule, plan);
		return;
	case ZW_PLAN_DNAT:
		add_destination_translation(rule, plan);
		return;
	case ZW_PLAN_ACCEPT:
	case ZW_PLAN_DROP:
	case ZW_PLAN_RETURN:
	case ZW_PLAN_JUMP:
	case ZW_PLAN_GOTO:
		break;
	}
	expr = add(rule, "immediate");
	nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_VERDICT,
			   zw_emit_verdict(plan->verdict));
	if (plan->verdict != ZW_PLAN_JUMP && plan->verdict != ZW_PLAN_GOTO)
		return;
	zw_emit_chain_name(emitter, plan->chain, name);
	nftnl_expr_set_str(expr, NFTNL_EXPR_IMM_CHAIN, name);
}

static void add_comment(struct nftnl_rule *rule, struct zw_str place)
{
	struct nftnl_udata_buf *user;
	char text[128];

	if (!place.n)
		return;
	ZW_ASSERT(place.n < sizeof(text));
	memcpy(text, place.p, place.n);
	text[place.n] = 0;
	user = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);
	ZW_ASSERT(user);
	nftnl_udata_put_strz(user, RULE_COMMENT, text);
	nftnl_rule_set_data(rule, NFTNL_RULE_USERDATA,
			    nftnl_udata_buf_data(user),
			    nftnl_udata_buf_len(user));
	nftnl_udata_buf_free(user);
}

void zw_emit_rule(struct zw_emitter *emitter, u32 chain, size_t index)
{
	const struct zw_plan_chain *home = &emitter->plan->chains.v[chain];
	const struct zw_plan_rule *plan = &home->rules.v[index];
	struct nftnl_rule *rule = nftnl_rule_alloc();
	char name[ZW_PLAN_NAME_BYTES];
	struct nlmsghdr *header;

	ZW_ASSERT(rule);
	zw_emit_chain_name(emitter, chain, name);
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, ZW_PLAN_TABLE);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, name);
	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	for (u32 i = 0; i < plan->match_count; i++)
		add_match(emitter, rule, &plan->matches[i]);
	if (plan->has_meter)
		add_meter(emitter, rule, &plan->meter);
	if (plan->has_limit)
		set_limit(add(rule, "limit"), &plan->limit);
	if (plan->log)
		add_log(emitter, rule, plan);
	if (plan->counter)
		add_counter(emitter, rule, plan->counter_name);
	if (plan->clamp)
		add_clamp(rule, plan);
	add_verdict(emitter, rule, plan);
	add_comment(rule, plan->place);
	if (emitter->emitted)
		zw_emit_note(emitter,
			     (struct zw_emit_origin){
				     .message = NFT_MSG_NEWRULE,
				     .what = zw_strf(emitter->arena,
						     "rule %zu of chain %s",
						     index + 1, name),
				     .span = plan->span,
				     .place = plan->place,
				     .set = ZW_EMIT_NO_SET });
	header = zw_emit_message_begin(emitter, NFT_MSG_NEWRULE,
				       NLM_F_CREATE | NLM_F_APPEND);
	nftnl_rule_nlmsg_build_payload(header, rule);
	zw_emit_message_end(emitter, header);
	nftnl_rule_free(rule);
}
