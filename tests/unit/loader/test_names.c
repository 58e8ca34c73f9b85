/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a dump lists, and the generation in a name. */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "loader/names.h"
#include "tests/harness/harness.h"

static const struct {
	const char *name;
	u32 generation;
} cases[] = {
	{ "z_pair_g17", 17 },	{ "z_g1", 1 },
	{ "_g4294967", 4294967 }, { "z_pair", 0 },
	{ "z_pair_g", 0 },	{ "z_pair17", 0 },
	{ "z_g12x", 0 },	{ "g17", 0 },
	{ "", 0 },		{ "17", 0 },
};

static void generations(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ZW_CHECK(zw_name_generation(zw_str_from(cases[i].name)) ==
				 cases[i].generation,
			 "%s: %u", cases[i].name,
			 zw_name_generation(zw_str_from(cases[i].name)));
}

static struct nlmsghdr *message(u8 *room, u16 type)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);

	m->nlmsg_type = (u16)(NFNL_SUBSYS_NFTABLES << 8 | type);
	mnl_nlmsg_put_extra_header(m, sizeof(struct nfgenmsg));
	return m;
}

static void add_set(struct zw_buf *dump, const char *name, u32 flags)
{
	u8 room[256] = { 0 };
	struct nlmsghdr *m = message(room, NFT_MSG_NEWSET);

	mnl_attr_put_strz(m, NFTA_SET_TABLE, "zwinger");
	mnl_attr_put_strz(m, NFTA_SET_NAME, name);
	mnl_attr_put_u32(m, NFTA_SET_FLAGS, htonl(flags));
	zw_buf_add(dump, m, NLMSG_ALIGN(m->nlmsg_len));
}

static void add_chain(struct zw_buf *dump, const char *name, bool base)
{
	u8 room[256] = { 0 };
	struct nlmsghdr *m = message(room, NFT_MSG_NEWCHAIN);
	struct nlattr *nest;

	mnl_attr_put_strz(m, NFTA_CHAIN_TABLE, "zwinger");
	mnl_attr_put_strz(m, NFTA_CHAIN_NAME, name);
	if (base) {
		nest = mnl_attr_nest_start(m, NFTA_CHAIN_HOOK);
		mnl_attr_nest_end(m, nest);
	}
	zw_buf_add(dump, m, NLMSG_ALIGN(m->nlmsg_len));
}

static void lists(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_table_names names;
	struct zw_buf dump = { 0 };
	size_t cut;

	add_chain(&dump, "z_forward", true);
	add_chain(&dump, "z_pair_g2", false);
	add_set(&dump, "z_net_g2", NFT_SET_INTERVAL);
	add_set(&dump, "__set0", NFT_SET_ANONYMOUS);
	zw_table_names(arena, (u8 *)dump.data, dump.n, &names);
	CU_ASSERT(!names.table);
	CU_ASSERT(names.base_chains.n == 1 && names.chains.n == 1);
	CU_ASSERT(names.sets.n == 1);
	CU_ASSERT(zw_str_is(names.chains.v[0], "z_pair_g2"));
	CU_ASSERT(zw_str_is(names.sets.v[0], "z_net_g2"));
	/* cut anywhere: fewer names, no harm */
	for (cut = 0; cut < dump.n; cut++) {
		struct zw_table_names some;

		zw_table_names(arena, (u8 *)dump.data, cut, &some);
		CU_ASSERT(some.sets.n + some.chains.n < 3);
	}
	zw_buf_free(&dump);
	zw_arena_free(arena);
}

void suite_names(void);
void suite_names(void)
{
	static CU_TestInfo tests[] = {
		{ "the generation in a name", generations },
		{ "what a dump lists", lists },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("names", tests);
}
