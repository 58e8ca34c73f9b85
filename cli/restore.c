/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule in a dump is a rule in a batch but for the header's flags, its handle
 * and its place (net/netfilter/nf_tables_api.c, nf_tables_fill_rule_info). */
#include "cli/restore.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "compiler/emit_netlink.h"
#include "loader/names.h"

static int read_chain(const struct nlattr *attr, void *context)
{
	if (mnl_attr_get_type(attr) == NFTA_RULE_CHAIN)
		*(struct zw_str *)context = zw_attribute_text(attr);
	return MNL_CB_OK;
}

static struct nlmsghdr head_of(u16 message, u16 flags, u32 sequence)
{
	return (struct nlmsghdr){
		.nlmsg_type = (u16)(NFNL_SUBSYS_NFTABLES << 8 | message),
		.nlmsg_flags = (u16)(NLM_F_REQUEST | flags),
		.nlmsg_seq = sequence,
	};
}

static void close_message(struct zw_buf *out, size_t at)
{
	u32 size = (u32)(out->n - at);

	memcpy(out->data + at, &size, sizeof(size));
}

static void begin_message(struct zw_buf *out, u16 message, u16 flags,
			  u32 sequence)
{
	struct nlmsghdr head = head_of(message, flags, sequence);
	struct nfgenmsg family = { .nfgen_family = NFPROTO_INET };

	zw_buf_add(out, &head, sizeof(head));
	zw_buf_add(out, &family, sizeof(family));
}

static void add_text(struct zw_buf *out, u16 type, struct zw_str text)
{
	struct nlattr attr = { (u16)(sizeof(attr) + text.n + 1), type };
	static const char zeros[4];

	zw_buf_add(out, &attr, sizeof(attr));
	zw_buf_add(out, text.p, text.n);
	zw_buf_add(out, zeros, 4 - text.n % 4);
}

static void add_flush(struct zw_buf *out, struct zw_str chain, u32 sequence)
{
	size_t at = out->n;

	begin_message(out, NFT_MSG_DELRULE, 0, sequence);
	add_text(out, NFTA_RULE_TABLE, ZW_STR(ZW_PLAN_TABLE));
	add_text(out, NFTA_RULE_CHAIN, chain);
	close_message(out, at);
}

static int copy_attribute(const struct nlattr *attr, void *context)
{
	u16 type = mnl_attr_get_type(attr);

	if (type != NFTA_RULE_HANDLE && type != NFTA_RULE_POSITION)
		zw_buf_add(context, attr, NLMSG_ALIGN(attr->nla_len));
	return MNL_CB_OK;
}

static void add_rule(struct zw_buf *out, const struct nlmsghdr *rule,
		     u32 sequence)
{
	size_t at = out->n;

	begin_message(out, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND,
		      sequence);
	mnl_attr_parse(rule, sizeof(struct nfgenmsg), copy_attribute, out);
	close_message(out, at);
}

/* The rules of CHAIN; with OUT NULL they are only counted. */
static u32 add_rules(struct zw_buf *out, struct zw_str chain, const u8 *former,
		     size_t n, u32 sequence)
{
	size_t at, size;
	u32 found = 0;

	for (at = 0; n - at >= sizeof(struct nlmsghdr); at += size) {
		const struct nlmsghdr *m =
			(const struct nlmsghdr *)(former + at);
		struct zw_str name = { 0 };

		size = NLMSG_ALIGN(m->nlmsg_len);
		if (size < sizeof(*m) || size > n - at)
			break;
		if (m->nlmsg_type !=
		    (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE))
			continue;
		mnl_attr_parse(m, sizeof(struct nfgenmsg), read_chain, &name);
		if (!zw_str_eq(name, chain))
			continue;
		if (out)
			add_rule(out, m, sequence + found);
		found++;
	}
	return found;
}

void zw_restore(struct zw_buf *out, const struct zw_table_names *now,
		const u8 *former, size_t n)
{
	u32 sequence = 1;
	size_t i;

	zw_emit_begin(out);
	for (i = 0; i < now->base_chains.n; i++) {
		struct zw_str chain = now->base_chains.v[i];

		if (!add_rules(NULL, chain, former, n, 0))
			continue;
		add_flush(out, chain, sequence++);
		sequence += add_rules(out, chain, former, n, sequence);
	}
	zw_emit_end(out, sequence);
}
