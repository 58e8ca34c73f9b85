/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages are copied one by one, left out, or written anew; what somebody adds
 * goes in front of the batch's end. */
#include "tests/mutation/faulty.h"

#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4.h>
#include <string.h>

#define ROOM 4096

struct job {
	struct zw_buf *out;
	const struct zw_ruleset *ruleset;
	const struct zw_statement *statement;
	const struct zw_fault *fault;
	const u8 *bytes; /* the whole batch */
	size_t n;
	bool possible;
};

/* libmnl's own loops convert a long to an int without saying so. */
static bool is_attr(const struct nlattr *a, const void *end)
{
	return mnl_attr_ok(a, (int)((const char *)end - (const char *)a));
}

#define FOR_EACH(a, h)                                                         \
	for ((a) = mnl_nlmsg_get_payload_offset((h), sizeof(struct nfgenmsg)); \
	     is_attr((a), mnl_nlmsg_get_payload_tail(h));                      \
	     (a) = mnl_attr_next(a))
#define FOR_EACH_NESTED(a, nest)                                     \
	for ((a) = mnl_attr_get_payload(nest);                       \
	     is_attr((a), (const char *)mnl_attr_get_payload(nest) + \
				  mnl_attr_get_payload_len(nest));   \
	     (a) = mnl_attr_next(a))

static u32 type_of(const struct nlmsghdr *h)
{
	return h->nlmsg_type >> 8 == NFNL_SUBSYS_NFTABLES
		       ? h->nlmsg_type & 0xffu
		       : UINT32_MAX;
}

static const struct nlattr *find(const struct nlmsghdr *h, u16 type)
{
	const struct nlattr *a;

	FOR_EACH(a, h)
	{
		if (mnl_attr_get_type(a) == type)
			return a;
	}
	return NULL;
}

static bool says(const struct nlattr *a, struct zw_str name)
{
	return a && zw_str_is(name, mnl_attr_get_str(a));
}

static const struct nlattr *inside(const struct nlattr *nest, u16 type)
{
	const struct nlattr *a;

	if (!nest)
		return NULL;
	FOR_EACH_NESTED(a, nest)
	{
		if (mnl_attr_get_type(a) == type)
			return a;
	}
	return NULL;
}

static struct zw_str chain_name(const struct job *j)
{
	return j->ruleset->chains.v[j->fault->chain].name;
}

/* ---- verdicts ------------------------------------------------------------ */

/* Turn the verdict at ATTR (NFTA_DATA_VERDICT) of a copy around. */
static void flip(const struct nlattr *data)
{
	const struct nlattr *code =
		inside(inside(data, NFTA_DATA_VERDICT), NFTA_VERDICT_CODE);
	u32 value;

	if (!code)
		return;
	value = htobe32(be32toh(mnl_attr_get_u32(code)) == NF_ACCEPT
				? NF_DROP
				: NF_ACCEPT);
	memcpy(mnl_attr_get_payload(code), &value, sizeof(value));
}

static void flip_rule(struct job *j, const struct nlmsghdr *copy)
{
	const struct nlattr *list = find(copy, NFTA_RULE_EXPRESSIONS), *e;
	const struct nlattr *last = NULL, *name;

	FOR_EACH_NESTED(e, list) last = e;
	name = inside(last, NFTA_EXPR_NAME);
	if (!name || strcmp(mnl_attr_get_str(name), "immediate")) {
		j->possible = false; /* reject: see what it would be */
		return;
	}
	flip(inside(inside(last, NFTA_EXPR_DATA), NFTA_IMMEDIATE_DATA));
}

/* ---- elements ------------------------------------------------------------ */

static bool key_is(const struct nlattr *element, u16 type, const u8 *key,
		   u32 len)
{
	const struct nlattr *value =
		inside(inside(element, type), NFTA_DATA_VALUE);

	return value && mnl_attr_get_payload_len(value) == len &&
	       !memcmp(mnl_attr_get_payload(value), key, len);
}

static bool is_end(const struct nlattr *element)
{
	const struct nlattr *flags = inside(element, NFTA_SET_ELEM_FLAGS);

	return flags &&
	       be32toh(mnl_attr_get_u32(flags)) & NFT_SET_ELEM_INTERVAL_END;
}

/* The key behind KEY; false behind the last. */
static bool successor(const u8 *key, u32 len, u8 *next)
{
	u32 i = len;

	memcpy(next, key, len);
	while (i-- > 0) {
		if (++next[i])
			return true;
	}
	return false;
}

/* Is ELEMENT a part of the row that the fault names? */
static bool is_row(const struct job *j, const struct nlattr *element)
{
	const struct zw_set *set = &j->ruleset->sets.v[j->fault->set];
	size_t at = (size_t)j->fault->element * set->key_len;
	const u8 *lo = set->elements.lo + at, *hi = set->elements.hi + at;
	u8 next[ZW_KEY_MAX];

	if (is_end(element))
		return set->kind == ZW_SET_INTERVAL &&
		       successor(hi, set->key_len, next) &&
		       key_is(element, NFTA_SET_ELEM_KEY, next, set->key_len);
	return key_is(element, NFTA_SET_ELEM_KEY, lo, set->key_len) &&
	       (set->kind != ZW_SET_BOXES || !memcmp(lo, hi, set->key_len) ||
		key_is(element, NFTA_SET_ELEM_KEY_END, hi, set->key_len));
}

/* Without its start the interval before would go on. */
static bool touches(const struct job *j)
{
	const struct zw_set *set = &j->ruleset->sets.v[j->fault->set];
	size_t at = (size_t)j->fault->element * set->key_len;
	u8 next[ZW_KEY_MAX];

	return set->kind == ZW_SET_INTERVAL && j->fault->element &&
	       successor(set->elements.hi + at - set->key_len, set->key_len,
			 next) &&
	       !memcmp(next, set->elements.lo + at, set->key_len);
}

static void change_elements(struct job *j, const struct nlmsghdr *h)
{
	struct zw_buf message = { 0 };
	const struct nlattr *list = find(h, NFTA_SET_ELEM_LIST_ELEMENTS), *e;
	struct nlmsghdr header;
	struct nlattr nest;
	size_t start;

	start = (size_t)((const u8 *)list - (const u8 *)h);
	zw_buf_add(&message, h, start + sizeof(nest));
	FOR_EACH_NESTED(e, list)
	{
		size_t len = ((size_t)e->nla_len + 3) & ~(size_t)3;

		if (is_row(j, e) &&
		    j->fault->mode == ZW_FAULT_ELEMENT_FLIPPED) {
			struct zw_buf copy = { 0 };

			zw_buf_add(&copy, e, len);
			flip(inside((const void *)copy.data,
				    NFTA_SET_ELEM_DATA));
			zw_buf_add(&message, copy.data, len);
			zw_buf_free(&copy);
		} else if (!is_row(j, e)) {
			zw_buf_add(&message, e, len);
		}
	}
	nest = *list;
	nest.nla_len = (u16)(message.n - start);
	memcpy(message.data + start, &nest, sizeof(nest));
	memcpy(&header, message.data, sizeof(header));
	header.nlmsg_len = (u32)message.n;
	memcpy(message.data, &header, sizeof(header));
	zw_buf_add(j->out, message.data, message.n);
	zw_buf_free(&message);
}

/* ---- what is added ------------------------------------------------------- */

static struct nlmsghdr *begin(void *room, u16 type, u16 flags, u32 family)
{
	struct nlmsghdr *h;
	struct nfgenmsg *g;

	memset(room, 0, ROOM);
	h = mnl_nlmsg_put_header(room);
	h->nlmsg_type = (u16)(NFNL_SUBSYS_NFTABLES << 8 | type);
	h->nlmsg_flags = (u16)(NLM_F_REQUEST | flags);
	g = mnl_nlmsg_put_extra_header(h, sizeof(*g));
	g->nfgen_family = (u8)family;
	return h;
}

static void end(struct job *j, const struct nlmsghdr *h)
{
	zw_buf_add(j->out, h, h->nlmsg_len);
}

static void put_name(struct nlmsghdr *h, u16 type, struct zw_str name)
{
	char text[256] = { 0 };

	memcpy(text, name.p, name.n);
	mnl_attr_put_strz(h, type, text);
}

static struct nlattr *begin_rule(struct nlmsghdr *h, struct zw_str table,
				 struct zw_str chain)
{
	put_name(h, NFTA_RULE_TABLE, table);
	put_name(h, NFTA_RULE_CHAIN, chain);
	return mnl_attr_nest_start(h, NFTA_RULE_EXPRESSIONS);
}

/* One expression: its two nests are open. */
static struct nlattr *open_expr(struct nlmsghdr *h, const char *name,
				struct nlattr **data)
{
	struct nlattr *element = mnl_attr_nest_start(h, NFTA_LIST_ELEM);

	mnl_attr_put_strz(h, NFTA_EXPR_NAME, name);
	*data = mnl_attr_nest_start(h, NFTA_EXPR_DATA);
	return element;
}

static void close_expr(struct nlmsghdr *h, struct nlattr *element,
		       struct nlattr *data)
{
	mnl_attr_nest_end(h, data);
	mnl_attr_nest_end(h, element);
}

static void put_u32(struct nlmsghdr *h, u16 type, u32 value)
{
	mnl_attr_put_u32(h, type, htobe32(value));
}

static void put_value(struct nlmsghdr *h, u16 type, const void *p, size_t n)
{
	struct nlattr *nest = mnl_attr_nest_start(h, type);

	mnl_attr_put(h, NFTA_DATA_VALUE, n, p);
	mnl_attr_nest_end(h, nest);
}

static void add_accept(struct job *j)
{
	char room[ROOM] __attribute__((aligned(8)));
	const struct zw_table *table = &j->ruleset->tables.v[j->fault->table];
	struct nlmsghdr *h =
		begin(room, NFT_MSG_NEWRULE, NLM_F_CREATE, table->family);
	struct nlattr *list = begin_rule(h, table->name, chain_name(j));
	struct nlattr *data, *element = open_expr(h, "immediate", &data);
	struct nlattr *value, *verdict;

	put_u32(h, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	value = mnl_attr_nest_start(h, NFTA_IMMEDIATE_DATA);
	verdict = mnl_attr_nest_start(h, NFTA_DATA_VERDICT);
	put_u32(h, NFTA_VERDICT_CODE, NF_ACCEPT);
	mnl_attr_nest_end(h, verdict);
	mnl_attr_nest_end(h, value);
	close_expr(h, element, data);
	mnl_attr_nest_end(h, list);
	end(j, h);
}

static void add_table(struct job *j, u32 family)
{
	char room[ROOM] __attribute__((aligned(8)));
	struct nlmsghdr *h =
		begin(room, NFT_MSG_NEWTABLE, NLM_F_CREATE, family);

	mnl_attr_put_strz(h, NFTA_TABLE_NAME, "somebody");
	end(j, h);
}

static void add_base(struct job *j, u32 family, const char *name,
		     const char *type, u32 hook, s32 priority)
{
	char room[ROOM] __attribute__((aligned(8)));
	struct nlmsghdr *h =
		begin(room, NFT_MSG_NEWCHAIN, NLM_F_CREATE, family);
	struct nlattr *nest;

	mnl_attr_put_strz(h, NFTA_CHAIN_TABLE, "somebody");
	mnl_attr_put_strz(h, NFTA_CHAIN_NAME, name);
	nest = mnl_attr_nest_start(h, NFTA_CHAIN_HOOK);
	put_u32(h, NFTA_HOOK_HOOKNUM, hook);
	put_u32(h, NFTA_HOOK_PRIORITY, (u32)priority);
	mnl_attr_nest_end(h, nest);
	put_u32(h, NFTA_CHAIN_POLICY, NF_ACCEPT);
	mnl_attr_put_strz(h, NFTA_CHAIN_TYPE, type);
	end(j, h);
}

static void put_notrack(struct nlmsghdr *h)
{
	struct nlattr *element = mnl_attr_nest_start(h, NFTA_LIST_ELEM);

	mnl_attr_put_strz(h, NFTA_EXPR_NAME, "notrack");
	mnl_attr_nest_end(h, element);
}

static void put_interface(struct nlmsghdr *h, const struct zw_interface *i)
{
	struct nlattr *data, *element = open_expr(h, "meta", &data);
	char name[16] = { 0 };

	put_u32(h, NFTA_META_KEY, NFT_META_IIFNAME);
	put_u32(h, NFTA_META_DREG, NFT_REG_1);
	close_expr(h, element, data);
	memcpy(name, i->name.p, i->name.n);
	element = open_expr(h, "cmp", &data);
	put_u32(h, NFTA_CMP_SREG, NFT_REG_1);
	put_u32(h, NFTA_CMP_OP, NFT_CMP_EQ);
	put_value(h, NFTA_CMP_DATA, name, i->pattern ? i->name.n : 16);
	close_expr(h, element, data);
}

static void add_notrack(struct job *j, const char *chain, u32 hook,
			const struct zw_interface *interface)
{
	char room[ROOM] __attribute__((aligned(8)));
	struct nlmsghdr *h;
	struct nlattr *list;

	add_base(j, NFPROTO_INET, chain, "filter", hook, NF_IP_PRI_RAW);
	h = begin(room, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND,
		  NFPROTO_INET);
	list = begin_rule(h, ZW_STR("somebody"), zw_str_from(chain));
	if (interface)
		put_interface(h, interface);
	put_notrack(h);
	mnl_attr_nest_end(h, list);
	end(j, h);
}

static void add_dnat(struct job *j)
{
	char room[ROOM] __attribute__((aligned(8)));
	const struct zw_zone *zone = &j->statement->zones.v[j->fault->zone];
	enum zw_family f = j->fault->family;
	u32 family = f == ZW_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	struct zw_interval range = zone->networks.of[f].v[0];
	struct zw_ip ip = { f, range.lo == range.hi ? range.lo : range.lo + 1 };
	struct nlattr *list, *data, *element;
	struct nlmsghdr *h;
	u8 address[16];

	zw_ip_bytes(ip, address);
	add_table(j, family);
	add_base(j, family, "prerouting", "nat", NF_INET_PRE_ROUTING,
		 NF_IP_PRI_NAT_DST - 1);
	h = begin(room, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, family);
	list = begin_rule(h, ZW_STR("somebody"), ZW_STR("prerouting"));
	element = open_expr(h, "immediate", &data);
	put_u32(h, NFTA_IMMEDIATE_DREG, NFT_REG_1);
	put_value(h, NFTA_IMMEDIATE_DATA, address, f == ZW_IPV4 ? 4 : 16);
	close_expr(h, element, data);
	element = open_expr(h, "nat", &data);
	put_u32(h, NFTA_NAT_TYPE, NFT_NAT_DNAT);
	put_u32(h, NFTA_NAT_FAMILY, family);
	put_u32(h, NFTA_NAT_REG_ADDR_MIN, NFT_REG_1);
	close_expr(h, element, data);
	mnl_attr_nest_end(h, list);
	end(j, h);
}

static void add_foreign(struct job *j)
{
	const struct zw_fault *f = j->fault;

	switch (f->mode) {
	case ZW_FAULT_ACCEPT_ADDED:
		add_accept(j);
		break;
	case ZW_FAULT_DNAT_ADDED:
		add_dnat(j);
		break;
	case ZW_FAULT_NOTRACK_ADDED:
		add_table(j, NFPROTO_INET);
		add_notrack(j, "prerouting", NF_INET_PRE_ROUTING,
			    &j->statement->zones.v[f->zone]
				     .interfaces.v[f->interface]);
		break;
	case ZW_FAULT_CONNTRACK_OFF:
		add_table(j, NFPROTO_INET);
		add_notrack(j, "prerouting", NF_INET_PRE_ROUTING, NULL);
		add_notrack(j, "output", NF_INET_LOCAL_OUT, NULL);
		break;
	default:
		break;
	}
}

/* ---- message by message -------------------------------------------------- */

static bool of_rule(const struct job *j, u32 number)
{
	const struct zw_fault *f = j->fault;

	return f->position && j->ruleset->chains.v[f->chain]
					      .rules.v[f->position - 1]
					      ->message == number;
}

static bool is_left_out(const struct job *j, const struct nlmsghdr *h,
			u32 number)
{
	const struct zw_fault *f = j->fault;
	u32 type = type_of(h);

	if (f->mode == ZW_FAULT_TABLE_LOST)
		return type != UINT32_MAX;
	if (f->mode == ZW_FAULT_RULE_LOST || f->mode == ZW_FAULT_SPOOFING_LOST)
		return of_rule(j, number);
	if (f->mode != ZW_FAULT_CHAIN_LOST)
		return false;
	return (type == NFT_MSG_NEWCHAIN &&
		says(find(h, NFTA_CHAIN_NAME), chain_name(j))) ||
	       (type == NFT_MSG_NEWRULE &&
		says(find(h, NFTA_RULE_CHAIN), chain_name(j)));
}

static void copy_message(struct job *j, const struct nlmsghdr *h, u32 number)
{
	const struct zw_fault *f = j->fault;
	size_t start = j->out->n, len = ((size_t)h->nlmsg_len + 3) & ~(size_t)3;
	u32 type = type_of(h);
	const struct nlmsghdr *copy;
	const struct nlattr *policy;
	u32 value;

	if (type == NFT_MSG_NEWSETELEM && f->set != ZW_NONE &&
	    says(find(h, NFTA_SET_ELEM_LIST_SET),
		 j->ruleset->sets.v[f->set].name)) {
		change_elements(j, h);
		return;
	}
	zw_buf_add(j->out, h, len);
	copy = (const void *)(j->out->data + start);
	if (f->mode == ZW_FAULT_RULE_FLIPPED && of_rule(j, number))
		flip_rule(j, copy);
	if (f->mode != ZW_FAULT_POLICY_FLIPPED || type != NFT_MSG_NEWCHAIN ||
	    !says(find(copy, NFTA_CHAIN_NAME), chain_name(j)))
		return;
	policy = find(copy, NFTA_CHAIN_POLICY);
	if (!policy) {
		j->possible = false;
		return;
	}
	value = htobe32(be32toh(mnl_attr_get_u32(policy)) == NF_DROP ? NF_ACCEPT
								     : NF_DROP);
	memcpy(mnl_attr_get_payload(policy), &value, sizeof(value));
}

bool faulty_bytes(struct zw_buf *out, const u8 *bytes, size_t n,
		  const struct zw_ruleset *ruleset,
		  const struct zw_statement *statement,
		  const struct zw_fault *fault)
{
	struct job j = { .out = out,
			 .ruleset = ruleset,
			 .statement = statement,
			 .fault = fault,
			 .bytes = bytes,
			 .n = n,
			 .possible = true };
	size_t at = 0;
	u32 number;

	if (fault->set != ZW_NONE && touches(&j))
		return false;
	for (number = 0; at < n; number++) {
		const struct nlmsghdr *h = (const void *)(bytes + at);

		if (h->nlmsg_type == NFNL_MSG_BATCH_END)
			add_foreign(&j);
		if (!is_left_out(&j, h, number))
			copy_message(&j, h, number);
		at += ((size_t)h->nlmsg_len + 3) & ~(size_t)3;
	}
	return j.possible;
}
