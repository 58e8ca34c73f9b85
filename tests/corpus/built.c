/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule a name, its expression written attribute by attribute. */
#include "tests/corpus/built.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

/* Not yet in the headers of every system. */
#define INNER_NUM 1
#define INNER_TYPE 2
#define INNER_FLAGS 3
#define INNER_HEADER 4
#define INNER_EXPR 5

static void last(struct nlmsghdr *message)
{
	(void)message;
}

static void tunnel(struct nlmsghdr *message)
{
	mnl_attr_put_u32(message, NFTA_TUNNEL_KEY, htonl(NFT_TUNNEL_ID));
	mnl_attr_put_u32(message, NFTA_TUNNEL_DREG, htonl(NFT_REG_1));
}

static void queue(struct nlmsghdr *message)
{
	mnl_attr_put_u16(message, NFTA_QUEUE_NUM, htons(3));
	mnl_attr_put_u16(message, NFTA_QUEUE_TOTAL, htons(1));
	mnl_attr_put_u16(message, NFTA_QUEUE_FLAGS, htons(0));
}

static void synproxy(struct nlmsghdr *message)
{
	mnl_attr_put_u16(message, NFTA_SYNPROXY_MSS, htons(1460));
	mnl_attr_put_u8(message, NFTA_SYNPROXY_WSCALE, 7);
	mnl_attr_put_u32(message, NFTA_SYNPROXY_FLAGS, htonl(3));
}

static void flow_offload(struct nlmsghdr *message)
{
	mnl_attr_put_strz(message, NFTA_FLOW_TABLE_NAME, "fast");
}

static void inner(struct nlmsghdr *message)
{
	struct nlattr *expr, *data;

	mnl_attr_put_u32(message, INNER_NUM, htonl(0));
	mnl_attr_put_u32(message, INNER_TYPE, htonl(1));
	mnl_attr_put_u32(message, INNER_FLAGS, htonl(15));
	mnl_attr_put_u32(message, INNER_HEADER, htonl(8));
	expr = mnl_attr_nest_start(message, INNER_EXPR);
	mnl_attr_put_strz(message, NFTA_EXPR_NAME, "payload");
	data = mnl_attr_nest_start(message, NFTA_EXPR_DATA);
	mnl_attr_put_u32(message, NFTA_PAYLOAD_DREG, htonl(NFT_REG_1));
	mnl_attr_put_u32(message, NFTA_PAYLOAD_BASE,
			 htonl(NFT_PAYLOAD_NETWORK_HEADER));
	mnl_attr_put_u32(message, NFTA_PAYLOAD_OFFSET, htonl(12));
	mnl_attr_put_u32(message, NFTA_PAYLOAD_LEN, htonl(4));
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, expr);
}

static const struct {
	const char *name;
	void (*put)(struct nlmsghdr *message);
	bool loads; /* register 1, which is then held to be 7 */
} built[] = {
	{ "last", last, false },
	{ "tunnel", tunnel, true },
	{ "queue", queue, false },
	{ "synproxy", synproxy, false },
	{ "flow_offload", flow_offload, false },
	{ "inner", inner, true },
	{ "frobnicate", last, false },
};

static void element(struct nlmsghdr *message, const char *name,
		    void (*put)(struct nlmsghdr *message))
{
	struct nlattr *list = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	struct nlattr *data;

	mnl_attr_put_strz(message, NFTA_EXPR_NAME, name);
	data = mnl_attr_nest_start(message, NFTA_EXPR_DATA);
	put(message);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, list);
}

static void is_seven(struct nlmsghdr *message)
{
	struct nlattr *data;

	mnl_attr_put_u32(message, NFTA_CMP_SREG, htonl(NFT_REG_1));
	mnl_attr_put_u32(message, NFTA_CMP_OP, htonl(NFT_CMP_EQ));
	data = mnl_attr_nest_start(message, NFTA_CMP_DATA);
	mnl_attr_put_u32(message, NFTA_DATA_VALUE, htonl(7));
	mnl_attr_nest_end(message, data);
}

static void accepted(struct nlmsghdr *message)
{
	struct nlattr *data, *verdict;

	mnl_attr_put_u32(message, NFTA_IMMEDIATE_DREG, htonl(NFT_REG_VERDICT));
	data = mnl_attr_nest_start(message, NFTA_IMMEDIATE_DATA);
	verdict = mnl_attr_nest_start(message, NFTA_DATA_VERDICT);
	mnl_attr_put_u32(message, NFTA_VERDICT_CODE, htonl(NF_ACCEPT));
	mnl_attr_nest_end(message, verdict);
	mnl_attr_nest_end(message, data);
}

/* "fast", of the loopback device. */
static void flowtable(struct zw_batch *batch)
{
	struct nlmsghdr *message =
		zw_batch_message(batch, NFT_MSG_NEWFLOWTABLE, NLM_F_CREATE);
	struct nlattr *hook, *devices;

	mnl_attr_put_strz(message, NFTA_FLOWTABLE_TABLE, "t");
	mnl_attr_put_strz(message, NFTA_FLOWTABLE_NAME, "fast");
	hook = mnl_attr_nest_start(message, NFTA_FLOWTABLE_HOOK);
	mnl_attr_put_u32(message, NFTA_FLOWTABLE_HOOK_NUM, htonl(0));
	mnl_attr_put_u32(message, NFTA_FLOWTABLE_HOOK_PRIORITY, htonl(0));
	devices = mnl_attr_nest_start(message, NFTA_FLOWTABLE_HOOK_DEVS);
	mnl_attr_put_strz(message, NFTA_DEVICE_NAME, "lo");
	mnl_attr_nest_end(message, devices);
	mnl_attr_nest_end(message, hook);
	zw_batch_put(batch);
}

bool corpus_build(struct zw_batch *batch, u32 family, u32 hook,
		  struct zw_str name)
{
	struct nlmsghdr *message;
	struct nlattr *list;
	size_t i;

	for (i = 0; i < sizeof(built) / sizeof(*built); i++)
		if (zw_str_eq(name, zw_str_from(built[i].name)))
			break;
	if (i == sizeof(built) / sizeof(*built))
		return false;
	batch->family = family;
	zw_batch_begin(batch);
	zw_batch_table(batch, "t");
	zw_batch_base(batch, "t", "c", hook, 0, NF_DROP);
	flowtable(batch);
	message = zw_batch_message(batch, NFT_MSG_NEWRULE,
				   NLM_F_CREATE | NLM_F_APPEND);
	mnl_attr_put_strz(message, NFTA_RULE_TABLE, "t");
	mnl_attr_put_strz(message, NFTA_RULE_CHAIN, "c");
	list = mnl_attr_nest_start(message, NFTA_RULE_EXPRESSIONS);
	element(message, built[i].name, built[i].put);
	if (built[i].loads)
		element(message, "cmp", is_seven);
	element(message, "immediate", accepted);
	mnl_attr_nest_end(message, list);
	zw_batch_put(batch);
	zw_batch_end(batch);
	return true;
}
