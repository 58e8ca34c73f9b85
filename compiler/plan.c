/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is common to all readers of a plan: the table of fields, the names of
 * objects, elements of sets, and the statistics.
 *
 * The numbers in the table are the kernel's (include/uapi/linux/netfilter/
 * nf_tables.h) and, for data types, those that nft writes into a set so that
 * its listing prints addresses as addresses.
 *
 * The statistics take the longest way through a chain that a packet could be
 * made to go: every rule is met to its last expression, jumps are entered and
 * left, gotos are entered. They do not ask whether one packet can do all. */
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

static size_t match_expressions(const struct zw_plan_match *match)
{
	switch (match->test) {
	case ZW_TEST_EQ:
		return 2;
	case ZW_TEST_RANGE:
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

size_t zw_plan_rule_expressions(const struct zw_plan_rule *rule)
{
	size_t n = 0;

	for (u32 i = 0; i < rule->match_count; i++)
		n += match_expressions(&rule->matches[i]);
	return n + 3 * rule->has_meter + rule->has_limit + rule->counter +
	       rule->log + 3 * rule->clamp +
	       (rule->verdict != ZW_PLAN_CONTINUE);
}

struct cost {
	bool known;
	size_t lookups, expressions;
};

static struct cost longer(struct cost a, struct cost b)
{
	return b.expressions > a.expressions ? b : a;
}

static struct cost chain_cost(const struct zw_plan *plan, struct cost *known,
			      u32 index);

/* The dearest chain that a map's verdicts lead to. */
static struct cost map_cost(const struct zw_plan *plan, struct cost *known,
			    const struct zw_plan_set *set)
{
	struct cost most = { .known = true };

	for (size_t i = 0; i < set->elements.n; i++) {
		const struct zw_plan_element *element = &set->elements.v[i];

		if (element->verdict == ZW_PLAN_JUMP ||
		    element->verdict == ZW_PLAN_GOTO)
			most = longer(most,
				      chain_cost(plan, known, element->chain));
	}
	return most;
}

static struct cost chain_cost(const struct zw_plan *plan, struct cost *known,
			      u32 index)
{
	const struct zw_plan_chain *chain = &plan->chains.v[index];
	struct cost sum = { .known = true }, most = sum, target;

	if (known[index].known)
		return known[index];
	for (size_t i = 0; i < chain->rules.n; i++) {
		const struct zw_plan_rule *rule = &chain->rules.v[i];
		const struct zw_plan_match *last =
			rule->match_count
				? &rule->matches[rule->match_count - 1]
				: NULL;

		sum.expressions += zw_plan_rule_expressions(rule);
		for (u32 m = 0; m < rule->match_count; m++)
			sum.lookups += rule->matches[m].test >= ZW_TEST_IN;
		target = (struct cost){ .known = true };
		if (rule->verdict == ZW_PLAN_JUMP ||
		    rule->verdict == ZW_PLAN_GOTO)
			target = chain_cost(plan, known, rule->chain);
		else if (last && last->test == ZW_TEST_MAP)
			target =
				map_cost(plan, known, &plan->sets.v[last->set]);
		target.lookups += sum.lookups;
		target.expressions += sum.expressions;
		if (rule->verdict == ZW_PLAN_JUMP)
			sum = target;
		most = longer(most, target);
	}
	known[index] = most;
	return most;
}

void zw_plan_stats(struct zw_arena *arena, const struct zw_plan *plan,
		   struct zw_plan_stats *stats)
{
	struct cost *known =
		ZW_NEW_ARRAY(arena, struct cost, plan->chains.n + 1);

	*stats = (struct zw_plan_stats){ .chains = plan->chains.n,
					 .sets = plan->sets.n };
	for (size_t i = 0; i < plan->chains.n; i++) {
		const struct zw_plan_chain *chain = &plan->chains.v[i];

		stats->base_chains += chain->hook != ZW_PLAN_NO_HOOK;
		stats->rules += chain->rules.n;
		if (chain->rules.n > stats->largest_chain)
			stats->largest_chain = chain->rules.n;
		for (size_t r = 0; r < chain->rules.n; r++)
			stats->expressions +=
				zw_plan_rule_expressions(&chain->rules.v[r]);
	}
	for (size_t i = 0; i < plan->sets.n; i++) {
		size_t n = zw_plan_set_size(&plan->sets.v[i]);

		stats->elements += n;
		if (n > stats->largest_set)
			stats->largest_set = n;
	}
	stats->paths = ZW_NEW_ARRAY(arena, struct zw_plan_path, plan->pairs.n);
	stats->path_count = plan->pairs.n;
	for (size_t i = 0; i < plan->pairs.n; i++) {
		const struct zw_plan_pair *pair = &plan->pairs.v[i];
		struct cost cost = chain_cost(plan, known, pair->chain);

		stats->paths[i] =
			(struct zw_plan_path){ pair->from, pair->to,
					       pair->family, cost.lookups,
					       cost.expressions };
		if (cost.expressions > stats->longest.expressions)
			stats->longest = stats->paths[i];
	}
}

static void print_path(struct zw_buf *out, const char *what,
		       const struct zw_plan_path *path)
{
	zw_buf_printf(out, "%s ", what);
	zw_buf_add_escaped(out, path->from);
	zw_buf_puts(out, " -> ");
	zw_buf_add_escaped(out, path->to);
	zw_buf_printf(out, " %s: %zu lookups, %zu expressions\n",
		      path->family == ZW_IPV4 ? "IPv4" : "IPv6", path->lookups,
		      path->expressions);
}

void zw_plan_stats_print(struct zw_buf *out, const struct zw_plan_stats *stats)
{
	zw_buf_printf(out,
		      "chains %zu (%zu base), rules %zu, expressions %zu\n",
		      stats->chains, stats->base_chains, stats->rules,
		      stats->expressions);
	zw_buf_printf(out, "sets and maps %zu, elements %zu\n", stats->sets,
		      stats->elements);
	zw_buf_printf(out,
		      "largest chain %zu rules, largest set %zu elements\n",
		      stats->largest_chain, stats->largest_set);
	for (size_t i = 0; i < stats->path_count; i++)
		print_path(out, "path", &stats->paths[i]);
	if (stats->path_count)
		print_path(out, "longest path", &stats->longest);
}
