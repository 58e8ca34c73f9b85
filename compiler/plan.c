/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is common to all readers of a plan: the table of fields, the names of
 * objects, elements of sets, and how many expressions emitters make.
 *
 * The numbers in the table are the kernel's (include/uapi/linux/netfilter/
 * nf_tables.h) and, for data types, those that nft writes into a set so that
 * its listing prints addresses as addresses. */
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>

#include "base/assert.h"
#include "compiler/plan.h"

#define META(key) ZW_FROM_META, NFT_META_##key, 0
#define NETWORK(offset) ZW_FROM_PAYLOAD, NFT_PAYLOAD_NETWORK_HEADER, offset
#define TRANSPORT(offset) ZW_FROM_PAYLOAD, NFT_PAYLOAD_TRANSPORT_HEADER, offset
#define CT(key, direction) ZW_FROM_CT, NFT_CT_##key, direction
#define OPTION(type) ZW_FROM_EXTHDR, NFT_EXTHDR_OP_IPV4, type
#define HEADER(type) ZW_FROM_EXTHDR, NFT_EXTHDR_OP_IPV6, type

#define IP4 2
#define IP6 10

static const struct zw_key_info fields[] = {
	[ZW_KEY_IIFNAME] = { "iifname", "ifname", 41, 16, true, META(IIFNAME),
			     0, 0 },
	[ZW_KEY_OIFNAME] = { "oifname", "ifname", 41, 16, true, META(OIFNAME),
			     0, 0 },
	[ZW_KEY_NFPROTO] = { "meta nfproto", "nf_proto", 2, 1, true,
			     META(NFPROTO), 0, 0 },
	[ZW_KEY_L4PROTO] = { "meta l4proto", "inet_proto", 12, 1, true,
			     META(L4PROTO), 0, 0 },
	[ZW_KEY_IPSEC_IN] = { "meta ipsec", "boolean", 39, 1, true,
			      META(SECPATH), 0, 0 },
	[ZW_KEY_IPSEC_OUT] = { "rt ipsec", "boolean", 39, 1, true, ZW_FROM_RT,
			       NFT_RT_XFRM, 0, 0, 0 },
	[ZW_KEY_REQID_IN] = { "ipsec in reqid", "integer", 4, 4, true,
			      ZW_FROM_XFRM, NFT_XFRM_KEY_REQID, 0, 0, 0 },
	[ZW_KEY_REQID_OUT] = { "ipsec out reqid", "integer", 4, 4, true,
			       ZW_FROM_XFRM, NFT_XFRM_KEY_REQID, 1, 0, 0 },
	[ZW_KEY_IIF] = { "meta iif", "iface_index", 20, 4, true, META(IIF), 0,
			 0 },
	[ZW_KEY_TIME_DAY] = { "meta day", "day", 45, 1, true, META(TIME_DAY), 0,
			      0 },
	[ZW_KEY_TIME_HOUR] = { "meta hour", "hour", 44, 4, true,
			       META(TIME_HOUR), 0, 0 },
	[ZW_KEY_IP_SADDR] = { "ip saddr", "ipv4_addr", 7, 4, false, NETWORK(12),
			      IP4, 0 },
	[ZW_KEY_IP_DADDR] = { "ip daddr", "ipv4_addr", 7, 4, false, NETWORK(16),
			      IP4, 0 },
	[ZW_KEY_IP_FRAG] = { "ip frag-off", "integer", 4, 2, false, NETWORK(6),
			     IP4, 0 },
	[ZW_KEY_IP6_SADDR] = { "ip6 saddr", "ipv6_addr", 8, 16, false,
			       NETWORK(8), IP6, 0 },
	[ZW_KEY_IP6_DADDR] = { "ip6 daddr", "ipv6_addr", 8, 16, false,
			       NETWORK(24), IP6, 0 },
	[ZW_KEY_IP6_HOPLIMIT] = { "ip6 hoplimit", "integer", 4, 1, false,
				  NETWORK(7), IP6, 0 },
	[ZW_KEY_TH_SPORT] = { "th sport", "inet_service", 13, 2, false,
			      TRANSPORT(0), 0, 0 },
	[ZW_KEY_TH_DPORT] = { "th dport", "inet_service", 13, 2, false,
			      TRANSPORT(2), 0, 0 },
	[ZW_KEY_TCP_FLAGS] = { "tcp flags", "tcp_flag", 15, 1, false,
			       TRANSPORT(13), 0, 6 },
	[ZW_KEY_ICMP_TYPE] = { "icmp type", "icmp_type", 14, 1, false,
			       TRANSPORT(0), IP4, 1 },
	[ZW_KEY_ICMP_CODE] = { "icmp code", "icmp_code", 32, 1, false,
			       TRANSPORT(1), IP4, 1 },
	[ZW_KEY_ICMP6_TYPE] = { "icmpv6 type", "icmpv6_type", 29, 1, false,
				TRANSPORT(0), IP6, 58 },
	[ZW_KEY_ICMP6_CODE] = { "icmpv6 code", "icmpv6_code", 33, 1, false,
				TRANSPORT(1), IP6, 58 },
	[ZW_KEY_CT_STATE] = { "ct state", "ct_state", 26, 4, true,
			      CT(STATE, -1), 0, 0 },
	[ZW_KEY_CT_STATUS] = { "ct status", "ct_status", 28, 4, true,
			       CT(STATUS, -1), 0, 0 },
	[ZW_KEY_CT_DIRECTION] = { "ct direction", "ct_dir", 27, 1, true,
				  CT(DIRECTION, -1), 0, 0 },
	[ZW_KEY_CT_ORIGINAL_IP_SADDR] = { "ct original ip saddr", "ipv4_addr",
					  7, 4, false, CT(SRC_IP, 0), 0, 0 },
	[ZW_KEY_CT_ORIGINAL_IP6_SADDR] = { "ct original ip6 saddr", "ipv6_addr",
					   8, 16, false, CT(SRC_IP6, 0), 0, 0 },
	[ZW_KEY_CT_ORIGINAL_IP_DADDR] = { "ct original ip daddr", "ipv4_addr",
					  7, 4, false, CT(DST_IP, 0), 0, 0 },
	[ZW_KEY_CT_ORIGINAL_IP6_DADDR] = { "ct original ip6 daddr", "ipv6_addr",
					   8, 16, false, CT(DST_IP6, 0), 0, 0 },
	[ZW_KEY_CT_ORIGINAL_DPORT] = { "ct original proto-dst", "inet_service",
				       13, 2, false, CT(PROTO_DST, 0), 0, 0 },
	[ZW_KEY_CT_REPLY_IP_SADDR] = { "ct reply ip saddr", "ipv4_addr", 7, 4,
				       false, CT(SRC_IP, 1), 0, 0 },
	[ZW_KEY_CT_REPLY_IP6_SADDR] = { "ct reply ip6 saddr", "ipv6_addr", 8,
					16, false, CT(SRC_IP6, 1), 0, 0 },
	[ZW_KEY_IP_OPTION_LSRR] = { "ip option lsrr", "boolean", 39, 1, true,
				    OPTION(131), IP4, 0 },
	[ZW_KEY_IP_OPTION_SSRR] = { "ip option ssrr", "boolean", 39, 1, true,
				    OPTION(137), IP4, 0 },
	[ZW_KEY_IP6_ROUTING] = { "exthdr rt", "boolean", 39, 1, true,
				 HEADER(43), IP6, 0 },
	[ZW_KEY_IP6_FRAGMENT] = { "exthdr frag", "boolean", 39, 1, true,
				  HEADER(44), IP6, 0 },
};

_Static_assert(sizeof(fields) / sizeof(*fields) == ZW_KEY_COUNT,
	       "a field without a row");

const struct zw_key_info *zw_key_info(enum zw_key field)
{
	ZW_ASSERT(field < ZW_KEY_COUNT);
	return &fields[field];
}

char *zw_plan_name(char out[ZW_PLAN_NAME_BYTES], struct zw_str name,
		   bool replaced, u32 generation)
{
	int n;

	if (replaced && generation)
		n = snprintf(out, ZW_PLAN_NAME_BYTES, "%.*s_g%u",
			     ZW_STR_ARG(name), generation);
	else
		n = snprintf(out, ZW_PLAN_NAME_BYTES, "%.*s", ZW_STR_ARG(name));
	ZW_ASSERT(n > 0 && n < ZW_PLAN_NAME_BYTES);
	return out;
}

size_t zw_plan_set_size(const struct zw_plan_set *set)
{
	return set->is_addresses ? set->addresses.n : set->elements.n;
}

void zw_plan_set_element(const struct zw_plan_set *set, size_t index, u8 *lo,
			 u8 *hi)
{
	const struct zw_plan_element *element;
	const struct zw_interval *range;

	if (set->is_addresses) {
		range = &set->addresses.v[index];
		zw_ip_bytes((struct zw_ip){ set->family, range->lo }, lo);
		zw_ip_bytes((struct zw_ip){ set->family, range->hi }, hi);
		return;
	}
	element = &set->elements.v[index];
	memcpy(lo, element->lo, set->key_bytes);
	memcpy(hi, element->hi ? element->hi : element->lo, set->key_bytes);
}

size_t zw_plan_match_expressions(const struct zw_plan_match *match)
{
	const struct zw_key_info *info =
		zw_key_info((enum zw_key)match->field[0]);

	switch (match->test) {
	case ZW_TEST_EQ:
		return 2;
	case ZW_TEST_RANGE:
		return info->host_order && info->bytes > 1 ? 4 : 3;
	case ZW_TEST_MASK_EQ:
	case ZW_TEST_MASK_ANY:
		return 3;
	case ZW_TEST_IN:
	case ZW_TEST_MAP:
		return (size_t)match->fields + 1;
	}
	ZW_ASSERT(!"a test without expressions");
	return 0;
}

static size_t meter_expressions(const struct zw_plan *plan,
				const struct zw_plan_meter *meter)
{
	/* of an IPv6 source the first half */
	return plan->sets.v[meter->set].key_bytes == 16 ? 3 : 2;
}

static size_t verdict_expressions(const struct zw_plan_rule *rule)
{
	switch (rule->verdict) {
	case ZW_PLAN_CONTINUE:
		return 0;
	case ZW_PLAN_SNAT:
		return rule->addresses.lo == rule->addresses.hi ? 2 : 3;
	case ZW_PLAN_ACCEPT:
	case ZW_PLAN_DROP:
	case ZW_PLAN_RETURN:
	case ZW_PLAN_JUMP:
	case ZW_PLAN_GOTO:
	case ZW_PLAN_REJECT_RESET:
	case ZW_PLAN_REJECT_PROHIBITED:
	case ZW_PLAN_MASQUERADE:
	case ZW_PLAN_DNAT:
		return 1;
	}
	ZW_ASSERT(!"a verdict without expressions");
	return 0;
}

size_t zw_plan_action_expressions(const struct zw_plan *plan,
				  const struct zw_plan_rule *rule)
{
	size_t n = verdict_expressions(rule);

	if (rule->has_meter)
		n += meter_expressions(plan, &rule->meter);
	if (rule->clamp)
		n += rule->clamp_size ? 2 : 3;
	return n + rule->has_limit + rule->counter + rule->log;
}

size_t zw_plan_rule_expressions(const struct zw_plan *plan,
				const struct zw_plan_rule *rule)
{
	size_t n = zw_plan_action_expressions(plan, rule);

	for (u32 i = 0; i < rule->match_count; i++)
		n += zw_plan_match_expressions(&rule->matches[i]);
	return n;
}
