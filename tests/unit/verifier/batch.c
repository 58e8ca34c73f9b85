/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches put together message by message for the tests of the decoder, with
 * libnftnl for the objects: the other library writes what ours reads. */
#include <stdlib.h>
#include <string.h>

#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "tests/unit/verifier/batch.h"

#define ROOM 70000

static void reserve(struct zw_batch *batch)
{
	if (batch->cap - batch->n >= ROOM)
		return;
	batch->cap = 2 * batch->cap + ROOM;
	batch->bytes = realloc(batch->bytes, batch->cap);
}

void zw_batch_free(struct zw_batch *batch)
{
	free(batch->bytes);
	*batch = (struct zw_batch){ .family = batch->family };
}

static void advance(struct zw_batch *batch)
{
	const struct nlmsghdr *header = (void *)(batch->bytes + batch->n);

	batch->n += (header->nlmsg_len + 3u) & ~3u;
}

void zw_batch_begin(struct zw_batch *batch)
{
	reserve(batch);
	nftnl_batch_begin((char *)batch->bytes + batch->n, 0);
	advance(batch);
}

void zw_batch_end(struct zw_batch *batch)
{
	reserve(batch);
	nftnl_batch_end((char *)batch->bytes + batch->n, 0);
	advance(batch);
}

struct nlmsghdr *zw_batch_message(struct zw_batch *batch, u16 type, u16 flags)
{
	reserve(batch);
	memset(batch->bytes + batch->n, 0, ROOM);
	return nftnl_nlmsg_build_hdr((char *)batch->bytes + batch->n, type,
				     (u16)batch->family,
				     batch->dump ? NLM_F_MULTI : flags, 0);
}

void zw_batch_put(struct zw_batch *batch)
{
	struct nlmsghdr *header = (void *)(batch->bytes + batch->n);

	if (batch->dump)
		header->nlmsg_flags = NLM_F_MULTI;
	advance(batch);
}

void zw_batch_raw(struct zw_batch *batch, const void *bytes, size_t n)
{
	reserve(batch);
	memcpy(batch->bytes + batch->n, bytes, n);
	batch->n += n;
}

void zw_batch_table(struct zw_batch *batch, const char *name)
{
	struct nlmsghdr *header =
		zw_batch_message(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);

	mnl_attr_put_strz(header, NFTA_TABLE_NAME, name);
	zw_batch_put(batch);
}

void zw_batch_chain(struct zw_batch *batch, const char *table, const char *name)
{
	struct nlmsghdr *header =
		zw_batch_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);

	mnl_attr_put_strz(header, NFTA_CHAIN_TABLE, table);
	mnl_attr_put_strz(header, NFTA_CHAIN_NAME, name);
	zw_batch_put(batch);
}

void zw_batch_base(struct zw_batch *batch, const char *table, const char *name,
		   u32 hook, s32 priority, u32 policy)
{
	struct nlmsghdr *header =
		zw_batch_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nftnl_chain *chain = nftnl_chain_alloc();

	nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, table);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, name);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter");
	nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, hook);
	nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, priority);
	nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, policy);
	nftnl_chain_nlmsg_build_payload(header, chain);
	nftnl_chain_free(chain);
	zw_batch_put(batch);
}

void zw_batch_newset(struct zw_batch *batch, const char *table,
		     const char *name, struct nftnl_set *set)
{
	struct nlmsghdr *header =
		zw_batch_message(batch, NFT_MSG_NEWSET, NLM_F_CREATE);

	nftnl_set_set_str(set, NFTNL_SET_TABLE, table);
	nftnl_set_set_str(set, NFTNL_SET_NAME, name);
	nftnl_set_nlmsg_build_payload(header, set);
	zw_batch_put(batch);
}

void zw_batch_set(struct zw_batch *batch, const char *table, const char *name,
		  struct nftnl_set *set)
{
	zw_batch_newset(batch, table, name, set);
	zw_batch_elements(batch, NFT_MSG_NEWSETELEM, table, name, set);
}

void zw_batch_elements(struct zw_batch *batch, u16 type, const char *table,
		       const char *name, struct nftnl_set *set)
{
	struct nlmsghdr *header = zw_batch_message(batch, type, NLM_F_CREATE);

	nftnl_set_set_str(set, NFTNL_SET_TABLE, table);
	nftnl_set_set_str(set, NFTNL_SET_NAME, name);
	nftnl_set_elems_nlmsg_build_payload(header, set);
	zw_batch_put(batch);
	nftnl_set_free(set);
}

void zw_batch_rule(struct zw_batch *batch, const char *table, const char *chain,
		   struct nftnl_expr **exprs, u32 n, const char *comment)
{
	struct nlmsghdr *header = zw_batch_message(batch, NFT_MSG_NEWRULE,
						   NLM_F_CREATE | NLM_F_APPEND);
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct nftnl_udata_buf *udata;
	u32 i;

	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, table);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, chain);
	for (i = 0; i < n; i++)
		nftnl_rule_add_expr(rule, exprs[i]);
	if (comment) {
		udata = nftnl_udata_buf_alloc(256);
		nftnl_udata_put_strz(udata, 0, comment);
		nftnl_rule_set_data(rule, NFTNL_RULE_USERDATA,
				    nftnl_udata_buf_data(udata),
				    nftnl_udata_buf_len(udata));
		nftnl_udata_buf_free(udata);
	}
	nftnl_rule_nlmsg_build_payload(header, rule);
	nftnl_rule_free(rule);
	zw_batch_put(batch);
}

void zw_batch_named(struct zw_batch *batch, u16 type, const char *table,
		    u16 attribute, const char *name)
{
	struct nlmsghdr *header = zw_batch_message(batch, type, 0);

	/* The table is attribute 1 of all kinds of messages. */
	mnl_attr_put_strz(header, 1, table);
	if (name)
		mnl_attr_put_strz(header, attribute, name);
	zw_batch_put(batch);
}

struct nftnl_expr *zw_expr_payload(u32 base, u32 offset, u32 len, u32 reg)
{
	struct nftnl_expr *e = nftnl_expr_alloc("payload");

	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, reg);
	return e;
}

struct nftnl_expr *zw_expr_cmp(u32 reg, u32 op, const void *data, u32 len)
{
	struct nftnl_expr *e = nftnl_expr_alloc("cmp");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, len);
	return e;
}

struct nftnl_expr *zw_expr_verdict(s32 code, const char *chain)
{
	struct nftnl_expr *e = nftnl_expr_alloc("immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, (u32)code);
	if (chain)
		nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain);
	return e;
}

struct nftnl_expr *zw_expr_meta(u32 key, u32 reg)
{
	struct nftnl_expr *e = nftnl_expr_alloc("meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, reg);
	return e;
}

struct nftnl_expr *zw_expr_lookup(const char *set, u32 reg, u32 dreg,
				  bool invert)
{
	struct nftnl_expr *e = nftnl_expr_alloc("lookup");

	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, set);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, reg);
	if (dreg != UINT32_MAX)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_DREG, dreg);
	if (invert)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, 1);
	return e;
}

struct nftnl_expr *zw_expr_bytes(u32 reg, const void *data, u32 len)
{
	struct nftnl_expr *e = nftnl_expr_alloc("immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, reg);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, data, len);
	return e;
}

void zw_set_element(struct nftnl_set *set, const void *key, u32 len,
		    const void *key_end, u32 flags)
{
	struct nftnl_set_elem *e = nftnl_set_elem_alloc();

	nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, key, len);
	if (key_end)
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY_END, key_end, len);
	if (flags)
		nftnl_set_elem_set_u32(e, NFTNL_SET_ELEM_FLAGS, flags);
	nftnl_set_elem_add(set, e);
}
